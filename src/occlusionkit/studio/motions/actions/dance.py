"""Dance: slow and flowing, as in modern dance: reaches and sways, a turn on stepping feet, and an arabesque."""

from __future__ import annotations

from ..clip import Clip, Value
from .kit import Track, about_center, both, poses, steps

_SOFT: dict[str, Value] = both(fist=(0.05,), sole=(18.0, 0.0), foot=(0.04, 0.0, 0.0))

_LOW: Value = (0.25, 0.3, -0.82)
_SIDE: Value = (0.95, 0.18, 0.02)
_ROUND: Value = (0.12, 0.68, -0.2)
_CROWN: Value = (0.12, 0.3, 0.88)


def _turn_steps() -> dict[str, Track]:
    """Once round to the left in four steps, each foot circling the origin."""
    left, right = (0.04, 0.0, 12.0), (0.04, 0.0, 12.0)
    left_moves = ((0.4, 0.8, about_center("l", left, 110)), (1.4, 1.85, about_center("l", left, 290)),
                  (2.6, 2.9, about_center("l", left, 360)))  # fmt: skip
    right_moves = ((0.9, 1.35, about_center("r", right, 200)), (1.95, 2.4, about_center("r", right, 360)))
    return steps("l", left, *left_moves, lift=0.06) | steps("r", right, *right_moves, lift=0.06)


