"""A folder of textures or obstacles for the simulator, instead of the training images' own borders."""

from __future__ import annotations

from pathlib import Path

import cv2

from ..acquire.layouts.common import is_image
from ..acquire.stores import FolderStore
from ..images import Image
from .pictures import read_crop

# Larger pictures are made smaller: a patch is at most a crop's size.
_LONG_SIDE_PX = 512


def read_textures(folder: Path) -> list[Image]:
    """Every image below `folder`, sorted by path, (H, W, 3) uint8; ValueError for none."""
    store = FolderStore(folder)
    names = [name for name in store.names if is_image(name)]
    if not names:
        raise ValueError(f"{folder}: expected textures for the occlusion simulator, found no image")
    return [_limited(read_crop(store.read(name), where=f"{folder}/{name}").image) for name in names]


def _limited(image: Image) -> Image:
    scale = _LONG_SIDE_PX / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    smaller: Image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return smaller
