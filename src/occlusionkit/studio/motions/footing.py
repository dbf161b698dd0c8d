"""Feet that stand: finding them in a captured motion, and holding them still by inverse kinematics."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_opening, gaussian_filter1d, label, maximum_filter1d, uniform_filter1d

from ...geometry import Array, Bools
from ..rig import Rig
from .anatomy import SIDES, Foot, Side, foot, leg
from .body import BodyMotion
from .limbs import MAX_REACH, solve_limb, write_limb
from .rotations import Z_AXIS, about, between, unit

# A foot stands when heel and ball are this slow, this level, and this near to the floor: captured floors are tilted,
# and bent, by several centimetres.
STANDS_BELOW_M_S = 0.35
LEVEL_WITHIN_M = 0.06
STANDS_WITHIN_M = 0.12
# Shorter stands are not held, and shorter gaps between two stands are noise.
SHORTEST_STAND_S = 0.1
SHORTEST_GAP_S = 0.05
# A foot comes to its held place and leaves it over this long.
BLEND_S = 0.12
MAX_KNEE_DEG = 150.0


def sole_points(rig: Rig, turns: Array, heads: Array, side: Side) -> Array:
    """(F, 3, 3) m: heel, ball and tip of a sole; turns and heads as from `pose_bones`."""
    shape, bone = foot(rig, side), rig.index(f"foot.{side}")
    return _sole(shape, turns[:, bone], heads[:, bone], turns[:, shape.toes[1]])


def _sole(shape: Foot, turn: Array, ankle: Array, toes_turn: Array) -> Array:
    heel = ankle + turn @ (shape.heel - shape.ankle)
    ball = ankle + turn @ (shape.ball - shape.ankle)
    tip = ankle + turn @ (shape.hinge - shape.ankle) + toes_turn @ (shape.tip - shape.hinge)
    return np.stack([heel, ball, tip], axis=1)


def standing(motion: BodyMotion) -> Bools:
    """(F, 2): which feet stand, by the speed, the slope and the height of heel and ball; the floor is about z = 0."""
    turns, heads = motion.bones()
    sides = []
    for side in SIDES:
        points = sole_points(motion.rig, turns, heads, side)[:, :2]
        step_s = 1 / motion.fps
        speed = np.linalg.norm(np.gradient(points, step_s, axis=0), axis=-1) if len(motion) > 1 else np.zeros((1, 2))
        height = points[..., 2]
        slow = (speed < STANDS_BELOW_M_S).all(axis=-1)
        level = np.abs(height[:, 0] - height[:, 1]) < LEVEL_WITHIN_M
        low = (height < STANDS_WITHIN_M).all(axis=-1)
        sides.append(_steady(slow & level & low, fps=motion.fps))
    return np.stack(sides, axis=-1)


def _steady(flags: Bools, *, fps: float) -> Bools:
    """Without gaps shorter than SHORTEST_GAP_S and then without stands shorter than SHORTEST_STAND_S."""
    gap, stand = (max(1, round(seconds * fps)) for seconds in (SHORTEST_GAP_S, SHORTEST_STAND_S))
    padded = np.pad(flags, gap + stand, mode="edge")
    closed = binary_closing(padded, np.ones(gap + 1 - gap % 2, np.bool_))
    opened: Bools = binary_opening(closed, np.ones(stand, np.bool_))[gap + stand : -(gap + stand)]
    return opened


def stands(flags: Bools) -> list[slice]:
    """The runs of True in (F,), in order."""
    numbered, count = label(flags)
    return [slice(int(run[0]), int(run[-1]) + 1) for run in (np.flatnonzero(numbered == k + 1) for k in range(count))]


def on_floor(motion: BodyMotion) -> BodyMotion:
    """The motion with its soles put on z = 0.

    First as a whole, by the lowest tenth of the lower sole's heights (their median: a minimum would trust one outlier).
    Then by every stand: the floor under it is the median of its sole's lowest point, and between
    stands the floor is taken to run smoothly from one to the next.
    """
    turns, heads = motion.bones()
    lowest = np.stack([sole_points(motion.rig, turns, heads, side)[..., 2].min(axis=1) for side in SIDES], axis=-1)
    lower = np.sort(lowest.min(axis=1))
    floor_m = np.full(len(motion), np.median(lower[: max(1, len(lower) // 10)]))
    flags = standing(replace(motion, root_m=motion.root_m - floor_m[:, None] * Z_AXIS))
    found = [
        ((run.start + run.stop - 1) / 2, float(np.median(lowest[run, k])))
        for k in range(len(SIDES))
        for run in stands(flags[:, k])
    ]
    if found:
        moments, heights = np.array(sorted(found)).T
        floor_m = gaussian_filter1d(np.interp(np.arange(len(motion)), moments, heights), 0.15 * motion.fps)
    return replace(motion, root_m=motion.root_m - floor_m[:, None] * Z_AXIS)


def lock_feet(motion: BodyMotion) -> BodyMotion:
    """Put a motion on the floor, find its stands, and hold each of them still and flat; `planted` says which.

    Between stands a foot keeps its own way, shifted by what the stands before and after ask, and never goes below the
    floor. The pelvis comes down where a held foot would be out of reach.
    """
    motion = on_floor(motion)
    rig, planted = motion.rig, standing(motion)
    turns, heads = motion.bones()
    holds = {side: _hold(rig, turns, heads, planted[:, k], motion.fps, side) for k, side in enumerate(SIDES)}
    root_m = motion.root_m - _too_far_m(rig, heads, holds, motion.fps)[:, None] * Z_AXIS
    rotations = motion.rotations.copy()
    for side in SIDES:
        _pull_leg(rig, turns, rotations, root_m, holds[side], side)
    return replace(motion, rotations=rotations, root_m=root_m, planted=planted)


@dataclass(frozen=True, eq=False)
class _Foothold:
    """turn (F, 3, 3) global;  ankle (F, 3) m;  toes (F, 3, 3) on the foot;  weights (F,): 1 where held, 0 free."""

    turn: Array
    ankle: Array
    toes: Array
    weights: Array


def _hold(rig: Rig, turns: Array, heads: Array, flags: Bools, fps: float, side: Side) -> _Foothold:
    """Where a foot goes when its stands are held: flat and still in them, eased into and out of between them."""
    shape, bone = foot(rig, side), rig.index(f"foot.{side}")
    turn, ankle = turns[:, bone], heads[:, bone]
    frames = np.arange(len(ankle))
    weights, shift, held_turn = np.zeros(len(ankle)), np.zeros_like(ankle), turn.copy()
    runs = stands(flags)
    for index, run in enumerate(runs):
        before = run.start - runs[index - 1].stop if index else len(ankle)
        after = runs[index + 1].start - run.stop if index + 1 < len(runs) else len(ankle)
        weight = _eased(frames, run, ease_in_s=before / 2 / fps, ease_out_s=after / 2 / fps, fps=fps)
        place = np.array([*np.median(ankle[run, :2], axis=0), shape.ankle[2]])
        ahead = (turn[run] @ np.array([0.0, -1.0, 0.0]))[:, :2].sum(axis=0)
        flat = about(Z_AXIS, np.pi / 2 + np.arctan2(ahead[1], ahead[0]))
        # Outside its stand the foot keeps its way, shifted by what the stand's first or last frame was shifted.
        nearest = ankle[np.clip(frames, run.start, run.stop - 1)]
        mine = weight > 0
        shift[mine] = (weight[:, None] * (place - nearest))[mine]
        held_turn[mine] = flat
        weights[mine] = weight[mine]
    turn_held = between(turn, held_turn, weights)
    bent_toes = np.swapaxes(turn, -1, -2) @ turns[:, shape.toes[1]]
    toes = between(bent_toes, np.broadcast_to(np.eye(3), bent_toes.shape), weights)
    lowest = _sole(shape, turn_held, ankle + shift, turn_held @ toes)[..., 2].min(axis=1)
    place = ankle + shift + np.maximum(0.0, -lowest)[:, None] * Z_AXIS
    return _Foothold(turn=turn_held, ankle=place, toes=toes, weights=weights)


def _eased(frames: NDArray[np.int_], run: slice, *, ease_in_s: float, ease_out_s: float, fps: float) -> Array:
    """1 in the run, falling to 0 by half a cosine within BLEND_S or less on either side."""
    early, late = (run.start - frames) / fps, (frames - (run.stop - 1)) / fps
    away = np.maximum(early / min(BLEND_S, ease_in_s), late / min(BLEND_S, ease_out_s))
    weight: Array = 0.5 + 0.5 * np.cos(np.pi * np.clip(away, 0.0, 1.0))
    return weight


def _too_far_m(rig: Rig, heads: Array, holds: dict[Side, _Foothold], fps: float) -> Array:
    """(F,) m: how far the pelvis must come down for the held feet to be reached; smooth, and never too little."""
    need = np.zeros(len(heads))
    for side, hold in holds.items():
        limb = leg(rig, side)
        hip = heads[:, limb.upper]
        across = np.linalg.norm(hip[:, :2] - hold.ankle[:, :2], axis=-1)
        reach = MAX_REACH * limb.length_m - 1e-4
        highest = hold.ankle[:, 2] + np.sqrt(np.maximum(reach**2 - across**2, 0.0))
        need = np.maximum(need, hold.weights * (hip[:, 2] - highest))
    window = 2 * max(1, round(0.06 * fps)) + 1
    # The mean of a running maximum over the same window is nowhere below what it was taken of.
    smooth: Array = uniform_filter1d(maximum_filter1d(need, window), window)
    return smooth


def _pull_leg(rig: Rig, turns: Array, rotations: Array, root_m: Array, hold: _Foothold, side: Side) -> None:
    """Bend a leg to its foothold, its knee in the plane it was in; rotations in place."""
    limb, shape = leg(rig, side), foot(rig, side)
    pelvis = turns[:, 0]
    hip = root_m + pelvis @ (limb.joints[0] - rig.rest_heads[0])
    hinge = turns[:, limb.upper_twist] @ limb.hinge
    bend = np.cross(unit(hold.ankle - hip), hinge)
    upper, lower, _ = solve_limb(limb, hip, hold.ankle, bend, max_flexion_deg=MAX_KNEE_DEG)
    write_limb(rotations, limb, rig.rest_heads, pelvis, upper, lower)
    rotations[:, limb.end] = np.swapaxes(lower, -1, -2) @ hold.turn
    for toe in shape.toes:
        rotations[:, toe] = hold.toes
