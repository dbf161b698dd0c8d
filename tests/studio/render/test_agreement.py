"""OpenGL and embree share no code between a world and a pixel: where they agree, both are right."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from occlusionkit.studio.world import Item, Light

ALL = ("rgb", "depth", "instance", "part", "normal")


def away_from_silhouettes(depth_m, instance):
    """Pixels whose neighbours are of the same thing and nearly as far: no edge, and not seen at a grazing angle."""
    square = np.ones((3, 3), np.uint8)
    high, low = (f(depth_m, square) for f in (cv2.dilate, cv2.erode))
    ids = instance.astype(np.float32)
    return (high - low < 0.02 * depth_m) & (cv2.dilate(ids, square) == cv2.erode(ids, square))


def check(gl_frame, embree_frame):
    smooth = away_from_silhouettes(embree_frame.depth_m, embree_frame.instance)
    assert smooth.mean() > 0.5
    # A rasteriser extrapolates 1 / depth over each triangle from the image's corner, in float32: for triangles of few
    # pixels that costs some 50 units in the last place. And a pixel whose centre is on an edge may see either side.
    error_m = np.abs(gl_frame.depth_m - embree_frame.depth_m)[smooth]
    assert np.median(error_m) < 1e-6
    assert (error_m > 1e-5).mean() < 1e-4
    # The worst room seen has 2e-5: pixels whose centre an edge passes within float32's reach.
    assert (gl_frame.instance == embree_frame.instance).mean() > 0.9999
    assert (gl_frame.part == embree_frame.part).mean() > 0.9999
    difference = np.abs(gl_frame.normal - embree_frame.normal).max(axis=-1)
    assert np.quantile(difference[smooth], 0.999) < 1e-3
    # One lighting model in two languages; sampled in other places of each pixel, so edges differ.
    levels = np.abs(gl_frame.rgb.astype(int) - embree_frame.rgb)
    assert levels.mean() < 1.5
    assert np.median(levels[smooth]) <= 1


@pytest.mark.parametrize("index", range(3))
def test_renderers_agree_on_a_furnished_world(gl, embree, make, draw, index):
    world, camera = make.furnished(), make.around(3, size_hw=(270, 480))[index]
    check(draw(gl, world, camera, *ALL), draw(embree, world, camera, *ALL))


@pytest.mark.parametrize("index", [0, 4])
def test_renderers_agree_on_a_real_room(gl, embree, make, draw, index):
    from occlusionkit.studio.rooms import ROOMS, build_room

    room = build_room(ROOMS[index])
    guest = Item("guest", "person", 60000, make.sphere((*room.stage.center, 1.0), 0.4), moves=True)
    world, camera = room.world.with_items(guest), room.cameras[index].camera((360, 640))
    check(draw(gl, world, camera, *ALL), draw(embree, world, camera, *ALL))


def test_shadows_are_the_same_in_both_languages(gl, embree, make, draw):
    """On plain things, all pixels away from edges agree: in a shadow, at its edge, and where things touch."""
    floor = make.box((0, 0, -0.05), (6, 6, 0.1), color=(0.8, 0.6, 0.5))
    step = make.box((0.5, 0.1, 0.2), (0.5, 0.5, 0.4), color=(0.5, 0.7, 0.8))
    world = make.world(floor, step, lights=[Light("lamp", (-0.6, 0.1, 2.5), (6, 6, 5), 0.1)])
    bare = world
    for index, (x, z) in enumerate(((0.0, 0.2), (0.45, 0.62), (-0.5, 0.9))):
        body = make.sphere((x, -0.1, z), 0.25, rings=48)
        world = world.with_items(Item(f"body_{index}", "person", 50 + index, body, moves=True))
    camera = make.look_at((-1.2, -1.8, 2.2), (0.1, 0, 0), size_hw=(270, 480))
    a, b = (draw(renderer, world, camera, *ALL) for renderer in (gl, embree))
    flat = away_from_silhouettes(b.depth_m, b.instance) & np.isin(b.instance, [1, 2])
    flat &= cv2.erode(flat.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    levels = np.abs(a.rgb.astype(int) - b.rgb).max(axis=-1)[flat]
    shadowed = (np.abs(b.rgb.astype(int) - draw(embree, bare, camera, "rgb").rgb).max(axis=-1) > 20)[flat]
    assert shadowed.sum() > 3000
    assert (levels > 2).mean() < 0.001  # 0.00015 seen
    assert levels[shadowed].mean() < 1
