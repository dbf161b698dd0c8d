"""Forward kinematics: by hand on three bones, and against a chain of 4 x 4 matrices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from occlusionkit.skeletons import OCCLUSION_PERSON
from occlusionkit.studio.rig import JOINT_BONES, Pose, Rig, joints_of, pose_bones

# A hip at 1 m with a leg straight down and an arm to the left (+X).
RIG = Rig(
    names=("root", "arm", "hand", "leg", "foot"),
    parents=(-1, 0, 1, 0, 3),
    rest_heads=np.array([[0, 0, 1.0], [0.2, 0, 1.4], [0.6, 0, 1.4], [0.1, 0, 0.9], [0.1, 0, 0.1]]),
)
REST = np.tile(np.eye(3), (5, 1, 1))

poses = st.integers(0, 2**32 - 1).map(
    lambda seed: (
        Rotation.random(5, rng=np.random.default_rng(seed)).as_matrix(),
        np.random.default_rng(seed).normal(size=3),
    )
)


def turned(bone: str, axis: str, degrees: float) -> np.ndarray:
    rotations = REST.copy()
    rotations[RIG.index(bone)] = Rotation.from_euler(axis, degrees, degrees=True).as_matrix()
    return rotations


def test_at_rest_every_bone_is_where_the_rig_has_it():
    rotations, heads = pose_bones(RIG, REST, RIG.rest_heads[0])
    np.testing.assert_allclose(heads, RIG.rest_heads)
    np.testing.assert_array_equal(rotations, REST)


def test_a_bent_hip_swings_the_foot_forward():
    # Hip flexion is -x: a quarter turn brings the leg from straight down to straight ahead (-Y).
    rotations, heads = pose_bones(RIG, turned("leg", "x", -90), RIG.rest_heads[0])
    np.testing.assert_allclose(heads[RIG.index("foot")], [0.1, -0.8, 0.9], atol=1e-15)
    np.testing.assert_allclose(heads[RIG.index("leg")], [0.1, 0, 0.9])
    np.testing.assert_allclose(heads[RIG.index("hand")], [0.6, 0, 1.4])
    np.testing.assert_allclose(rotations[RIG.index("foot")], rotations[RIG.index("leg")])


def test_turning_the_root_turns_everything_about_its_head():
    _, heads = pose_bones(RIG, turned("root", "z", 90), np.array([5.0, 6, 1]))
    np.testing.assert_allclose(heads[RIG.index("hand")], [5, 6.6, 1.4])
    np.testing.assert_allclose(heads[RIG.index("root")], [5, 6, 1])


@given(poses)
def test_kinematics_agree_with_a_chain_of_matrices(pose):
    rotations, root_m = pose
    found_rotations, found_heads = pose_bones(RIG, rotations, root_m)
    matrices: list[np.ndarray] = []
    for bone, parent in enumerate(RIG.parents):
        local = np.eye(4)
        local[:3, :3] = rotations[bone]
        local[:3, 3] = root_m if parent < 0 else RIG.rest_heads[bone] - RIG.rest_heads[parent]
        matrices.append(local if parent < 0 else matrices[parent] @ local)
    np.testing.assert_allclose(found_heads, [matrix[:3, 3] for matrix in matrices], atol=1e-12)
    np.testing.assert_allclose(found_rotations, [matrix[:3, :3] for matrix in matrices], atol=1e-12)


@given(poses)
def test_bones_keep_their_length_and_rotations_stay_rotations(pose):
    rotations, heads = pose_bones(RIG, *pose)
    for bone, parent in enumerate(RIG.parents[1:], start=1):
        rest = np.linalg.norm(RIG.rest_heads[bone] - RIG.rest_heads[parent])
        assert np.linalg.norm(heads[bone] - heads[parent]) == pytest.approx(rest)
    np.testing.assert_allclose(rotations @ np.swapaxes(rotations, -1, -2), REST, atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(rotations), 1)


def test_many_poses_at_once_are_each_pose_alone():
    rng = np.random.default_rng(0)
    rotations = Rotation.random(2 * 3 * 5, rng=rng).as_matrix().reshape(2, 3, 5, 3, 3)
    roots = rng.normal(size=(2, 3, 3))
    found_rotations, found_heads = pose_bones(RIG, rotations, roots)
    assert (found_rotations.shape, found_heads.shape) == ((2, 3, 5, 3, 3), (2, 3, 5, 3))
    alone_rotations, alone_heads = pose_bones(RIG, rotations[1, 2], roots[1, 2])
    np.testing.assert_allclose(found_rotations[1, 2], alone_rotations, atol=1e-15)
    np.testing.assert_allclose(found_heads[1, 2], alone_heads, atol=1e-15)


def test_kinematics_change_none_of_their_inputs():
    rotations, root_m = turned("root", "z", 30), np.array([1.0, 2, 3])
    kept = rotations.copy(), root_m.copy()
    pose_bones(RIG, rotations, root_m)
    Pose(rotations, root_m).placed(xy=(1, 1), yaw_rad=1.0)
    np.testing.assert_array_equal(rotations, kept[0])
    np.testing.assert_array_equal(root_m, kept[1])


def test_placing_by_hand():
    placed = Pose(REST, np.array([1.0, 0, 0.9])).placed(xy=(10, 20), yaw_rad=np.pi / 2)
    np.testing.assert_allclose(placed.root_m, [10, 21, 0.9], atol=1e-15)
    # Facing -Y, turned a quarter to the left, the person faces +X.
    np.testing.assert_allclose(placed.rotations[0] @ [0, -1, 0], [1, 0, 0], atol=1e-15)
    np.testing.assert_array_equal(placed.rotations[1:], REST[1:])


@given(pose=poses, yaw_rad=st.floats(-4, 4), x=st.floats(-9, 9), y=st.floats(-9, 9))
def test_placing_a_pose_is_placing_its_joints(pose, yaw_rad, x, y):
    placed = Pose(*pose).placed(xy=(x, y), yaw_rad=yaw_rad)
    _, heads = pose_bones(RIG, *pose)
    expected = heads @ Rotation.from_euler("z", yaw_rad).as_matrix().T + [x, y, 0]
    np.testing.assert_allclose(pose_bones(RIG, placed.rotations, placed.root_m)[1], expected, atol=1e-12)


def test_an_unknown_bone_is_refused():
    with pytest.raises(KeyError, match="the rig has no bone 'tail'"):
        RIG.index("tail")


def test_every_joint_of_the_dataset_has_a_bone_of_its_own_side():
    assert list(JOINT_BONES) == list(OCCLUSION_PERSON.joints)
    assert len(set(JOINT_BONES.values())) == 15
    for joint, bone in JOINT_BONES.items():
        side = {"l": ".L", "r": ".R"}.get(joint[0]) if joint not in ("root",) else None
        assert bone.endswith((".L", ".R")) == (side is not None), joint
        assert side is None or bone.endswith(side), joint


def test_joints_are_taken_by_name_in_the_datasets_order():
    # The rig's own order is another one.
    bones = sorted(JOINT_BONES.values())
    rig = Rig(names=tuple(bones), parents=(-1,) + (0,) * 14, rest_heads=np.zeros((15, 3)))
    heads = np.arange(15.0)[:, None] + np.zeros((2, 15, 3))
    joints = joints_of(rig, heads)
    assert joints.shape == (2, 15, 3)
    expected = [bones.index(JOINT_BONES[joint]) for joint in OCCLUSION_PERSON.joints]
    assert joints[1, :, 0].tolist() == expected
    assert expected != list(range(15))
