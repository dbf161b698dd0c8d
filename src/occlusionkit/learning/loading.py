"""Batches for training: the same items in the same order with the same augmentation, however many processes and loader
workers make them. Images are read in place from a folder or a stored zip."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from ..artifacts.zips import StoredZip
from ..images import Image, decode_image
from ..jobs import message_of
from .seeds import epoch_order, item_rng
from .task import Batch, Part

__all__ = ["Batches", "Items", "StoredImages", "collate", "epoch_batches", "epoch_order", "item_rng"]


# What a bad file or value raises; anything else is a bug and keeps its traceback.
_ITEM_ERRORS = (ValueError, KeyError, OSError)


class Items(Protocol):
    """What is trained on, one by one. Picklable, so that worker processes can have it."""

    def __len__(self) -> int:
        """How many there are."""

    def load(self, index: int, rng: np.random.Generator) -> Mapping[str, Any]:
        """One item: arrays, tensors and numbers by name, augmented with `rng` alone."""


def epoch_batches(order: Sequence[int], *, batch_size: int, part: Part, keep_short: bool = False) -> list[list[int]]:
    """One process's share of an epoch's items, batch by batch.

    batch_size counts the items of all processes together: of each such batch a process takes every world-th item, so
    the batches of one process and of several hold the same items. Items that fill no batch are left out of this epoch,
    or make a short last one (keep_short; for measuring, in one process).
    ValueError when batch_size is no multiple of the number of processes.
    """
    if batch_size % part.world:
        raise ValueError(f"batch_size: expected a multiple of the {part.world} processes, found {batch_size}")
    if keep_short and part.world > 1:
        raise ValueError(f"keep_short: a short batch cannot be shared by {part.world} processes")
    end = len(order) if keep_short else len(order) // batch_size * batch_size
    return [
        list(order[start + part.rank : min(end, start + batch_size) : part.world])
        for start in range(0, end, batch_size)
    ]


class Batches:
    """An item set cut into batches, epoch by epoch, by 0 or more worker processes that stay alive in between.

    order: item indices of an epoch, for balanced or repeated sampling; by default all items, shuffled anew each epoch.
    keys: a name for each item from which its generator is made, so that adding an item leaves the others as they were;
    by default its index.  keep_short: give the last items that fill no batch as a short one;
    start: how workers start; fork is quick, spawn inherits nothing.
    An item that raises ends the epoch with that error, which names the item, whoever loaded it.
    """

    def __init__(
        self,
        items: Items,
        *,
        batch_size: int,
        seed: int,
        workers: int = 0,
        order: Callable[[int], Sequence[int]] | None = None,
        keys: Sequence[str] | None = None,
        keep_short: bool = False,
        start: Literal["fork", "spawn", "forkserver"] = "fork",
    ) -> None:
        if keys is not None and not len(set(keys)) == len(keys) == len(items):
            raise ValueError(f"keys: expected {len(items)} different ones, found {len(set(keys))} in {len(keys)}")
        self._order = order or (lambda epoch: epoch_order(len(items), seed=seed, epoch=epoch).tolist())
        self._batch_size, self._keep_short = batch_size, keep_short
        self._plan = _Plan()
        options: dict[str, Any] = {}
        if workers:
            options = {"persistent_workers": True, "multiprocessing_context": start, "worker_init_fn": _begin_worker}
        self._loader = DataLoader(
            _Keyed(items, seed, None if keys is None else tuple(keys)),
            batch_sampler=self._plan,
            num_workers=workers,
            collate_fn=_collate_good,
            pin_memory=torch.cuda.is_available(),
            generator=torch.Generator(),  # its draws must not move the generator that dropout uses
            **options,
        )

    def steps(self, part: Part, *, epoch: int = 0) -> int:
        """Batches in an epoch."""
        return len(self._share(epoch, part))

    def _share(self, epoch: int, part: Part) -> list[list[int]]:
        order = self._order(epoch)
        return epoch_batches(order, batch_size=self._batch_size, part=part, keep_short=self._keep_short)

    def epoch(self, epoch: int, part: Part) -> Iterator[Batch]:
        """This process's batches of an epoch (0 is the first). One epoch at a time."""
        self._plan.epoch = epoch
        self._plan.batches = self._share(epoch, part)
        with warnings.catch_warnings():
            # Python 3.12 warns of forking beside threads. Workers compute with one thread, so no lock of a pool that
            # did not come along is waited for; this is how torch starts workers on Linux.
            warnings.filterwarnings("ignore", message=".*multi-threaded.*", category=DeprecationWarning)
            batches: Iterator[Batch | _Failed] = iter(self._loader)
        for batch in batches:
            if isinstance(batch, _Failed):
                raise batch.kind(batch.message)
            yield batch


