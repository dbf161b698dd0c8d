"""Two-bone inverse kinematics: where a knee or an elbow is when both ends of the limb are known."""

from __future__ import annotations

import numpy as np

from ...geometry import Array
from .anatomy import Limb
from .rotations import about, frame, twist_angle, unit

# A limb is never quite straight: that keeps the hinge defined and spares the eye the locked knee.
MAX_REACH = 0.998


def reach_range_m(limb: Limb, *, max_flexion_deg: float) -> tuple[float, float]:
    """The shortest and the longest end-to-end distance: by the flexion limit, and MAX_REACH of the straight limb."""
    upper, lower = limb.lengths_m
    shortest = np.sqrt(upper**2 + lower**2 + 2 * upper * lower * np.cos(np.radians(max_flexion_deg)))
    return float(shortest), MAX_REACH * (upper + lower)


def solve_limb(
    limb: Limb, start_m: Array, target_m: Array, bend: Array, *, max_flexion_deg: float
) -> tuple[Array, Array, Array]:
    """Turn a limb so that it starts at start_m, ends at target_m and its hinge points to bend.

    start_m, target_m (F, 3) m;  bend (F, 3): where the knee or elbow should point, not along the limb.
    Returns global rotations (F, 3, 3) of the upper and of the lower part, and the end (F, 3) m that was reached: the
    target, or the nearest point on the line to it within `reach_range_m`. The law of cosines gives the triangle.
    """
    upper, lower = limb.lengths_m
    shortest, longest = reach_range_m(limb, max_flexion_deg=max_flexion_deg)
    distance = np.clip(np.linalg.norm(target_m - start_m, axis=-1, keepdims=True), shortest, longest)
    along = unit(target_m - start_m)
    bend = unit(bend - (bend * along).sum(-1, keepdims=True) * along)
    cosine = (upper**2 + distance**2 - lower**2) / (2 * upper * distance)
    middle = start_m + upper * (along * cosine + bend * np.sqrt(1 - cosine**2))
    end: Array = start_m + along * distance
    hinge = np.cross(bend, along)
    rest_upper, rest_lower = limb.directions
    turn_upper = frame(middle - start_m, hinge) @ frame(rest_upper, limb.hinge).T
    turn_lower = frame(end - middle, hinge) @ frame(rest_lower, limb.hinge).T
    return turn_upper, turn_lower, end


def write_limb(
    rotations: Array, limb: Limb, rig_heads: Array, turn_parent: Array, turn_upper: Array, turn_lower: Array
) -> None:
    """Store a solved limb in rotations (F, B, 3, 3), local-ref, in place.

    turn_parent, turn_upper, turn_lower (F, 3, 3): global rotations. Half of the upper part's twist goes to its second
    bone, so that skin is not wrung at the hip or shoulder; the knee or elbow stays where it is.
    """
    local = np.swapaxes(turn_parent, -1, -2) @ turn_upper
    axis = limb.directions[0]
    half = twist_angle(local, axis) / 2
    far_axis = unit(rig_heads[limb.lower] - rig_heads[limb.upper_twist])
    upper = local @ about(axis, -half)
    second = about(far_axis, half)
    rotations[:, limb.upper] = upper
    rotations[:, limb.upper_twist] = second
    rotations[:, limb.lower] = np.swapaxes(turn_parent @ upper @ second, -1, -2) @ turn_lower
