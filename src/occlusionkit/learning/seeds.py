"""Seeds from what is made: the same on every machine, in any process, for any number of loader workers."""

from __future__ import annotations

import hashlib
import json

import numpy as np
from numpy.typing import NDArray


def derived_seed(seed: int, *what: str | int) -> int:
    """A 63-bit seed that depends on the arguments alone."""
    digest = hashlib.sha256(json.dumps([seed, *what]).encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def item_rng(seed: int, epoch: int, key: str | int) -> np.random.Generator:
    """The generator of one item in one epoch: for its augmentation."""
    return np.random.Generator(np.random.Philox(key=derived_seed(seed, "item", epoch, key)))


def epoch_order(count: int, *, seed: int, epoch: int) -> NDArray[np.int64]:
    """0..count-1, shuffled anew in each epoch."""
    rng = np.random.Generator(np.random.Philox(key=derived_seed(seed, "order", epoch)))
    return rng.permutation(count).astype(np.int64)
