"""Dance, the second kind: quick and on the beat: salsa, charleston, and a twist."""

from __future__ import annotations

from ..clip import Clip, Value
from .kit import Track, both, poses, steps

_LOOSE: dict[str, Value] = both(fist=(0.3,), wrist=(20.0, 0.0), elbow=(12.0,))


def _salsa_feet() -> dict[str, Track]:
    """Two bars of the basic step: left forward, back, then right back, forward."""
    home_l, home_r = (0.0, 0.0, 8.0), (0.0, 0.0, 8.0)
    left = steps("l", home_l, (0.0, 0.22, (0.0, 0.3, 6.0)), (0.6, 0.84, (0.0, -0.03, 8.0)), (1.52, 1.68, (0.01, 0.02, 8.0)),
                 (2.1, 2.25, home_l), lift=0.04, roll_deg=15.0)  # fmt: skip
    right = steps("r", home_r, (0.32, 0.48, (0.02, 0.03, 8.0)), (0.9, 1.05, home_r), (1.2, 1.42, (0.0, -0.3, 10.0)),
                  (1.8, 2.04, home_r), lift=0.04, roll_deg=15.0)  # fmt: skip
    return left | right


CLIPS = (
    Clip(
        name="salsa",
        period_s=2.4,
        base=_LOOSE,
        smooth_s=0.04,
        breaths_per_s=0.45,
        keys=_salsa_feet()
        | poses(
            (
                0.0,
                {
                    "pelvis": (-0.05, 0.02, -0.05),
                    "hips": (-10, 2, -7),
                    "chest": (12, 2, 8),
                    "head": (4, 2, 0),
                    "l_hand": (0.15, 0.5, -0.42),
                    "r_hand": (0.28, 0.3, -0.55),
                },
            ),
            (
                0.28,
                {
                    "pelvis": (0.05, 0.13, -0.06),
                    "hips": (12, 2, 8),
                    "chest": (-16, 2, -9),
                    "l_hand": (0.28, 0.25, -0.58),
                    "r_hand": (0.08, 0.56, -0.36),
                },
            ),
            (
                0.56,
                {
                    "pelvis": (-0.05, 0.08, -0.05),
                    "hips": (-10, 2, -8),
                    "chest": (14, 2, 9),
                    "head": (-6, 0, 2),
                    "l_hand": (0.12, 0.55, -0.38),
                    "r_hand": (0.3, 0.28, -0.56),
                },
            ),
            (
                0.88,
                {
                    "pelvis": (0.05, 0.0, -0.05),
                    "hips": (10, 2, 8),
                    "chest": (-12, 2, -9),
                    "l_hand": (0.3, 0.28, -0.56),
                    "r_hand": (0.12, 0.52, -0.4),
                },
            ),
            (
                1.2,
                {
                    "pelvis": (0.06, -0.03, -0.05),
                    "hips": (8, 3, 7),
                    "chest": (-12, 2, -8),
                    "head": (-4, 2, 0),
                    "l_hand": (0.3, 0.3, -0.5),
                    "r_hand": (0.15, 0.5, -0.42),
                },
            ),
            (
                1.48,
                {
                    "pelvis": (-0.05, -0.14, -0.06),
                    "hips": (-14, 4, -8),
                    "chest": (16, 4, 9),
                    "l_hand": (0.55, 0.45, 0.05),
                    "r_hand": (0.3, 0.25, -0.58),
                },
            ),
            (
                1.76,
                {
                    "pelvis": (0.05, -0.06, -0.05),
                    "hips": (10, 2, 8),
                    "chest": (-14, 2, -9),
                    "head": (8, -2, -2),
                    "l_hand": (0.7, 0.3, 0.1),
                    "r_hand": (0.12, 0.55, -0.38),
                },
            ),
            (
                2.1,
                {
                    "pelvis": (-0.05, 0.0, -0.05),
                    "hips": (-10, 2, -8),
                    "chest": (12, 2, 9),
                    "l_hand": (0.3, 0.4, -0.4),
                    "r_hand": (0.28, 0.28, -0.56),
                },
            ),
        ),
    ),
    Clip(
        name="charleston",
        period_s=1.8,
        base={**_LOOSE, **both(fist=(0.05,))},
        smooth_s=0.03,
        breaths_per_s=0.5,
        keys={
            # The right foot kicks forward while the left stands, then the left kicks back while the right stands.
            "r_foot": [
                (0.0, (0, 0, 0)),
                (0.08, (0, 0, 0)),
                (0.3, (0.0, 0.42, 0.2)),
                (0.42, (0.0, 0.5, 0.28)),
                (0.68, (0.02, 0.12, 0.06)),
                (0.82, (0, 0, 0)),
            ],
            "r_sole": [
                (0.0, (10, 0)),
                (0.08, (10, 0)),
                (0.25, (8, 25)),
                (0.42, (5, 5)),
                (0.65, (8, 0)),
                (0.82, (10, 0)),
            ],
            "l_foot": [
                (0.0, (0, 0, 0)),
                (0.95, (0, 0, 0)),
                (1.15, (0.02, -0.3, 0.2)),
                (1.3, (0.05, -0.42, 0.36)),
                (1.55, (0.02, -0.1, 0.06)),
                (1.7, (0, 0, 0)),
            ],
            "l_sole": [
                (0.0, (10, 0)),
                (0.9, (10, 0)),
                (1.1, (8, 40)),
                (1.3, (10, 75)),
                (1.55, (10, 20)),
                (1.7, (10, 0)),
            ],
        }
        | poses(
            (
                0.0,
                {
                    "pelvis": (0.05, 0, -0.07),
                    "hips": (0, 6, 0),
                    "chest": (0, 4, 0),
                    "head": (0, 4, 0),
                    **both(hand=(0.35, 0.3, -0.6)),
                },
            ),
            (0.22, {"pelvis": (0.11, 0.0, -0.04)}),
            (
                0.42,
                {
                    "pelvis": (0.12, -0.05, -0.07),
                    "hips": (8, -6, 3),
                    "chest": (-18, 10, -2),
                    "head": (6, 2, 0),
                    "l_hand": (0.3, 0.72, -0.15),
                    "r_hand": (0.5, -0.4, -0.5),
                    **both(elbow=(20.0,)),
                },
            ),
            (
                0.7,
                {"pelvis": (0.08, 0.0, -0.035), "hips": (0, 2, 0), "chest": (0, 6, 0), **both(hand=(0.4, 0.25, -0.6))},
            ),
            (0.92, {"pelvis": (-0.06, 0.02, -0.08), "hips": (-2, 8, 0)}),
            (1.12, {"pelvis": (-0.11, 0.03, -0.04)}),
            (
                1.3,
                {
                    "pelvis": (-0.12, 0.05, -0.07),
                    "hips": (-8, 18, -3),
                    "chest": (18, 2, 2),
                    "head": (-8, 4, 0),
                    "r_hand": (0.5, -0.4, -0.5),
                    "l_hand": (0.3, 0.72, -0.1),
                },
            ),
            (1.55, {"pelvis": (-0.06, 0.01, -0.035), "hips": (0, 8, 0), **both(hand=(0.42, 0.25, -0.55))}),
        ),
    ),
    Clip(
        name="twist",
        period_s=1.2,
        base={**_LOOSE, **both(foot=(0.03, 0.0, 0.0), knee=(4.0,))},
        smooth_s=0.04,
        breaths_per_s=0.5,
        keys=poses(
            (
                0.0,
                {
                    "pelvis": (0.04, 0.0, -0.16),
                    "hips": (28, 8, 3),
                    "chest": (-44, 4, -4),
                    "head": (-4, 2, 3),
                    "l_hand": (0.3, 0.62, -0.2),
                    "r_hand": (0.42, 0.02, -0.55),
                    "l_sole": (32, 8),
                    "r_sole": (-22, 8),
                },
            ),
            (0.3, {"pelvis": (0.0, 0.0, -0.13), "head": (2, 0, 0)}),
            (
                0.6,
                {
                    "pelvis": (-0.04, 0.0, -0.19),
                    "hips": (-28, 8, -3),
                    "chest": (44, 4, 4),
                    "head": (4, 2, -3),
                    "l_hand": (0.42, 0.02, -0.55),
                    "r_hand": (0.3, 0.62, -0.2),
                    "l_sole": (-22, 8),
                    "r_sole": (32, 8),
                },
            ),
            (0.9, {"pelvis": (0.0, 0.0, -0.14), "head": (-2, 0, 0)}),
        ),
    ),
)
