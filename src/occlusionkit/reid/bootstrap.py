"""Confidence intervals by drawing identities (and trainings) again: images of one person are no independent evidence.

The gallery stays as it is; only the queries' people are drawn. Seeds of the draws are fixed: the same scores give the
same interval.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RESAMPLES = 2000
LEVEL = 0.95
_SEED = 20180723


@dataclass(frozen=True)
class Interval:
    """A mean with its interval; NaN where nothing was counted."""

    value: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether a difference is beyond the noise."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, eq=False)
class ByIdentity:
    """Sums of scores by training and identity: totals (T, I), counts (I,) the number of scores in each sum.

    The trainings scored the same items: T is 1 for what needs no training.
    """

    identities: NDArray[np.int64]
    totals: Array
    counts: Array

    @property
    def mean(self) -> float:
        """Over all trainings and items; NaN for none."""
        scored = self.counts.sum() * len(self.totals)
        return float(self.totals.sum() / scored) if scored else float("nan")


def by_identity(values: Sequence[Array], identities: NDArray[np.int64]) -> ByIdentity:
    """values: for each training the score of every item (n,), NaN for one that was not scored (in all trainings);
    identities (n,): whose item it is. Raises ValueError for trainings that scored other items."""
    scored = ~np.isnan(values[0])
    if any(len(one) != len(identities) or not np.array_equal(~np.isnan(one), scored) for one in values):
        raise ValueError("by_identity: expected every training to score the same items")
    people, place = np.unique(identities[scored], return_inverse=True)
    totals = np.stack([np.bincount(place, weights=one[scored], minlength=len(people)) for one in values])
    counts = np.bincount(place, minlength=len(people))
    return ByIdentity(people, np.asarray(totals, np.float64), np.asarray(counts, np.float64))


def mean_interval(scores: ByIdentity, *, resamples: int = RESAMPLES, level: float = LEVEL) -> Interval:
    """The mean with the bootstrap percentile interval over identities and, where there are several, trainings."""
    if not len(scores.identities):
        return Interval(float("nan"), float("nan"), float("nan"))
    people = _weights("people", resamples, len(scores.identities))
    means = _means(scores, people, _weights("trainings", resamples, len(scores.totals)))
    return _interval(scores.mean, means, level)


def difference_interval(
    one: ByIdentity, other: ByIdentity, *, resamples: int = RESAMPLES, level: float = LEVEL
) -> Interval:
    """Mean of `one` minus that of `other` on the same items: the same people are drawn for both, trainings apart.

    Raises ValueError when the two scored other people or numbers of items.
    """
    if not np.array_equal(one.identities, other.identities) or not np.array_equal(one.counts, other.counts):
        raise ValueError("difference: expected scores of the same items of the same people")
    if not len(one.identities):
        return Interval(float("nan"), float("nan"), float("nan"))
    people = _weights("people", resamples, len(one.identities))
    first, second = (
        _means(side, people, _weights(which, resamples, len(side.totals)))
        for side, which in ((one, "trainings"), (other, "other trainings"))
    )
    return _interval(one.mean - other.mean, first - second, level)


def curve_interval(curves: Array, identities: NDArray[np.int64], *, resamples: int = RESAMPLES) -> tuple[Array, Array]:
    """curves (n, K), one per item -> the 95% band (K,), (K,) of their mean over drawn identities."""
    people, place = np.unique(identities, return_inverse=True)
    totals = np.zeros((len(people), curves.shape[1]))
    np.add.at(totals, place, curves)
    drawn = _weights("people", resamples, len(people))
    means = (drawn @ totals) / (drawn @ np.bincount(place, minlength=len(people)))[:, None]
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return low, high


@functools.lru_cache(maxsize=8)
def _weights(what: str, resamples: int, count: int) -> Array:
    """(resamples, count): how often each is drawn, with replacement, `count` at a time. `what` tells apart draws of
    different things; the same arguments give the same draws, so one table's intervals share them."""
    rng = np.random.default_rng([_SEED, *what.encode()])
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=resamples).astype(float)
    drawn.setflags(write=False)
    return drawn


def _means(scores: ByIdentity, people: Array, trainings: Array) -> Array:
    per_training = (people @ scores.totals.T) / (people @ scores.counts)[:, None]
    means: Array = (per_training * trainings).sum(axis=1) / len(scores.totals)
    return means


def _interval(value: float, means: Array, level: float) -> Interval:
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high))
