"""From a puppet's strings to bone rotations: pelvis, trunk, head, feet and hands over time -> BodyMotion.

Strings are free of body size: floor distances in leg lengths, hand positions in arm lengths, angles in degrees. Feet
are put where the strings say by inverse kinematics, so the same clip plants every person's feet.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...geometry import Array, Bools
from ..rig import Rig, pose_bones
from .anatomy import NECK, SIDES, SPINE, Side, arm, foot, hand, leg, leg_length_m
from .body import BodyMotion
from .limbs import MAX_REACH, solve_limb, write_limb
from .rotations import X_AXIS, Z_AXIS, about, between, fraction_of, heading_lean_tilt, shortest_arc, unit

# The strings, with their values for somebody who just stands. "out" is away from the midline, so that left and right
# share their numbers; angles turn left, lean forward, tilt left where they are positive.
_BODY: dict[str, tuple[float, ...]] = {
    "pelvis": (0.0, 0.0, -0.015),  # left, forward, up from above the origin at standing height; leg lengths
    "hips": (0.0, 0.0, 0.0),  # the pelvis in the world: turn, lean, tilt
    "chest": (0.0, 0.0, 0.0),  # the chest on the pelvis: turn, lean, tilt
    "head": (0.0, 0.0, 0.0),  # the head in the world: turn, nod, tilt
}
_SIDED: dict[str, tuple[float, ...]] = {
    "foot": (0.0, 0.0, 0.0),  # out, forward, lift from under the own hip at rest; leg lengths
    "sole": (5.0, 0.0),  # toes out, heel up
    "ankle": (15.0,),  # once the foot is in the air: toes pointed, on the shin
    "knee": (0.0,),  # the knee swung outward around the line from hip to ankle
    "hand": (0.16, 0.14, -0.93),  # wrist from the resting shoulder, out, forward, up on the chest; arm lengths
    "elbow": (0.0,),  # the elbow swung outward around the line from shoulder to wrist
    "wrist": (0.0, 0.0),  # palm turned down or inward (pronation), hand bent towards the palm
    "fist": (0.25,),  # 0 as at rest, 1 a fist
}
CHANNELS: dict[str, tuple[float, ...]] = {
    **_BODY,
    **{f"{side.lower()}_{name}": value for side in SIDES for name, value in _SIDED.items()},
}

MAX_KNEE_DEG = 140.0
MAX_ELBOW_DEG = 145.0
# An arm that hangs half forward has its elbow down and a little out; other directions are swung there the short way.
_ARM_AHEAD = unit(np.array([0.35, 0.75, -0.55]))
_ELBOW_AHEAD = np.array([0.35, -0.55, -0.75])


def animate(strings: Mapping[str, Array], planted: Bools, rig: Rig, *, name: str, fps: float) -> BodyMotion:
    """strings: every channel of CHANNELS as (F, C);  planted (F, 2) bool: the feet that the strings hold still.

    A standing foot is reached by lowering the pelvis if need be. ValueError where a channel is missing or has another
    shape.
    """
    frames = len(planted)
    for channel, standing in CHANNELS.items():
        if channel not in strings or strings[channel].shape != (frames, len(standing)):
            found = strings[channel].shape if channel in strings else "nothing"
            raise ValueError(f"motion {name}: string {channel}: expected ({frames}, {len(standing)}), found {found}")
    rotations = np.tile(np.eye(3), (frames, len(rig.names), 1, 1))
    scale = leg_length_m(rig)
    pelvis_turn = heading_lean_tilt(strings["hips"])
    rotations[:, 0] = pelvis_turn
    _bend_trunk(rotations, strings, rig)

    feet = {side: _foot_targets(strings, rig, side, scale) for side in SIDES}
    root_m = rig.rest_heads[0] + strings["pelvis"] * [1, -1, 1] * scale
    root_m[:, 2] = _height_in_reach(root_m, pelvis_turn, strings, feet, rig)
    for side in SIDES:
        _bend_leg(rotations, root_m, pelvis_turn, strings, feet[side], rig, side)

    _lift_shoulders(rotations, strings, rig)
    turns, heads = pose_bones(rig, rotations, root_m)
    for side in SIDES:
        _bend_arm(rotations, turns, heads, strings, rig, side)
        _shape_hand(rotations, strings, rig, side)
    return BodyMotion(name=name, rig=rig, fps=fps, rotations=rotations, root_m=root_m, planted=planted)


def _side(strings: Mapping[str, Array], side: Side, channel: str) -> Array:
    return strings[f"{side.lower()}_{channel}"]


def _outward(side: Side) -> Array:
    """(out, forward, up) -> (x, y, z) of a person who faces -Y, by multiplication."""
    return np.array([1.0 if side == "L" else -1.0, -1.0, 1.0])


def _bend_trunk(rotations: Array, strings: Mapping[str, Array], rig: Rig) -> None:
    """The chest turns on the pelvis as told; the head keeps its direction in the world whatever the chest does."""
    chest = heading_lean_tilt(strings["chest"])
    for bone, share in SPINE.items():
        rotations[:, rig.index(bone)] = fraction_of(chest, share)
    nod = np.swapaxes(rotations[:, 0] @ chest, -1, -2) @ heading_lean_tilt(strings["head"])
    for bone, share in NECK.items():
        rotations[:, rig.index(bone)] = fraction_of(nod, share)


def _foot_targets(strings: Mapping[str, Array], rig: Rig, side: Side, scale: float) -> tuple[Array, Array, Array]:
    """-> the foot's global rotation (F, 3, 3), the ankle (F, 3) m, and the bend of the toes (F,) rad.

    Near the floor a lifted heel turns the foot about the roots of its toes, which stay flat, and lifted toes turn it
    about its heel; in the air it turns about the ankle. No point of the sole goes below the floor.
    """
    shape, hip = foot(rig, side), leg(rig, side).joints[0]
    place, sole = _side(strings, side, "foot"), _side(strings, side, "sole")
    sign = _outward(side)[0]
    yaw, pitch = np.radians(sole[:, 0]) * sign, np.radians(sole[:, 1])
    turn = about(Z_AXIS, yaw) @ about(X_AXIS, pitch)
    home = np.array([hip[0], shape.ankle[1], shape.ankle[2]])
    ankle = home + place * _outward(side) * scale
    low = np.exp(-((place[:, 2] / 0.06) ** 2))
    pivot = np.where(pitch[:, None] > 0, shape.hinge, shape.heel) - shape.ankle
    flat = np.einsum("fij,fj->fi", about(Z_AXIS, yaw), pivot)
    ankle = ankle + low[:, None] * (flat - np.einsum("fij,fj->fi", turn, pivot))
    toe_bend = np.clip(pitch, 0, np.radians(60)) * low
    ball = ankle + turn @ (shape.ball - shape.ankle)
    toes = turn @ about(X_AXIS, -toe_bend)
    tip = ankle + turn @ (shape.hinge - shape.ankle) + toes @ (shape.tip - shape.hinge)
    heel = ankle + turn @ (shape.heel - shape.ankle)
    lowest = np.min([ball[:, 2], tip[:, 2], heel[:, 2]], axis=0)
    ankle[:, 2] += np.maximum(0.0, -lowest)
    return turn, ankle, toe_bend


def _height_in_reach(
    root_m: Array,
    pelvis_turn: Array,
    strings: Mapping[str, Array],
    feet: Mapping[Side, tuple[Array, Array, Array]],
    rig: Rig,
) -> Array:
    """Heights (F,) of the root: as given, smoothly lowered to where both legs reach the feet that are on the floor."""
    height = root_m[:, 2]
    for side in SIDES:
        limb = leg(rig, side)
        hip = root_m + pelvis_turn @ (limb.joints[0] - rig.rest_heads[0])
        ankle = feet[side][1]
        across = np.linalg.norm(hip[:, :2] - ankle[:, :2], axis=-1)
        reach = (MAX_REACH - 0.002) * limb.length_m
        highest = ankle[:, 2] + np.sqrt(np.maximum(reach**2 - across**2, 0.0)) - (hip[:, 2] - root_m[:, 2])
        lift = _side(strings, side, "foot")[:, 2]
        highest = highest + (1 - np.exp(-((lift / 0.05) ** 2))) * limb.length_m
        height = _smooth_min(height, highest, width=0.006)
    return height


def _smooth_min(first: Array, second: Array, *, width: float) -> Array:
    """Never above either of the two, at most width / 2 below the smaller."""
    smaller: Array = (first + second - np.sqrt((first - second) ** 2 + width**2)) / 2
    return smaller


def _bend_leg(
    rotations: Array,
    root_m: Array,
    pelvis_turn: Array,
    strings: Mapping[str, Array],
    target: tuple[Array, Array, Array],
    rig: Rig,
    side: Side,
) -> None:
    limb, shape = leg(rig, side), foot(rig, side)
    foot_turn, ankle, toe_bend = target
    hip = root_m + pelvis_turn @ (limb.joints[0] - rig.rest_heads[0])
    sign = _outward(side)[0]
    # The knee points between the way of the pelvis and that of the foot.
    yaw_deg = 0.4 * strings["hips"][:, 0] + sign * (
        0.6 * _side(strings, side, "sole")[:, 0] + _side(strings, side, "knee")[:, 0]
    )
    ahead = about(Z_AXIS, np.radians(yaw_deg)) @ -np.array([0.0, 1.0, 0.0])
    along = unit(ankle - hip)
    bend = np.einsum("fij,fj->fi", shortest_arc(np.broadcast_to(-Z_AXIS, along.shape), along), ahead)
    turn_upper, turn_lower, _ = solve_limb(limb, hip, ankle, bend, max_flexion_deg=MAX_KNEE_DEG)
    write_limb(rotations, limb, rig.rest_heads, pelvis_turn, turn_upper, turn_lower)
    pointed = turn_lower @ about(X_AXIS, np.radians(_side(strings, side, "ankle")[:, 0]))
    aloft = _smooth_step((_side(strings, side, "foot")[:, 2] - 0.15) / 0.25)
    rotations[:, limb.end] = np.swapaxes(turn_lower, -1, -2) @ between(foot_turn, pointed, aloft)
    for toe in shape.toes:
        rotations[:, toe] = about(X_AXIS, -toe_bend)


def _lift_shoulders(rotations: Array, strings: Mapping[str, Array], rig: Rig) -> None:
    """The shoulder girdle goes with the arm: up to 25 deg up with a raised arm, 15 deg forward with a reaching one."""
    for side in SIDES:
        out, forward, up = _side(strings, side, "hand").T
        raised = np.radians(25) * _smooth_step((up + 0.1) / 1.1) + np.radians(2)
        reaching = np.radians(15) * _smooth_step((forward - 0.3 * out) / 1.0) - np.radians(6) * _smooth_step(
            -forward / 0.5
        )
        sign = _outward(side)[0]
        turn = about(Z_AXIS, -sign * reaching) @ about(np.array([0.0, 1.0, 0.0]), -sign * raised)
        rotations[:, rig.index(f"clavicle.{side}")] = turn


def _smooth_step(value: Array) -> Array:
    """0 below 0, 1 above 1, 3x^2 - 2x^3 between."""
    x = np.clip(value, 0.0, 1.0)
    step: Array = x * x * (3 - 2 * x)
    return step


def _bend_arm(rotations: Array, turns: Array, heads: Array, strings: Mapping[str, Array], rig: Rig, side: Side) -> None:
    """The wrist goes to its place on the chest; turns and heads are those of the body with the arms at rest."""
    limb = arm(rig, side)
    chest, parent = rig.index("spine01"), rig.parents[limb.upper]
    outward = _outward(side)
    chest_turn = turns[:, chest]
    resting = heads[:, chest] + chest_turn @ (limb.joints[0] - rig.rest_heads[chest])
    place = _side(strings, side, "hand") * outward * limb.length_m
    target = resting + np.einsum("fij,fj->fi", chest_turn, place)
    shoulder = heads[:, limb.upper]
    along = np.einsum("fji,fj->fi", chest_turn, unit(target - shoulder))  # on the chest
    swing = shortest_arc(np.broadcast_to(unit(_ARM_AHEAD * outward), along.shape), along)
    elbow = np.einsum("fij,j->fi", swing, _ELBOW_AHEAD * outward)
    # Turning the elbow outward: about the arm, one way on the left and the other on the right.
    swivel = about(along, outward[0] * np.radians(_side(strings, side, "elbow")[:, 0]))
    bend = np.einsum("fij,fjk,fk->fi", chest_turn, swivel, elbow)
    turn_upper, turn_lower, _ = solve_limb(limb, shoulder, target, bend, max_flexion_deg=MAX_ELBOW_DEG)
    write_limb(rotations, limb, rig.rest_heads, turns[:, parent], turn_upper, turn_lower)


def _shape_hand(rotations: Array, strings: Mapping[str, Array], rig: Rig, side: Side) -> None:
    """Pronation is shared between the forearm's second bone and the wrist; the fingers close towards the palm."""
    limb, shape = arm(rig, side), hand(rig, side)
    pronation, flexion = np.radians(_side(strings, side, "wrist")).T
    forearm = limb.directions[1] * _outward(side)[0]
    rotations[:, limb.lower_twist] = about(forearm, 0.5 * pronation)
    rotations[:, limb.end] = about(forearm, 0.5 * pronation) @ about(unit(np.cross(shape.along, shape.palm)), flexion)
    closed = _side(strings, side, "fist")[:, 0]
    for bone, axis, degrees in shape.fingers:
        rotations[:, bone] = about(axis, np.radians(degrees) * closed)
