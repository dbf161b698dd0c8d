"""From a plan to a room: the shell and the pieces become items, the views become Unreal cameras."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from ...geometry import Camera, intrinsics_from_hfov, look_at_rotation
from ...unreal import camera_to_unreal
from ..world import Item, Light, World
from .pieces import Placed
from .room import CAMERAS, Room, RoomCamera, Stage
from .shell import Shell, shell_pieces
from .textures import Textures


@dataclass(frozen=True)
class View:
    """A camera at (x, y, z) m that looks at the stage's middle, moved by `aim` (x, y) m, at aim_z m above the floor."""

    x: float
    y: float
    z: float
    hfov_deg: float = 80.0
    aim_z: float = 0.95
    aim: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Plan:
    """All that makes a room. size_m: (along X, along Y, height); lights: the key light first; views: eight."""

    title: str
    size_m: tuple[float, float, float]
    shell: Shell
    stage: Stage
    pieces: tuple[Placed, ...]
    lights: tuple[Light, ...]
    views: tuple[View, ...] = field(default=())


def room_from_plan(name: str, index: int, plan: Plan) -> Room:
    """Instance ids count up from 1 in the order of the plan: shell first."""
    placed = shell_pieces(plan.shell, plan.size_m) + list(plan.pieces)
    repeated = sorted(name for name, count in Counter(piece.name for piece in placed).items() if count > 1)
    if repeated:
        raise ValueError(f"room {name}: pieces of one name: {', '.join(repeated)}")
    if len(plan.views) != CAMERAS:
        raise ValueError(f"room {name}: expected {CAMERAS} views, found {len(plan.views)}")
    items: list[Item] = []
    for piece in placed:
        items += piece.items(first_instance=len(items) + 1)
    needed = {item.material.texture for item in items if item.material.texture is not None}
    return Room(
        name=name,
        index=index,
        title=plan.title,
        world=World(name, tuple(items), plan.lights, Textures(needed)),
        solids={piece.name: piece.solids for piece in placed if piece.solids},
        size_m=plan.size_m,
        stage=plan.stage,
        cameras=tuple(_room_camera(f"camera_{i}", view, plan.stage) for i, view in enumerate(plan.views)),
    )


def _room_camera(name: str, view: View, stage: Stage) -> RoomCamera:
    center = np.array([view.x, view.y, view.z])
    target = np.array([*(stage.center + view.aim), view.aim_z])
    size_hw = (9, 16)  # any: a camera's place and direction do not depend on it
    aimed = Camera(intrinsics_from_hfov(view.hfov_deg, size_hw), look_at_rotation(center, target), center, size_hw)
    location_cm, (pitch, yaw, _) = camera_to_unreal(aimed)
    x, y, z = (round(float(value), 3) for value in location_cm)
    return RoomCamera(name, (x, y, z), (round(pitch, 3), round(yaw, 3), 0.0), view.hfov_deg)
