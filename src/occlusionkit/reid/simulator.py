"""The Occlusion Simulator: a patch of background, cut from another training image, is pasted over a whole-body crop.

The paper (ICME 2018) shows that it pastes rectangles of background and says no more; every number here is our choice
unless docs/afpb.md marks it as published. All draws come from the generator that is handed in: give it one made of the
seed, the epoch and the image, and a picture depends on nothing else.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..images import Image
from .checks import choice, fraction, fraction_span, number, span

Span = tuple[float, float]
Position = Literal["uniform", "bottom", "left", "right", "top"]
POSITIONS: tuple[Position, ...] = ("uniform", "bottom", "left", "right", "top")
Hidden = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class SimulatorSettings:
    """The law of the simulated occlusions.

    probability: that a copy gets a patch at all.  area: of the patch over that of the crop, uniform.  aspect: height
    over width in px, log-uniform; where such a patch would not fit, the aspect gives way and the area stays.
    positions: drawn evenly; bottom, left, right and top touch that edge.  feather_px: width of the ramp inside the
    patch's edge, 0 for hard edges.  rotate_deg: of the patch about its centre.  border_side, border_top: share of the
    width and height that counts as background.  source_share: of a band, how much is cut, in each direction.
    curriculum_start, curriculum_share: probability and largest area begin at this share of themselves and grow linearly
    over that share of the training; a start of 1 is no curriculum.
    """

    probability: float = 1.0
    area: Span = (0.10, 0.50)
    aspect: Span = (0.3, 3.3)
    positions: tuple[Position, ...] = ("uniform",)
    feather_px: float = 0.0
    rotate_deg: Span = (0.0, 0.0)
    border_side: float = 0.25
    border_top: float = 0.15
    source_share: Span = (0.5, 1.0)
    curriculum_start: float = 1.0
    curriculum_share: float = 0.5

    def __post_init__(self) -> None:
        fraction(self, "probability", "border_side", "border_top", "curriculum_start", "curriculum_share")
        fraction_span(self, "area", "source_share")
        span(self, "aspect", 0.01, 100)
        span(self, "rotate_deg", -180, 180)
        number(self, "feather_px", 0, 1000)
        choice(self, "positions", POSITIONS)
        if not 0 < self.border_side < 0.5 or not 0 < self.border_top < 1:
            raise ValueError(
                f"simulator: expected border_side in (0, 0.5) and border_top in (0, 1), found {self.border_side} and "
                f"{self.border_top}: they are the share of a crop that is background"
            )
        if self.area[0] <= 0 or self.source_share[0] <= 0:
            raise ValueError(
                f"simulator: expected area and source_share above 0, found {self.area}, {self.source_share}"
            )

    def at(self, progress: float) -> SimulatorSettings:
        """The law at a point of the training, 0 its first epoch and 1 its last."""
        grown = min(1.0, progress / self.curriculum_share) if self.curriculum_share > 0 else 1.0
        scale = self.curriculum_start + (1 - self.curriculum_start) * grown
        low, high = self.area
        return dataclasses.replace(self, probability=self.probability * scale, area=(low, low + (high - low) * scale))


class PatchPool(Protocol):
    """Where patches come from."""

    def cut(self, rng: np.random.Generator, settings: SimulatorSettings, *, not_from: int) -> Image:
        """(h, w, 3) of any size, from any item but `not_from`."""


class BorderPool:
    """Background at the left, right and upper borders of the training images themselves."""

    def __init__(self, images: Sequence[Image] | NDArray[np.uint8]) -> None:
        if len(images) < 2:
            raise ValueError(f"simulator: expected at least 2 training images to cut patches from, found {len(images)}")
        self._images = images

    def cut(self, rng: np.random.Generator, settings: SimulatorSettings, *, not_from: int) -> Image:
        at = int(rng.integers(len(self._images) - 1))
        image = self._images[at + (at >= not_from)]
        height, width = image.shape[:2]
        side, top = max(1, round(width * settings.border_side)), max(1, round(height * settings.border_top))
        bands = ((0, 0, height, side), (0, width - side, height, side), (0, 0, top, width))
        areas = np.array([high * wide for _, _, high, wide in bands], float)
        row, column, high, wide = bands[int(rng.choice(3, p=areas / areas.sum()))]
        return _cut_box(image[row : row + high, column : column + wide], rng, settings.source_share)


class TexturePool:
    """Pictures of textures or obstacles; a part of one is cut."""

    def __init__(self, images: Sequence[Image]) -> None:
        if not images:
            raise ValueError("simulator: expected at least one texture, found none")
        self._images = images

    def cut(self, rng: np.random.Generator, settings: SimulatorSettings, *, not_from: int) -> Image:
        return _cut_box(self._images[int(rng.integers(len(self._images)))], rng, settings.source_share)


def _cut_box(image: Image, rng: np.random.Generator, share: Span) -> Image:
    height, width = image.shape[:2]
    high, wide = (max(1, round(side * rng.uniform(*share))) for side in (height, width))
    row, column = int(rng.integers(height - high + 1)), int(rng.integers(width - wide + 1))
    return image[row : row + high, column : column + wide]


def draw_box(
    rng: np.random.Generator, settings: SimulatorSettings, size_hw: tuple[int, int]
) -> tuple[int, int, int, int]:
    """(row, column, height, width) of a patch inside a crop of `size_hw`, px."""
    height, width = size_hw
    area = rng.uniform(*settings.area) * height * width
    aspect = math.exp(rng.uniform(*np.log(settings.aspect)))
    high = min(math.sqrt(area * aspect), height)
    wide = min(area / high, width)
    high = min(area / wide, height)
    rows, columns = (min(max(round(side), 1), limit) for side, limit in ((high, height), (wide, width)))
    row, column = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
    position = settings.positions[int(rng.integers(len(settings.positions)))]
    row = {"bottom": height - rows, "top": 0}.get(position, row)
    column = {"right": width - columns, "left": 0}.get(position, column)
    return row, column, rows, columns


def simulate_occlusion(
    image: Image, pool: PatchPool, rng: np.random.Generator, settings: SimulatorSettings, *, item: int
) -> tuple[Image, Hidden]:
    """A copy of a crop with a patch over it, and where the patch is.

    image (H, W, 3) uint8, not changed;  item: its number in the pool, which it gets no patch from.
    Returns (H, W, 3) uint8 and (H, W) bool: more than half covered; nowhere, where `probability` left the image whole.
    """
    size_hw = (image.shape[0], image.shape[1])
    if rng.random() >= settings.probability:
        return image.copy(), np.zeros(size_hw, bool)
    row, column, high, wide = draw_box(rng, settings, size_hw)
    patch = cv2.resize(pool.cut(rng, settings, not_from=item), (wide, high), interpolation=cv2.INTER_LINEAR)
    angle_deg = float(rng.uniform(*settings.rotate_deg))
    cover = _cover(high, wide, settings.feather_px)
    if angle_deg == 0:
        covered = np.zeros(size_hw, np.float32)
        canvas = np.zeros_like(image)
        covered[row : row + high, column : column + wide] = cover
        canvas[row : row + high, column : column + wide] = patch
    else:
        matrix = cv2.getRotationMatrix2D(((wide - 1) / 2, (high - 1) / 2), angle_deg, 1.0)
        matrix[:, 2] += (column, row)
        covered = cv2.warpAffine(cover, matrix, size_hw[::-1], flags=cv2.INTER_LINEAR)
        canvas = cv2.warpAffine(patch, matrix, size_hw[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    blended = image + covered[:, :, None] * (canvas.astype(np.float32) - image)
    return np.rint(blended).astype(np.uint8), covered > 0.5


def _cover(high: int, wide: int, feather_px: float) -> NDArray[np.float32]:
    """(high, wide) 1 in the middle, falling over `feather_px` towards the edge; all 1 without feathering."""
    if feather_px <= 0:
        return np.ones((high, wide), np.float32)
    inside = [np.minimum(np.arange(side) + 0.5, side - np.arange(side) - 0.5) for side in (high, wide)]
    cover: NDArray[np.float32] = np.clip(np.minimum.outer(*inside) / feather_px, 0, 1).astype(np.float32)
    return cover
