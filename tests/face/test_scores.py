"""Scores of masks: by hand, by a second way, and merged."""

from __future__ import annotations

import math
from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from occlusionkit.face import scores
from occlusionkit.face.scores import METRICS, MaskCounts, count_masks, edge_band

masks = arrays.arrays(bool, (13, 17))


def test_counts_and_scores_by_hand():
    predicted, truth = np.zeros((4, 5), bool), np.zeros((4, 5), bool)
    predicted[0, :4] = True  # 4 pixels
    truth[0, 1:5] = truth[1, 1:3] = True  # 6 pixels, 3 in common
    counts = count_masks(predicted, truth)
    assert counts.values()[:4] == (3, 1, 3, 13)
    assert scores.face_iou(counts) == pytest.approx(3 / 7)
    assert scores.background_iou(counts) == pytest.approx(13 / 17)
    assert scores.miou(counts) == pytest.approx((3 / 7 + 13 / 17) / 2)
    assert scores.dice(counts) == pytest.approx(6 / 10)
    assert scores.precision(counts) == pytest.approx(3 / 4)
    assert scores.recall(counts) == pytest.approx(3 / 6)
    assert scores.accuracy(counts) == pytest.approx(16 / 20)
    assert scores.mean_dice(counts) == pytest.approx((6 / 10 + 26 / 30) / 2)


def test_f_score_weighs_recall_by_beta():
    counts = MaskCounts(true_positive=3, false_positive=1, false_negative=3, true_negative=13)
    precision, recall = 3 / 4, 3 / 6
    for beta in (0.5, 1.0, 2.0):
        expected = (1 + beta**2) * precision * recall / (beta**2 * precision + recall)
        assert scores.f_score(counts, beta=beta) == pytest.approx(expected)


@given(masks, masks)
def test_scores_agree_with_set_arithmetic(predicted, truth):
    counts = count_masks(predicted, truth)
    a, b = (set(map(tuple, np.argwhere(one).tolist())) for one in (predicted, truth))
    everything = set(map(tuple, np.argwhere(np.ones_like(truth)).tolist()))
    for ours, first, second in (
        (scores.face_iou(counts), a, b),
        (scores.background_iou(counts), everything - a, everything - b),
    ):
        expected = len(first & second) / len(first | second) if first | second else math.nan
        assert ours == pytest.approx(expected, nan_ok=True)
    if a or b:
        assert scores.dice(counts) == pytest.approx(2 * len(a & b) / (len(a) + len(b)))


@given(st.lists(st.tuples(masks, masks), min_size=1, max_size=4))
def test_merged_counts_are_those_of_the_images_side_by_side(pairs):
    merged = reduce(add, (count_masks(*pair) for pair in pairs))
    predicted, truth = (np.hstack(side) for side in zip(*pairs, strict=True))
    assert merged.values()[:4] == count_masks(predicted, truth).values()[:4]


def test_perfect_worst_and_empty():
    face = np.zeros((6, 7), bool)
    face[2:5, 1:4] = True
    perfect = count_masks(face, face)
    assert {name: metric(perfect) for name, metric in METRICS.items()} == dict.fromkeys(METRICS, 1.0)
    worst = count_masks(~face, face)
    assert {name: metric(worst) for name, metric in METRICS.items()} == dict.fromkeys(METRICS, 0.0)
    nothing = MaskCounts()
    assert all(math.isnan(metric(nothing)) for metric in METRICS.values())
    no_face = count_masks(np.zeros((6, 7), bool), np.zeros((6, 7), bool))
    assert math.isnan(scores.face_iou(no_face))
    assert scores.accuracy(no_face) == 1.0


@given(masks, st.integers(1, 4))
def test_edge_band_agrees_with_the_distance_to_outside(mask, width):
    outside = np.pad(mask, width + 1)
    distance = ndimage.distance_transform_cdt(outside, metric="chessboard")[
        width + 1 : -width - 1, width + 1 : -width - 1
    ]
    assert np.array_equal(edge_band(mask, width), mask & (distance <= width))


def test_boundary_iou_sees_what_the_area_hides():
    truth, wider = np.zeros((200, 200), bool), np.zeros((200, 200), bool)
    truth[50:150, 50:150] = True
    wider[48:152, 48:152] = True
    counts = count_masks(wider, truth)
    assert scores.face_iou(counts) == pytest.approx(100**2 / 104**2)
    # 2% of the diagonal are 6 px: bands from 100 to 88 and from 104 to 92 px wide squares.
    assert scores.boundary_iou(counts) == pytest.approx((100**2 - 92**2) / (104**2 - 88**2))


def test_other_sizes_are_refused():
    with pytest.raises(ValueError, match=r"two \(H, W\) of one size, found \(3, 4\) and \(4, 3\)"):
        count_masks(np.zeros((3, 4), bool), np.zeros((4, 3), bool))
