"""Scores of ranked queries. All of them are functions of the positives' ranks; what nothing was counted for is NaN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .ranking import Ints, PositiveRanks

Array = NDArray[np.float64]


def first_ranks(found: PositiveRanks) -> Array:
    """(Q,) rank of the best positive, NaN for queries without any."""
    return _per_query(found, lambda ranks, _k: ranks, "first")


def hit_curves(found: PositiveRanks, *, max_rank: int) -> Array:
    """(Q, max_rank): 1 from the rank of the first positive on, else 0; NaN for queries without positives.

    A gallery smaller than max_rank needs no care: the first positive is within it, so all later ranks are hits.
    """
    first = first_ranks(found)[:, None]
    return np.where(np.isnan(first), np.nan, (first <= np.arange(1, max_rank + 1)).astype(float))


def cmc(found: PositiveRanks, *, max_rank: int) -> Array:
    """(max_rank,) cumulative matching characteristic over queries with positives; rank k is cmc[k - 1]."""
    curves = hit_curves(found, max_rank=max_rank)
    scored = curves[~np.isnan(curves[:, 0])]
    return scored.mean(axis=0) if len(scored) else np.full(max_rank, np.nan)


def average_precision(found: PositiveRanks) -> Array:
    """(Q,) plain average precision: mean over positives of k / rank_k."""
    return _per_query(found, lambda ranks, k: k / ranks, "mean")


def average_precision_trapezoid(found: PositiveRanks) -> Array:
    """(Q,) as Market-1501's MATLAB code: precision before and after each positive is averaged.

    Before the k-th positive it is (k - 1) / (rank_k - 1), and 1 where nothing stands before.
    """

    def area(ranks: Array, k: Array) -> Array:
        before = np.divide(k - 1, ranks - 1, out=np.ones_like(ranks), where=ranks > 1)
        both: Array = (before + k / ranks) / 2
        return both

    return _per_query(found, area, "mean")


def inverse_negative_penalty(found: PositiveRanks) -> Array:
    """(Q,) positives over the rank of the last one; its mean is mINP (Ye et al., TPAMI 2021)."""
    return _per_query(found, lambda ranks, k: k / ranks, "last")


def mean_over_queries(values: Array) -> float:
    """Mean over the queries that have positives; NaN when there is none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def without_positives(found: PositiveRanks) -> Ints:
    """Queries whose person the gallery does not show (any more, after the junk rule): they are in no score."""
    return np.flatnonzero(found.positives == 0)


def _per_query(found: PositiveRanks, term: Callable[[Array, Array], Array], taken: str) -> Array:
    """(Q,) of a term of (rank, ordinal) of each positive: the first, the last, or the mean of a query's."""
    counts = found.positives
    scored = np.flatnonzero(counts)
    result = np.full(len(counts), np.nan)
    if len(scored) == 0:
        return result
    starts = found.offsets[scored]
    ordinal = np.arange(len(found.ranks)) - np.repeat(starts, counts[scored]) + 1
    terms: NDArray[Any] = term(found.ranks.astype(float), ordinal.astype(float))
    if taken == "mean":
        result[scored] = np.add.reduceat(terms, starts) / counts[scored]
    else:
        result[scored] = terms[starts if taken == "first" else starts + counts[scored] - 1]
    return result
