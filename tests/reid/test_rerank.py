"""Re-ranking against the dense algorithm as its paper's code has it, written down again here."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.reid.metrics import average_precision, mean_over_queries
from occlusionkit.reid.ranking import Labels, rank_features, rank_similarity
from occlusionkit.reid.rerank import Reciprocal, mutual_neighbours, rank_reciprocal


def dense_distances(query, gallery, k1, k2, original):
    """(Q, G) re-ranked distances with every matrix in full."""
    every = np.concatenate([query, gallery])
    every = every / np.linalg.norm(every, axis=1, keepdims=True)
    plain = 2 - 2 * every @ every.T
    plain = (plain / plain.max(axis=0)).T
    order = np.argsort(plain, axis=1, kind="stable")
    count = len(every)
    weights = np.zeros((count, count))

    def mutual(row, k):
        forward = order[row, : k + 1]
        return forward[[row in order[other, : k + 1] for other in forward]]

    for row in range(count):
        members = mutual(row, k1)
        joined = members
        for candidate in members:
            others = mutual(candidate, int(np.around(k1 / 2)))
            if len(np.intersect1d(others, members)) > 2 / 3 * len(others):
                joined = np.append(joined, others)
        joined = np.unique(joined)
        values = np.exp(-plain[row, joined])
        weights[row, joined] = values / values.sum()
    if k2 > 1:
        weights = np.stack([weights[order[row, :k2]].mean(axis=0) for row in range(count)])
    minima = np.array([[np.minimum(a, b).sum() for b in weights[len(query) :]] for a in weights[: len(query)]])
    return (1 - minima / (2 - minima)) * (1 - original) + plain[: len(query), len(query) :] * original


def make_sides(seed, people=9, images=4, noise=0.7):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(people, 8))
    owner = np.repeat(np.arange(people), images)
    sides = [centres[owner] + noise * rng.normal(size=(len(owner), 8)) for _ in range(2)]
    return (*sides, Labels(owner, owner))


@pytest.mark.parametrize(("k1", "k2", "original"), [(6, 3, 0.3), (6, 1, 0.0), (20, 6, 0.3), (3, 2, 1.0), (99, 5, 0.2)])
@pytest.mark.parametrize("block_bytes", [None, 500])
def test_ranks_are_those_of_the_dense_algorithm(k1, k2, original, block_bytes):
    query, gallery, labels = make_sides(k1)
    found = rank_reciprocal(query, gallery, labels, Reciprocal(k1, k2, original), block_bytes=block_bytes)
    expected = rank_similarity(-dense_distances(query, gallery, k1, k2, original), labels)
    np.testing.assert_array_equal(found.ranks, expected.ranks)


def test_it_helps_where_neighbours_agree():
    query, gallery, labels = make_sides(1, people=20, images=8, noise=0.8)
    plain, moved = (
        mean_over_queries(average_precision(found))
        for found in (
            rank_features(query, gallery, labels),
            rank_reciprocal(query, gallery, labels, Reciprocal(neighbours=12)),
        )
    )
    assert moved > plain + 0.03


def test_neighbours_are_mutual():
    near = np.array([[0, 1], [1, 0], [2, 1], [3, 2]])
    assert [one.tolist() for one in mutual_neighbours(near)] == [[0, 1], [1, 0], [2], [3]]


def test_impossible_settings_are_refused():
    for settings in ({"neighbours": 0}, {"expansion": 0}, {"original": 1.5}):
        with pytest.raises(ValueError, match="re-ranking: expected"):
            Reciprocal(**settings)
