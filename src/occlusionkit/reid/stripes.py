"""A descriptor that needs no training: colour histograms of six horizontal stripes.

Its every detail is part of its definition, because other choices move rank-1 by up to two points (30 variants measured
on Partial-REID): resize to 128x64 (h x w) as Pillow's BILINEAR does it (a triangle filter that widens when shrinking,
one axis after the other in fixed point); hue, saturation and value as Pillow's "HSV" (all 0..255); columns 8..55;
stripes between the rows 0, 21, 42, 64, 85, 106, 128; in each a joint histogram of 8 x 4 x 4 bins over its number of
pixels, square-rooted. The six are concatenated and compared by cosine. Pillow itself is not needed.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..artifacts import Table, read_table
from ..images import Image
from .crops import read_images
from .data import CROPS
from .feature_files import write_features

SIZE_HW = (128, 64)
EDGES = (0, 21, 42, 64, 85, 106, 128)
COLUMNS = (8, 56)
BINS = (8, 4, 4)
DIMENSIONS = (len(EDGES) - 1) * int(np.prod(BINS))

# Pillow's fixed point: 32 bits hold an 8-bit value times a weight, with two bits to spare for overshoot.
_PRECISION = 32 - 8 - 2


def describe_dataset(index: Path, images: Path, folder: Path) -> Table:
    """Describe every query, gallery and partial image of a dataset (CROPS, zip of the files); write_features's pair
    below `folder`, and its index."""
    rows = read_table(index, CROPS)
    rows = rows.take(np.flatnonzero(rows["role"] != "train"))
    crops = read_images(images, [str(path) for path in rows["path"]])
    return write_features(folder, np.stack([describe_stripes(crop) for crop in crops]), rows.columns)


def describe_stripes(image: Image) -> NDArray[np.float32]:
    """(H, W, 3) uint8 RGB, any size -> (768,) float32."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise ValueError(f"stripes: expected (H, W, 3) uint8 with pixels, found {image.shape} {image.dtype}")
    hsv = rgb_to_hsv(resize_bilinear(image, SIZE_HW))[:, COLUMNS[0] : COLUMNS[1]]
    hue, saturation, value = (hsv[..., n].astype(np.int64) * bins // 256 for n, bins in enumerate(BINS))
    bins = (hue * BINS[1] + saturation) * BINS[2] + value
    parts = []
    for top, bottom in itertools.pairwise(EDGES):
        stripe = bins[top:bottom]
        parts.append(np.sqrt(np.bincount(stripe.ravel(), minlength=int(np.prod(BINS))) / stripe.size))
    return np.concatenate(parts).astype(np.float32)


def resize_bilinear(image: Image, size_hw: tuple[int, int]) -> Image:
    """(H, W, C) uint8 -> (h, w, C) uint8, the same bytes as Pillow 13's resize with BILINEAR.

    One axis after the other, rounded to 8 bits in between. The height comes first where it shrinks and fewer pixels are
    left in between; Pillow before 13 always began with the width, which changes every ninth pixel by one level.
    """
    height, width = size_hw
    rows_first = len(image) > height and len(image) * width > height * image.shape[1]
    for axis in (0, 1) if rows_first else (1, 0):
        if image.shape[axis] != size_hw[axis]:
            image = _resample(image.swapaxes(0, axis), size_hw[axis]).swapaxes(0, axis)
    return image


def _resample(image: Image, length: int) -> Image:
    """Along the first axis."""
    first, weights = _triangle_weights(len(image), length)
    sums = np.full((length, *image.shape[1:]), 1 << (_PRECISION - 1), np.int64)
    for tap in range(weights.shape[1]):
        rows = image[np.minimum(first + tap, len(image) - 1)].astype(np.int64)
        sums += rows * weights[:, tap, None, None]
    clipped: Image = np.clip(sums >> _PRECISION, 0, 255).astype(np.uint8)
    return clipped


def _triangle_weights(before: int, after: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First source row (after,) and fixed-point weights (after, taps) of each row; beyond the edge they are 0."""
    scale = before / after
    reach = max(scale, 1.0)
    centre = (np.arange(after) + 0.5) * scale
    # Pillow truncates towards zero after adding a half, and cuts at the edges.
    first = np.maximum((centre - reach + 0.5).astype(np.int64), 0)
    last = np.minimum((centre + reach + 0.5).astype(np.int64), before)
    taps = np.arange(int((last - first).max()))
    distance = (taps + first[:, None] - centre[:, None] + 0.5) / reach
    weights = np.maximum(1.0 - np.abs(distance), 0.0) * (taps < (last - first)[:, None])
    weights /= weights.sum(axis=1, keepdims=True)
    return first, np.floor(weights * (1 << _PRECISION) + 0.5).astype(np.int64)


def rgb_to_hsv(image: Image) -> Image:
    """(..., 3) uint8 RGB -> uint8 hue, saturation and value, each 0..255, as Pillow's conversion to "HSV".

    Float32 as Pillow computes it: with more digits some values round the other way.
    """
    channels = image.astype(np.float32)
    high, low = image.max(axis=-1), image.min(axis=-1)
    spread = (high - low).astype(np.float32)
    grey = high == low
    divisor = np.where(grey, np.float32(1), spread)
    saturation = spread / np.where(high == 0, 1, high).astype(np.float32)
    red, green, blue = ((high - channels[..., n]) / divisor for n in range(3))
    # Pillow adds whole numbers in double precision and stores the sum in single.
    sector = np.where(
        image[..., 0] == high,
        blue - green,
        np.where(image[..., 1] == high, (2.0 + red.astype(float) - blue), (4.0 + green.astype(float) - red)),
    ).astype(np.float32)
    hue = np.fmod(sector.astype(float) / 6.0 + 1.0, 1.0).astype(np.float32)
    stored = [
        np.where(grey, 0, np.clip((part.astype(float) * 255.0).astype(np.int64), 0, 255)) for part in (hue, saturation)
    ]
    hsv: Image = np.stack([*stored, high], axis=-1).astype(np.uint8)
    return hsv
