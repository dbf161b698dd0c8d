import numpy as np
import pytest

from occlusionkit.studio.motions.body import BodyMotion


def motion(rig, frames=3, **changed):
    fields = {
        "rotations": np.tile(np.eye(3), (frames, len(rig.names), 1, 1)),
        "root_m": np.tile(rig.rest_heads[0], (frames, 1)),
        "planted": np.ones((frames, 2), dtype=bool),
    }
    return BodyMotion(name="rest", rig=rig, fps=25.0, **(fields | changed))


def test_a_motion_of_rest_poses_has_the_rest_joints(rig):
    made = motion(rig)
    assert len(made) == 3
    joints = made.joints()
    assert joints.shape == (3, 15, 3)
    np.testing.assert_allclose(joints[2, 3], rig.rest_heads[rig.index("foot.R")], atol=1e-12)
    np.testing.assert_allclose(made.pose(1).root_m, rig.rest_heads[0])


def test_radius_is_that_of_the_furthest_bone_from_the_origin(rig):
    away = motion(rig, root_m=np.array([[0, 0, 1.0], [3.0, 4.0, 1.0], [0, 0, 1.0]]))
    furthest = np.linalg.norm(rig.rest_heads[:, :2] - rig.rest_heads[0, :2] + [3.0, 4.0], axis=1).max()
    assert away.radius_m() == pytest.approx(furthest)


@pytest.mark.parametrize("frame", [-1, 3])
def test_a_frame_outside_is_refused(rig, frame):
    with pytest.raises(IndexError, match=r"expected 0\.\.2"):
        motion(rig).pose(frame)


def test_wrong_arrays_are_refused(rig):
    with pytest.raises(ValueError, match=r"planted: expected \(3, 2\), found \(3,\)"):
        motion(rig, planted=np.ones(3, dtype=bool))
    with pytest.raises(ValueError, match="not finite"):
        motion(rig, root_m=np.full((3, 3), np.nan))
    with pytest.raises(ValueError, match="frames and fps"):
        motion(rig, frames=0)
