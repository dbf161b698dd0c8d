"""What a killed training goes on from: written after every epoch, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from .record import Row, Run
from .weights import load_torch, save_torch

CHECKPOINT = "checkpoint.pt"
# Where the checkpoint of other settings is moved, so that a mistaken edit does not cost the hours behind it.
SET_ASIDE = "checkpoint-of-other-settings.pt"
_FORMAT = 1


@dataclass(frozen=True)
class Best:
    """The best validation so far, and its weights."""

    epoch: int
    score: float
    state: dict[str, Tensor]


@dataclass(frozen=True)
class Checkpoint:
    """epoch: finished ones;  identity: all that decides the result, as JSON types;  average: None without one."""

    identity: Mapping[str, Any]
    epoch: int
    model: dict[str, Tensor]
    optimizer: dict[str, Any]
    average: dict[str, Tensor] | None
    average_updates: int
    best: Best | None
    rows: tuple[Row, ...]
    runs: tuple[Run, ...]


def save_checkpoint(checkpoint: Checkpoint, folder: Path) -> None:
    """Write it atomically. OSError when it cannot be written; the checkpoint before it then stays."""
    best = checkpoint.best
    content = {
        "format": _FORMAT,
        "identity": dict(checkpoint.identity),
        "epoch": checkpoint.epoch,
        "model": checkpoint.model,
        "optimizer": checkpoint.optimizer,
        "average": checkpoint.average,
        "average_updates": checkpoint.average_updates,
        "best": None if best is None else {"epoch": best.epoch, "score": best.score, "state": best.state},
        "rows": list(checkpoint.rows),
        "runs": [asdict(run) for run in checkpoint.runs],
    }
    save_torch(content, folder / CHECKPOINT)


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint in a folder, None when there is none. ValueError when it is damaged or something else."""
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    try:
        content = load_torch(path)
    except ValueError as error:
        raise ValueError(f"{error}; without this checkpoint training starts anew: delete it") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"{path}: expected a checkpoint of format {_FORMAT}; delete it to start anew")
    best = content["best"]
    return Checkpoint(
        identity=content["identity"],
        epoch=content["epoch"],
        model=content["model"],
        optimizer=content["optimizer"],
        average=content["average"],
        average_updates=content["average_updates"],
        best=None if best is None else Best(**best),
        rows=tuple(content["rows"]),
        runs=tuple(Run(**run) for run in content["runs"]),
    )


def differences(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    """What two identities differ in: "settings.lr 0.1, now 0.01", sorted by name."""
    found: list[str] = []
    for key in sorted(old.keys() | new.keys()):
        before, now = old.get(key), new.get(key)
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            found += differences(before, now, f"{prefix}{key}.")
        elif before != now:
            found.append(f"{prefix}{key} {_short(before)}, now {_short(now)}")
    return found


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."
