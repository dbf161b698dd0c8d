"""The darkness where bodies touch the floor: what they take of the light from all around, near their lowest parts.

A map from above, of what moves: at each place, how much of something low is there, and how high it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry import Array
from .batch import Batch

Floats = NDArray[np.float32]

SIZE = 128
# The map goes on this far around what moves, m.
MARGIN_M = 0.25
# Of each thing, what is within this height above its lowest point counts.
LOW_M = 0.3
# A surface this far below is not darkened any more; one this far above neither (a foot may sink into a carpet).
REACH_M, SINK_M = 0.25, 0.06
# Standard deviation of the darkness around a foot, m.
SPREAD_M = 0.07
# A foot is hardly wider than that: this makes up for what is blurred away.
GAIN = 1.6
# How much light is taken away right at the contact.
AMBIENT_TAKEN, KEY_TAKEN = 0.85, 0.5


@dataclass(frozen=True, eq=False)
class ContactMap:
    """low (3,) m: the map's corner and its lowest height;  span_m: its side, m;  height_m: what 255 stands for;
    values (SIZE, SIZE, 2) uint8, rows along y: share of something low, its height above low."""

    low: Array
    span_m: float
    height_m: float
    values: NDArray[np.uint8]

    def taken(self, points: Array) -> Floats:
        """How much of a contact's darkness there is at points (N, 3) m, 0..1. shadow.frag.glsl says it once more."""
        places = (points[:, :2] - self.low[:2]) / self.span_m * SIZE - 0.5
        share, height = bilinear(self.values, places).T
        above_m = self.low[2] + height * self.height_m - points[:, 2]
        found: Floats = share * np.clip(1 - above_m / REACH_M, 0, 1) * np.clip((above_m + SINK_M) / SINK_M, 0, 1)
        return found

    def corners(self) -> Array:
        """(8, 3) m around all that may be darkened."""
        low = self.low - np.array([0, 0, REACH_M])
        high = self.low + np.array([self.span_m, self.span_m, self.height_m + SINK_M])
        return np.array([np.where(pick, high, low) for pick in np.ndindex(2, 2, 2)])


def contact_map(moving: Batch) -> ContactMap:
    """The contacts of a batch of at least one item."""
    starts = moving.first_vertex[:-1].astype(np.int64)
    lowest = np.minimum.reduceat(moving.positions[:, 2], starts)
    item = np.repeat(np.arange(len(starts)), np.diff(moving.first_vertex))
    above = moving.positions[:, 2] - lowest[item]
    chosen = above < LOW_M
    points, weight = moving.positions[chosen].astype(np.float64), 1 - above[chosen] / LOW_M
    low = np.append(points[:, :2].min(axis=0) - MARGIN_M, lowest.min())
    span_m = float((points[:, :2].max(axis=0) + MARGIN_M - low[:2]).max())
    height_m = float(lowest.max() - lowest.min() + LOW_M)
    column, row = np.floor((points[:, :2] - low[:2]) / span_m * SIZE).astype(np.int64).T
    share = np.zeros((SIZE, SIZE), np.float32)
    np.maximum.at(share, (row, column), weight.astype(np.float32))
    height = np.full((SIZE, SIZE), np.inf, np.float32)
    np.minimum.at(height, (row, column), (points[:, 2] - low[2]).astype(np.float32))
    # Vertices are farther apart than texels: fill what is between them.
    around = np.ones((5, 5), np.uint8)
    share, height = cv2.dilate(share, around), cv2.erode(height, around)
    height[np.isinf(height)] = 0
    sigma = max(SPREAD_M / span_m * SIZE, 0.5)
    blurred = cv2.GaussianBlur(share, (0, 0), sigma)
    heights = cv2.GaussianBlur(share * height, (0, 0), sigma) / np.maximum(blurred, 1e-6)
    blurred[[0, -1]] = blurred[:, [0, -1]] = 0  # nothing goes on beyond the border
    values = np.stack([np.minimum(GAIN * blurred, 1), np.clip(heights / height_m, 0, 1)], axis=-1)
    return ContactMap(low=low, span_m=span_m, height_m=height_m, values=np.round(values * 255).astype(np.uint8))


def bilinear(image: NDArray[np.uint8], places: Array) -> Floats:
    """(S, S, C), (N, 2) x and y in texels, 0 at the first one's centre -> (N, C) 0..1. The border goes on outside."""
    size = len(image)
    places = np.clip(places, 0, size - 1)
    low = np.minimum(np.floor(places), size - 2).astype(np.int64)
    across, down = (places - low).astype(np.float32).T[:, :, None]
    column, row = low.T
    above = image[row, column] * (1 - across) + image[row, column + 1] * across
    beneath = image[row + 1, column] * (1 - across) + image[row + 1, column + 1] * across
    mixed: Floats = (above * (1 - down) + beneath * down) / np.float32(255)
    return mixed
