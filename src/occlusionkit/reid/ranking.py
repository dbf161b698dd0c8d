"""Exact ranks of the right matches, by counting: for each positive, how many wrong gallery items score above it.

Nothing is sorted but the few positives of a query, no matrix of all pairs is held, and CPU and CUDA run the same lines:
memory is a block of scores (gallery x some queries) and a buffer, whatever the number of queries. With s_1 >= s_2 >= ..
the scores of a query's positives, rank_k = k + (wrong items that score above s_k) + (those that tie, by policy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .protocols import TIES, Ties

Ints = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]

# Of one block of scores. 16 MiB measured as fast as more on a CPU; a GPU wants more work per call.
BLOCK_BYTES = {"cpu": 16 << 20, "cuda": 512 << 20}
# Compared at once: small enough for a core's cache. Sums of ones in float32 stay exact below 2^24.
_COMPARED = {"cpu": 1 << 20, "cuda": 1 << 26}
_EXACT = 1 << 24


@dataclass(frozen=True, eq=False)
class PositiveRanks:
    """Ranks of every query's positives among its valid gallery items; queries in the order given.

    offsets (Q + 1,): query q's positives are offsets[q]:offsets[q + 1] of the other two;  ranks: from 1, ascending
    within a query;  tied: wrong items with the same score as that positive;  valid (Q,): gallery items ranked for it.
    """

    offsets: Ints
    ranks: Ints
    tied: Ints
    valid: Ints

    @property
    def positives(self) -> Ints:
        """(Q,) number of positives."""
        return np.diff(self.offsets)


@dataclass(frozen=True, eq=False)
class Labels:
    """Who is on the two sides. query (Q,), gallery (G,) identities; cameras as well, or neither: with cameras, gallery
    items of the query's person from the query's own camera are left out of its ranking (Market-1501's junk rule).
    """

    query: Ints
    gallery: Ints
    query_cameras: Ints | None = None
    gallery_cameras: Ints | None = None

    def __post_init__(self) -> None:
        if (self.query_cameras is None) != (self.gallery_cameras is None):
            raise ValueError("labels: expected cameras of both sides or of none; the junk rule compares the two")
        if len(self.gallery) == 0 or len(self.query) == 0:
            side = "gallery" if len(self.query) else "query"
            raise ValueError(f"ranking: expected at least one {side} item, found none; is it a wrong folder?")
        for name, cameras, like in (
            ("query_cameras", self.query_cameras, self.query),
            ("gallery_cameras", self.gallery_cameras, self.gallery),
        ):
            if cameras is not None and len(cameras) != len(like):
                raise ValueError(f"labels: expected {len(like)} {name}, found {len(cameras)}")


def unit_rows(features: Floats, *, device: str = "cpu") -> Tensor:
    """(N, D) -> float32 tensor with rows of length 1. ValueError for NaN, infinity and rows of zeros."""
    _kind(device)
    values = torch.as_tensor(np.ascontiguousarray(features, dtype=np.float32), device=device)
    norms = values.norm(dim=1, keepdim=True)
    bad = ~(torch.isfinite(norms) & (norms > 0)).flatten()
    if bool(bad.any()):
        row = int(torch.nonzero(bad)[0])
        raise ValueError(f"features: expected finite rows with a direction, found {int(bad.sum())} others, row {row}")
    return values / norms


def rank_features(
    query: Floats,
    gallery: Floats,
    labels: Labels,
    *,
    ties: Ties = "pessimistic",
    device: str = "cpu",
    block_bytes: int | None = None,
) -> PositiveRanks:
    """Rank by cosine similarity. query (Q, D), gallery (G, D), any lengths; float32 throughout, without TF32.

    Memory beyond the features (and one normalised copy): 2 x block_bytes at most. Raises ValueError for features that
    have no direction, for another number of dimensions or rows than the other side or the labels have.
    """
    if query.ndim != 2 or gallery.ndim != 2 or query.shape[1] != gallery.shape[1]:
        raise ValueError(f"features: expected (Q, D) and (G, D), found {query.shape} and {gallery.shape}")
    found, expected = (len(query), len(gallery)), (len(labels.query), len(labels.gallery))
    if found != expected:
        raise ValueError(f"features: expected {expected[0]} queries and {expected[1]} gallery items, found {found}")
    order = np.argsort(labels.gallery, kind="stable")
    sides = unit_rows(query, device=device), unit_rows(gallery[order], device=device)

    def scores(rows: Ints) -> Tensor:
        with torch.autocast(torch.device(device).type, enabled=False):
            return torch.mm(sides[1], sides[0][torch.as_tensor(rows, device=device)].T)

    return _rank(scores, labels, order, ties=ties, device=device, block_bytes=block_bytes)


def rank_similarity(
    similarity: Floats,
    labels: Labels,
    *,
    ties: Ties = "pessimistic",
    device: str = "cpu",
    block_bytes: int | None = None,
) -> PositiveRanks:
    """Rank by a given matrix (Q, G), larger is closer; the same for every block size and device."""
    expected = (len(labels.query), len(labels.gallery))
    if similarity.shape != expected or not np.isfinite(similarity).all():
        raise ValueError(f"similarity: expected finite numbers of shape {expected}, found {similarity.shape}")
    order = np.argsort(labels.gallery, kind="stable")

    def scores(rows: Ints) -> Tensor:
        return torch.as_tensor(np.ascontiguousarray(similarity[rows][:, order].T), device=device)

    return _rank(scores, labels, order, ties=ties, device=device, block_bytes=block_bytes)


def rank_scores(
    scores: Callable[[Ints], Tensor],
    labels: Labels,
    *,
    ties: Ties = "pessimistic",
    device: str = "cpu",
    block_bytes: int | None = None,
) -> PositiveRanks:
    """Rank by scores that come block by block: scores(query rows) -> (G, B), larger is closer, the gallery as given."""
    order = np.argsort(labels.gallery, kind="stable")
    rows = torch.as_tensor(order, device=device)
    return _rank(lambda some: scores(some)[rows], labels, order, ties=ties, device=device, block_bytes=block_bytes)


def _rank(
    scores: Callable[[Ints], Tensor],
    labels: Labels,
    order: Ints,
    *,
    ties: Ties,
    device: str,
    block_bytes: int | None,
) -> PositiveRanks:
    """scores(query rows) -> (G, B), a new tensor, gallery rows sorted by identity as `order` says."""
    if ties not in TIES:
        raise ValueError(f"ties: expected one of {', '.join(TIES)}, found {ties!r}")
    kind = _kind(device)
    budget = BLOCK_BYTES[kind] if block_bytes is None else block_bytes
    pairs = _SamePerson.of(labels, order)
    counts = pairs.positives
    offsets = np.concatenate([[0], np.cumsum(counts)])
    ranks, tied = np.zeros(offsets[-1], np.int64), np.zeros(offsets[-1], np.int64)
    # Neighbours in this order have about as many positives: little is counted for padding.
    queue = np.argsort(counts, kind="stable")
    queue = queue[counts[queue] > 0]
    for rows in _blocks(queue, max(1, budget // (4 * len(order)))):
        block = scores(rows)
        cols, owner, valid = pairs.of_rows(rows)
        found, place = _split_off(block, cols, owner, valid, counts[rows])
        above, at_least = _count(block, found, _COMPARED[kind])
        equal = at_least - above
        ordinal = np.arange(1, len(found) + 1)[:, None]
        result = ordinal + (at_least if ties == "pessimistic" else above)
        if ties == "stable":
            _break_ties(result, equal, block, found, place, order)
        for column, row in enumerate(rows):
            span = slice(offsets[row], offsets[row + 1])
            ranks[span] = result[: counts[row], column]
            tied[span] = equal[: counts[row], column]
    return PositiveRanks(offsets, ranks, tied, len(order) - pairs.junk)


@dataclass(frozen=True, eq=False)
class _SamePerson:
    """Gallery items of each query's person: contiguous, as the gallery is sorted by identity."""

    low: Ints
    high: Ints
    query_cameras: Ints | None
    gallery_cameras: Ints | None
    positives: Ints
    junk: Ints

    @classmethod
    def of(cls, labels: Labels, order: Ints) -> _SamePerson:
        people = labels.gallery[order]
        low, high = np.searchsorted(people, labels.query, "left"), np.searchsorted(people, labels.query, "right")
        cameras = None if labels.gallery_cameras is None else labels.gallery_cameras[order]
        junk = np.zeros(len(low), np.int64)
        if cameras is not None and labels.query_cameras is not None:
            pairs = zip(low, high, labels.query_cameras, strict=True)
            junk = np.array([np.count_nonzero(cameras[a:b] == camera) for a, b, camera in pairs], dtype=np.int64)
        return cls(low, high, labels.query_cameras, cameras, high - low - junk, junk)

    def of_rows(self, rows: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Every pair of one person among these queries: gallery row, place of the query in `rows`, not junk."""
        lengths = self.high[rows] - self.low[rows]
        owner = np.repeat(np.arange(len(rows)), lengths)
        starts = np.cumsum(lengths) - lengths
        cols = np.arange(len(owner)) - starts[owner] + self.low[rows][owner]
        valid = np.ones(len(owner), bool)
        if self.query_cameras is not None and self.gallery_cameras is not None:
            valid = self.gallery_cameras[cols] != self.query_cameras[rows][owner]
        return cols, owner, valid


def _kind(device: str) -> str:
    kind: str = torch.device(device).type
    if kind not in BLOCK_BYTES:
        raise ValueError(f"device: expected {' or '.join(BLOCK_BYTES)}, found {device!r}")
    if kind == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: expected a GPU for cuda, torch finds none here; use cpu")
    return kind


def _blocks(rows: Ints, size: int) -> Iterator[Ints]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _split_off(block: Tensor, cols: Ints, owner: Ints, valid: NDArray[np.bool_], counts: Ints) -> tuple[Tensor, Ints]:
    """Take every pair of one person out of `block` (G, B), which is left with -inf there.

    Returns the positives' scores (P, B), best first, padded with -inf, and their gallery rows (P, B), padded with -1;
    equal scores stand in the order of gallery rows, which is that of the manifest within one person.
    """
    at = torch.as_tensor(cols, device=block.device), torch.as_tensor(owner, device=block.device)
    same = block[at]
    block[at] = -torch.inf
    starts = np.cumsum(counts) - counts
    slot = np.arange(int(counts.sum())) - np.repeat(starts, counts)
    scores = block.new_full((int(counts.max()), len(counts)), -torch.inf)
    target = torch.as_tensor(slot, device=block.device), at[1][torch.as_tensor(valid, device=block.device)]
    scores[target] = same[torch.as_tensor(valid, device=block.device)]
    place = np.full(scores.shape, -1, np.int64)
    place[slot, owner[valid]] = cols[valid]
    best, moved = scores.sort(dim=0, descending=True, stable=True)
    return best, np.take_along_axis(place, moved.cpu().numpy(), axis=0)


def _count(block: Tensor, scores: Tensor, compared: int) -> tuple[Ints, Ints]:
    """Rows of `block` (G, B) above, and at or above, each of `scores` (P, B), per column: two (P, B).

    The mask is written as numbers, because comparing into floats and adding those up is several times as fast as
    counting in a bool mask (1.7 against 11 seconds of a billion pairs on one core).
    """
    height = min(max(1, compared // block.shape[1]), _EXACT, len(block))
    mask = block.new_empty((height, block.shape[1]))
    above = torch.zeros(scores.shape, dtype=torch.float64, device=block.device)
    at_least = torch.zeros_like(above)
    for start in range(0, len(block), height):
        part = block[start : start + height]
        into = mask[: len(part)]
        for k in range(len(scores)):
            above[k] += torch.gt(part, scores[k], out=into).sum(dim=0)
            at_least[k] += torch.ge(part, scores[k], out=into).sum(dim=0)
    return above.cpu().numpy().astype(np.int64), at_least.cpu().numpy().astype(np.int64)


def _break_ties(result: Ints, equal: Ints, block: Tensor, scores: Tensor, place: Ints, order: Ints) -> None:
    """Ranks under the policy `stable`, in place: tied items stand in the order in which the gallery was given."""
    for k, column in np.argwhere((equal > 0) & (place >= 0)):
        wrong = torch.nonzero(block[:, column] == scores[k, column]).flatten().cpu().numpy()
        result[k, column] += np.count_nonzero(order[wrong] < order[place[k, column]])


def top_matches(
    query: Floats, gallery: Floats, count: int, *, device: str = "cpu", block_bytes: int | None = None
) -> tuple[Ints, NDArray[np.float32]]:
    """The best `count` gallery rows of each query by cosine similarity: rows (Q, K) and similarity (Q, K), best first.

    K = min(count, G). Equal scores stand in the gallery's order. Nobody is left out: labels are not looked at.
    """
    sides = unit_rows(query, device=device), unit_rows(gallery, device=device)
    kept = min(count, len(gallery))
    budget = BLOCK_BYTES[_kind(device)] if block_bytes is None else block_bytes
    found = np.zeros((len(query), kept), np.int64)
    scores = np.zeros((len(query), kept), np.float32)
    for rows in _blocks(np.arange(len(query)), max(1, budget // (4 * len(gallery)))):
        similarity = torch.mm(sides[0][rows[0] : rows[-1] + 1], sides[1].T)
        least = similarity.topk(kept, dim=1).values[:, -1:]
        for row, keep, values in zip(rows, similarity >= least, similarity, strict=True):
            candidates = torch.nonzero(keep).flatten()  # ascending: a stable sort keeps the gallery's order
            best = values[candidates].sort(descending=True, stable=True)
            found[row] = candidates[best.indices[:kept]].cpu().numpy()
            scores[row] = best.values[:kept].cpu().numpy()
    return found, scores
