"""Small faces, occluders and textures, in memory and as folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from occlusionkit.artifacts import write_bytes
from occlusionkit.face.files import Face
from occlusionkit.face.settings_files import SetFolders
from occlusionkit.images import encode_jpeg, encode_png

# Unequal sides, so that swapped axes fail.
SIZE_HW = (120, 96)


def textured(size_hw: tuple[int, int], color: tuple[int, int, int], seed: int) -> np.ndarray:
    """(H, W, 3) uint8: a colour with smooth noise."""
    noise = np.random.default_rng(seed).normal(0, 40, (*size_hw, 3))
    return np.clip(np.array(color) + cv2.GaussianBlur(noise, (0, 0), 2), 0, 255).astype(np.uint8)


def ellipse(size_hw: tuple[int, int] = SIZE_HW) -> np.ndarray:
    """(H, W) uint8 0/1: an upright ellipse in the middle, a quarter as wide as the frame."""
    mask = np.zeros(size_hw, np.uint8)
    cv2.ellipse(mask, (size_hw[1] // 2, size_hw[0] // 2), (size_hw[1] // 4, size_hw[0] // 3), 0, 0, 360, 1, -1)
    return mask


@pytest.fixture
def make_face() -> Callable[..., Face]:
    def make(stem: str = "face", *, size_hw: tuple[int, int] = SIZE_HW, seed: int = 0) -> Face:
        mask = ellipse(size_hw)
        return Face(stem, textured(size_hw, (200, 150, 130), seed), mask, mask > 0)

    return make


@pytest.fixture
def folders(tmp_path: Path) -> SetFolders:
    """Five faces with masks, and two occluders with masks: a bar with fingers down, and an L."""
    for number in range(5):
        write_bytes(
            tmp_path / f"faces/f{number}.jpg", encode_jpeg(textured(SIZE_HW, (200, 150, 130), number), quality=95)
        )
        write_bytes(tmp_path / f"masks/f{number}.png", encode_png(ellipse() * np.uint8(255 if number % 2 else 1)))
    for number, name in enumerate(("bar", "ell")):
        shape = np.zeros((70, 60), np.uint8)
        shape[5:65, 20:35] = 255
        shape[50:65, 20 : 20 + 30 * number] = 255
        write_bytes(tmp_path / f"occluders/{name}.png", encode_png(textured((70, 60), (90, 130, 60), 10 + number)))
        write_bytes(tmp_path / f"occluder_masks/{name}.png", encode_png(shape))
    return SetFolders(
        tmp_path / "faces", tmp_path / "masks", tmp_path / "occluders", tmp_path / "occluder_masks", tmp_path / "out"
    )


@pytest.fixture
def textures(tmp_path: Path) -> Path:
    """Two classes, three textures, one of them gray."""
    folder = tmp_path / "textures"
    write_bytes(folder / "dotted/a.jpg", encode_jpeg(textured((50, 64), (40, 90, 160), 20), quality=90))
    write_bytes(folder / "dotted/b.JPG", encode_jpeg(textured((64, 64), (160, 90, 40), 21), quality=90))
    write_bytes(folder / "woven/c.png", encode_png(textured((30, 30), (80, 80, 80), 22)[..., 0]))
    return folder


@pytest.fixture
def write_faces() -> Callable[..., None]:
    """Writes faces with masks into a folder."""
    return _write_faces


def _write_faces(folder: Path, stems: list[str], *, size_hw: tuple[int, int] = (48, 40), value: int = 255) -> None:
    """folder/img/<stem>.png and folder/mask/<stem>.png: a skin-coloured ellipse, elsewhere for each stem, on blue."""
    height, width = size_hw
    for number, stem in enumerate(stems):
        rng = np.random.default_rng(number)
        mask = np.zeros(size_hw, np.uint8)
        centre = (width // 2 + int(rng.integers(-4, 5)), height // 2 + int(rng.integers(-4, 5)))
        cv2.ellipse(mask, centre, (width // 4, height // 3), 0, 0, 360, 1, -1)
        image = textured(size_hw, (60, 80, 160), number)
        image[mask > 0] = textured(size_hw, (210, 160, 130), 100 + number)[mask > 0]
        write_bytes(folder / f"img/{stem}.png", encode_png(image))
        write_bytes(folder / f"mask/{stem}.png", encode_png(mask * np.uint8(value)))
