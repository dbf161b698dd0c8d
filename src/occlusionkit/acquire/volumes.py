"""Byte cuts of one file (`x.zip.001`, `x.zip.002`, ...) read as the one seekable file they are, and written.

No joined copy is made. These cuts are what 7-Zip's `-v` makes of any format; a zip spanned by `zip -s` (`.z01`) is not.
"""

from __future__ import annotations

import io
import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

VOLUME_NAME = re.compile(r"^(?P<stem>.+)\.(?P<number>\d{3,})$")


class VolumeError(ValueError):
    """The parts do not make a whole."""


def find_volumes(path: Path) -> tuple[Path, ...]:
    """All parts that belong to `path`, in order; a file that is no volume is its own only part.

    path: any of the parts, or the name without the number. Raises VolumeError naming the parts that are missing
    (a missing last part cannot be seen here: checksums and the archive's own end tell) or empty.
    """
    match = VOLUME_NAME.match(path.name)
    if match is None and path.is_file():
        return (path,)
    stem = match["stem"] if match else path.name
    pattern = re.compile(rf"^{re.escape(stem)}\.(\d{{3,}})$")
    folder = path.parent
    numbered = {int(m[1]): path for path in sorted(folder.iterdir()) if (m := pattern.match(path.name))}
    if not numbered:
        raise VolumeError(f"{path}: expected a file or volumes {stem}.001, .002, ..., found none in {folder}")
    return check_volumes([numbered[number] for number in sorted(numbered)])


def check_volumes(parts: Sequence[Path]) -> tuple[Path, ...]:
    """The parts, after checking that numbers run from 1 without a gap and that all but the last have one size."""
    matches = [VOLUME_NAME.match(part.name) for part in parts]
    if len(parts) == 1 and matches[0] is None:
        return tuple(parts)
    stems = sorted({m["stem"] for m in matches if m})
    if len(stems) != 1 or not all(matches):
        raise VolumeError(f"expected the volumes of one archive, found {sorted(p.name for p in parts)[:5]}")
    numbers = [int(m["number"]) for m in matches if m]
    gaps = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
    if gaps:
        names = ", ".join(f"{stems[0]}.{number:03d}" for number in gaps[:5])
        raise VolumeError(f"{parts[0].parent / stems[0]}: missing {len(gaps)} of {max(numbers)} volumes: {names}")
    for part in parts:
        if part.stat().st_size == 0:
            raise VolumeError(f"{part}: is empty (0 bytes): fetch it again")
    sizes = [part.stat().st_size for part in parts]
    odd = next((p for p, size in zip(parts[:-1], sizes, strict=False) if size != sizes[0]), None)
    if odd is not None or sizes[-1] > sizes[0]:
        found = odd if odd is not None else parts[-1]
        raise VolumeError(
            f"{found}: has {found.stat().st_size:,} bytes where the first volume has {sizes[0]:,}: "
            "cut short, or of another release: fetch it again"
        )
    return tuple(parts)


def check_listed(parts: Sequence[Path], listed: Iterable[str]) -> None:
    """Raise VolumeError naming the volumes that a list of file names has and `parts` have not: also a last one."""
    match = VOLUME_NAME.match(parts[0].name)
    if match is None:
        return
    belonging = {name for name in listed if (m := VOLUME_NAME.match(name)) and m["stem"] == match["stem"]}
    absent = sorted(belonging - {part.name for part in parts})
    if absent:
        raise VolumeError(
            f"{parts[0].parent / match['stem']}: missing {len(absent)} of {len(belonging)} volumes: "
            f"{', '.join(absent[:5])}"
        )


class _Stream(io.RawIOBase):
    """A seekable stream over something that reads at any offset: `size` and `read_at` are the subclass's."""

    def __init__(self) -> None:
        super().__init__()
        self._position = 0

    @property
    def size(self) -> int:
        raise NotImplementedError

    def read_at(self, offset: int, count: int) -> bytes:
        raise NotImplementedError

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read_at(self._position, len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise OSError(22, f"seek to {base + offset}, before the first byte")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


class Volumes(_Stream):
    """The parts as one read-only seekable stream. `read_at` may be called from several threads."""

    def __init__(self, parts: Sequence[Path], *, before_read: Callable[[int], None] | None = None) -> None:
        """`before_read` is called with a part's index before any of its bytes are given out."""
        super().__init__()
        self.parts = tuple(parts)
        self._descriptors: list[int] = []
        try:
            for part in self.parts:
                self._descriptors.append(os.open(part, os.O_RDONLY))
        except BaseException:
            self.close()
            raise
        self._ends = list(accumulate(os.fstat(fd).st_size for fd in self._descriptors))
        self._before_read = before_read

    @property
    def size(self) -> int:
        """Bytes of all parts together."""
        return self._ends[-1]

    def part_at(self, offset: int) -> int:
        """Index of the part that holds a byte."""
        return bisect_right(self._ends, offset)

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`, never across the end of a part; empty at the end of all."""
        if offset >= self.size or count <= 0:
            return b""
        index = self.part_at(offset)
        if self._before_read is not None:
            self._before_read(index)
        start = self._ends[index - 1] if index else 0
        return os.pread(self._descriptors[index], min(count, self._ends[index] - offset), offset - start)

    def close(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []
        super().close()


class Slice(_Stream):
    """Bytes start..start+size of volumes as a stream with a position of its own; closing it leaves the volumes open.

    All of them for one reader among several, or a stored archive inside an archive.
    """

    def __init__(self, volumes: Volumes, start: int, size: int) -> None:
        super().__init__()
        self._volumes, self._start, self._size = volumes, start, size

    @property
    def size(self) -> int:
        return self._size

    def read_at(self, offset: int, count: int) -> bytes:
        return self._volumes.read_at(self._start + offset, min(count, self._size - offset))


class VolumeWriter(io.RawIOBase):
    """Writes one stream as volumes `<stem>.001`, ...; it cannot seek, so a zip is written with data descriptors."""

    def __init__(self, folder: Path, stem: str, volume_bytes: int) -> None:
        super().__init__()
        if volume_bytes < 1:
            raise ValueError(f"volume_bytes: expected at least 1, found {volume_bytes}")
        self._folder, self._stem, self._volume_bytes = folder, stem, volume_bytes
        self._file: io.BufferedWriter | None = None
        self._left = 0
        self.parts: list[Path] = []

    def write(self, data: Any, /) -> int:
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view):
            if self._left == 0:
                self._next()
            assert self._file is not None
            block = view[done : done + self._left]
            self._file.write(block)
            done += len(block)
            self._left -= len(block)
        return done

    def _next(self) -> None:
        if self._file is not None:
            self._file.close()
        path = self._folder / f"{self._stem}.{len(self.parts) + 1:03d}"
        self._file = path.open("wb")
        self.parts.append(path)
        self._left = self._volume_bytes

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()
