"""Re-identification on folders of one's own: Partial-REID's exact flat layout and a Market-style set, by path."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from occlusionkit.artifacts import read_table
from occlusionkit.reid.feature_files import read_features
from occlusionkit.reid.schemas import METRICS

pytestmark = pytest.mark.slow

PEOPLE = 6


def picture(path: Path, person: int, number: int, *, height: int = 60, width: int = 24) -> None:
    """Stripes in the person's colours under some noise; sizes differ, as in the real set."""
    colours = np.random.default_rng(person).integers(30, 226, (4, 1, 3))
    noise = np.random.default_rng(list(hashlib.sha256(str(path.name + path.parent.name).encode()).digest()[:8]))
    image = np.repeat(np.repeat(colours, 8, axis=0), 16, axis=1) + noise.normal(0, 12, (32, 16, 3))
    if "occluded" in path.parent.name:
        image[noise.integers(12, 24) :] = noise.integers(0, 256, 3)
    sized = cv2.resize(np.clip(image, 0, 255).astype(np.uint8), (width + number, height + 2 * number))
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), sized)


@pytest.fixture(scope="module")
def own_run(snakemake, tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    partial, market = folder / "Partial-REID_Dataset", folder / "Market-1501-v15.09.15"
    for side in ("occluded", "partial", "whole"):
        for person in range(1, PEOPLE + 1):
            for number in range(1, 6):
                picture(partial / f"{side}_body_images" / f"{person:03d}_{number:03d}.jpg", person, number)
    (partial / "Readme.txt").write_text("as published")
    for person in (101, 102, 103, 104):
        for camera in range(1, 5):
            picture(market / "bounding_box_train" / f"{person:04d}_c{camera}s1_{camera:06d}_01.jpg", person, camera)
    picture(market / "query" / "0200_c1s1_000001_00.jpg", 200, 1)
    picture(market / "bounding_box_test" / "0200_c2s1_000002_00.jpg", 200, 2)
    config = folder / "own.yaml"
    datasets = {
        "partial_reid": {"layout": "partial_reid", "folder": str(partial), "counts": "any"},
        "market": {"layout": "market1501", "folder": str(market), "counts": "any"},
    }
    chosen = {"datasets": datasets, "targets": ["partial_reid"], "sources": ["market"], "methods": ["afpb"]}
    config.write_text(yaml.safe_dump({"reid": chosen}))
    scores = [f"results/metrics/reid/partial_reid/{protocol}/metrics.parquet" for protocol in ("icme18", "transfer")]
    run = snakemake(folder / "run", "--", *scores, configs=(config,))
    assert run.status == 0, run.text[-3000:]
    return run


def test_both_protocols_score_networks_trained_for_them(own_run):
    metrics = own_run.results / "metrics/reid/partial_reid"
    found = {name: read_table(metrics / name / "metrics.parquet", METRICS) for name in ("icme18", "transfer")}
    assert set(found["icme18"]["model"]) == {"stripes", "afpb-split0-seed1"}
    assert set(found["transfer"]["model"]) == {"stripes", "afpb-market-seed1"}
    # Half of the people are tested by the one, everybody's five occluded images by the other.
    own = found["icme18"]["model"] == "afpb-split0-seed1"
    assert set(found["icme18"]["queries"][own]) == {PEOPLE // 2}
    assert set(found["transfer"]["queries"]) == {PEOPLE * 5}


def test_nobody_who_is_tested_was_trained_on(own_run):
    card = json.loads((own_run.results / "models/reid/partial_reid/afpb-split0-seed1/model.json").read_text())
    splits = json.loads((own_run.results / "metrics/reid/partial_reid/icme18/splits.json").read_text())
    assert str(sorted(card["identities"])) in str(splits) and len(card["identities"]) == PEOPLE // 2
    moved = json.loads((own_run.results / "models/reid/partial_reid/afpb-market-seed1/model.json").read_text())
    assert moved["identities"] == [101, 102, 103, 104] and moved["trained_on"] == "market"


def test_features_hold_all_three_sides_in_their_own_sizes(own_run):
    folder = own_run.results / "predictions/reid/partial_reid/afpb-split0-seed1"
    stored = read_features(folder / "features.npy", folder / "features.parquet")
    roles = stored.index["role"].tolist()
    assert {role: roles.count(role) for role in set(roles)} == {"query": 30, "gallery": 30, "partial": 30}
    assert len(set(stored.index["height"].tolist())) == 5 and set(stored.index["camera"].tolist()) == {None}


def test_a_second_run_has_nothing_to_do(own_run, snakemake):
    config = own_run.folder.parent / "own.yaml"
    scores = "results/metrics/reid/partial_reid/transfer/metrics.parquet"
    again = snakemake(own_run.folder, "--", scores, configs=(config,))
    assert again.status == 0 and "Nothing to be done" in again.text, again.text[-2000:]


def test_another_folder_than_named_is_one_line(own_run, snakemake, tmp_path):
    config = tmp_path / "wrong.yaml"
    market = own_run.folder.parent / "Market-1501-v15.09.15"
    datasets = {"partial_reid": {"layout": "partial_reid", "folder": str(market)}}
    config.write_text(yaml.safe_dump({"reid": {"datasets": datasets, "targets": ["partial_reid"]}}))
    run = snakemake(tmp_path / "run", "--", "results/index/reid/partial_reid.parquet", configs=(config,))
    assert run.status != 0 and "lies in none of occluded_body_images" in run.text and "Traceback" not in run.text
