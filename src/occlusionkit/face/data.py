"""Training images as arrays, in an order and with changes that derive from the seed and from what each image is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..artifacts.tables import Table
from ..learning.loading import epoch_order
from .examples import read_example
from .files import Image, Mask
from .training_augment import augmented, draw_augmentation, normalised, sized, sized_mask
from .training_settings import TrainingAugmentation


@dataclass(frozen=True, eq=False)
class TrainingImages:
    """Rows of EXAMPLES, read and changed when asked for: `learning.loading.Items`.

    An epoch may be longer than the set: item `index` is row index % rows, and each time it has changes of its own.
    """

    images: tuple[str, ...]
    masks: tuple[str, ...]
    names: tuple[str, ...]
    entirely_hidden: tuple[bool, ...]
    size_px: int
    augmentation: TrainingAugmentation
    repeats: int = 1

    @classmethod
    def of(
        cls, examples: Table, *, size_px: int, augmentation: TrainingAugmentation, repeats: int = 1
    ) -> TrainingImages:
        return cls(
            images=tuple(examples["image"]),
            masks=tuple(examples["mask"]),
            names=tuple(f"{group}/{stem}" for group, stem in zip(examples["group"], examples["stem"], strict=True)),
            entirely_hidden=tuple((examples["face_pixels"] == 0).tolist()),
            size_px=size_px,
            augmentation=augmentation,
            repeats=repeats,
        )

    def __len__(self) -> int:
        return len(self.images) * self.repeats

    @property
    def keys(self) -> list[str]:
        """A name for each item: group, stem, and how often it came before in the epoch."""
        return [f"{name}/{turn}" for turn in range(self.repeats) for name in self.names]

    def plain(self, index: int) -> tuple[Image, Mask]:
        """(S, S, 3) uint8 RGB and where the face is, (S, S) bool, unchanged but for the size."""
        index %= len(self.images)
        image, mask = read_example(
            Path(self.images[index]), Path(self.masks[index]), entirely_hidden=self.entirely_hidden[index]
        )
        size_hw = self.size_px, self.size_px
        return sized(image, size_hw), sized_mask(mask, size_hw)

    def load(self, index: int, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
        """An item as it is trained on: image (3, S, S) float32, label (S, S) uint8, 1 for the face."""
        image, mask = self.plain(index)
        image, mask = augmented(image, mask, draw_augmentation(self.augmentation, rng))
        return {"image": normalised(image), "label": mask.view(np.uint8)}


def epoch_items(count: int, *, seed: int, epoch: int, length: int) -> list[int]:
    """Items of an epoch of `length` images out of `count`: the epoch's slice of an endless row of shuffles.

    No image is drawn a second time before all others were drawn once, whatever the epochs' length. An image that comes
    again within the epoch has its index plus `count`, then plus 2 `count`, ...
    """
    start, stop = epoch * length, (epoch + 1) * length
    turns = range(start // count, -(-stop // count))
    rows = np.concatenate([epoch_order(count, seed=seed, epoch=turn) for turn in turns])
    first = start - turns[0] * count
    seen: dict[int, int] = {}
    items = []
    for row in rows[first : first + length].tolist():
        seen[row] = seen.get(row, -1) + 1
        items.append(row + seen[row] * count)
    return items


def most_repeats(count: int, length: int) -> int:
    """How often an image can come at most in an epoch of `length` images out of `count`."""
    return -(-length // count) + (1 if count > 1 and length > 1 else 0)
