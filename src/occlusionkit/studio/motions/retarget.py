"""A captured motion on another body: the rotations stay, the bone lengths become the target's, the feet stand again."""

from __future__ import annotations

import numpy as np

from ...geometry import Array
from ..rig import Rig, pose_bones
from .acclaim import Y_UP_TO_Z_UP, AmcMotion, AsfSkeleton, asf_bones
from .anatomy import SIDES, Limb, Side, arm, foot, hand, leg, leg_length_m
from .body import BodyMotion
from .footing import lock_feet
from .limbs import write_limb
from .rotations import Z_AXIS, about, between, frame, twist_angle

# CMU records at 120 Hz; the rate is not in the files.
CMU_HZ = 120.0

# The captured bone whose turn each bone of the trunk takes; where two are named, the turn half-way between.
_TRUNK = {
    "spine05": ("lowerback",), "spine04": ("lowerback", "upperback"), "spine03": ("upperback",),
    "spine02": ("upperback", "thorax"), "spine01": ("thorax",),
    "clavicle.L": ("lclavicle",), "clavicle.R": ("rclavicle",),
    "neck01": ("lowerneck",), "neck02": ("lowerneck", "upperneck"), "neck03": ("upperneck",), "head": ("head",),
}  # fmt: skip
_RELAXED_FINGERS = 0.25


def retarget(
    skeleton: AsfSkeleton,
    capture: AmcMotion,
    rig: Rig,
    *,
    fps: float,
    start_s: float = 0.0,
    duration_s: float | None = None,
    capture_hz: float = CMU_HZ,
) -> BodyMotion:
    """Put a captured motion on a rig, sampled at fps from start_s for duration_s (to its end where None).

    Rotations are kept; each bone's rest direction is brought to the captured one first, limbs with their hinges. The
    path of the hips is scaled by leg length, moved so that it is centred on the origin, and turned so that the person
    faces -Y on average; soles are put on the floor, and feet that stand are held still. ValueError where start_s and
    duration_s leave the clip, or a rate is not positive.
    """
    last_s = (len(capture) - 1) / capture_hz
    if not (fps > 0 and capture_hz > 0):
        raise ValueError(f"{capture.path}: expected fps and capture_hz > 0, found {fps} and {capture_hz}")
    end_s = last_s if duration_s is None else start_s + duration_s
    if not 0 <= start_s <= end_s <= last_s + 1e-9:
        raise ValueError(
            f"{capture.path}: expected a cut within 0..{last_s:.3f} s, found {start_s:.3f}..{end_s:.3f} s; shorten it"
        )
    times_s = start_s + np.arange(int((end_s - start_s) * fps + 1e-6) + 1) / fps
    sampled = resample(capture, times_s * capture_hz)
    turns, ends = asf_bones(skeleton, sampled)
    rotations = _rotations(skeleton, rig, turns)
    root_m = _root_path(skeleton, rig, turns, ends)
    rotations, root_m = _centered(rotations, root_m)
    name = capture.path.stem
    return lock_feet(BodyMotion(name, rig, fps, rotations, root_m, np.zeros((len(root_m), 2), np.bool_)))


def longest_within(
    skeleton: AsfSkeleton, capture: AmcMotion, rig: Rig, *, radius_m: float, capture_hz: float = CMU_HZ
) -> tuple[float, float]:
    """The longest stretch of a clip that fits a room: (start_s, duration_s) for `retarget`, the first of equal ones.

    In it the path of the hips on this rig, once centred, stays within radius_m of the origin (arms and legs reach
    further: see BodyMotion.radius_m). Somebody who stands still fits any radius > 0.
    """
    if not (radius_m > 0 and capture_hz > 0):
        raise ValueError(f"{capture.path}: expected radius_m and capture_hz > 0, found {radius_m} and {capture_hz}")
    turns, ends = asf_bones(skeleton, capture)
    path = _root_path(skeleton, rig, turns, ends)[:, :2]
    best_first, best_last, first = 0, 0, 0
    for last in range(len(path)):
        # Both ends of the stretch only move forward: what did not fit will not fit when more is added.
        while np.linalg.norm(np.ptp(path[first : last + 1], axis=0)) / 2 > radius_m:
            first += 1
        if last - first > best_last - best_first:
            best_first, best_last = first, last
    return best_first / capture_hz, (best_last - best_first) / capture_hz


def resample(capture: AmcMotion, frames: Array) -> AmcMotion:
    """The motion at fractional frames (N,), 0 .. len - 1: positions linearly, rotations along the shortest arc."""
    before = np.clip(np.floor(frames + 1e-9).astype(int), 0, len(capture) - 1)
    after = np.minimum(before + 1, len(capture) - 1)
    share = np.clip(frames - before, 0.0, 1.0)
    root_m = capture.root_m[before] + share[:, None] * (capture.root_m[after] - capture.root_m[before])
    rotations = {name: between(turn[before], turn[after], share) for name, turn in capture.rotations.items()}
    return AmcMotion(path=capture.path, root_m=root_m, rotations=rotations)


