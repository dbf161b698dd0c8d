"""The face table: means and spreads by hand, published numbers as printed, and what stands beside what."""

from __future__ import annotations

import math

import numpy as np
import pytest

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.tables import make_table
from occlusionkit.face.presets import TRAINING_SETS
from occlusionkit.face.schemas import FACE_BY_HIDDEN, FACE_RESULTS, SCORES
from occlusionkit.face.score_folders import score_row
from occlusionkit.face.scores import MaskCounts
from occlusionkit.tables.face import (
    FAMILIES,
    Measured,
    hidden_table,
    protocol_of,
    published_miou,
    results_table,
    table_2,
    write_hidden,
    write_results,
)


def scores(*hits: int, hidden: tuple[float, ...] = ()):
    """Images of 100 face and 100 background pixels; `hits` of the face are found, nothing else is taken for it."""
    rows = [
        score_row(f"i{n}", MaskCounts(hit, 0, 100 - hit, 100, 1, 1), hidden[n] if hidden else math.nan)
        for n, hit in enumerate(hits)
    ]
    return make_table(SCORES, {column.name: [row[column.name] for row in rows] for column in SCORES.columns})


def measured(name: str, seed: int, table, *, test_set: str = "realocc", network: str = "segformer_tiny") -> Measured:
    return Measured(network, name, seed, test_set, "studio", 1536, table)


def row_of(table, **wanted) -> dict:
    keep = np.all([table[name] == value for name, value in wanted.items()], axis=0)
    assert keep.sum() == 1
    return {column.name: table[column.name][keep][0] for column in table.schema.columns}


def test_published_numbers_are_those_of_table_2():
    found = published_miou()
    assert len(found) == 9 * 3 * 3
    assert {name for name, _, _ in found} == set(TRAINING_SETS)
    assert found["C-Original", "PSPNet", "realocc"] == 0.8952
    assert found["C-CM", "SegFormer", "cofw"] == 0.9487
    assert found["C-WO + NatOcc-SOT", "PSPNet", "realocc_wild"] == 0.9326
    assert found["C-CM + NatOcc-SOT", "SegFormer", "realocc"] == 0.9802
    # What the paper says of them: synthetic occlusion gives 5.2 to 7.7 points on RealOcc over C-WO.
    gains = [
        found[name, family, "realocc"] - found["C-WO", family, "realocc"]
        for name in TRAINING_SETS
        if name.startswith("C-WO + ")
        for family in FAMILIES
    ]
    assert (round(min(gains), 3), round(max(gains), 3)) == (0.052, 0.077)


def test_a_number_is_the_mean_over_seeds_of_whole_sets():
    table = results_table(
        [measured("C-WO", 1, scores(80, 40)), measured("C-WO", 2, scores(100, 60))], protocol="because"
    )
    row = row_of(table, metric="face_iou")
    # 120 of 200 face pixels found, then 160 of 200: not the means of the images' scores.
    assert row["value"] == pytest.approx((0.6 + 0.8) / 2)
    assert row["spread"] == pytest.approx(0.2 / math.sqrt(2))
    assert (row["seeds"], row["images"], row["source"]) == (2, 2, "studio")
    miou = row_of(table, metric="miou")
    backgrounds = [200 / 280, 200 / 240]
    assert miou["value"] == pytest.approx((0.6 + 0.8 + sum(backgrounds)) / 4)
    assert miou["published_value"] == 0.9136
    assert miou["mismatch"] == "because"
    assert miou["published_in"].endswith("SegFormer")
    assert math.isnan(row["published_value"])
    assert row["mismatch"] is None


def test_one_seed_has_no_spread():
    table = results_table([measured("C-WO", 1, scores(80))], protocol="p")
    assert math.isnan(row_of(table, metric="miou")["spread"])
    header, rows = table_2(table)
    assert rows[2][header.index("RealOcc (studio): " + str(table["label"][0]))] == "81.67"


def test_the_papers_layout_has_every_row_and_keeps_ours_and_published_apart():
    table = results_table(
        [measured("C-WO", seed, scores(80 + seed)) for seed in (1, 2)]
        + [measured("C-WO + RandOcc", seed, scores(90), test_set="realocc_wild") for seed in (1, 2)],
        protocol="p",
    )
    header, rows = table_2(table)
    assert [row[0] for row in rows] == list(TRAINING_SETS)
    assert all(len(row) == len(header) for row in rows)
    published = [name for name in header if "published" in name]
    assert len(published) == 3
    by_name = dict(zip((row[0] for row in rows), rows, strict=True))
    cells = dict(zip(header, by_name["C-WO + RandOcc"], strict=True))
    assert cells["RealOcc-Wild, published: PSPNet / DeepLabv3+ / SegFormer"] == "89.54 / 89.68 / 92.84"
    ours = [name for name in header if "(studio)" in name]
    assert [cells[name] for name in ours] == ["-", "90.45 ± 0.00"]
    assert not any("COFW" in name for name in ours)
    assert cells["Images seen in training"] == "1,536"
    assert by_name["C-CM"][1] == "-"


def test_scores_by_hidden_fraction_are_of_summed_pixels_and_over_seeds():
    hidden = (0.05, 0.1, 0.5)
    table = hidden_table(
        [
            measured("C-WO", 1, scores(90, 70, 20, hidden=hidden)),
            measured("C-WO", 2, scores(70, 50, 40, hidden=hidden)),
        ],
        edges=(0.0, 0.3, 1.0),
    )
    assert table.schema == FACE_BY_HIDDEN
    assert table["images"].tolist() == [2, 1]
    assert table["face_iou"].tolist() == pytest.approx([(0.8 + 0.6) / 2, (0.2 + 0.4) / 2])
    assert table["face_iou_spread"].tolist() == pytest.approx([0.2 / math.sqrt(2)] * 2)


def test_views_are_written_and_the_long_table_reads_back(tmp_path):
    table = results_table([measured("C-WO", seed, scores(80)) for seed in (1, 2)], protocol="p")
    write_results(tmp_path / "results", table)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"results.{end}" for end in ("csv", "md", "parquet", "tex")
    ]
    assert len(read_table(tmp_path / "results.parquet", FACE_RESULTS)) == 5
    text = (tmp_path / "results.md").read_text()
    assert "RealOcc (studio)" in text
    assert "96.65 / 96.51 / 97.30" in text
    write_hidden(tmp_path / "hidden", hidden_table([measured("C-WO", 1, scores(80, hidden=(0.2,)))]))
    assert "0.15 .. 0.30" in (tmp_path / "hidden.md").read_text()


def test_the_protocol_says_what_was_trained_on():
    assert protocol_of(trained_on="studio", size_px=128).startswith("training faces rendered by the studio")
    assert "from /data/celeba" in protocol_of(trained_on="/data/celeba", size_px=128)
