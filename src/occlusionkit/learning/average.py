"""A moving average of a network's weights."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class WeightAverage:
    """Exponential moving average: after every step, average = d average + (1 - d) weights.

    d = min(decay, (1 + n) / (10 + n)) at step n (0 is the first), TensorFlow's rule: a short run is not left with its
    first weights. Running statistics are averaged likewise; counters are copied.
    """

    def __init__(self, model: nn.Module, *, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.model = copy.deepcopy(model).eval().requires_grad_(False)

    def update(self, model: nn.Module) -> None:
        """After a step of the optimiser on `model`."""
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        self.updates += 1
        with torch.no_grad():
            current = model.state_dict()
            averages: list[Tensor] = []
            values: list[Tensor] = []
            for name, average in self.model.state_dict().items():
                if average.is_floating_point():
                    averages.append(average)
                    values.append(current[name])
                else:
                    average.copy_(current[name])
            # One call for all: hundreds of small ones would cost a GPU's step milliseconds.
            get_ema_multi_avg_fn(decay)(averages, values, None)