def _rotations(skeleton: AsfSkeleton, rig: Rig, turns: dict[str, Array]) -> Array:
    """Captured global turns -> the rig's local ones (F, B, 3, 3)."""
    frames = len(turns["root"])
    rotations = np.tile(np.eye(3), (frames, len(rig.names), 1, 1))
    rotations[:, 0] = turns["root"]
    wanted = {bone: _mean_turn([turns[name] for name in names]) for bone, names in _TRUNK.items()}
    for bone, turn in wanted.items():
        above = rig.names[rig.parents[rig.index(bone)]]
        parent = wanted.get(above, turns["thorax"] if above == "spine01" else turns["root"])
        rotations[:, rig.index(bone)] = np.swapaxes(parent, -1, -2) @ turn
    rest = np.zeros((frames, 3))
    for side in SIDES:
        _set_leg(skeleton, rig, rotations, turns, side)
        parent = pose_bones(rig, rotations, rest)[0][:, rig.parents[arm(rig, side).upper]]
        _set_arm(skeleton, rig, rotations, turns, parent, side)
    return rotations


def _mean_turn(turns: list[Array]) -> Array:
    return turns[0] if len(turns) == 1 else between(turns[0], turns[1], 0.5)


def _bring(skeleton: AsfSkeleton, name: str, hinge: str, limb: Limb, part: int) -> Array:
    """(3, 3): takes a part of a limb from its rest to the captured rest, direction on direction, hinge on hinge.

    hinge: the bone whose rx bends the joint; CMU's knees and elbows bend with positive rx, as our hinges do.
    """
    direction = Y_UP_TO_Z_UP @ skeleton.bone(name).direction
    axis = Y_UP_TO_Z_UP @ skeleton.bone(hinge).axis[:, 0]
    return frame(direction, axis) @ frame(limb.directions[part], limb.hinge).T


def _set_leg(skeleton: AsfSkeleton, rig: Rig, rotations: Array, turns: dict[str, Array], side: Side) -> None:
    limb, shape, letter = leg(rig, side), foot(rig, side), side.lower()
    femur, tibia = f"{letter}femur", f"{letter}tibia"
    upper = turns[femur] @ _bring(skeleton, femur, tibia, limb, 0)
    lower = turns[tibia] @ _bring(skeleton, tibia, tibia, limb, 1)
    write_limb(rotations, limb, rig.rest_heads, turns["root"], upper, lower)
    # Soles are level in both rests: the foot only turns about Z to point the captured way.
    captured = Y_UP_TO_Z_UP @ skeleton.bone(f"{letter}foot").direction * [1, 1, 0]
    ours = (shape.ball - shape.ankle) * [1, 1, 0]
    yaw = np.arctan2(captured[1], captured[0]) - np.arctan2(ours[1], ours[0])
    foot_turn = turns[f"{letter}foot"] @ about(Z_AXIS, yaw)
    rotations[:, limb.end] = np.swapaxes(lower, -1, -2) @ foot_turn
    toes = np.swapaxes(turns[f"{letter}foot"], -1, -2) @ turns[f"{letter}toes"]
    for toe in shape.toes:
        rotations[:, toe] = about(Z_AXIS, -yaw) @ toes @ about(Z_AXIS, yaw)


def _set_arm(
    skeleton: AsfSkeleton, rig: Rig, rotations: Array, turns: dict[str, Array], parent: Array, side: Side
) -> None:
    limb, shape, letter = arm(rig, side), hand(rig, side), side.lower()
    humerus, radius = f"{letter}humerus", f"{letter}radius"
    upper = turns[humerus] @ _bring(skeleton, humerus, radius, limb, 0)
    lower = turns[radius] @ _bring(skeleton, radius, radius, limb, 1)
    write_limb(rotations, limb, rig.rest_heads, parent, upper, lower)
    # At the captured rest the palm looks down and the thumb ahead (lthumb: +Z of the file).
    down = np.array([0.0, 0.0, -1.0])
    bring = frame(Y_UP_TO_Z_UP @ skeleton.bone(f"{letter}hand").direction, down) @ frame(shape.along, shape.palm).T
    wrist = np.swapaxes(lower, -1, -2) @ turns[f"{letter}hand"] @ bring
    forearm = limb.directions[1]
    half = about(forearm, 0.5 * twist_angle(wrist, forearm))
    rotations[:, limb.lower_twist] = half
    rotations[:, limb.end] = np.swapaxes(half, -1, -2) @ wrist
    for bone, axis, degrees in shape.fingers:
        rotations[:, bone] = about(axis, np.radians(degrees) * _RELAXED_FINGERS)


def _root_path(skeleton: AsfSkeleton, rig: Rig, turns: dict[str, Array], ends: dict[str, Array]) -> Array:
    """(F, 3) m: the captured mid-hip, scaled by leg length; our root hangs from it by our own hips."""
    captured_leg = sum(skeleton.bone(f"{side}{bone}").length_m for side in "lr" for bone in ("femur", "tibia")) / 2
    middle = (ends["lhipjoint"] + ends["rhipjoint"]) / 2 * (leg_length_m(rig) / captured_leg)
    hips = (leg(rig, "L").joints[0] + leg(rig, "R").joints[0]) / 2 - rig.rest_heads[0]
    path: Array = middle - turns["root"] @ hips
    return path


def _centered(rotations: Array, root_m: Array) -> tuple[Array, Array]:
    """The whole motion turned about Z to face -Y on average, its path's bounding box centred on the origin."""
    ahead = (rotations[:, 0] @ np.array([0.0, -1.0, 0.0]))[:, :2].sum(axis=0)
    turn = about(Z_AXIS, -np.pi / 2 - np.arctan2(ahead[1], ahead[0]))
    path = root_m @ turn.T
    middle = (path.min(axis=0) + path.max(axis=0)) / 2
    rotations = rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    return rotations, path - middle * [1, 1, 0]
