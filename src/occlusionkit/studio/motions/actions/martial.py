"""Martial arts: front kicks, roundhouse kicks, and a form of blocks and punches in a horse stance."""

from __future__ import annotations

from ..clip import Clip, Value
from .kit import both, held, poses, tracks

_FIGHT: dict[str, Value] = {
    "pelvis": (0.0, -0.2, -0.1),
    "hips": (-38.0, 3.0, 0.0),
    "head": (-6.0, 6.0, 0.0),
    "l_foot": (0.0, 0.07, 0.0),
    "r_foot": (0.06, -0.47, 0.0),
    **both(fist=(1.0,), wrist=(30.0, 0.0), elbow=(-10.0,)),
}
_HORSE: dict[str, Value] = both(foot=(0.38, 0.0, 0.0), sole=(20.0, 0.0), knee=(12.0,), fist=(1.0,))


def _guard(turn_deg: float) -> dict[str, Value]:
    """Fists up in front, the chest turned left by turn_deg in the world."""
    return {
        "hips": (-38.0, 3.0, 0.0),
        "chest": (turn_deg + 38.0, 6.0, 0.0),
        "l_hand": held("l", turn_deg, -0.05, 0.64, 0.12),
        "r_hand": held("r", turn_deg, -0.1, 0.46, 0.0),
    }


_CHAMBERED: Value = (0.16, 0.0, -0.5)  # the fist at the hip, palm up
_PUNCH: Value = (-0.3, 0.98, 0.02)
_HIGH_BLOCK: Value = (-0.22, 0.52, 0.6)
_LOW_BLOCK: Value = (0.28, 0.5, -0.72)
_PALM_UP, _PALM_DOWN = (-65.0, 0.0), (70.0, 0.0)


def _strike(
    arm: str, hand: Value, turn_deg: float, *, wrist: Value = _PALM_DOWN, elbow: float = 0.0
) -> dict[str, Value]:
    """One arm strikes while the other goes back to the hip; hips and chest turn left by turn_deg behind it."""
    other = "r" if arm == "l" else "l"
    return {
        "hips": (turn_deg * 0.6, 2.0, 0.0),
        "chest": (turn_deg * 0.4, 0.0, 0.0),
        f"{arm}_hand": hand,
        f"{arm}_wrist": wrist,
        f"{arm}_elbow": (elbow,),
        f"{other}_hand": _CHAMBERED,
        f"{other}_wrist": _PALM_UP,
        f"{other}_elbow": (-5.0,),
    }


_LEFT, _RIGHT = _strike("l", _PUNCH, -16), _strike("r", _PUNCH, 16)
_BLOCK_HIGH = _strike("l", _HIGH_BLOCK, 24, wrist=(60.0, 0.0), elbow=45.0)
_BLOCK_LOW = _strike("r", _LOW_BLOCK, -26, wrist=(20.0, 0.0))
_LEFT_SIDE, _RIGHT_SIDE = _strike("l", _PUNCH, -44), _strike("r", _PUNCH, 44)
# Arms on their way from a block to the hip pass in front of the body, not through the shoulder.
_PASSING = both(hand=(0.2, 0.52, -0.25))