class _Plan:
    """What the loader is to load next: (epoch, index) pairs, batch by batch. Lives in the main process only."""

    def __init__(self) -> None:
        self.epoch = 0
        self.batches: list[list[int]] = []

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        epoch = self.epoch
        return iter([[(epoch, index) for index in batch] for batch in self.batches])

    def __len__(self) -> int:
        return len(self.batches)


class _Keyed:
    """Items by (epoch, index): a worker needs no word of which epoch it is in."""

    def __init__(self, items: Items, seed: int, keys: tuple[str, ...] | None) -> None:
        self._items, self._seed, self._keys = items, seed, keys

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, place: tuple[int, int]) -> Mapping[str, Any] | _Failed:
        epoch, index = place
        key = index if self._keys is None else self._keys[index]
        try:
            return self._items.load(index, item_rng(self._seed, epoch, key))
        except _ITEM_ERRORS as error:
            kind = next(kind for kind in _ITEM_ERRORS if isinstance(error, kind))
            return _Failed(kind, f"item {key}: {message_of(error)}")


@dataclass(frozen=True)
class _Failed:
    """An error on its way from a worker: torch would wrap it in the worker's traceback.

    Not the exception itself: it would hold the frame that holds it, and workers freed with such a circle end late.
    """

    kind: type[Exception]
    message: str


def _collate_good(items: Sequence[Mapping[str, Any] | _Failed]) -> Batch | _Failed:
    good: list[Mapping[str, Any]] = []
    for item in items:
        if isinstance(item, _Failed):
            return item
        good.append(item)
    return collate(good)


def _begin_worker(_: int) -> None:
    cv2.setNumThreads(0)  # as many threads as workers there are; torch limits its own likewise


def collate(items: Sequence[Mapping[str, Any]]) -> Batch:
    """Items to a batch: arrays and tensors stacked (B, ...), numbers to (B,), text as a list, mappings likewise."""
    return {name: _stack(name, [item[name] for item in items]) for name in items[0]}


def _stack(name: str, values: list[Any]) -> Any:
    first = values[0]
    if isinstance(first, Mapping):
        return collate(values)
    if isinstance(first, str):
        return values
    shapes = sorted({tuple(np.shape(value)) for value in values})
    if len(shapes) > 1:
        raise ValueError(f"{name}: expected items of one shape in a batch, found {shapes[0]} and {shapes[1]}")
    # numpy copies once, also what is turned round or read-only, which torch would not take.
    stacked = torch.stack(values) if isinstance(first, Tensor) else torch.from_numpy(np.stack(values))
    # Python's floats are doubles; networks are not.
    return stacked.float() if isinstance(first, float) else stacked


class StoredImages:
    """Files by name, in a folder or in a stored zip, read in place. Every process and thread opens its own handle.

    names: of all files, sorted; below a folder with slashes. Hidden files and folders are left out.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._is_folder = path.is_dir()
        if self._is_folder:
            found = (file.relative_to(path) for file in path.rglob("*") if file.is_file())
            self.names: tuple[str, ...] = tuple(
                sorted(name.as_posix() for name in found if not any(part.startswith(".") for part in name.parts))
            )
        else:
            with StoredZip(path) as archive:
                self.names = tuple(sorted(name for name in archive.names if not name.endswith("/")))

    def read(self, name: str) -> bytes:
        """The bytes of one file. KeyError when there is none, ValueError when it is damaged."""
        if self._is_folder:
            try:
                return (self.path / name).read_bytes()
            except FileNotFoundError:
                raise KeyError(f"{self.path}: has no file {name!r} ({len(self.names)} files)") from None
        return self._archive().read(name)

    def image(self, name: str) -> Image:
        """(H, W, 3) uint8 RGB."""
        return decode_image(self.read(name), where=f"{self.path}[{name}]")

    def _archive(self) -> StoredZip:
        # A handle that came along with a fork shares its file offset with the parent.
        if getattr(self._local, "owner", None) != os.getpid():
            self._local.archive, self._local.owner = StoredZip(self.path), os.getpid()
        archive: StoredZip = self._local.archive
        return archive

    def close(self) -> None:
        """Close this thread's handle."""
        if getattr(self._local, "owner", None) == os.getpid():
            self._local.archive.close()
            self._local.owner = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_local"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _local=threading.local())
