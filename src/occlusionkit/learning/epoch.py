"""One epoch of training, and the validation after it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from .checkpoint import Best
from .progress import epoch_progress
from .record import METRIC_PREFIX, ROW_START, Row
from .schedules import learning_rate
from .seeds import derived_seed
from .settings import TrainSettings
from .state import Training
from .task import Batch, Part, to_device
from .weights import state_of

# Steps between looks at the loss on a GPU: each look waits for all queued work.
GPU_LOOK_EVERY = 20


@dataclass
class Clock:
    """Seconds since the start, spent on epochs, and within them on waiting for batches."""

    started: float = field(default_factory=time.perf_counter)
    train_s: float = 0.0
    wait_s: float = 0.0

    def timed(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The batches; the time that each is waited for is counted."""
        iterator = iter(batches)
        while True:
            asked = time.perf_counter()
            batch = next(iterator, None)
            self.wait_s += time.perf_counter() - asked
            if batch is None:
                return
            yield batch


def train_epoch(training: Training, clock: Clock, *, report: Callable[[str], object]) -> Row:
    """Train for one epoch; returns its row of the log.

    Raises ValueError when the loss or a weight is not finite, and when the loader gives other than steps() batches.
    """
    settings, part, steps = training.settings, training.part, training.steps_per_epoch
    label = f"epoch {training.epoch + 1} of {settings.epochs}"
    first = training.epoch * steps
    torch.manual_seed(derived_seed(settings.seed, "epoch", training.epoch, part.rank))
    training.called.train()
    sums, watch = (
        _Sums(training.device),
        _LossWatch(settings, label, first=first, steps_per_epoch=steps, device=training.device),
    )
    started, done = time.perf_counter(), 0
    with epoch_progress(label, steps, report=report, silent=part.rank > 0) as progress:
        for batch in clock.timed(training.task.loader(training.epoch, part)):
            if done == steps:
                raise ValueError(f"{label}: the loader gives more batches than the {steps} that steps() says")
            losses = _step(training, batch, first + done)
            watch.saw(losses["loss"])
            sums.add(losses)
            progress.update(1)
            done += 1
    if done < steps:
        raise ValueError(f"{label}: the loader gave {done} batches, steps() says {steps}")
    watch.look()
    _check_weights(training, label)
    means = sums.means(part)
    clock.train_s += time.perf_counter() - started
    training.epoch += 1
    rate = learning_rate(settings, first + steps - 1, steps_per_epoch=steps)
    return {"epoch": training.epoch, "step": first + steps, "lr": rate, **means}


def _step(training: Training, batch: Batch, step: int) -> dict[str, Tensor]:
    """One step of the optimiser; the loss and the task's scalars, detached."""
    settings = training.settings
    rate = learning_rate(settings, step, steps_per_epoch=training.steps_per_epoch)
    for group, scale in zip(training.optimizer.param_groups, training.scales, strict=True):
        group["lr"] = rate * scale
    on_device = to_device(batch, training.device)
    with torch.autocast(training.device.type, torch.bfloat16, enabled=settings.precision == "bf16"):
        loss, scalars = training.task.loss(training.called, on_device, training.epoch)
    if taken := scalars.keys() & set(ROW_START):
        raise ValueError(f"the task's scalars: {', '.join(sorted(taken))} is a column of the loop's own; rename it")
    training.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    if settings.clip_norm is not None:
        torch.nn.utils.clip_grad_norm_(training.model.parameters(), settings.clip_norm)
    training.optimizer.step()
    if training.average:
        training.average.update(training.model)
    return {"loss": loss.detach(), **{name: value.detach() for name, value in scalars.items()}}


class _LossWatch:
    """Stops when a loss is not finite: at once on a CPU, within GPU_LOOK_EVERY steps on a GPU, naming the step."""

    def __init__(
        self, settings: TrainSettings, label: str, *, first: int, steps_per_epoch: int, device: torch.device
    ) -> None:
        self._settings, self._label, self._first, self._steps = settings, label, first, steps_per_epoch
        self._every = GPU_LOOK_EVERY if device.type == "cuda" else 1
        self._seen = 0
        self._bad = torch.full((), -1, device=device)

    def saw(self, loss: Tensor) -> None:
        """loss () of the next step."""
        bad = ~torch.isfinite(loss) & (self._bad < 0)
        self._bad = torch.where(bad, self._seen, self._bad)
        self._seen += 1
        if self._seen % self._every == 0:
            self.look()

    def look(self) -> None:
        number = int(self._bad)
        if number >= 0:
            step = self._first + number
            rate = learning_rate(self._settings, step, steps_per_epoch=self._steps)
            raise ValueError(
                f"{self._label}, step {number + 1} of {self._steps}: the loss is not finite at learning rate "
                f"{rate:.3g}; lower lr, lengthen warmup_steps or set clip_norm, and look for NaN in the items"
            )


def _check_weights(training: Training, label: str) -> None:
    """A finite loss may have had gradients that were not."""
    for name, value in training.model.state_dict().items():
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            raise ValueError(
                f"{label}: {name} is no longer finite though every loss was; lower lr or set clip_norm "
                "(the checkpoint of the epoch before stays)"
            )


@dataclass
class _Sums:
    """Means of scalars over an epoch, summed where they are made: no waiting for a GPU."""

    device: torch.device
    sums: dict[str, Tensor] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, scalars: Mapping[str, Tensor]) -> None:
        for name, value in scalars.items():
            value = value.to(self.device, torch.float64)
            self.sums[name] = self.sums[name] + value if name in self.sums else value
            self.counts[name] = self.counts.get(name, 0) + 1

    def means(self, part: Part) -> dict[str, float]:
        """By name, over all processes."""
        names = sorted(self.sums)
        means = torch.stack([self.sums[name] / self.counts[name] for name in names])
        if part.world > 1:
            torch.distributed.all_reduce(means)
            means /= part.world
        return dict(zip(names, means.tolist(), strict=True))


def validate(training: Training, row: Row) -> Row:
    """The row with the metrics of the network as it stands, where it is due; keeps the best weights when asked to."""
    settings, epoch = training.settings, training.epoch
    due = settings.validate_every and (epoch % settings.validate_every == 0 or epoch == settings.epochs)
    if not due:
        return row
    model = training.judged.eval()
    with torch.no_grad():
        metrics = training.task.validate(model)
    if settings.keep == "best":
        if settings.metric not in metrics:
            names = ", ".join(sorted(metrics)) or "none"
            raise ValueError(f"metric: the validation gives no {settings.metric!r}; it gives: {names}")
        score = float(metrics[settings.metric])
        if math.isnan(score):
            raise ValueError(f"metric: {settings.metric} is NaN after epoch {epoch}: nothing to choose the best by")
        if training.best is None or (score - training.best.score) * (1 if settings.higher_is_better else -1) > 0:
            training.best = Best(epoch=epoch, score=score, state=state_of(model))
    return row | {METRIC_PREFIX + name: float(value) for name, value in metrics.items()}
