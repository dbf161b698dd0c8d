"""Finding a free place for a person's whole motion: no body point in furniture or walls, in any frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry import Array
from .room import Room
from .solids import Solid, penetration_m, turn_about_z

# Of the points in one cube of this size, the search looks at one; what it finds is then checked with all points.
SEARCH_GRID_M = 0.05


class PlacementError(ValueError):
    """No free place was found."""


@dataclass(frozen=True)
class Placement:
    """Turn about the origin's Z by yaw_rad, then move by xy: the arguments of `Pose.placed`."""

    xy: tuple[float, float]
    yaw_rad: float

    def moved(self, points: Array) -> Array:
        """(..., 3) m around the origin -> (..., 3) m in the room."""
        placed: Array = np.asarray(points) @ turn_about_z(self.yaw_rad).T + np.array([*self.xy, 0.0])
        return placed


def place_person(
    room: Room,
    points: Array,
    *,
    seed: int,
    clearance_m: float = 0.02,
    person: str = "the person",
    clip: str = "the motion",
    attempts: int = 400,
) -> Placement:
    """A place on the room's stage where all points keep clearance_m from furniture, walls and ceiling.

    points (F, N, 3) m: the body's surface in each frame, moving around the origin. The same seed gives the same place,
    other seeds give others. PlacementError, naming room, person and clip, when `attempts` draws find none.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 3 or points.shape[-1] != 3 or not points.size or not np.isfinite(points).all():
        raise ValueError(f"place_person: expected finite points (F, N, 3), found {points.shape}")
    everywhere = points.reshape(-1, 3)
    sparse = thinned(everywhere)
    rng = np.random.default_rng([seed, room.index])
    for _ in range(attempts):
        placement = _drawn(room, rng)
        if all(is_free(room, placement.moved(some), clearance_m=clearance_m) for some in (sparse, everywhere)):
            return placement
    reach_m = np.hypot(*everywhere[:, :2].T).max()
    raise PlacementError(
        f"room {room.name}: found no free place for {person} doing {clip} in {attempts} attempts "
        f"(the motion reaches {reach_m:.2f} m from its origin, clearance {clearance_m} m); "
        f"use a shorter or smaller motion, or another room"
    )


def thinned(points: Array, *, grid_m: float = SEARCH_GRID_M) -> Array:
    """(N, 3) -> (K, 3): the first point in each cube of a grid."""
    cells = np.floor((points - points.min(axis=0)) / grid_m).astype(np.int64)
    spans = cells.max(axis=0) + 1
    keys = (cells[:, 0] * spans[1] + cells[:, 1]) * spans[2] + cells[:, 2]
    _, first = np.unique(keys, return_index=True)
    kept: Array = points[np.sort(first)]
    return kept


def _drawn(room: Room, rng: np.random.Generator) -> Placement:
    x, y = rng.uniform(*room.stage.x_m), rng.uniform(*room.stage.y_m)
    return Placement(xy=(float(x), float(y)), yaw_rad=float(rng.uniform(-np.pi, np.pi)))


def is_free(room: Room, points: Array, *, clearance_m: float) -> bool:
    """Whether all points (N, 3) m, in the room, keep the clearance from furniture, walls and ceiling."""
    if room.beyond_walls_m(points).max() > -clearance_m:
        return False
    low, high = points[:, :2].min(axis=0) - clearance_m, points[:, :2].max(axis=0) + clearance_m
    solids_low, solids_high = room.reaches_m
    near = ((solids_low <= high) & (solids_high >= low)).all(axis=1)
    return all(
        _clears(points, room.all_solids[solid], solids_low[solid], solids_high[solid], clearance_m)
        for solid in np.flatnonzero(near)
    )


def _clears(points: Array, solid: Solid, low: Array, high: Array, clearance_m: float) -> bool:
    """low, high (2,) m: the solid's reach seen from above."""
    near = ((points[:, :2] >= low - clearance_m) & (points[:, :2] <= high + clearance_m)).all(axis=1)
    return not near.any() or bool(penetration_m(points[near], [solid]).max() <= -clearance_m)
