"""Items as Unreal's actors: location, rotation and scale, bounds and vertices, in centimetres and Unreal's axes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...geometry import Array
from ...unreal import points_from_unreal, points_to_unreal, rotation_from_unreal, rotation_to_rotator, rotator_axes
from ..world import Item
from .cameras import Vector


def item_placement(item: Item) -> tuple[Vector, Vector, Vector]:
    """(location_cm, rotator_deg (pitch, yaw, roll), scale) of an item; scale along its own axes."""
    linear = np.asarray(item.local_to_world, dtype=np.float64)[:3, :3]
    scale = np.linalg.norm(linear, axis=0)
    # A mirrored item keeps a rotation that turns: the mirror goes into the first axis' scale.
    scale[0] *= np.sign(np.linalg.det(linear))
    rotator_deg = rotation_to_rotator(rotation_from_unreal(linear / scale))
    return _vector(points_to_unreal(item.local_to_world[:3, 3])), rotator_deg, _vector(scale)


def placed_item(item: Item, location_cm: Vector, rotator_deg: Vector, scale: Vector) -> Item:
    """The item at another placement. It counts as moving from now on: light baked for where it stood is void."""
    local_to_world = np.eye(4)
    local_to_world[:3, :3] = rotation_from_unreal(rotator_axes(*rotator_deg).T) * np.array(scale)
    local_to_world[:3, 3] = points_from_unreal(np.array(location_cm))
    return replace(item, local_to_world=local_to_world, moves=True)


def item_vertices_cm(item: Item) -> Array:
    """(N, 3) cm, Unreal's world."""
    return points_to_unreal(to_world(item, item.mesh.vertices))


def to_world(item: Item, points: Array) -> Array:
    """(..., 3) m, the item's own frame -> (..., 3) m, our world."""
    matrix = np.asarray(item.local_to_world, dtype=np.float64)
    world: Array = np.asarray(points, dtype=np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
    return world


def _vector(values: Array) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z
