"""Nine furnished rooms with eight cameras each, and free places in them for people's motions."""

from .catalogue import ROOMS, build_room
from .placement import Placement, PlacementError, place_person
from .room import Room, RoomCamera, Stage
from .solids import Box, Cylinder, Solid, penetration_m

__all__ = [
    "ROOMS",
    "Box",
    "Cylinder",
    "Placement",
    "PlacementError",
    "Room",
    "RoomCamera",
    "Solid",
    "Stage",
    "build_room",
    "penetration_m",
    "place_person",
]
