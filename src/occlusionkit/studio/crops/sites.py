"""Where crops are taken: two places outdoors and two of the rooms, with the six cameras that film them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from ...geometry import Array, Camera, intrinsics_from_hfov, look_at_rotation
from ..rooms import Room, build_room
from ..rooms.pieces import Piece
from ..rooms.placement import is_free
from ..rooms.textures import Textures
from ..world import Item, World
from .looks import Look
from .outdoors import square, street
from .things import INDOORS, OUTDOORS, Builders

# How far people and things keep from furniture.
CLEARANCE_M = 0.02


@dataclass(frozen=True)
class SiteCamera:
    """Camera 1 .. 6 of all sites: at center m, looking at target m; size_hw px and hfov_deg as of a cheap camera."""

    number: int
    site: str
    center: tuple[float, float, float]
    target: tuple[float, float, float]
    hfov_deg: float
    size_hw: tuple[int, int]
    look: Look

    @cached_property
    def camera(self) -> Camera:
        center = np.array(self.center)
        return Camera(
            intrinsics_from_hfov(self.hfov_deg, self.size_hw),
            look_at_rotation(center, np.array(self.target)),
            center,
            self.size_hw,
        )


@dataclass(frozen=True, eq=False)
class Site:
    """world: without people and things, but with their textures;  x_m, y_m: where people may stand;
    things: what may be put in front of them, by name;  room: the furnished room that it is, or None outdoors."""

    name: str
    world: World
    x_m: tuple[float, float]
    y_m: tuple[float, float]
    things: dict[str, Piece]
    room: Room | None

    def free(self, points: Array) -> bool:
        """Whether all points (N, 3) m keep clear of furniture and walls; outdoors nothing stands in the way."""
        return self.room is None or is_free(self.room, points, clearance_m=CLEARANCE_M)


CAMERAS: tuple[SiteCamera, ...] = (
    SiteCamera(1, "street", (0.9, -7.6, 1.6), (0.0, 0.0, 1.1), 52, (400, 711),
               Look((1.05, 1.0, 0.93), 1.02, 1.05, 0.95, 1.5, 3.0)),
    SiteCamera(2, "street", (-8.6, -3.0, 3.3), (0.3, 0.4, 0.8), 44, (360, 640),
               Look((0.95, 1.0, 1.06), 0.92, 0.95, 0.85, 3.0, 5.0)),
    SiteCamera(3, "square", (6.4, -6.2, 3.0), (0.0, 0.0, 0.8), 46, (400, 711),
               Look((0.97, 1.0, 1.06), 1.0, 1.0, 0.9, 2.5, 4.0)),
    SiteCamera(4, "square", (-5.6, -5.4, 1.55), (0.0, 0.0, 1.0), 55, (360, 640),
               Look((1.03, 1.0, 0.98), 1.1, 0.93, 0.82, 3.5, 5.0)),
    SiteCamera(5, "hotel_lobby", (3.5, 2.6, 1.95), (0.05, -0.08, 0.9), 68, (360, 640),
               Look((1.08, 1.0, 0.88), 0.95, 1.02, 1.0, 2.5, 5.0)),
    SiteCamera(6, "open_office", (-0.1, 3.1, 1.65), (-0.08, -0.1, 0.9), 76, (320, 569),
               Look((0.95, 1.01, 1.0), 1.05, 0.92, 0.88, 4.0, 5.0)),
)  # fmt: skip

_OUTDOORS: dict[str, tuple[Callable[[], World], tuple[float, float], tuple[float, float]]] = {
    "street": (street, (-2.4, 2.6), (-1.6, 1.8)),
    "square": (square, (-2.4, 2.4), (-2.2, 2.2)),
}
SITES: tuple[str, ...] = ("street", "square", "hotel_lobby", "open_office")


@cache
def build_site(name: str) -> Site:
    """The site of that name, the same on every call. KeyError with the names there are."""
    if name in _OUTDOORS:
        build, x_m, y_m = _OUTDOORS[name]
        return _site(name, build(), x_m, y_m, OUTDOORS, None)
    if name not in SITES:
        raise KeyError(f"no site {name!r}; there are {', '.join(SITES)}")
    room = build_room(name)
    return _site(name, room.world, room.stage.x_m, room.stage.y_m, INDOORS, room)


def _site(
    name: str,
    world: World,
    x_m: tuple[float, float],
    y_m: tuple[float, float],
    builders: Builders,
    room: Room | None,
) -> Site:
    things = {thing: _built(thing, build) for thing, build in sorted(builders.items())}
    materials = [item.material for item in world.items]
    materials += [material for piece in things.values() for _, _, material in piece.meshes]
    textures = Textures({material.texture for material in materials if material.texture is not None})
    return Site(name, replace(world, textures=textures), x_m, y_m, things, room)


@cache
def _built(name: str, build: Callable[[], Piece]) -> Piece:
    """A thing, built once for all sites that have it."""
    return build()


def thing_items(piece: Piece, name: str, *, first_instance: int) -> tuple[Item, ...]:
    """The items of a thing about its own origin, in its own frame; they move."""
    return tuple(
        Item(
            name=f"{name}_{suffix}" if suffix else name,
            kind="object",
            instance=first_instance + index,
            mesh=mesh,
            material=material,
            moves=True,
        )
        for index, (suffix, mesh, material) in enumerate(piece.meshes)
    )
