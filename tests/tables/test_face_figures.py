"""Figures of the face room: what they mark, whom they show, and that the same data gives the same bytes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from occlusionkit.artifacts import write_bytes
from occlusionkit.artifacts.tables import make_table
from occlusionkit.artifacts.zips import write_stored_zip
from occlusionkit.face.examples import index_group
from occlusionkit.face.schemas import FACE_BY_HIDDEN, SCORES
from occlusionkit.face.score_folders import score_row
from occlusionkit.face.scores import MaskCounts
from occlusionkit.images import encode_png
from occlusionkit.tables import face_figures as figures

SIDE = 176


@pytest.fixture
def examples(tmp_path: Path):
    """Three images of one colour each; the face is their upper left quarter."""
    for number, stem in enumerate(("a", "b", "c")):
        mask = np.zeros((64, 64), np.uint8)
        mask[:32, :32] = 255
        write_bytes(tmp_path / f"img/{stem}.png", encode_png(np.full((64, 64, 3), 60 * number + 40, np.uint8)))
        write_bytes(tmp_path / f"mask/{stem}.png", encode_png(mask))
    return index_group("realocc", tmp_path / "img", tmp_path / "mask")


def scores(**values: tuple[float, float]):
    """stem -> face IoU in percent, hidden fraction."""
    rows = [
        score_row(stem, MaskCounts(int(iou), 0, 100 - int(iou), 100), hidden) for stem, (iou, hidden) in values.items()
    ]
    return make_table(SCORES, {column.name: [row[column.name] for row in rows] for column in SCORES.columns})


def test_wrong_is_red_missed_is_blue_and_right_is_left_as_it_was():
    image = np.full((8, 8, 3), 100, np.uint8)
    truth, found = np.zeros((8, 8), np.bool_), np.zeros((8, 8), np.bool_)
    truth[:4], found[2:6] = True, True
    drawn = figures.compared(image, truth, found)
    assert drawn[0, 0].argmax() == 2
    assert drawn[2, 0].tolist() == [100, 100, 100]
    assert drawn[5, 0].argmax() == 0
    assert drawn[7, 0].tolist() == [45, 45, 45]


def test_the_worst_and_the_typical_images_are_picked_by_their_scores():
    table = scores(a=(50, 0.1), b=(20, 0.9), c=(80, 0.5), d=(20, 0.3), e=(90, math.nan))
    assert figures.worst_stems(table, amount=3) == ["b", "d", "a"]
    assert figures.typical_stems(table, amount=4) == ["a", "d", "c", "b"]
    assert figures.typical_stems(table, amount=2) == ["a", "b"]
    unknown = scores(a=(50, math.nan), b=(20, math.nan), c=(80, math.nan))
    assert figures.typical_stems(unknown, amount=3) == ["b", "a", "c"]
    assert figures.typical_stems(scores(a=(50, math.nan)), amount=5) == ["a"]


def test_real_people_are_not_drawn_unless_they_may_be_shown(examples):
    shown = figures.sample_sheet({"clean": examples}, shown={"clean": True}, each=3)
    hidden = figures.sample_sheet({"clean": examples}, shown={"clean": False}, each=3)
    assert shown.shape == hidden.shape == (SIDE, 3 * SIDE + 8, 3)
    corner = slice(10, 60)
    assert [int(shown[corner, 10 + n * (SIDE + 4)].mean()) for n in range(3)] == [40, 100, 160]
    assert {int(hidden[corner, 10 + n * (SIDE + 4)].mean()) for n in range(3)} == {150}


def test_every_group_has_a_row_and_short_ones_are_filled_up(examples):
    sheet = figures.sample_sheet({"clean": examples, "randocc_1": examples}, shown={"clean": True, "randocc_1": True})
    assert sheet.shape == (2 * SIDE + 4, 6 * SIDE + 20, 3)
    assert (sheet[:SIDE, -SIDE:] == 255).all()


def test_predictions_stand_beside_the_truth(examples, tmp_path):
    found = np.zeros((64, 64), np.uint8)
    found[:32, :] = 255
    with write_stored_zip(tmp_path / "masks.zip") as archive:
        for stem in ("a", "b", "c"):
            archive.add(f"{stem}.png", encode_png(found))
    one = figures.Predicted("segformer_tiny", "C-WO", scores(a=(50, 0), b=(50, 0), c=(50, 0)), tmp_path / "masks.zip")
    sheet = figures.prediction_sheet(examples, [one], ["c", "a"], shown=True)
    assert sheet.shape == (2 * SIDE + 4, 2 * SIDE + 4, 3)
    # Right of the face, above: taken for the face, wrongly.
    assert sheet[20, SIDE + 4 + 140].argmax() == 0
    assert np.ptp(sheet[20, SIDE + 4 + 20]) == 0


def by_hidden():
    names = ("C-WO", "C-WO + RandOcc")
    rows = [
        {"test_set": test, "network": "segformer_tiny", "training_set": name, "low": low, "high": low + 0.5,
         "images": 3, "seeds": 2, "face_iou": 0.8 - low, "face_iou_spread": 0.01, "miou": 0.8}
        for test in ("realocc", "realocc_wild") for name in names for low in (0.0, 0.5)
    ]  # fmt: skip
    return make_table(FACE_BY_HIDDEN, {c.name: [row[c.name] for row in rows] for c in FACE_BY_HIDDEN.columns})


def test_charts_are_the_same_bytes_for_the_same_data(tmp_path):
    rows = [{"epoch": n, "step": 10 * n, "lr": 0.1, "loss": 1 / n, "validation_miou": 0.5} for n in (1, 2, 3)]
    logs = [figures.Log("segformer_tiny", "C-WO", run, rows) for run in (1, 2)]
    for name in ("one", "two"):
        figures.write_hidden_chart(tmp_path / f"{name}.png", by_hidden())
        figures.write_curves(tmp_path / f"{name}_curves.png", logs)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert (tmp_path / "one_curves.png").read_bytes() == (tmp_path / "two_curves.png").read_bytes()
