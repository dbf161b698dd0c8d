"""What layout checks share: files of a folder, image sizes without decoding, problems gathered and said at once."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from occlusionkit.artifacts.tables import Table, make_table
from occlusionkit.images import decode_image

from ..schemas import DATASET_INDEX
from ..stores import Store

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp"})
# The header of every image we met lies within this; behind long EXIF blocks the whole file is read.
_HEADER_BYTES = 1 << 16


class LayoutError(ValueError):
    """A folder is not the dataset it is taken for; the message lists what is wrong."""


@dataclass
class Problems:
    """Gathers what is wrong, then raises once."""

    where: str
    found: list[str] = field(default_factory=list)

    def add(self, problem: str) -> None:
        """Note one problem."""
        self.found.append(problem)

    def expect_counts(self, expected: Mapping[str, int], actual: Mapping[str, int]) -> None:
        """Compare the official release's counts with what is there. `actual` must know every name in `expected`."""
        unknown = sorted(set(expected) - set(actual))
        if unknown:
            raise ValueError(f"{self.where}: the manifest counts {unknown}, this layout counts {sorted(actual)}")
        for name, count in sorted(expected.items()):
            if actual[name] != count:
                self.add(f"expected {count:,} {name}, found {actual[name]:,}")

    def raise_any(self, cure: str = "unpack the archive again, or fix the folder") -> None:
        """Raise LayoutError with up to ten problems, if there are any."""
        if self.found:
            more = f"; and {len(self.found) - 10} more" if len(self.found) > 10 else ""
            raise LayoutError(f"{self.where}: {'; '.join(self.found[:10])}{more}. {cure.capitalize()}")


@dataclass(frozen=True)
class Entry:
    """One row of an index."""

    path: str
    kind: str
    bytes: int
    role: str | None = None
    identity: str | None = None
    camera: str | None = None
    size_hw: tuple[int, int] | None = None


def make_index(entries: Sequence[Entry]) -> Table:
    """Entries -> DATASET_INDEX, sorted by path."""
    columns: dict[str, object] = {
        name: [getattr(entry, name) for entry in entries]
        for name in ("path", "kind", "role", "identity", "camera", "bytes")
    }
    nan = (np.nan, np.nan)
    columns["size_hw"] = np.array([entry.size_hw or nan for entry in entries], np.float32).reshape(-1, 2)
    return make_table(DATASET_INDEX, columns)


def image_entry(store: Store, name: str, *, kind: str = "image", prefix: str = "", **labels: str | None) -> Entry:
    """The index row of an image; its size is read from its header. LayoutError naming it when it is no image."""
    head = store.head(name, _HEADER_BYTES)
    size_hw = image_size_hw(head)
    if size_hw is None:
        try:
            height, width = decode_image(store.read(name), where=f"{store.where}/{name}").shape[:2]
        except ValueError as error:
            raise LayoutError(f"{error}; unpack the archive again") from error
        size_hw = (height, width)
    return Entry(f"{prefix}{name}", kind, store.size(name), size_hw=size_hw, **labels)


def is_image(name: str) -> bool:
    """By its suffix; hidden files and what macOS adds to zips are none."""
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return path.suffix.lower() in IMAGE_SUFFIXES and not hidden


def image_size_hw(head: bytes) -> tuple[int, int] | None:
    """(height, width) from the first bytes of a JPEG, PNG, BMP or TIFF (either byte order); None if not found there."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
        return height, width
    if head.startswith(b"\xff\xd8"):
        return _jpeg_size(head)
    if head.startswith(b"BM") and len(head) >= 26:
        width, height = struct.unpack("<ii", head[18:26])
        return abs(height), width
    if head[:4] in (b"II*\0", b"MM\0*"):
        return _tiff_size(head)
    return None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        # Start of frame, any process: C0..CF without the tables C4, C8, CC.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return height, width
        at += 1 if marker == 0xFF else 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def _tiff_size(head: bytes) -> tuple[int, int] | None:
    order = "<" if head[:2] == b"II" else ">"
    (start,) = struct.unpack(f"{order}I", head[4:8])
    if start + 2 > len(head):
        return None
    (count,) = struct.unpack_from(f"{order}H", head, start)
    found: dict[int, int] = {}
    for number in range(count):
        at = start + 2 + 12 * number
        if at + 12 > len(head):
            return None
        tag, kind = struct.unpack_from(f"{order}HH", head, at)
        if tag in (256, 257):
            found[tag] = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", head, at + 8)[0]
    return (found[257], found[256]) if len(found) == 2 else None


def only_folder(root: Path, names: Iterable[str], title: str) -> Path:
    """The first of `names` that is a folder below `root`; LayoutError listing what is there instead."""
    wanted = list(names)
    for name in wanted:
        if (root / name).is_dir():
            return root / name
    there = sorted(path.name for path in root.iterdir())[:8] if root.is_dir() else "nothing"
    raise LayoutError(f"{root}: expected the folder {' or '.join(wanted)} of {title}, found {there}")
