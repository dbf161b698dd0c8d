"""What every training image goes through, whatever the method: mirror, shift, brightness and contrast. And the step
from pixels to the network's input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..images import Image
from .checks import fraction, number

# ImageNet's colour statistics, RGB 0..1: what published ResNet weights were trained with.
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


@dataclass(frozen=True, kw_only=True)
class AugmentSettings:
    """flip: probability of a mirror image.  shift: the crop moves by up to this share of its height and width, its
    border repeated.  brightness, contrast, colour: largest relative change of the mean, of the spread about it, and of
    each channel by itself."""

    flip: float = 0.5
    shift: float = 0.06
    brightness: float = 0.2
    contrast: float = 0.2
    colour: float = 0.1

    def __post_init__(self) -> None:
        fraction(self, "flip")
        for name in ("shift", "brightness", "contrast", "colour"):
            number(self, name, 0, 0.9)


def augment(image: Image, rng: np.random.Generator, settings: AugmentSettings) -> Image:
    """A changed copy of (H, W, 3) uint8, of the same size."""
    flipped = rng.random() < settings.flip
    rows, columns = (round(settings.shift * side * rng.uniform(-1, 1)) for side in image.shape[:2])
    gain = 1 + settings.contrast * rng.uniform(-1, 1)
    offset = settings.brightness * rng.uniform(-1, 1)
    channels = 1 + settings.colour * rng.uniform(-1, 1, 3)
    changed = image[:, ::-1] if flipped else image
    if rows or columns:
        matrix = np.array([[1, 0, columns], [0, 1, rows]], np.float32)
        size = (image.shape[1], image.shape[0])
        changed = cv2.warpAffine(
            np.ascontiguousarray(changed), matrix, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
        )
    if settings.brightness or settings.contrast or settings.colour:
        # A pixel's new value depends on its old one alone: worked out for the 256 there are, and looked up.
        mean, values = float(changed.mean()), np.arange(256)[:, None]
        lit = ((values - mean) * gain + mean * (1 + offset)) * channels  # (256, 3)
        table = np.clip(np.rint(lit), 0, 255).astype(np.uint8).reshape(1, 256, 3)
        changed = cv2.LUT(np.ascontiguousarray(changed), table)
    return np.ascontiguousarray(changed)


def to_input(images: Sequence[Image] | NDArray[np.uint8]) -> NDArray[np.float32]:
    """B images (H, W, 3) uint8 -> (B, 3, H, W) float32, normalised."""
    stacked = np.stack(list(images)).astype(np.float32) * np.float32(1 / 255)
    normalised: NDArray[np.float32] = ((stacked - MEAN) / STD).transpose(0, 3, 1, 2)
    return np.ascontiguousarray(normalised)
