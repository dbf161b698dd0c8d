"""Boxing: straight punches, hooks and uppercuts, and weaving, from an orthodox guard (left foot in front)."""

from __future__ import annotations

from ..clip import Clip, Value
from .kit import both, held, poses

_REAR_FLAT, _REAR_DRIVEN = (46.0, 14.0), (18.0, 32.0)  # the rear sole: heel always off the floor
_STANCE: dict[str, Value] = {
    "pelvis": (0.0, 0.0, -0.09),
    "hips": (-32.0, 5.0, 0.0),
    "head": (-8.0, 8.0, 0.0),
    "l_foot": (0.0, 0.24, 0.0),
    "r_foot": (0.1, -0.2, 0.0),
    "l_sole": (-18.0, 0.0),
    "r_sole": _REAR_FLAT,
    **both(fist=(1.0,), wrist=(35.0, 0.0), elbow=(-12.0,)),
}


def _fists(
    hips_deg: float, turn_deg: float, left: tuple[float, float, float], right: tuple[float, float, float]
) -> dict[str, Value]:
    """Hips and chest turned left in the world by so much, and where the fists are for one who faces ahead."""
    return {
        "hips": (hips_deg, 5.0, 0.0),
        "chest": (turn_deg - hips_deg, 8.0, 0.0),
        "l_hand": held("l", turn_deg, *left),
        "r_hand": held("r", turn_deg, *right),
    }


_GUARD = _fists(-32.0, -36.0, (-0.1, 0.66, 0.24), (-0.08, 0.6, 0.2))
_JAB = _fists(-42.0, -62.0, (-0.42, 1.04, 0.2), (-0.2, 0.64, 0.2))
_CROSS = _fists(-4.0, 36.0, (-0.02, 0.55, 0.24), (-0.42, 1.04, 0.18))
_LOAD_LEFT = _fists(-20.0, 6.0, (0.16, 0.5, 0.06), (-0.1, 0.6, 0.2))
_LEFT_HOOK = _fists(-46.0, -72.0, (-0.48, 0.8, 0.2), (0.0, 0.74, 0.12))
_LOAD_RIGHT = _fists(-38.0, -58.0, (-0.24, 0.64, 0.26), (0.0, 0.42, -0.4))
_UPPERCUT = _fists(-2.0, 34.0, (-0.02, 0.64, 0.22), (-0.3, 0.72, 0.3))
_PRONE, _UPRIGHT, _SUPINE = (75.0, 0.0), (35.0, 0.0), (-60.0, 0.0)

