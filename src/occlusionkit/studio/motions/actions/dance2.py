"""Dance, the second kind: quick and on the beat: salsa, charleston, and the twist."""

from __future__ import annotations

from ..clip import Clip, Value
from .kit import both, joined, mirrored, poses, steps, tracks

_LOOSE: dict[str, Value] = both(fist=(0.3,), wrist=(20.0, 0.0), elbow=(14.0,))
_HOME = (0.01, 0.0, 8.0)

# fmt: off
# The twist: knees bent, everything above them turns against everything below.
_TWIST = poses(
    (0.0, {"pelvis": (0.05, 0, -0.2), "hips": (30, 10, 4), "chest": (-46, 4, -4), "head": (-4, 2, 3),
           "l_hand": (0.2, 0.66, -0.15), "r_hand": (0.46, 0.1, -0.5), "l_sole": (34, 8), "r_sole": (-22, 8)}),
    (0.28, {"pelvis": (0, 0, -0.16), "head": (0, 0, 0)}),
)

CLIPS = (
    Clip(
        name="salsa", period_s=2.4, base=_LOOSE, smooth_s=0.035, breaths_per_s=0.45,
        # One basic step: left forward and back, then right back and forward; the hips answer every step.
        keys=joined(
            steps("l", _HOME, (0.0, 0.22, (0.0, 0.32, 6.0)), (0.62, 0.86, (0.01, -0.03, 8.0)), (1.84, 2.0, _HOME),
                  lift=0.04, roll_deg=15.0),
            steps("r", _HOME, (0.32, 0.48, (0.02, 0.04, 8.0)), (0.96, 1.12, _HOME), (1.2, 1.44, (0.01, -0.32, 10.0)),
                  (2.06, 2.3, _HOME), lift=0.04, roll_deg=15.0),
            poses(
                (0.0, {"pelvis": (-0.06, 0.02, -0.06), "hips": (-12, 2, -8), "chest": (14, 2, 9), "head": (4, 2, 0),
                       "l_hand": (0.14, 0.56, -0.36), "r_hand": (0.34, 0.26, -0.5)}),
                (0.28, {"pelvis": (0.06, 0.14, -0.07), "hips": (14, 2, 9), "chest": (-20, 2, -10),
                        "l_hand": (0.34, 0.22, -0.52), "r_hand": (0.1, 0.62, -0.28)}),
                (0.58, {"pelvis": (-0.06, 0.08, -0.06), "hips": (-12, 2, -9), "chest": (16, 2, 10), "head": (-6, 0, 2),
                        "l_hand": (0.1, 0.62, -0.3), "r_hand": (0.34, 0.24, -0.52)}),
                (0.9, {"pelvis": (0.06, 0, -0.06), "hips": (12, 2, 9), "chest": (-14, 2, -10),
                       "l_hand": (0.34, 0.24, -0.52), "r_hand": (0.12, 0.58, -0.34)}),
                (1.2, {"pelvis": (0.07, -0.03, -0.06), "hips": (8, 3, 8), "chest": (-12, 2, -9), "head": (-4, 2, 0),
                       "l_hand": (0.36, 0.34, -0.4), "r_hand": (0.16, 0.54, -0.36)}),
                (1.5, {"pelvis": (-0.06, -0.16, -0.07), "hips": (-16, 4, -9), "chest": (18, 4, 10),
                       "l_hand": (0.6, 0.5, 0.2), "r_hand": (0.36, 0.22, -0.54), "l_wrist": (0, -10)}),
                (1.8, {"pelvis": (0.06, -0.07, -0.06), "hips": (12, 2, 9), "chest": (-16, 2, -10), "head": (10, -2, -2),
                       "l_hand": (0.78, 0.34, 0.24), "r_hand": (0.1, 0.62, -0.28), "l_wrist": (40, -20)}),
                (2.12, {"pelvis": (-0.06, 0, -0.06), "hips": (-12, 2, -9), "chest": (14, 2, 10),
                        "l_hand": (0.32, 0.48, -0.28), "r_hand": (0.34, 0.24, -0.52), "l_wrist": (20, 0)}),
            ),
        ),
    ),
    Clip(
        name="charleston", period_s=1.7, base={**_LOOSE, **both(fist=(0.05,))}, smooth_s=0.03, breaths_per_s=0.5,
        # The right foot kicks ahead while the left one stands, then the left kicks back while the right one stands.
        keys=tracks(
            r_foot=[(0.0, (0, 0, 0)), (0.06, (0, 0, 0)), (0.26, (0.0, 0.44, 0.24)), (0.38, (0.0, 0.56, 0.34)),
                    (0.64, (0.02, 0.12, 0.06)), (0.78, (0, 0, 0))],
            r_sole=[(0.0, (10, 0)), (0.06, (10, 0)), (0.22, (8, 25)), (0.4, (5, 5)), (0.62, (8, 0)), (0.78, (10, 0))],
            r_ankle=[(0.0, (15,)), (0.4, (40,)), (0.7, (15,))],
            l_foot=[(0.0, (0, 0, 0)), (0.88, (0, 0, 0)), (1.08, (0.02, -0.32, 0.24)), (1.22, (0.05, -0.46, 0.42)),
                    (1.46, (0.02, -0.1, 0.06)), (1.6, (0, 0, 0))],
            l_sole=[(0.0, (10, 0)), (0.84, (10, 0)), (1.04, (8, 40)), (1.44, (10, 25)), (1.6, (10, 0))],
            l_ankle=[(0.0, (15,)), (1.2, (40,)), (1.5, (15,))],
        ) | poses(
            (0.0, {"pelvis": (0.05, 0, -0.09), "hips": (0, 6, 0), "chest": (0, 4, 0), "head": (0, 4, 0),
                   **both(hand=(0.4, 0.36, -0.5))}),
            (0.2, {"pelvis": (0.11, 0, -0.05)}),
            (0.38, {"pelvis": (0.12, -0.06, -0.09), "hips": (8, -8, 3), "chest": (-20, 12, -2), "head": (6, 2, 0),
                    "l_hand": (0.2, 0.78, 0.02), "r_hand": (0.58, -0.2, -0.5), **both(elbow=(24.0,), wrist=(30, -20))}),
            (0.66, {"pelvis": (0.08, 0, -0.04), "hips": (0, 2, 0), "chest": (0, 6, 0),
                    **both(hand=(0.5, 0.34, -0.45))}),
            (0.86, {"pelvis": (-0.06, 0.02, -0.1), "hips": (-2, 8, 0)}),
            (1.05, {"pelvis": (-0.11, 0.03, -0.05)}),
            (1.22, {"pelvis": (-0.12, 0.05, -0.09), "hips": (-8, 20, -3), "chest": (20, 2, 2), "head": (-8, 4, 0),
                    "r_hand": (0.58, -0.2, -0.5), "l_hand": (0.2, 0.78, 0.06), **both(wrist=(30, -20))}),
            (1.46, {"pelvis": (-0.06, 0.01, -0.045), "hips": (0, 8, 0), **both(hand=(0.5, 0.34, -0.45))}),
        ),
    ),
    Clip(
        name="twist", period_s=1.12, base={**_LOOSE, **both(foot=(0.04, 0.0, 0.0), knee=(4.0,))},
        smooth_s=0.035, breaths_per_s=0.5, keys=joined(_TWIST, mirrored(_TWIST, after_s=0.56)),
    ),
)
