from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from occlusionkit.learning.launch import Job, read_job, train, write_job
from occlusionkit.learning.record import read_log, read_record
from occlusionkit.learning.weights import load_state

FACTORY = "toy_task:task"
PROGRAM = """
import json, sys
from pathlib import Path
from occlusionkit.learning.launch import train
from occlusionkit.learning.settings import TrainSettings
job = json.loads(sys.argv[1])
settings = job.pop("settings")
settings = TrainSettings.of(settings, seed=settings.pop("seed"))
train(job.pop("factory"), job.pop("parameters"), settings, out=Path(job.pop("out")), partial=Path(job.pop("partial")),
      device="cpu", report=print, **job)
"""


@pytest.fixture
def start(toy, tmp_path):
    """Train the toy task in a process of its own."""

    def run(settings, *, out, **more):
        job = {"factory": FACTORY, "settings": asdict(settings), "out": str(tmp_path / out)}
        job |= {"partial": str(tmp_path / "partial"), "parameters": {}, **more}
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(toy.__file__).parent), *sys.path])}
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM, json.dumps(job)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return run


def wait_for_epochs(partial, count, process):
    until = time.monotonic() + 120
    while not ((partial / "log.csv").exists() and len(read_log(partial / "log.csv")) >= count):
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < until
        time.sleep(0.02)


def end(process):
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    return said


