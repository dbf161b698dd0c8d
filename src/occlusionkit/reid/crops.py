"""A dataset inside the workflow: its table of rows, and a stored zip of the image files under the same paths."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..artifacts.zips import StoredZip, write_stored_zip
from ..images import Image
from .data import Dataset
from .pictures import read_crop, resize_crop


def pack_images(dataset: Dataset, archive: Path) -> None:
    """Copy the dataset's image files, as they are, into a stored zip: one file for all later jobs."""
    with write_stored_zip(archive) as writer:
        for path in sorted(str(path) for path in dataset.rows["path"]):
            writer.add(path, (dataset.root / path).read_bytes())


def read_images(archive: Path, paths: Sequence[str]) -> list[Image]:
    """(H, W, 3) uint8 RGB each, in the order of `paths` and in the size of the files."""
    with StoredZip(archive) as images:
        return [read_crop(images.read(path), where=f"{archive}[{path}]").image for path in paths]


def read_resized(archive: Path, paths: Sequence[str], *, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """(N, H, W, 3) uint8 RGB of one size, in the order of `paths`."""
    resized = np.empty((len(paths), *size_hw, 3), np.uint8)
    with StoredZip(archive) as images:
        for number, path in enumerate(paths):
            crop = read_crop(images.read(path), where=f"{archive}[{path}]")
            resized[number] = resize_crop(crop.image, size_hw)
    return resized
