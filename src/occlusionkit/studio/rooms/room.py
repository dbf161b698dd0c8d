"""A furnished room: its world, the solids in it, the stage where people act, and eight cameras around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...geometry import Array, Camera
from ...unreal import camera_from_unreal
from ..world import World
from .solids import Solid, reach_xy_m

CAMERAS = 8


@dataclass(frozen=True)
class RoomCamera:
    """A camera as Unreal places it: location in cm in Unreal's world, rotator (pitch, yaw, roll) in degrees, hfov_deg.

    All are rounded to 0.001, so that they survive Unreal's text commands; `camera` is what they mean exactly.
    """

    name: str
    location_cm: tuple[float, float, float]
    rotator_deg: tuple[float, float, float]
    hfov_deg: float

    def camera(self, size_hw: tuple[int, int]) -> Camera:
        """Our camera, for images of that height and width in px."""
        return camera_from_unreal(np.array(self.location_cm), self.rotator_deg, self.hfov_deg, size_hw)


@dataclass(frozen=True)
class Stage:
    """The rectangle, m, that people's places are drawn from: where their motion's origin goes, not all they reach."""

    x_m: tuple[float, float]
    y_m: tuple[float, float]

    @property
    def center(self) -> Array:
        return np.array([sum(self.x_m) / 2, sum(self.y_m) / 2])


@dataclass(frozen=True, eq=False)
class Room:
    """name and index: the scene's name and number (0..8); world: without people, lights and textures included.

    size_m: (along X, along Y, height), the origin being the middle of the floor; solids: what stands or hangs in the
    room, by name (of the world's items too; "sofa" also stands for "sofa_oak"); cameras: eight.
    """

    name: str
    index: int
    title: str
    world: World
    solids: Mapping[str, tuple[Solid, ...]]
    size_m: tuple[float, float, float]
    stage: Stage
    cameras: tuple[RoomCamera, ...]

    @cached_property
    def all_solids(self) -> tuple[Solid, ...]:
        return tuple(solid for solids in self.solids.values() for solid in solids)

    @cached_property
    def reaches_m(self) -> tuple[Array, Array]:
        """Lower and upper corners (S, 2), (S, 2) m of all solids seen from above."""
        reaches = np.array([reach_xy_m(solid) for solid in self.all_solids]).reshape(-1, 2, 2)
        return reaches[:, 0], reaches[:, 1]

    def beyond_walls_m(self, points: Array) -> Array:
        """(..., 3) m -> (...) m: how far outside the walls or above the ceiling, negative inside. The floor is not a
        bound: soles stand on it."""
        points = np.asarray(points)
        half = np.array(self.size_m[:2]) / 2
        sideways = (np.abs(points[..., :2]) - half).max(axis=-1)
        beyond: Array = np.maximum(sideways, points[..., 2] - self.size_m[2])
        return beyond