# fmt: off
CLIPS = (
    Clip(
        name="jab-cross", period_s=1.8, base=_STANCE, smooth_s=0.022, breaths_per_s=0.5,
        keys=poses(
            (0.0, {**_GUARD, "pelvis": (0, 0, -0.09), "head": (-8, 8, 0),
                   "l_wrist": _UPRIGHT, "r_wrist": _UPRIGHT}),
            (0.12, {"pelvis": (0, -0.02, -0.09), "l_wrist": _UPRIGHT}),
            (0.28, {**_JAB, "pelvis": (0, 0.055, -0.085), "l_wrist": _PRONE, "head": (-14, 8, 0)}),
            (0.34, {**_JAB, "l_wrist": _PRONE}),
            (0.54, {**_GUARD, "head": (-8, 8, 0), "l_wrist": _UPRIGHT, "r_wrist": _UPRIGHT}),
            (0.6, {"pelvis": (0, -0.02, -0.09), "r_sole": _REAR_FLAT}),
            (0.78, {**_CROSS, "pelvis": (0.01, 0.075, -0.095), "r_wrist": _PRONE,
                    "r_sole": _REAR_DRIVEN, "head": (2, 8, 0)}),
            (0.85, {**_CROSS, "r_wrist": _PRONE, "r_sole": _REAR_DRIVEN}),
            (1.12, {**_GUARD, "pelvis": (0, 0, -0.09), "r_wrist": _UPRIGHT,
                    "r_sole": _REAR_FLAT, "head": (-8, 8, 0)}),
            (1.3, {"pelvis": (0.01, -0.01, -0.06)}),
            (1.48, {"pelvis": (-0.01, 0, -0.085)}),
            (1.64, {**_GUARD, "pelvis": (0, 0.01, -0.062)}),
        ),
    ),
    Clip(
        name="hook-uppercut", period_s=2.1, base=_STANCE, smooth_s=0.022, breaths_per_s=0.5,
        keys=poses(
            (0.0, {**_GUARD, "pelvis": (0, 0, -0.09), "head": (-8, 8, 0),
                   **both(elbow=(-12.0,), wrist=_UPRIGHT)}),
            (0.26, {**_LOAD_LEFT, "pelvis": (0.06, 0.02, -0.11), "l_elbow": (30.0,)}),
            (0.44, {**_LEFT_HOOK, "pelvis": (-0.02, 0.02, -0.085), "l_elbow": (80.0,),
                    "head": (-16, 8, 0)}),
            (0.5, {**_LEFT_HOOK, "l_elbow": (80.0,)}),
            (0.76, {**_GUARD, "pelvis": (0, 0, -0.08), "l_elbow": (-12.0,), "head": (-8, 8, 0),
                    "r_wrist": _UPRIGHT}),
            (0.98, {**_LOAD_RIGHT, "pelvis": (-0.05, 0, -0.15), "r_sole": _REAR_FLAT}),
            (1.2, {**_UPPERCUT, "pelvis": (0, 0.06, -0.05), "r_wrist": _SUPINE,
                   "r_sole": _REAR_DRIVEN, "head": (0, 4, 0)}),
            (1.26, {**_UPPERCUT, "r_wrist": _SUPINE, "r_sole": _REAR_DRIVEN}),
            (1.56, {**_GUARD, "pelvis": (0, 0, -0.09), "r_wrist": _UPRIGHT,
                    "r_sole": _REAR_FLAT, "head": (-8, 8, 0)}),
            (1.84, {**_GUARD, "pelvis": (0, 0.01, -0.06)}),
        ),
    ),
    Clip(
        name="weave-and-counter", period_s=2.4, base=_STANCE, smooth_s=0.028, breaths_per_s=0.5,
        keys=poses(
            (0.0, {**_GUARD, "pelvis": (0, 0, -0.09), "head": (-8, 8, 0), "r_wrist": _UPRIGHT}),
            (0.28, {"pelvis": (0.13, 0.02, -0.14), "hips": (-28, 12, 12), "head": (-8, 14, 14)}),
            (0.52, {"pelvis": (0.02, 0.03, -0.31), "hips": (-32, 22, 0), "head": (-8, 14, 0)}),
            (0.76, {"pelvis": (-0.14, 0, -0.14), "hips": (-38, 10, -10), "head": (-8, 12, -10)}),
            (0.94, {**_GUARD, "pelvis": (-0.08, -0.02, -0.11), "r_wrist": _UPRIGHT,
                    "r_sole": _REAR_FLAT}),
            (1.12, {**_CROSS, "pelvis": (0, 0.07, -0.095), "r_wrist": _PRONE,
                    "r_sole": _REAR_DRIVEN, "head": (2, 8, 0)}),
            (1.19, {**_CROSS, "r_wrist": _PRONE, "r_sole": _REAR_DRIVEN}),
            (1.42, {**_GUARD, "l_wrist": _UPRIGHT, "r_wrist": _UPRIGHT, "r_sole": _REAR_FLAT,
                    "head": (-8, 8, 0)}),
            (1.6, {**_JAB, "pelvis": (0, 0.055, -0.085), "l_wrist": _PRONE, "head": (-14, 8, 0)}),
            (1.66, {**_JAB, "l_wrist": _PRONE}),
            (1.9, {**_GUARD, "pelvis": (0, 0, -0.09), "head": (-8, 8, 0), "l_wrist": _UPRIGHT}),
            (2.15, {**_GUARD, "pelvis": (0, 0, -0.065)}),
        ),
    ),
)
