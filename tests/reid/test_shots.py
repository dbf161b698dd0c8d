"""N-shot sets: draws, and ranks against features that are really averaged."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.reid.protocols import FEW, FUSIONS
from occlusionkit.reid.shots import Picks, draw_images, rank_sets


def units(rng, count, size=5):
    values = rng.normal(size=(count, size))
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def people_of(counts):
    edges = np.cumsum([0, *counts])
    return [np.arange(a, b) for a, b in itertools.pairwise(edges)]


def naive_ranks(query, gallery, picked_query, picked_gallery, fusion):
    """Rank of each identity's own set in one draw, by comparing mean features, or all pairs."""
    table = np.zeros((len(picked_query), len(picked_gallery)))
    for i, a in enumerate(picked_query):
        for j, b in enumerate(picked_gallery):
            if fusion == "mean_feature":
                one, other = query[a].mean(axis=0), gallery[b].mean(axis=0)
                table[i, j] = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
            else:
                table[i, j] = max(query[x] @ gallery[y] for x in a for y in b)
    return [1 + sum(table[i] > table[i, i]) for i in range(len(table))]


@given(
    counts=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=6),
    shots=st.integers(1, 4),
    seed=st.integers(0, 99),
    fusion=st.sampled_from(FUSIONS),
    few=st.sampled_from(FEW),
    block_bytes=st.sampled_from([1, 3000, 1 << 20]),
)
def test_ranks_are_those_of_features_really_averaged(counts, shots, seed, fusion, few, block_bytes):
    rng = np.random.default_rng(seed)
    images = [people_of(side) for side in zip(*counts, strict=True)]
    query, gallery = (units(rng, sum(len(one) for one in side)) for side in images)
    picks = [draw_images(side, shots, 4, [0, number], few=few) for number, side in enumerate(images)]
    found = rank_sets(
        query @ gallery.T,
        *picks,
        fusion=fusion,
        within=(query @ query.T, gallery @ gallery.T),
        block_bytes=block_bytes,
    )
    for draw in range(4):
        chosen = [[rows[kept > 0] for rows, kept in zip(side.rows[draw], side.weight, strict=True)] for side in picks]
        assert found.ranks[draw].tolist() == naive_ranks(query, gallery, *chosen, fusion)
    assert not found.tied.any()


def test_an_image_is_drawn_at_most_once_and_all_are_drawn_sometimes():
    images = people_of([5, 5, 7])
    picks = draw_images(images, 3, 400, [1])
    for identity, rows in enumerate(images):
        drawn = picks.rows[:, identity]
        assert set(drawn.ravel()) == set(rows)
        assert all(len(set(one)) == 3 for one in drawn)
        share = np.bincount(drawn.ravel() - rows[0]) / 400
        np.testing.assert_allclose(share, 3 / len(rows), atol=0.1)  # four standard errors


def test_more_draws_begin_with_the_same_ones():
    images = people_of([4, 6, 5])
    few, many = (draw_images(images, 2, draws, [3, 1]).rows for draws in (5, 50))
    np.testing.assert_array_equal(few, many[:5])
    assert not np.array_equal(many, draw_images(images, 2, 50, [4, 1]).rows)


def test_identities_with_few_images():
    images = people_of([2, 5])
    capped, again = (draw_images(images, 4, 30, [0], few=few) for few in ("cap", "replace"))
    assert capped.weight.tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    assert set(capped.rows[:, 0, :2].ravel()) == {0, 1}
    assert again.weight.all() and set(again.rows[:, 0].ravel()) == {0, 1}
    assert (np.sort(again.rows[:, 1], axis=1)[:, 1:] != np.sort(again.rows[:, 1], axis=1)[:, :-1]).all()


def test_ties_between_sets_follow_the_policy():
    one = Picks(np.zeros((1, 3, 1), int) + np.arange(3)[None, :, None], np.ones((3, 1)))
    flat, itself = np.ones((3, 3)), (np.eye(3), np.eye(3))
    ranks = {
        ties: rank_sets(flat, one, one, fusion="min_distance", within=itself, ties=ties)
        for ties in ("pessimistic", "optimistic", "stable")
    }
    assert {ties: found.ranks[0].tolist() for ties, found in ranks.items()} == {
        "pessimistic": [3, 3, 3],
        "optimistic": [1, 1, 1],
        "stable": [1, 2, 3],
    }
    assert ranks["stable"].tied.tolist() == [[2, 2, 2]]


def test_what_cannot_be_drawn_or_ranked_is_refused():
    with pytest.raises(ValueError, match="at least one shot"):
        draw_images(people_of([2, 2]), 0, 1, [0])
    with pytest.raises(ValueError, match="an image of every identity"):
        draw_images([np.array([0]), np.array([], int)], 1, 1, [0])
    one, two = draw_images(people_of([1, 1]), 1, 1, [0]), draw_images(people_of([1, 1]), 1, 2, [0])
    with pytest.raises(ValueError, match="same draws"):
        rank_sets(np.eye(2), one, two, fusion="mean_feature", within=(np.eye(2), np.eye(2)))
    with pytest.raises(ValueError, match="expected a fusion"):
        rank_sets(np.eye(2), one, one, fusion="median", within=(np.eye(2), np.eye(2)))
