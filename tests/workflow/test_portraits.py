"""The studio's face data by its rules: files where the published sets have them, and nobody in training and test."""

import json

import numpy as np
import pytest

from occlusionkit.artifacts import read_table
from occlusionkit.studio.portraits.schemas import PORTRAITS

pytestmark = pytest.mark.slow

INDEX = "results/index/portraits.parquet"


@pytest.fixture(scope="module")
def run(snakemake, tmp_path_factory):
    made = snakemake(tmp_path_factory.mktemp("portraits"), "--", INDEX)
    assert made.status == 0, made.text[-3000:]
    return made


def test_every_row_has_its_files(run):
    table = read_table(run.folder / INDEX, PORTRAITS)
    assert dict(zip(*np.unique(table["dataset"].astype(str), return_counts=True), strict=True)) == {
        "clean": 8, "occluded": 4, "hands": 4, "objects": 4, "textures": 15, "realocc": 4, "realocc_wild": 4,
    }  # fmt: skip
    for name in [*table["image"], *(mask for mask in table["mask"] if mask)]:
        assert (run.results / "data" / name).is_file()
    assert (run.results / "data/realocc/val.txt").read_text().split() == ["00000", "00001", "00002", "00003"]
    assert not (run.results / ".partial/portraits").exists() or not any((run.results / ".partial/portraits").iterdir())


def test_the_test_sets_show_and_use_nothing_of_training(run):
    table = read_table(run.folder / INDEX, PORTRAITS)
    for column in ("identity", "hand_owners", "textures"):
        sides = [
            {name for cell in table[column][table["split"] == split] if cell for name in cell.split(",")}
            for split in ("train", "test")
        ]
        assert sides[0], column
        assert not sides[0] & sides[1], column


def test_sidecars_say_what_drew(run):
    for name in ("clean", "realocc"):
        sidecar = json.loads((run.results / f"index/portraits/{name}.json").read_text())
        assert sidecar["facts"]["renderer"].split(":")[0] in ("gl", "embree")
        assert sidecar["facts"]["pictures"] == {"clean": 8, "realocc": 4}[name]
        assert sidecar["inputs"]
