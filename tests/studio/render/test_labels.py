"""Instance and part ids, and where in the image things are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from occlusionkit.geometry import Camera, camera_to_image, intrinsics_from_hfov, look_at_rotation, world_to_camera
from occlusionkit.studio.world import Item, Material


@pytest.fixture
def camera() -> Camera:
    """At the origin, looking along +Y: +X is on the right, +Z at the top."""
    return Camera(intrinsics_from_hfov(80, (90, 160)), look_at_rotation([0, 0, 0], [0, 1, 0]), np.zeros(3), (90, 160))


def test_row_0_is_the_top_and_the_right_is_on_the_right(renderer, make, draw, camera):
    spheres = [make.sphere((0.8, 2, 0), 0.2, color=(1, 0, 0)), make.sphere((-0.8, 2, 0), 0.2, color=(0, 1, 0)),
               make.sphere((0, 2, 0.6), 0.2, color=(0, 0, 1))]  # fmt: skip
    frame = draw(renderer, make.world(*spheres), camera, "instance", "rgb")
    places = {i: np.argwhere(frame.instance == i).mean(axis=0) for i in (1, 2, 3)}
    assert places[1][1] > 110 and places[2][1] < 50 and places[3][0] < 25
    for (row, column), channel in zip(places.values(), range(3), strict=True):
        red_green_blue = frame.rgb[int(row), int(column)]
        assert red_green_blue.argmax() == channel
        assert np.delete(red_green_blue, channel).max() == 0


def test_an_off_centre_principal_point_and_unequal_focals_are_honoured(renderer, make, draw):
    intrinsics = np.array([[150.0, 2.5, 41.25], [0, 90.0, 70.5], [0, 0, 1]])
    camera = Camera(intrinsics, look_at_rotation([0.5, -2, 1.2], [0.3, 1, 1.0]), np.array([0.5, -2, 1.2]), (90, 160))
    for center in ([0.4, 0, 1.2], [1.2, 0.5, 1.5], [0.1, -0.3, 0.9]):
        mask = draw(renderer, make.world(make.sphere(center, 0.03)), camera, "instance").instance == 1
        rows, columns = np.nonzero(mask)
        x, y = camera_to_image(world_to_camera(np.array(center), camera), camera)
        assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx((x, y), abs=0.35)


@pytest.mark.parametrize("instance", [1, 255, 256, 65535, 65536, (1 << 24) - 1])
def test_instance_ids_are_exact(renderer, make, draw, camera, instance):
    world = make.world(make.box((0, 3, 0), (1, 1, 1)))
    world = replace(world, items=(replace(world.items[0], instance=instance),))
    frame = draw(renderer, world, camera, "instance")
    assert frame.instance.dtype == np.int32
    assert np.unique(frame.instance).tolist() == [0, instance]


def test_a_face_has_the_part_of_its_last_vertex(renderer, make, draw, camera):
    corners = [(-1, 2, -1), (1, 2, -1), (1, 2, 1), (-1, 2, 1)]
    sheet = make.mesh(corners, [[0, 1, 2], [0, 2, 3]], np.tile([0, -1.0, 0], (4, 1)), parts=[9, 9, 255, 1])
    frame = draw(renderer, make.world(sheet), camera, "part")
    assert frame.part[45 + 10, 80 + 12] == 255  # below the diagonal from the lower left to the upper right
    assert frame.part[45 - 10, 80 - 12] == 1
    assert frame.part[0, 0] == 0


@pytest.mark.parametrize("moves", [False, True])
def test_what_is_invisible_is_not_drawn(renderer, make, draw, camera, moves):
    world = make.world(make.box((0, 3, 0), (1, 1, 1)), make.box((0, 5, 0), (20, 1, 20)), moves=moves)
    hidden = replace(world, items=(replace(world.items[0], visible=False), world.items[1]))
    assert 1 in draw(renderer, world, camera, "instance").instance
    assert np.unique(draw(renderer, hidden, camera, "instance").instance).tolist() == [2]
    assert 1 in draw(renderer, world, camera, "instance").instance


def test_the_world_drawn_is_the_one_given(renderer, make, draw, camera):
    """What is kept between pictures never shows up in another world's."""
    world = make.world(make.box((0, 5, 0), (20, 1, 20)))
    for x in (-1.0, 0.0, 1.0, -1.0):
        moved = world.with_items(Item("guest", "person", 7, make.sphere((x, 2, 0), 0.2), moves=True))
        instance = draw(renderer, moved, camera, "instance", "rgb").instance
        expected = camera_to_image(world_to_camera(np.array([x, 2, 0]), camera), camera)[0]
        assert np.nonzero(instance == 7)[1].mean() + 0.5 == pytest.approx(expected, abs=1)
    assert 7 not in draw(renderer, world, camera, "instance").instance


def test_only_what_was_asked_for_is_given(renderer, make, draw, camera):
    world = make.world(make.box((0, 3, 0), (1, 1, 1)))
    names = {"rgb": "rgb", "depth": "depth_m", "instance": "instance", "part": "part", "normal": "normal"}
    for output, name in names.items():
        frame = draw(renderer, world, camera, output)
        assert [field for field in names.values() if getattr(frame, field) is not None] == [name]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"instance": 0}, r"item item_0: expected an instance of 1..16777215, found 0"),
        ({"instance": 1 << 24}, "found 16777216"),
        ({"material": Material(texture="brick")}, r"item item_0: its texture 'brick' is not in the world's .*none"),
    ],
)
def test_items_that_can_not_be_drawn_are_refused(renderer, make, draw, camera, change, message):
    world = make.world(make.box((0, 3, 0), (1, 1, 1)))
    with pytest.raises(ValueError, match=message):
        draw(renderer, replace(world, items=(replace(world.items[0], **change),)), camera, "rgb")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parts": np.array([0, 0, 256], np.int32)}, r"expected parts of 0..255, found 0..256"),
        ({"faces": np.array([[0, 1, 3]], np.int32)}, r"expected faces of vertices 0..2, found 0..3"),
        ({"vertices": np.full((3, 3), np.nan, np.float32)}, "expected finite vertices"),
    ],
)
def test_meshes_that_can_not_be_drawn_are_refused(renderer, make, draw, camera, change, message):
    mesh = make.mesh([(-1, 2, -1), (1, 2, -1), (1, 2, 1)], [[0, 1, 2]], np.tile([0, -1.0, 0], (3, 1)))
    with pytest.raises(ValueError, match=message):
        draw(renderer, make.world(replace(mesh, **change)), camera, "depth")
