"""Dance: slow and flowing, as in modern dance: reaches and sways, a turn on stepping feet, and an arabesque."""

from __future__ import annotations

from ..clip import Clip, Value
from .kit import both, joined, mirrored, poses, tracks, turning_steps

_SOFT: dict[str, Value] = both(fist=(0.04,), sole=(18.0, 0.0), foot=(0.04, 0.0, 0.0))

_LOW: Value = (0.25, 0.34, -0.8)
_SIDE: Value = (0.95, 0.18, 0.05)
_ROUND: Value = (0.06, 0.72, -0.15)
_CROWN: Value = (0.08, 0.3, 0.9)
_OPEN_UP: Value = (0.5, 0.25, 0.8)

# fmt: off
_SWAY = poses(
    (0.0, {"pelvis": (0, 0, -0.1), "hips": (0, 0, 0), "chest": (0, 2, 0), "head": (0, 4, 0),
           "l_hand": _ROUND, "r_hand": _ROUND, **both(elbow=(35.0,), wrist=(0, 10))}),
    (0.9, {"pelvis": (0.19, 0, -0.15), "hips": (8, 0, 3), "chest": (10, -2, 10), "head": (24, -8, 8),
           "l_hand": (0.9, 0.3, 0.28), "r_hand": (0.3, 0.5, -0.5), "l_wrist": (30, -20), "r_elbow": (30.0,)}),
    (1.8, {"pelvis": (0.24, 0, -0.2), "hips": (14, 0, 5), "chest": (16, -4, 26), "head": (34, -16, 18),
           "l_hand": (0.86, 0.25, -0.2), "r_hand": (-0.12, 0.38, 0.9), "l_wrist": (20, 20), "r_elbow": (45.0,)}),
    (2.5, {"pelvis": (0.14, 0.02, -0.22), "hips": (8, 8, 2), "chest": (8, 16, 8), "head": (16, 16, 4),
           "l_hand": (0.5, 0.6, -0.4), "r_hand": (0.1, 0.8, 0.2), "l_wrist": (0, 10), "r_elbow": (35.0,)}),
)

