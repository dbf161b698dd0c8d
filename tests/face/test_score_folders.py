"""Folders of masks: rows, set scores, and what is refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from occlusionkit.artifacts import write_bytes, write_table
from occlusionkit.face import scores
from occlusionkit.face.manifest import Named, manifest, skipped_row
from occlusionkit.face.score_folders import (
    bootstrap_interval,
    by_hidden_fraction,
    counts_of,
    score_folders,
    set_scores,
    spread_of,
    summary,
)
from occlusionkit.face.scores import MaskCounts
from occlusionkit.images import encode_png


@pytest.fixture
def two_folders(tmp_path):
    """Four images; the prediction misses `n` of ten columns of image n, of eight that are the face."""
    for number in range(4):
        truth = np.zeros((20, 30), np.uint8)
        truth[:, :8] = 1
        predicted = truth.copy()
        predicted[:, :number] = 0
        write_bytes(tmp_path / f"t/im.{number}.png", encode_png(truth * np.uint8(255)))
        write_bytes(tmp_path / f"p/im.{number}.png", encode_png(predicted))
    return tmp_path / "p", tmp_path / "t"


def test_rows_and_set_scores_by_hand(two_folders):
    table = score_folders(*two_folders)
    assert table["stem"].tolist() == [f"im.{n}" for n in range(4)]
    np.testing.assert_allclose(table["face_iou"], [1, 7 / 8, 6 / 8, 5 / 8])
    whole = set_scores(counts_of(table))
    assert whole["face_iou"] == pytest.approx(26 / 32)
    assert whole["miou"] == pytest.approx((26 / 32 + 88 / 94) / 2)
    assert np.isnan(table["hidden_fraction"]).all()


def test_label_maps_are_scored_by_their_face_classes(tmp_path):
    labels = np.array([[1, 2, 13, 0]], np.uint8)
    write_bytes(tmp_path / "t/a.png", encode_png(labels))
    write_bytes(tmp_path / "p/a.png", encode_png(np.array([[1, 0, 2, 0]], np.uint8)))
    table = score_folders(tmp_path / "p", tmp_path / "t", face_classes=[1, 2])
    assert [table[name][0] for name in ("true_positive", "false_positive", "false_negative")] == [1, 1, 1]
    with pytest.raises(
        ValueError, match=r"expected the values 0 and 1 or 0 and 255, found \[0, 1, 2\]; is it a label map"
    ):
        score_folders(tmp_path / "p", tmp_path / "t")


def test_missing_and_misfit_masks_are_refused(two_folders):
    predicted, truth = two_folders
    write_bytes(predicted / "extra.png", encode_png(np.ones((20, 30), np.uint8)))
    with pytest.raises(FileNotFoundError, match=r"t: expected a mask for extra, found none \(1 missing\)"):
        score_folders(predicted, truth)
    (predicted / "extra.png").unlink()
    write_bytes(predicted / "im.2.png", encode_png(np.ones((30, 20), np.uint8)))
    with pytest.raises(
        ValueError, match=r"im\.2\.png: expected a mask of the true one's size \(20, 30\), found \(30, 20\)"
    ):
        score_folders(predicted, truth)
    (predicted / "im.2.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"p: expected a mask for im\.2, found none"):
        score_folders(predicted, truth)


def test_scores_by_hidden_fraction_of_the_manifest(two_folders, tmp_path):
    rows = [
        {**skipped_row(Named(f"im.{n}", "x.jpg"), "x"), "hidden_fraction": value}
        for n, value in enumerate((0.0, 0.1, 1.0, math.nan))
    ]
    write_table(tmp_path / "manifest.parquet", manifest(rows))
    table = score_folders(*two_folders, manifest=tmp_path / "manifest.parquet")
    bins = by_hidden_fraction(table)
    assert [(one["low"], one["images"]) for one in bins] == [(0.0, 1), (0.1, 1), (0.9, 1)]
    assert [one["face_iou"] for one in bins] == pytest.approx([1, 7 / 8, 6 / 8])


def test_spread_leaves_nan_out_and_counts_it():
    spread = spread_of(np.array([0.0, 1.0, math.nan, 0.5]))
    assert (spread["images"], spread["without_a_value"], spread["mean"], spread["median"]) == (3, 1, 0.5, 0.5)
    assert math.isnan(spread_of(np.array([math.nan]))["mean"])


def test_bootstrap_interval_holds_the_score_and_shrinks_with_images():
    rng = np.random.default_rng(0)
    counts = [MaskCounts(int(hit), 0, 100 - int(hit), 100) for hit in rng.integers(50, 100, 200)]
    few = bootstrap_interval(counts[:10], scores.face_iou, rng)
    many = bootstrap_interval(counts, scores.face_iou, rng)
    value = set_scores(counts)["face_iou"]
    assert many[0] < value < many[1]
    assert few[1] - few[0] > 2 * (many[1] - many[0])
    # The mean of 200 hits, uniform on 50..100: +-1.96 sd / sqrt(200).
    assert many[1] - many[0] == pytest.approx(2 * 1.96 * 0.1443 / np.sqrt(200), rel=0.15)
    assert all(math.isnan(end) for end in bootstrap_interval([], scores.face_iou, rng))


def test_summary_is_plain_json_without_nan(two_folders):
    whole = summary(score_folders(*two_folders))
    text = json.dumps(whole, allow_nan=False)
    assert json.loads(text)["set"]["face_iou"] == pytest.approx(26 / 32)
    assert summary(score_folders(*two_folders)) == whole
