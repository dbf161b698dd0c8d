"""Ranks by counting, against a loop that sorts and walks down every list."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.reid.metrics import (
    average_precision,
    average_precision_trapezoid,
    cmc,
    first_ranks,
    inverse_negative_penalty,
    mean_over_queries,
    without_positives,
)
from occlusionkit.reid.protocols import TIES
from occlusionkit.reid.ranking import (
    Labels,
    PositiveRanks,
    rank_features,
    rank_similarity,
    top_matches,
)


def naive_order(scores, right, ties):
    """Gallery items best first; among equal scores wrong ones first, right ones first, or as they come."""
    second = {"pessimistic": lambda g: right[g], "optimistic": lambda g: not right[g], "stable": lambda g: g}[ties]
    return sorted(range(len(scores)), key=lambda g: (-scores[g], second(g), g))


def naive_scores(similarity, labels, ties):
    """(first rank, AP, trapezoid AP, negative penalty) of each query by walking down its list; None without a match."""
    results = []
    for q, person in enumerate(labels.query):
        junk = [
            labels.query_cameras is not None
            and labels.gallery[g] == person
            and labels.gallery_cameras[g] == labels.query_cameras[q]
            for g in range(len(labels.gallery))
        ]
        kept = [g for g in range(len(labels.gallery)) if not junk[g]]
        right = [labels.gallery[g] == person for g in kept]
        ranked = naive_order([similarity[q][g] for g in kept], right, ties)
        found, area, plain, first, last, before, recall = 0, 0.0, 0.0, None, 0, 1.0, 0.0
        for place, g in enumerate(ranked, start=1):
            found += right[g]
            now = found / place
            if right[g]:
                first, last, plain = first or place, place, plain + now
            step = found / max(sum(right), 1) - recall
            area, before, recall = area + step * (before + now) / 2, now, recall + step
        results.append((first, plain / found, area, found / last) if found else None)
    return results


@st.composite
def problems(draw):
    queries, gallery = draw(st.integers(1, 6)), draw(st.integers(1, 12))
    people = st.integers(0, 3)
    cells = st.integers(-2, 2)  # few values: many ties
    similarity = draw(st.lists(st.lists(cells, min_size=gallery, max_size=gallery), min_size=queries, max_size=queries))
    names = {"query": queries, "gallery": gallery}
    sides = {name: np.array(draw(st.lists(people, min_size=n, max_size=n))) for name, n in names.items()}
    if draw(st.booleans()):
        sides |= {
            f"{name}_cameras": np.array(draw(st.lists(st.integers(1, 2), min_size=n, max_size=n)))
            for name, n in names.items()
        }
    return np.array(similarity, float), Labels(**sides)


@given(problems(), st.sampled_from(TIES))
def test_scores_equal_a_loop_over_sorted_lists(problem, ties):
    similarity, labels = problem
    found = rank_similarity(similarity, labels, ties=ties)
    expected = naive_scores(similarity, labels, ties)
    assert without_positives(found).tolist() == [q for q, scores in enumerate(expected) if scores is None]
    measured = np.stack(
        [f(found) for f in (first_ranks, average_precision, average_precision_trapezoid, inverse_negative_penalty)], 1
    )
    for row, scores in zip(measured, expected, strict=True):
        np.testing.assert_allclose(row, np.full(4, np.nan) if scores is None else scores, rtol=0, atol=1e-12)


@given(problems(), st.sampled_from(TIES), st.integers(1, 400))
def test_every_block_size_gives_the_same_ranks(problem, ties, block_bytes):
    similarity, labels = problem
    whole, blocks = (rank_similarity(similarity, labels, ties=ties, block_bytes=size) for size in (None, block_bytes))
    for name in ("offsets", "ranks", "tied", "valid"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(blocks, name))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
@pytest.mark.parametrize("ties", TIES)
def test_a_gpu_gives_the_same_ranks(ties):
    rng = np.random.default_rng(2)
    similarity = rng.integers(0, 9, (40, 300)) / 8
    labels = Labels(*(rng.integers(0, 12, n) for n in (40, 300)), *(rng.integers(0, 3, n) for n in (40, 300)))
    found = [rank_similarity(similarity, labels, ties=ties, device=device) for device in ("cpu", "cuda")]
    np.testing.assert_array_equal(found[0].ranks, found[1].ranks)
    np.testing.assert_array_equal(found[0].tied, found[1].tied)


@given(problems())
def test_policies_differ_only_where_something_ties(problem):
    similarity, labels = problem
    good, bad, stable = (rank_similarity(similarity, labels, ties=t) for t in ("optimistic", "pessimistic", "stable"))
    np.testing.assert_array_equal(bad.ranks - good.ranks, bad.tied)
    assert (good.ranks <= stable.ranks).all() and (stable.ranks <= bad.ranks).all()


def test_parts_of_a_long_gallery_add_up(monkeypatch):
    from occlusionkit.reid import ranking

    rng = np.random.default_rng(0)
    similarity, labels = rng.normal(size=(7, 101)), Labels(rng.integers(0, 5, 7), rng.integers(0, 5, 101))
    whole = rank_similarity(similarity, labels)
    monkeypatch.setitem(ranking._COMPARED, "cpu", 70)  # 10 of 101 gallery rows at a time
    np.testing.assert_array_equal(rank_similarity(similarity, labels).ranks, whole.ranks)


def test_a_case_by_hand():
    # Ranked: right, wrong, wrong, right, wrong.
    found = rank_similarity(np.array([[0.9, 0.8, 0.7, 0.6, 0.5]]), Labels(np.array([1]), np.array([1, 2, 3, 1, 4])))
    assert found.ranks.tolist() == [1, 4]
    assert cmc(found, max_rank=3).tolist() == [1, 1, 1]
    assert average_precision(found)[0] == (1 + 2 / 4) / 2
    assert average_precision_trapezoid(found)[0] == ((1 + 1) / 2 + (1 / 3 + 2 / 4) / 2) / 2
    assert inverse_negative_penalty(found)[0] == 2 / 4


def test_perfect_and_worst():
    people = np.array([1, 1, 2, 2])
    same = (people[:, None] == people).astype(float)
    perfect, worst = rank_similarity(same, Labels(people, people)), rank_similarity(-same, Labels(people, people))
    assert mean_over_queries(average_precision(perfect)) == 1
    assert worst.ranks.tolist() == [3, 4] * 4
    assert cmc(worst, max_rank=4).tolist() == [0, 0, 1, 1]


def test_ties_are_counted_and_the_policy_decides():
    similarity = np.array([[0.5, 0.5, 0.5, 0.1]])
    labels = Labels(np.array([1]), np.array([2, 1, 3, 1]))
    ranks = {ties: rank_similarity(similarity, labels, ties=ties).ranks.tolist() for ties in TIES}
    assert ranks == {"pessimistic": [3, 4], "optimistic": [1, 4], "stable": [2, 4]}
    assert rank_similarity(similarity, labels).tied.tolist() == [2, 0]


def test_a_short_list_after_junk_takes_nothing_from_the_query_before():
    # A published evaluator reuses its row buffer and reports 0, .5, 0, 0, 0, 1 here: not even monotone.
    # Query 1 keeps all six gallery items, its match last; query 2 keeps two of them, its match second.
    labels = Labels(
        query=np.array([1, 2]),
        gallery=np.array([2, 2, 2, 2, 3, 1, 2]),
        query_cameras=np.array([1, 1]),
        gallery_cameras=np.array([1, 1, 1, 1, 2, 2, 2]),
    )
    similarity = np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0.1, 0.05], [0.0, 0.0, 0.0, 0.0, 0.9, 0.2, 0.5]])
    found = rank_similarity(similarity, labels)
    assert found.valid.tolist() == [7, 3]
    assert cmc(found, max_rank=6).tolist() == [0, 0.5, 0.5, 0.5, 0.5, 1]


def test_ranks_beyond_a_small_gallery_are_hits():
    found = rank_similarity(np.array([[0.1, 0.9]]), Labels(np.array([1]), np.array([1, 2])))
    assert cmc(found, max_rank=5).tolist() == [0, 1, 1, 1, 1]


def test_queries_without_a_match_are_named_and_in_no_mean():
    found = rank_similarity(np.array([[0.1, 0.9], [0.9, 0.1]]), Labels(np.array([7, 1]), np.array([1, 2])))
    assert without_positives(found).tolist() == [0]
    assert cmc(found, max_rank=1).tolist() == [1]
    nobody = rank_similarity(np.array([[0.1]]), Labels(np.array([7]), np.array([1])))
    assert np.isnan(cmc(nobody, max_rank=2)).all() and np.isnan(mean_over_queries(average_precision(nobody)))


def test_one_camera_for_all_removes_every_match_instead_of_none():
    # What a made-up constant camera does. Without cameras nothing is removed.
    people, cameras = np.array([1, 2]), np.array([1, 1])
    found = rank_similarity(np.eye(2), Labels(people, people, cameras, cameras))
    assert without_positives(found).tolist() == [0, 1]
    assert first_ranks(rank_similarity(np.eye(2), Labels(people, people))).tolist() == [1, 1]


@pytest.mark.parametrize("block_bytes", [None, 1, 300])
def test_features_rank_by_cosine(block_bytes):
    rng = np.random.default_rng(1)
    query, gallery = rng.normal(size=(9, 6)), rng.normal(size=(14, 6)) * rng.uniform(0.1, 9, (14, 1))
    labels = Labels(rng.integers(0, 4, 9), rng.integers(0, 4, 14))
    unit = [side / np.linalg.norm(side, axis=1, keepdims=True) for side in (query, gallery)]
    expected = rank_similarity(unit[0] @ unit[1].T, labels)
    found = rank_features(query, gallery, labels, block_bytes=block_bytes)
    np.testing.assert_array_equal(found.ranks, expected.ranks)


def test_top_matches_are_the_best_in_order_with_ties_as_given():
    gallery = np.array([[1, 0], [0, 1], [2, 0], [1, 1], [0, 3]], np.float32)
    rows, similarity = top_matches(np.array([[1, 0], [0, 1]], np.float32), gallery, 3, block_bytes=1)
    assert rows.tolist() == [[0, 2, 3], [1, 4, 3]]
    np.testing.assert_allclose(similarity, [[1, 1, 0.5**0.5]] * 2, atol=1e-6)
    assert top_matches(gallery[:1], gallery, 99)[0].tolist() == [[0, 2, 3, 1, 4]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gallery": np.array([], int)}, "at least one gallery item"),
        ({"query": np.array([], int)}, "at least one query item"),
        ({"gallery_cameras": np.array([1])}, "cameras of both sides"),
        ({"query_cameras": np.array([1]), "gallery_cameras": np.array([1])}, "expected 2 gallery_cameras, found 1"),
    ],
)
def test_labels_that_cannot_be_ranked_are_refused(change, message):
    sides = {"query": np.array([1]), "gallery": np.array([1, 2])} | change
    with pytest.raises(ValueError, match=message):
        Labels(**sides)


def test_features_that_cannot_be_ranked_are_refused():
    good, labels = np.ones((2, 3), np.float32), Labels(np.array([1, 2]), np.array([1, 2]))
    for query, message in (
        (np.array([[1, np.nan, 0], [1, 1, 1]]), "1 others, row 0"),
        (np.array([[1, 1, 0], [0, 0, 0]]), "1 others, row 1"),
        (np.ones((2, 4)), "expected .Q, D. and .G, D."),
        (np.ones((3, 3)), "expected 2 queries and 2 gallery items"),
    ):
        with pytest.raises(ValueError, match=message):
            rank_features(query, good, labels)
    with pytest.raises(ValueError, match="expected one of pessimistic"):
        rank_features(good, good, labels, ties="best")
    with pytest.raises(ValueError, match="expected cpu or cuda"):
        rank_features(good, good, labels, device="meta")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="expected a GPU for cuda, torch finds none"):
            rank_features(good, good, labels, device="cuda")
    with pytest.raises(ValueError, match="finite numbers of shape"):
        rank_similarity(np.full((2, 2), np.nan), labels)


def test_positives_are_counted_per_query():
    found = PositiveRanks(np.array([0, 2, 2, 3]), np.array([1, 3, 2]), np.zeros(3, int), np.array([4, 4, 4]))
    assert found.positives.tolist() == [2, 0, 1]
