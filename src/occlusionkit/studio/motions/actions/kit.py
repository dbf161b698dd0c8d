"""Words that choreography is written in: poses, steps, leaps, and hands told where to be whatever the chest does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..clip import Value

Track = list[tuple[float, Value]]
Place = tuple[float, float, float]

# Half the distance between the hips in leg lengths: near enough the same for everybody.
HALF_HIPS = 0.13
GRAVITY = 9.81


def poses(*keys: tuple[float, Mapping[str, Value]]) -> dict[str, Track]:
    """(time in s, strings at that time), ... -> one track per string, through the keys that name it."""
    tracks: dict[str, Track] = {}
    for time_s, strings in sorted(keys, key=lambda key: key[0]):
        for channel, value in strings.items():
            tracks.setdefault(channel, []).append((time_s, value))
    return tracks


def steps(
    side: str, start: Place, *moves: tuple[float, float, Place], lift: float = 0.07, roll_deg: float = 20.0
) -> dict[str, Track]:
    """Tracks of one foot that stands but for its moves: (lift-off s, landing s, (out, forward, toes out deg)), ...

    Between moves the foot is held exactly still. The heel leaves first and comes down last, by roll_deg.
    """
    foot: Track = []
    sole: Track = []
    place = start
    for off_s, on_s, target in moves:
        middle = tuple((a + b) / 2 for a, b in zip(place, target, strict=True))
        long_s = on_s - off_s
        foot += [(off_s, (*place[:2], 0.0)), (off_s + 0.5 * long_s, (*middle[:2], lift)), (on_s, (*target[:2], 0.0))]
        sole += [(off_s, (place[2], 0.0)), (off_s + 0.35 * long_s, (middle[2], roll_deg)), (on_s, (target[2], 0.0))]
        place = target
    return {f"{side}_foot": foot, f"{side}_sole": sole}


def about_center(side: str, place: Place, turn_deg: float) -> Place:
    """The place of a foot after the whole person has turned left about the origin by turn_deg."""
    sign = 1.0 if side == "l" else -1.0
    x, y = sign * (HALF_HIPS + place[0]), -place[1]
    cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    turned_x, turned_y = cos * x - sin * y, sin * x + cos * y
    return float(sign * turned_x - HALF_HIPS), float(-turned_y), place[2] + sign * turn_deg


def held(side: str, chest_turn_deg: float, out: float, forward: float, up: float) -> Value:
    """The hand string that holds the hand (out, forward, up) of the shoulder for one who faces ahead, while the chest is
    turned left by chest_turn_deg in the world: what a boxer's fist does."""
    sign = 1.0 if side == "l" else -1.0
    cos, sin = np.cos(np.radians(chest_turn_deg)), np.sin(np.radians(chest_turn_deg))
    x, y = sign * out, -forward
    return float(sign * (cos * x + sin * y)), float(-(cos * y - sin * x)), up


def leap(off_s: float, on_s: float, *, height: float, out: Sequence[float] = (0.0, 0.0)) -> Track:
    """Heights over the time of a leap, as (s, (0, 0, height)): a thrown body's parabola, to be added to the pelvis."""
    times = np.linspace(off_s, on_s, 7)
    phase = (times - off_s) / (on_s - off_s)
    return [(float(t), (*out, float(4 * height * p * (1 - p)))) for t, p in zip(times, phase, strict=True)]


def both(**strings: Value) -> dict[str, Value]:
    """The same value for left and right: both(hand=...) is l_hand and r_hand."""
    return {f"{side}_{name}": value for name, value in strings.items() for side in ("l", "r")}
