"""Words that choreography is written in: poses, steps, mirrored halves, hands that a turning chest leaves in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..clip import MIRROR_SIGNS, Value

Track = list[tuple[float, Value]]
Place = tuple[float, float, float]

# Half the distance between the hips in leg lengths: near enough the same for everybody.
HALF_HIPS = 0.13


def poses(*keys: tuple[float, Mapping[str, Value]]) -> dict[str, Track]:
    """(time in s, strings at that time), ... -> one track per string, through the keys that name it."""
    tracks: dict[str, Track] = {}
    for time_s, strings in sorted(keys, key=lambda key: key[0]):
        for channel, value in strings.items():
            tracks.setdefault(channel, []).append((time_s, value))
    return tracks


def tracks(**channels: Sequence[tuple[float, Value]]) -> dict[str, Track]:
    """One track per string, as given: what `poses` cannot say since the strings do not share their times."""
    return {channel: list(keys) for channel, keys in channels.items()}


def mirrored(keys: Mapping[str, Sequence[tuple[float, Value]]], *, after_s: float) -> dict[str, Track]:
    """The same movement by the other side, after_s later: what a clip's second half often is."""
    swap = {"l_": "r_", "r_": "l_"}
    return {
        swap.get(channel[:2], channel[:2]) + channel[2:]: [
            (time_s + after_s, tuple(sign * number for sign, number in zip(signs, value, strict=True)))
            for time_s, value in track
            for signs in (MIRROR_SIGNS.get(channel, (1.0,) * len(value)),)
        ]
        for channel, track in keys.items()
    }


def joined(*parts: Mapping[str, Sequence[tuple[float, Value]]]) -> dict[str, Track]:
    """All keys of all parts, in order of time; two parts may not set one string at one time (Clip refuses)."""
    together: dict[str, Track] = {}
    for part in parts:
        for channel, track in part.items():
            together.setdefault(channel, []).extend(track)
    return {channel: sorted(track, key=lambda key: key[0]) for channel, track in together.items()}


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
        foot_keys, sole_keys = _stride(place, middle, target, off_s, on_s, lift, roll_deg)
        foot, sole, place = foot + foot_keys, sole + sole_keys, target
    return {f"{side}_foot": foot, f"{side}_sole": sole}


def turning_steps(
    side: str, place: Place, *moves: tuple[float, float, float], lift: float = 0.06, roll_deg: float = 15.0
) -> dict[str, Track]:
    """Tracks of one foot that circles the origin with its owner: (lift-off s, landing s, turned so far deg), ..."""
    foot: Track = []
    sole: Track = []
    turned = 0.0
    for off_s, on_s, target in moves:
        around = [about_center(side, place, angle) for angle in (turned, (turned + target) / 2, target)]
        foot_keys, sole_keys = _stride(around[0], around[1], around[2], off_s, on_s, lift, roll_deg)
        foot, sole, turned = foot + foot_keys, sole + sole_keys, target
    return {f"{side}_foot": foot, f"{side}_sole": sole}


def _stride(
    start: Place, middle: Sequence[float], end: Place, off_s: float, on_s: float, lift: float, roll_deg: float
) -> tuple[Track, Track]:
    long_s = on_s - off_s
    foot: Track = [
        (off_s, (*start[:2], 0.0)),
        (off_s + 0.5 * long_s, (middle[0], middle[1], lift)),
        (on_s, (*end[:2], 0.0)),
    ]
    sole: Track = [(off_s, (start[2], 0.0)), (off_s + 0.35 * long_s, (middle[2], roll_deg)), (on_s, (end[2], 0.0))]
    return foot, sole


def about_center(side: str, place: Place, turn_deg: float) -> Place:
    """The place of a foot after the whole person has turned left about the origin by turn_deg."""
    sign = 1.0 if side == "l" else -1.0
    x, y = sign * (HALF_HIPS + place[0]), -place[1]
    cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    turned_x, turned_y = cos * x - sin * y, sin * x + cos * y
    return float(sign * turned_x - HALF_HIPS), float(-turned_y), place[2] + sign * turn_deg


def held(side: str, chest_turn_deg: float, out: float, forward: float, up: float) -> Value:
    """The hand string that keeps a hand (out, forward, up) of its shoulder, as seen by one who faces ahead, while the
    chest is turned left by chest_turn_deg in the world: what a boxer's fist does."""
    sign = 1.0 if side == "l" else -1.0
    cos, sin = np.cos(np.radians(chest_turn_deg)), np.sin(np.radians(chest_turn_deg))
    x, y = sign * out, -forward
    return float(sign * (cos * x + sin * y)), float(-(cos * y - sin * x)), up


def both(**strings: Value) -> dict[str, Value]:
    """The same value for left and right: both(hand=...) is l_hand and r_hand."""
    return {f"{side}_{name}": value for name, value in strings.items() for side in ("l", "r")}
