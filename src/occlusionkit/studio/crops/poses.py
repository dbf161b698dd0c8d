"""How people in a street hold themselves: one instant of a walk, or standing with their hands at something."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...geometry import Array
from ..motions.clip import mirrored
from ..motions.puppet import CHANNELS, animate
from ..rig import Pose, Rig

# Half a step, and how high the swinging foot is lifted; leg lengths.
STEP, LIFT = 0.33, 0.09
# The share of a stride in which a foot stands.
STANCE = 0.62
# Where hands are while somebody stands, (out, forward, up) arm lengths from the shoulder, left and right, and the nod.
Hands = tuple[tuple[float, float, float], tuple[float, float, float], float]
STANDING: dict[str, Hands] = {
    "hanging": ((0.16, 0.10, -0.94), (0.16, 0.14, -0.93), 0.0),
    "pockets": ((0.16, 0.10, -0.72), (0.16, 0.10, -0.72), 0.0),
    "phone": ((0.16, 0.10, -0.93), (-0.06, 0.46, -0.34), 24.0),
    "call": ((0.16, 0.10, -0.93), (0.02, 0.14, 0.34), 4.0),
    "folded": ((-0.28, 0.34, -0.40), (-0.28, 0.34, -0.34), 0.0),
    "carrying": ((-0.12, 0.36, -0.72), (-0.12, 0.36, -0.72), 8.0),
    "reading": ((-0.10, 0.44, -0.36), (-0.10, 0.44, -0.36), 26.0),
}
# Who walks, out of all.
WALKING_SHARE = 0.65


def street_poses(rig: Rig, rngs: Sequence[np.random.Generator]) -> list[Pose]:
    """Somebody who walks or stands above the origin, facing -Y, once for each rng: what is drawn from it alone.

    Many poses of one body cost little more than one.
    """
    if not rngs:
        return []
    drawn = [_strings(rng) for rng in rngs]
    strings = {channel: np.concatenate([one[channel] for one in drawn]) for channel in CHANNELS}
    planted = np.zeros((len(drawn), 2), dtype=np.bool_)
    motion = animate(strings, planted, rig, name="street", fps=1.0)
    return [motion.pose(frame) for frame in range(len(motion))]


def _strings(rng: np.random.Generator) -> dict[str, Array]:
    strings = walking(rng) if rng.uniform() < WALKING_SHARE else standing(rng)
    return mirrored(strings) if rng.uniform() < 0.5 else strings


def walking(rng: np.random.Generator) -> dict[str, Array]:
    """Strings (1, C) of one instant of a walk."""
    phase, step = float(rng.uniform()), STEP * float(rng.uniform(0.7, 1.1))
    strings = _still(rng)
    for side, own in (("l", phase), ("r", (phase + 0.5) % 1.0)):
        forward, lift, heel_deg = _stride(own, step)
        strings[f"{side}_foot"] = _row(0.0, forward, lift)
        strings[f"{side}_sole"] = _row(rng.uniform(2, 10), heel_deg)
        # The arm swings against the leg of its side.
        swing = 0.10 - 0.75 * forward + rng.uniform(-0.05, 0.05)
        strings[f"{side}_hand"] = _row(0.2, swing, -np.sqrt(max(0.93**2 - 0.2**2 - swing**2, 0.2)))
        strings[f"{side}_elbow"] = _row(rng.uniform(0, 15))
    ahead = _stride(phase, step)[0] / step
    strings["hips"] = _row(-4 * ahead, 3.0, 0.0)
    strings["chest"] = _row(8 * ahead, rng.uniform(-2, 5), 0.0)
    strings["pelvis"] = _row(0.0, 0.02, -0.02)
    return strings


def _stride(phase: float, step: float) -> tuple[float, float, float]:
    """(forward, lift, heel up deg) of a foot: it stands and is left behind, then swings ahead."""
    if phase < STANCE:
        share = phase / STANCE
        heel_deg = 30 * max(0.0, share - 0.65) / 0.35 - 14 * max(0.0, 0.15 - share) / 0.15
        return step * (1 - 2 * share), 0.0, heel_deg
    share = (phase - STANCE) / (1 - STANCE)
    return -step + 2 * step * share, LIFT * float(np.sin(np.pi * share)), 34 * (1 - share) - 14 * share


def standing(rng: np.random.Generator) -> dict[str, Array]:
    """Strings (1, C) of somebody who stands, the weight more on one leg."""
    left, right, nod = STANDING[str(rng.choice(sorted(STANDING)))]
    strings = _still(rng)
    for side, hand in (("l", left), ("r", right)):
        strings[f"{side}_hand"] = _row(*(np.array(hand) + rng.uniform(-0.03, 0.03, 3)))
        strings[f"{side}_foot"] = _row(rng.uniform(-0.02, 0.06), rng.uniform(-0.06, 0.06), 0.0)
        strings[f"{side}_sole"] = _row(rng.uniform(4, 20), 0.0)
        strings[f"{side}_elbow"] = _row(rng.uniform(-5, 15))
    lean = rng.uniform(-1, 1)
    strings["pelvis"] = _row(0.05 * lean, 0.0, -0.015 - 0.01 * abs(lean))
    strings["hips"] = _row(0.0, 0.0, 4 * lean)
    strings["chest"] = _row(rng.uniform(-8, 8), rng.uniform(-2, 6), -4 * lean)
    strings["head"] = strings["head"] + _row(0.0, nod, 0.0)
    return strings


def _still(rng: np.random.Generator) -> dict[str, Array]:
    strings = {channel: _row(*values) for channel, values in CHANNELS.items()}
    strings["head"] = _row(rng.normal(0, 14), rng.uniform(-2, 8), rng.normal(0, 2))
    return strings


def _row(*values: float) -> Array:
    return np.array([values], dtype=np.float64)
