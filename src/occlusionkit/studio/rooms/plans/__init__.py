"""The nine rooms, one module each: sizes, colours, what stands where, lights and cameras."""

from __future__ import annotations

from collections.abc import Callable

from ..build import Plan
from . import (
    bedroom,
    gym_studio,
    home_office,
    hotel_lobby,
    kids_bedroom,
    kitchen_dining,
    living_room,
    loft_living,
    open_office,
)

# A room's place in this order is its scene number; new rooms go to the end.
PLANS: dict[str, Callable[[], Plan]] = {
    "living_room": living_room.plan,
    "loft_living": loft_living.plan,
    "bedroom": bedroom.plan,
    "kids_bedroom": kids_bedroom.plan,
    "home_office": home_office.plan,
    "open_office": open_office.plan,
    "kitchen_dining": kitchen_dining.plan,
    "gym_studio": gym_studio.plan,
    "hotel_lobby": hotel_lobby.plan,
}
