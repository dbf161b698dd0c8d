"""A server that dies in the middle of a shard: one clear error, no shard that looks whole, and only it is redone."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from killing import processes_of
from running import environment, run_snakemake, snakemake_command

pytestmark = pytest.mark.slow


def test_a_server_that_dies_mid_shard_costs_that_shard_only(tiny_run, tmp_path):
    folder = tmp_path / "run"
    first = run_snakemake(folder, "--until", "plan_capture", "bake_people", "bake_light")
    assert first.status == 0, first.text[-2000:]
    command = snakemake_command(folder, "--keep-going", "results/captures/occlusion_person/shard-0000/images.zip")
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        server = wait_for_server(folder)
        os.kill(server, signal.SIGKILL)
        text = process.communicate(timeout=300)[0]
    assert process.returncode != 0
    assert "capture_shard: " in text and "server" in text and "Traceback" not in text, text[-3000:]
    shard = folder / "results/captures/occlusion_person/shard-0000"
    assert [path.name for path in shard.rglob("*") if path.is_file()] == []

    again = run_snakemake(folder)
    assert again.status == 0, again.text[-2000:]
    assert (shard / "images.zip").read_bytes() == (
        tiny_run.results / "captures/occlusion_person/shard-0000/images.zip"
    ).read_bytes()


def wait_for_server(folder) -> int:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for pid, command in processes_of(folder).items():
            if "occlusionkit.studio.server" in command:
                time.sleep(0.5)
                return pid
        time.sleep(0.05)
    raise TimeoutError("no server was started")
