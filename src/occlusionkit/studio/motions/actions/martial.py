"""Martial arts: front kicks, roundhouse kicks, and a form of blocks and punches in deep stances."""

from __future__ import annotations

from ..clip import Clip, Value
from .kit import both, held, poses

_FIGHT: dict[str, Value] = {
    "hips": (-38.0, 3.0, 0.0),
    "pelvis": (0.0, 0.0, -0.1),
    "l_foot": (0.0, 0.27, 0.0),
    "r_foot": (0.06, -0.27, 0.0),
    "l_sole": (-10.0, 0.0),
    "r_sole": (45.0, 0.0),
    **both(fist=(1.0,), wrist=(30.0, 0.0)),
}
_HORSE: dict[str, Value] = both(foot=(0.36, 0.0, 0.0), sole=(20.0, 0.0), knee=(12.0,), fist=(1.0,))
_CHAMBERED = (0.12, -0.12, -0.48)


def _guard(turn_deg: float, hips_deg: float = -38.0) -> dict[str, Value]:
    """Fists up in front, the chest turned left by turn_deg in the world."""
    return {
        "chest": (turn_deg - hips_deg, 6.0, 0.0),
        "l_hand": held("l", turn_deg, -0.02, 0.58, 0.12),
        "r_hand": held("r", turn_deg, -0.1, 0.4, 0.02),
    }


_KICK_GUARD: dict[str, Value] = {"l_hand": (0.1, 0.5, 0.1), "r_hand": (0.5, 0.0, -0.62)}
_PUNCH: Value = (-0.28, 0.98, 0.02)
_HIGH_BLOCK: Value = (-0.2, 0.5, 0.62)
_LOW_BLOCK: Value = (0.3, 0.5, -0.68)
_PALM_UP, _PALM_DOWN = (-60.0, 0.0), (70.0, 0.0)


def _strike(
    arm: str, hand: Value, turn_deg: float, *, wrist: Value = _PALM_DOWN, elbow: float = 0.0
) -> dict[str, Value]:
    """One arm strikes while the other goes back to the hip, the body turning behind it."""
    other = "r" if arm == "l" else "l"
    return {
        f"{arm}_hand": hand, f"{arm}_wrist": wrist, f"{arm}_elbow": (elbow,),
        f"{other}_hand": _CHAMBERED, f"{other}_wrist": _PALM_UP, f"{other}_elbow": (0.0,),
        "chest": (turn_deg, 0.0, 0.0), "hips": (turn_deg * 0.6, 2.0, 0.0),
    }  # fmt: skip


