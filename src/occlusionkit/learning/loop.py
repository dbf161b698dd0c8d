"""The training loop: one function for all systems, on one process or as one of several.

It can be killed at any moment and started again: epochs that are finished are not redone, and on one device the weights
end bit-equal to those of an unbroken run, because everything random derives from the seed and the epoch.
"""

from __future__ import annotations

import json
import logging
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ..artifacts.atomic import write_bytes
from .checkpoint import CHECKPOINT, SET_ASIDE, Checkpoint, differences, load_checkpoint, save_checkpoint
from .devices import device_name, peak_memory_mb, pick_device, torch_set_up
from .epoch import Clock, train_epoch, validate
from .record import LOG, METRIC_PREFIX, ROW_START, WEIGHTS, Row, Run, TrainingRecord, log_text, write_record
from .settings import TrainSettings
from .state import Training, begin, restore
from .task import Part, Task
from .weights import save_weights, state_of

Report = Callable[[str], object]
_logger = logging.getLogger("occlusionkit.learning")


def fit(
    task: Task,
    settings: TrainSettings,
    *,
    out: Path,
    partial: Path,
    device: str = "auto",
    threads: int = 1,
    report: Report | None = None,
    identity: Mapping[str, Any] | None = None,
    part: Part | None = None,
    local_rank: int = 0,
) -> TrainingRecord:
    """Train a task's network and write out/weights.pt, out/log.csv and out/training.json.

    partial: folder for what a killed training goes on from; emptied at the end;
    device: auto, cpu, cuda, cuda:N;  threads: of the CPU; they belong to the result, as sums are cut in so many pieces;
    report: called with a line after each epoch (default: the log);
    identity: what else decides the result, as JSON (the task's parameters, its code): a checkpoint made with another is
    set aside, which is told, and training starts anew;
    part, local_rank: this process's place among several that torch.distributed has connected; only rank 0 writes.

    Raises ValueError when the loss or a weight is no longer finite, for a checkpoint of another architecture and for
    settings that do not fit the task; OSError when a file cannot be written.
    """
    part, report = part or Part(), report or _logger.info
    chosen = pick_device(device, local_rank=local_rank)
    whole = _identity(settings, identity or {}, part)
    with torch_set_up(chosen, threads=threads, deterministic=settings.deterministic):
        training = begin(task, settings, device=chosen, part=part)
        _resume(training, partial, whole, report)
        before, clock = training.epoch, Clock()
        while training.epoch < settings.epochs:
            row = train_epoch(training, clock, report=report)
            if part.rank == 0:
                training.rows.append(validate(training, row))
                report(_line(training, clock, epochs=training.epoch - before))
                run = _run(training, clock, first_epoch=before + 1, threads=threads)
                save_checkpoint(_checkpoint(training, whole, run), partial)
                write_bytes(partial / LOG, log_text(training.rows).encode())
            _meet(part)
        if training.epoch > before:
            training.runs.append(_run(training, clock, first_epoch=before + 1, threads=threads))
        record = _record(training)
        if part.rank == 0:
            write_record(out, record, parameters=whole, processes=part.world)
            save_weights(training.best.state if training.best else state_of(training.judged), out / WEIGHTS)
            for name in (CHECKPOINT, SET_ASIDE, LOG):
                (partial / name).unlink(missing_ok=True)
        _meet(part)
    return record


def _identity(settings: TrainSettings, identity: Mapping[str, Any], part: Part) -> dict[str, Any]:
    """Everything that decides the result. Loader workers do not; processes do, by their own batch statistics."""
    own = {key: value for key, value in asdict(settings).items() if key != "workers"}
    plain: dict[str, Any] = json.loads(json.dumps({**identity, "settings": own, "processes": part.world}))
    return plain


def _meet(part: Part) -> None:
    """Wait until all processes are here."""
    if part.world > 1:
        torch.distributed.barrier()


def _resume(training: Training, partial: Path, identity: Mapping[str, Any], report: Report) -> None:
    found = load_checkpoint(partial)
    _meet(training.part)  # all have looked before one moves it
    if found is None:
        return
    path = partial / CHECKPOINT
    if changed := differences(found.identity, identity):
        if training.part.rank == 0:
            path.replace(partial / SET_ASIDE)
            report(
                f"{path} is of other settings ({'; '.join(changed[:3])}): training starts anew; "
                f"until it ends, the old checkpoint is {SET_ASIDE}"
            )
        return
    restore(training, found, where=f"{path} (delete it to start anew)")
    if training.part.rank == 0:
        report(f"going on after epoch {found.epoch} of {training.settings.epochs}")


def _checkpoint(training: Training, identity: Mapping[str, Any], run: Run) -> Checkpoint:
    average = training.average
    return Checkpoint(
        identity=identity,
        epoch=training.epoch,
        model=state_of(training.model),
        optimizer=training.optimizer.state_dict(),
        average=state_of(average.model) if average else None,
        average_updates=average.updates if average else 0,
        best=training.best,
        rows=tuple(training.rows),
        runs=(*training.runs, run),
    )


def _run(training: Training, clock: Clock, *, first_epoch: int, threads: int) -> Run:
    """What this process knows of its own run so far."""
    steps = (training.epoch - first_epoch + 1) * training.steps_per_epoch
    return Run(
        host=platform.node(),
        device=device_name(training.device),
        threads=threads,
        first_epoch=first_epoch,
        last_epoch=training.epoch,
        items=steps * training.settings.batch_size,
        steps=steps,
        seconds=round(time.perf_counter() - clock.started, 3),
        train_s=round(clock.train_s, 3),
        wait_s=round(clock.wait_s, 3),
        peak_memory_mb=peak_memory_mb(training.device),
    )


def _record(training: Training) -> TrainingRecord:
    return TrainingRecord(
        epochs=training.epoch,
        steps=training.epoch * training.steps_per_epoch,
        kept_epoch=training.best.epoch if training.best else training.epoch,
        rows=tuple(training.rows),
        runs=tuple(training.runs),
    )


def _line(training: Training, clock: Clock, *, epochs: int) -> str:
    """A line of the log about the epoch that has just ended."""
    row: Row = training.rows[-1]
    told = [name for name in row if name not in ROW_START]
    numbers = ", ".join(f"{name.removeprefix(METRIC_PREFIX)} {row[name]:.4g}" for name in told)
    items = epochs * training.steps_per_epoch * training.settings.batch_size
    return (
        f"epoch {training.epoch} of {training.settings.epochs}: loss {row['loss']:.4g}, lr {row['lr']:.3g}"
        f"{', ' if numbers else ''}{numbers}; {items / max(clock.train_s, 1e-9):.1f} items/s, "
        f"{clock.wait_s / max(clock.train_s, 1e-9):.0%} of it waiting for data"
    )
