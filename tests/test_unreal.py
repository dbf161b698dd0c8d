"""Unreal's frame: the examples of Unreal's documentation by hand, scipy as the second way, round trips."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from occlusionkit.geometry import camera_to_image, look_at_rotation, world_to_camera
from occlusionkit.unreal import (
    camera_from_unreal,
    camera_to_unreal,
    points_from_unreal,
    points_to_unreal,
    rotation_from_unreal,
    rotation_to_rotator,
    rotator_axes,
)

SIZE_HW = (36, 64)
angles = st.floats(-180, 180)
pitches = st.floats(-90, 90)


def rotator_matrix(pitch_deg: float, yaw_deg: float, roll_deg: float) -> np.ndarray:
    """Column-vector rotation of Unreal vectors: what turns (1, 0, 0) into forward."""
    return rotator_axes(pitch_deg, yaw_deg, roll_deg).T


def scipy_rotator(pitch_deg: float, yaw_deg: float, roll_deg: float) -> np.ndarray:
    """The same by scipy: in Unreal's numbers yaw is a right-hand turn about Z, pitch and roll are left-hand ones."""
    return Rotation.from_euler("ZYX", [yaw_deg, -pitch_deg, -roll_deg], degrees=True).as_matrix()


def test_centimetres_become_metres_and_y_is_mirrored():
    np.testing.assert_array_equal(points_from_unreal(np.array([100.0, 200, 300])), [1, -2, 3])
    np.testing.assert_array_equal(points_to_unreal(np.array([[1.0, -2, 3]])), [[100, 200, 300]])


@given(st.tuples(*[st.floats(-1e4, 1e4)] * 3))
def test_points_are_a_round_trip(point):
    np.testing.assert_allclose(points_to_unreal(points_from_unreal(np.array(point))), point, rtol=1e-15, atol=1e-300)


@pytest.mark.parametrize(
    ("rotator", "forward", "right", "up"),
    [
        ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)),
        ((0, 90, 0), (0, 1, 0), (-1, 0, 0), (0, 0, 1)),  # yaw turns to the right
        ((90, 0, 0), (0, 0, 1), (0, 1, 0), (-1, 0, 0)),  # pitch looks up
        ((0, 0, 90), (1, 0, 0), (0, 0, -1), (0, 1, 0)),  # roll is clockwise seen from behind: right goes down
        ((-30, 0, 0), (np.sqrt(3) / 2, 0, -0.5), (0, 1, 0), (0.5, 0, np.sqrt(3) / 2)),
        ((0, 180, 90), (-1, 0, 0), (0, 0, -1), (0, -1, 0)),
    ],
)
def test_rotators_turn_as_unreal_says(rotator, forward, right, up):
    np.testing.assert_allclose(rotator_axes(*rotator), [forward, right, up], atol=1e-15)


@given(pitch=angles, yaw=angles, roll=angles)
def test_rotators_agree_with_scipys_euler_angles(pitch, yaw, roll):
    np.testing.assert_allclose(rotator_matrix(pitch, yaw, roll), scipy_rotator(pitch, yaw, roll), atol=1e-14)


@given(pitch=st.floats(-89.9, 89.9), yaw=st.floats(-179.9, 179.9), roll=st.floats(-179.9, 179.9))
def test_a_rotator_is_read_back_from_its_rotation(pitch, yaw, roll):
    found = rotation_to_rotator(rotator_matrix(pitch, yaw, roll))
    # At a pitch of 89.9 degrees the turns about Z and X differ by little: 1e-16 / cos(89.9 deg) in radians.
    np.testing.assert_allclose(found, (pitch, yaw, roll), atol=1e-9)


@given(
    from_pole=st.sampled_from([0.0, 1e-14, 1e-12, 3e-11, 1e-10, 1e-8, 1e-6, 1e-3]),
    sign=st.sampled_from([-1, 1]),
    yaw=angles,
    roll=angles,
    seed=st.integers(0, 99),
)
def test_the_rotation_survives_near_the_poles(from_pole, sign, yaw, roll, seed):
    # Turned there and back, as a chain of bones does: its entries carry the usual 1e-16 of rounding, which is all that
    # is left of yaw or roll alone so close to the pole. Their sum must come back all the same.
    turn = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    rotation = turn.T @ (turn @ rotator_matrix(sign * (90 - np.degrees(from_pole)), yaw, roll))
    found = rotation_to_rotator(rotation)
    np.testing.assert_allclose(rotator_matrix(*found), rotation, atol=5e-12)


