"""Training a network on a training set: what the shared loop asks of this system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from ..artifacts.hashing import content_hash
from ..artifacts.tables import Table, read_table
from ..learning.loading import Batches
from ..learning.seeds import derived_seed
from ..learning.settings import TrainSettings
from ..learning.task import Batch, Part, device_of
from .data import TrainingImages, epoch_items, most_repeats
from .examples import split_examples
from .losses import segmentation_loss
from .networks.build import build_network, head_prefixes
from .networks.catalogue import network_spec
from .networks.pretrained import load_pretrained
from .predict import TestTime, face_mask, face_probabilities
from .schemas import EXAMPLES
from .scores import METRICS, MaskCounts, count_masks
from .training_settings import FaceTraining, face_training


class FaceTask:
    """`learning.task.Task` for face segmentation."""

    def __init__(
        self,
        training: FaceTraining,
        train: Table,
        validation: Table,
        settings: TrainSettings,
        *,
        pretrained: Path | None = None,
    ) -> None:
        self.training, self.spec = training, network_spec(training.network)
        self.batch_size, self.pretrained = settings.batch_size, pretrained
        epoch_length = training.steps_per_epoch * settings.batch_size
        images = TrainingImages.of(
            train,
            size_px=training.size_px,
            augmentation=training.augmentation,
            repeats=most_repeats(len(train), epoch_length),
        )
        self.held_out = TrainingImages.of(validation, size_px=training.size_px, augmentation=training.augmentation)
        self.batches = Batches(
            images,
            batch_size=settings.batch_size,
            seed=settings.seed,
            workers=settings.workers,
            keys=images.keys,
            order=lambda epoch: epoch_items(len(train), seed=settings.seed, epoch=epoch, length=epoch_length),
        )

    def build(self) -> nn.Module:
        network = build_network(self.spec)
        if self.pretrained is not None:
            load_pretrained(network, self.spec, self.pretrained)
        return network

    def groups(self, model: nn.Module) -> list[tuple[list[nn.Parameter], float]]:
        heads = head_prefixes(self.spec)
        named = list(model.named_parameters())
        return [
            ([value for name, value in named if not name.startswith(heads)], 1.0),
            ([value for name, value in named if name.startswith(heads)], self.training.head_lr_scale),
        ]

    def steps(self, part: Part) -> int:
        return self.training.steps_per_epoch

    def loader(self, epoch: int, part: Part) -> Iterable[Batch]:
        return self.batches.epoch(epoch, part)

    def loss(self, model: nn.Module, batch: Batch, epoch: int) -> tuple[Tensor, dict[str, Tensor]]:
        scores, labels = model(batch["image"]), batch["label"].long()
        face = segmentation_loss(scores["face"], labels, self.training.hard_pixels)
        if "auxiliary" not in scores:
            return face, {"face_loss": face.detach()}
        auxiliary = segmentation_loss(scores["auxiliary"], labels, self.training.hard_pixels)
        logged = {"face_loss": face.detach(), "auxiliary_loss": auxiliary.detach()}
        return face + self.training.auxiliary_weight * auxiliary, logged

    def validate(self, model: nn.Module) -> dict[str, float]:
        counts = []
        test_time = TestTime(batch=self.batch_size)
        for start in range(0, len(self.held_out), self.batch_size):
            pairs = [self.held_out.plain(n) for n in range(start, min(start + self.batch_size, len(self.held_out)))]
            probabilities = face_probabilities(
                model,
                [image for image, _ in pairs],
                size_px=self.training.size_px,
                test_time=test_time,
                device=device_of(model),
            )
            counts += [
                count_masks(face_mask(probability, threshold=test_time.threshold), mask)
                for probability, (_, mask) in zip(probabilities, pairs, strict=True)
            ]
        total = reduce(add, counts, MaskCounts())
        return {name: METRICS[name](total) for name in ("miou", "face_iou", "boundary_iou")}


def task(
    *,
    training: Mapping[str, Any],
    groups: Mapping[str, str],
    validation_share: float,
    split_seed: int,
    pretrained: str | None,
    settings: TrainSettings,
) -> FaceTask:
    """The task of a training job, from plain values: `learning.launch` calls this in every process.

    training: of `FaceTraining`;  groups: EXAMPLES tables of the set's groups, and their content hashes, so that an old
    checkpoint is not continued with other images.
    """
    for path, expected in groups.items():
        if content_hash(Path(path)) != expected:
            raise ValueError(f"{path}: changed while it was being trained on; start the training again")
    train, validation = split_examples(
        [read_table(Path(path), EXAMPLES) for path in groups], validation_share=validation_share, seed=split_seed
    )
    return FaceTask(
        face_training(training),
        train,
        validation,
        settings,
        pretrained=None if pretrained is None else Path(pretrained),
    )


def training_seed(seed: int, run: int) -> int:
    """The seed of training run `run` under the config's seed."""
    return derived_seed(seed, "face", run)
