"""`occlusionkit reid rank`: own folders in, ranked lists out; and every wrong folder told in one line."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from occlusionkit.artifacts import read_table
from occlusionkit.learning.weights import save_weights
from occlusionkit.reid.cli import app
from occlusionkit.reid.methods import ModelCard
from occlusionkit.reid.model import build_net
from occlusionkit.reid.rank_folders import RANKED, best_matches, rank_folders

CARD = ModelCard(method="afpb", depth=18, width=0.125, last_stride=1, size_hw=(32, 16), neck=False, occlusion_head=True,
                 identities=(1, 2, 3), trained_on="occluded_reid")  # fmt: skip


@pytest.fixture
def weights(tmp_path) -> Path:
    torch.manual_seed(0)
    save_weights(build_net(CARD), tmp_path / "weights.pt")
    (tmp_path / "model.json").write_text(json.dumps(CARD.to_json()))
    return tmp_path / "weights.pt"


@pytest.fixture
def folders(tmp_path, person_image) -> tuple[Path, Path]:
    for person in (1, 2, 3):
        person_image(tmp_path / "occluded" / f"{person}_a.png", person, 1)
        for number in (1, 2):
            person_image(tmp_path / "gallery" / "deep" / f"{person}_{number}.jpg", person, number)
    return tmp_path / "occluded", tmp_path / "gallery"


def test_the_best_matches_are_those_of_a_full_sort_and_ties_stand_in_gallery_order():
    rng = np.random.default_rng(0)
    query, gallery = rng.integers(-2, 3, (7, 4)).astype(np.float32), rng.integers(-2, 3, (30, 4)).astype(np.float32)
    rows, scores = best_matches(query, gallery, top=6)
    for number in range(7):
        similarity = [float(query[number] @ other) for other in gallery]
        expected = sorted(range(30), key=lambda row: (-similarity[row], row))[:6]
        assert rows[number].tolist() == expected and scores[number].tolist() == [similarity[row] for row in expected]
    assert best_matches(query, gallery, top=99)[0].shape == (7, 30)


def test_blocks_of_queries_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    query, gallery = rng.normal(size=(9, 5)).astype(np.float32), rng.normal(size=(11, 5)).astype(np.float32)
    whole = best_matches(query, gallery, top=4)[0]
    monkeypatch.setattr("occlusionkit.reid.rank_folders._BLOCK_BYTES", 100)
    np.testing.assert_array_equal(best_matches(query, gallery, top=4)[0], whole)


def test_folders_without_labels_are_ranked(folders, weights, tmp_path):
    query, gallery = folders
    (query / "1_a.png").rename(query / "someone.png")
    table = rank_folders(query, gallery, weights=weights, out=tmp_path / "out", top=4, device="cpu")
    assert len(table) == 3 * 4 and set(table["same_person"]) == {None}
    np.testing.assert_array_equal(read_table(tmp_path / "out/ranked.parquet", RANKED)["gallery"], table["gallery"])
    rows = list(csv.DictReader((tmp_path / "out/ranked.csv").open()))
    assert [row["gallery"] for row in rows] == table["gallery"].tolist() and rows[0]["same_person"] == ""
    for name in set(table["query"]):
        found = table["similarity"][table["query"] == name]
        assert (np.diff(found) <= 0).all() and (np.abs(found) <= 1 + 1e-6).all()


def test_the_page_opens_offline_and_frames_say_who_is_right(folders, weights, tmp_path):
    query, gallery = folders
    shutil.copy(gallery / "deep/2_1.jpg", query / "2_a.png")  # the picture itself: surely found
    table = rank_folders(query, gallery, weights=weights, out=tmp_path, top=3, labelled=True, device="cpu")
    page = (tmp_path / "ranked.html").read_text()
    assert not re.findall(r"(?:src|href)=|https?://|url\((?!data:image)", page), "something is fetched from elsewhere"
    assert page.count('class="answer yes"') == int((table["same_person"] == "yes").sum()) >= 1
    assert page.count('class="answer no"') == int((table["same_person"] == "no").sum())
    first = table["same_person"][table["rank"] == 1]
    assert f"<b>{int((first == 'yes').sum())} of 3</b> first answers" in page
    assert table["gallery"][(table["query"] == "2_a.png") & (table["rank"] == 1)] == ["deep/2_1.jpg"]
    pictures = re.findall(r"^  \.(p[0-9a-f]+) \{", page, flags=re.MULTILINE)
    assert len(pictures) == len(set(pictures)), "a picture stands on the page twice"


def test_names_are_escaped(folders, weights, tmp_path):
    query, gallery = folders
    (query / "1_a.png").rename(query / "1_<script>.png")
    rank_folders(query, gallery, weights=weights, out=tmp_path, device="cpu")
    page = (tmp_path / "ranked.html").read_text()
    assert "<script>" not in page and "1_&lt;script&gt;.png" in page


def test_two_runs_write_the_same_bytes(folders, weights, tmp_path):
    for name in ("a", "b"):
        rank_folders(*folders, weights=weights, out=tmp_path / name, device="cpu")
    for name in ("ranked.html", "ranked.csv", "ranked.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_page_stops_and_says_so(folders, weights, tmp_path):
    rank_folders(*folders, weights=weights, out=tmp_path, shown=2, device="cpu")
    page = (tmp_path / "ranked.html").read_text()
    assert page.count('class="query"') == 2 and "The first 2 queries are shown" in page
    assert len(read_table(tmp_path / "ranked.parquet", RANKED)) == 3 * 6


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda query, gallery, weights: shutil.rmtree(gallery / "deep"), "gallery: expected person crops"),
        (lambda query, gallery, weights: shutil.rmtree(query), "occluded: expected a folder, found nothing"),
        (lambda query, gallery, weights: (query / "1_a.png").write_bytes(b"\x89PNG"), r"1_a\.png: expected an image"),
        (lambda query, gallery, weights: weights.write_bytes(b"zip"), r"weights\.pt: expected a file of torch"),
        (lambda query, gallery, weights: weights.unlink(), r"weights\.pt: expected weights, found no file"),
        (lambda query, gallery, weights: (query / "1_a.png").rename(query / "x.png"), r"x\.png: expected a name that"),
    ],
)
def test_what_cannot_be_ranked_is_named(folders, weights, tmp_path, break_it, message):
    break_it(*folders, weights)
    with pytest.raises((ValueError, OSError), match=message):
        rank_folders(*folders, weights=weights, out=tmp_path / "out", labelled=True, device="cpu")
    assert not (tmp_path / "out").exists()


def test_one_folder_is_not_two(folders, weights, tmp_path):
    with pytest.raises(ValueError, match="expected two folders"):
        rank_folders(folders[0], folders[0], weights=weights, out=tmp_path, device="cpu")


def test_the_command_ranks(folders, weights, tmp_path):
    options = ["--query", folders[0], "--gallery", folders[1], "--weights", weights, "--out", tmp_path / "out"]
    result = CliRunner().invoke(app, ["rank", *map(str, options), "--device", "cpu", "--top", "2"])
    assert result.exit_code == 0, result.output
    assert "3 queries ranked" in result.output and (tmp_path / "out/ranked.html").is_file()
