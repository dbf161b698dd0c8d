"""The studio's own rooms and people, as the server's library."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

from ..people import load_people
from ..render.lightfile import load_light, with_light
from ..rooms import ROOMS, build_room
from .cameras import StudioCamera
from .state import Body, StudioRoom

# A room's textures and meshes take some 20 MB; a job stays in one room for long.
ROOMS_KEPT = 3


class FurnishedLibrary:
    """The nine rooms, and the people of a baked file (see occlusionkit.studio.people)."""

    def __init__(self, people: Path, *, light: Path | None = None) -> None:
        self._people = {body.name: body for body in load_people(people)}
        self.room = lru_cache(maxsize=ROOMS_KEPT)(partial(furnished_room, light=light))

    def rooms(self) -> tuple[str, ...]:
        return tuple(ROOMS)

    def people(self) -> tuple[str, ...]:
        return tuple(self._people)

    def person(self, name: str) -> Body:
        return self._people[name]


def furnished_room(name: str, *, light: Path | None = None) -> StudioRoom:
    """One of the rooms, with its eight places for cameras; light: the folder of baked light, <scene number>.npz."""
    room = build_room(name)
    world = room.world if light is None else with_light(room.world, load_light(light / f"{room.index}.npz"))
    cameras = tuple(StudioCamera(c.name, c.location_cm, c.rotator_deg, c.hfov_deg) for c in room.cameras)
    return StudioRoom(name=name, world=world, cameras=cameras)
