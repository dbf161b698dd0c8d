import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.geometry import camera_to_image, world_to_camera
from occlusionkit.studio.portraits.bust import HeadPose, head_frame, pose_of
from occlusionkit.studio.portraits.draws import rng_for
from occlusionkit.studio.portraits.framing import View, aligned_view, portrait_camera, wild_view

SIZE = 200


def seen_points(bust, head, view):
    frame = head_frame(bust, pose_of(bust, head))
    camera = portrait_camera(bust, frame, view, size_px=SIZE)
    points = frame.to_world(np.stack([bust.eye_left, bust.eye_right, bust.mouth]) - bust.eyes)
    return camera_to_image(world_to_camera(points, camera), camera)


angles = st.floats(-30, 30)


@given(azimuth=angles, elevation=st.floats(-15, 15), yaw=angles, pitch=st.floats(-15, 15), roll=st.floats(-12, 12))
def test_an_aligned_portrait_is_celeba_hqs_crop(busts, azimuth, elevation, yaw, pitch, roll):
    left, right, mouth = seen_points(busts[0], HeadPose(yaw, pitch, roll), View(azimuth, elevation, 1.2))
    eyes, across, down = (left + right) / 2, left - right, mouth - (left + right) / 2
    # The square's side along x (Karras et al. 2018): the eyes' line and the perpendicular of the way to the mouth.
    along = across - np.array([-down[1], down[0]])
    assert along[1] == pytest.approx(0, abs=1e-6)
    assert along[0] > 0
    assert max(2.0 * np.hypot(*across), 1.8 * np.hypot(*down)) == pytest.approx(SIZE / 2, abs=1e-6)
    np.testing.assert_allclose(eyes + 0.1 * down, [SIZE / 2, SIZE / 2], atol=1e-6)


def test_the_persons_left_eye_is_on_the_right_and_the_mouth_is_below(busts):
    for bust in busts:
        left, right, mouth = seen_points(bust, HeadPose(), View(0, 0, 1.0))
        assert left[0] > right[0] + 0.15 * SIZE
        assert mouth[1] > left[1] + 0.15 * SIZE


def test_zoom_shift_and_roll_move_the_face_as_they_say(busts):
    aligned = seen_points(busts[1], HeadPose(), View(5, 2, 1.2))
    half = seen_points(busts[1], HeadPose(), View(5, 2, 1.2, zoom=0.5, shift=(0.1, -0.2)))
    np.testing.assert_allclose(half - half.mean(axis=0), (aligned - aligned.mean(axis=0)) / 2, atol=1e-6)
    moved = (half - SIZE / 2) - (aligned - SIZE / 2) / 2
    np.testing.assert_allclose(moved, np.tile([0.1 * SIZE, -0.2 * SIZE], (3, 1)), atol=1e-6)
    turned = seen_points(busts[1], HeadPose(), View(5, 2, 1.2, roll_deg=90))
    # Clockwise on the screen: what was to the right is below.
    x, y = (aligned - SIZE / 2).T
    np.testing.assert_allclose(turned - SIZE / 2, np.stack([-y, x], axis=1), atol=1e-6)


def test_a_wild_face_is_smaller_turned_and_mostly_inside(busts):
    views = [wild_view(rng_for(1, "view", number)) for number in range(200)]
    assert max(view.zoom for view in views) < 1
    assert np.ptp([view.roll_deg for view in views]) > 45
    assert np.ptp([view.azimuth_deg for view in views]) > 80
    eyes = np.stack([seen_points(busts[0], HeadPose(), view)[:2].mean(axis=0) for view in views])
    assert ((eyes > 0) & (eyes < SIZE)).all()
    assert np.ptp(eyes, axis=0).min() > 0.3 * SIZE


def test_aligned_views_keep_to_the_front():
    views = [aligned_view(rng_for(1, "view", number)) for number in range(200)]
    assert max(abs(view.azimuth_deg) for view in views) <= 34
    assert {view.zoom for view in views} == {1.0}
