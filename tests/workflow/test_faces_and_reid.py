"""Faces and re-ID end to end on the tiny config: the tables follow from the stored masks and features alone."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.zips import StoredZip
from occlusionkit.audit.hashes import compare_hashes, hash_results
from occlusionkit.face.schemas import EXAMPLES, FACE_RESULTS
from occlusionkit.reid.schemas import FEATURES, RESULTS

pytestmark = pytest.mark.slow

TRAINED = {"C-WO": "c-wo", "C-WO + RandOcc": "c-wo_randocc"}


def run_both(snakemake, folder: Path, *arguments: str):
    config = folder.with_suffix(".yaml")
    config.write_text(yaml.safe_dump({"systems": ["face", "reid"]}))
    run = snakemake(folder, *arguments, configs=(config,))
    assert run.status == 0, run.text[-4000:]
    return run


@pytest.fixture(scope="module")
def both_run(snakemake, tmp_path_factory):
    return run_both(snakemake, tmp_path_factory.mktemp("systems") / "one")


def rows_of(table, **wanted):
    keep = np.ones(len(table), bool)
    for name, value in wanted.items():
        keep &= table[name] == value
    return np.flatnonzero(keep)


@pytest.mark.parametrize("test_set", ["realocc", "realocc_wild"])
@pytest.mark.parametrize("training_set", TRAINED)
def test_miou_follows_from_the_stored_masks_and_the_labels(both_run, test_set, training_set):
    examples = read_table(both_run.results / f"index/face/{test_set}.parquet", EXAMPLES)
    model = f"segformer_tiny.{TRAINED[training_set]}.1"
    counts = np.zeros((2, 2), np.int64)
    with StoredZip(both_run.results / f"predictions/face/{model}/{test_set}.zip") as masks:
        assert len(masks.names) == len(examples) == 4
        for stem, path in zip(examples["stem"], examples["mask"], strict=True):
            found = cv2.imdecode(np.frombuffer(masks.read(f"{stem}.png"), np.uint8), cv2.IMREAD_UNCHANGED) > 0
            truth = cv2.imread(str(both_run.folder / path), cv2.IMREAD_UNCHANGED) > 0
            np.add.at(counts, (truth.astype(int).ravel(), found.astype(int).ravel()), 1)
    face = counts[1, 1] / (counts[1, 1] + counts[0, 1] + counts[1, 0])
    ground = counts[0, 0] / (counts[0, 0] + counts[0, 1] + counts[1, 0])
    results = read_table(both_run.results / "tables/face/results.parquet", FACE_RESULTS)
    (row,) = rows_of(results, test_set=test_set, training_set=training_set, metric="miou")
    assert results["value"][row] == pytest.approx((face + ground) / 2, abs=1e-12)
    assert results["source"][row] == "studio"


def test_rank_1_of_single_queries_follows_from_the_stored_features(both_run):
    folder = both_run.results / "predictions/reid/occluded_reid/stripes"
    table = read_table(folder / "features.parquet", FEATURES)
    features = np.load(folder / "features.npy").astype(np.float64)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    queries, gallery = (np.flatnonzero(table["role"] == role) for role in ("query", "gallery"))
    assert len(queries) == len(gallery) == 8 * 2
    likeness = features[queries] @ features[gallery].T
    same = table["identity"][queries][:, None] == table["identity"][gallery][None]
    # A wrong image that is as alike as the best right one counts against it.
    right = np.where(same, likeness, -np.inf).max(axis=1) > np.where(same, -np.inf, likeness).max(axis=1)
    results = read_table(both_run.results / "tables/reid/results.parquet", RESULTS)
    (row,) = rows_of(results, protocol="transfer", method="stripes", metric="rank_1")
    assert results["value"][row] == pytest.approx(right.mean(), abs=1e-12)
    assert (results["queries"][row], results["identities"][row]) == (16, 8)


def test_every_method_is_scored_on_people_it_was_not_trained_on(both_run):
    results = read_table(both_run.results / "tables/reid/results.parquet", RESULTS)
    for method in ("stripes", "baseline", "afpb"):
        rows = rows_of(results, protocol="icme18", method=method, splits="0", shots=1, metric="rank_1")
        assert results["identities"][rows].tolist() == [4], "half of the eight people"
        assert 0 <= results["value"][rows[0]] <= 1


def test_the_report_shows_what_ran_and_nothing_else(both_run):
    html = (both_run.results / "report.html").read_text()
    assert '<h2 id="faces">Occluded faces (studio)</h2>' in html
    assert '<h2 id="reid">Occluded re-identification (studio)</h2>' in html
    assert 'id="occlusion-person"' not in html
    assert html.count("data:image/") == 9
    assert "not results on the published datasets" in " ".join(html.split())
    assert not (both_run.results / "data/occlusion_person").exists()


def test_a_second_run_has_nothing_to_do(both_run, snakemake):
    assert "Nothing to be done" in run_both(snakemake, both_run.folder).text


def test_the_same_run_elsewhere_gives_the_same_content(both_run, snakemake, tmp_path):
    """Renderings, generated sets, weights, features, scores: all but what tells of the host."""
    again = run_both(snakemake, tmp_path / "again")
    same = compare_hashes(hash_results(both_run.results), hash_results(again.results))
    assert same.equal and same.same > 60, same
