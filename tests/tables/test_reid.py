"""Re-ID tables: what stands beside what, how trainings and splits are put together, and differences said in words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.tables import concatenate, make_table
from occlusionkit.reid.bootstrap import Interval
from occlusionkit.reid.evaluate import evaluate
from occlusionkit.reid.feature_files import feature_set
from occlusionkit.reid.protocols import PROTOCOLS, Settings
from occlusionkit.reid.schemas import OCCLUSION_CALLS, PAPER_LAYOUT, RESULTS
from occlusionkit.tables.reid import (
    INSIDE,
    Measured,
    ablation_table,
    comparison_table,
    differences_table,
    parse_model,
    published_rows,
    results_table,
    single_query_table,
    verdict,
)
from occlusionkit.tables.reid_figures import draw_ranked_lists, example_queries, mean_curve, write_cmc_chart
from occlusionkit.tables.reid_heads import occlusion_head_table
from occlusionkit.tables.reid_views import (
    differences_view,
    occlusion_head_view,
    paper_view,
    results_view,
    single_query_view,
    write_view,
)

PEOPLE = 24
LAYOUTS = {"mine": "occluded_reid"}


def make_features(noise, seed=0):
    rng = np.random.default_rng(seed)
    rows = [(role, p, n) for role in ("gallery", "query") for p in range(PEOPLE) for n in range(5)]
    centres = np.random.default_rng(99).normal(size=(PEOPLE, 6))
    features = np.array([centres[p] + noise * rng.normal(size=6) for _, p, _ in rows], np.float32)
    columns = {
        "path": [f"{role}/{p + 1:03d}_{n + 1:02d}.tif" for role, p, n in rows],
        "sha256": [None] * len(rows),
        "identity": [p + 1 for _, p, _ in rows],
        "role": [role for role, _, _ in rows],
        "occluded": [role == "query" for role, _, _ in rows],
        "index": [n + 1 for _, _, n in rows],
        "camera": [None] * len(rows),
        "width": [64] * len(rows),
        "height": [128] * len(rows),
    }
    return feature_set(features, columns)


MODELS = {
    "stripes": 1.4,
    "baseline-split0-seed1": 1.2,
    "baseline-split0-seed2": 1.1,
    "afpb-split0-seed1": 0.4,
    "afpb-split0-seed2": 0.5,
    "erasing-split0-seed1": 0.45,
    "erasing-split0-seed2": 0.45,
}


def measure(protocol, models, **settings):
    found = []
    for number, (model, noise) in enumerate(models.items()):
        splits = (0, 1, 2) if model == "stripes" else (0,)
        given = Settings(splits=splits, draws=15, shots=(1, 2), **settings)
        found.append(evaluate(make_features(noise, number), PROTOCOLS[protocol], given, model=model))
    items, draws = (concatenate([getattr(one, name) for one in found]) for name in ("items", "draws"))
    return Measured("mine", "occluded_reid", protocol, "studio", items, draws)


@pytest.fixture(scope="module")
def sets():
    return measure("icme18", MODELS)


@pytest.fixture(scope="module")
def single():
    return measure("transfer", {"stripes": 1.4, "afpb-market-seed1": 0.8})


@pytest.fixture(scope="module")
def results(sets, single):
    return results_table([sets, single])


def row_of(table, **where):
    keep = np.ones(len(table), bool)
    for name, value in where.items():
        keep &= table[name] == value
    assert keep.sum() == 1, where
    return {column.name: table[column.name][keep][0] for column in table.schema.columns}


@pytest.mark.parametrize(
    ("model", "parsed"),
    [
        ("stripes", ("stripes", "nothing", 0)),
        ("afpb-split3-seed12", ("afpb", "half", 12)),
        ("os-market-seed1", ("os", "market", 1)),
        ("strongafpb-p_dukemtmc_reid-seed2", ("strongafpb", "p_dukemtmc_reid", 2)),
    ],
)
def test_a_models_name_says_what_it_is(model, parsed):
    assert parse_model(model) == parsed


def test_other_names_are_refused(sets):
    with pytest.raises(ValueError, match="expected <method>-<part>-seed<n>"):
        parse_model("afpb")
    items = sets.items.take(np.arange(3))
    items.columns["model"][:] = "magic-split0-seed1"
    with pytest.raises(ValueError, match="expected a method among"):
        results_table([Measured("mine", "occluded_reid", "icme18", "studio", items, sets.draws)])


def test_a_value_is_the_mean_over_trainings_and_its_spread_that_of_them(results, sets):
    where = {"protocol": "icme18", "shots": 2, "fusion": "mean_feature", "metric": "rank_1", "splits": "0"}
    row = row_of(results, method="baseline", **where)
    values = []
    for seed in (1, 2):
        keep = (sets.items["model"] == f"baseline-split0-seed{seed}") & (sets.items["shots"] == 2)
        keep &= sets.items["fusion"] == "mean_feature"
        values.append(sets.items["hits"][keep, 0].mean())
    assert row["value"] == pytest.approx(np.mean(values), abs=1e-12)
    assert row["seed_std"] == pytest.approx(np.std(values, ddof=1), abs=1e-12)
    assert (row["seeds"], row["identities"], row["queries"]) == (2, 12, 12)
    assert row["low"] < row["value"] < row["high"]
    drawn = sets.draws.take(
        (sets.draws["model"] == "baseline-split0-seed1")
        & (sets.draws["shots"] == 2)
        & (sets.draws["fusion"] == "mean_feature")
    )
    assert 0 < drawn["rank_1"].std() < 0.3 and row["draw_std"] == pytest.approx(drawn["rank_1"].std(), rel=0.7)


def test_the_descriptor_is_reported_on_the_canonical_split_and_on_all(results):
    where = {"method": "stripes", "protocol": "icme18", "shots": 1, "metric": "rank_1"}
    assert row_of(results, splits="0", **where)["queries"] == 12
    every = row_of(results, splits="0-2", **where)
    assert (every["queries"], every["seeds"]) == (36, 0) and math.isnan(every["seed_std"])


def test_published_numbers_stand_beside_ours_with_the_reason_why_they_differ(results):
    where = {"protocol": "icme18", "shots": 1, "fusion": "mean_feature", "metric": "rank_1", "splits": "0"}
    row = row_of(results, method="afpb", **where)
    assert row["published_value"] == pytest.approx(0.6814)
    assert "ICME 2018" in row["published_in"] and "rendered people" in row["mismatch"]
    assert row_of(results, method="erasing", **where)["published_value"] == pytest.approx(0.6579)
    assert math.isnan(row_of(results, method="stripes", **where)["published_value"])


def test_published_values_are_those_of_the_paper():
    both = {(r["dataset"], r["shots"]): r for r in published_rows("ablation") if r["method"] == "AFPB"}
    assert (both["Occluded-REID", 5]["rank_1"], both["Partial-REID", 1]["rank_1"]) == (0.94, 0.7852)
    assert len(published_rows("ablation")) == 4 * (3 + 3 + 2 + 3)  # P-Duke has no N = 5
    assert len(published_rows("comparison")) == 16
    for row in published_rows("ablation") + published_rows("comparison"):
        assert 0 < row["rank_1"] <= row["rank_5"] <= row["rank_10"] <= 1
    assert all(0 < row["rank_1"] < 1 and row["published_in"] for row in published_rows("transfer"))
    shared = {(r["dataset"], r["rank_1"]) for r in published_rows("ablation") if r["shots"] == 1}
    assert {(r["dataset"], r["rank_1"]) for r in published_rows("comparison") if r["method"] == "AFPB"} <= shared


def test_differences_are_said_in_words(sets, single):
    table = differences_table([sets, single])
    where = {"shots": 2, "fusion": "mean_feature", "metric": "rank_1"}
    won = row_of(table, method="afpb", against="baseline", **where)
    assert won["verdict"] == "better" and 0 < won["low"] < won["difference"] < won["high"]
    even = row_of(table, method="afpb", against="erasing", **where)
    assert even["verdict"] == INSIDE and even["low"] < 0 < even["high"]
    trained = row_of(table, method="baseline", against="stripes", splits="0", **where)
    assert trained["splits"] == "0"  # the descriptor's other splits have no network
    assert set(table["protocol"]) == {"icme18"}  # transfer has no baseline to compare with
    assert verdict(Interval(-0.1, -0.2, -0.01)) == "worse"
    assert verdict(Interval(math.nan, math.nan, math.nan)) == INSIDE
    words = {line[3]: line[5] for line in differences_view(table)[1] if line[1] == "2, mean feature"}
    assert words["AFPB (both) - baseline"] == "better, beyond the noise"
    assert words["AFPB (both) - random erasing"] == INSIDE


def test_the_papers_layout_never_mixes_published_and_measured(results):
    for table, shots in ((ablation_table(results, LAYOUTS), (1, 2, 5)), (comparison_table(results, LAYOUTS), (1,))):
        header, lines = paper_view(table, shots)
        ours = [line for line in lines if line[0] == "Occluded-REID (studio)"]
        assert [line[1] for line in ours][:2] == ["HSV stripes (no training)", "baseline, 2 seeds"]
        assert all(line[-1] == "measured here on studio images" for line in ours)
        others = [line for line in lines if line not in ours]
        assert all("ICME 2018" in line[-1] and line[-2] == "-" for line in others)
        assert len(header) == 4 + len(shots)
    ours = ablation_table(results, LAYOUTS)
    theirs = {(line[0], line[1]): line[2:5] for line in paper_view(ours)[1]}
    assert theirs["Occluded-REID", "AFPB"] == [
        "68.14 / 88.29 / 93.67",
        "86.51 / 97.26 / 98.88",
        "94.00 / 99.00 / 100.00",
    ]
    assert theirs["P-Duke", "ResNet-50"] == ["39.16 / 57.13 / 64.35", "44.62 / 63.58 / 70.73", "-"]
    assert np.isnan(ours["n5_rank_1"][ours["source"] == "studio"]).all()  # N = 5 was not measured in this test
    assert "-" in [line[4] for line in paper_view(ours)[1] if line[0] == "Occluded-REID (studio)"]


def test_single_query_rows_say_what_was_trained_on(results):
    table = single_query_table(results, LAYOUTS)
    lines = single_query_view(table)[1]
    mine = [line[2] for line in lines if line[0] == "Occluded-REID (studio)"]
    assert mine == ["HSV stripes (no training)", "AFPB (both), trained on market"]
    anchors = {line[2]: line for line in lines if line[0] == "Occluded-REID"}
    assert anchors["PVPM"][3] == "70.40" and "chosen on the test set" in anchors["DSR (fast-reid)"][-1]


def test_views_are_written_beside_the_table(results, tmp_path):
    write_view(tmp_path / "results", results, results_view(results))
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".md", ".parquet", ".tex"]
    assert len(read_table(tmp_path / "results.parquet", RESULTS)) == len(results)
    text = (tmp_path / "results.md").read_text()
    assert "| mine (studio) | icme18   | 0 " in text and "AFPB (both) (market)" in text


def test_an_empty_layout_still_shows_what_is_published():
    nothing = results_table([])
    assert len(ablation_table(nothing, {})) == 16
    assert ablation_table(nothing, {}).schema == PAPER_LAYOUT


def test_the_occlusion_head_is_told_apart_by_real_and_simulated_occlusion():
    def calls(*rows):
        columns = zip(*rows, strict=True) if rows else [[]] * 5
        return make_table(OCCLUSION_CALLS, dict(zip((c.name for c in OCCLUSION_CALLS.columns), columns, strict=True)))

    table = occlusion_head_table(
        [
            (
                "mine",
                "afpb-split0-seed1",
                calls(("held_out", "occluded", 10, 6, 0.6), ("held_out", "simulated", 8, 8, 1)),
            ),
            (
                "mine",
                "afpb-split0-seed2",
                calls(("held_out", "occluded", 10, 8, 0.8), ("held_out", "simulated", 8, 8, 1)),
            ),
            ("mine", "os-split0-seed1", calls()),
        ]
    )
    lines = occlusion_head_view(table)[1]
    assert [line[3:] for line in lines] == [["occluded", "70.00", "14.14", "10"], ["simulated", "100.00", "0.00", "8"]]
    assert table["trainings"].tolist() == [2, 2]


def test_curves_average_trainings_and_keep_the_canonical_split(sets, tmp_path):
    models = ["baseline-split0-seed1", "baseline-split0-seed2"]
    curves, people = mean_curve(sets.items, models, shots=1, fusion="mean_feature")
    assert curves.shape == (12, 50) and len(set(people)) == 12
    keep = (sets.items["shots"] == 1) & np.isin(sets.items["model"], models)
    np.testing.assert_allclose(curves.mean(axis=0), sets.items["hits"][keep].mean(axis=0))
    assert len(mean_curve(sets.items, ["stripes"], shots=1, fusion="mean_feature")[0]) == 12
    write_cmc_chart(tmp_path / "a.png", [sets])
    write_cmc_chart(tmp_path / "b.png", [sets])
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_ranked_lists_frame_right_answers_green_and_wrong_ones_red():
    features = make_features(0.9)
    query, gallery = example_queries(features, 3)
    assert len(query) == 3 and len(gallery) == 12 * 5

    def read(paths):
        return [np.full((128, 64, 3), 7, np.uint8) for _ in paths]

    sheet = draw_ranked_lists({"stripes": features}, read, count=3, shown=4)
    green, red = (sheet == (26, 140, 70)).all(axis=2), (sheet == (215, 48, 39)).all(axis=2)
    unit = features.features / np.linalg.norm(features.features, axis=1, keepdims=True)
    best = gallery[np.argsort(-(unit[query] @ unit[gallery].T), axis=1)[:, :4]]
    right = int((features.index["identity"][best] == features.index["identity"][query][:, None]).sum())
    assert 0 < right < 12
    frame, thin = 128 * 68 - 120 * 60, 124 * 64 - 120 * 60
    assert (green.sum(), red.sum()) == (right * frame, (12 - right) * thin)
    assert (sheet == 7).all(axis=2).sum() == 15 * 120 * 60
    hidden = draw_ranked_lists({"stripes": features}, None, count=3, shown=4)
    assert hidden.shape == sheet.shape and not (hidden == 7).all(axis=2).any()
    with pytest.raises(ValueError, match="features of the same images"):
        other = feature_set(
            features.features[:-1],
            {n: v[:-1] for n, v in features.index.columns.items() if n not in ("row", "feature_sha256")},
        )
        draw_ranked_lists({"stripes": features, "afpb-split0-seed1": other}, read, count=1)
