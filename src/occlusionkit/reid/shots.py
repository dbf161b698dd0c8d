"""N-shot matching of sets: each identity is once a query (N images) and once in the gallery (N images).

Everything follows from one similarity matrix of all images: the cosine of two mean features is the sum of the pairs'
similarities over the lengths of the two sums, and the smallest distance is the largest similarity. No image is encoded
again, whatever the number of draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from .protocols import FUSIONS, TIES, Few, Fusion, Ties
from .ranking import Ints

# The year of the paper; draws are a function of this, the split, N, and an identity's place in the sorted list.
DRAW_SEED = 2018
# Of intermediate numbers of one block of draws.
_BLOCK_BYTES = 64 << 20


@dataclass(frozen=True, eq=False)
class Picks:
    """Images drawn for every identity: rows (R, I, N) of one side's features, and weight (I, N): 0 where an identity
    has fewer than N images and its first pick stands in, else 1."""

    rows: Ints
    weight: NDArray[np.float64]

    @property
    def draws(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class SetRanks:
    """ranks (R, I): rank of each identity's own gallery set among all I;  tied (R, I): other sets of equal score."""

    ranks: Ints
    tied: Ints


def draw_images(images: Sequence[Ints], shots: int, draws: int, seed: Sequence[int], *, few: Few = "cap") -> Picks:
    """Draw `shots` images of each identity, `draws` times; the first draws are the same for any number of draws.

    images: rows of each identity's images, at least one each;  few: what an identity with fewer gets: all it has
    (cap), or draws with replacement (replace); `drop` is the caller's: leave the identity out.
    """
    if shots < 1 or draws < 1:
        raise ValueError(f"draw_images: expected at least one shot and one draw, found {shots} and {draws}")
    counts = np.array([len(rows) for rows in images], dtype=np.int64)
    if (counts == 0).any():
        raise ValueError("draw_images: expected an image of every identity; leave identities without one out")
    most = max(int(counts.max()), shots)
    rng = np.random.default_rng([DRAW_SEED, *seed])
    keys = rng.random((draws, len(images), most))
    short = counts < shots
    again = (keys[:, :, :shots] * counts[:, None]).astype(np.int64)  # with replacement, where asked for
    keys[:, np.arange(most) >= counts[:, None]] = 2.0  # there is no such image: drawn last
    place = np.argsort(keys, axis=2, kind="stable")[:, :, :shots]
    weight = (np.arange(shots) < np.minimum(counts, shots)[:, None]).astype(float)
    if few == "replace":
        place = np.where(short[:, None], again, place)
        weight = np.ones_like(weight)
    place = np.where(weight > 0, place, place[:, :, :1])
    padded = np.zeros((len(images), most), np.int64)
    for identity, rows in enumerate(images):
        padded[identity, : len(rows)] = rows
    rows = padded[np.arange(len(images))[:, None], place]
    return Picks(rows, weight)


def rank_sets(
    similarity: NDArray[np.floating],
    query: Picks,
    gallery: Picks,
    *,
    fusion: Fusion,
    within: tuple[NDArray[np.floating], NDArray[np.floating]],
    ties: Ties = "pessimistic",
    device: str = "cpu",
    block_bytes: int = _BLOCK_BYTES,
) -> SetRanks:
    """Rank all gallery sets for each query set, draw by draw.

    similarity (Q, G) of query images to gallery images, cosine;  query, gallery: R draws of the same I identities in
    the same order;  within: similarity (Q, Q) and (G, G) of each side's images among themselves, for mean_feature.
    """
    if fusion not in FUSIONS or ties not in TIES:
        raise ValueError(f"expected a fusion of {FUSIONS} and ties of {TIES}, found {fusion!r} and {ties!r}")
    draws, people, _ = query.rows.shape
    if gallery.rows.shape[:2] != (draws, people):
        raise ValueError(f"rank_sets: expected the same draws and identities, found {gallery.rows.shape[:2]}")
    to = {"device": device, "dtype": torch.float64}
    scores = torch.as_tensor(np.asarray(similarity), **to)
    lengths = [_lengths(side, own) for side, own in zip((query, gallery), within, strict=True)]
    step = max(1, block_bytes // (8 * people * max(scores.shape[1], people * gallery.rows.shape[2])))
    ranks, tied = np.zeros((draws, people), np.int64), np.zeros((draws, people), np.int64)
    own = torch.arange(people, device=device)
    for start in range(0, draws, step):
        span = slice(start, start + step)
        sets = _set_similarity(scores, query, gallery, span, fusion)
        if fusion == "mean_feature":
            sets = sets / torch.as_tensor(lengths[1][span], **to)[:, None, :]
            sets = sets / torch.as_tensor(lengths[0][span], **to)[:, :, None]
        right = sets[:, own, own][:, :, None]
        equal = sets == right
        tied[span] = (equal.sum(dim=2) - 1).cpu().numpy()
        ranks[span] = 1 + (sets > right).sum(dim=2).cpu().numpy()
        if ties == "pessimistic":
            ranks[span] += tied[span]
        elif ties == "stable":
            ranks[span] += (equal & (own[None, :] < own[:, None])).sum(dim=2).cpu().numpy()
    return SetRanks(ranks, tied)


def _set_similarity(scores: torch.Tensor, query: Picks, gallery: Picks, span: slice, fusion: Fusion) -> torch.Tensor:
    """(R, I, I): sums (mean_feature) or largest (min_distance) over all pairs of a query and a gallery set's images.

    One side after the other, because both sums and maxima allow it: N + N steps instead of N x N.
    """
    to = scores.device
    rows = torch.as_tensor(query.rows[span], device=to)
    cols = torch.as_tensor(gallery.rows[span], device=to)
    weights = [torch.as_tensor(side.weight, device=to) for side in (query, gallery)]
    draws, people, shots = rows.shape
    merged: torch.Tensor | None = None
    for shot in range(shots):
        part = scores[rows[:, :, shot].reshape(-1)].reshape(draws, people, -1)
        if fusion == "mean_feature":
            part = part * weights[0][:, shot, None]
        merged = part if merged is None else _merge(merged, part, fusion)
    assert merged is not None  # draw_images asks for at least one shot
    result: torch.Tensor | None = None
    for shot in range(cols.shape[2]):
        part = merged.gather(2, cols[:, None, :, shot].expand(draws, people, cols.shape[1]))
        if fusion == "mean_feature":
            part = part * weights[1][:, shot]
        result = part if result is None else _merge(result, part, fusion)
    assert result is not None
    return result


def _merge(one: torch.Tensor, other: torch.Tensor, fusion: Fusion) -> torch.Tensor:
    return one + other if fusion == "mean_feature" else torch.maximum(one, other)


def _lengths(picks: Picks, similarity: NDArray[np.floating]) -> NDArray[np.float64]:
    """(R, I) length of the sum of the unit features drawn."""
    squared = np.zeros(picks.rows.shape[:2])
    shots = picks.rows.shape[2]
    for a in range(shots):
        for b in range(shots):
            pair = similarity[picks.rows[:, :, a], picks.rows[:, :, b]].astype(float)
            squared += pair * picks.weight[:, a] * picks.weight[:, b]
    # Opposite features may cancel; their mean has no direction, and any length ranks it alike.
    lengths: NDArray[np.float64] = np.sqrt(np.maximum(squared, 1e-24))
    return lengths
