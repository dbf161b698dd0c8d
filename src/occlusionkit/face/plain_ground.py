"""Masks of things photographed on a plain ground: hands on white paper, objects on a table top.

A pixel belongs to the thing when its hue and saturation leave the ground's, or when it is much darker than the ground
could be in a shadow. Shadows on a plain ground are darker but hardly more saturated, so chroma counts fully and
lightness only beyond a wide margin.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..artifacts.atomic import write_bytes
from ..images import encode_png
from .files import list_images, read_image

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class GroundSettings:
    """border: share of the frame's sides that is looked at for the ground.  min_chroma: of CIE Lab's a, b; a threshold
    found from the picture is not taken below it.  shadow: Lab lightness (0..255) that a shadow may take away.
    clean_px: specks smaller than this go.  max_hole: holes of at most this share of the thing are filled, unless they
    are mostly as bright as the ground, within `glare` of its lightness.
    """

    border: float = 0.02
    min_chroma: float = 5.0
    shadow: float = 110.0
    glare: float = 12.0
    clean_px: int = 5
    max_hole: float = 0.002

    def __post_init__(self) -> None:
        if not (0 < self.border < 0.5 and self.min_chroma > 0 and self.shadow > 0):
            raise ValueError(f"GroundSettings: expected border in 0..0.5 and positive thresholds, found {self}")
        if self.clean_px < 1 or not 0 <= self.max_hole < 1:
            raise ValueError(f"GroundSettings: expected clean_px from 1 and max_hole in 0..1, found {self}")


def mask_on_plain_ground(image: Image, settings: GroundSettings, *, where: str) -> Mask:
    """(H, W, 3) uint8 RGB -> (H, W) bool: the largest thing on the ground.

    ValueError, naming `where`, when the ground is not plain (its border varies more than a shadow may) or when what is
    found is next to nothing or nearly everything.
    """
    lab = cv2.cvtColor(cv2.GaussianBlur(image, (5, 5), 0), cv2.COLOR_RGB2LAB).astype(np.float32)
    ground = _ground_color(lab, settings, where=where)
    chroma = np.hypot(lab[..., 1] - ground[1], lab[..., 2] - ground[2])
    threshold = max(settings.min_chroma, _otsu(chroma))
    darker = ground[0] - lab[..., 0]
    thing = (chroma > threshold) | (darker > settings.shadow)
    mask = _largest(_opened(thing.astype(np.uint8), settings.clean_px))
    mask = _without_small_holes(mask, np.abs(darker) < settings.glare, settings.max_hole)
    share = float(mask.mean())
    if not 0.005 < share < 0.95:
        raise ValueError(f"{where}: expected one thing on a plain ground, found a mask of {share:.1%} of the frame")
    return mask


def _ground_color(lab: NDArray[np.float32], settings: GroundSettings, *, where: str) -> NDArray[np.float32]:
    """The border's median colour. What stands in the frame (a wrist) may take less than half of the border."""
    height, width = lab.shape[:2]
    rows, cols = max(1, round(height * settings.border)), max(1, round(width * settings.border))
    inner = np.ones((height, width), bool)
    inner[rows : height - rows, cols : width - cols] = False
    border = lab[inner]
    median: NDArray[np.float32] = np.median(border, axis=0)
    near = np.hypot(border[:, 1] - median[1], border[:, 2] - median[2]) < 3 * settings.min_chroma
    if near.mean() < 0.5:
        raise ValueError(
            f"{where}: expected a plain ground, found one colour on only {near.mean():.0%} of the frame's border"
        )
    return median


def _otsu(chroma: NDArray[np.float32]) -> float:
    """Otsu's threshold, less a little: finger nails and highlights are paler than the rest of a hand. Much less would
    take in what JPEG's coarse colour planes spread beyond its edge (on real hands: from half of it down)."""
    steps = np.clip(chroma * 4, 0, 255).astype(np.uint8)
    level, _ = cv2.threshold(steps, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return 0.85 * float(level) / 4


def _opened(mask: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size_px, size_px))
    opened: NDArray[np.uint8] = cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel)
    return opened


def _largest(mask: NDArray[np.uint8]) -> Mask:
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    if count < 2:
        return np.zeros(mask.shape, bool)
    largest: Mask = labels == 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
    return largest


def _without_small_holes(mask: Mask, bright: Mask, max_hole: float) -> Mask:
    """Fill small holes that are mostly not bright: nails, creases and dirt, not the gaps between fingers."""
    count, labels, statistics, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    brightness = np.bincount(labels.ravel(), weights=bright.ravel(), minlength=count)
    areas = statistics[:, cv2.CC_STAT_AREA]
    filled = (areas <= max_hole * np.count_nonzero(mask)) & (brightness < areas / 2)
    filled[0] = False  # the mask itself
    whole: Mask = mask | filled[labels]
    return whole


def write_masks(images: Path, masks: Path, settings: GroundSettings) -> int:
    """masks/<stem>.png, 0/255, for every image of a folder; returns how many. Errors as of `mask_on_plain_ground`."""
    found = list_images(images, what="photographs on a plain ground")
    for stem, path in found.items():
        mask = mask_on_plain_ground(read_image(path), settings, where=str(path))
        write_bytes(masks / f"{stem}.png", encode_png(mask.view(np.uint8) * 255))
    return len(found)
