"""The tiny config end to end: what a run leaves behind, and that runs agree in content."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import DATASETS, INDEX, RATES
from occlusionkit.artifacts.zips import StoredZip
from occlusionkit.audit.hashes import compare_hashes, hash_results
from occlusionkit.images import decode_depth, decode_image
from occlusionkit.multiview.data import camera_of, from_items
from occlusionkit.occlusion.labels import depth_gap_m, is_visible

pytestmark = pytest.mark.slow

DATA = Path("data/occlusion_person/unrealcv")


def test_official_files_describe_every_image_of_the_run(tiny_run):
    items = []
    for split in ("train", "validation"):
        # Plain pickle, as AdaFuse's loader reads it.
        items += pickle.loads((tiny_run.results / DATA / f"annot/unrealcv_{split}.pkl").read_bytes())  # noqa: S301
    with StoredZip(tiny_run.results / DATA / "images.zip") as images:
        assert sorted(f"images/{item['image']}" for item in items) == sorted(images.names)
        assert len(items) == 4 * 2 * 8
        for item in items[::9]:
            image = decode_image(images.read(f"images/{item['image']}"), where=item["image"])
            assert image.shape == (90, 160, 3)
            assert image.std() > 10, "a picture of something, not one flat colour"
    cameras = [item["camera_id"] for item in items]
    assert cameras == list(range(8)) * 8, "the eight cameras of an instant stand next to each other"


def test_labels_follow_from_the_stored_depth_and_annotations_alone(tiny_run):
    """A second way to the labels: depth.zip and the pickles, without the tables of the shards."""
    items = pickle.loads((tiny_run.results / DATA / "annot/unrealcv_train.pkl").read_bytes())  # noqa: S301
    index = from_items(items, split="train", size_hw=(90, 160))
    checked = 0
    with StoredZip(tiny_run.results / DATA / "depth.zip") as depths:
        for row in range(len(index)):
            name = f"depth/{index['image'][row].replace('.jpg', '.png')}"
            depth_m = decode_depth(depths.read(name), where=name)
            gap_m = depth_gap_m(index["joints_3d_camera"][row][:, 2], depth_m, index["joints_2d"][row])
            visible = is_visible(gap_m, threshold_m=0.30)
            np.testing.assert_array_equal(visible, index["visible"][row])
            checked += int(visible.sum())
    assert checked > 100


def test_masks_show_the_person_where_the_joints_are(tiny_run):
    index = read_table(tiny_run.results / "index/occlusion_person.parquet", INDEX)
    hits = index["instance_hit"][index["visible"]]
    person = 1000 + np.repeat(index["subject"], 15).reshape(-1, 15)[index["visible"]]
    # A visible joint's pixel is the person's own body, but for a wall or chair seat within 30 cm behind or before it.
    assert (hits == person).mean() > 0.85


def test_tables_say_where_their_numbers_come_from(tiny_run):
    table = read_table(tiny_run.results / "tables/occlusion_person/datasets.parquet", DATASETS)
    assert table["source"].tolist() == ["published"] * 4 + ["studio"]
    assert table["frames"].tolist() == [784_000, 236_000, 36_000, 73_000, 8]
    rates = read_table(tiny_run.results / "tables/occlusion_person/rates.parquet", RATES)
    total = rates.take(rates["grouping"] == "all")
    causes = rates.take(rates["grouping"] == "cause")
    assert causes["occluded"].sum() == total["occluded"][0]
    assert table["occluded_rate"][4] == pytest.approx(total["rate"][0])
    markdown = (tiny_run.results / "tables/occlusion_person/datasets.md").read_text()
    assert "20.3%" in markdown and "studio" in markdown


def test_the_report_stands_alone(tiny_run):
    html = (tiny_run.results / "report.html").read_text()
    assert html.count("data:image/") == 6
    assert "http://" not in html and "https://" not in html
    assert "not results on the published dataset" in " ".join(html.split())


def test_every_job_has_a_sidecar_that_names_renderer_and_code(tiny_run):
    sidecars = [json.loads(p.read_text()) for p in sorted((tiny_run.results / "captures").rglob("capture.json"))]
    assert len(sidecars) == 2
    for sidecar in sidecars:
        assert sidecar["host"]["renderer"].split(":")[0] in ("gl", "embree")
        assert len(sidecar["code"]) == 16
        assert "occlusion_person/plan.parquet" in sidecar["inputs"]


def test_the_same_run_elsewhere_and_other_shards_give_the_same_content(tiny_run, snakemake, tmp_path):
    override = tmp_path / "shards.yaml"
    override.write_text(yaml.safe_dump({"capture": {"shard_instants": 3}}))
    again = snakemake(tmp_path / "again")
    resharded = snakemake(tmp_path / "resharded", configs=(override,))
    assert again.status == 0 and resharded.status == 0, again.text[-2000:] + resharded.text[-2000:]
    expected = hash_results(tiny_run.results)
    same = compare_hashes(expected, hash_results(again.results))
    assert same.equal, same
    unsharded = compare_hashes(expected, hash_results(resharded.results), ignore_sharding=True)
    assert unsharded.equal and unsharded.same > 20, unsharded


def test_a_second_run_has_nothing_to_do(tiny_run, snakemake):
    assert "Nothing to be done" in snakemake(tiny_run.folder).text


def test_pictures_are_written_once_per_figure(tiny_run):
    for name in ("samples.jpg", "people.jpg", "rooms.jpg", "actions.jpg", "rates.png", "thresholds.png"):
        picture = cv2.imread(str(tiny_run.results / "figures/occlusion_person" / name))
        assert picture is not None and min(picture.shape[:2]) > 80, name


def test_cameras_in_the_index_are_proper_and_differ(tiny_run):
    index = read_table(tiny_run.results / "index/occlusion_person.parquet", INDEX)
    first = [camera_of({n: index[n][row] for n in index.columns}) for row in range(len(index))]
    scene = index["scene"] == index["scene"][0]
    centres = {tuple(np.round(first[row].center_world, 6)) for row in np.flatnonzero(scene)}
    assert len(centres) == 8
