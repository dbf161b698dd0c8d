"""Values over time: cyclic splines through keys, smoothing, and smooth noise."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from ...geometry import Array

# Gauss-Hermite: the mean over a Gaussian of width sigma is the weighted mean at these multiples of sigma.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)


class CyclicTrack:
    """A spline through keys that repeat every period_s, each round shifted by drift (0 for what truly repeats).

    times_s (K,) rising in [0, period_s);  values (K, C);  drift (C,).
    Monotone between keys (PCHIP): it never overshoots, and it is exactly constant between two equal keys, which is what
    makes a planted foot stand.
    """

    def __init__(self, times_s: Array, values: Array, *, period_s: float, drift: Array) -> None:
        times, values = np.asarray(times_s, dtype=np.float64), np.asarray(values, dtype=np.float64)
        rounds = range(-2, 4)
        self.period_s = period_s
        self.drift = np.asarray(drift, dtype=np.float64)
        self._spline = PchipInterpolator(
            np.concatenate([times + k * period_s for k in rounds]),
            np.concatenate([values + k * self.drift for k in rounds]),
            axis=0,
        )

    def __call__(self, time_s: Array) -> Array:
        """(F,) s -> (F, C)."""
        rounds = np.floor(np.asarray(time_s) / self.period_s)
        values: Array = self._spline(time_s - rounds * self.period_s) + rounds[:, None] * self.drift
        return values

    def smoothed(self, time_s: Array, *, sigma_s: float) -> Array:
        """(F,) s -> (F, C): the mean over a Gaussian of sigma_s around each time, which rounds the corners off."""
        taps = [self(time_s + node * sigma_s) * weight for node, weight in zip(_NODES, _WEIGHTS, strict=True)]
        mean: Array = np.sum(taps, axis=0) / _WEIGHTS.sum()
        return mean


def smooth_noise(rng: np.random.Generator, time_s: Array, *, channels: int, slowest_s: float = 4.0) -> Array:
    """(F,) s -> (F, channels) of about unit variance: five sines of rising frequency and falling strength.

    Their phases and frequencies (about 1 to 5 per slowest_s) are drawn from rng, so that the same state of rng gives
    the same noise at whatever times it is asked for.
    """
    strength = 1 / np.arange(1, 6)
    frequency = np.arange(1, 6)[:, None] * rng.uniform(0.8, 1.2, size=(5, channels)) / slowest_s
    phase = rng.uniform(0, 2 * np.pi, size=(5, channels))
    waves = np.sin(2 * np.pi * frequency * np.asarray(time_s)[:, None, None] + phase)
    noise: Array = np.tensordot(waves, strength, axes=([1], [0])) * np.sqrt(2 / (strength**2).sum())
    return noise
