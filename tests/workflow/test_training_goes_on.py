"""A training whose workflow is killed goes on from its last finished epoch, and ends as an unbroken one does."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from killing import GRACE_S, processes_of
from running import environment, run_snakemake, snakemake_command

MODEL = Path("results/models/face/segformer_tiny.c-wo.1")
EPOCHS = 8


def finished_epochs(folder: Path) -> int:
    log = folder / "results/.partial/train_face" / MODEL.name / "log.csv"
    return max(0, len(log.read_text().splitlines()) - 1) if log.is_file() else 0


def wait_for(condition, *, longest_s: float) -> None:
    deadline = time.monotonic() + longest_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {longest_s} s"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_killed_training_redoes_no_epoch_and_ends_with_the_same_weights(tiny_run, tmp_path):
    folder = tmp_path / "killed"
    # Images and their index are there; what is to be trained on them is not.
    shutil.copytree(tiny_run.results, folder / "results", ignore=shutil.ignore_patterns("models", ".partial"))
    longer = tmp_path / "longer.yaml"
    longer.write_text(
        yaml.safe_dump({"face": {"schedules": {"segformer_tiny": {"epochs": EPOCHS, "steps_per_epoch": 8}}}})
    )
    # Snakemake takes what follows its configs for another one.
    target = ["--", str(MODEL / "weights.pt")]
    process = subprocess.Popen(
        snakemake_command(folder, *target, configs=(longer,)),
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: finished_epochs(folder) >= 2 or process.poll() is not None, longest_s=400)
        assert process.poll() is None, "the training ended before it could be killed"
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not processes_of(folder), longest_s=GRACE_S)
    before = finished_epochs(folder)
    assert 2 <= before < EPOCHS
    assert not (folder / MODEL / "weights.pt").exists()

    run_snakemake(folder, "--unlock")
    second = run_snakemake(folder, *target, configs=(longer,))
    assert second.status == 0, second.text[-3000:]
    runs = json.loads((folder / MODEL / "training.json").read_text())["host"]["runs"]
    assert [(run["first_epoch"], run["last_epoch"]) for run in runs] == [(1, before), (before + 1, EPOCHS)]

    resumed = (folder / MODEL / "weights.pt").read_bytes(), (folder / MODEL / "log.csv").read_bytes()
    shutil.rmtree(folder / MODEL)
    unbroken = run_snakemake(folder, *target, configs=(longer,))
    assert unbroken.status == 0, unbroken.text[-3000:]
    assert len(json.loads((folder / MODEL / "training.json").read_text())["host"]["runs"]) == 1
    assert ((folder / MODEL / "weights.pt").read_bytes(), (folder / MODEL / "log.csv").read_bytes()) == resumed
