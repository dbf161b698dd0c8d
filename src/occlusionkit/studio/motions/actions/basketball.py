"""Basketball: dribbling low, a jump shot, and a defender's slide."""

from __future__ import annotations

from ..clip import Clip, Value
from .kit import Track, both, poses, steps

_READY: dict[str, Value] = {
    "pelvis": (0.0, -0.06, -0.17),
    "hips": (0.0, 20.0, 0.0),
    "chest": (0.0, 6.0, 0.0),
    "head": (0.0, 2.0, 0.0),
    "l_foot": (0.12, 0.12, 0.0),
    "r_foot": (0.12, -0.14, 0.0),
    **both(sole=(16.0, 0.0), fist=(0.12,)),
}


def _dribble(side: str, *bounces_s: float) -> dict[str, Track]:
    """The hand rides the ball up, pushes it down, and waits for it, once for each bounce."""
    hand: Track = []
    wrist: Track = []
    for start_s in bounces_s:
        hand += [
            (start_s, (0.2, 0.62, -0.42)),
            (start_s + 0.16, (0.22, 0.58, -0.72)),
            (start_s + 0.3, (0.22, 0.57, -0.74)),
            (start_s + 0.44, (0.2, 0.6, -0.55)),
        ]
        wrist += [(start_s, (70.0, -35.0)), (start_s + 0.18, (70.0, 35.0)), (start_s + 0.36, (70.0, 0.0))]
    return {f"{side}_hand": hand, f"{side}_wrist": wrist}


def _slide(
    side: str, places: tuple[float, float, float, float], times_s: tuple[tuple[float, float], ...]
) -> dict[str, Track]:
    start = (places[-1], 0.0, 14.0)
    moves = [(off, on, (out, 0.0, 14.0)) for (off, on), out in zip(times_s, places, strict=True)]
    return steps(side, start, *moves, lift=0.035, roll_deg=8.0)


