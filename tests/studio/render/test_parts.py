"""The small parts: what is closed, what is kept, tone curves, shadow maps, packed items."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.geometry import camera_to_image, world_to_camera
from occlusionkit.studio.render.batch import join, pack, texture_layers
from occlusionkit.studio.render.closed import is_closed
from occlusionkit.studio.render.kept import Kept
from occlusionkit.studio.render.shadow import (
    CONTACT_DIMMING,
    FAR_DIMMING,
    SIZE,
    SOFT_AT_M,
    ShadowMap,
    light_camera,
    shadow_on,
)
from occlusionkit.studio.render.texels import TexturePyramid, texture_roots
from occlusionkit.studio.render.tone import WHITE, display_from_root, srgb_decode, srgb_encode, tone_map
from occlusionkit.studio.world import Light


def closed(mesh) -> bool:
    return is_closed(mesh.vertices, mesh.faces)


def test_boxes_and_spheres_are_closed_and_what_is_open_or_inside_out_is_not(make):
    box, sphere, room = (
        make.box((1, 2, 3), (1, 2, 1)),
        make.sphere((0, 0, 5), 1),
        make.box((0, 0, 0), (1, 1, 1), inward=True),
    )
    assert closed(box) and closed(sphere)
    assert not closed(room)
    assert not closed(replace(box, faces=box.faces[1:]))
    assert not closed(replace(box, faces=np.concatenate([box.faces[:1, ::-1], box.faces[1:]])))
    assert not closed(replace(box, faces=box.faces[:0]))


def test_each_piece_of_a_mesh_has_to_be_closed_and_outward(make):
    def together(*meshes):
        first = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes])
        return (np.concatenate([mesh.vertices for mesh in meshes]),
                np.concatenate([mesh.faces + offset for mesh, offset in zip(meshes, first, strict=False)]))  # fmt: skip

    box, other = make.box((0, 0, 0), (1, 1, 1)), make.box((5, 0, 0), (1, 1, 1))
    assert is_closed(*together(box, other))
    assert not is_closed(*together(box, replace(other, faces=other.faces[:, ::-1])))
    assert not is_closed(*together(box, replace(other, faces=other.faces[:-1])))


class Thing:
    def __init__(self) -> None:
        self.released = 0

    def release(self) -> None:
        self.released += 1


def test_what_was_unused_longest_is_released_once():
    kept, objects, made = Kept(2), [object() for _ in range(3)], []

    def get(index):
        return kept.get((objects[index], index), lambda: made.append(Thing()) or made[-1])

    first, second = get(0), get(1)
    assert get(0) is first
    third = get(2)
    assert (first.released, second.released, third.released) == (0, 1, 0)
    assert get(0) is first and get(1) is not second
    kept.clear()
    assert [thing.released for thing in made] == [1, 1, 1, 1]


def test_keys_are_told_apart_by_value_or_by_identity():
    kept = Kept(9)
    assert kept.get((1, (2, 3), b"x"), Thing) is kept.get((1, (1 + 1, 3), bytes([120])), Thing)
    assert kept.get(([],), Thing) is not kept.get(([],), Thing)


def test_size_may_be_weighed_and_one_thing_is_always_kept():
    kept = Kept(10, weigh=lambda thing: thing.weight)

    def get(name, weight):
        thing = Thing()
        thing.weight = weight
        return kept.get((name.encode(),), lambda: thing)

    small, large = get("small", 4), get("large", 50)
    assert (small.released, large.released) == (1, 0)
    assert get("large", 1) is large


def test_the_display_curve_is_tone_map_and_srgb_within_a_level():
    linear = np.linspace(0, WHITE, 20001)
    exact = srgb_encode(tone_map(linear))
    assert np.abs(display_from_root(np.sqrt(linear)) - exact).max() * 255 < 0.7
    assert display_from_root(np.array([0.0])) == 0
    assert (np.diff(display_from_root(np.sqrt(linear))) > -1e-3).all()
    np.testing.assert_allclose(display_from_root(np.sqrt(np.linspace(WHITE, 50, 99))), 1, atol=0.005)


def test_srgb_by_hand_and_back():
    assert srgb_encode(np.array([0.5]))[0] == pytest.approx(0.735357, abs=1e-6)
    values = np.arange(256) / 255
    np.testing.assert_allclose(srgb_encode(srgb_decode(values)), values, atol=1e-6)
    assert tone_map(np.array([0, WHITE, 99.0])).tolist() == [0, 1, 1]


coordinates = st.tuples(*[st.floats(-3, 3)] * 3).map(np.array)


@given(coordinates, coordinates, st.tuples(*[st.floats(0.1, 2)] * 3))
def test_the_lights_view_holds_what_moves(position, low, size):
    bounds = np.stack([low, low + size])[None]
    camera = light_camera(Light("lamp", tuple(position), (1, 1, 1)), bounds)
    corners = np.array([[bounds[0, i, 0], bounds[0, j, 1], bounds[0, k, 2]] for i, j, k in np.ndindex(2, 2, 2)])
    seen = world_to_camera(corners, camera)
    angles = np.arctan2(np.abs(seen[:, :2]).max(axis=1), seen[:, 2])
    if angles.max() < np.radians(70) and seen[:, 2].min() > 1e-6:
        places = camera_to_image(seen, camera)
        assert places.min() > 0 and places.max() < SIZE


def test_straight_below_and_within_are_no_trouble():
    for position in ((0, 0, 3), (0, 0, 0), (0.5, 0.5, 0.5), (0, 0, -3)):
        light_camera(Light("lamp", position, (1, 1, 1)), np.array([[[-0.5, -0.5, -0.5], [0.5, 0.5, 0.5]]]))


@pytest.fixture
def disc_below_a_lamp() -> ShadowMap:
    """A disc of radius 0.3 m, 1 m below a lamp at 2.5 m, over a floor."""
    camera = light_camera(Light("lamp", (0, 0, 2.5), (1, 1, 1)), np.array([[[-0.3, -0.3, 1.5], [0.3, 0.3, 1.5]]]))
    rows, columns = np.mgrid[:SIZE, :SIZE] + 0.5
    focal = camera.intrinsics[0, 0]
    disc = np.hypot(rows - SIZE / 2, columns - SIZE / 2) / focal < 0.3
    return ShadowMap(camera=camera, depth_m=np.where(disc, 1.0, 2.5).astype(np.float32), moving=disc)


def test_points_see_the_light_unless_something_is_in_front(disc_below_a_lamp):
    points = np.array([[0, 0, 1.5], [0, 0, 2.0], [0, 0, 0.5], [0.15, 0, 0.5], [0.75, 0, 0.5]])
    up = np.tile([0, 0, 1.0], (5, 1))
    assert disc_below_a_lamp.visibility(points, up).tolist() == [1, 1, 0, 0, 1]


def test_shadow_on_the_floor_by_hand(disc_below_a_lamp):
    """The disc's shadow on the floor has a radius of 0.75 m; it fades in from 0 to CONTACT_M below the disc."""
    camera = disc_below_a_lamp.camera
    points = np.array([[0, 0, 0.5], [0, 0, 1.52], [0, 0, 1.3], [0.74, 0, 0], [0.9, 0.2, 0], [0, 0, 2.6]])
    seen = world_to_camera(points, camera)
    places = np.concatenate([camera_to_image(seen, camera) / SIZE * seen[:, 2:], seen[:, 2:]], axis=1)
    places = np.where(np.isnan(places), seen, places)
    ambient, key = shadow_on(places, disc_below_a_lamp.cover(), disc_below_a_lamp.depth_range_m())
    np.testing.assert_allclose(key[[0, 1, 2, 5]], [0, 1, 0, 1], atol=0.02)
    assert 0.1 < key[3] < 0.9 and key[4] > 0.95
    share = 0.2 / SOFT_AT_M
    assert ambient[0] == pytest.approx(1 - FAR_DIMMING, abs=0.01)
    assert ambient[2] == pytest.approx(1 - (CONTACT_DIMMING * (1 - share) + FAR_DIMMING * share), abs=0.02)


