"""What a training leaves beside its weights: log.csv (content) and training.json (content, and host facts apart)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..artifacts.atomic import write_bytes, write_json

WEIGHTS, LOG, RECORD = "weights.pt", "log.csv", "training.json"
# What the loop itself writes into every row, in this order; scalars and metrics of the task follow.
ROW_START = ("epoch", "step", "lr", "loss")
# Before the names of metrics, so that an accuracy on the training and one on the validation items stay apart.
METRIC_PREFIX = "validation_"

Row = dict[str, float]


@dataclass(frozen=True)
class Run:
    """One unbroken stretch of a training: a training that was interrupted has several.

    seconds: wall clock, and the parts of it spent on epochs (train_s) and, in them, on waiting for batches (wait_s).
    """

    host: str
    device: str
    threads: int
    first_epoch: int
    last_epoch: int
    items: int
    steps: int
    seconds: float
    train_s: float
    wait_s: float
    peak_memory_mb: float


@dataclass(frozen=True)
class TrainingRecord:
    """epochs, steps: trained in all;  kept_epoch: whose weights are kept, 1 is the first;  rows: of log.csv;
    runs: one, or one more for each interruption."""

    epochs: int
    steps: int
    kept_epoch: int
    rows: tuple[Row, ...]
    runs: tuple[Run, ...]

    @property
    def items_per_s(self) -> float:
        """Training speed without validation, over all processes."""
        return sum(run.items for run in self.runs) / max(1e-9, sum(run.train_s for run in self.runs))

    @property
    def data_wait_fraction(self) -> float:
        """Share of the training time in which the loop waited for a batch: an upper bound of the device's idle time
        for want of data, as a GPU still works on what is queued."""
        return sum(run.wait_s for run in self.runs) / max(1e-9, sum(run.train_s for run in self.runs))


def log_text(rows: Sequence[Row]) -> str:
    """CSV, one row an epoch; an epoch without validation leaves its metrics empty. Numbers are exact."""
    names = {name for row in rows for name in row} - set(ROW_START)
    columns = [*ROW_START, *sorted(names, key=lambda name: (name.startswith(METRIC_PREFIX), name))]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read_log(path: Path) -> list[Row]:
    """The rows of a log.csv; cells that are empty are left out of their row."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [{name: _number(cell) for name, cell in row.items() if cell} for row in csv.DictReader(file)]
    if not all(set(ROW_START) <= set(row) for row in rows):
        raise ValueError(f"{path}: expected the columns {', '.join(ROW_START)} of a training log")
    return rows


def _number(cell: str) -> float:
    return int(cell) if cell.isdecimal() else float(cell)


def write_record(out: Path, record: TrainingRecord, *, parameters: Mapping[str, Any], processes: int) -> None:
    """log.csv and training.json of a finished training. In training.json what may differ between two honest runs stands
    under "host", which content hashes leave out."""
    write_bytes(out / LOG, log_text(record.rows).encode())
    write_json(
        out / RECORD,
        {
            "kind": "sidecar",
            "rule": "training",
            "inputs": {},
            "parameters": dict(parameters),
            "facts": {"epochs": record.epochs, "steps": record.steps, "kept_epoch": record.kept_epoch,
                      "processes": processes},
            "host": {
                "items_per_s": round(record.items_per_s, 2),
                "steps_per_s": round(record.items_per_s * record.steps / max(1, _items(record)), 3),
                "data_wait_fraction": round(record.data_wait_fraction, 4),
                "peak_memory_mb": max(run.peak_memory_mb for run in record.runs),
                "seconds": round(sum(run.seconds for run in record.runs), 2),
                "runs": [asdict(run) for run in record.runs],
            },
        },
    )  # fmt: skip


def _items(record: TrainingRecord) -> int:
    return sum(run.items for run in record.runs)


def read_record(out: Path) -> TrainingRecord:
    """The record of a finished training from its folder."""
    stored = json.loads((out / RECORD).read_text(encoding="utf-8"))
    facts = stored["facts"]
    return TrainingRecord(
        epochs=facts["epochs"],
        steps=facts["steps"],
        kept_epoch=facts["kept_epoch"],
        rows=tuple(read_log(out / LOG)),
        runs=tuple(Run(**run) for run in stored["host"]["runs"]),
    )
