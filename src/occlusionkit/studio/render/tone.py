"""From linear light to what a screen shows. The fragment shader holds `display_from_root` in its own words."""

from __future__ import annotations

import numpy as np

from ...geometry import Array

# The linear light that is shown as full white.
WHITE = 3.0
# display_from_root(r) = r (N1 + N2 r) / (1 + D1 r + D2 r^2): a fit to srgb_encode(tone_map(r^2)) on 0..sqrt(WHITE),
# never off by more than 0.7 of a level of 255. A power per channel would cost a CPU more than all other shading.
N1, N2, D1, D2 = -0.69826136, 51.90866155, 33.24274806, 32.11495781


def tone_map(linear: Array) -> Array:
    """Linear light 0.. -> 0..1, rolling off highlights: x (1 + x / w^2) / (1 + x) (Reinhard 2002, white at w)."""
    mapped: Array = np.minimum(linear * (1 + linear / WHITE**2) / (1 + linear), 1)
    return mapped


def srgb_encode(linear: Array) -> Array:
    """Linear 0..1 -> sRGB 0..1 (IEC 61966-2-1)."""
    encoded: Array = np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    )
    return encoded


def srgb_decode(encoded: Array) -> Array:
    """sRGB 0..1 -> linear 0..1, the inverse of srgb_encode."""
    linear: Array = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return linear


def display_from_root(root: Array) -> Array:
    """Square roots of linear light -> sRGB 0..1, tone-mapped."""
    shown: Array = np.clip(root * (N1 + N2 * root) / (1 + D1 * root + D2 * root * root), 0, 1)
    return shown
