"""Baked light against hand-worked irradiance and plain truths about rooms."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.studio.render import BakedLight, bake_light
from occlusionkit.studio.render.bake import BOUNCE_SHARE
from occlusionkit.studio.render.batch import pack, texture_layers
from occlusionkit.studio.render.light import LAMP_RADIUS_M, direct_light, moving_light, plain_light, probe_light
from occlusionkit.studio.world import Item, Light

LAMP = Light("lamp", (0, 0, 2.2), (4, 4, 4), 0.1)


def room(make, *, color=(0.7, 0.7, 0.7), extra=(), lights=(LAMP,)):
    shell = Item("room", "structure", 1, make.box((0, 0, 1.25), (4, 3, 2.5), inward=True, step_m=0.25, color=color))
    world = make.world(lights=lights)
    return world.with_items(shell, *extra)


def at(item, baked, point, normal):
    """(6,) light at an item's vertex there, facing that way."""
    near = np.linalg.norm(item.mesh.vertices - point, axis=1) + 9 * (item.mesh.normals @ normal < 0.99)
    return baked.items[item.name][near.argmin()]


def test_direct_light_by_hand():
    """3 m below and 4 m beside: 5 m away, the cosine is 3 / 5."""
    light = Light("lamp", (4.0, 0.0, 3.0), (10.0, 20.0, 0.0))
    found = direct_light(np.zeros((2, 3)), np.array([[0, 0, 1.0], [0, 0, -1.0]]), light)
    expected = 0.6 / (25 + LAMP_RADIUS_M**2)
    np.testing.assert_allclose(found, [[10 * expected, 20 * expected, 0], [0, 0, 0]], rtol=1e-6)


def test_plain_light_splits_the_key_light_from_all_others():
    lamps = (Light("a", (0, 0, 2), (1, 0, 0)), Light("b", (0, 0, 2), (0, 2, 0)))
    up = np.array([[0, 0, 1.0]])
    both, first = plain_light(np.zeros((1, 3)), up, lamps), plain_light(np.zeros((1, 3)), up, lamps[:1])
    assert both.key[0].tolist() == first.key[0].tolist() == [pytest.approx(1 / (4 + LAMP_RADIUS_M**2)), 0, 0]
    assert both.ambient[0, 1] > first.ambient[0, 1]


def test_unshadowed_baked_light_is_the_direct_light(make):
    world = room(make)
    baked = bake_light(world, rays=64, seed=0)
    floor = at(world.items[0], baked, (1.0, 0.5, 0.0), (0, 0, 1))
    expected = direct_light(np.array([[1.0, 0.5, 0.0]]), np.array([[0, 0, 1.0]]), world.lights[0])[0]
    np.testing.assert_allclose(floor[3:], expected, rtol=0.1)  # a vertex stands for the area around it


def test_black_walls_bounce_nothing_and_white_ones_much(make):
    black, grey, white = (bake_light(room(make, color=[share] * 3), rays=16, seed=0) for share in (0.0, 0.4, 0.8))
    assert black.items["room"][:, :3].max() == 0
    assert black.probes.max() == 0
    np.testing.assert_array_equal(black.items["room"][:, 3:], white.items["room"][:, 3:])
    assert 2 < white.items["room"][:, :3].mean() / grey.items["room"][:, :3].mean() < 6


