"""An occluder cut from its photo: colours and coverage, cropped, resized and turned together.

The colours are carried on beyond the coverage (`bleed`), so that no later blur, JPEG or interpolation mixes in what
was behind the occluder in its own photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

# Colours are carried on over this many pixels of the occluder's photo, on a grid this much coarser.
_BLEED_PX = 32
_BLEED_STRIDE = 4


@dataclass(frozen=True, eq=False)
class Cutout:
    """image (H, W, 3) uint8 RGB; coverage (H, W) uint8, 0 (not the occluder) .. 255."""

    image: Image
    coverage: NDArray[np.uint8]

    @property
    def mask(self) -> NDArray[np.bool_]:
        return self.coverage >= 128


def cut_out(image: Image, mask: NDArray[np.bool_], *, where: str) -> Cutout:
    """Crop to the mask's box. ValueError, naming `where`, for another size and for an empty mask."""
    if image.shape[:2] != mask.shape:
        raise ValueError(f"{where}: expected a mask of {image.shape[:2]}, found {mask.shape}")
    x, y, width, height = box_of(mask, where=where)
    crop = (slice(y, y + height), slice(x, x + width))
    return Cutout(np.ascontiguousarray(image[crop]), mask[crop].astype(np.uint8) * 255)


def box_of(mask: NDArray[np.bool_], *, where: str) -> tuple[int, int, int, int]:
    """x, y, width, height of the smallest box that holds the mask. ValueError, naming `where`, for an empty one."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    if width == 0:
        raise ValueError(f"{where}: expected a mask with some pixels set, found none")
    return x, y, width, height


def bleed(cutout: Cutout) -> Cutout:
    """Outside the coverage: the colours nearby, and the occluder's mean colour far away."""
    inside = cv2.bitwise_and(cutout.image, cutout.image, mask=cutout.coverage)
    size_wh = tuple(max(1, -(-side // _BLEED_STRIDE)) for side in cutout.coverage.shape[::-1])
    colors = cv2.resize(inside, size_wh, interpolation=cv2.INTER_AREA).astype(np.float32)
    weight = cv2.resize(cutout.coverage, size_wh, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    kernel = (2 * (_BLEED_PX // _BLEED_STRIDE) + 1,) * 2
    near, near_weight = cv2.GaussianBlur(colors, kernel, 0), cv2.GaussianBlur(weight, kernel, 0)[..., None]
    mean = np.array(cv2.mean(cutout.image, mask=cutout.coverage)[:3], np.float32)
    # A trace of the mean everywhere, so that the colours fade into it where the occluder is far.
    trace = np.float32(1e-3)
    spread = (near.reshape(*near.shape[:2], 3) + trace * mean) / (near_weight + trace)
    height, width = cutout.coverage.shape
    around = cv2.resize(np.rint(spread).clip(0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.copyTo(cutout.image, cutout.coverage, around)
    return Cutout(around, cutout.coverage)


def blackened(cutout: Cutout) -> Cutout:
    """Black outside the coverage, as upstream's occluders are."""
    return Cutout(cv2.bitwise_and(cutout.image, cutout.image, mask=cutout.coverage), cutout.coverage)


def resized(cutout: Cutout, factor: float, *, compat: bool = False) -> Cutout:
    """Both at `factor` of their size, at least 1 px. Shrinking averages (upstream, and `compat`: Lanczos, which does
    not, and which overshoots at the mask's edge)."""
    height, width = cutout.coverage.shape
    size_wh = (max(1, round(width * factor)), max(1, round(height * factor)))
    if compat:
        image_by = mask_by = cv2.INTER_LANCZOS4
    elif factor < 1:
        image_by = mask_by = cv2.INTER_AREA
    else:
        image_by, mask_by = cv2.INTER_LANCZOS4, cv2.INTER_LINEAR
    return Cutout(
        cv2.resize(cutout.image, size_wh, interpolation=image_by),
        cv2.resize(cutout.coverage, size_wh, interpolation=mask_by),
    )


def warped(cutout: Cutout, matrix: Floats, *, nearest_mask: bool = False, border: int = cv2.BORDER_REPLICATE) -> Cutout:
    """Both under the linear map `matrix` (2, 2) about their centre, on a canvas that holds all of it.

    The canvas's centre is the occluder's centre. nearest_mask: upstream's affine step interpolates colours only.
    """
    height, width = cutout.coverage.shape
    new_width, new_height = (int(np.ceil(side - 1e-9)) for side in np.abs(matrix) @ (width, height))
    # OpenCV's coordinates are those of pixel centres.
    center, new_center = (np.array([w - 1, h - 1]) / 2 for w, h in ((width, height), (new_width, new_height)))
    forward = np.column_stack([matrix, new_center - matrix @ center])
    mask_by = cv2.INTER_NEAREST if nearest_mask else cv2.INTER_LINEAR
    return Cutout(
        cv2.warpAffine(cutout.image, forward, (new_width, new_height), flags=cv2.INTER_LINEAR, borderMode=border),
        cv2.warpAffine(cutout.coverage, forward, (new_width, new_height), flags=mask_by),
    )
