"""Basketball: dribbling low, a jump shot, and a defender's slide."""

from __future__ import annotations

from ..clip import Clip, Value
from .kit import Track, both, joined, poses, steps, tracks

_READY: dict[str, Value] = {
    "pelvis": (0.0, -0.08, -0.2),
    "hips": (0.0, 22.0, 0.0),
    "chest": (0.0, 6.0, 0.0),
    "head": (0.0, 2.0, 0.0),
    "l_foot": (0.14, 0.18, 0.0),
    "r_foot": (0.14, -0.12, 0.0),
    **both(sole=(16.0, 0.0), fist=(0.12,)),
}
_BOUNCE_S = 0.6


def _dribble(side: str, bounces: int) -> dict[str, Track]:
    """The hand rides the ball up, pushes it down, and waits for it, once for each bounce."""
    hand: Track = [
        (0.0, (0.22, 0.66, -0.3)),
        (0.17, (0.25, 0.62, -0.68)),
        (0.3, (0.25, 0.6, -0.7)),
        (0.45, (0.22, 0.64, -0.48)),
    ]
    wrist: Track = [(0.0, (70.0, -40.0)), (0.18, (70.0, 40.0)), (0.36, (70.0, 0.0))]
    starts_s = [_BOUNCE_S * bounce for bounce in range(bounces)]
    return {
        f"{side}_{name}": [(start_s + time_s, value) for start_s in starts_s for time_s, value in track]
        for name, track in (("hand", hand), ("wrist", wrist))
    }


def _slide() -> dict[str, Track]:
    """Two slides to the left, two back: the leading foot reaches out, the other one follows and never crosses."""

    def place(out: float) -> tuple[float, float, float]:
        return (out, 0.0, 14.0)

    return joined(
        steps(
            "l",
            place(0.06),
            (0.0, 0.22, place(0.32)),
            (0.5, 0.7, place(0.46)),
            (1.42, 1.64, place(0.22)),
            (1.92, 2.14, place(0.06)),
            lift=0.04,
            roll_deg=8.0,
        ),
        steps(
            "r",
            place(0.44),
            (0.25, 0.46, place(0.2)),
            (0.72, 0.94, place(0.06)),
            (1.18, 1.4, place(0.3)),
            (1.68, 1.9, place(0.44)),
            lift=0.04,
            roll_deg=8.0,
        ),
    )


def _shot_foot(side: str, forward: float) -> dict[str, Track]:
    """Up on the toes, off the floor, and back to where it was."""
    lifts = ((0.0, 0.0), (0.8, 0.0), (0.87, 0.12), (1.02, 0.23), (1.17, 0.12), (1.24, 0.0))
    heels = ((0.0, 0.0), (0.6, 0.0), (0.8, 42.0), (1.02, 36.0), (1.24, 28.0), (1.38, 0.0))
    return {
        f"{side}_foot": [(time_s, (0.06, forward, lift)) for time_s, lift in lifts],
        f"{side}_sole": [(time_s, (8.0, heel_deg)) for time_s, heel_deg in heels],
    }


