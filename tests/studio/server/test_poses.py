from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from occlusionkit.studio.rig import Pose, joints_of, pose_bones
from occlusionkit.studio.server.boxes import box_rig
from occlusionkit.studio.server.people import rest_pose
from occlusionkit.studio.server.poses import (
    decode_pose,
    encode_pose,
    quaternions_from_rotations,
    rotations_from_quaternions,
)

RIG = box_rig(scale=1.0)


def random_pose(seed: int) -> Pose:
    rng = np.random.default_rng(seed)
    return Pose(Rotation.random(len(RIG.names), rng=rng).as_matrix(), rng.normal(size=3))


@given(st.integers(0, 2**32))
def test_a_pose_survives_being_text(seed):
    pose = random_pose(seed)
    text = encode_pose(RIG, pose)
    assert " " not in text
    found = decode_pose(RIG, text)
    np.testing.assert_allclose(found.rotations, pose.rotations, rtol=0, atol=1e-14)
    np.testing.assert_allclose(found.root_m, pose.root_m, rtol=1e-15, atol=0)


@given(st.integers(0, 2**32))
def test_quaternions_agree_with_scipy(seed):
    rotations = random_pose(seed).rotations
    ours = quaternions_from_rotations(rotations)
    theirs = Rotation.from_matrix(rotations).as_quat()[:, [3, 0, 1, 2]]
    theirs *= np.sign((ours * theirs).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-14)
    np.testing.assert_allclose(rotations_from_quaternions(ours), rotations, rtol=0, atol=1e-14)


@pytest.mark.parametrize("axis", np.eye(3).tolist())
def test_half_turns_have_quaternions_too(axis):
    rotation = Rotation.from_rotvec(np.pi * np.array(axis)).as_matrix()
    np.testing.assert_allclose(
        rotations_from_quaternions(quaternions_from_rotations(rotation[None]))[0], rotation, atol=1e-15
    )


def test_a_turn_by_hand():
    """Unreal (100, 200, 300) cm is ours (1, -2, 3) m; a quarter turn about Unreal's Z takes X to Y, which is our -Y."""
    half = np.sqrt(0.5)
    text = json.dumps({"root": [100, 200, 300], "bones": {"root": [half, 0, 0, half]}}, separators=(",", ":"))
    pose = decode_pose(RIG, text)
    np.testing.assert_allclose(pose.root_m, [1, -2, 3])
    np.testing.assert_allclose(pose.rotations[0] @ [1, 0, 0], [0, -1, 0], atol=1e-15)
    np.testing.assert_array_equal(pose.rotations[1:], np.tile(np.eye(3), (14, 1, 1)))
    # The left hip, 10 cm to the left (+X) at rest, is now to -Y of the root.
    joints = joints_of(RIG, pose_bones(RIG, pose.rotations, pose.root_m)[1])
    np.testing.assert_allclose(joints[4], [1.0, -2.1, 2.95], atol=1e-12)


def test_bones_at_rest_are_left_out():
    assert json.loads(encode_pose(RIG, rest_pose(RIG))) == {"root": [0, 0, 100], "bones": {}}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not JSON"),
        ("[" * 100000, "not JSON"),
        ("[]", "expected"),
        ('{"bones":{}}', "expected"),
        ('{"root":[0,0,0],"bone":{}}', "expected"),
        ('{"root":[0,0]}', "root: expected 3 numbers"),
        ('{"root":[0,0,NaN]}', "finite"),
        ('{"root":[0,0,1e300]}', "below 1e7"),
        ('{"root":[0,0,1' + "0" * 400 + "]}", "finite"),
        ('{"root":[0,0,true]}', "root: expected 3 numbers"),
        ('{"root":[0,0,"1"]}', "root: expected 3 numbers"),
        ('{"root":[0,0,0],"bones":[]}', "bones"),
        ('{"root":[0,0,0],"bones":{"tail":[1,0,0,0]}}', "no bone tail"),
        ('{"root":[0,0,0],"bones":{"root":[1,0,0]}}', "bone root: expected 4 numbers"),
        ('{"root":[0,0,0],"bones":{"root":[0,0,0,0]}}', "unit length, found 0"),
        ('{"root":[0,0,0],"bones":{"root":[1,1,0,0]}}', "unit length, found 1.414"),
    ],
)
def test_a_text_that_is_no_pose_says_why(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        decode_pose(RIG, text)


def test_a_pose_of_another_rig_is_refused():
    with pytest.raises(ValueError, match=r"expected \(15, 3, 3\), found \(2, 3, 3\)"):
        encode_pose(RIG, Pose(np.tile(np.eye(3), (2, 1, 1)), np.zeros(3)))
