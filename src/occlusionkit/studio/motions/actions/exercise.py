"""Exercise: squats, jumping jacks, lunges, and bends."""

from __future__ import annotations

from ..clip import Clip
from .kit import Track, both, poses, steps

_JACK_ARMS_UP = both(hand=(0.35, 0.12, 0.92), elbow=(55.0,))
_JACK_ARMS_DOWN = both(hand=(0.28, 0.05, -0.94), elbow=(0.0,))
_WIDE = both(hand=(0.98, 0.12, 0.05))

# A lunge starts from a stand behind the origin, so that its deepest point is above it.
_BEHIND, _AHEAD = -0.42, 0.46


def _lunge_pelvis() -> dict[str, Track]:
    """Down over the left foot, back, down over the right foot, back."""
    half: Track = [
        (0.0, (0.0, _BEHIND, -0.02)), (0.3, (0.05, _BEHIND + 0.02, -0.03)), (0.85, (0.0, -0.06, -0.2)),
        (1.3, (0.0, 0.0, -0.43)), (1.55, (0.0, 0.0, -0.43)), (1.95, (0.02, -0.12, -0.15)), (2.4, (0.0, _BEHIND, -0.02)),
    ]  # fmt: skip
    lean: Track = [(0.0, (0, 0, 0)), (0.5, (0, 6, 0)), (1.4, (0, 4, 0)), (1.9, (0, -2, 0)), (2.4, (0, 0, 0))]
    other = [(time_s + 2.6, (-left, forward, up)) for time_s, (left, forward, up) in half]
    return {"pelvis": half + other, "hips": lean + [(time_s + 2.6, value) for time_s, value in lean]}


def _lunge_foot(side: str, start_s: float) -> dict[str, Track]:
    """The foot steps ahead and back from start_s; in the other half its heel rises and comes down again."""
    home = (0.0, _BEHIND, 4.0)
    stride = steps(
        side,
        home,
        (start_s + 0.3, start_s + 0.8, (0.0, _AHEAD, 2.0)),
        (start_s + 1.75, start_s + 2.25, home),
        lift=0.09,
    )
    other_s = 2.6 - start_s
    heel: Track = [
        (other_s + 0.5, (4.0, 0.0)),
        (other_s + 1.25, (0.0, 52.0)),
        (other_s + 1.6, (0.0, 52.0)),
        (other_s + 2.1, (4.0, 0.0)),
    ]
    return {f"{side}_foot": stride[f"{side}_foot"], f"{side}_sole": sorted(stride[f"{side}_sole"] + heel)}


