"""A small task for tests: coloured noise in two classes, with augmentation, batch statistics and dropout."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from occlusionkit.learning.loading import Batches
from occlusionkit.learning.settings import TrainSettings
from occlusionkit.learning.task import one_group

ITEMS = 20


class Noise:
    """Items whose class is the sign of their mean, shifted by what the generator draws."""

    def __init__(self, poison: float | None = None, item: int = 7) -> None:
        self.poison, self.item = poison, item

    def __len__(self) -> int:
        return ITEMS

    def load(self, index: int, rng: np.random.Generator) -> dict[str, object]:
        x = np.random.default_rng(index).normal(index % 2 - 0.5, 1, (3, 6, 4)).astype(np.float32)
        x += rng.normal(0, 0.1, x.shape).astype(np.float32)
        if self.poison is not None and index == self.item:
            x[:] = self.poison
        return {"x": x, "y": index % 2}


@dataclass
class Toy:
    """diary: a file that gets a line as each epoch begins, per process;  pause_s: sleep per step, so that a test can
    interrupt;  plain: neither batch statistics nor dropout."""

    settings: TrainSettings
    channels: int = 5
    poison: float | None = None
    diary: str | None = None
    pause_s: float = 0.0
    claimed_steps: int | None = None
    plain: bool = False

    def __post_init__(self) -> None:
        settings = self.settings
        items = Noise(self.poison)
        self.batches = Batches(items, batch_size=settings.batch_size, seed=settings.seed, workers=settings.workers)
        self.measured = 0.0

    def build(self):
        return nn.Sequential(
            nn.Conv2d(3, self.channels, 3),
            nn.Identity() if self.plain else nn.BatchNorm2d(self.channels),
            nn.ReLU(),
            nn.Dropout(0.0 if self.plain else 0.3),
            nn.Flatten(),
            nn.Linear(self.channels * 8, 2),
        )

    def groups(self, model):
        return one_group(model)

    def loader(self, epoch, part):
        if self.diary:
            with Path(self.diary).open("a") as file:
                file.write(f"{epoch}\n")
        return self.batches.epoch(epoch, part)

    def steps(self, part):
        return self.claimed_steps or self.batches.steps(part)

    def loss(self, model, batch, epoch):
        time.sleep(self.pause_s)
        scores = model(batch["x"])
        accuracy = (scores.argmax(1) == batch["y"]).float().mean()
        return nn.functional.cross_entropy(scores, batch["y"]), {"accuracy": accuracy}

    def validate(self, model):
        assert not model.training
        assert not torch.is_grad_enabled()
        norm = sum(float(value.square().sum()) for value in model.parameters()) ** 0.5
        return {"norm": norm}


def task(settings: TrainSettings, **options) -> Toy:
    return Toy(settings, **options)
