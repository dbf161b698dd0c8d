"""Start a training from plain values: in this process, or in several that train one network together.

Several processes are started by torchrun (`python -m torch.distributed.run`), each running `learning.worker` on one job
file; docs/learning.md has the line for several nodes.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..artifacts.atomic import write_json
from ..provenance import PACKAGE, code_digest
from .loop import Report, fit
from .record import TrainingRecord, read_record
from .settings import TrainSettings
from .task import Part, Task

JOB, FAILURE = "job.json", "failure.json"
_logger = logging.getLogger("occlusionkit.learning")


@dataclass(frozen=True, kw_only=True)
class Job:
    """All that a process needs to know. factory: "package.module:function", which is called with `parameters` by name,
    and with the TrainSettings if it has a parameter called settings, and returns a Task;  parameters: JSON types only.
    """

    factory: str
    parameters: Mapping[str, Any]
    settings: TrainSettings
    out: Path
    partial: Path
    device: str = "auto"
    threads: int = 1

    @property
    def identity(self) -> dict[str, Any]:
        """What decides the result beside the settings: a changed task must not go on from an old checkpoint."""
        return {"factory": self.factory, "parameters": dict(self.parameters), "code": _code(self.factory)}

    def task(self) -> Task:
        function = _function(self.factory)
        extra = {"settings": self.settings} if "settings" in inspect.signature(function).parameters else {}
        task: Task = function(**self.parameters, **extra)
        return task

    def run(self, *, part: Part | None = None, local_rank: int = 0, report: Report | None = None) -> TrainingRecord:
        """Train in this process, alone or as one of several."""
        return fit(
            self.task(),
            self.settings,
            out=self.out,
            partial=self.partial,
            device=self.device,
            threads=self.threads,
            report=report,
            identity=self.identity,
            part=part,
            local_rank=local_rank,
        )


def train(
    factory: str,
    parameters: Mapping[str, Any],
    settings: TrainSettings,
    *,
    out: Path,
    partial: Path,
    device: str = "auto",
    threads: int = 1,
    processes: int = 1,
    report: Report | None = None,
) -> TrainingRecord:
    """Train the network of `factory(**parameters)` (see Job) and write weights.pt, log.csv and training.json to `out`.

    processes: 1 trains here; more start so many processes on this machine, one GPU each, or gloo on the CPU with
    `threads` each. Other arguments and errors: `loop.fit`; RuntimeError when a process dies without a word.
    """
    job = Job(
        factory=factory,
        parameters=json.loads(json.dumps(dict(parameters))),
        settings=settings,
        out=out,
        partial=partial,
        device=device,
        threads=threads,
    )
    if processes < 1:
        raise ValueError(f"processes: expected 1 or more, found {processes}")
    if processes == 1:
        return job.run(report=report)
    if settings.batch_size % processes:
        raise ValueError(f"batch_size: expected a multiple of the {processes} processes, found {settings.batch_size}")
    return _launch(job, processes, report or _logger.info)


def write_job(job: Job, path: Path) -> None:
    """The job as a file for `python -m occlusionkit.learning.worker`."""
    write_json(
        path,
        {
            "factory": job.factory,
            "parameters": dict(job.parameters),
            "settings": asdict(job.settings),
            "out": str(job.out.resolve()),
            "partial": str(job.partial.resolve()),
            "device": job.device,
            "threads": job.threads,
        },
    )


def read_job(path: Path) -> Job:
    """A job from its file; ValueError when something in it is wrong."""
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    settings = dict(stored.pop("settings"))
    seed = settings.pop("seed")
    stored |= {name: Path(stored[name]) for name in ("out", "partial")}
    return Job(settings=TrainSettings.of(settings, seed=seed), **stored)


def _launch(job: Job, processes: int, report: Report) -> TrainingRecord:
    path, failure = job.partial / JOB, job.partial / FAILURE
    write_job(job, path)
    failure.unlink(missing_ok=True)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    command += ["-m", "occlusionkit.learning.worker", str(path), "--end-with-input"]
    # torchrun looks for this and otherwise warns; the loop sets torch's own threads.
    environment = os.environ | {
        "OMP_NUM_THREADS": str(job.threads),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    # Processes end when their standard input does, so a launcher killed outright does not leave them behind.
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    said: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.rstrip())
            report(line.rstrip())
        code = process.wait()
    finally:
        _end(process)
    if code:
        raise _failure(failure, said, code)
    path.unlink(missing_ok=True)
    return read_record(job.out)


def _end(process: subprocess.Popen[str]) -> None:
    """End it if it still runs: its workers when their input closes, itself when they are gone."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _failure(path: Path, said: list[str], code: int) -> Exception:
    if path.exists():
        told = json.loads(path.read_text(encoding="utf-8"))
        kind: type[Exception] = {"ValueError": ValueError, "OSError": OSError}.get(told["kind"], RuntimeError)
        return kind(told["message"])
    last = next((line for line in reversed(said) if line.strip()), "nothing was said")
    return RuntimeError(f"training in several processes ended with status {code}: {last}")


def _function(factory: str) -> Callable[..., Any]:
    module, colon, name = factory.partition(":")
    try:
        found = getattr(importlib.import_module(module), name) if colon else None
    except (ModuleNotFoundError, AttributeError) as error:
        raise ValueError(f"factory: expected package.module:function, cannot load {factory!r}: {error}") from error
    if not callable(found):
        raise ValueError(f"factory: expected package.module:function, found {factory!r}")
    function: Callable[..., Any] = found
    return function


def _code(factory: str) -> str:
    """Digest of the code behind a task: of its module and of all that it imports from this package."""
    module = factory.partition(":")[0]
    if module.split(".")[0] == PACKAGE:
        return code_digest(module, f"{PACKAGE}.learning.loop")
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return code_digest(f"{PACKAGE}.learning.loop")
    return code_digest(spec.origin, f"{PACKAGE}.learning.loop")
