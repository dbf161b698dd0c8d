"""What a motion has to know of one person's body, measured on the rest pose of the rig."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...geometry import Array
from ..rig import Rig
from .rotations import unit

Side = Literal["L", "R"]
SIDES: tuple[Side, Side] = ("L", "R")

# Bending of the trunk and the neck is shared out over these bones, from the bottom up; the shares sum to 1.
SPINE = {"spine05": 0.15, "spine04": 0.2, "spine03": 0.25, "spine02": 0.25, "spine01": 0.15}
NECK = {"neck01": 0.2, "neck02": 0.2, "neck03": 0.2, "head": 0.4}


@dataclass(frozen=True, eq=False)
class Limb:
    """A chain of two rigid parts with a hinge between them, at rest: an arm or a leg.

    upper, upper_twist, lower, lower_twist, end: bone indices (thigh, lower thigh, shin, lower shin, foot, say).
    joints (3, 3) m: hip, knee, ankle or shoulder, elbow, wrist;  hinge (3,): unit, turning about it bends the limb.
    """

    upper: int
    upper_twist: int
    lower: int
    lower_twist: int
    end: int
    joints: Array
    hinge: Array

    @property
    def lengths_m(self) -> tuple[float, float]:
        upper, lower = np.linalg.norm(np.diff(self.joints, axis=0), axis=-1)
        return float(upper), float(lower)

    @property
    def directions(self) -> Array:
        """(2, 3) unit: along the upper and the lower part."""
        return unit(np.diff(self.joints, axis=0))

    @property
    def length_m(self) -> float:
        return sum(self.lengths_m)


@dataclass(frozen=True, eq=False)
class Foot:
    """ankle (3,) m;  hinge (3,) m: the middle of the toes' roots, about which they bend;  ball, tip, heel (3,) m:
    points of the sole, on the floor, the ball under the hinge;  toes: bone indices of the toes' roots."""

    ankle: Array
    hinge: Array
    ball: Array
    tip: Array
    heel: Array
    toes: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Hand:
    """along (3,): unit, wrist to middle knuckle; palm (3,): unit, out of the palm; fingers: (bone index, flexion axis
    (3,), share of a fist in degrees) of each finger bone."""

    along: Array
    palm: Array
    fingers: tuple[tuple[int, Array, float], ...]


def bone_indices(rig: Rig, names: Sequence[str]) -> tuple[int, ...]:
    return tuple(rig.index(name) for name in names)


def leg(rig: Rig, side: Side) -> Limb:
    """Knees bend backward: their hinge is square to the way the rig faces (-Y) and to the line from hip to ankle.

    The plane of thigh and shin would not do: a leg is nearly straight at rest, and knock-knees turn it by 25 deg.
    """
    bones = bone_indices(
        rig, [f"{bone}.{side}" for bone in ("upperleg01", "upperleg02", "lowerleg01", "lowerleg02", "foot")]
    )
    start, second, middle, last, end = bones
    joints = rig.rest_heads[[start, middle, end]]
    hinge = unit(np.cross([0.0, -1.0, 0.0], joints[2] - joints[0]))
    return Limb(start, second, middle, last, end, joints, hinge)


def arm(rig: Rig, side: Side) -> Limb:
    """Elbows bend in the plane of upper arm and forearm at rest; ValueError where these are in line."""
    bones = bone_indices(
        rig, [f"{bone}.{side}" for bone in ("upperarm01", "upperarm02", "lowerarm01", "lowerarm02", "wrist")]
    )
    start, second, middle, last, end = bones
    joints = rig.rest_heads[[start, middle, end]]
    hinge = np.cross(*unit(np.diff(joints, axis=0)))
    if np.linalg.norm(hinge) < np.sin(np.radians(10.0)):
        raise ValueError(
            f"rig: the {side} arm is straight at rest (elbow bent by less than 10 deg), so the way in which the elbow "
            "bends is not defined; bake the body with bent elbows"
        )
    return Limb(start, second, middle, last, end, joints, unit(hinge))


def foot(rig: Rig, side: Side) -> Foot:
    """Soles are on z = 0 at rest (rig.py), so heel, ball and tip are the foot's outline put on the floor.

    The tip lies as far beyond the last toe bone as that bone is long, the heel two fifths of ankle-to-ball behind.
    """
    ankle = rig.rest_heads[rig.index(f"foot.{side}")]
    toes = bone_indices(rig, [f"toe{toe}-1.{side}" for toe in range(1, 6)])
    hinge = rig.rest_heads[list(toes)].mean(axis=0)
    ball = hinge * [1, 1, 0]
    last, before = (rig.rest_heads[rig.index(f"toe2-{part}.{side}")] for part in (3, 2))
    tip = (last + 1.5 * (last - before)) * [1, 1, 0]
    heel = (ankle - 0.4 * (ball - ankle)) * [1, 1, 0]
    return Foot(ankle=ankle, hinge=hinge, ball=ball, tip=tip, heel=heel, toes=toes)


def hand(rig: Rig, side: Side) -> Hand:
    """Flexion axes come from the rest pose: fingers turn towards the palm; the thumb leans to the palm at its root and
    then closes across it, over the fingers."""
    head = {
        name: rig.rest_heads[rig.index(f"{name}.{side}")] for name in ("wrist", "finger2-1", "finger3-1", "finger5-1")
    }
    along = unit(head["finger3-1"] - head["wrist"])
    across = unit(head["finger5-1"] - head["finger2-1"])  # from the index finger to the little one
    palm = unit(np.cross(across, along) if side == "L" else np.cross(along, across))
    fingers: list[tuple[int, Array, float]] = []
    for finger in range(1, 6):
        bones = bone_indices(rig, [f"finger{finger}-{part}.{side}" for part in (1, 2, 3)])
        first, middle, last = rig.rest_heads[list(bones)]
        turns = [(last - first, palm, degrees) for degrees in (70.0, 85.0, 50.0)]
        if finger == 1:
            turns = [(middle - first, palm, 30.0), (last - middle, across, 45.0), (last - middle, across, 60.0)]
        fingers += [
            (bone, unit(np.cross(pointing, towards)), degrees)
            for bone, (pointing, towards, degrees) in zip(bones, turns, strict=True)
        ]
    return Hand(along=along, palm=palm, fingers=tuple(fingers))


def leg_length_m(rig: Rig) -> float:
    """Mean of both legs, hip to ankle along the bones: the unit of every floor distance in a clip."""
    return (leg(rig, "L").length_m + leg(rig, "R").length_m) / 2