# fmt: off
CLIPS = (
    Clip(
        name="dribble", period_s=4 * _BOUNCE_S, breaths_per_s=0.45,
        base={**_READY, "l_hand": (0.42, 0.5, -0.3), "l_wrist": (30.0, 0.0), "l_elbow": (30.0,), "r_elbow": (8.0,)},
        keys=joined(_dribble("r", 4), poses(
            (0.0, {"pelvis": (0, -0.08, -0.2), "hips": (6, 22, 0), "chest": (0, 6, -2), "head": (6, 2, 0)}),
            (0.25, {"pelvis": (-0.02, -0.07, -0.23), "chest": (6, 9, -5)}),
            (0.6, {"pelvis": (-0.04, -0.08, -0.19), "hips": (10, 22, -2), "chest": (0, 6, -2), "head": (-16, 6, 0)}),
            (0.85, {"pelvis": (0, -0.07, -0.23), "chest": (6, 9, -5)}),
            (1.2, {"pelvis": (0.04, -0.08, -0.2), "hips": (0, 22, 2), "chest": (0, 6, -2), "head": (10, 2, 0)}),
            (1.45, {"pelvis": (0.03, -0.07, -0.24), "chest": (6, 9, -5)}),
            (1.8, {"pelvis": (0, -0.08, -0.19), "hips": (-4, 22, 0), "chest": (0, 6, -2), "head": (22, -2, 0)}),
            (2.05, {"pelvis": (-0.01, -0.07, -0.23), "chest": (6, 9, -5)}),
        )),
    ),
    Clip(
        name="jump-shot", period_s=2.8, smooth_s=0.022, breaths_per_s=0.4, base=both(fist=(0.08,)),
        keys=_shot_foot("l", 0.0) | _shot_foot("r", 0.06) | poses(
            # The ball is gathered at the waist, goes up in front of the face, and leaves above the head.
            (0.0, {"pelvis": (0, -0.04, -0.09), "hips": (0, 10, 0), "chest": (0, 6, 0), "head": (0, 2, 0),
                   **both(hand=(-0.1, 0.62, -0.4), elbow=(30.0,), wrist=(10, 0))}),
            (0.45, {"pelvis": (0, -0.12, -0.27), "hips": (0, 24, 0), "chest": (0, 8, 0), "head": (0, -8, 0),
                    **both(hand=(-0.08, 0.62, -0.26), elbow=(30.0,), wrist=(10, 0))}),
            (0.7, {"pelvis": (0, -0.02, -0.07), "hips": (0, 6, 0), "chest": (0, -3, 0), "head": (0, -16, 0),
                   "l_hand": (-0.14, 0.6, 0.36), "r_hand": (0, 0.56, 0.34), **both(elbow=(10.0,)),
                   "r_wrist": (60, -55), "l_wrist": (0, 0)}),
            (0.8, {"pelvis": (0, 0, 0)}),
            (0.84, {"l_hand": (-0.14, 0.52, 0.58), "r_hand": (0.02, 0.46, 0.6), "r_wrist": (60, -60)}),
            (0.87, {"pelvis": (0, 0, 0.145)}),
            (0.95, {"pelvis": (0, 0.01, 0.235), "r_hand": (-0.02, 0.42, 0.92), "l_hand": (-0.1, 0.42, 0.74),
                    "hips": (0, 0, 0), "chest": (0, -4, 0)}),
            (1.02, {"pelvis": (0, 0.02, 0.262), "r_hand": (-0.02, 0.48, 0.93), "r_wrist": (64, 45)}),
            (1.09, {"pelvis": (0, 0.02, 0.235)}),
            (1.17, {"pelvis": (0, 0.03, 0.145), "r_hand": (-0.02, 0.5, 0.9), "l_hand": (0.06, 0.46, 0.62),
                    "r_wrist": (62, 62)}),
            (1.24, {"pelvis": (0, 0.03, 0)}),
            (1.4, {"pelvis": (0, -0.02, -0.18), "hips": (0, 16, 0), "chest": (0, 4, 0), "r_hand": (0.02, 0.58, 0.78),
                   "l_hand": (0.3, 0.55, 0.1), **both(elbow=(10.0,))}),
            (1.75, {"pelvis": (0, 0, -0.05), "hips": (0, 4, 0), "chest": (0, 0, 0), "head": (0, -12, 0),
                    "r_hand": (0.08, 0.66, 0.5), "r_wrist": (60, 40)}),
            (2.2, {"pelvis": (0, 0, -0.035), "hips": (0, 3, 0), "head": (0, -6, 0),
                   **both(hand=(0.16, 0.46, -0.55), elbow=(10.0,)), "r_wrist": (20, 0), "l_wrist": (20, 0)}),
        ),
    ),
    Clip(
        name="defence-slide", period_s=2.4, breaths_per_s=0.5,
        base={**_READY, **both(fist=(0.03,), elbow=(15.0,)), "hips": (0, 26, 0)},
        keys=_slide() | tracks(
            pelvis=[(0.0, (-0.18, -0.1, -0.26)), (0.24, (-0.04, -0.1, -0.28)), (0.48, (0.04, -0.1, -0.24)),
                    (0.72, (0.12, -0.1, -0.28)), (1.0, (0.18, -0.1, -0.25)), (1.4, (0, -0.1, -0.28)),
                    (1.66, (-0.06, -0.1, -0.24)), (1.9, (-0.16, -0.1, -0.28)), (2.18, (-0.2, -0.1, -0.25))],
        ) | poses(
            (0.0, {"chest": (0, 4, 0), **both(hand=(0.68, 0.5, -0.15), wrist=(-30, -25))}),
            (0.45, {"chest": (6, 4, 4), "head": (10, 0, 0), "l_hand": (0.78, 0.42, 0.3), "r_hand": (0.66, 0.5, -0.4)}),
            (1.05, {"chest": (0, 4, 0), "head": (0, 2, 0), "l_hand": (0.7, 0.5, 0), "r_hand": (0.7, 0.5, -0.05)}),
            (1.6, {"chest": (-6, 4, -4), "head": (-10, 0, 0), "l_hand": (0.66, 0.5, -0.4),
                   "r_hand": (0.76, 0.42, 0.35)}),
        ),
    ),
)
