"""One shard of a capture on disk: stored zips of images, depth and masks, and the tables that explain them.

The files appear together at the end: a shard that was cut short leaves none of them.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..artifacts import write_table
from ..artifacts.schemas import FRAMES, INSTANCES
from ..artifacts.tables import make_table
from ..artifacts.zips import StoredZipWriter, write_stored_zip
from ..images import encode_depth, encode_instance, encode_jpeg
from .client import View

# Images encoded ahead of the one being written: enough to keep the encoder busy, small in memory.
_AHEAD = 16


@dataclass(frozen=True)
class ShardPaths:
    """Where a shard's files go."""

    images: Path
    depth: Path
    masks: Path
    frames: Path
    instances: Path


@dataclass
class ShardWriter:
    """Takes views and their rows; encodes on a second thread, writes in the order in which they came."""

    _zips: tuple[StoredZipWriter, StoredZipWriter, StoredZipWriter]
    _pool: ThreadPoolExecutor
    _quality: int
    _waiting: deque[tuple[str, Future[tuple[bytes, bytes, bytes]]]] = field(default_factory=deque)
    _rows: list[Mapping[str, Any]] = field(default_factory=list)
    _instances: dict[tuple[int, int], tuple[str, bool]] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any], view: View) -> None:
        """A row of the frames table, and what its camera saw: colour, depth and instances."""
        self._waiting.append((row["image"], self._pool.submit(_encode, view, self._quality)))
        self._rows.append(row)
        while len(self._waiting) > _AHEAD:
            self._write_next()

    def add_instance(self, scene: int, instance: int, name: str, *, person: bool) -> None:
        """What an id in the masks is. ValueError when the id was said to be something else before."""
        known = self._instances.setdefault((scene, instance), (name, person))
        if known != (name, person):
            raise ValueError(f"scene {scene}, instance {instance}: is {name!r}, was {known[0]!r} before")

    def _write_next(self) -> None:
        image, encoded = self._waiting.popleft()
        stem = image.rsplit(".", 1)[0]
        for archive, name, data in zip(
            self._zips, (image, f"{stem}.png", f"{stem}.png"), encoded.result(), strict=True
        ):
            archive.add(name, data)

    def _finish(self, paths: ShardPaths) -> None:
        while self._waiting:
            self._write_next()
        frames = {c.name: [row[c.name] for row in self._rows] for c in FRAMES.columns}
        scenes, ids = zip(*sorted(self._instances), strict=True) if self._instances else ((), ())
        named = [self._instances[key] for key in sorted(self._instances)]
        instances = {
            "scene": np.array(scenes, np.int32),
            "instance": np.array(ids, np.int32),
            "name": [name for name, _ in named],
            "person": np.array([person for _, person in named], np.bool_),
        }
        write_table(paths.frames, make_table(FRAMES, frames))
        write_table(paths.instances, make_table(INSTANCES, instances))


def _encode(view: View, quality: int) -> tuple[bytes, bytes, bytes]:
    if view.rgb is None or view.depth_m is None or view.instance is None:
        raise ValueError("shard: expected colour, depth and instances of every view")
    return encode_jpeg(view.rgb, quality=quality), encode_depth(view.depth_m), encode_instance(view.instance)


@contextlib.contextmanager
def write_shard(paths: ShardPaths, *, jpeg_quality: int) -> Iterator[ShardWriter]:
    """Write a shard. On any error nothing is left that has a shard file's name."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="encode") as pool, contextlib.ExitStack() as stack:
        zips = [stack.enter_context(write_stored_zip(p)) for p in (paths.images, paths.depth, paths.masks)]
        writer = ShardWriter((zips[0], zips[1], zips[2]), pool, jpeg_quality)
        try:
            yield writer
            writer._finish(paths)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            for path in (paths.frames, paths.instances):
                path.unlink(missing_ok=True)
            raise