@pytest.mark.parametrize("pitch", [90.0, -90.0])
def test_at_the_poles_roll_is_zero(pitch):
    assert rotation_to_rotator(rotator_matrix(pitch, 30, 40))[2] == 0


@given(pitch=pitches, yaw=angles, roll=angles)
def test_turning_and_mirroring_commute(pitch, yaw, roll):
    rotation, vector = rotator_matrix(pitch, yaw, roll), np.array([100.0, -250, 75])
    ours = rotation_from_unreal(rotation) @ points_from_unreal(vector)
    np.testing.assert_allclose(ours, points_from_unreal(rotation @ vector), atol=1e-13)
    assert np.linalg.det(rotation_from_unreal(rotation)) == pytest.approx(1)
    np.testing.assert_allclose(rotation_from_unreal(rotation_from_unreal(rotation)), rotation, atol=1e-15)


def test_what_is_right_of_an_unreal_camera_is_right_in_the_image():
    camera = camera_from_unreal(np.array([100.0, 50, 160]), (0, 90, 0), 90, SIZE_HW)
    # Yaw 90 looks along Unreal's +Y, so +Y is ahead, -X is to the right and +Z is up. Focal 32 px, centre (32, 18).
    ahead_right_up = points_from_unreal(np.array([100.0 - 50, 50 + 200, 160 + 25]))
    in_camera = world_to_camera(ahead_right_up, camera)
    np.testing.assert_allclose(in_camera, [0.5, -0.25, 2], atol=1e-15)
    np.testing.assert_allclose(camera_to_image(in_camera, camera), [40, 14], atol=1e-12)


@given(pitch=pitches, yaw=angles, roll=angles, center=st.tuples(*[st.floats(-1000, 1000)] * 3), hfov=st.floats(20, 120))
def test_camera_depth_is_the_distance_along_unreals_forward_axis(pitch, yaw, roll, center, hfov):
    camera = camera_from_unreal(np.array(center), (pitch, yaw, roll), hfov, SIZE_HW)
    point_cm = np.array([123.0, -456, 78])
    forward, right, up = rotator_axes(pitch, yaw, roll)
    offset = point_cm - center
    expected_m = np.array([offset @ right, -(offset @ up), offset @ forward]) / 100
    np.testing.assert_allclose(world_to_camera(points_from_unreal(point_cm), camera), expected_m, atol=1e-12)


@given(pitch=st.floats(-89.9, 89.9), yaw=st.floats(-179.9, 179.9), roll=st.floats(-179.9, 179.9))
def test_a_camera_is_a_round_trip_through_unreal(pitch, yaw, roll):
    location = np.array([120.0, -340, 160])
    found_location, found_rotator = camera_to_unreal(camera_from_unreal(location, (pitch, yaw, roll), 90, SIZE_HW))
    np.testing.assert_allclose(found_location, location, atol=1e-11)
    np.testing.assert_allclose(found_rotator, (pitch, yaw, roll), atol=1e-9)


def test_a_level_camera_has_no_roll_in_unreal():
    camera = camera_from_unreal(np.zeros(3), (0, 0, 0), 90, SIZE_HW)
    center, target = np.array([0.0, 0, 2]), np.array([3.0, -3, 1])
    tilted = type(camera)(camera.intrinsics, look_at_rotation(center, target), center, SIZE_HW)
    location, (pitch, yaw, roll) = camera_to_unreal(tilted)
    # Ours looks to -Y, which is Unreal's +Y: yaw +45; down by 1 m over 3 sqrt 2 m.
    np.testing.assert_allclose(location, [0, 0, 200])
    np.testing.assert_allclose((pitch, yaw, roll), (-np.degrees(np.arctan2(1, 3 * np.sqrt(2))), 45, 0), atol=1e-12)