CLIPS = (
    Clip(
        name="reach-and-sway",
        period_s=6.4,
        base={**_SOFT, **both(foot=(0.2, 0.0, 0.0), sole=(22.0, 0.0))},
        smooth_s=0.12,
        keys=poses(
            (
                0.0,
                {
                    "pelvis": (0, 0, -0.07),
                    "hips": (0, 0, 0),
                    "chest": (0, 0, 0),
                    "head": (0, 0, 0),
                    **both(hand=_ROUND, elbow=(30.0,), wrist=(0, 10)),
                },
            ),
            (
                1.0,
                {
                    "pelvis": (0.17, 0.0, -0.13),
                    "hips": (8, 0, 3),
                    "chest": (10, -2, 12),
                    "head": (24, -8, 8),
                    "l_hand": (0.9, 0.25, 0.3),
                    "l_elbow": (40.0,),
                    "l_wrist": (30, -20),
                    "r_hand": (0.3, 0.4, -0.7),
                },
            ),
            (
                1.8,
                {
                    "pelvis": (0.2, 0.0, -0.16),
                    "hips": (14, 0, 5),
                    "chest": (16, -4, 24),
                    "head": (34, -14, 16),
                    "l_hand": (0.85, 0.2, -0.1),
                    "l_wrist": (20, 20),
                    "r_hand": (-0.1, 0.35, 0.9),
                    "r_elbow": (40.0,),
                },
            ),
            (
                3.2,
                {
                    "pelvis": (0, 0.02, -0.2),
                    "hips": (0, 10, 0),
                    "chest": (0, 24, 0),
                    "head": (0, 26, 0),
                    **both(hand=(-0.02, 0.72, -0.4), elbow=(35.0,), wrist=(0, 20)),
                },
            ),
            (
                4.4,
                {
                    "pelvis": (-0.17, 0.0, -0.13),
                    "hips": (-8, 0, -3),
                    "chest": (-10, -2, -12),
                    "head": (-24, -8, -8),
                    "r_hand": (0.9, 0.25, 0.3),
                    "r_elbow": (40.0,),
                    "r_wrist": (30, -20),
                    "l_hand": (0.3, 0.4, -0.7),
                },
            ),
            (
                5.2,
                {
                    "pelvis": (-0.2, 0.0, -0.16),
                    "hips": (-14, 0, -5),
                    "chest": (-16, -4, -24),
                    "head": (-34, -14, -16),
                    "r_hand": (0.85, 0.2, -0.1),
                    "r_wrist": (20, 20),
                    "l_hand": (-0.1, 0.35, 0.9),
                    "l_elbow": (40.0,),
                },
            ),
        ),
    ),
    Clip(
        name="turn",
        period_s=4.4,
        base=_SOFT,
        turn_deg=360.0,
        smooth_s=0.08,
        keys=_turn_steps()
        | poses(
            (
                0.0,
                {
                    "pelvis": (0, 0, -0.06),
                    "hips": (0, 0, 0),
                    "chest": (0, 2, 0),
                    "head": (0, 0, 0),
                    **both(hand=_LOW, elbow=(25.0,)),
                },
            ),
            (
                0.35,
                {
                    "pelvis": (-0.05, 0, -0.1),
                    "hips": (-10, 2, 0),
                    "chest": (-18, 4, 0),
                    "head": (0, 2, 0),
                    "l_hand": _ROUND,
                    "r_hand": _SIDE,
                },
            ),
            (
                0.85,
                {
                    "pelvis": (0.03, 0, -0.04),
                    "hips": (80, 0, 0),
                    "chest": (14, -2, 0),
                    "head": (60, -2, 0),
                    "l_hand": _SIDE,
                    "r_hand": (0.5, 0.7, -0.1),
                },
            ),
            (
                1.35,
                {
                    "pelvis": (0, 0.02, -0.03),
                    "hips": (165, 0, 0),
                    "chest": (6, -2, 0),
                    "head": (175, -3, 0),
                    **both(hand=_ROUND, elbow=(40.0,)),
                },
            ),
            (
                1.9,
                {
                    "pelvis": (0, -0.02, -0.03),
                    "hips": (255, 0, 0),
                    "chest": (6, -3, 0),
                    "head": (285, -4, 0),
                    **both(hand=(0.1, 0.5, 0.5), elbow=(55.0,)),
                },
            ),
            (
                2.45,
                {
                    "pelvis": (0, 0, -0.04),
                    "hips": (335, 0, 0),
                    "chest": (10, -4, 0),
                    "head": (358, -8, 0),
                    **both(hand=_CROWN, elbow=(55.0,)),
                },
            ),
            (
                3.0,
                {
                    "pelvis": (0.02, 0, -0.05),
                    "hips": (362, 0, 0),
                    "chest": (0, -6, 4),
                    "head": (360, -14, 4),
                    **both(hand=(0.35, 0.3, 0.85), elbow=(50.0,)),
                },
            ),
            (
                3.6,
                {
                    "pelvis": (0, 0, -0.09),
                    "hips": (360, 0, 0),
                    "chest": (0, 0, 0),
                    "head": (360, -2, 0),
                    **both(hand=_SIDE, elbow=(40.0,)),
                },
            ),
        ),
    ),
    Clip(
        name="arabesque",
        period_s=6.0,
        base={**_SOFT, "l_foot": (-0.02, 0.02, 0.0), "l_sole": (14.0, 0.0)},
        smooth_s=0.12,
        keys={
            "r_foot": [
                (0.0, (0.05, 0.0, 0)),
                (0.7, (0.05, 0.0, 0)),
                (1.4, (0.0, -0.45, 0.1)),
                (2.4, (0.0, -0.85, 0.52)),
                (3.3, (0.0, -0.85, 0.56)),
                (4.3, (0.0, -0.4, 0.1)),
                (5.0, (0.05, 0.0, 0)),
            ],
            "r_sole": [
                (0.0, (18, 0)),
                (0.7, (18, 0)),
                (1.2, (20, 40)),
                (2.4, (25, 105)),
                (3.3, (25, 108)),
                (4.4, (20, 40)),
                (5.0, (18, 0)),
            ],
        }
        | poses(
            (
                0.0,
                {
                    "pelvis": (0.02, 0, -0.05),
                    "hips": (0, 0, 0),
                    "chest": (0, 0, 0),
                    "head": (0, 0, 0),
                    **both(hand=_LOW, elbow=(25.0,)),
                },
            ),
            (0.7, {"pelvis": (0.09, 0.0, -0.06), **both(hand=_ROUND, elbow=(35.0,))}),
            (
                1.5,
                {
                    "pelvis": (0.12, 0.03, -0.04),
                    "hips": (-2, 12, -2),
                    "chest": (0, -6, 2),
                    "head": (0, -4, 0),
                    "l_hand": (0.1, 0.7, 0.2),
                    "r_hand": (0.8, 0.3, -0.1),
                },
            ),
            (
                2.5,
                {
                    "pelvis": (0.13, 0.1, -0.03),
                    "hips": (-8, 36, -4),
                    "chest": (2, -12, 4),
                    "head": (0, -10, 0),
                    "l_hand": (0.02, 0.8, 0.55),
                    "r_hand": (0.9, -0.1, 0.2),
                    "l_wrist": (30, -10),
                    "r_wrist": (40, -15),
                },
            ),
            (
                3.3,
                {
                    "pelvis": (0.13, 0.1, -0.03),
                    "hips": (-8, 38, -4),
                    "chest": (2, -14, 4),
                    "head": (0, -14, 0),
                    "l_hand": (0.0, 0.78, 0.6),
                    "r_hand": (0.9, -0.12, 0.22),
                },
            ),
            (
                4.4,
                {
                    "pelvis": (0.11, 0.04, -0.05),
                    "hips": (-2, 10, -2),
                    "chest": (0, -2, 0),
                    "head": (0, 0, 0),
                    **both(hand=_SIDE, elbow=(35.0,)),
                },
            ),
            (5.2, {"pelvis": (0.02, 0, -0.07), "hips": (0, 2, 0), **both(hand=(0.5, 0.25, -0.7), elbow=(25.0,))}),
        ),
    ),
)
