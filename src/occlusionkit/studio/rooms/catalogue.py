"""The rooms by name."""

from __future__ import annotations

from .build import room_from_plan
from .plans import PLANS
from .room import Room

ROOMS: tuple[str, ...] = tuple(PLANS)


def build_room(name: str) -> Room:
    """The furnished room of that name, the same on every call. KeyError with the names there are."""
    if name not in PLANS:
        raise KeyError(f"no room {name!r}; there are {', '.join(ROOMS)}")
    return room_from_plan(name, ROOMS.index(name), PLANS[name]())
