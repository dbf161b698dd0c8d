"""Colours as people write them, and as renderers want them."""

from __future__ import annotations

import numpy as np

from ...geometry import Array


def linear_color(srgb: str) -> Array:
    """ "#rrggbb" -> (3,) linear light, 0..1 (IEC 61966-2-1). "#808080" is 0.216."""
    value = np.array([int(srgb[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear: Array = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return linear
