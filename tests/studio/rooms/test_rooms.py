"""The nine rooms: what is in them, that furniture is sound and stands free, where the cameras are."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from occlusionkit.studio.rooms import ROOMS, build_room, penetration_m
from occlusionkit.unreal import camera_from_unreal, camera_to_unreal

SIZE_HW = (360, 640)


def furniture(room):
    """Items by the piece that they are part of: name of a solid -> its items."""
    pieces = {name: [] for name in room.solids}
    for item in room.world.items:
        owners = [name for name in pieces if item.name == name or item.name.startswith(f"{name}_")]
        if owners:
            pieces[max(owners, key=len)].append(item)
    return pieces


def world_vertices(item):
    return item.mesh.vertices @ item.local_to_world[:3, :3].T + item.local_to_world[:3, 3]


def test_there_are_nine_rooms_numbered_in_order(rooms):
    assert len(ROOMS) == 9 == len(set(ROOMS))
    assert [rooms[name].index for name in ROOMS] == list(range(9))
    assert all(room.name == name == room.world.name for name, room in rooms.items())


def test_an_unknown_room_names_those_there_are():
    with pytest.raises(KeyError, match="no room 'attic'; there are living_room"):
        build_room("attic")


def test_a_room_is_built_the_same_twice(room):
    again = build_room(room.name)
    assert again.cameras == room.cameras and again.solids == room.solids and again.stage == room.stage
    assert [item.name for item in again.world.items] == [item.name for item in room.world.items]
    for one, two in zip(room.world.items, again.world.items, strict=True):
        for field in ("vertices", "faces", "normals", "uvs", "colors"):
            assert getattr(one.mesh, field).tobytes() == getattr(two.mesh, field).tobytes(), (one.name, field)


def test_a_room_fits_its_budgets(room):
    triangles = sum(len(item.mesh.faces) for item in room.world.items)
    assert 10_000 < triangles < 60_000
    assert 2 <= len(room.world.lights) <= 4
    assert len(room.world.textures) <= 20
    assert not any(item.moves for item in room.world.items)
    assert [item.instance for item in room.world.items] == list(range(1, len(room.world.items) + 1))
    used = {item.material.texture for item in room.world.items} - {None}
    assert used == set(room.world.textures)
    assert 2.6 <= room.size_m[2] <= 3.2 and min(room.size_m[:2]) >= 5.0 and max(room.size_m[:2]) <= 8.0


def test_colors_are_albedos(room):
    for item in room.world.items:
        assert item.mesh.colors.min() >= 0 and item.mesh.colors.max() <= 1, item.name


def test_furniture_is_closed_and_faces_outwards(room):
    for item in room.world.items:
        if item.name in ("floor", "ceiling") or item.name.startswith("wall_"):
            continue  # single faces by design: nothing is behind them
        vertices, faces = item.mesh.vertices.astype(float), item.mesh.faces
        _, place = np.unique(np.round(vertices, 5), axis=0, return_inverse=True)
        corners = place[faces]
        edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
        counts = Counter(map(tuple, edges.tolist()))
        assert all(count == counts[edge[::-1]] for edge, count in counts.items()), f"{item.name} is open"
        _, part = connected_components(coo_matrix((np.ones(len(edges)), edges.T), shape=(place.max() + 1,) * 2))
        a, b, c = (vertices[faces[:, corner]] - vertices.mean(axis=0) for corner in range(3))
        volumes = np.bincount(part[corners[:, 0]], np.einsum("ij,ij->i", a, np.cross(b, c)) / 6)
        assert (volumes[np.unique(part[corners[:, 0]])] > 0).all(), f"{item.name} is inside out"


def test_solids_hold_all_of_their_furniture(room):
    """What keeps clear of the solids keeps clear of every triangle."""
    for name, items in furniture(room).items():
        assert items, f"{name}: a solid without furniture"
        for item in items:
            out_m = -penetration_m(world_vertices(item), room.solids[name]).min()
            assert out_m < 2e-3, f"{item.name} sticks out of its solids by {1000 * out_m:.1f} mm"


def test_all_furniture_has_solids_but_what_one_walks_on(room):
    owned = {item.name for items in furniture(room).values() for item in items}
    without = [item for item in room.world.items if item.name not in owned]
    assert {item.kind for item in without} == {"structure"}
    flat = [item for item in without if item.name not in ("ceiling",) and not item.name.startswith("wall_")]
    assert all(world_vertices(item)[:, 2].max() <= 0.0051 for item in flat)


def test_furniture_stands_in_the_room_and_on_the_floor(room):
    for item in room.world.items:
        vertices = world_vertices(item)
        assert room.beyond_walls_m(vertices).max() < 1e-3, item.name
        assert vertices[:, 2].min() > -1e-3, item.name


def test_furniture_does_not_stand_in_other_furniture(room):
    """A vertex may touch another piece's solid (a lamp on a table, a chair under it), not be inside of its mesh's box.

    Solids of plants, chairs and screens are larger than what they hold, so only plain boxes of massive pieces count.
    """
    pieces = furniture(room)
    massive = (
        "bed",
        "sofa",
        "sideboard",
        "bookshelf",
        "wardrobe",
        "chest",
        "counter",
        "island",
        "kitchen_run",
        "plinth",
    )
    for name in room.solids:
        if not name.startswith(massive):
            continue
        for other, items in pieces.items():
            if other == name or other == "skirting":
                continue
            for item in items:
                deep_m = penetration_m(world_vertices(item), room.solids[name]).max()
                assert deep_m < 0.03, f"{item.name} is {100 * deep_m:.0f} cm inside of {name}"


@pytest.mark.parametrize(
    ("room_name", "piece", "height_m"),
    [
        ("living_room", "dining_table", 0.74),
        ("kitchen_dining", "island", 0.90),
        ("kitchen_dining", "chair_1", 0.84),
        ("living_room", "door", 2.11),  # the frame's head; the leaf is 2.03
        ("living_room", "sofa", 0.87),
        ("bedroom", "bed", 1.05),
    ],
)
def test_furniture_is_of_human_size(rooms, room_name, piece, height_m):
    items = furniture(rooms[room_name])[piece]
    assert max(world_vertices(item)[:, 2].max() for item in items) == pytest.approx(height_m, abs=0.03)


def test_cameras_are_inside_and_clear_of_everything(room):
    for view in room.cameras:
        center = view.camera(SIZE_HW).center_world
        assert room.beyond_walls_m(center) < -0.1, view.name
        assert penetration_m(center, room.all_solids) < -0.15, view.name
        assert 0.65 <= center[2] <= 2.5, view.name


def test_cameras_differ_in_height_distance_and_direction(room):
    cameras = [view.camera(SIZE_HW) for view in room.cameras]
    offsets = np.array([camera.center_world[:2] - room.stage.center for camera in cameras])
    distances_m = np.linalg.norm(offsets, axis=1)
    assert len(cameras) == 8
    assert distances_m.min() > 1.8 and distances_m.max() < 5.2
    heights_m = np.array([camera.center_world[2] for camera in cameras])
    assert np.ptp(heights_m) > 0.7 and np.ptp(distances_m) > 0.5
    bearings = np.sort(np.arctan2(offsets[:, 1], offsets[:, 0]))
    gaps = np.diff(np.append(bearings, bearings[0] + 2 * np.pi))
    assert gaps.max() < np.radians(100)
    assert all(68 <= view.hfov_deg <= 90 for view in room.cameras)


def test_cameras_mean_exactly_what_unreal_is_told(room):
    for view in room.cameras:
        camera = view.camera(SIZE_HW)
        told = camera_from_unreal(np.array(view.location_cm), view.rotator_deg, view.hfov_deg, SIZE_HW)
        assert camera.center_world.tolist() == told.center_world.tolist()
        assert camera.rotation_world_to_camera.tolist() == told.rotation_world_to_camera.tolist()
        numbers = (*view.location_cm, *view.rotator_deg)
        assert all(f"{number:.3f}" == f"{number:.9f}"[:-6] for number in numbers)
        location_cm, rotator_deg = camera_to_unreal(camera)
        np.testing.assert_allclose(location_cm, view.location_cm, atol=1e-9)
        np.testing.assert_allclose(rotator_deg, view.rotator_deg, atol=1e-9)
        assert view.rotator_deg[2] == 0


def test_a_camera_looks_the_same_way_at_any_size(room):
    small, large = room.cameras[0].camera((90, 160)), room.cameras[0].camera((720, 1280))
    np.testing.assert_allclose(small.intrinsics[:2] * 8, large.intrinsics[:2])
    assert small.rotation_world_to_camera.tolist() == large.rotation_world_to_camera.tolist()
