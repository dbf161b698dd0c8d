"""Clips: named choreography as keys on the puppet's strings, free of body size and of who performs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...geometry import Array, Bools
from .puppet import CHANNELS
from .tracks import CyclicTrack, smooth_noise

Value = Sequence[float]
Keys = Mapping[str, Sequence[tuple[float, Value]]]

# What changes sign when left and right are exchanged; sided strings swap instead.
MIRROR_SIGNS: dict[str, tuple[float, ...]] = {
    "pelvis": (-1.0, 1.0, 1.0),
    "hips": (-1.0, 1.0, -1.0),
    "chest": (-1.0, 1.0, -1.0),
    "head": (-1.0, 1.0, -1.0),
}
_FLOOR_CHANNELS = ("l_foot", "r_foot", "l_sole", "r_sole")


@dataclass(frozen=True)
class Clip:
    """A movement that repeats every period_s.

    base: strings (puppet.CHANNELS) that differ from standing all along;  keys: per string, (time in s, value) in rising
    order, in place of its base;  turn_deg: how far the person has turned left after each round;  smooth_s: how soft the
    corners are;  liveliness: size of the involuntary movement;  breaths_per_s.
    """

    name: str
    period_s: float
    base: Mapping[str, Value]
    keys: Keys
    turn_deg: float = 0.0
    smooth_s: float = 0.035
    liveliness: float = 1.0
    breaths_per_s: float = 0.3

    def __post_init__(self) -> None:
        for channel, keys in (
            *((channel, ((0.0, value),)) for channel, value in self.base.items()),
            *self.keys.items(),
        ):
            where = f"clip {self.name}: string {channel}"
            if channel not in CHANNELS:
                raise ValueError(f"{where}: expected one of {', '.join(CHANNELS)}")
            times = [time_s for time_s, _ in keys]
            if not times or times != sorted(set(times)) or not 0 <= times[0] <= times[-1] < self.period_s:
                raise ValueError(f"{where}: expected rising times within [0, {self.period_s}) s, found {times}")
            for time_s, value in keys:
                if len(value) != len(CHANNELS[channel]):
                    raise ValueError(f"{where} at {time_s} s: expected {len(CHANNELS[channel])} numbers, found {value}")

    def _keys_of(self, channel: str) -> tuple[list[float], list[Value]]:
        keys = self.keys.get(channel, ((0.0, self.base.get(channel, CHANNELS[channel])),))
        return [time_s for time_s, _ in keys], [value for _, value in keys]

    def track(self, channel: str) -> CyclicTrack:
        times, values = self._keys_of(channel)
        return CyclicTrack(
            np.array(times), np.array(values, dtype=np.float64), period_s=self.period_s, drift=self._drift(channel)
        )

    def _drift(self, channel: str) -> Array:
        drift = np.zeros(len(CHANNELS[channel]))
        if channel in ("hips", "head", "l_sole"):
            drift[0] = self.turn_deg
        elif channel == "r_sole":
            drift[0] = -self.turn_deg
        return drift

    def planted(self, time_s: Array) -> Bools:
        """(F,) s -> (F, 2) bool: left and right foot held still on the floor by the keys."""
        sides = []
        for side in ("l", "r"):
            still = np.ones(len(time_s), dtype=np.bool_)
            for channel in (f"{side}_foot", f"{side}_sole"):
                still &= self._still(channel, time_s)
            sides.append(still)
        return np.stack(sides, axis=-1)

    def _still(self, channel: str, time_s: Array) -> Bools:
        """Whether the channel is equal at the keys before and after each time (and, for a foot, on the floor)."""
        times, keyed = self._keys_of(channel)
        values = np.array(keyed, dtype=np.float64)
        following = np.concatenate([values[1:], values[:1] + self._drift(channel)])
        equal = np.isclose(values, following, rtol=0, atol=1e-9).all(axis=-1)  # a full turn is exact to rounding only
        if channel.endswith("foot"):
            equal &= values[:, 2] == 0
        before = np.searchsorted(times, np.asarray(time_s) % self.period_s, side="right") - 1
        still: Bools = equal[before]
        return still


def mirrored(strings: Mapping[str, Array]) -> dict[str, Array]:
    """Left and right exchanged: sided strings swap, sideways and turning ones change sign."""
    swapped = {}
    for channel in CHANNELS:
        partner = {"l_": "r_", "r_": "l_"}.get(channel[:2], channel[:2]) + channel[2:]
        swapped[channel] = strings[partner] * np.array(MIRROR_SIGNS.get(channel, 1.0))
    return swapped


def perform(clip: Clip, rng: np.random.Generator, *, duration_s: float, fps: float) -> tuple[dict[str, Array], Bools]:
    """One person's way of doing a clip: strings (F, C) and planted (F, 2) for puppet.animate.

    rng decides tempo, starting point, size and handedness of the movement, posture, and the noise of a living body.
    """
    tempo = 1 + 0.08 * rng.uniform(-1, 1)
    start_s = rng.uniform(0, clip.period_s)
    size = 1 + 0.06 * rng.uniform(-1, 1)
    mirror = rng.uniform() < 0.3
    posture = rng.normal(size=3)
    frames = max(1, round(duration_s * fps))
    clock_s = np.arange(frames) / fps
    time_s = start_s + tempo * clock_s

    strings = {}
    for channel in CHANNELS:
        track = clip.track(channel)
        if channel in _FLOOR_CHANNELS:
            strings[channel] = track(time_s)
            continue
        soft = track.smoothed(time_s, sigma_s=clip.smooth_s)
        if channel in ("pelvis", "chest"):
            mean = track.smoothed(np.linspace(0, clip.period_s, 33)[:-1], sigma_s=clip.smooth_s).mean(axis=0)
            soft = mean + size * (soft - mean)
        strings[channel] = soft
    _enliven(strings, clip, rng, clock_s, posture)
    planted = clip.planted(time_s)
    if mirror:
        return mirrored(strings), planted[:, ::-1].copy()
    return strings, planted


def _enliven(strings: dict[str, Array], clip: Clip, rng: np.random.Generator, clock_s: Array, posture: Array) -> None:
    """Breathing, sway, and hands that are never quite still; in place."""
    lively = clip.liveliness
    breath = np.sin(2 * np.pi * (clip.breaths_per_s * clock_s + rng.uniform()))
    strings["chest"] = strings["chest"] + lively * smooth_noise(rng, clock_s, channels=3) * [1.2, 0.8, 0.8]
    strings["chest"][:, 1] += 1.5 * posture[0] - 0.8 * breath
    strings["head"] = strings["head"] + lively * smooth_noise(rng, clock_s, channels=3) * [3.0, 2.0, 1.5]
    strings["head"][:, 1] += 2.0 * posture[1]
    strings["pelvis"] = strings["pelvis"] + lively * smooth_noise(rng, clock_s, channels=3) * [0.006, 0.006, 0.002]
    for side in ("l", "r"):
        wobble = smooth_noise(rng, clock_s, channels=3) * 0.009
        wobble[:, 2] += 0.006 * breath
        strings[f"{side}_hand"] = strings[f"{side}_hand"] + lively * wobble
        strings[f"{side}_elbow"] = strings[f"{side}_elbow"] + 3.0 * posture[2]
