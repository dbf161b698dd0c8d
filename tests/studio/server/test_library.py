from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.studio.rooms import ROOMS, Room, build_room
from occlusionkit.studio.server import library

NAME = ROOMS[1]


@pytest.fixture(scope="module")
def room() -> Room:
    return build_room(NAME)


@pytest.fixture
def built(room, monkeypatch) -> Room:
    """Rooms take seconds to build: the library gets this one, built once."""
    monkeypatch.setattr(library, "build_room", {NAME: room}.__getitem__)
    return room


def test_a_furnished_room_offers_the_rooms_own_cameras(built):
    served = library.furnished_room(NAME)
    assert served.name == NAME
    assert served.world is built.world
    assert len(served.cameras) == len(built.cameras) == 8
    for ours, theirs in zip(served.cameras, built.cameras, strict=True):
        expected = theirs.camera(ours.size_hw)
        np.testing.assert_array_equal(ours.camera().center_world, expected.center_world)
        np.testing.assert_array_equal(ours.camera().rotation_world_to_camera, expected.rotation_world_to_camera)
        np.testing.assert_array_equal(ours.camera().intrinsics, expected.intrinsics)


def test_names_of_a_room_pass_through_the_protocol(built):
    """Lists are separated by blanks, and names are parts of commands."""
    for item in library.furnished_room(NAME).world.items:
        assert " " not in item.name
        assert "/" not in item.name


def test_a_folder_without_the_rooms_light_says_which_file(built, tmp_path):
    with pytest.raises(FileNotFoundError, match=rf"{built.index}\.npz: expected a room's baked light"):
        library.furnished_room(NAME, light=tmp_path)
