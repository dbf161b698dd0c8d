"""Pasting an occluder onto a face, so that image and label agree at its edge."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .cutout import Cutout
from .settings import EdgeSettings

Image = NDArray[np.uint8]
Coverage = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Pasted:
    """image (H, W, 3) uint8; hidden (H, W) bool: the occluder covers at least half of the pixel (its opacity does not
    matter); occluder (H, W) uint8: coverage as an occlusion mask file holds it; alpha (H, W) uint8: how opaque the
    occluder is, opacity included."""

    image: Image
    hidden: NDArray[np.bool_]
    occluder: Coverage
    alpha: Coverage


def angle_around_deg(face_center: tuple[float, float], occluder_center: tuple[float, float]) -> float:
    """0..360: the direction from the face's centre to the occluder's, clockwise from up. Turned by it, the lower edge
    of the occluder points at the face's centre. 0 where the two coincide."""
    right = occluder_center[0] - face_center[0]
    up = face_center[1] - occluder_center[1]
    return float(np.rad2deg(np.arctan2(right, up)) % 360.0)


def paste(image: Image, cutout: Cutout, *, center: tuple[float, float], opacity: float, edge: EdgeSettings) -> Pasted:
    """The occluder's canvas centred at `center` (x, y px, edge convention), cut at the frame.

    Its coverage is eroded and blurred, and this one coverage both mixes the colours and, at one half, gives the label.
    Then a band around the label's edge is blurred, which moves no edge.
    """
    margin = edge.erode_px // 2 + edge.blur_px // 2
    colors = cv2.copyMakeBorder(cutout.image, *(margin,) * 4, cv2.BORDER_REPLICATE)
    coverage = cv2.copyMakeBorder(cutout.coverage, *(margin,) * 4, cv2.BORDER_CONSTANT, value=0)
    coverage = _soften(coverage, edge)
    placed, placed_colors, window = _placed(coverage, colors, center, size_hw=image.shape[:2])
    mixed = image.copy()
    mixed[window] = _mix(image[window], placed_colors, placed, opacity)
    occluder = np.zeros(image.shape[:2], np.uint8)
    occluder[window] = placed
    hidden = occluder >= 128
    mixed = _blur_band(mixed, hidden.view(np.uint8) * 255, window, edge)
    alpha = cv2.convertScaleAbs(occluder, alpha=opacity)
    return Pasted(mixed, hidden, hidden.view(np.uint8) * 255, alpha)


def paste_compat(
    image: Image, cutout: Cutout, *, center: tuple[float, float], opacity: float, edge: EdgeSettings
) -> Pasted:
    """As upstream: colours are mixed by the eroded and blurred coverage, the label is taken from the coverage before
    that (hidden where 255 - coverage rounds to less than half), and the occlusion mask stays soft. At the border of the
    occluder's canvas nothing is eroded: hard cuts."""
    soft = _soften(cutout.coverage, edge)
    placed, placed_colors, window = _placed(soft, cutout.image, center, size_hw=image.shape[:2])
    mixed = image.copy()
    mixed[window] = _mix(image[window], placed_colors, placed, opacity)
    occluder, alpha = np.zeros(image.shape[:2], np.uint8), np.zeros(image.shape[:2], np.uint8)
    alpha[window] = cv2.convertScaleAbs(placed, alpha=opacity)
    occluder[window], _, _ = _placed(cutout.coverage, cutout.image, center, size_hw=image.shape[:2])
    return Pasted(_blur_band(mixed, occluder, window, edge), occluder >= 128, occluder, alpha)


def _soften(coverage: Coverage, edge: EdgeSettings) -> Coverage:
    eroded = cv2.erode(coverage, np.ones((edge.erode_px,) * 2, np.uint8))
    blurred: Coverage = cv2.GaussianBlur(eroded, (edge.blur_px,) * 2, 0)
    return blurred


def _placed(
    coverage: Coverage, colors: Image, center: tuple[float, float], *, size_hw: tuple[int, ...]
) -> tuple[Coverage, Image, tuple[slice, slice]]:
    """The parts of coverage and colours within the frame, and where they go. Empty ones for an occluder outside."""
    taken, given = [], []
    for middle, length, limit in zip(reversed(center), coverage.shape, size_hw, strict=True):
        start = round(middle - length / 2)
        low, high = min(max(start, 0), limit), max(min(start + length, limit), 0)
        given.append(slice(low, max(low, high)))
        taken.append(slice(low - start, max(low, high) - start))
    rows, cols = taken
    return coverage[rows, cols], colors[rows, cols], (given[0], given[1])


def _mix(below: Image, above: Image, coverage: Coverage, opacity: float) -> Image:
    """below + (above - below) * coverage * opacity, rounded."""
    if not coverage.size:
        return below
    weight = coverage.astype(np.float32)
    weight *= opacity / 255
    mixed = cv2.blendLinear(np.ascontiguousarray(above), np.ascontiguousarray(below), weight, np.float32(1) - weight)
    result: Image = mixed
    return result


def _blur_band(image: Image, occluder: Coverage, window: tuple[slice, slice], edge: EdgeSettings) -> Image:
    """The image with the pixels near the occluder's edge replaced by its blur. Changes `image` in place, which is the
    caller's own copy."""
    if edge.band_iterations == 0 or occluder[window].size == 0:
        return image
    reach = edge.band_iterations * (edge.band_px // 2) + edge.band_blur_px // 2
    rows, cols = (
        slice(max(0, one.start - reach), min(limit, one.stop + reach))
        for one, limit in zip(window, occluder.shape, strict=True)
    )
    part, kernel = occluder[rows, cols], np.ones((edge.band_px,) * 2, np.uint8)
    outer = cv2.dilate(part, kernel, iterations=edge.band_iterations)
    inner = cv2.erode(part, kernel, iterations=edge.band_iterations)
    band = cv2.compare(cv2.subtract(outer, inner), edge.band_threshold, cv2.CMP_GT)
    blurred = cv2.GaussianBlur(image[rows, cols], (edge.band_blur_px,) * 2, 0)
    region = image[rows, cols]
    region[band > 0] = blurred[band > 0]
    return image
