"""Colours as people write them, and as renderers want them."""

from __future__ import annotations

import numpy as np

from ...geometry import Array


def linear_color(srgb: str) -> Array:
    """ "#rrggbb" -> (3,) linear light, 0..1 (IEC 61966-2-1). "#808080" is 0.216."""
    value = np.array(_bytes(srgb)) / 255
    linear: Array = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return linear


def blended_color(first: str, second: str, share: float) -> str:
    """The colour a share of the way from the first to the second, mixed as pigments look: in sRGB."""
    return _srgb(*((1 - share) * a + share * b for a, b in zip(_bytes(first), _bytes(second), strict=True)))


def toned_color(color: str, factors: tuple[float, float, float]) -> str:
    """The colour with its red, green and blue scaled by 0..1, in sRGB."""
    return _srgb(*(value * factor for value, factor in zip(_bytes(color), factors, strict=True)))


def _bytes(color: str) -> list[int]:
    return [int(color[start : start + 2], 16) for start in (1, 3, 5)]


def _srgb(*channels: float) -> str:
    return "#" + "".join(f"{round(channel):02x}" for channel in channels)