# fmt: off
CLIPS = (
    Clip(
        name="front-kick", period_s=2.0, base={**_FIGHT, "l_sole": (14.0, 0.0)}, smooth_s=0.022, breaths_per_s=0.45,
        keys=tracks(
            r_foot=[(0.0, (0.06, -0.47, 0)), (0.22, (0.06, -0.47, 0)), (0.34, (0.03, -0.30, 0.18)),
                    (0.5, (-0.05, 0.26, 0.52)),
                    (0.64, (-0.1, 1.00, 1.02)), (0.72, (-0.1, 1.02, 1.04)), (0.88, (-0.05, 0.26, 0.56)),
                    (1.14, (0.02, -0.25, 0.16)), (1.34, (0.06, -0.47, 0))],
            r_sole=[(0.0, (45, 0)), (0.18, (45, 0)), (0.34, (30, 35)), (0.5, (8, 20)), (0.9, (5, 10)), (1.34, (45, 0))],
            r_ankle=[(0.0, (15,)), (0.5, (20,)), (0.64, (-5,)), (0.74, (-5,)), (1.0, (20,))],
        ) | poses(
            (0.0, {**_guard(-44), "pelvis": (0, -0.2, -0.1), "head": (-6, 6, 0)}),
            (0.24, {"pelvis": (0.06, -0.08, -0.11), "hips": (-26, 4, 0)}),
            (0.48, {"pelvis": (0.12, 0.03, -0.07), "hips": (-4, -8, 3), "chest": (-12, 14, -3), "head": (-2, 4, 0),
                    "l_hand": (0.12, 0.52, 0.08), "r_hand": (0.46, 0.16, -0.6)}),
            (0.66, {"pelvis": (0.12, 0.07, -0.05), "hips": (14, -22, 4), "chest": (-28, 24, -3),
                    "l_hand": (0.1, 0.5, 0.1), "r_hand": (0.5, 0.02, -0.66)}),
            (0.74, {"pelvis": (0.12, 0.07, -0.05), "hips": (14, -22, 4), "chest": (-28, 24, -3), "head": (-2, 4, 0)}),
            (0.98, {"pelvis": (0.11, 0, -0.08), "hips": (-8, -2, 3), "chest": (-14, 12, 0),
                    "l_hand": (0.12, 0.52, 0.08), "r_hand": (0.4, 0.3, -0.4)}),
            (1.36, {**_guard(-44), "pelvis": (0, -0.18, -0.13)}),
            (1.7, {**_guard(-40), "pelvis": (0, -0.2, -0.085), "head": (-6, 6, 0)}),
        ),
    ),
    Clip(
        name="roundhouse-kick", period_s=2.1, base=_FIGHT, smooth_s=0.022, breaths_per_s=0.45,
        keys=tracks(
            l_sole=[(0.0, (-10, 0)), (0.22, (-10, 0)), (0.5, (45, 6)), (0.66, (64, 6)), (0.86, (64, 6)),
                    (1.2, (-10, 0))],
            r_foot=[(0.0, (0.06, -0.47, 0)), (0.22, (0.06, -0.47, 0)), (0.36, (0.22, -0.36, 0.24)),
                    (0.52, (0.42, 0.08, 0.66)),
                    (0.67, (0, 0.98, 0.98)), (0.74, (-0.12, 1.00, 0.98)), (0.92, (0.25, 0.20, 0.6)),
                    (1.18, (0.2, -0.25, 0.18)),
                    (1.42, (0.06, -0.47, 0))],
            r_sole=[(0.0, (45, 0)), (0.18, (45, 0)), (0.34, (30, 35)), (1.18, (30, 30)), (1.42, (45, 0))],
            r_ankle=[(0.0, (20,)), (0.6, (45,)), (0.8, (45,)), (1.1, (20,))],
        ) | poses(
            (0.0, {**_guard(-44), "pelvis": (0, -0.2, -0.1), "head": (-6, 6, 0)}),
            (0.26, {"pelvis": (0.06, -0.08, -0.11), "hips": (-20, 2, 4)}),
            (0.5, {"pelvis": (0.12, 0, -0.06), "hips": (22, -6, 22), "chest": (-24, 8, -4), "head": (0, 2, 8),
                   "l_hand": (0.14, 0.54, 0.08), "r_hand": (0.46, 0.24, -0.5)}),
            (0.69, {"pelvis": (0.13, 0.01, -0.04), "hips": (62, -8, 36), "chest": (-42, 8, -2), "head": (8, 2, 14),
                    "l_hand": (0.08, 0.5, 0.12), "r_hand": (0.6, 0.05, -0.64)}),
            (0.77, {"pelvis": (0.13, 0.01, -0.04), "hips": (62, -8, 36), "chest": (-42, 8, -2), "head": (8, 2, 14),
                    "l_hand": (0.08, 0.5, 0.12), "r_hand": (0.6, 0.05, -0.64)}),
            (1.0, {"pelvis": (0.12, 0, -0.07), "hips": (14, -4, 16), "chest": (-20, 6, -4), "head": (0, 4, 4),
                   "r_hand": (0.4, 0.34, -0.36)}),
            (1.42, {**_guard(-44), "pelvis": (0, -0.18, -0.13), "head": (-6, 6, 0)}),
            (1.8, {**_guard(-40), "pelvis": (0, -0.2, -0.085)}),
        ),
    ),
    Clip(
        name="form", period_s=6.0, base=_HORSE, smooth_s=0.022, liveliness=0.6,
        # Punch left, right, left; block high and counter to the left; block low and counter to the right.
        keys=poses(
            (0.0, {**_LEFT, "pelvis": (0, -0.04, -0.3), "head": (0, 4, 0)}),
            (0.5, _LEFT),
            (0.74, _RIGHT),
            (1.2, _RIGHT),
            (1.44, {**_LEFT, "pelvis": (0, -0.04, -0.31)}),
            (1.9, {**_LEFT, "head": (0, 4, 0)}),
            (2.15, {**_PASSING, "pelvis": (0, -0.04, -0.26), "head": (18, 0, 0)}),
            (2.4, {**_BLOCK_HIGH, "pelvis": (0.1, 0, -0.3), "head": (36, -4, 0)}),
            (2.9, {**_BLOCK_HIGH, "pelvis": (0.1, 0, -0.3)}),
            (3.08, {"l_hand": (0.0, 0.6, 0.0), "r_hand": (0.0, 0.5, -0.25)}),
            (3.24, {**_RIGHT_SIDE, "pelvis": (0.12, 0, -0.31), "head": (40, 0, 0)}),
            (3.7, {**_RIGHT_SIDE, "pelvis": (0.12, 0, -0.31), "head": (40, 0, 0)}),
            (4.0, {**_PASSING, "r_hand": (-0.3, 0.55, 0.1), "r_wrist": (0, 0), "pelvis": (0, -0.04, -0.26),
                   "head": (-18, 4, 0)}),
            (4.25, {**_BLOCK_LOW, "pelvis": (-0.1, 0, -0.31), "head": (-36, 8, 0)}),
            (4.7, {**_BLOCK_LOW, "pelvis": (-0.1, 0, -0.31)}),
            (5.0, {**_LEFT_SIDE, "pelvis": (-0.12, 0, -0.31), "head": (-38, 2, 0)}),
            (5.5, {**_LEFT_SIDE, "pelvis": (-0.11, 0, -0.3), "head": (-26, 2, 0)}),
        ),
    ),
)
