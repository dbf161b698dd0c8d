"""What a colour transfer is given: the two sides' pixels and the directions. No torch, unlike the solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .settings import TransferSettings


@dataclass(frozen=True, eq=False)
class TransferJob:
    """occluder (H, W, 3) uint8 RGB, mask (H, W) bool where it counts; face_colors (M, 3) uint8, any order;
    directions (steps, directions per step, 3), unit."""

    occluder: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    face_colors: NDArray[np.uint8]
    directions: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.occluder.shape != (*self.mask.shape, 3) or self.occluder.dtype != np.uint8:
            raise ValueError(
                f"transfer: expected an (H, W, 3) uint8 occluder with an (H, W) mask, "
                f"found {self.occluder.shape} {self.occluder.dtype} and {self.mask.shape}"
            )
        if not self.mask.any() or not len(self.face_colors):
            raise ValueError(
                f"transfer: expected pixels on both sides, found {int(self.mask.sum())} of the occluder "
                f"and {len(self.face_colors)} of the face"
            )


def draw_directions(settings: TransferSettings, rng: np.random.Generator) -> NDArray[np.float64]:
    """(steps, directions per step, 3) directions, uniform on the sphere."""
    drawn = rng.standard_normal((settings.steps, settings.directions_per_step, 3))
    unit: NDArray[np.float64] = drawn / np.linalg.norm(drawn, axis=2, keepdims=True)
    return unit


def cap_highlights(colors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(M, 3) face colours -> the same with highlights dulled: a pixel with any channel above the channel's mean + one
    standard deviation becomes the colour of mean + standard deviation. As upstream does."""
    # Means and deviations follow from the 256 counts of a channel; floats of every pixel would cost ten times as much.
    levels = np.arange(256)
    counts = np.stack([np.bincount(colors[:, channel], minlength=256) for channel in range(3)])
    mean = counts @ levels / len(colors)
    limit = mean + np.sqrt(np.maximum(counts @ levels**2 / len(colors) - mean**2, 0))
    red, green, blue = np.floor(limit).astype(np.uint8)
    bright = (colors[:, 0] > red) | (colors[:, 1] > green) | (colors[:, 2] > blue)
    capped = colors.copy()
    capped[bright] = np.clip(np.rint(limit), 0, 255).astype(np.uint8)
    return capped