def test_a_training_killed_outright_goes_on_and_ends_as_an_unbroken_one(start, settings, tmp_path):
    chosen = settings(epochs=4, ema_decay=0.9, workers=1)
    diary = tmp_path / "diary"
    train(FACTORY, {}, chosen, out=tmp_path / "unbroken", partial=tmp_path / "partial", device="cpu")
    process = start(chosen, out="out", parameters={"pause_s": 0.1, "diary": str(diary)})
    wait_for_epochs(tmp_path / "partial", 2, process)
    time.sleep(0.15)  # into the next epoch
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (tmp_path / "out").exists()
    done = len(read_log(tmp_path / "partial" / "log.csv"))
    begun = diary.read_text()
    diary.unlink()
    # The same parameters, or the checkpoint would be another's.
    said = end(start(chosen, out="out", parameters={"pause_s": 0.1, "diary": str(diary)}))
    assert f"going on after epoch {done} of 4" in said
    assert begun.split() == [str(epoch) for epoch in range(done + 1)]
    assert diary.read_text().split() == [str(epoch) for epoch in range(done, 4)]
    for name in ("weights.pt", "log.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "unbroken" / name).read_bytes()


def alive(pid):
    """Running; a zombie that nobody waits for is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def descendants(pid):
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *descendants(child)]
    return found


@pytest.mark.slow
def test_two_processes_resume_after_their_launcher_was_killed(start, settings, tmp_path):
    chosen = settings(epochs=4, batch_size=4, ema_decay=0.9)
    end(start(chosen, out="unbroken", parameters={"pause_s": 0.1}, processes=2))
    process = start(chosen, out="out", parameters={"pause_s": 0.1}, processes=2)
    wait_for_epochs(tmp_path / "partial", 1, process)
    workers = descendants(process.pid)
    assert len(workers) >= 3  # torchrun and two of its own
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=20)
    until = time.monotonic() + 20
    while any(alive(pid) for pid in workers):
        assert time.monotonic() < until, "processes outlived their launcher"
        time.sleep(0.05)
    said = end(start(chosen, out="out", parameters={"pause_s": 0.1}, processes=2))
    assert said.count("going on after epoch") == 1
    assert said.count("epoch 4 of 4") == 1  # only the first process speaks
    for name in ("weights.pt", "log.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "unbroken" / name).read_bytes()
    assert not list((tmp_path / "partial").iterdir())


@pytest.mark.slow
def test_two_processes_train_as_one_would(toy, settings, tmp_path):
    chosen = settings(epochs=2, batch_size=4, schedule="poly", clip_norm=1.0)
    parameters = {"plain": True}
    train(FACTORY, parameters, chosen, out=tmp_path / "one", partial=tmp_path / "p", device="cpu")
    said = []
    record = train(
        FACTORY,
        parameters,
        chosen,
        out=tmp_path / "two",
        partial=tmp_path / "p",
        device="cpu",
        processes=2,
        report=said.append,
    )
    assert record.steps == 10
    assert sum("epoch 2 of 2" in line for line in said) == 1
    one, two = load_state(tmp_path / "one" / "weights.pt"), load_state(tmp_path / "two" / "weights.pt")
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, rtol=1e-4, atol=1e-6)
    rows = zip(read_log(tmp_path / "one" / "log.csv"), read_log(tmp_path / "two" / "log.csv"), strict=True)
    for alone, together in rows:
        assert together == pytest.approx(alone, rel=1e-4)  # means over both processes
    facts = json.loads((tmp_path / "two" / "training.json").read_text())["facts"]
    assert facts["processes"] == 2


@pytest.mark.slow
def test_what_stops_one_process_is_told_by_the_launcher(toy, settings, tmp_path):
    with pytest.raises(ValueError, match=r"^epoch 1 of 3, step \d of 5: the loss is not finite at learning rate 0\.05"):
        train(
            FACTORY,
            {"poison": 1e39},
            settings(batch_size=4),
            out=tmp_path / "out",
            partial=tmp_path / "partial",
            device="cpu",
            processes=2,
            report=lambda _: None,
        )
    assert not (tmp_path / "out").exists()


def test_processes_that_cannot_share_a_batch_are_refused_before_they_start(toy, settings, tmp_path):
    with pytest.raises(ValueError, match="batch_size: expected a multiple of the 2 processes, found 5"):
        train(FACTORY, {}, settings(), out=tmp_path, partial=tmp_path, processes=2)
    with pytest.raises(ValueError, match="processes: expected 1 or more"):
        train(FACTORY, {}, settings(), out=tmp_path, partial=tmp_path, processes=0)


@pytest.mark.parametrize(
    ("factory", "told"),
    [
        ("toy_task", "factory: expected package.module:function, found 'toy_task'"),
        ("toy_task:nothing", "cannot load 'toy_task:nothing'.*no attribute 'nothing'"),
        ("no_such_module:task", "No module named 'no_such_module'"),
        ("toy_task:ITEMS", "expected package.module:function, found 'toy_task:ITEMS'"),
    ],
)
def test_a_factory_that_is_none_is_refused(toy, settings, tmp_path, factory, told):
    with pytest.raises(ValueError, match=told):
        train(factory, {}, settings(), out=tmp_path, partial=tmp_path, device="cpu")


def test_a_job_comes_back_from_its_file(settings, tmp_path):
    job = Job(
        factory=FACTORY,
        parameters={"a": [1, 2], "b": {"c": None}},
        settings=settings(schedule="step", milestones=(1, 2), clip_norm=2.0),
        out=tmp_path / "out",
        partial=tmp_path / "partial",
        device="cpu",
        threads=3,
    )
    write_job(job, tmp_path / "job.json")
    assert read_job(tmp_path / "job.json") == job


def test_a_checkpoint_made_with_other_code_is_not_gone_on_from(toy, settings, tmp_path, monkeypatch):
    module = tmp_path / "changing_task.py"
    module.write_text("from toy_task import task as toy\ndef task(settings):\n    return toy(settings)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    job = Job(factory="changing_task:task", parameters={}, settings=settings(), out=tmp_path, partial=tmp_path)
    before = job.identity["code"]
    module.write_text("# a comment\n" + module.read_text())
    assert job.identity["code"] == before
    module.write_text(module.read_text() + "NEW = 1\n")
    from occlusionkit import provenance

    provenance._read.cache_clear()  # a process reads its code once
    assert job.identity["code"] != before


def test_the_code_of_a_task_in_the_package_counts(settings, tmp_path):
    def code(factory):
        job = Job(factory=factory, parameters={}, settings=settings(), out=tmp_path, partial=tmp_path)
        return job.identity["code"]

    # The loop itself imports neither.
    assert code("occlusionkit.learning.resnet:resnet") != code("occlusionkit.learning.loading:collate")


def test_the_record_is_read_back(toy, settings, tmp_path):
    record = train(FACTORY, {}, settings(), out=tmp_path / "out", partial=tmp_path / "p", device="cpu", threads=1)
    assert read_record(tmp_path / "out") == record
    parameters = json.loads((tmp_path / "out" / "training.json").read_text())["parameters"]
    assert parameters["factory"] == FACTORY
    assert "workers" not in parameters["settings"]
