"""Boxing: straight punches, hooks and uppercuts, and weaving, from an orthodox guard (left foot in front)."""

from __future__ import annotations

from ..clip import Clip, Value
from .kit import both, held, poses

_HIPS_DEG = -32.0
_STANCE: dict[str, Value] = {
    "pelvis": (0.0, 0.0, -0.075),
    "hips": (_HIPS_DEG, 4.0, 0.0),
    "l_foot": (0.0, 0.24, 0.0),
    "r_foot": (0.1, -0.2, 0.0),
    "l_sole": (-18.0, 0.0),
    "r_sole": (48.0, 14.0),
    "head": (-8.0, 8.0, 0.0),
    **both(fist=(1.0,), wrist=(35.0, 0.0), elbow=(0.0,)),
}


def _fists(turn_deg: float, left: tuple[float, float, float], right: tuple[float, float, float]) -> dict[str, Value]:
    """Chest turned left by turn_deg in the world, and where the fists are for one who faces ahead."""
    return {
        "chest": (turn_deg - _HIPS_DEG, 10.0, 0.0),
        "l_hand": held("l", turn_deg, *left),
        "r_hand": held("r", turn_deg, *right),
    }


_L_GUARD, _R_GUARD = (-0.12, 0.52, 0.2), (-0.16, 0.42, 0.2)
_GUARD = _fists(-34.0, _L_GUARD, _R_GUARD)
_JAB = _fists(-62.0, (-0.3, 1.02, 0.2), _R_GUARD)
_CROSS = _fists(28.0, (-0.1, 0.45, 0.22), (-0.32, 1.05, 0.16))
_LOAD_LEFT = _fists(6.0, (0.1, 0.42, 0.1), _R_GUARD)
_LEFT_HOOK = _fists(-72.0, (-0.42, 0.72, 0.22), _R_GUARD)
_LOAD_RIGHT = _fists(-52.0, _L_GUARD, (0.0, 0.35, -0.35))
_UPPERCUT = _fists(26.0, _L_GUARD, (-0.25, 0.62, 0.32))
_PRONE, _UPRIGHT, _SUPINE = (75.0, 0.0), (35.0, 0.0), (-60.0, 0.0)

