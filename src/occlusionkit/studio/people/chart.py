"""Where on the body: coordinates in which garments, hair and faces are drawn, the same on every person.

All are taken on the reference body (anny's sliders in the middle, 1.84 m), whose vertices mean the same place on all
others, and handed on through a mesh's cuts by interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy import sparse

from ...geometry import Array
from .anatomy import Anatomy
from .parts import PARTS, part_of_bone

# The middle of the skull, from which hairlines are measured.
_SKULL_M = np.array([0.0, -0.045, 1.745])


@dataclass(frozen=True, eq=False)
class Chart:
    """Coordinates of N points of the reference body.

    points (N, 3) m.
    arm (N,): 0 at the shoulder joint, 1 at the elbow, 2 at the wrist, and on beyond; below 0 off the arms.
    leg (N,): 0 at the hip joint, 1 at the knee, 2 at the ankle, by height alone; negative above.
    top_leg, bottom_leg (N,): the same level as `leg`, of the upper and the lower garment worn there: a hem is level on
    the cloth that it ends, not on the skin below.
    limb, head, eye (N,): shares of the skinning weight: of the arms; of head and neck; of the eyeballs.
    around_deg, up_deg (N,): direction from the middle of the skull: 0 the face .. 180 the nape; -90 .. 90 up.
    """

    points: Array
    arm: Array
    leg: Array
    top_leg: Array
    bottom_leg: Array
    limb: Array
    head: Array
    eye: Array
    around_deg: Array
    up_deg: Array

    def mixed(self, mix: sparse.csr_matrix) -> Chart:
        """The chart of points that are mixtures of these: rows of `mix` (M, N) sum to 1."""
        return Chart(**{field.name: mix @ getattr(self, field.name) for field in fields(self)})


def chart_of(anatomy: Anatomy) -> Chart:
    """The chart of the template's vertices."""
    points = anatomy.reference.vertices
    head = dict(zip(anatomy.bones, anatomy.reference.heads, strict=True))
    limb = _share(anatomy, "upper_arm", "lower_arm", "hand")
    # Left and right are mirror images: fold the right side over.
    folded = np.where(points[:, :1] < 0, points * [-1, 1, 1], points)
    arm = _along(folded, head["upperarm01.L"], head["lowerarm01.L"], head["wrist.L"])
    hip, knee, ankle = (head[bone][2] for bone in ("upperleg01.L", "lowerleg01.L", "foot.L"))
    leg = np.where(points[:, 2] > knee, (hip - points[:, 2]) / (hip - knee), 1 + (knee - points[:, 2]) / (knee - ankle))
    from_skull = points - _SKULL_M
    return Chart(
        points=points,
        arm=np.where(limb > 0.3, arm, np.minimum(arm, 0) - 1 + limb),
        leg=leg,
        top_leg=leg,
        bottom_leg=leg,
        limb=limb,
        head=_share(anatomy, "head", "neck"),
        eye=anatomy.weights[:, [i for i, bone in enumerate(anatomy.bones) if bone.startswith("eye")]].sum(axis=1),
        around_deg=np.degrees(np.arctan2(np.abs(from_skull[:, 0]), -from_skull[:, 1])),
        up_deg=np.degrees(np.arctan2(from_skull[:, 2], np.hypot(from_skull[:, 0], from_skull[:, 1]))),
    )


def _share(anatomy: Anatomy, *parts: str) -> Array:
    """(N,) the share of the skinning weight that these parts' bones hold; "hand" is both hands."""
    wanted = [part_id for name, part_id in PARTS.items() if name in parts or name[:-2] in parts]
    bones = [i for i, bone in enumerate(anatomy.bones) if part_of_bone(bone) in wanted]
    share: Array = anatomy.weights[:, bones].sum(axis=1)
    return share


def _along(points: Array, shoulder: Array, elbow: Array, wrist: Array) -> Array:
    """(N,) 0 at the shoulder, 1 at the elbow, 2 at the wrist: along the nearer of the two segments."""
    first = (points - shoulder) @ (elbow - shoulder) / np.sum((elbow - shoulder) ** 2)
    second = (points - elbow) @ (wrist - elbow) / np.sum((wrist - elbow) ** 2)
    # The plane halving the elbow's angle tells which segment is nearer.
    bend = (elbow - shoulder) / np.linalg.norm(elbow - shoulder) + (wrist - elbow) / np.linalg.norm(wrist - elbow)
    return np.where((points - elbow) @ bend > 0, 1 + np.maximum(second, 0), np.minimum(first, 1))