def test_the_shadow_reaches_from_the_disc_to_the_floor(disc_below_a_lamp):
    reach = disc_below_a_lamp.reach(floor_m=0.0, far_m=9.0)
    on_floor = reach[reach[:, 2] < 0.01]
    assert np.hypot(*on_floor[:, :2].T).max() == pytest.approx(0.75 * 1.25, rel=0.15)  # with its soft edge
    assert reach[:, 2].max() == pytest.approx(1.5, abs=0.01)


def test_nothing_moving_covers_nothing():
    camera = light_camera(Light("lamp", (0, 0, 2.5), (1, 1, 1)), np.array([[[-1, -1, 0], [1, 1, 1.0]]]))
    empty = ShadowMap(camera, np.full((SIZE, SIZE), np.inf, np.float32), np.zeros((SIZE, SIZE), bool))
    assert not empty.cover()[..., :2].any()
    assert empty.depth_range_m() == (0.0, 1.0)
    assert len(empty.reach(floor_m=0, far_m=5)) == 0


def test_textures_are_stored_as_roots_behind_a_white_layer(make):
    grey = np.full((4, 4, 3), 188, np.uint8)  # sRGB 188 is linear 0.503, whose root is 0.709
    roots = texture_roots({"grey": grey})
    assert roots.shape == (2, 4, 4, 3)
    assert roots[0].min() == 255 and np.unique(roots[1]).tolist() == [181]
    with pytest.raises(ValueError, match=r"texture b: expected \(4, 4\) x 3 uint8, found \(2, 2, 3\) uint8"):
        texture_roots({"a": grey, "b": grey[:2, :2]})


def test_texels_are_sampled_at_their_centres_and_repeat():
    ramp = np.zeros((4, 4, 3), np.uint8)
    ramp[:, 1] = 255
    pyramid = TexturePyramid({"ramp": ramp})
    uvs = np.array([[0.375, 0.1], [0.25, 0.6], [1.375, -3.0], [0.875, 0.5], [0.375, 0.1]], np.float32)
    layers, texels = np.array([1, 1, 1, 1, 0], np.int32), np.ones(5, np.float32)
    assert pyramid.roots(uvs, layers, texels)[:, 0].tolist() == [1, 0.5, 1, 0, 1]
    coarse = pyramid.roots(uvs[:1], layers[:1], np.array([4.0], np.float32))
    assert coarse[0, 0] == pytest.approx(0.25, abs=0.01)


def test_joined_batches_are_as_packed_together(make):
    items = make.furnished().items
    layers = texture_layers(make.furnished().textures)
    whole, joined = pack(items, layers), join(pack(items[:4], layers), pack(items[4:], layers))
    for name in (
        "positions",
        "normals",
        "uvs",
        "colors",
        "layers",
        "ids",
        "faces",
        "first_face",
        "first_vertex",
        "bounds",
    ):
        np.testing.assert_array_equal(getattr(whole, name), getattr(joined, name), err_msg=name)
    assert whole.item_of_face(np.array([0, whole.first_face[1], len(whole.faces) - 1])).tolist() == [
        0,
        1,
        len(items) - 1,
    ]
