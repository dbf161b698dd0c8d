import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from occlusionkit.studio.motions import rotations

vectors = st.lists(st.floats(-3.0, 3.0, allow_nan=False), min_size=3, max_size=3).map(np.array)
# Rotation vectors shorter than half a turn, for which the way back is unique.
turns = vectors.map(lambda v: v * min(1.0, 3.1 / max(float(np.linalg.norm(v)), 1e-9)))


@given(turns)
def test_rotation_vectors_agree_with_scipy_and_come_back(vector):
    rotation = rotations.from_rotation_vector(vector)
    np.testing.assert_allclose(rotation, Rotation.from_rotvec(vector).as_matrix(), atol=1e-12)
    np.testing.assert_allclose(rotations.to_rotation_vector(rotation), vector, atol=1e-7)


@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.6, 0, 0.8)])
def test_half_turns_keep_their_angle(axis):
    vector = rotations.to_rotation_vector(rotations.about(np.array(axis, dtype=float), np.pi))
    assert np.linalg.norm(vector) == pytest.approx(np.pi)
    np.testing.assert_allclose(np.abs(vector) / np.pi, axis, atol=1e-9)


@given(turns, turns, st.floats(0.0, 1.0))
def test_between_goes_the_same_way_at_constant_speed(first, second, weight):
    start, end = rotations.from_rotation_vector(first), rotations.from_rotation_vector(second)
    total = np.linalg.norm(rotations.to_rotation_vector(start.T @ end))
    if total > 3.1:
        return  # about half a turn apart: the shortest way is not unique
    middle = rotations.between(start, end, weight)
    assert np.linalg.norm(rotations.to_rotation_vector(start.T @ middle)) == pytest.approx(weight * total, abs=1e-6)
    assert np.linalg.norm(rotations.to_rotation_vector(middle.T @ end)) == pytest.approx((1 - weight) * total, abs=1e-6)


@given(st.floats(-3.0, 3.0), st.floats(-1.5, 1.5))
def test_twist_is_what_turns_about_the_axis(twist, swing):
    axis, across = np.array([0.6, 0.0, 0.8]), np.array([0.0, 1.0, 0.0])
    turned = rotations.about(across, swing) @ rotations.about(axis, twist)
    assert float(rotations.twist_angle(turned, axis)) == pytest.approx(twist, abs=1e-7)


@settings(max_examples=50)
@given(vectors, vectors)
def test_shortest_arc_takes_source_to_target_without_twist(first, second):
    if min(np.linalg.norm(first), np.linalg.norm(second)) < 0.1:
        return
    source, target = rotations.unit(first), rotations.unit(second)
    if source @ target < -0.99:
        return
    arc = rotations.shortest_arc(source, target)
    np.testing.assert_allclose(arc @ source, target, atol=1e-9)
    angle = np.arccos(np.clip(source @ target, -1, 1))
    assert np.linalg.norm(rotations.to_rotation_vector(arc)) == pytest.approx(angle, abs=1e-6)


def test_what_has_no_answer_is_refused():
    with pytest.raises(ValueError, match="no direction"):
        rotations.unit(np.zeros(3))
    with pytest.raises(ValueError, match="opposite"):
        rotations.shortest_arc(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, -1.0]))


def test_heading_lean_and_tilt_have_the_signs_of_somebody_who_faces_minus_y():
    ahead, up = np.array([0.0, -1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    np.testing.assert_allclose(
        rotations.heading_lean_tilt(np.array([90.0, 0, 0])) @ ahead, [1, 0, 0], atol=1e-12
    )  # left
    np.testing.assert_allclose(rotations.heading_lean_tilt(np.array([0, 90.0, 0])) @ up, ahead, atol=1e-12)  # forward
    np.testing.assert_allclose(rotations.heading_lean_tilt(np.array([0, 0, 90.0])) @ up, [1, 0, 0], atol=1e-12)  # left


def test_frame_is_orthonormal_and_keeps_its_direction():
    made = rotations.frame(np.array([0.0, 0.0, 2.0]), np.array([1.0, 0.0, 5.0]))
    np.testing.assert_allclose(made, [[0, 1, 0], [0, 0, 1], [1, 0, 0]], atol=1e-12)
