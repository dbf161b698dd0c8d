"""Random erasing (Zhong, Zheng, Kang, Li, Yang; arXiv 1708.04896), the simulator's rival: a box becomes noise or one
colour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..images import Image
from .checks import choice, fraction, fraction_span, span
from .simulator import Hidden, Span

# The paper's algorithm draws until a box fits.
_ATTEMPTS = 100


@dataclass(frozen=True, kw_only=True)
class ErasingSettings:
    """The paper's values for re-identification: probability, area over the image's, aspect (height over width,
    uniform), and what the box is filled with: random values (its best) or the image's mean colour."""

    probability: float = 0.5
    area: Span = (0.02, 0.4)
    aspect: Span = (0.3, 3.33)
    fill: Literal["random", "mean"] = "random"

    def __post_init__(self) -> None:
        fraction(self, "probability")
        fraction_span(self, "area")
        span(self, "aspect", 0.01, 100)
        choice(self, "fill", ("random", "mean"))


def erase(image: Image, rng: np.random.Generator, settings: ErasingSettings) -> tuple[Image, Hidden]:
    """A copy of (H, W, 3) uint8 with a box erased, and (H, W) bool where. Nowhere by chance, or when no box fitted."""
    height, width = image.shape[:2]
    erased, hidden = image.copy(), np.zeros((height, width), bool)
    if rng.random() >= settings.probability:
        return erased, hidden
    for _ in range(_ATTEMPTS):
        area, aspect = rng.uniform(*settings.area) * height * width, rng.uniform(*settings.aspect)
        high, wide = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < high < height and 0 < wide < width:
            row, column = int(rng.integers(height - high + 1)), int(rng.integers(width - wide + 1))
            box = (slice(row, row + high), slice(column, column + wide))
            noise = settings.fill == "random"
            erased[box] = rng.integers(0, 256, (high, wide, 3)) if noise else np.rint(image.mean(axis=(0, 1)))
            hidden[box] = True
            break
    return erased, hidden
