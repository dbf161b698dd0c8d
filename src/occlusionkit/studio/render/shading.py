"""Light at vertices: the one lighting model of both renderers. Linear RGB.

A Light of colour 1 gives irradiance 1 at 1 m, on a surface that faces it.

A vertex has two lights: `key`, what arrives straight from lights[0], whose shadow moves with people, and `ambient`,
all the rest. A pixel's colour is albedo * (ambient + key * how much of lights[0] is seen), tone-mapped, then sRGB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array
from ..world import Light

Floats = NDArray[np.float32]

# Without a bake, light that has bounced is a share of what the lights would give at 2 m: more from above than below.
SKY_SHARE, GROUND_SHARE = 0.55, 0.25
TYPICAL_DISTANCE_M = 2.0


@dataclass(frozen=True, eq=False)
class VertexLight:
    """ambient (N, 3), key (N, 3): linear RGB irradiance, before exposure."""

    ambient: Floats
    key: Floats


def direct_light(points: Array, normals: Array, light: Light) -> Floats:
    """(N, 3) m, (N, 3) unit -> (N, 3) irradiance from one light, unshadowed: Lambert's cosine over distance squared.

    The light's radius keeps what is next to it finite.
    """
    offset = np.asarray(light.position, dtype=np.float32) - points
    distance_squared = np.einsum("ij,ij->i", offset, offset)
    facing = np.einsum("ij,ij->i", offset, normals) / np.sqrt(np.maximum(distance_squared, 1e-12))
    strength = np.maximum(facing, 0) / (distance_squared + light.radius_m**2)
    found: Floats = (strength[:, None] * np.asarray(light.color)).astype(np.float32)
    return found


def plain_light(points: Array, normals: Array, lights: Sequence[Light]) -> VertexLight:
    """Light without shadows or bounces, for worlds that have not been baked."""
    total = np.sum([light.color for light in lights], axis=0) if lights else np.ones(3)
    share = GROUND_SHARE + (SKY_SHARE - GROUND_SHARE) * (np.asarray(normals)[:, 2:] * 0.5 + 0.5)
    ambient = share * total / TYPICAL_DISTANCE_M**2
    for light in lights[1:]:
        ambient = ambient + direct_light(points, normals, light)
    key = direct_light(points, normals, lights[0]) if lights else np.zeros((len(points), 3))
    return VertexLight(ambient=ambient.astype(np.float32), key=key.astype(np.float32))


def plain_exposure(lights: Sequence[Light]) -> float:
    """What makes a surface 2 m below all lights of an unbaked world bright, not burnt out."""
    if not lights:
        return 1.0
    total = float(np.sum([light.color for light in lights], axis=0).mean())
    return TYPICAL_DISTANCE_M**2 / max(total, 1e-9)


def tone_map(linear: Array) -> Array:
    """Linear light 0.. -> 0..1, rolling off highlights: x (1 + x / w^2) / (1 + x) with white at w = 3 (Reinhard)."""
    mapped: Array = np.minimum(linear * (1 + linear / 9) / (1 + linear), 1)
    return mapped


def srgb_encode(linear: Array) -> Array:
    """Linear 0..1 -> sRGB 0..1 (IEC 61966-2-1)."""
    encoded: Array = np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055
    )
    return encoded


def srgb_decode(encoded: Array) -> Array:
    """sRGB 0..1 -> linear 0..1, the inverse of srgb_encode."""
    linear: Array = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return linear