CLIPS = (
    Clip(
        name="reach-and-sway", period_s=6.4, smooth_s=0.12,
        base={**_SOFT, **both(foot=(0.26, 0.0, 0.0), sole=(24.0, 0.0), knee=(4.0,))},
        keys=joined(_SWAY, mirrored(_SWAY, after_s=3.2)),
    ),
    Clip(
        name="turn", period_s=4.4, base=_SOFT, turn_deg=360.0, smooth_s=0.08,
        keys=joined(
            turning_steps("l", (0.06, 0.02, 14.0), (0.35, 0.75, 105.0), (1.3, 1.75, 290.0), (2.5, 2.8, 360.0)),
            turning_steps("r", (0.06, 0.02, 14.0), (0.8, 1.25, 172.0), (1.85, 2.3, 350.0), (3.0, 3.25, 360.0)),
            poses(
                (0.0, {"pelvis": (0, 0, -0.07), "hips": (0, 0, 0), "chest": (0, 2, 0), "head": (0, 0, 0),
                       "l_hand": _LOW, "r_hand": _LOW, **both(elbow=(30.0,))}),
                (0.32, {"pelvis": (-0.06, 0, -0.13), "hips": (-12, 2, 0), "chest": (-22, 4, 0), "head": (0, 2, 0),
                        "l_hand": _ROUND, "r_hand": _SIDE}),
                (0.8, {"pelvis": (0.04, 0, -0.04), "hips": (80, 0, 0), "chest": (16, -2, 0), "head": (64, -2, 0),
                       "l_hand": _SIDE, "r_hand": (0.5, 0.72, -0.05)}),
                (1.28, {"pelvis": (0, 0.02, -0.03), "hips": (160, 0, 0), "chest": (8, -2, 0), "head": (176, -3, 0),
                        "l_hand": _ROUND, "r_hand": _ROUND, **both(elbow=(42.0,))}),
                (1.8, {"pelvis": (0, -0.02, -0.03), "hips": (250, 0, 0), "chest": (8, -3, 0), "head": (288, -4, 0),
                       **both(hand=(0.06, 0.56, 0.45), elbow=(55.0,))}),
                (2.35, {"pelvis": (0, 0, -0.035), "hips": (332, 0, 0), "chest": (10, -6, 0), "head": (358, -10, 0),
                        "l_hand": _CROWN, "r_hand": _CROWN, **both(elbow=(58.0,))}),
                (2.95, {"pelvis": (0.02, 0, -0.05), "hips": (362, 0, 0), "chest": (0, -9, 3), "head": (360, -18, 4),
                        "l_hand": _OPEN_UP, "r_hand": _OPEN_UP, **both(elbow=(45.0,), wrist=(20, -15))}),
                (3.6, {"pelvis": (0, 0, -0.11), "hips": (360, 0, 0), "chest": (0, 2, 0), "head": (360, 0, 0),
                       "l_hand": _SIDE, "r_hand": _SIDE, **both(elbow=(45.0,), wrist=(30, 10))}),
            ),
        ),
    ),
    Clip(
        name="arabesque", period_s=6.0, smooth_s=0.12,
        base={**_SOFT, "l_foot": (-0.02, 0.02, 0.0), "l_sole": (14.0, 0.0)},
        keys=tracks(
            r_foot=[(0.0, (0.05, 0.0, 0)), (0.6, (0.05, 0.0, 0)), (1.3, (0.0, -0.48, 0.12)), (2.3, (0.0, -0.86, 0.62)),
                    (3.3, (0.0, -0.84, 0.68)), (4.2, (0.0, -0.42, 0.12)), (4.9, (0.05, 0.0, 0))],
            r_sole=[(0.0, (18, 0)), (0.6, (18, 0)), (1.1, (20, 40)), (4.3, (20, 40)), (4.9, (18, 0))],
            r_ankle=[(0.0, (20,)), (1.4, (50,)), (4.0, (50,)), (5.0, (20,))],
        ) | poses(
            (0.0, {"pelvis": (0.02, 0, -0.06), "hips": (0, 0, 0), "chest": (0, 0, 0), "head": (0, 0, 0),
                   "l_hand": _LOW, "r_hand": _LOW, **both(elbow=(30.0,))}),
            (0.6, {"pelvis": (0.09, 0, -0.09), "l_hand": _ROUND, "r_hand": _ROUND, **both(elbow=(38.0,))}),
            (1.4, {"pelvis": (0.12, 0.03, -0.05), "hips": (-2, 12, -2), "chest": (0, -6, 2), "head": (0, -4, 0),
                   "l_hand": (0.08, 0.74, 0.2), "r_hand": (0.84, 0.34, -0.05)}),
            (2.4, {"pelvis": (0.13, 0.09, -0.035), "hips": (-8, 44, -4), "chest": (2, -18, 4), "head": (0, -10, 0),
                   "l_hand": (0.02, 0.8, 0.58), "r_hand": (0.92, 0.0, 0.18), "l_wrist": (30, -12),
                   "r_wrist": (40, -15)}),
            (3.3, {"pelvis": (0.13, 0.09, -0.035), "hips": (-8, 46, -4), "chest": (2, -20, 4), "head": (0, -14, 0),
                   "l_hand": (0, 0.78, 0.62), "r_hand": (0.92, -0.02, 0.2)}),
            (4.3, {"pelvis": (0.11, 0.04, -0.06), "hips": (-2, 10, -2), "chest": (0, -2, 0), "head": (0, 0, 0),
                   "l_hand": _SIDE, "r_hand": _SIDE, **both(elbow=(38.0,))}),
            (5.1, {"pelvis": (0.02, 0, -0.1), "hips": (0, 3, 0),
                   **both(hand=(0.5, 0.3, -0.68), elbow=(30.0,), wrist=(20, 10))}),
        ),
    ),
)
