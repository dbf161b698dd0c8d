"""What a system tells the training loop: its network, its batches, its loss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

# Tensors by name, perhaps nested in mappings, lists and tuples, first axis B.
Batch = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """One of `world` processes that train together; rank 0 validates and writes."""

    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.world:
            raise ValueError(f"part: expected a rank in 0..{self.world - 1}, found {self.rank}")


class Task(Protocol):
    """One system's side of training. The loop seeds torch's generator before `build` and before every epoch."""

    def build(self) -> nn.Module:
        """A fresh network on the CPU, with pretrained weights where it has a path."""

    def groups(self, model: nn.Module) -> list[tuple[list[nn.Parameter], float]]:
        """Parameters to train, and the factor on the learning rate of each group; each parameter once.

        What is not to be trained has requires_grad False.
        """

    def loader(self, epoch: int, part: Part) -> Iterable[Batch]:
        """This process's batches of epoch `epoch` (0 is the first), as many as `steps` says.

        Order and augmentation derive from (seed, epoch, item), never from worker or process (loading.Batches does so).
        """

    def steps(self, part: Part) -> int:
        """Batches an epoch."""

    def loss(self, model: nn.Module, batch: Batch, epoch: int) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss to minimise, () float, and scalars for the log (their mean over the epoch is logged).

        model: to be called, not looked into: with several processes it is wrapped. The batch is on the model's device.
        """

    def validate(self, model: nn.Module) -> dict[str, float]:
        """Metrics by name, in evaluation mode and without gradients; rank 0 only; {} when nothing is measured."""


def one_group(model: nn.Module) -> list[tuple[list[nn.Parameter], float]]:
    """All parameters that want a gradient, at the plain learning rate: the simplest `Task.groups`."""
    return [([parameter for parameter in model.parameters() if parameter.requires_grad], 1.0)]


def to_device(batch: Any, device: torch.device) -> Any:
    """The batch with its tensors on `device`; copies run beside computation where the tensors are pinned."""
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, Mapping):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        return type(batch)(to_device(value, device) for value in batch)
    return batch


def device_of(model: nn.Module) -> torch.device:
    """Where a network's parameters are; for `Task.validate`."""
    device: torch.device = next(model.parameters()).device
    return device
