"""k-reciprocal re-ranking (Zhong et al., CVPR 2017), exact, without a matrix of all pairs.

Two images are close when each is among the other's nearest ones, and when they share such neighbours. All N = Q + G
images vote; what is kept is N x (k1 + 1) neighbours and a sparse row of weights for each image. It looks at all queries
at once, which a deployed system could not: it is off unless asked for, and named where it is on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from .protocols import Ties
from .ranking import Floats, Ints, Labels, PositiveRanks, rank_scores, top_matches, unit_rows

# Rows whose neighbours' neighbours are looked at together.
_ROWS = 1024


@dataclass(frozen=True)
class Reciprocal:
    """neighbours (k1): how many nearest images count as such;  expansion (k2): over how many of them weights are
    averaged, 1 for none;  original (lambda): weight of the plain distance in the result. Defaults: the paper's."""

    neighbours: int = 20
    expansion: int = 6
    original: float = 0.3

    def __post_init__(self) -> None:
        if self.neighbours < 1 or self.expansion < 1 or not 0 <= self.original <= 1:
            raise ValueError(f"re-ranking: expected neighbours and expansion from 1, original in 0..1; found {self}")


def rank_reciprocal(
    query: Floats,
    gallery: Floats,
    labels: Labels,
    settings: Reciprocal,
    *,
    ties: Ties = "pessimistic",
    device: str = "cpu",
    block_bytes: int | None = None,
) -> PositiveRanks:
    """As `rank_features`, by the re-ranked distance. query (Q, D), gallery (G, D), any lengths."""
    every = np.concatenate([query, gallery])
    count = min(max(settings.neighbours + 1, settings.expansion), len(every))
    near, _ = top_matches(every, every, count, device=device, block_bytes=block_bytes)
    # Squared distances of unit features go over each row's largest: the farthest is the nearest to the negative.
    farthest = 2 + 2 * top_matches(-every, every, 1, device=device, block_bytes=block_bytes)[1][:, 0].astype(float)
    unit = unit_rows(every, device=device)
    weights = _weights(near[:, : settings.neighbours + 1], unit, farthest, settings)
    if settings.expansion > 1:
        weights = _average_rows(near[:, : settings.expansion], len(every)) @ weights
    of_query, of_gallery = weights[: len(query)].tocsr(), weights[len(query) :].tocsc()

    def scores(rows: Ints) -> torch.Tensor:
        plain = 2 - 2 * torch.mm(unit[len(query) :], unit[torch.as_tensor(rows, device=device)].T)
        plain = plain / torch.as_tensor(farthest[rows], dtype=plain.dtype, device=device)
        apart = np.stack([jaccard_distances(of_query[[row]], of_gallery) for row in rows.tolist()], axis=1)
        jaccard = torch.as_tensor(apart, dtype=plain.dtype, device=device)
        return -((1 - settings.original) * jaccard + settings.original * plain)

    return rank_scores(scores, labels, ties=ties, device=device, block_bytes=block_bytes)


def jaccard_distances(one: Any, others: Any) -> NDArray[np.float64]:
    """1 - sum of minima / sum of maxima of weights: one sparse row (1, N) to the sparse columns' rows (G, N) -> (G,).

    Rows add up to 1, so the maxima add up to 2 minus the minima.
    """
    shared = np.zeros(others.shape[0])
    for column, weight in zip(one.indices, one.data, strict=True):
        span = slice(others.indptr[column], others.indptr[column + 1])
        shared[others.indices[span]] += np.minimum(weight, others.data[span])
    distances: NDArray[np.float64] = 1 - shared / (2 - shared)
    return distances


def mutual_neighbours(near: Ints) -> list[Ints]:
    """near (N, K), nearest first -> for each image those of its K nearest that have it among their K nearest."""
    found: list[Ints] = []
    for start in range(0, len(near), _ROWS):
        rows = near[start : start + _ROWS]
        own = np.arange(start, start + len(rows))[:, None, None]
        mutual = (near[rows] == own).any(axis=2)
        found += [row[keep] for row, keep in zip(rows, mutual, strict=True)]
    return found


def _weights(near: Ints, unit: torch.Tensor, farthest: NDArray[np.float64], settings: Reciprocal) -> Any:
    """(N, N) sparse, rows adding up to 1: exp(-distance) over each image's reciprocal neighbours, and over those of a
    neighbour's own (half as many) where more than two thirds of them are the image's as well."""
    half = min(int(np.around(settings.neighbours / 2)) + 1, near.shape[1])
    whole, halves = mutual_neighbours(near), mutual_neighbours(near[:, :half])
    members: list[Ints] = []
    for mutual in whole:
        joined = [mutual]
        for candidate in mutual.tolist():
            others = halves[candidate]
            if np.isin(others, mutual).sum() > 2 / 3 * len(others):
                joined.append(others)
        members.append(np.unique(np.concatenate(joined)))
    owner = np.repeat(np.arange(len(near)), [len(one) for one in members])
    cols = np.concatenate(members)
    values = np.exp(-_pair_distances(unit, owner, cols) / farthest[owner])
    values /= np.bincount(owner, weights=values, minlength=len(near))[owner]
    return sparse.csr_matrix((values, (owner, cols)), shape=(len(near), len(near)))


def _pair_distances(unit: torch.Tensor, rows: Ints, cols: Ints) -> NDArray[np.float64]:
    """Squared distances of single pairs."""
    found = np.zeros(len(rows))
    for start in range(0, len(rows), 64 * _ROWS):
        span = slice(start, start + 64 * _ROWS)
        pair = [unit[torch.as_tensor(side[span], device=unit.device)] for side in (rows, cols)]
        found[span] = 2 - 2 * (pair[0] * pair[1]).sum(dim=1).cpu().numpy().astype(float)
    return found


def _average_rows(near: Ints, count: int) -> Any:
    """(N, N) sparse: times a matrix, it averages the rows of each image's nearest ones, itself among them."""
    rows = np.repeat(np.arange(len(near)), near.shape[1])
    share = np.full(near.size, 1 / near.shape[1])
    return sparse.csr_matrix((share, (rows, near.ravel())), shape=(count, count))
