"""Boxes, windows and crops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.geometry import camera_to_image, world_to_camera
from occlusionkit.studio.crops.sites import CAMERAS
from occlusionkit.studio.crops.take import CROP_HW, DRAWN_TO_VISIBLE, cropped, detector_box, windowed


class Fixed:
    """Draws what it is told: uniform draws give a share of their span, normal ones 0."""

    def __init__(self, share):
        self.share = share

    def uniform(self, low, high):
        return low + self.share * (high - low)

    def normal(self, mean, sigma, size=None):
        return mean if size is None else np.full(size, float(mean))


def masks():
    whole, visible = np.zeros((60, 40), bool), np.zeros((60, 40), bool)
    whole[10:50, 12:30] = True
    visible[10:30, 12:30] = True
    return whole, visible


def test_a_box_stands_around_the_whole_person_6_percent_larger():
    box = detector_box(*masks(), Fixed(0.0))
    np.testing.assert_allclose(box, [21 - 9.54, 30 - 21.2, 21 + 9.54, 30 + 21.2])


def test_a_box_is_drawn_to_what_shows_of_a_person():
    # Half way, and DRAWN_TO_VISIBLE of that: the lower edge goes from 50 towards 30.
    box = detector_box(*masks(), Fixed(1.0))
    lower = 50 - DRAWN_TO_VISIBLE * 20
    np.testing.assert_allclose((box[1] + box[3]) / 2, (10 + lower) / 2)
    np.testing.assert_allclose(box[3] - box[1], 1.06 * (lower - 10))


def test_a_slim_person_gets_a_box_of_a_persons_width():
    whole = np.zeros((60, 40), bool)
    whole[10:50, 20:22] = True
    box = detector_box(whole, whole, Fixed(0.0))
    np.testing.assert_allclose((box[2] - box[0]) / (box[3] - box[1]), 0.4)


def test_boxes_stray_a_little():
    rng = np.random.default_rng(0)
    boxes = np.array([detector_box(masks()[0], masks()[0], rng) for _ in range(500)])
    np.testing.assert_allclose(boxes.mean(axis=0), [21 - 9.54, 30 - 21.2, 21 + 9.54, 30 + 21.2], atol=0.3)
    height = boxes[:, 3] - boxes[:, 1]
    assert 0.03 < (height / 40).std() < 0.07


@given(st.integers(0, 5), st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 2))
def test_a_windowed_camera_sees_points_where_the_whole_one_does(index, x, y, z):
    camera = CAMERAS[index].camera
    window = np.array([31, 17, 131, 217])
    part = windowed(camera, window)
    assert part.size_hw == (200, 100)
    point = np.array([x, y, z])
    whole_px = camera_to_image(world_to_camera(point, camera), camera)
    np.testing.assert_allclose(camera_to_image(world_to_camera(point, part), part), whole_px - [31, 17], atol=1e-9)


@pytest.mark.parametrize("size", [(300, 90), (70, 30)])
def test_crops_are_128_x_64_whatever_the_box(size):
    picture = np.zeros((400, 200, 3), np.uint8)
    picture[20 : 20 + size[0], 10 : 10 + size[1]] = (9, 99, 199)
    crop = cropped(picture, np.array([10.2, 20.7, 10 + size[1] - 0.3, 20 + size[0] - 0.6]))
    assert crop.shape == (*CROP_HW, 3)
    assert (crop == (9, 99, 199)).all()
