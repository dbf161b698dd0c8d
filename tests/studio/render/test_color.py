"""Colour pictures: shadows, antialiasing, and the same bytes every time."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from occlusionkit.studio.render import bake_light, open_renderer
from occlusionkit.studio.world import Item, Light, Material

ALL = frozenset({"rgb", "depth", "instance", "part", "normal"})


def digest(frames) -> str:
    found = hashlib.sha256()
    for frame in frames:
        for array in (frame.rgb, frame.depth_m, frame.instance, frame.part, frame.normal):
            found.update(array.tobytes())
    return found.hexdigest()


@pytest.fixture
def floor_under_a_lamp(make):
    lamp = Light("lamp", (0, 0, 2.5), (6, 6, 6), 0.1)
    world = make.world(make.box((0, 0, -0.05), (8, 8, 0.1)), lights=[lamp])
    camera = make.look_at((0, -2.5, 2.0), (0, 0, 0.0))
    return world, camera


def with_ball(world, make, *, moves=True, height_m=0.8):
    return world.with_items(Item("ball", "person", 9, make.sphere((0.0, 0.0, height_m), 0.25), moves=moves))


def level_at(rgb, camera, point):
    x, y = camera.intrinsics[:2] @ (camera.rotation_world_to_camera @ (np.array(point) - camera.center_world))
    z = (camera.rotation_world_to_camera @ (np.array(point) - camera.center_world))[2]
    return int(rgb[int(y / z), int(x / z)].astype(int).sum())


def test_what_moves_throws_a_shadow_where_the_light_is_behind_it(renderer, make, draw, floor_under_a_lamp):
    world, camera = floor_under_a_lamp
    camera = make.look_at((0, -2.5, 0.5), (0, 0, 0.0))
    lit, shadowed = (draw(renderer, w, camera, "rgb").rgb for w in (world, with_ball(world, make)))
    below, beside = (0.0, -0.1, 0.0), (1.2, -0.1, 0.0)  # the shadow's radius is 0.25 * 2.5 / 1.7 = 0.37 m
    assert level_at(shadowed, camera, below) < 0.8 * level_at(lit, camera, below)
    assert level_at(shadowed, camera, beside) == level_at(lit, camera, beside)


def test_a_moved_lamp_moves_the_shadow(renderer, make, draw, floor_under_a_lamp):
    world, _ = floor_under_a_lamp
    camera = make.look_at((0, -2.5, 1.5), (0, 0, 0.0), hfov_deg=100.0)
    world = replace(world, lights=(Light("lamp", (-1.5, 0, 2.5), (6, 6, 6), 0.1),))
    lit, shadowed = (draw(renderer, w, camera, "rgb").rgb for w in (world, with_ball(world, make)))
    there, mirrored = (0.7, 0.0, 0.0), (-0.7, 0.0, 0.0)  # 0.8 m of the way down from 2.5 m: 1.5 * 0.8 / 1.7
    assert level_at(shadowed, camera, there) < 0.85 * level_at(lit, camera, there)
    assert level_at(shadowed, camera, mirrored) == level_at(lit, camera, mirrored)


def test_nothing_between_lamp_and_caster_is_shadowed(renderer, make, draw, floor_under_a_lamp):
    """A tray above the ball stays as bright as without it."""
    world, _ = floor_under_a_lamp
    world = world.with_items(Item("tray", "furniture", 5, make.box((0, 0, 1.4), (1.0, 1.0, 0.02))))
    camera = make.look_at((0, -1.5, 2.4), (0, 0, 1.4))
    lit, shadowed = (draw(renderer, w, camera, "rgb").rgb for w in (world, with_ball(world, make)))
    for point in ((0, 0, 1.41), (0.1, -0.15, 1.41)):
        assert level_at(shadowed, camera, point) == level_at(lit, camera, point)


def test_people_are_dark_on_the_side_away_from_the_light_and_under_a_table(renderer, make, draw, floor_under_a_lamp):
    world, _ = floor_under_a_lamp
    ball, camera = with_ball(world, make, height_m=0.8), make.look_at((0, -2.0, 0.8), (0, 0, 0.8))
    table = ball.with_items(Item("table", "furniture", 6, make.box((0, 0, 1.3), (2.0, 2.0, 0.02))))
    bare, covered = (draw(renderer, w, camera, "rgb").rgb for w in (ball, table))
    top, bottom = (0, -0.12, 0.8 + 0.21), (0, -0.12, 0.8 - 0.21)
    assert level_at(bare, camera, top) > 1.3 * level_at(bare, camera, bottom)
    assert level_at(covered, camera, top) < 0.8 * level_at(bare, camera, top)


def test_edges_are_antialiased_and_insides_are_not_blurred(renderer, make, draw):
    white = make.box((0, 3, 0), (20, 1, 20), color=(1, 1, 1))
    black = make.mesh(
        [(-2, 1, -1.4), (2, 1, -1.4), (2, 1, 1.2)], [[0, 1, 2]], np.tile([0, -1.0, 0], (3, 1)), color=(0, 0, 0)
    )
    rgb = draw(renderer, make.world(white, black), make.look_at((0, 0, 0), (0, 1, 0)), "rgb").rgb[..., 0].astype(int)
    bright = rgb.max()
    shares = rgb / bright
    between = (shares > 0.05) & (shares < 0.95)
    assert 60 < between.sum() < 400  # about one pixel, two at most, in each of the 90 rows and 160 columns
    steps = {round(value * 4) / 4 for value in shares[between]}
    assert steps >= {0.25, 0.5, 0.75}
    assert (rgb[-5, -20:] == 0).all() and (np.ptp(rgb[:20, :20]) <= 2)


def test_a_world_without_lights_shows_its_own_colours(renderer, make, draw):
    world = make.world(make.box((0, 3, 0), (9, 1, 9), color=(0.9, 0.2, 0.05)))
    red, green, blue = draw(renderer, world, make.look_at((0, 0, 0), (0, 1, 0)), "rgb").rgb[45, 80].astype(int)
    assert red > green + 40 > blue + 60


def test_textures_repeat_in_metres(renderer, make, draw):
    """Left half black, right half white, repeating every 2 m: edges at every metre."""
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, 32:] = 255
    corners = [(-3, 3, -3), (3, 3, -3), (3, 3, 3), (-3, 3, 3)]
    sheet = make.mesh(corners, [[0, 1, 2], [0, 2, 3]], np.tile([0, -1.0, 0], (4, 1)), color=(1, 1, 1),
                      uvs=[(x, z) for x, _, z in corners])  # fmt: skip
    world = make.world(sheet, textures={"stripes": stripes}, material=Material("stripes", texture_size_m=2.0))
    camera = make.look_at((0, 0, 0), (0, 1, 0), hfov_deg=60.0)
    row = draw(renderer, world, camera, "rgb").rgb[45, :, 0]
    for x in np.arange(-1.5, 1.51, 0.5) + 0.01:
        column = int(80 + camera.intrinsics[0, 0] * x / 3)
        if abs(x % 1) > 0.2:
            assert (row[column] > 100) == (x % 2 > 1), x


def test_baked_light_is_used_and_checked(renderer, make, draw):
    world, camera = make.furnished(), make.around(3)[1]
    baked = replace(world, baked=bake_light(world, rays=16, seed=1).arrays())
    plain_rgb, baked_rgb = (draw(renderer, w, camera, "rgb").rgb.astype(int) for w in (world, baked))
    assert np.abs(plain_rgb - baked_rgb).mean() > 5
    other = replace(
        baked, items=(replace(baked.items[0], mesh=make.box((0, 0, 1), (6, 5, 2), inward=True, step_m=1.0)),)
    )
    with pytest.raises(ValueError, match=r"item room: it has \d+ vertices, its baked light \d+; .*bake it again"):
        draw(renderer, other, camera, "rgb")


def test_the_same_bytes_every_time_and_in_any_order(renderer, make):
    """What is kept from one picture to the next must not show in it."""
    world, cameras = make.furnished(), make.around(4)
    first = digest(renderer.render_many(world, cameras, outputs=ALL))
    assert digest([renderer.render(world, camera, outputs=ALL) for camera in cameras]) == first
    backwards = [renderer.render(replace(world), camera, outputs=ALL) for camera in cameras[::-1]]
    assert digest(backwards[::-1]) == first
    with open_renderer(renderer.name, threads=1) as fresh:
        fresh.render(world.without("body"), cameras[0], outputs=ALL)
        assert digest([fresh.render(world, camera, outputs=ALL) for camera in cameras]) == first


def test_outputs_do_not_depend_on_what_else_was_asked_for(renderer, make, draw):
    world, camera = make.furnished(), make.around(3)[0]
    whole = draw(renderer, world, camera, *ALL)
    for output, name in (("rgb", "rgb"), ("depth", "depth_m"), ("instance", "instance"), ("part", "part")):
        alone = getattr(draw(renderer, replace(world), camera, output), name)
        np.testing.assert_array_equal(alone, getattr(whole, name))


DRAW = """
import sys; sys.path.insert(0, sys.argv[1])
import conftest
from occlusionkit.studio.render import open_renderer
from test_color import ALL, digest
with open_renderer("gl", threads=int(sys.argv[2])) as renderer:
    print(digest(renderer.render_many(conftest.furnished_world(), conftest.around(3), outputs=ALL)))
"""


def test_the_number_of_threads_does_not_show(gl, make):
    """Mesa takes its number of threads once per process, so each gets its own."""
    expected = digest(gl.render_many(make.furnished(), make.around(3), outputs=ALL))
    for threads in ("1", "2"):
        command = [sys.executable, "-c", DRAW, str(Path(__file__).parent), threads]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        assert ran.stdout.strip() == expected
