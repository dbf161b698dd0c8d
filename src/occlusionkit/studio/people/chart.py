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
from .parts import PARTS, dominant_parts

# The middle of the skull, from which hairlines are measured.
_SKULL_M = np.array([0.0, -0.045, 1.745])


@dataclass(frozen=True, eq=False)
class Chart:
    """Coordinates of N points of the reference body.

    points (N, 3) m.
    arm (N,): 0 at the shoulder joint, 1 at the elbow, 2 at the wrist, and on beyond; -1 off the arms.
    leg (N,): 0 at the hip joint, 1 at the knee, 2 at the ankle, by height alone; negative above.
    limb (N,): 0 on torso, neck and head, 1 on the arms: the share of the skinning weight.
    around_deg, up_deg (N,): direction from the middle of the skull: 0 the face .. 180 the nape; -90 .. 90 up.
    """

    points: Array
    arm: Array
    leg: Array
    limb: Array
    around_deg: Array
    up_deg: Array

    def mixed(self, mix: sparse.csr_matrix) -> Chart:
        """The chart of points that are mixtures of these."""
        return Chart(**{field.name: mix @ getattr(self, field.name) for field in fields(self)})


def chart_of(anatomy: Anatomy) -> Chart:
    """The chart of the template's vertices."""
    points, heads = anatomy.reference.vertices, anatomy.reference.heads
    head = {name: heads[i] for i, name in enumerate(anatomy.bones)}
    arm_bones = [
        i for i, name in enumerate(anatomy.bones) if name.startswith(("upperarm", "lowerarm", "wrist", "f", "m"))
    ]
    arm_bones = [i for i in arm_bones if not anatomy.bones[i].startswith("foot")]
    limb = anatomy.weights[:, arm_bones].sum(axis=1)
    # Left and right are mirror images: fold the right side over.
    folded = points * [1, 1, 1] * np.where(points[:, :1] < 0, [[-1, 1, 1]], [[1, 1, 1]])
    arm = _along(folded, head["upperarm01.L"], head["lowerarm01.L"], head["wrist.L"])
    arm = np.where(limb > 0.3, arm, np.minimum(arm, 0) - 1 + limb)
    hip, knee, ankle = (head[name][2] for name in ("upperleg01.L", "lowerleg01.L", "foot.L"))
    leg = np.interp(
        -points[:, 2], [-2 * hip, -hip, -knee, -ankle, 0], [-hip / (hip - knee), 0, 1, 2, 2 + ankle / (knee - ankle)]
    )
    from_skull = points - _SKULL_M
    around = np.degrees(np.arctan2(np.abs(from_skull[:, 0]), -from_skull[:, 1]))
    up = np.degrees(np.arctan2(from_skull[:, 2], np.hypot(from_skull[:, 0], from_skull[:, 1])))
    return Chart(points=points, arm=arm, leg=leg, limb=limb, around_deg=around, up_deg=up)


def _along(points: Array, shoulder: Array, elbow: Array, wrist: Array) -> Array:
    """(N,) 0 at the shoulder, 1 at the elbow, 2 at the wrist: along the nearer of the two segments."""
    first = (points - shoulder) @ (elbow - shoulder) / np.sum((elbow - shoulder) ** 2)
    second = (points - elbow) @ (wrist - elbow) / np.sum((wrist - elbow) ** 2)
    # The plane halving the elbow's angle tells which segment is nearer.
    bend = (elbow - shoulder) / np.linalg.norm(elbow - shoulder) + (wrist - elbow) / np.linalg.norm(wrist - elbow)
    below: Array = (points - elbow) @ bend > 0
    return np.where(below, 1 + np.maximum(second, 0), np.minimum(first, 1))


def on_head(anatomy: Anatomy) -> Array:
    """(N,) bool: vertices of the head and neck."""
    parts = dominant_parts(anatomy.weights, anatomy.bones)
    return np.isin(parts, [PARTS["head"], PARTS["neck"]])
