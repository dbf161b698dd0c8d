"""The label rule: signed gaps at the right pixel, thresholds, causes, and joints that have no pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.geometry import Camera, camera_to_world, image_to_camera, intrinsics_from_hfov
from occlusionkit.occlusion.labels import (
    HIDDEN_BY,
    PAPER_THRESHOLD_M,
    LabelRule,
    depth_gap_m,
    hidden_by,
    is_visible,
    label_joints,
)

SIZE_HW = (4, 6)
CAMERA = Camera(intrinsics_from_hfov(90, SIZE_HW), np.eye(3), np.zeros(3), SIZE_HW)
ME, FRIEND, SOFA = 7, 8, 3
NAMES = ("a", "b", "c", "d", "e", "f")


def label(pixels, joint_depth_m, depth_m, instance=None, *, rule=None, joints=None):
    """Joints at given pixels and depths before a given depth map."""
    points = image_to_camera(np.asarray(pixels, float), np.asarray(joint_depth_m, float), CAMERA)
    return label_joints(
        camera_to_world(points, CAMERA),
        CAMERA,
        depth_m,
        np.full(SIZE_HW, ME, np.int32) if instance is None else instance,
        person_instance=ME,
        people=frozenset((ME, FRIEND)),
        joints=joints or NAMES[: len(points)],
        rule=rule or LabelRule(),
    )


@pytest.mark.parametrize(("offset_m", "visible"), [(0.125, True), (0.25, False), (-0.125, True), (-0.5, False)])
def test_a_joint_is_visible_only_within_the_threshold(offset_m, visible):
    depth_m = np.full(SIZE_HW, 2.0)  # eighths are exact floats; exactly at the threshold is not below it
    gap_m = depth_gap_m(np.array([2.0 + offset_m]), depth_m, np.array([[5.5, 0.5]]))
    assert gap_m.tolist() == [offset_m]
    assert is_visible(gap_m, threshold_m=0.25).tolist() == [visible]


def test_the_papers_threshold_is_30_cm_and_two_sided():
    assert LabelRule() == LabelRule(threshold_m=0.30, rule="absolute")
    assert PAPER_THRESHOLD_M == 0.30


@pytest.mark.parametrize(
    ("x", "y", "row", "col"),
    [
        (0.0, 0.0, 0, 0),
        (0.999, 0.999, 0, 0),
        (1.0, 0.0, 0, 1),
        (5.999, 3.999, 3, 5),
        (4.0, 2.999, 2, 4),
        (2.5, 3.0, 3, 2),
    ],
)
def test_the_pixel_is_the_floor_of_the_edge_convention(x, y, row, col):
    depth_m = np.arange(24).reshape(SIZE_HW) + 1.0  # every pixel differs, H != W
    gap_m = depth_gap_m(np.array([30.0]), depth_m, np.array([[x, y]]))
    assert gap_m.tolist() == [30 - (6 * row + col + 1)]


@given(x=st.floats(-3, 9), y=st.floats(-3, 7), joint_depth_m=st.floats(-2, 9))
def test_only_joints_in_the_image_and_before_the_camera_have_a_gap(x, y, joint_depth_m):
    depth_m = np.full(SIZE_HW, 2.0)
    (gap_m,) = depth_gap_m(np.array([joint_depth_m]), depth_m, np.array([[x, y]]))
    if 0 <= x < 6 and 0 <= y < 4 and joint_depth_m > 0:
        assert gap_m == joint_depth_m - 2.0
    else:
        assert np.isnan(gap_m)


def test_where_nothing_was_hit_the_surface_is_infinitely_far():
    gap_m = depth_gap_m(np.array([2.0]), np.zeros(SIZE_HW), np.array([[1.5, 1.5]]))
    assert gap_m.tolist() == [-np.inf]
    assert not is_visible(gap_m, threshold_m=0.3)[0]
    assert is_visible(gap_m, threshold_m=0.3, rule="one_sided")[0]


def test_stored_depth_of_float32_does_not_move_the_gap():
    gap_m = depth_gap_m(np.array([2.5]), np.full(SIZE_HW, 2.2, np.float32), np.array([[1.5, 1.5]]))
    assert gap_m.dtype == np.float64
    assert gap_m[0] == 2.5 - np.float64(np.float32(2.2))


def test_sizes_that_disagree_are_refused():
    with pytest.raises(ValueError, match=r"joints_2d: expected \(3, 2\), found \(2, 2\)"):
        depth_gap_m(np.ones(3), np.ones(SIZE_HW), np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"depth: expected the camera's \(4, 6\) .*found \(6, 4\)"):
        label([[1, 1]], [2], np.ones(SIZE_HW[::-1]))
    with pytest.raises(ValueError, match=r"instance: expected the camera's \(4, 6\) .*found \(4, 5\)"):
        label([[1, 1]], [2], np.ones(SIZE_HW), np.ones((4, 5), np.int32))


def test_the_two_rules_differ_where_the_surface_is_behind():
    gap_m = np.array([-9.0, -0.31, -0.29, 0.0, 0.29, 0.31, np.nan])
    absolute = [False, False, True, True, True, False, False]
    one_sided = [True, True, True, True, True, False, False]
    assert is_visible(gap_m, threshold_m=0.30).tolist() == absolute
    assert is_visible(gap_m, threshold_m=0.30, rule="one_sided").tolist() == one_sided


@given(gap_m=st.floats(allow_nan=True), threshold_m=st.floats(0.01, 4), more=st.floats(0, 0.9))
def test_a_looser_threshold_or_rule_hides_nothing_new(gap_m, threshold_m, more):
    gaps = np.array([gap_m])
    absolute = is_visible(gaps, threshold_m=threshold_m)
    assert (absolute <= is_visible(gaps, threshold_m=threshold_m + more)).all()
    assert (absolute <= is_visible(gaps, threshold_m=threshold_m, rule="one_sided")).all()


def test_one_image_by_hand():
    depth_m, instance = np.full(SIZE_HW, 2.0), np.full(SIZE_HW, ME, np.int32)
    depth_m[0], instance[0] = 1.0, SOFA
    depth_m[1], instance[1] = 1.0, FRIEND
    depth_m[2, 3:], instance[2, 3:] = 5.0, SOFA
    #           own skin    sofa in front  friend       own arm     past the edge  off the silhouette
    pixels = [[2.5, 3.5], [2.5, 0.5], [2.5, 1.5], [4.5, 3.5], [6.5, 3.5], [4.5, 2.5]]
    found = label(pixels, [2.125, 2.125, 2.125, 2.5, 2.0, 2.0], depth_m, instance)
    assert found.in_image.tolist() == [True, True, True, True, False, True]
    assert found.visible.tolist() == [True, False, False, False, False, False]
    np.testing.assert_allclose(found.gap_m, [0.125, 1.125, 1.125, 0.5, np.nan, -3], atol=1e-12)
    assert found.instance_hit.tolist() == [ME, SOFA, FRIEND, ME, 0, SOFA]
    causes = [HIDDEN_BY[cause] for cause in found.hidden_by]
    assert causes == ["none", "furniture", "person", "self", "none", "none"]
    np.testing.assert_allclose(found.joints_2d, pixels, atol=1e-12)


def test_a_joint_behind_the_camera_is_nowhere():
    points = np.array([[0.0, 0, -2], [0, 0, 0], [0, 0, 2]])
    found = label_joints(
        points, CAMERA, np.full(SIZE_HW, 2.0), np.full(SIZE_HW, ME, np.int32),
        person_instance=ME, people=frozenset((ME,)), joints=NAMES[:3], rule=LabelRule(rule="one_sided"),
    )  # fmt: skip
    assert found.in_image.tolist() == found.visible.tolist() == [False, False, True]
    assert found.instance_hit.tolist() == [0, 0, ME]
    assert np.isnan(found.gap_m[:2]).all()
    assert np.isfinite(found.joints_2d).all()
    # What stands in for the missing pixel lies outside of any image.
    assert (found.joints_2d[:2] < 0).all()


@given(seed=st.integers(0, 2**32 - 1), rule=st.sampled_from(["absolute", "one_sided"]))
def test_visible_joints_are_in_the_image_and_hidden_ones_have_something_in_front(seed, rule):
    rng = np.random.default_rng(seed)
    depth_m = rng.choice([0, 1.0, 2.0, 3.0], SIZE_HW)
    instance = np.where(depth_m > 0, rng.choice([ME, FRIEND, SOFA], SIZE_HW), 0).astype(np.int32)
    pixels, joint_depth_m = rng.uniform([-2, -2], [8, 6], (6, 2)), rng.uniform(0.5, 4, 6)
    found = label(pixels, joint_depth_m, depth_m, instance, rule=LabelRule(rule=rule))
    assert (found.visible <= found.in_image).all()
    hidden = np.array([HIDDEN_BY[cause] != "none" for cause in found.hidden_by])
    assert (hidden == (found.in_image & ~found.visible & (np.nan_to_num(found.gap_m) > 0))).all()
    # The same, one joint at a time and without numpy's indexing.
    for joint, (x, y) in enumerate(pixels):
        if not (0 <= x < 6 and 0 <= y < 4):
            assert not found.in_image[joint]
            continue
        surface = depth_m[int(y)][int(x)]
        gap = joint_depth_m[joint] - surface if surface else -np.inf
        near = gap < 0.3 if rule == "one_sided" else -0.3 < gap < 0.3
        if abs(abs(gap) - 0.3) > 1e-9:
            assert found.visible[joint] == near
        assert found.instance_hit[joint] == instance[int(y)][int(x)]


def test_joints_may_have_thresholds_of_their_own():
    rule = LabelRule(threshold_m=0.3, joint_thresholds_m={"b": 0.1, "c": 0.5})
    assert rule.thresholds_m(("a", "b", "c")).tolist() == [0.3, 0.1, 0.5]
    depth_m = np.full(SIZE_HW, 2.0)
    found = label([[1, 1], [2, 1], [3, 1]], [2.2, 2.2, 2.4], depth_m, rule=rule)
    assert found.visible.tolist() == [True, False, True]


def test_a_threshold_for_an_unknown_joint_is_refused():
    rule = LabelRule(joint_thresholds_m={"nose": 0.1, "a": 0.2})
    with pytest.raises(ValueError, match=r"unknown joints \['nose'\]; expected some of \['a', 'b'\]"):
        rule.thresholds_m(("a", "b"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threshold_m": 0}, r"threshold_m: expected metres in \(0, 5\), found 0; 30 cm is 0\.30"),
        ({"threshold_m": 30}, "found 30; 30 cm is 0.30"),
        ({"threshold_m": float("nan")}, "found nan"),
        ({"joint_thresholds_m": {"rwri": -0.1}}, "label rule, rwri: expected metres"),
        ({"rule": "signed"}, "expected absolute or one_sided, found 'signed'"),
    ],
)
def test_an_impossible_rule_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        LabelRule(**settings)


def test_causes_by_hand():
    gap_m = np.array([1.0, 1.0, 1.0, 1.0, -1.0, 1.0])
    hit = np.array([SOFA, FRIEND, ME, 0, SOFA, SOFA], np.int32)
    occluded = np.array([True, True, True, True, True, False])
    causes = hidden_by(gap_m, hit, occluded, person_instance=ME, people=frozenset((ME, FRIEND)))
    assert [HIDDEN_BY[cause] for cause in causes] == ["furniture", "person", "self", "furniture", "none", "none"]