CLIPS = (
    Clip(
        name="jab-cross",
        period_s=2.1,
        base=_STANCE,
        smooth_s=0.025,
        breaths_per_s=0.5,
        keys=poses(
            (
                0.0,
                {**_GUARD, "pelvis": (0.0, 0.0, -0.075), "l_wrist": _UPRIGHT, "r_wrist": _UPRIGHT, "hips": (-32, 4, 0)},
            ),
            (0.12, {"pelvis": (0.0, -0.02, -0.085), "l_wrist": _UPRIGHT}),
            (0.28, {**_JAB, "pelvis": (0.0, 0.05, -0.08), "l_wrist": _PRONE, "hips": (-40, 5, 0)}),
            (0.34, {**_JAB}),
            (0.55, {**_GUARD, "l_wrist": _UPRIGHT, "r_wrist": _UPRIGHT, "hips": (-34, 4, 0)}),
            (0.62, {"pelvis": (0.0, -0.02, -0.085), "r_sole": (48, 14)}),
            (0.8, {**_CROSS, "pelvis": (0.01, 0.07, -0.09), "r_wrist": _PRONE, "hips": (2, 6, 0), "r_sole": (18, 30)}),
            (0.86, {**_CROSS, "r_sole": (18, 30)}),
            (
                1.15,
                {**_GUARD, "pelvis": (0.0, 0.0, -0.075), "r_wrist": _UPRIGHT, "hips": (-32, 4, 0), "r_sole": (48, 14)},
            ),
            (1.4, {"pelvis": (0.0, -0.01, -0.06)}),
            (1.6, {"pelvis": (0.0, 0.0, -0.08)}),
            (1.85, {**_GUARD, "pelvis": (0.0, 0.01, -0.06)}),
        ),
    ),
    Clip(
        name="hook-uppercut",
        period_s=2.3,
        base=_STANCE,
        smooth_s=0.025,
        breaths_per_s=0.5,
        keys=poses(
            (0.0, {**_GUARD, "pelvis": (0, 0, -0.075), "hips": (-32, 4, 0), **both(elbow=(0.0,), wrist=_UPRIGHT)}),
            (0.3, {**_LOAD_LEFT, "pelvis": (0.05, 0.02, -0.1), "hips": (-22, 5, 4), "l_elbow": (25.0,)}),
            (0.5, {**_LEFT_HOOK, "pelvis": (-0.02, 0.02, -0.08), "hips": (-48, 5, 0), "l_elbow": (75.0,)}),
            (0.55, {**_LEFT_HOOK, "l_elbow": (75.0,)}),
            (0.85, {**_GUARD, "pelvis": (0, 0, -0.08), "hips": (-34, 4, 0), "l_elbow": (0.0,), "r_wrist": _UPRIGHT}),
            (1.08, {**_LOAD_RIGHT, "pelvis": (-0.04, 0.0, -0.13), "hips": (-38, 8, -4), "r_sole": (48, 14)}),
            (
                1.3,
                {**_UPPERCUT, "pelvis": (0.0, 0.06, -0.05), "hips": (0, 2, 0), "r_wrist": _SUPINE, "r_sole": (20, 30)},
            ),
            (1.36, {**_UPPERCUT, "r_wrist": _SUPINE, "r_sole": (20, 30)}),
            (1.7, {**_GUARD, "pelvis": (0, 0, -0.075), "hips": (-32, 4, 0), "r_wrist": _UPRIGHT, "r_sole": (48, 14)}),
            (2.0, {**_GUARD, "pelvis": (0, 0.01, -0.06)}),
        ),
    ),
    Clip(
        name="weave-and-counter",
        period_s=2.6,
        base=_STANCE,
        smooth_s=0.03,
        breaths_per_s=0.5,
        keys=poses(
            (0.0, {**_GUARD, "pelvis": (0, 0, -0.075), "hips": (-32, 4, 0), "head": (-8, 8, 0), "r_wrist": _UPRIGHT}),
            (0.3, {"pelvis": (0.12, 0.02, -0.12), "hips": (-28, 10, 12), "head": (-8, 14, 14)}),
            (0.55, {"pelvis": (0.02, 0.03, -0.28), "hips": (-32, 18, 0), "head": (-8, 16, 0)}),
            (0.8, {"pelvis": (-0.13, 0.0, -0.12), "hips": (-38, 8, -10), "head": (-8, 12, -10)}),
            (
                1.0,
                {
                    **_GUARD,
                    "pelvis": (-0.08, -0.02, -0.1),
                    "hips": (-36, 6, -4),
                    "r_sole": (48, 14),
                    "r_wrist": _UPRIGHT,
                },
            ),
            (1.2, {**_CROSS, "pelvis": (0.0, 0.06, -0.09), "hips": (2, 6, 0), "r_wrist": _PRONE, "r_sole": (18, 30)}),
            (1.27, {**_CROSS, "r_wrist": _PRONE, "r_sole": (18, 30), "head": (-4, 8, 0)}),
            (1.5, {**_GUARD, "hips": (-30, 4, 0), "l_wrist": _UPRIGHT, "r_wrist": _UPRIGHT, "r_sole": (48, 14)}),
            (1.7, {**_JAB, "pelvis": (0, 0.05, -0.08), "hips": (-40, 5, 0), "l_wrist": _PRONE}),
            (1.76, {**_JAB, "l_wrist": _PRONE}),
            (2.0, {**_GUARD, "pelvis": (0, 0, -0.075), "hips": (-32, 4, 0), "head": (-8, 8, 0), "l_wrist": _UPRIGHT}),
            (2.3, {**_GUARD, "pelvis": (0, 0, -0.065)}),
        ),
    ),
)
