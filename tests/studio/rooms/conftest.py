"""The nine rooms, built once for all tests of them; nothing in a room can be changed."""

from __future__ import annotations

import pytest

from occlusionkit.studio.rooms import ROOMS, build_room


@pytest.fixture(scope="session")
def rooms():
    return {name: build_room(name) for name in ROOMS}


@pytest.fixture(params=ROOMS)
def room(request, rooms):
    return rooms[request.param]
