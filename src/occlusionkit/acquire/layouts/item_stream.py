"""The items of a pickled list handed on in small batches while the file is being read.

An annotation file is one list of hundreds of thousands of dictionaries of small arrays. Once all of it is read, every
array has left the processor's cache, and gathering a column waits for memory; a batch that was just read is gathered
in half the time.

The unpickler also remembers every object that it has made, in case the file refers to it again: 13 kB an item, 8 GB in
all. So its memory (the C unpickler's `memo`) is cleared now and then of all but what honest files share: what the first
items brought (names of keys, types), text that items have in common, and whole cameras where items share them. Where a
file refers to something else that was cleared, the unpickler says so, and the file is read whole instead.
"""

from __future__ import annotations

import contextlib
import gc
import io
import pickle
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import compress
from pathlib import Path
from typing import Any

from occlusionkit.artifacts.pickles import _PlainUnpickler, load_plain_pickle

# Protocols 2 and 3 have no frames: the list that they begin with can be replaced by a name.
_HEADS = (b"\x80\x02]", b"\x80\x03]")
_NAME = ("occlusionkit", "the list")
_SPLICE = f"c{_NAME[0]}\n{_NAME[1]}\n".encode()

# Items between two clearings. Each costs a walk through all slots of the memory, however empty.
CLEAR_EVERY = 100_000
# The first items fill some 120 slots each: a few of them hold all keys, types and constants.
_FIRST_SLOTS = 3_000
# Values that items of one video or camera may share.
_SHARED = ("video_id", "source", "camera")

Take = Callable[[Sequence[Any]], None]


class _Stand:
    """Stands for the list: the unpickler extends it by each batch. A file can neither call it nor set attributes."""

    __slots__ = ("_clear", "_take")
    _take: Take
    _clear: Callable[[Sequence[Any]], None]

    def __init__(self, take: Take, clear: Callable[[Sequence[Any]], None]) -> None:
        object.__setattr__(self, "_take", take)
        object.__setattr__(self, "_clear", clear)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a file sets no attributes here")

    def extend(self, batch: list[Any]) -> None:
        self._take(batch)
        self._clear(batch)

    def append(self, item: Any) -> None:
        self.extend([item])


class _StreamUnpickler(_PlainUnpickler):
    def __init__(self, file: Any, take: Take) -> None:
        super().__init__(file, encoding="latin1")
        self.stand = _Stand(take, self._clear)
        self._named = False
        self._kept: dict[int, Any] = {}
        self._values: list[Any] = []

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == _NAME and not self._named:
            self._named = True  # once: the list itself, nothing in it
            return self.stand
        return super().find_class(module, name)

    def _clear(self, batch: Sequence[Any]) -> None:
        self._values += [item[name] for item in batch for name in _SHARED]
        # The first time early: a look at all slots then costs little, and tells what every item needs.
        if self._kept and len(self._values) < CLEAR_EVERY * len(_SHARED):
            return
        uses = Counter(map(id, self._values))
        shared = {key for key, count in uses.items() if count > 1}
        if shared:  # then what the last item has may be the next one's too
            shared.update(map(id, self._values[-len(_SHARED) :]))
        if not self._kept or not shared <= {id(value) for value in self._kept.values()}:
            memo = self.memo.copy()
            # Millions of slots: selected without a line of Python for each.
            found = compress(memo, map(shared.__contains__, map(id, memo.values())))
            first = [] if self._kept else [slot for slot in range(_FIRST_SLOTS) if slot in memo]
            self._kept.update((slot, memo[slot]) for slot in (*first, *found))
        self._values.clear()
        self.memo = _remembering(self._kept)


class _Filler(pickle.Unpickler):
    """Fills its memory with given objects: the only way to give the C unpickler a memory of one's choice."""

    def __init__(self, file: Any, values: Sequence[Any]) -> None:
        super().__init__(file)
        self._values = values

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError("nothing is named here")

    def persistent_load(self, number: Any) -> Any:
        return self._values[number]


def _remembering(kept: Mapping[int, Any]) -> Any:
    """The memo of an unpickler that has these objects, and nothing else, in these slots."""
    slots = sorted(kept)
    # For each: push its number, exchange it for the object, put that into the slot, drop it from the stack.
    code = b"".join(struct.pack("<ciccIc", b"J", n, b"Q", b"r", slot, b"0") for n, slot in enumerate(slots))
    filler = _Filler(io.BytesIO(b"\x80\x02" + code + b"N."), [kept[slot] for slot in slots])
    filler.load()
    return filler.memo


def stream_items(path: Path, take: Take, *, limit_bytes: int = 8 << 30) -> bool:
    """Call `take` with the items of a pickled list, batch by batch, through the restricted unpickler.

    False when the file is not of the kind that can be streamed, or anything went wrong on the way: then what was taken
    is worth nothing, and `load_plain_pickle` reads the file or says what is wrong with it.
    """
    if path.stat().st_size > limit_bytes:
        return False
    with path.open("rb") as file:
        head = file.read(3)
        if head not in _HEADS:
            return False
        unpickler = _StreamUnpickler(io.BufferedReader(_Joined(head[:2] + _SPLICE, file), 1 << 20), take)
        try:
            return unpickler.load() is unpickler.stand
        except (pickle.UnpicklingError, EOFError, MemoryError, OverflowError, RecursionError, ValueError, TypeError,
                IndexError, KeyError, AttributeError):  # fmt: skip
            return False


class _Joined(io.RawIOBase):
    """A few bytes, then the rest of a file."""

    def __init__(self, first: bytes, rest: io.BufferedReader) -> None:
        super().__init__()
        self._parts = [io.BytesIO(first), rest]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while self._parts:
            count = self._parts[0].readinto(buffer)
            if count:
                return count
            self._parts.pop(0)
        return 0


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Millions of small arrays make the garbage collector walk them again and again; none of them is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load_items(path: Path) -> list[Any]:
    """The whole list; ValueError naming the file when it is no list of dictionaries, or no plain pickle."""
    items = load_plain_pickle(path)
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise ValueError(f"{path}: expected a list of annotation dictionaries, found {type(items).__name__}")
    return items
