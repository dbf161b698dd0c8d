"""The items of a pickled list handed on in small batches while the file is being read.

An annotation file is one list of hundreds of thousands of dictionaries of small arrays. Once all of it is read, every
array has left the processor's cache, and gathering a column waits for memory; a batch that was just read is gathered
in half the time. (The unpickler keeps what it read until the end, so this saves time, not memory.)
"""

from __future__ import annotations

import contextlib
import gc
import io
import pickle
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from occlusionkit.artifacts.pickles import _PlainUnpickler, load_plain_pickle

# Protocols 2 and 3 have no frames: the list that they begin with can be replaced by a name.
_HEADS = (b"\x80\x02]", b"\x80\x03]")
_NAME = ("occlusionkit", "the list")
_SPLICE = f"c{_NAME[0]}\n{_NAME[1]}\n".encode()

Take = Callable[[Sequence[Any]], None]


class _Stand:
    """Stands for the list: the unpickler extends it by each batch. A file can neither call it nor set attributes."""

    __slots__ = ("_take",)
    _take: Take

    def __init__(self, take: Take) -> None:
        object.__setattr__(self, "_take", take)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a file sets no attributes here")

    def extend(self, batch: list[Any]) -> None:
        self._take(batch)

    def append(self, item: Any) -> None:
        self._take([item])


class _StreamUnpickler(_PlainUnpickler):
    def __init__(self, file: Any, stand: _Stand) -> None:
        super().__init__(file, encoding="latin1")
        self._stand: _Stand | None = stand

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == _NAME and self._stand is not None:
            stand, self._stand = self._stand, None  # once: the list itself, nothing in it
            return stand
        return super().find_class(module, name)


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
        stand = _Stand(take)
        spliced = io.BufferedReader(_Joined(head[:2] + _SPLICE, file), 1 << 20)
        try:
            return _StreamUnpickler(spliced, stand).load() is stand
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