CLIPS = (
    Clip(
        name="squat",
        period_s=2.8,
        base=both(foot=(0.07, 0.0, 0.0), sole=(20.0, 0.0), knee=(8.0,), wrist=(35.0, 0.0), fist=(0.15,)),
        smooth_s=0.06,
        breaths_per_s=0.36,
        keys=poses(
            (
                0.0,
                {
                    "pelvis": (0, 0, -0.02),
                    "hips": (0, 0, 0),
                    "chest": (0, 0, 0),
                    "head": (0, 2, 0),
                    **both(hand=(0.1, 0.3, -0.88)),
                },
            ),
            (0.35, {"pelvis": (0, -0.05, -0.08), "hips": (0, 14, 0), **both(hand=(0.05, 0.65, -0.6))}),
            (
                1.1,
                {
                    "pelvis": (0, -0.22, -0.52),
                    "hips": (0, 38, 0),
                    "chest": (0, 6, 0),
                    "head": (0, 8, 0),
                    **both(hand=(0.0, 0.85, 0.35)),
                },
            ),
            (
                1.4,
                {"pelvis": (0, -0.22, -0.53), "hips": (0, 38, 0), "chest": (0, 6, 0), **both(hand=(0.0, 0.85, 0.37))},
            ),
            (2.1, {"pelvis": (0, -0.05, -0.07), "hips": (0, 12, 0), **both(hand=(0.05, 0.62, -0.62))}),
            (
                2.4,
                {
                    "pelvis": (0, 0, -0.02),
                    "hips": (0, 0, 0),
                    "chest": (0, -1, 0),
                    "head": (0, 2, 0),
                    **both(hand=(0.1, 0.3, -0.88)),
                },
            ),
        ),
    ),
    Clip(
        name="jumping-jacks",
        period_s=1.1,
        base=both(wrist=(20.0, 0.0), fist=(0.1,)),
        smooth_s=0.02,
        breaths_per_s=0.6,
        keys=poses(
            (0.0, {"pelvis": (0, 0, -0.06), **_JACK_ARMS_DOWN, **both(foot=(0.0, 0, 0), sole=(5, 0))}),
            (0.12, {"pelvis": (0, 0, -0.1), **both(foot=(0.0, 0, 0), sole=(5, 0))}),
            (0.2, {"pelvis": (0, 0, -0.01), **both(hand=(0.62, 0.1, -0.72), foot=(0.03, 0, 0.01), sole=(6, 30))}),
            (
                0.3,
                {
                    "pelvis": (0, 0, 0.06),
                    **both(hand=(0.99, 0.12, 0.1), elbow=(20.0,), foot=(0.14, 0, 0.09), sole=(8, 30)),
                },
            ),
            (0.42, {"pelvis": (0, 0, 0.0), **both(hand=(0.72, 0.12, 0.74), foot=(0.26, 0, 0.02), sole=(10, 20))}),
            (0.5, {"pelvis": (0, 0, -0.08), **_JACK_ARMS_UP, **both(foot=(0.29, 0, 0), sole=(12, 0))}),
            (0.58, {"pelvis": (0, 0, -0.14), **_JACK_ARMS_UP, **both(foot=(0.29, 0, 0), sole=(12, 0))}),
            (0.7, {"pelvis": (0, 0, -0.06), **both(foot=(0.29, 0, 0), sole=(12, 0))}),
            (0.76, {"pelvis": (0, 0, 0.0), **both(hand=(0.85, 0.12, 0.55), foot=(0.25, 0, 0.02), sole=(10, 30))}),
            (
                0.86,
                {
                    "pelvis": (0, 0, 0.05),
                    **both(hand=(0.98, 0.1, -0.1), elbow=(20.0,), foot=(0.12, 0, 0.08), sole=(8, 28)),
                },
            ),
            (0.98, {"pelvis": (0, 0, 0.0), **both(hand=(0.55, 0.08, -0.78), foot=(0.02, 0, 0.015), sole=(6, 15))}),
        ),
    ),
    Clip(
        name="lunge",
        period_s=5.2,
        base={**both(hand=(0.32, -0.02, -0.52), elbow=(40.0,), wrist=(60.0, 0.0), fist=(0.3,)), "head": (0, 4, 0)},
        smooth_s=0.06,
        keys=_lunge_pelvis() | _lunge_foot("l", 0.0) | _lunge_foot("r", 2.6),
    ),
    Clip(
        name="windmill-toe-touch",
        period_s=3.2,
        base=both(foot=(0.24, 0.0, 0.0), sole=(14.0, 0.0), fist=(0.05,), wrist=(20.0, 0.0)),
        smooth_s=0.07,
        breaths_per_s=0.4,
        keys=poses(
            (0.0, {"pelvis": (0, 0.02, -0.05), "hips": (0, 0, 0), "chest": (0, -3, 0), "head": (0, 0, 0), **_WIDE}),
            (
                0.75,
                {
                    "pelvis": (-0.03, -0.2, -0.1),
                    "hips": (-14, 62, 0),
                    "chest": (-38, 28, 0),
                    "head": (-20, 60, 0),
                    "l_hand": (-0.35, 0.86, -0.36),
                    "r_hand": (0.9, -0.3, 0.2),
                },
            ),
            (
                0.9,
                {
                    "pelvis": (-0.03, -0.2, -0.1),
                    "hips": (-14, 62, 0),
                    "chest": (-38, 28, 0),
                    "head": (-20, 60, 0),
                    "l_hand": (-0.35, 0.86, -0.36),
                    "r_hand": (0.9, -0.3, 0.2),
                },
            ),
            (1.6, {"pelvis": (0, 0.02, -0.05), "hips": (0, 0, 0), "chest": (0, -3, 0), "head": (0, 0, 0), **_WIDE}),
            (
                2.35,
                {
                    "pelvis": (0.03, -0.2, -0.1),
                    "hips": (14, 62, 0),
                    "chest": (38, 28, 0),
                    "head": (20, 60, 0),
                    "r_hand": (-0.35, 0.86, -0.36),
                    "l_hand": (0.9, -0.3, 0.2),
                },
            ),
            (
                2.5,
                {
                    "pelvis": (0.03, -0.2, -0.1),
                    "hips": (14, 62, 0),
                    "chest": (38, 28, 0),
                    "head": (20, 60, 0),
                    "r_hand": (-0.35, 0.86, -0.36),
                    "l_hand": (0.9, -0.3, 0.2),
                },
            ),
        ),
    ),
)