CLIPS = (
    Clip(
        name="front-kick",
        period_s=2.6,
        base={**_FIGHT, "l_sole": (12.0, 0.0)},
        smooth_s=0.025,
        breaths_per_s=0.45,
        keys={
            "r_foot": [
                (0.0, (0.06, -0.27, 0)),
                (0.3, (0.06, -0.27, 0)),
                (0.42, (0.03, -0.1, 0.16)),
                (0.58, (-0.04, 0.42, 0.5)),
                (0.72, (-0.1, 0.92, 0.84)),
                (0.79, (-0.1, 0.94, 0.86)),
                (0.95, (-0.05, 0.45, 0.52)),
                (1.2, (0.02, -0.05, 0.16)),
                (1.4, (0.06, -0.27, 0)),
            ],
            "r_sole": [
                (0.0, (45, 0)),
                (0.25, (45, 0)),
                (0.4, (30, 35)),
                (0.58, (8, 25)),
                (0.72, (0, -60)),
                (0.8, (0, -60)),
                (0.97, (5, 0)),
                (1.4, (45, 0)),
            ],
        }
        | poses(
            (0.0, {**_guard(-42), "hips": (-38, 3, 0), "pelvis": (0, 0, -0.1), "head": (-6, 6, 0)}),
            (0.32, {"pelvis": (0.06, 0.12, -0.1), "hips": (-26, 4, 0)}),
            (0.56, {"pelvis": (0.12, 0.23, -0.06), "hips": (-4, -6, 3), "chest": (-8, 12, -3), **_KICK_GUARD}),
            (0.74, {"pelvis": (0.12, 0.26, -0.04), "hips": (14, -20, 4), "chest": (-22, 20, -3), **_KICK_GUARD}),
            (0.82, {"pelvis": (0.12, 0.26, -0.04), "hips": (14, -20, 4), "chest": (-22, 20, -3), "head": (-2, 4, 0)}),
            (1.05, {"pelvis": (0.11, 0.2, -0.07), "hips": (-6, -2, 3), "chest": (-10, 10, 0), **_KICK_GUARD}),
            (1.45, {**_guard(-42), "pelvis": (0, 0.02, -0.12), "hips": (-38, 3, 0)}),
            (2.0, {**_guard(-38), "pelvis": (0, 0, -0.085), "head": (-6, 6, 0)}),
            (2.3, {"pelvis": (0, 0, -0.105)}),
        ),
    ),
    Clip(
        name="roundhouse-kick",
        period_s=2.8,
        base=_FIGHT,
        smooth_s=0.025,
        breaths_per_s=0.45,
        keys={
            "l_sole": [
                (0.0, (-10, 0)),
                (0.3, (-10, 0)),
                (0.55, (40, 0)),
                (0.72, (62, 0)),
                (0.95, (62, 0)),
                (1.3, (-10, 0)),
            ],
            "r_foot": [
                (0.0, (0.06, -0.27, 0)),
                (0.3, (0.06, -0.27, 0)),
                (0.44, (0.22, -0.16, 0.22)),
                (0.6, (0.4, 0.3, 0.62)),
                (0.75, (-0.02, 0.98, 0.88)),
                (0.82, (-0.12, 0.99, 0.88)),
                (1.0, (0.25, 0.4, 0.55)),
                (1.25, (0.2, -0.05, 0.18)),
                (1.5, (0.06, -0.27, 0)),
            ],
            "r_sole": [
                (0.0, (45, 0)),
                (0.25, (45, 0)),
                (0.42, (30, 35)),
                (0.6, (-10, 45)),
                (0.75, (-55, 45)),
                (0.84, (-60, 45)),
                (1.05, (-15, 30)),
                (1.5, (45, 0)),
            ],
        }
        | poses(
            (0.0, {**_guard(-42), "hips": (-38, 3, 0), "pelvis": (0, 0, -0.1), "head": (-6, 6, 0)}),
            (0.34, {"pelvis": (0.06, 0.12, -0.1), "hips": (-20, 2, 4)}),
            (
                0.58,
                {
                    "pelvis": (0.12, 0.2, -0.05),
                    "hips": (22, -6, 22),
                    "chest": (-20, 8, -4),
                    "head": (0, 2, 8),
                    "l_hand": (0.12, 0.5, 0.1),
                    "r_hand": (0.42, 0.2, -0.5),
                },
            ),
            (
                0.77,
                {
                    "pelvis": (0.13, 0.21, -0.03),
                    "hips": (62, -8, 34),
                    "chest": (-42, 8, -4),
                    "head": (6, 2, 12),
                    "l_hand": (0.05, 0.45, 0.15),
                    "r_hand": (0.55, -0.15, -0.65),
                },
            ),
            (
                0.85,
                {
                    "pelvis": (0.13, 0.21, -0.03),
                    "hips": (62, -8, 34),
                    "chest": (-42, 8, -4),
                    "head": (6, 2, 12),
                    "l_hand": (0.05, 0.45, 0.15),
                    "r_hand": (0.55, -0.15, -0.65),
                },
            ),
            (1.08, {"pelvis": (0.12, 0.2, -0.06), "hips": (14, -4, 16), "chest": (-14, 6, -4), "head": (0, 4, 4)}),
            (1.5, {**_guard(-42), "pelvis": (0, 0.02, -0.12), "hips": (-38, 3, 0), "head": (-6, 6, 0)}),
            (2.1, {**_guard(-38), "pelvis": (0, 0, -0.085)}),
            (2.45, {"pelvis": (0, 0, -0.105)}),
        ),
    ),
    Clip(
        name="form-blocks-and-punches",
        period_s=5.6,
        base=_HORSE,
        smooth_s=0.025,
        liveliness=0.6,
        keys=poses(
            (0.0, {**_strike("l", _PUNCH, -14), "pelvis": (0, -0.03, -0.26), "head": (0, 4, 0)}),
            (0.55, _strike("l", _PUNCH, -14)),
            (0.8, _strike("r", _PUNCH, 14)),
            (1.25, _strike("r", _PUNCH, 14)),
            (1.5, {**_strike("l", _PUNCH, -14), "pelvis": (0, -0.03, -0.27), "head": (0, 4, 0)}),
            (1.95, {**_strike("l", _PUNCH, -14), "head": (0, 4, 0)}),
            (2.15, {"l_hand": (0.05, 0.45, -0.5), "pelvis": (0, -0.03, -0.23), "head": (20, 0, 0)}),
            (
                2.4,
                {
                    **_strike("l", _HIGH_BLOCK, 22, wrist=(60, 0), elbow=35),
                    "pelvis": (0.1, 0, -0.26),
                    "head": (40, -4, 0),
                },
            ),
            (
                2.9,
                {
                    **_strike("l", _HIGH_BLOCK, 22, wrist=(60, 0), elbow=35),
                    "pelvis": (0.1, 0, -0.26),
                    "head": (40, -4, 0),
                },
            ),
            (3.15, {**_strike("r", _PUNCH, 40), "pelvis": (0.12, 0, -0.27)}),
            (3.55, {**_strike("r", _PUNCH, 40), "pelvis": (0.12, 0, -0.27), "head": (40, 0, 0)}),
            (3.85, {"r_hand": (-0.3, 0.4, 0.1), "r_wrist": (0, 0), "pelvis": (0, -0.03, -0.24), "head": (-20, 2, 0)}),
            (4.1, {**_strike("r", _LOW_BLOCK, -24, wrist=(20, 0)), "pelvis": (-0.1, 0, -0.27), "head": (-40, 6, 0)}),
            (4.55, {**_strike("r", _LOW_BLOCK, -24, wrist=(20, 0)), "pelvis": (-0.1, 0, -0.27), "head": (-40, 6, 0)}),
            (4.85, {**_strike("l", _PUNCH, -40), "pelvis": (-0.12, 0, -0.27), "head": (-36, 2, 0)}),
            (5.2, {**_strike("l", _PUNCH, -40), "pelvis": (-0.1, 0, -0.26), "head": (-20, 2, 0)}),
        ),
    ),
)
