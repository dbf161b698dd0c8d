"""Who and what may be in the pictures of one split: nobody and nothing is in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np

from ..people import Body
from .bust import bust_of
from .dressing import Dressed, dressed
from .patterns import TEST_CLASSES, TRAIN_CLASSES, Image, paint_pattern
from .things import TEST_BUILDERS, TRAIN_BUILDERS
from .worn import TEST_MAKERS, TRAIN_MAKERS

Split = Literal["train", "test"]
# Patterns of each class that things may wear; the training set of textures begins with the same numbers.
_WORN_PER_CLASS = 6


@dataclass(frozen=True, eq=False)
class Cast:
    """Who and what may be in the pictures of one split. bodies: those who sit for portraits and lend their hands."""

    split: Split
    bodies: tuple[Body, ...]
    seed: int
    _dressed: dict[tuple[str, int], Dressed] = field(default_factory=dict)

    def sitter(self, number: int, *, texture_px: int) -> Dressed:
        """The number-th person, counting round, ready for a portrait. Kept: each comes again and again."""
        body = self.bodies[number % len(self.bodies)]
        key = body.name, texture_px
        if key not in self._dressed:
            self._dressed[key] = dressed(bust_of(body), seed=self.seed, texture_px=texture_px)
        return self._dressed[key]

    @property
    def textures(self) -> tuple[str, ...]:
        """Names of the patterns that this split's things may wear."""
        classes = TRAIN_CLASSES if self.split == "train" else TEST_CLASSES
        return tuple(f"{name}_{number:04d}" for name in classes for number in range(1, _WORN_PER_CLASS + 1))

    @property
    def things(self) -> tuple[str, ...]:
        return tuple(TRAIN_BUILDERS if self.split == "train" else TEST_BUILDERS)

    @property
    def worn(self) -> tuple[str, ...]:
        return tuple(TRAIN_MAKERS if self.split == "train" else TEST_MAKERS)


def texture_px(size_px: int) -> int:
    """Side of the textures for pictures of that size: all of a world have one size."""
    return int(np.clip(2 ** np.ceil(np.log2(size_px)), 64, 1024))


def patterns_of(cast: Cast, names: Sequence[str], *, size_px: int) -> dict[str, Image]:
    """The patterns of these names, for pictures of that size."""
    return {name: _pattern(name, cast.seed, texture_px(size_px)) for name in names}


@lru_cache(maxsize=256)
def _pattern(name: str, seed: int, side_px: int) -> Image:
    return paint_pattern(name, seed=seed, size_px=side_px)
