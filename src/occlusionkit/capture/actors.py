"""Posing people and reading their joints: by the studio's commands, or through a Blueprint of an Unreal project.

No stock UnrealCV command poses a skeleton. A project that wants to be driven offers, on one actor of its level, the
three functions that docs/unrealcv.md describes; `vbp` calls them, with texts that need neither blanks nor quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..geometry import Array
from ..skeletons import OCCLUSION_PERSON
from ..studio.rig import Pose, Rig
from ..studio.server.poses import encode_pose, quaternions_from_rotations
from ..unreal import points_from_unreal, points_to_unreal, rotation_from_unreal
from .client import Reply, UnrealClient, UnrealError, joints_command, plain, read_joints

BLUEPRINT_ACTOR = "OcclusionStage"
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


class Actors(Protocol):
    """Commands for people, and how their replies are read. Names are those of the server's objects."""

    def spawn_command(self, person: str) -> str: ...

    def pose_command(self, person: str, rig: Rig, pose: Pose) -> str: ...

    def joints_command(self, person: str) -> str: ...

    def read_joints(self, reply: Reply) -> Array:
        """-> (15, 3) m, our world, in OCCLUSION_PERSON's order."""
        ...


class StudioActors:
    """The studio's own server: exact to the last digit."""

    def spawn_command(self, person: str) -> str:
        return f"vset /studio/person/spawn {person}"

    def pose_command(self, person: str, rig: Rig, pose: Pose) -> str:
        return f"vset /studio/person/{person}/pose {encode_pose(rig, pose)}"

    def joints_command(self, person: str) -> str:
        return joints_command(person)

    def read_joints(self, reply: Reply) -> Array:
        return read_joints(reply)


@dataclass(frozen=True)
class BlueprintActors:
    """An Unreal project: functions SpawnPerson, SetPose and GetJoints of the actor of that name."""

    actor: str = BLUEPRINT_ACTOR

    def spawn_command(self, person: str) -> str:
        return f"vbp {self.actor} SpawnPerson {person}"

    def pose_command(self, person: str, rig: Rig, pose: Pose) -> str:
        return f"vbp {self.actor} SetPose {person} {flat_pose(rig, pose)}"

    def joints_command(self, person: str) -> str:
        return f"vbp {self.actor} GetJoints {person}"

    def read_joints(self, reply: Reply) -> Array:
        return read_flat_joints(str(reply))


def actors_of(client: UnrealClient) -> Actors:
    """Which of the two the server understands: the studio's commands where it has them."""
    try:
        client.ask("vget /studio/people")
    except UnrealError:
        return BlueprintActors()
    return StudioActors()


def flat_pose(rig: Rig, pose: Pose) -> str:
    """`@=x,y,z;<bone>=w,x,y,z;...`: the root's place in cm, then every bone's rotation; axes as in `encode_pose`."""
    quaternions = quaternions_from_rotations(rotation_from_unreal(pose.rotations))
    rows = [("@", points_to_unreal(pose.root_m)), *zip(rig.names, quaternions, strict=True)]
    return ";".join(f"{name}={plain(*values).replace(' ', ',')}" for name, values in rows)


def read_flat_joints(text: str) -> Array:
    """`root=x,y,z;rhip=x,y,z;...` in cm, Unreal's axes, wherever in the reply -> (15, 3) m, our world."""
    found = dict(re.findall(rf"(\w+)=({NUMBER},{NUMBER},{NUMBER})(?![\d.,])", text))
    missing = [joint for joint in OCCLUSION_PERSON.joints if joint not in found]
    if missing:
        raise ValueError(
            f"GetJoints: expected <joint>=x,y,z;... without {', '.join(missing)} missing, found {text[:120]!r}"
        )
    joints_cm = [[float(value) for value in found[joint].split(",")] for joint in OCCLUSION_PERSON.joints]
    return points_from_unreal(np.array(joints_cm))