def test_one_bounce_has_the_energy_of_the_direct_light_times_albedo(make):
    """In a closed room what walls send on arrives at walls: the area means of bounce k + 1 and of albedo times bounce k
    are the same. Two bounces are gathered: ambient = BOUNCE_SHARE (a + a^2) direct, for any room."""
    albedo = 0.5
    world = room(make, color=[albedo] * 3)
    baked = bake_light(world, rays=128, seed=0)
    mesh = world.items[0].mesh
    corners = mesh.vertices[mesh.faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    mean = (baked.items["room"][mesh.faces].mean(axis=1) * area[:, None]).sum(axis=0) / area.sum()
    assert mean[0] / mean[3] == pytest.approx(BOUNCE_SHARE * (albedo + albedo**2), rel=0.03)


def test_a_table_shadows_the_floor_below_it_from_the_key_light_alone(make):
    table = Item("table", "furniture", 2, make.box((0, 0, 1.0), (1.6, 1.6, 0.05), step_m=0.2))
    world = room(make, extra=[table])
    baked = bake_light(world, rays=64, seed=0)
    below, beside = (at(world.items[0], baked, point, (0, 0, 1)) for point in ((0, 0, 0), (1.75, 1.25, 0)))
    assert below[3] == 0 < beside[3]
    assert below[0] > 0
    top, underside = (at(table, baked, (0, 0, z), (0, 0, n)) for z, n in ((1.025, 1), (0.975, -1)))
    assert top[3] > 1 and underside[3] == 0 < underside[0]


def test_a_light_shines_through_its_own_shade(make):
    shade = Item("shade", "furniture", 2, make.sphere((0, 0, 2.2), 0.2))
    world = room(make, extra=[shade])
    with_shade, without = (bake_light(w, rays=16, seed=0).items["room"] for w in (world, room(make)))
    assert with_shade[:, 3].mean() == pytest.approx(without[:, 3].mean(), rel=0.02)


def test_vertices_inside_of_something_take_their_neighbours_light(make):
    crate = Item("crate", "furniture", 2, make.box((0.5, 0.5, 0.3), (1.0, 1.0, 0.7)))  # the floor under it is inside
    world = room(make, extra=[crate])
    floor = at(world.items[0], bake_light(world, rays=32, seed=0), (0.5, 0.5, 0), (0, 0, 1))
    assert floor[0] > 0.02


def test_what_moves_or_is_hidden_is_not_baked(make):
    ball = make.sphere((0, 0, 1), 0.3)
    alone = bake_light(room(make), rays=8, seed=0)
    for more in ({"moves": True}, {"visible": False}):
        baked = bake_light(room(make, extra=[Item("ball", "person", 2, ball, **more)]), rays=8, seed=0)
        assert list(baked.items) == ["room"]
        np.testing.assert_array_equal(baked.items["room"], alone.items["room"])


def test_a_bake_is_the_same_every_time_and_another_with_another_seed(make):
    first, second, other = (bake_light(make.furnished(), rays=8, seed=seed).arrays() for seed in (3, 3, 4))
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert not np.array_equal(first["item/room"], other["item/room"])
    assert sorted(first) == sorted(second) == sorted(other)


def test_arrays_go_there_and_back_and_are_checked(make):
    arrays = bake_light(room(make), rays=4, seed=0).arrays()
    again = BakedLight.from_arrays(arrays).arrays()
    assert all(np.array_equal(arrays[name], again[name]) for name in arrays)
    with pytest.raises(ValueError, match=r"baked light: probes is missing; .*bake the room again"):
        BakedLight.from_arrays({name: array for name, array in arrays.items() if name != "probes"})
    with pytest.raises(ValueError, match=r"baked light item/room: expected shape \(None, 6\), found \(7, 5\)"):
        BakedLight.from_arrays({**arrays, "item/room": np.zeros((7, 5))})


def test_bad_bakes_are_refused(make):
    with pytest.raises(ValueError, match="rays per vertex: expected 4 or more, found 3"):
        bake_light(room(make), rays=3, seed=0)
    with pytest.raises(ValueError, match="world bare: no visible item stays put"):
        bake_light(make.world(make.sphere((0, 0, 0), 1), moves=True), seed=0)


def test_a_lamp_may_be_missing(make):
    baked = bake_light(room(make, lights=()), rays=8, seed=0)
    assert baked.items["room"].max() == 0 and np.isfinite(baked.exposure)


def test_probes_give_each_side_its_own_light_and_blend_between():
    probes = np.zeros((2, 1, 1, 6, 3), np.float32)
    probes[0, 0, 0, 0], probes[1, 0, 0, 0], probes[1, 0, 0, 5] = (1, 0, 0), (3, 0, 0), (0, 0, 8)
    baked = BakedLight({}, probes, np.array([[0.0, 0, 0], [2, 1, 1]]), 1.0)
    points = np.array([[0, 0, 0], [0.5, 0, 0], [2, 0, 0], [2, 0, 0], [9, 0, 0]], np.float32)[[0, 1, 2, 3, 2]]
    normals = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, -1], [-1, 0, 0]], np.float32)
    found = probe_light(points, normals, baked)
    np.testing.assert_allclose(found, [[1, 0, 0], [1.5, 0, 0], [3, 0, 0], [0, 0, 8], [0, 0, 0]], atol=1e-6)


def test_moving_light_without_items_is_empty(make):
    world = room(make)
    batch = pack([], texture_layers({}))
    for baked in (None, bake_light(world, rays=4, seed=0)):
        light = moving_light(world, batch, baked, None)
        assert light.ambient.shape == light.key.shape == (0, 3)
