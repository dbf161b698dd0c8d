"""Procedural people for the re-ID room: coloured stripes, whole and behind a grey box, in the official layouts."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

SIDES = {"query": "occluded_body_images", "gallery": "whole_body_images", "partial": "partial_body_images"}


def rng_of(*what: object) -> np.random.Generator:
    return np.random.default_rng(list(hashlib.sha256(repr(what).encode()).digest()[:8]))


def striped_person(person: int, number: int, *, occluded: bool, size_hw: tuple[int, int] = (128, 64)) -> np.ndarray:
    """(H, W, 3) uint8: stripes in the person's colours on a noisy ground; a box hides 30% to 50% of the height."""
    height, width = size_hw
    colours = rng_of("person", person).integers(30, 226, (5, 3))
    noise = rng_of("image", person, number, occluded)
    image = noise.integers(90, 166, (height, width, 3)).astype(np.float64)
    left, right = width // 5, width - width // 5
    for stripe, colour in enumerate(colours):
        rows = slice(stripe * height // 5, (stripe + 1) * height // 5)
        image[rows, left:right] = colour * noise.uniform(0.85, 1.15)
    if occluded:
        high = int(height * noise.uniform(0.3, 0.5))
        top = height - high if noise.random() < 0.5 else 0
        image[top : top + high] = noise.integers(60, 200, 3)
    return np.clip(image + noise.normal(0, 6, image.shape), 0, 255).astype(np.uint8)


def write_image(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ok, data = cv2.imencode(path.suffix, np.ascontiguousarray(image[:, :, ::-1]))
    assert ok
    path.write_bytes(data.tobytes())


def write_two_sided(
    root: Path, *, people: int, images: int = 5, suffix: str = ".tif", nested: bool = True, roles=("query", "gallery")
) -> Path:
    """Occluded-REID's layout below `root`, or with nested=False Partial-REID's flat one."""
    for role in roles:
        for person in range(1, people + 1):
            for number in range(1, images + 1):
                name = f"{person:03d}_{number:02d}{suffix}" if nested else f"{person:03d}_{number:03d}{suffix}"
                folder = root / SIDES[role] / f"{person:03d}" if nested else root / SIDES[role]
                # Partial images show what is left below the box; here, another picture of the person is enough.
                key = number + 100 * (role == "partial")
                write_image(folder / name, striped_person(person, key, occluded=role != "gallery"))
    return root


@pytest.fixture(scope="session")
def occluded_reid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight people, three images a side, in Occluded-REID's layout. Read it only."""
    return write_two_sided(tmp_path_factory.mktemp("reid") / "Occluded_REID", people=8, images=3)


@pytest.fixture
def two_sided():
    return write_two_sided


@pytest.fixture
def person_image():
    """Writes a picture of a person: (path, person, number)."""

    def write(path: Path, person: int, number: int) -> None:
        write_image(path, striped_person(person, number, occluded="occluded" in str(path)))

    return write
