"""How far human joints bend, and where a motion goes beyond it.

Ranges are the American Academy of Orthopaedic Surgeons' (Joint Motion: Method of Measuring and Recording, 1965; the
tables of Norkin & White, Measurement of Joint Motion), measured as there from the anatomical position. Where trained
people or a loaded joint go further the comment says so: a table of patients' averages would forbid every kick.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry import Array
from ..rig import Rig
from .anatomy import SIDES, Limb, Side, arm, hand, leg
from .body import BodyMotion
from .rotations import about, to_rotation_vector, twist_angle, unit

# (smallest, largest) in degrees.
LIMITS_DEG: dict[str, tuple[float, float]] = {
    "knee_flexion": (0.0, 140.0),  # AAOS 0..135; passive contact of calf and thigh near 150
    "elbow_flexion": (0.0, 150.0),
    "hip_flexion": (-30.0, 120.0),
    "hip_abduction": (-30.0, 80.0),  # AAOS 45; dancers' and martial artists' legs go further
    "hip_rotation": (-60.0, 60.0),  # AAOS 45; turned-out hips of dancers 60 and more
    "ankle_plantarflexion": (-40.0, 60.0),  # AAOS -20..50; a loaded ankle goes to -40, a pointed one to 60
    "ankle_roll": (-35.0, 35.0),  # inversion 35
    "chest_turn": (-60.0, 60.0),  # thoracolumbar 45, and the shoulder girdle's share
    "chest_lean": (-25.0, 80.0),
    "chest_tilt": (-35.0, 35.0),
    "head_turn": (-70.0, 70.0),  # AAOS 60; 70 to 80 actively in the young
    "head_nod": (-60.0, 45.0),  # AAOS 45; the upper thoracic spine gives the rest
    "head_tilt": (-45.0, 45.0),
    "shoulder_behind": (-180.0, 60.0),  # extension of the upper arm behind the frontal plane
    "shoulder_across": (-180.0, 65.0),  # past straight ahead: 135 of horizontal adduction less 90, and the scapula's 20
    "forearm_pronation": (-85.0, 85.0),
    "wrist_flexion": (-70.0, 80.0),
    "wrist_deviation": (-30.0, 30.0),
}  # fmt: skip


@dataclass(frozen=True)
class LimitViolation:
    """angle: a key of LIMITS_DEG with its side; frame: where it is worst; degrees: the value there; allowed_deg."""

    angle: str
    frame: int
    degrees: float
    allowed_deg: tuple[float, float]

    def __str__(self) -> str:
        low, high = self.allowed_deg
        return f"{self.angle} {self.degrees:.1f} deg at frame {self.frame}, allowed {low:g}..{high:g}"


def joint_angles_deg(motion: BodyMotion) -> dict[str, Array]:
    """Anatomical angles by name ("knee_flexion.L", "chest_turn", ...), each (F,) in degrees."""
    rig = motion.rig
    turns, heads = motion.bones()
    pelvis, chest, head = (turns[:, rig.index(bone)] for bone in ("root", "spine01", "head"))
    angles: dict[str, Array] = {}
    for name, lower, upper in (("chest", pelvis, chest), ("head", chest, head)):
        lean, tilt, turn = _rotation_vector_deg(lower, upper).T
        angles |= {f"{name}_turn": turn, f"{name}_{'lean' if name == 'chest' else 'nod'}": lean, f"{name}_tilt": tilt}
    for side in SIDES:
        measured = _leg_angles(motion, turns, heads, pelvis, side) | _arm_angles(rig, turns, heads, chest, side)
        angles |= {f"{name}.{side}": value for name, value in measured.items()}
    return angles


def limit_violations(motion: BodyMotion, *, tolerance_deg: float = 0.5) -> list[LimitViolation]:
    """Every angle that leaves its range, at its worst frame."""
    found = []
    for name, degrees in joint_angles_deg(motion).items():
        low, high = LIMITS_DEG[name.partition(".")[0]]
        excess = np.maximum(degrees - high, low - degrees)
        worst = int(excess.argmax())
        if excess[worst] > tolerance_deg:
            found.append(LimitViolation(name, worst, float(degrees[worst]), (low, high)))
    return found


def _rotation_vector_deg(parent: Array, child: Array) -> Array:
    """(F, 3) degrees: the child's rotation on its parent, about the parent's axes."""
    vectors: Array = np.degrees(to_rotation_vector(np.swapaxes(parent, -1, -2) @ child))
    return vectors


def _into(turn: Array, vectors: Array) -> Array:
    """World vectors (F, 3) in the frame of a bone that turned (F, 3, 3)."""
    turned: Array = np.einsum("fji,fj->fi", turn, vectors)
    return turned


def _hinge_flexion_deg(limb: Limb, turns: Array, heads: Array) -> Array:
    """Signed bend of the knee or elbow about its hinge: 0 straight, negative when bent the wrong way."""
    start, middle, end = heads[:, limb.upper], heads[:, limb.lower], heads[:, limb.end]
    frame = turns[:, limb.upper_twist]
    upper, lower = _into(frame, unit(middle - start)), _into(frame, unit(end - middle))
    sine = np.einsum("fi,i->f", np.cross(upper, lower), limb.hinge)
    flexion: Array = np.degrees(np.arctan2(sine, (upper * lower).sum(-1)))
    return flexion


def _leg_angles(motion: BodyMotion, turns: Array, heads: Array, pelvis: Array, side: Side) -> dict[str, Array]:
    limb = leg(motion.rig, side)
    sign = 1.0 if side == "L" else -1.0
    thigh = _into(pelvis, unit(heads[:, limb.lower] - heads[:, limb.upper]))
    # How far the thigh is swung from hanging, split by the way in which it is swung.
    swing = np.degrees(np.arccos(np.clip(-thigh[:, 2], -1, 1))) / np.maximum(np.hypot(thigh[:, 0], thigh[:, 1]), 1e-9)
    roll = _rotation_vector_deg(turns[:, limb.lower_twist], turns[:, limb.end])
    return {
        "knee_flexion": _hinge_flexion_deg(limb, turns, heads),
        "hip_flexion": -swing * thigh[:, 1],
        "hip_abduction": sign * swing * thigh[:, 0],
        "hip_rotation": sign * np.degrees(twist_angle(_local(turns, pelvis, limb.upper_twist), -limb.directions[0])),
        "ankle_plantarflexion": roll[:, 0],
        "ankle_roll": roll[:, 1],
    }


def _arm_angles(rig: Rig, turns: Array, heads: Array, chest: Array, side: Side) -> dict[str, Array]:
    limb, shape = arm(rig, side), hand(rig, side)
    sign = 1.0 if side == "L" else -1.0
    upper = _into(chest, unit(heads[:, limb.lower] - heads[:, limb.upper]))
    forearm = limb.directions[1]
    wrist = _local(turns, turns[:, limb.lower], limb.end)
    pronation = twist_angle(wrist, forearm * sign)
    untwisted = np.degrees(to_rotation_vector(np.swapaxes(about(forearm * sign, pronation), -1, -2) @ wrist))
    flexion_axis = unit(np.cross(shape.along, shape.palm))
    return {
        "elbow_flexion": _hinge_flexion_deg(limb, turns, heads),
        "shoulder_behind": np.degrees(np.arcsin(upper[:, 1])),
        "shoulder_across": np.degrees(np.arcsin(-sign * upper[:, 0])),
        "forearm_pronation": np.degrees(pronation),
        "wrist_flexion": untwisted @ flexion_axis,
        "wrist_deviation": untwisted @ shape.palm,
    }


def _local(turns: Array, parent: Array, bone: int) -> Array:
    local: Array = np.swapaxes(parent, -1, -2) @ turns[:, bone]
    return local
