from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from occlusionkit.capture.actors import BlueprintActors, StudioActors, actors_of, flat_pose, read_flat_joints
from occlusionkit.capture.client import UnrealError
from occlusionkit.skeletons import OCCLUSION_PERSON
from occlusionkit.studio.rig import Pose, Rig
from occlusionkit.studio.server.poses import decode_pose

RIG = Rig(names=("root", "arm.L"), parents=(-1, 0), rest_heads=np.array([[0, 0, 1.0], [0.2, 0, 1.5]]))
POSE = Pose(
    rotations=np.stack([np.eye(3), Rotation.from_euler("z", 90, degrees=True).as_matrix()]),
    root_m=np.array([1.0, -2.0, 0.5]),
)


class Answers:
    """A client whose server knows the studio's commands, or does not."""

    def __init__(self, *, studio: bool) -> None:
        self.studio = studio

    def ask(self, command: str) -> str:
        if not self.studio:
            raise UnrealError(command, "error No handler found")
        return "p01"


def test_the_studios_commands_are_used_where_the_server_has_them():
    assert isinstance(actors_of(Answers(studio=True)), StudioActors)
    assert actors_of(Answers(studio=False)) == BlueprintActors("OcclusionStage")


def test_a_flat_pose_by_hand():
    """Ours (1, -2, 0.5) m is Unreal's (100, 200, 50) cm; +90 deg about our Z is -90 about Unreal's."""
    place, root, arm = flat_pose(RIG, POSE).split(";")
    assert place == "@=100.0,200.0,50.0"
    assert root == "root=1.0,0.0,0.0,0.0"
    name, values = arm.split("=")
    assert name == "arm.L"
    w, x, y, z = (float(value) for value in values.split(","))
    sign = np.sign(w)
    np.testing.assert_allclose([w * sign, x * sign, y * sign, z * sign], [0.5**0.5, 0, 0, -(0.5**0.5)], atol=1e-15)


def test_commands_have_no_blank_or_quote_in_their_arguments():
    actors = BlueprintActors("Stage")
    assert actors.spawn_command("p01") == "vbp Stage SpawnPerson p01"
    assert actors.joints_command("p01") == "vbp Stage GetJoints p01"
    command = actors.pose_command("p01", RIG, POSE)
    assert command.startswith("vbp Stage SetPose p01 @=")
    assert len(command.split(" ")) == 5
    assert not set(command) & set("\"'{}")
    studio = StudioActors().pose_command("p01", RIG, POSE)
    np.testing.assert_allclose(decode_pose(RIG, studio.split(" ")[2]).rotations, POSE.rotations, atol=1e-15)


@pytest.mark.parametrize("around", ["{}", '{{"Joints":"{}"}}', "Joints: {};"])
def test_flat_joints_are_found_whatever_is_around_them(around):
    flat = ";".join(f"{joint}={i}.5,-{i},1e2" for i, joint in enumerate(OCCLUSION_PERSON.joints))
    joints = read_flat_joints(around.format(flat))
    np.testing.assert_allclose(joints, [[(i + 0.5) / 100, i / 100, 1.0] for i in range(15)])


def test_missing_and_broken_joints_are_named():
    flat = ";".join(f"{joint}=1,2,3" for joint in OCCLUSION_PERSON.joints if joint != "neck")
    with pytest.raises(ValueError, match="neck"):
        read_flat_joints(flat)
    with pytest.raises(ValueError, match="neck"):
        read_flat_joints(flat + ";neck=1,2")
    with pytest.raises(ValueError, match="neck"):
        read_flat_joints(flat + ";neck=1,2,3,4")
