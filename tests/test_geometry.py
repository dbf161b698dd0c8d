"""Cameras and projections: values by hand, OpenCV as the second way, round trips over all cameras."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from occlusionkit.geometry import (
    Camera,
    camera_of,
    camera_to_image,
    camera_to_world,
    image_to_camera,
    in_image,
    intrinsics_from_hfov,
    look_at_rotation,
    world_to_camera,
)

SIZE_HW = (36, 64)

coordinates = st.floats(-50, 50).map(lambda value: round(value, 6))
points = st.tuples(coordinates, coordinates, coordinates).map(np.array)
rotations = st.integers(0, 2**32 - 1).map(lambda seed: Rotation.random(rng=np.random.default_rng(seed)).as_matrix())


def make_camera(rotation=None, center=(0.0, 0.0, 0.0), hfov_deg=90.0, size_hw=SIZE_HW) -> Camera:
    rotation = np.eye(3) if rotation is None else rotation
    return Camera(intrinsics_from_hfov(hfov_deg, size_hw), rotation, np.array(center), size_hw)


cameras = st.builds(make_camera, rotation=rotations, center=points, hfov_deg=st.floats(20, 130))


def test_ninety_degrees_at_640_px_give_a_focal_of_320_px():
    expected = [[320, 0, 320], [0, 320, 180], [0, 0, 1]]
    np.testing.assert_allclose(intrinsics_from_hfov(90, (360, 640)), expected, rtol=1e-15)


@given(hfov_deg=st.floats(1, 179), width=st.integers(1, 4000), height=st.integers(1, 4000))
def test_the_field_of_view_is_horizontal_and_ends_at_the_images_edges(hfov_deg, width, height):
    camera = make_camera(hfov_deg=hfov_deg, size_hw=(height, width))
    side = np.tan(np.radians(hfov_deg / 2))
    left, right = camera_to_image(np.array([[-side, 0, 1], [side, 0, 1]]), camera)
    np.testing.assert_allclose([left, right], [[0, height / 2], [width, height / 2]], atol=1e-9 * width)


@pytest.mark.parametrize("hfov_deg", [0, -30, 180, 400, float("nan")])
def test_an_impossible_field_of_view_is_refused(hfov_deg):
    with pytest.raises(ValueError, match="field of view: expected degrees"):
        intrinsics_from_hfov(hfov_deg, SIZE_HW)


def test_a_camera_looking_along_world_y_sees_points_where_a_person_would():
    camera = make_camera(look_at_rotation((0, 0, 1), (0, 5, 1)), center=(0, 0, 1))
    # 2 m ahead, 0.5 m to the right and 0.25 m up; focal 32 px, centre (32, 18).
    np.testing.assert_allclose(world_to_camera(np.array([0.5, 2, 1.25]), camera), [0.5, -0.25, 2], atol=1e-15)
    pixel = camera_to_image(world_to_camera(np.array([0.5, 2, 1.25]), camera), camera)
    np.testing.assert_allclose(pixel, [32 + 32 * 0.5 / 2, 18 - 32 * 0.25 / 2], atol=1e-12)


@given(camera=cameras, seed=st.integers(0, 2**32 - 1))
def test_projection_agrees_with_opencv(camera, seed):
    in_camera = np.random.default_rng(seed).uniform([-3, -3, 0.5], [3, 3, 20], (7, 3))
    world = camera_to_world(in_camera, camera)
    # OpenCV's t is -R times the centre, and its pixel centres are whole numbers: half a pixel from ours.
    opencv_matrix = camera.intrinsics - [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]]
    rotation_vector, _ = cv2.Rodrigues(camera.rotation_world_to_camera)
    translation = -camera.rotation_world_to_camera @ camera.center_world
    theirs, _ = cv2.projectPoints(world, rotation_vector, translation, opencv_matrix, None)
    ours = camera_to_image(world_to_camera(world, camera), camera)
    # cv2.Rodrigues returns the nearest rotation vector: good to about 1e-8 rad near half a turn.
    np.testing.assert_allclose(ours, theirs[:, 0] + 0.5, rtol=1e-5, atol=1e-4)


@given(camera=cameras, point=points)
def test_world_and_camera_frames_are_a_round_trip(camera, point):
    np.testing.assert_allclose(camera_to_world(world_to_camera(point, camera), camera), point, atol=1e-12)


@given(camera=cameras, x=st.floats(-200, 200), y=st.floats(-200, 200), depth_m=st.floats(0.01, 100))
def test_image_and_camera_frames_are_a_round_trip(camera, x, y, depth_m):
    in_camera = image_to_camera(np.array([x, y]), np.array(depth_m), camera)
    assert in_camera[2] == pytest.approx(depth_m, rel=1e-12)
    np.testing.assert_allclose(camera_to_image(in_camera, camera), [x, y], atol=1e-9)


def test_leading_axes_are_kept_and_do_not_mix():
    camera = make_camera(Rotation.from_euler("xyz", [10, 20, 30], degrees=True).as_matrix(), center=(1, 2, 3))
    world = np.random.default_rng(0).normal(size=(2, 5, 3)) * 4
    in_camera = world_to_camera(world, camera)
    assert in_camera.shape == (2, 5, 3)
    np.testing.assert_allclose(in_camera[1, 3], world_to_camera(world[1, 3], camera), atol=1e-14)
    pixels = camera_to_image(np.abs(in_camera), camera)
    assert pixels.shape == (2, 5, 2)
    np.testing.assert_allclose(image_to_camera(pixels, np.abs(in_camera[..., 2]), camera), np.abs(in_camera))


@pytest.mark.parametrize("depth_m", [0.0, -2.0])
def test_points_at_or_behind_the_camera_have_no_pixel(depth_m):
    pixels = camera_to_image(np.array([[0.0, 0, 2], [0.1, 0.1, depth_m]]), make_camera())
    np.testing.assert_array_equal(pixels, [[32, 18], [np.nan, np.nan]])


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [
        (0, 0, True),
        (63.999, 35.999, True),
        (64, 10, False),
        (10, 36, False),
        (50, 35, True),  # H != W: with swapped axes 50 would be outside
        (35, 50, False),
        (-1e-9, 5, False),
        (5, -1e-9, False),
        (np.nan, 5, False),
        (5, np.nan, False),
        (np.inf, 5, False),
    ],
)
def test_the_image_holds_its_first_edge_and_not_its_last(x, y, inside):
    assert in_image(np.array([x, y]), size_hw=SIZE_HW) == inside
    assert in_image(np.array([[[x, y]]]), size_hw=SIZE_HW).tolist() == [[inside]]


@given(center=points, target=points)
def test_look_at_centres_the_target_and_keeps_the_horizon_level(center, target):
    if np.linalg.norm((target - center)[:2]) < 1e-3:
        return
    rotation = look_at_rotation(center, target)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1)
    in_camera = rotation @ (target - center)
    np.testing.assert_allclose(in_camera, [0, 0, np.linalg.norm(target - center)], atol=1e-9)
    right, down, _ = rotation
    assert right[2] == pytest.approx(0, abs=1e-9)
    assert down[2] < 0


@pytest.mark.parametrize("target", [(1.0, 2, 3), (1, 2, 9), (1, 2, -9)])
def test_look_at_refuses_targets_without_a_horizon(target):
    with pytest.raises(ValueError, match="at the camera or straight above or below"):
        look_at_rotation(np.array([1.0, 2, 3]), np.array(target))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"intrinsics": np.eye(2)}, "camera intrinsics: expected finite"),
        ({"intrinsics": np.full((3, 3), np.nan)}, "camera intrinsics: expected finite"),
        ({"center_world": np.zeros(2)}, r"camera center_world: expected finite \(3,\), found \(2,\)"),
        ({"center_world": np.array([0, np.inf, 0])}, "camera center_world: expected finite"),
        ({"rotation_world_to_camera": np.diag([1.0, -1, 1])}, r"found det -1\.000000; a left-handed"),
        ({"rotation_world_to_camera": 1.01 * np.eye(3)}, "expected orthonormal"),
        ({"rotation_world_to_camera": np.array([[1.0, 0.1, 0], [0, 1, 0], [0, 0, 1]])}, "expected orthonormal"),
        ({"size_hw": (0, 640)}, "expected at least 1 x 1 px, found 0 x 640"),
    ],
)
def test_an_impossible_camera_is_refused(change, message):
    good = {
        "intrinsics": intrinsics_from_hfov(90, SIZE_HW),
        "rotation_world_to_camera": np.eye(3),
        "center_world": np.zeros(3),
        "size_hw": SIZE_HW,
    }
    Camera(**good)
    with pytest.raises(ValueError, match=message):
        Camera(**good | change)


def test_a_camera_cannot_be_changed_through_the_arrays_it_was_made_of():
    center = np.zeros(3)
    camera = make_camera(center=center)
    center[:] = 7
    assert camera.center_world.tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="read-only"):
        camera.center_world[0] = 1


def test_camera_of_reads_the_camera_columns_of_a_row():
    camera = make_camera(Rotation.from_euler("z", 30, degrees=True).as_matrix(), center=(1, 2, 3))
    row = {
        "image": "other columns are left alone",
        "intrinsics": camera.intrinsics,
        "rotation_world_to_camera": camera.rotation_world_to_camera,
        "center_world": camera.center_world,
        "size_hw": np.array(SIZE_HW, np.int32),
    }
    read = camera_of(row)
    np.testing.assert_array_equal(read.rotation_world_to_camera, camera.rotation_world_to_camera)
    np.testing.assert_array_equal(read.center_world, [1, 2, 3])
    assert read.size_hw == SIZE_HW
    assert all(type(side) is int for side in read.size_hw)
