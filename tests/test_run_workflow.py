"""What `make run` does about the lock of a killed run: released only where no live process can own it."""

from __future__ import annotations

import importlib.util
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts/run_workflow.py"


@pytest.fixture
def runner(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("run_workflow", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".snakemake/locks").mkdir(parents=True)
    (tmp_path / "results/.partial").mkdir(parents=True)
    called = []
    monkeypatch.setattr(module.subprocess, "run", lambda command, **_: called.append(command) or Done())
    module.called = called
    return module


class Done:
    returncode = 0


def lock(folder, host):
    (folder / ".snakemake/locks/0.output.lock").write_text("results/x")
    (folder / "results/.partial/owner").write_text(f"{host}\n")


def report_of(folder, *names):
    """A finished run whose report shows these files."""
    (folder / "results/report.json").write_text(json.dumps({"inputs": dict.fromkeys(names, "0")}))
    (folder / "results/tables/occlusion_person").mkdir(parents=True)
    (folder / "results/tables/occlusion_person/datasets.md").write_text("| from an earlier run |\n")


@pytest.mark.parametrize(
    ("shown", "told", "not_told"),
    [
        (["reid/results.parquet"], ["results/tables/reid/results.md"], ["occlusion_person", "face"]),
        (
            ["face/results.parquet", "occlusion_person/datasets.parquet"],
            [
                "| from an earlier run |",
                "results/tables/occlusion_person/datasets.md",
                "results/tables/face/results.md",
            ],
            ["reid"],
        ),
    ],
)
def test_a_run_with_a_config_of_ones_own_tells_of_what_it_made_alone(
    runner, tmp_path, monkeypatch, capsys, shown, told, not_told
):
    report_of(tmp_path, *shown)
    monkeypatch.setattr(sys, "argv", ["run_workflow.py", "--cores", "2", "--configfile", "my.yaml"])
    assert runner.main() == 0
    # Without the dashes Snakemake takes the target for one more file of the config.
    assert runner.called[-1][-4:] == ["--configfile", "my.yaml", "--", "all"]
    said = capsys.readouterr().out
    assert all(line in said for line in [*told, "results/report.html"])
    assert not any(name in said for name in not_told)


def test_a_free_folder_is_not_locked_and_a_left_lock_is_seen(runner, tmp_path):
    assert not runner.is_locked()
    lock(tmp_path, socket.gethostname())
    assert runner.is_locked()


def test_the_lock_of_a_killed_run_on_this_host_is_released(runner, tmp_path):
    lock(tmp_path, socket.gethostname())
    assert runner.unlock()
    assert runner.called[0][-2:] == ["--unlock", "--quiet"]


def test_a_lock_from_another_host_is_left_with_the_command_to_release_it(runner, tmp_path, capsys):
    lock(tmp_path, "another-node")
    assert not runner.unlock()
    assert runner.called == []
    said = capsys.readouterr().err
    assert "another-node" in said and "snakemake --unlock" in said


def test_a_lock_is_left_while_snakemake_runs_in_the_folder(runner, tmp_path, capsys):
    lock(tmp_path, socket.gethostname())
    sleeper = tmp_path / "snakemake"
    sleeper.write_text("import time; print('up', flush=True); time.sleep(60)")
    process = subprocess.Popen([sys.executable, str(sleeper)], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "up\n"
        assert not runner.unlock()
        assert str(process.pid) in capsys.readouterr().err
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert runner.unlock()
