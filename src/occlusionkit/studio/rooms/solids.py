"""The solids that furniture occupies: what a person may not enter. Boxes turned about Z, and upright cylinders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ...geometry import Array

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Box:
    """center m; size m along its own axes; yaw_rad turns it about Z, counter-clockwise from above."""

    center: Point
    size: Point
    yaw_rad: float = 0.0


@dataclass(frozen=True)
class Cylinder:
    """Upright: center m (half way up), radius m, height m."""

    center: Point
    radius_m: float
    height_m: float


Solid = Box | Cylinder


def turn_about_z(yaw_rad: float) -> Array:
    """(3, 3) rotation about Z, counter-clockwise from above."""
    cos, sin = np.cos(yaw_rad), np.sin(yaw_rad)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def placed_solid(solid: Solid, *, at: Point, yaw_rad: float) -> Solid:
    """The solid turned about the origin's Z, then moved by `at`."""
    x, y, z = (turn_about_z(yaw_rad) @ solid.center + at).tolist()
    if isinstance(solid, Box):
        return replace(solid, center=(x, y, z), yaw_rad=solid.yaw_rad + yaw_rad)
    return replace(solid, center=(x, y, z))


def penetration_m(points: Array, solids: Iterable[Solid]) -> Array:
    """How deep each point is inside the deepest solid.

    points (..., 3) m, world. Returns (...) m: positive inside (distance to that solid's surface), negative outside
    (minus the distance to the nearest solid), exact for each solid; -inf where there are no solids.
    """
    points = np.asarray(points, dtype=np.float64)
    deepest = np.full(points.shape[:-1], -np.inf)
    for solid in solids:
        deepest = np.maximum(deepest, -_signed_distance_m(points, solid))
    return deepest


def reach_xy_m(solid: Solid) -> tuple[Array, Array]:
    """Lower and upper corner (2,), (2,) m of the solid's bounds seen from above."""
    center = np.array(solid.center[:2])
    if isinstance(solid, Cylinder):
        half = np.array([solid.radius_m, solid.radius_m])
    else:
        half = np.abs(turn_about_z(solid.yaw_rad)[:2, :2]) @ np.array(solid.size[:2]) / 2
    return center - half, center + half


def _signed_distance_m(points: Array, solid: Solid) -> Array:
    """(..., 3) -> (...), negative inside. A cylinder is a box in (distance from its axis, height)."""
    offsets = points - np.array(solid.center)
    if isinstance(solid, Box):
        beyond = np.abs(offsets @ turn_about_z(solid.yaw_rad)) - np.array(solid.size) / 2
    else:
        from_axis = np.hypot(offsets[..., 0], offsets[..., 1])
        beyond = np.stack([from_axis - solid.radius_m, np.abs(offsets[..., 2]) - solid.height_m / 2], axis=-1)
    outside = np.linalg.norm(np.maximum(beyond, 0.0), axis=-1)
    distance: Array = outside + np.minimum(beyond.max(axis=-1), 0.0)
    return distance
