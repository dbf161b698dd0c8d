import numpy as np
import pytest

from occlusionkit.studio.motions.clearance import hand_clearance_m, leg_clearance_m, segment_distance_m
from occlusionkit.studio.motions.puppet import CHANNELS, animate


def pulled(rig, **changed):
    strings = {name: np.array([changed.get(name, value)], dtype=float) for name, value in CHANNELS.items()}
    return animate(strings, np.ones((1, 2), bool), rig, name="test", fps=30)


def test_distance_to_a_segment_is_to_its_side_or_to_its_ends():
    start, end = np.array([0.0, 0.0, 0.0]), np.array([2.0, 0.0, 0.0])
    points = np.array([[1.0, 3.0, 0.0], [-3.0, 4.0, 0.0], [5.0, 0.0, 4.0]])
    np.testing.assert_allclose(segment_distance_m(points, start, end), [3.0, 5.0, 5.0])
    assert segment_distance_m(points[0], start, start) == pytest.approx(np.sqrt(10.0))


def test_hands_in_the_belly_and_in_the_face_are_seen(rig):
    free = hand_clearance_m(pulled(rig))
    assert free.min() > 0.03
    belly = hand_clearance_m(pulled(rig, l_hand=(-0.3, 0.05, -0.75)))
    assert belly[0, 0] < -0.02 and belly[0, 1] == pytest.approx(free[0, 1])
    face = hand_clearance_m(pulled(rig, r_hand=(-0.35, 0.1, 0.35)))
    assert face[0, 1] < 0.0 < face[0, 0]


def test_crossed_feet_are_seen(rig):
    assert leg_clearance_m(pulled(rig))[0] > 0.1
    assert leg_clearance_m(pulled(rig, l_foot=(-0.12, 0, 0), r_foot=(-0.12, 0, 0)))[0] < 0.0