CLIPS = (
    Clip(
        name="dribble",
        period_s=2.4,
        base={**_READY, **both(elbow=(5.0,)), "l_hand": (0.35, 0.5, -0.35), "l_wrist": (30.0, 0.0), "l_elbow": (25.0,)},
        breaths_per_s=0.45,
        keys=_dribble("r", 0.0, 0.6, 1.2, 1.8)
        | poses(
            (0.0, {"pelvis": (0.0, -0.06, -0.17), "hips": (4, 20, 0), "chest": (0, 6, -2), "head": (6, 2, 0)}),
            (0.25, {"pelvis": (-0.02, -0.05, -0.19), "chest": (4, 8, -4)}),
            (0.6, {"pelvis": (-0.03, -0.06, -0.165), "hips": (8, 20, -2), "chest": (0, 6, -2), "head": (-18, 0, 0)}),
            (0.85, {"pelvis": (0.0, -0.05, -0.19), "chest": (4, 8, -4)}),
            (1.2, {"pelvis": (0.03, -0.06, -0.17), "hips": (0, 20, 2), "chest": (0, 6, -2), "head": (10, 2, 0)}),
            (1.45, {"pelvis": (0.02, -0.05, -0.2), "chest": (4, 8, -4)}),
            (1.8, {"pelvis": (0.0, -0.06, -0.17), "hips": (-4, 20, 0), "chest": (0, 6, -2), "head": (22, 2, 0)}),
            (2.05, {"pelvis": (-0.01, -0.05, -0.19), "chest": (4, 8, -4)}),
        ),
    ),
    Clip(
        name="jump-shot",
        period_s=3.0,
        base={**both(foot=(0.06, 0.0, 0.0), sole=(8.0, 0.0), fist=(0.08,)), "r_foot": (0.06, 0.05, 0.0)},
        smooth_s=0.025,
        breaths_per_s=0.4,
        keys=poses(
            (
                0.0,
                {
                    "pelvis": (0, -0.03, -0.08),
                    "hips": (0, 8, 0),
                    "chest": (0, 4, 0),
                    "head": (0, 0, 0),
                    **both(hand=(-0.12, 0.5, -0.42), elbow=(25.0,), wrist=(10.0, 0.0)),
                },
            ),
            (
                0.45,
                {
                    "pelvis": (0, -0.1, -0.24),
                    "hips": (0, 22, 0),
                    "chest": (0, 6, 0),
                    "head": (0, -8, 0),
                    **both(hand=(-0.1, 0.52, -0.3), elbow=(25.0,), wrist=(10.0, 0.0)),
                },
            ),
            (
                0.7,
                {
                    "pelvis": (0, -0.02, -0.06),
                    "hips": (0, 6, 0),
                    "chest": (0, -3, 0),
                    "head": (0, -16, 0),
                    "l_hand": (-0.22, 0.45, 0.42),
                    "r_hand": (-0.02, 0.4, 0.42),
                    **both(elbow=(5.0,)),
                    "r_wrist": (60, -55),
                    "l_wrist": (0, 0),
                },
            ),
            (0.8, {"pelvis": (0, 0.0, 0.0)}),
            (0.84, {"l_hand": (-0.2, 0.38, 0.62), "r_hand": (0.0, 0.32, 0.66), "r_wrist": (60, -55)}),
            (0.87, {"pelvis": (0, 0.0, 0.14)}),
            (
                0.95,
                {
                    "pelvis": (0, 0.01, 0.225),
                    "r_hand": (-0.02, 0.38, 0.96),
                    "l_hand": (-0.12, 0.35, 0.75),
                    "hips": (0, 0, 0),
                    "chest": (0, -4, 0),
                },
            ),
            (1.02, {"pelvis": (0, 0.02, 0.25), "r_hand": (-0.02, 0.45, 0.95), "r_wrist": (70, 45)}),
            (1.09, {"pelvis": (0, 0.02, 0.225)}),
            (
                1.17,
                {
                    "pelvis": (0, 0.03, 0.14),
                    "r_hand": (-0.02, 0.48, 0.92),
                    "l_hand": (0.1, 0.4, 0.6),
                    "r_wrist": (70, 60),
                },
            ),
            (1.24, {"pelvis": (0, 0.03, 0.0)}),
            (
                1.4,
                {
                    "pelvis": (0, 0.0, -0.17),
                    "hips": (0, 14, 0),
                    "chest": (0, 4, 0),
                    "r_hand": (0.02, 0.55, 0.8),
                    "l_hand": (0.3, 0.45, 0.0),
                },
            ),
            (
                1.75,
                {
                    "pelvis": (0, 0, -0.05),
                    "hips": (0, 4, 0),
                    "chest": (0, 0, 0),
                    "head": (0, -12, 0),
                    "r_hand": (0.08, 0.62, 0.5),
                    "r_wrist": (60, 30),
                },
            ),
            (
                2.2,
                {
                    "pelvis": (0, 0, -0.03),
                    "hips": (0, 2, 0),
                    "head": (0, -8, 0),
                    **both(hand=(0.16, 0.4, -0.62), elbow=(5.0,)),
                    "r_wrist": (20, 0),
                    "l_wrist": (20, 0),
                },
            ),
        )
        | {
            "l_foot": [
                (0.0, (0.06, 0, 0)),
                (0.8, (0.06, 0, 0)),
                (0.87, (0.06, 0, 0.1)),
                (1.02, (0.06, 0.0, 0.2)),
                (1.17, (0.06, 0, 0.1)),
                (1.24, (0.06, 0, 0)),
            ],
            "r_foot": [
                (0.0, (0.06, 0.05, 0)),
                (0.8, (0.06, 0.05, 0)),
                (0.87, (0.06, 0.05, 0.1)),
                (1.02, (0.06, 0.05, 0.2)),
                (1.17, (0.06, 0.05, 0.1)),
                (1.24, (0.06, 0.05, 0)),
            ],
            **{
                f"{s}_sole": [
                    (0.0, (8, 0)),
                    (0.6, (8, 0)),
                    (0.8, (8, 42)),
                    (1.02, (8, 48)),
                    (1.24, (8, 30)),
                    (1.36, (8, 0)),
                ]
                for s in "lr"
            },
        },
    ),
    Clip(
        name="defence-slide",
        period_s=2.4,
        base={**_READY, **both(fist=(0.05,)), "hips": (0, 24, 0)},
        breaths_per_s=0.5,
        keys=_slide("l", (0.42, 0.25, 0.1, 0.2), ((0.05, 0.3), (0.9, 1.1), (1.25, 1.5), (2.1, 2.3)))
        | _slide("r", (0.1, 0.42, 0.25, 0.2), ((0.35, 0.6), (1.2, 1.45), (1.6, 1.8), (1.9, 2.1)))
        | poses(
            (
                0.0,
                {
                    "pelvis": (0.0, -0.08, -0.22),
                    "chest": (0, 4, 0),
                    **both(hand=(0.6, 0.5, -0.15), elbow=(10.0,), wrist=(0, -20)),
                },
            ),
            (
                0.45,
                {
                    "pelvis": (0.17, -0.08, -0.25),
                    "chest": (4, 4, 3),
                    "l_hand": (0.72, 0.42, 0.25),
                    "r_hand": (0.6, 0.5, -0.35),
                },
            ),
            (
                1.0,
                {
                    "pelvis": (0.1, -0.08, -0.2),
                    "chest": (0, 4, 0),
                    "l_hand": (0.66, 0.5, 0.0),
                    "r_hand": (0.66, 0.5, -0.1),
                },
            ),
            (
                1.5,
                {
                    "pelvis": (-0.14, -0.08, -0.25),
                    "chest": (-4, 4, -3),
                    "l_hand": (0.6, 0.5, -0.35),
                    "r_hand": (0.7, 0.42, 0.3),
                },
            ),
            (
                2.0,
                {
                    "pelvis": (-0.08, -0.08, -0.2),
                    "chest": (0, 4, 0),
                    "l_hand": (0.6, 0.55, -0.1),
                    "r_hand": (0.62, 0.5, 0.05),
                },
            ),
        ),
    ),
)
