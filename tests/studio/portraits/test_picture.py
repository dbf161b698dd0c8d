from dataclasses import replace

import numpy as np
import pytest

from occlusionkit.geometry import Camera, intrinsics_from_hfov, look_at_rotation
from occlusionkit.studio.portraits.draws import rng_for
from occlusionkit.studio.portraits.picture import (
    Exposure,
    Gloss,
    Shine,
    draw_lights,
    exposed,
    finer_camera,
    gloss_of,
    highlights_of,
    in_front_of,
    take_shot,
)
from occlusionkit.studio.rooms.shapes import ellipsoid, panel
from occlusionkit.studio.world import Item, Light, Material, Mesh, World

SIZE_HW = (40, 60)
NOBODY = Shine(0, {})


def camera_at(center, target=(0.0, 0.0, 0.0), size_hw=SIZE_HW):
    return Camera(
        intrinsics_from_hfov(30, size_hw),
        look_at_rotation(np.array(center), np.array(target)),
        np.array(center),
        size_hw,
    )


def item_of(shape, *, instance=1, part=0, roughness=0.95, color=0.5):
    count = len(shape.vertices)
    mesh = Mesh(
        vertices=shape.vertices.astype(np.float32),
        faces=shape.faces.astype(np.int32),
        normals=shape.normals.astype(np.float32),
        uvs=np.zeros((count, 2), np.float32),
        colors=np.full((count, 3), color, np.float32),
        parts=np.full(count, part, np.int32),
    )
    return Item(f"item {instance}", "object", instance, mesh, Material(None, 1.0, roughness), moves=True)


LIGHTS = (Light("key", (0.0, -2.0, 0.0), (3.0, 3.0, 3.0)),)


def test_a_finer_camera_sees_the_same_with_the_old_centres_in_the_middle():
    camera = camera_at((0.2, -1.0, 0.3))
    finer = finer_camera(camera)
    assert finer.size_hw == (120, 180)
    # The centre of pixel (row 7, column 11) is that of the middle one of its nine.
    old = np.linalg.inv(camera.intrinsics) @ [11.5, 7.5, 1]
    new = np.linalg.inv(finer.intrinsics) @ [3 * 11 + 1.5, 3 * 7 + 1.5, 1]
    np.testing.assert_allclose(old, new)


def test_cover_is_the_share_of_a_pixel_that_things_hide(rays):
    # A panel whose left edge runs through the middle of the picture's pixels of column 30.
    camera = camera_at((0.0, -1.0, 0.0))
    pixel_m = 1 / camera.intrinsics[0, 0]
    shape = panel((0.5 * pixel_m, 0, -1), (1, 0, 0), (0, 0, 2))
    shot = take_shot(rays, World("panel", (item_of(shape),), LIGHTS), camera, shine=NOBODY)
    np.testing.assert_array_equal(shot.cover[:, :30], 0)
    np.testing.assert_array_equal(shot.cover[:, 31:], 1)
    assert set(np.round(3 * shot.cover[:, 30])) <= {1.0, 2.0}
    assert (shot.instance[:, 31:] == 1).all()
    assert not shot.instance[:, :30].any()


def test_what_is_behind_shows_where_nothing_covers_it():
    from occlusionkit.studio.portraits.picture import Shot

    cover = np.array([[0.0, 0.25, 1.0]], np.float32)
    thing = np.array([[[0, 0, 0], [50, 50, 50], [200, 100, 0]]], np.uint8)
    none = np.zeros((1, 3), np.int32)
    backdrop = np.full((1, 3, 3), 100, np.uint8)
    mixed = in_front_of(backdrop, Shot(thing, cover, none, none))
    np.testing.assert_array_equal(mixed, [[[100] * 3, [125] * 3, [200, 100, 0]]])


def test_a_ball_shines_where_it_mirrors_the_light(rays):
    ball = item_of(ellipsoid((0, 0, 0), (0.1, 0.1, 0.1), sides=96), roughness=0.2)
    light = Light("key", (1.2, -1.6, 0.0), (4.0, 4.0, 4.0))
    camera = camera_at((0.0, -1.0, 0.0), size_hw=(101, 101))
    frame = rays.render(
        World("ball", (ball,), (light,)), camera, outputs=frozenset({"depth", "instance", "part", "normal"})
    )
    found = highlights_of(frame, World("ball", (ball,), (light,)), camera, NOBODY)
    row, column = np.unravel_index(found[..., 0].argmax(), found.shape[:2])
    # On a small ball the normal there is half way between the directions to the camera (0, -1, 0) and the light.
    normal = frame.normal[row, column]
    point = normal * 0.1
    to_light, to_camera = (np.asarray(at) - point for at in (light.position, camera.center_world))
    half = to_light / np.linalg.norm(to_light) + to_camera / np.linalg.norm(to_camera)
    assert normal @ half / np.linalg.norm(half) > 0.999
    assert found.max() > 40
    assert not found[frame.instance == 0].any()


def test_chalk_does_not_shine_and_named_parts_have_their_own_gloss(rays):
    ball = item_of(ellipsoid((0, 0, 0), (0.1, 0.1, 0.1), sides=48), roughness=1.0, part=3)
    camera = camera_at((0.0, -1.0, 0.0))
    world = World("ball", (ball,), LIGHTS)
    frame = rays.render(world, camera, outputs=frozenset({"depth", "instance", "part", "normal"}))
    assert not highlights_of(frame, world, camera, NOBODY).any()
    assert not highlights_of(frame, world, camera, Shine(2, {3: Gloss(0.5, 10)})).any(), "of another instance"
    assert highlights_of(frame, world, camera, Shine(1, {3: Gloss(0.5, 10)})).max() > 20
    assert gloss_of(1.0).strength == 0
    assert gloss_of(0.1).strength > gloss_of(0.5).strength
    assert gloss_of(0.1).sharpness > gloss_of(0.5).sharpness


def test_an_exposure_scales_and_the_neutral_one_keeps_a_flat_picture():
    flat = np.full((20, 30, 3), 100, np.uint8)
    neutral = Exposure(gain=1.0, gamma=1.0, white=(1.0, 1.0, 1.0), blur_px=0.3, noise=0.0)
    np.testing.assert_array_equal(exposed(flat, neutral, rng_for(1)), flat)
    warm = exposed(flat, replace(neutral, gain=1.2, white=(1.1, 1.0, 0.9)), rng_for(1))
    np.testing.assert_array_equal(warm[0, 0], [132, 120, 108])
    dark = exposed(flat, replace(neutral, gamma=2.0), rng_for(1))
    assert dark[0, 0, 0] == round(255 * (100 / 255) ** 2)
    noisy = exposed(np.full((200, 200, 3), 100, np.uint8), replace(neutral, noise=4.0), rng_for(1))
    assert noisy.std() == pytest.approx(4.0, rel=0.25)


def test_the_key_light_comes_first_from_the_front_and_is_the_strongest():
    for number in range(50):
        target = np.array([0.3, -0.2, 1.6])
        lights = draw_lights(rng_for(1, "lights", number), target=target, azimuth_deg=30.0)
        to_light = np.asarray(lights[0].position) - target
        azimuth = np.degrees(np.arctan2(to_light[0], -to_light[1]))
        assert abs(azimuth - 30) <= 66
        strengths = [np.mean(light.color) / np.sum((np.asarray(light.position) - target) ** 2) for light in lights]
        assert strengths[0] == max(strengths)
