"""Cameras as rasterisers want them, against geometry's own projection."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.geometry import Camera, camera_to_image, in_image, look_at_rotation, world_to_camera
from occlusionkit.studio.render.lens import (
    NEAR_M,
    clip_matrix,
    cover_matrix,
    distances_m,
    far_plane_m,
    in_view,
    near_reach_m,
    pixel_rays,
)


@st.composite
def cameras(draw) -> Camera:
    number = st.floats(-3, 3)
    focal = st.floats(20, 300)
    size_hw = draw(st.integers(1, 200)), draw(st.integers(1, 200))
    intrinsics = np.array(
        [
            [draw(focal), draw(st.floats(-5, 5)), draw(st.floats(-20, 220))],
            [0, draw(focal), draw(st.floats(-20, 220))],
            [0, 0, 1],
        ]
    )
    center = np.array([draw(number), draw(number), draw(number)])
    target = center + np.array([draw(st.floats(0.1, 2)), draw(number), draw(number)])
    return Camera(intrinsics, look_at_rotation(center, target), center, size_hw)


points = st.tuples(*[st.floats(-5, 5)] * 3).map(np.array)


@given(cameras(), points)
def test_clip_space_is_the_image_and_w_is_planar_depth(camera, point):
    seen = world_to_camera(point, camera)
    clip = clip_matrix(camera, far_m=50.0) @ np.append(point, 1)
    np.testing.assert_allclose(clip[3], seen[2], atol=1e-9)
    if seen[2] > 0.05:
        height, width = camera.size_hw
        # Row 0 is at y = -1, where OpenGL has its first row.
        place = (clip[:2] / clip[3] + 1) / 2 * [width, height]
        np.testing.assert_allclose(place, camera_to_image(seen, camera), rtol=1e-6, atol=1e-6)
        assert (clip[2] / clip[3] >= -1) == (seen[2] >= NEAR_M) or abs(seen[2] - NEAR_M) < 1e-9
        cover = cover_matrix(camera) @ np.append(point, 1)
        np.testing.assert_allclose(
            cover[:2] / cover[2] * [width, height], camera_to_image(seen, camera), rtol=1e-6, atol=1e-6
        )


@given(cameras(), st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_pixel_rays_go_through_their_place_with_camera_z_1(camera, offset_px):
    rays = pixel_rays(camera, offset_px=offset_px)
    height, width = camera.size_hw
    assert rays.shape == (height, width, 3)
    for row, column in ((0, 0), (height - 1, width // 2)):
        seen = world_to_camera(camera.center_world + 2.5 * rays[row, column], camera)
        np.testing.assert_allclose(seen[2], 2.5, rtol=1e-9)
        np.testing.assert_allclose(
            camera_to_image(seen, camera), [column + offset_px[0], row + offset_px[1]], atol=1e-5
        )


@given(cameras(), points, st.tuples(*[st.floats(0, 2)] * 3), st.tuples(*[st.floats(0, 1)] * 3))
def test_a_box_with_a_visible_point_is_in_view(camera, low, size, share):
    bounds = np.stack([low, low + size])[None]
    point = low + np.array(size) * share
    seen = world_to_camera(point, camera)
    if seen[2] >= NEAR_M and in_image(camera_to_image(seen, camera), size_hw=camera.size_hw):
        far_m = far_plane_m(camera, bounds)
        assert far_m > seen[2]
        assert in_view(clip_matrix(camera, far_m=far_m), bounds)[0]
        assert distances_m(camera, bounds)[0] <= np.linalg.norm(point - camera.center_world) + 1e-9
        if seen[2] == NEAR_M:
            assert np.linalg.norm(point - camera.center_world) <= near_reach_m(camera)


def test_boxes_beside_and_behind_are_not_in_view():
    camera = Camera(
        np.array([[80.0, 0, 80], [0, 80, 45], [0, 0, 1]]),
        look_at_rotation([0, 0, 0], [0, 1, 0]),
        np.zeros(3),
        (90, 160),
    )
    boxes = np.array(
        [[(x - 0.1, y - 0.1, -0.1), (x + 0.1, y + 0.1, 0.1)] for x, y in ((0, 2), (0, -2), (3, 2), (-3, 2), (1.9, 2))]
    )
    assert in_view(clip_matrix(camera, far_m=10), boxes).tolist() == [True, False, False, False, True]


def test_near_reach_by_hand():
    """90 degrees wide and as high: the corner's ray is (1, 1, 1)."""
    camera = Camera(np.array([[50.0, 0, 50], [0, 50, 50], [0, 0, 1]]), np.eye(3), np.zeros(3), (100, 100))
    assert np.isclose(near_reach_m(camera), NEAR_M * np.sqrt(3))
