"""Exercise: squats, jumping jacks, lunges, and a windmill of toe touches."""

from __future__ import annotations

from ..clip import Clip
from .kit import Track, both, joined, mirrored, poses, steps, tracks

# (s, feet apart in leg lengths beyond the hips, lift, heel up deg): out in one leap, back in another.
_JACK_FEET = (
    (0.0, 0.0, 0.0, 0.0), (0.12, 0.0, 0.0, 0.0), (0.2, 0.03, 0.01, 32.0), (0.3, 0.15, 0.15, 32.0),
    (0.42, 0.28, 0.02, 20.0), (0.5, 0.31, 0.0, 0.0), (0.7, 0.31, 0.0, 0.0), (0.76, 0.27, 0.02, 30.0),
    (0.86, 0.13, 0.14, 30.0), (0.98, 0.02, 0.015, 15.0),
)  # fmt: skip


def _jack_foot(side: str) -> dict[str, Track]:
    """One foot of a jumping jack; the other one does the same outward."""
    return {
        f"{side}_foot": [(time_s, (out, 0.0, lift)) for time_s, out, lift, _ in _JACK_FEET],
        f"{side}_sole": [(time_s, (6.0, heel_deg)) for time_s, _, _, heel_deg in _JACK_FEET],
    }


# fmt: off
_UP, _HALF, _DOWN = -0.02, -0.08, -0.55
_ARMS_DOWN, _ARMS_AHEAD = both(hand=(0.1, 0.32, -0.86)), both(hand=(0.0, 0.88, 0.3))

_JACK_DOWN = both(hand=(0.28, 0.06, -0.93), elbow=(0.0,))
_JACK_UP = both(hand=(0.3, 0.14, 0.93), elbow=(55.0,))
_WIDE = both(hand=(0.98, 0.12, 0.05))
_TOUCH = {"pelvis": (-0.03, -0.2, -0.11), "hips": (-14, 76, 0), "chest": (-36, 34, 0), "head": (-20, 84, 0),
          "l_hand": (-0.34, 0.94, -0.2), "r_hand": (0.9, -0.2, 0.25)}
_TOUCH_RIGHT_FOOT = poses(
    (0.0, {"pelvis": (0, 0.02, -0.06), "hips": (0, 0, 0), "chest": (0, -3, 0), "head": (0, 0, 0), **_WIDE}),
    (0.7, _TOUCH),
    (0.85, _TOUCH),
)

# A lunge starts from a stand behind the origin, so that its deepest point is above it.
_BEHIND, _AHEAD = -0.5, 0.52
_LUNGE_LEFT = joined(
    tracks(
        pelvis=[(0.0, (0, _BEHIND, -0.02)), (0.3, (-0.05, _BEHIND + 0.02, -0.03)), (0.85, (0, -0.02, -0.2)),
                (1.3, (0, 0.06, -0.46)), (1.55, (0, 0.06, -0.46)), (1.95, (-0.02, -0.12, -0.15)),
                (2.35, (0, _BEHIND, -0.02))],
        hips=[(0.0, (0, 0, 0)), (0.5, (0, 6, 0)), (1.4, (0, 4, 0)), (1.9, (0, -2, 0)), (2.35, (0, 0, 0))],
        r_sole=[(0.0, (4, 0)), (0.45, (4, 0)), (1.25, (0, 60)), (1.6, (0, 60)), (2.1, (4, 0))],
    ),
    steps("l", (0.0, _BEHIND, 4.0), (0.3, 0.8, (0.0, _AHEAD, 2.0)), (1.75, 2.25, (0.0, _BEHIND, 4.0)), lift=0.09),
)

CLIPS = (
    Clip(
        name="squat", period_s=2.8, smooth_s=0.06, breaths_per_s=0.36,
        base=both(foot=(0.09, 0.0, 0.0), sole=(24.0, 0.0), knee=(8.0,), wrist=(45.0, 0.0), fist=(0.12,), elbow=(15.0,)),
        keys=poses(
            (0.0, {"pelvis": (0, 0, _UP), "hips": (0, 0, 0), "chest": (0, 0, 0), "head": (0, 2, 0), **_ARMS_DOWN}),
            (0.35, {"pelvis": (0, -0.06, _HALF), "hips": (0, 14, 0), **both(hand=(0.05, 0.68, -0.55))}),
            (1.1, {"pelvis": (0, -0.22, _DOWN), "hips": (0, 28, 0), "chest": (0, 12, 0), "head": (0, 8, 0),
                   **_ARMS_AHEAD}),
            (1.4, {"pelvis": (0, -0.22, _DOWN), "hips": (0, 28, 0), "chest": (0, 12, 0), "head": (0, 8, 0),
                   **_ARMS_AHEAD}),
            (2.1, {"pelvis": (0, -0.06, _HALF), "hips": (0, 12, 0), **both(hand=(0.05, 0.66, -0.57))}),
            (2.4, {"pelvis": (0, 0, _UP), "hips": (0, 0, 0), "chest": (0, -1, 0), "head": (0, 2, 0), **_ARMS_DOWN}),
        ),
    ),
    Clip(
        name="jumping-jacks", period_s=1.1, smooth_s=0.02, breaths_per_s=0.6, base=both(wrist=(20.0, 0.0), fist=(0.1,)),
        keys=_jack_foot("l") | _jack_foot("r") | poses(
            (0.0, {"pelvis": (0, 0, -0.06), **_JACK_DOWN}),
            (0.12, {"pelvis": (0, 0, -0.11)}),
            (0.2, {"pelvis": (0, 0, -0.01), **both(hand=(0.64, 0.12, -0.7))}),
            (0.3, {"pelvis": (0, 0, 0.09), **both(hand=(0.98, 0.14, 0.12), elbow=(20.0,))}),
            (0.42, {"pelvis": (0, 0, 0), **both(hand=(0.7, 0.14, 0.76))}),
            (0.5, {"pelvis": (0, 0, -0.08), **_JACK_UP}),
            (0.58, {"pelvis": (0, 0, -0.15), **_JACK_UP}),
            (0.7, {"pelvis": (0, 0, -0.06)}),
            (0.76, {"pelvis": (0, 0, 0), **both(hand=(0.84, 0.14, 0.56))}),
            (0.86, {"pelvis": (0, 0, 0.08), **both(hand=(0.97, 0.12, -0.12), elbow=(20.0,))}),
            (0.98, {"pelvis": (0, 0, 0), **both(hand=(0.56, 0.1, -0.78))}),
        ),
    ),
    Clip(
        name="lunge", period_s=4.8, smooth_s=0.05,
        base={**both(hand=(0.36, 0.04, -0.5), elbow=(40.0,), wrist=(60.0, 0.0), fist=(0.3,)), "head": (0, 4, 0)},
        keys=joined(_LUNGE_LEFT, mirrored(_LUNGE_LEFT, after_s=2.4)),
    ),
    Clip(
        name="windmill", period_s=3.0, smooth_s=0.06, breaths_per_s=0.4,
        base=both(foot=(0.26, 0.0, 0.0), sole=(16.0, 0.0), fist=(0.05,), wrist=(20.0, 0.0)),
        keys=joined(_TOUCH_RIGHT_FOOT, mirrored(_TOUCH_RIGHT_FOOT, after_s=1.5)),
    ),
)
