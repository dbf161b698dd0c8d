"""A training in progress: the network, what moves it, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import nn

from .average import WeightAverage
from .checkpoint import Best, Checkpoint
from .record import Row, Run
from .seeds import derived_seed
from .settings import TrainSettings
from .task import Part, Task
from .weights import fit_state


@dataclass
class Training:
    """called: the network as the loss calls it, wrapped when several processes train it;  scales: factor on the rate
    of each parameter group;  epoch: finished ones."""

    task: Task
    settings: TrainSettings
    part: Part
    device: torch.device
    model: nn.Module
    called: nn.Module
    optimizer: torch.optim.Optimizer
    scales: tuple[float, ...]
    steps_per_epoch: int
    average: WeightAverage | None
    epoch: int = 0
    best: Best | None = None
    rows: list[Row] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    @property
    def judged(self) -> nn.Module:
        """The network that is validated and kept."""
        return self.average.model if self.average else self.model


def begin(task: Task, settings: TrainSettings, *, device: torch.device, part: Part) -> Training:
    """Build network and optimiser, from the seed alone. ValueError when task and settings do not fit together."""
    if settings.batch_size % part.world:
        raise ValueError(f"batch_size: expected a multiple of the {part.world} processes, found {settings.batch_size}")
    torch.manual_seed(derived_seed(settings.seed, "build"))
    model = task.build().to(device)
    groups = task.groups(model)
    _check_groups(model, [parameter for parameters, _ in groups for parameter in parameters])
    steps = task.steps(part)
    if steps < 1:
        raise ValueError(
            f"the task has nothing to train on: {steps} batches an epoch, batch_size {settings.batch_size}"
        )
    called = model
    if part.world > 1:
        devices = [device] if device.type == "cuda" else None
        called = nn.parallel.DistributedDataParallel(model, device_ids=devices)
    return Training(
        task=task,
        settings=settings,
        part=part,
        device=device,
        model=model,
        called=called,
        optimizer=_optimizer(settings, [parameters for parameters, _ in groups]),
        scales=tuple(scale for _, scale in groups),
        steps_per_epoch=steps,
        average=None if settings.ema_decay is None else WeightAverage(model, decay=settings.ema_decay),
    )


def _check_groups(model: nn.Module, grouped: list[nn.Parameter]) -> None:
    ids = {id(parameter) for parameter in grouped}
    forgotten = [name for name, value in model.named_parameters() if value.requires_grad and id(value) not in ids]
    if forgotten:
        raise ValueError(f"groups: {', '.join(forgotten[:4])} want a gradient and are in no group; freeze or add them")
    if len(ids) < len(grouped):
        raise ValueError("groups: expected each parameter once, found some in two places")


def _optimizer(settings: TrainSettings, groups: list[list[nn.Parameter]]) -> torch.optim.Optimizer:
    """With one kernel for all parameters of a group."""
    parameters = [{"params": group} for group in groups]
    lr, decay = settings.lr, settings.weight_decay
    if settings.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=lr, momentum=settings.momentum, weight_decay=decay, fused=True)
    kind = torch.optim.Adam if settings.optimizer == "adam" else torch.optim.AdamW
    return kind(parameters, lr=lr, betas=(settings.momentum, 0.999), weight_decay=decay, fused=True)


def restore(training: Training, found: Checkpoint, *, where: str) -> None:
    """Put a training where a checkpoint stood. ValueError when the checkpoint is of another architecture."""
    fit_state(training.model.state_dict(), found.model, where=where)
    training.model.load_state_dict(found.model)
    try:
        training.optimizer.load_state_dict(found.optimizer)
    except ValueError as error:
        raise ValueError(f"{where}: its optimiser moves other groups of parameters: {error}") from error
    if training.average and found.average is not None:
        training.average.model.load_state_dict(found.average)
        training.average.updates = found.average_updates
    training.epoch, training.best = found.epoch, found.best
    training.rows, training.runs = list(found.rows), list(found.runs)
