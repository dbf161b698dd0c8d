"""Planar depth of both renderers against what geometry says it is."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.geometry import Camera, intrinsics_from_hfov, look_at_rotation, world_to_camera
from occlusionkit.studio.render.lens import NEAR_M

CENTERS = np.stack(np.meshgrid(np.arange(160) + 0.5, np.arange(90) + 0.5), axis=-1)  # (90, 160, 2), x and y


def rays_world(camera):
    """(H, W, 3), worked out apart from the renderers' own: through pixel centres, with camera z = 1."""
    homogeneous = np.concatenate([CENTERS, np.ones((90, 160, 1))], axis=-1)
    return np.einsum("ij,hwj->hwi", camera.rotation_world_to_camera.T @ np.linalg.inv(camera.intrinsics), homogeneous)


def test_depth_of_a_plane_is_planar_and_right_to_a_hundredth_of_a_millimetre(renderer, make, draw):
    normal, offset = np.array([0.3, -0.2, 0.93]), 0.4  # x . normal = offset
    across = np.cross(normal, [1.0, 0, 0])
    along = np.cross(normal, across)
    middle = normal * offset / (normal @ normal)
    corners = [middle + 40 * (i * across + j * along) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    plane = make.mesh(corners, [[0, 1, 2], [0, 2, 3]], np.tile(normal / np.linalg.norm(normal), (4, 1)))
    camera = make.look_at((1.5, -2.0, 3.0), (0.2, 0.1, 0.2))
    frame = draw(renderer, make.world(plane), camera, "depth")
    expected_m = (offset - camera.center_world @ normal) / (rays_world(camera) @ normal)
    assert frame.depth_m.dtype == np.float32
    assert (expected_m > NEAR_M).all()
    np.testing.assert_allclose(frame.depth_m, expected_m, rtol=0, atol=1e-5)


def test_depth_of_a_sphere_is_right_to_its_tessellation(renderer, make, draw):
    rings, radius_m, center = 96, 0.8, np.array([0.2, 0.3, 1.0])
    camera = make.look_at((2.2, -1.0, 1.6), center, hfov_deg=50.0)
    depth_m = draw(renderer, make.world(make.sphere(center, radius_m, rings=rings)), camera, "depth").depth_m
    ray = rays_world(camera)
    to_center = center - camera.center_world
    a, b = (ray * ray).sum(-1), ray @ to_center
    root = b**2 - a * (to_center @ to_center - radius_m**2)
    expected_m = (b - np.sqrt(np.maximum(root, 0))) / a
    out = (ray * expected_m[..., None] - to_center) / radius_m
    facing = -(out * ray).sum(-1) / np.sqrt(a)
    chosen = (root > 0) & (facing > 0.3)
    chord_m = radius_m * (np.pi / rings) ** 2 / 2
    error_m = depth_m[chosen] - expected_m[chosen]
    assert chosen.sum() > 2000
    assert error_m.min() > -1e-5
    assert (error_m <= chord_m / facing[chosen] * np.sqrt(a[chosen]) + 1e-5).all()
    assert (depth_m[root < -0.02] == 0).all()


def test_what_is_nearer_than_the_near_plane_is_not_there(renderer, make, draw):
    camera = Camera(intrinsics_from_hfov(90, (90, 160)), look_at_rotation([0, 0, 0], [0, 1, 0]), np.zeros(3), (90, 160))
    wall = make.box((0, 3.05, 0), (20, 0.1, 20))
    for front_m, seen_m in ((0.0999, 3.0), (0.1001, 0.1001)):
        sheet = make.mesh(
            [(-1, front_m, -1), (1, front_m, -1), (1, front_m, 1), (-1, front_m, 1)],
            [[0, 1, 2], [0, 2, 3]],
            np.tile([0, -1.0, 0], (4, 1)),
        )
        frame = draw(renderer, make.world(sheet, wall), camera, "depth", "instance")
        np.testing.assert_allclose(frame.depth_m, seen_m, rtol=0, atol=1e-6)
        assert np.unique(frame.instance).tolist() == [2 if seen_m == 3.0 else 1]


def test_a_thing_cut_open_by_the_near_plane_shows_its_inside(renderer, make, draw):
    """Faces seen from behind are left out only where nobody can see them."""
    camera = Camera(intrinsics_from_hfov(90, (90, 160)), look_at_rotation([0, 0, 0], [0, 1, 0]), np.zeros(3), (90, 160))
    for box in (make.box((0, 0.55, 0), (2, 1.0, 2)), make.box((0, 0, 0), (2, 2, 2))):  # cut; the camera is within it
        depth_m = draw(renderer, make.world(box), camera, "depth").depth_m
        far_m = box.vertices[:, 1].max()
        assert depth_m[45, 80] == pytest.approx(far_m, abs=1e-5)
        assert (depth_m > 0).all()


def test_a_sheet_is_seen_from_both_sides(renderer, make, draw):
    sheet = make.mesh([(-1, 0, 0), (1, 0, 0), (0, 0, 2)], [[0, 1, 2]], np.tile([0, -1.0, 0], (3, 1)))
    for y in (-2.0, 2.0):
        frame = draw(renderer, make.world(sheet), make.look_at((0, y, 0.7), (0, 0, 0.7)), "depth", "normal")
        assert frame.depth_m[45, 80] == pytest.approx(2.0, abs=1e-5)
        np.testing.assert_allclose(frame.normal[45, 80], [0, -1, 0], atol=1e-6)  # as the mesh has it
        assert not frame.normal[0, 0].any()


@pytest.mark.parametrize("items", [0, 1])
def test_an_empty_world_has_no_depth(renderer, make, draw, items):
    nothing = make.mesh(np.zeros((items, 3)), np.zeros((0, 3)), np.ones((items, 3)))
    world = make.world(*[nothing] * items)
    frame = draw(renderer, world, make.look_at((1, 1, 1), (0, 0, 0)), "rgb", "depth", "instance", "part", "normal")
    for array in (frame.rgb, frame.depth_m, frame.instance, frame.part, frame.normal):
        assert array.shape[:2] == (90, 160)
        assert not array.any()


def test_depth_of_one_pixel_images_and_of_tall_ones(renderer, make, draw):
    wall = make.world(make.box((0, 3.05, 0), (20, 0.1, 200)))
    for size_hw in ((1, 1), (7, 3), (301, 17)):
        camera = make.look_at((0, 0, 0), (0, 1, 0), size_hw=size_hw)
        depth_m = draw(renderer, wall, camera, "depth").depth_m
        assert depth_m.shape == size_hw
        np.testing.assert_allclose(depth_m, 3.0, rtol=0, atol=1e-5)


def test_depth_agrees_with_world_to_camera_at_moved_turned_and_scaled_items(renderer, make, draw):
    turn = look_at_rotation([0, 0, 0], [1, 2, 0.5]).T
    local_to_world = np.eye(4)
    local_to_world[:3, :3], local_to_world[:3, 3] = turn * 0.5, (0.3, -0.2, 1.1)
    mesh = make.mesh(
        [(-9, 0, -9), (9, 0, -9), (9, 0, 9), (-9, 0, 9)], [[0, 1, 2], [0, 2, 3]], np.tile([0, -1.0, 0], (4, 1))
    )
    camera = make.look_at((2.0, -1.5, 1.5), (0.3, -0.2, 1.1), hfov_deg=40.0)
    frame = draw(renderer, make.world(mesh, local_to_world=local_to_world), camera, "depth", "normal")
    middle = world_to_camera(local_to_world[:3, 3], camera)
    assert middle[2] == pytest.approx(frame.depth_m[44:46, 79:81].mean(), abs=2e-3)
    np.testing.assert_allclose(frame.normal[45, 80], turn @ [0, -1, 0], atol=1e-5)
