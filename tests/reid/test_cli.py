"""`occlusionkit reid evaluate`: what it prints and writes, and what it tells a person who mistypes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from occlusionkit.artifacts import read_table
from occlusionkit.reid.cli import app as reid_app
from occlusionkit.reid.feature_files import write_features
from occlusionkit.reid.schemas import DRAWS, ITEMS, METRICS, SPLITS
from occlusionkit.reid.splits import half_split

app = typer.Typer()
app.add_typer(reid_app, name="reid")

PEOPLE = 8


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(PEOPLE, 5))
    rows = [(role, person, n) for role in ("gallery", "query") for person in range(PEOPLE) for n in range(5)]
    write_features(
        tmp_path,
        np.array([centres[p] + 0.8 * rng.normal(size=5) for _, p, _ in rows], np.float32),
        {
            "path": [f"{role}/{p + 1:03d}_{n + 1:02d}.tif" for role, p, n in rows],
            "sha256": [f"{n:064x}" for n in range(len(rows))],
            "identity": [p + 1 for _, p, _ in rows],
            "role": [role for role, _, _ in rows],
            "occluded": [role == "query" for role, _, _ in rows],
            "index": [n + 1 for _, _, n in rows],
            "camera": [None] * len(rows),
            "width": [64] * len(rows),
            "height": [128] * len(rows),
        },
    )
    return tmp_path


def run(folder, *arguments: object, index="features.parquet") -> tuple[int, str]:
    given = ["reid", "evaluate", "--features", folder / "features.npy", "--index", folder / index, *arguments]
    result = CliRunner().invoke(app, [str(one) for one in given], env={"COLUMNS": "200"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_transfer_prints_a_table_and_writes_it(folder):
    status, output = run(folder, "--protocol", "transfer", "--out", folder / "out")
    assert status == 0
    header, row = output.splitlines()[1:3]
    assert header.split()[:4] == ["N", "fusion", "rank-1", "rank-5"]
    metrics = read_table(folder / "out" / "metrics.parquet", METRICS)
    rank_1 = metrics["value"][metrics["metric"] == "rank_1"][0]
    assert row.split()[:3] == ["single", "none", f"{100 * rank_1:.2f}"] and 0 < rank_1 < 1
    assert "0 queries without a match left out; 0 ties, pessimistic" in output
    assert len(read_table(folder / "out" / "items.parquet", ITEMS)) == 5 * PEOPLE
    rows = list(csv.DictReader((folder / "out" / "metrics.csv").open()))
    assert float(rows[0]["value"]) == metrics["value"][0] and rows[0]["draw_std"] == ""
    stored = json.loads((folder / "out" / "metrics.json").read_text())
    assert stored["facts"]["features_verified"] and len(stored["metrics"]) == len(metrics)


def test_icme18_publishes_its_splits(folder):
    status, output = run(
        folder, "--protocol", "icme18", "--out", folder / "out", "--splits", "0,4", "--draws", 7, "--shots", "1,5"
    )
    assert status == 0 and "up to 7 draws; 0 identities with fewer images than N" in output
    lists = json.loads((folder / "out" / "splits.json").read_text())
    split = half_split(range(1, PEOPLE + 1), 4)
    assert lists["4"] == {"train": list(split.train), "test": list(split.test)} and set(lists) == {"0", "4"}
    assert len(read_table(folder / "out" / "splits.parquet", SPLITS)) == 2 * PEOPLE
    draws = read_table(folder / "out" / "draws.parquet", DRAWS)
    # Two splits; N = 1 has one fusion, as a mean of one is itself; all five images are one draw, with two fusions.
    assert len(draws) == 2 * (7 + 2)
    cells = [line.split()[:2] for line in output.splitlines()[2:5]]
    assert cells == [["1", "mean"], ["5", "mean"], ["5", "min"]]


def test_a_csv_index_is_enough_and_that_nothing_was_verified_is_said(folder):
    lines = ["path,identity,role"]
    lines += [f"{role}{p}{n},{p},{role}" for role in ("gallery", "query") for p in range(PEOPLE) for n in range(5)]
    (folder / "index.csv").write_text("\n".join(lines))
    status, output = run(folder, "--protocol", "transfer", index="index.csv")
    assert status == 0 and "was not verified" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--protocol", "cuhk03"], "expected one of icme18, transfer, supervised, market1501; found 'cuhk03'"),
        (["--protocol", "icme18", "--shots", "1,0"], "expected different whole numbers from 1"),
        (["--protocol", "icme18", "--splits", "one"], "expected different whole numbers from 0"),
        (["--protocol", "transfer", "--ties", "lucky"], "lucky"),
    ],
)
def test_a_mistyped_option_is_told_with_status_two(folder, arguments, message):
    status, output = run(folder, *arguments)
    assert status == 2 and message in output


def test_other_images_than_the_releases_are_refused(folder):
    with pytest.raises(
        ValueError, match="of occluded_reid expected 1,000 gallery and found 40; 200 identities and found 8"
    ):
        run(folder, "--protocol", "transfer", "--dataset", "occluded_reid")


def test_features_of_other_images_are_refused_in_one_line(folder):
    features = np.load(folder / "features.npy")
    np.save(folder / "features.npy", features[::-1])
    command = [sys.executable, "-c", "from occlusionkit.cli import main; main()", "reid", "evaluate"]
    given = ["--features", "features.npy", "--index", "features.parquet", "--protocol", "transfer"]
    ended = subprocess.run([*command, *given], cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("occlusionkit: features.npy and features.parquet do not belong")
    assert "Traceback" not in ended.stderr


def test_help_does_not_load_torch():
    program = "import sys, occlusionkit.reid.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
