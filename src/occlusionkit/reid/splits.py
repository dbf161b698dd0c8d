"""Half splits of identities for the protocol icme18.

The paper's split was never published. Ours are a function of the identities and the split's number alone, by hashes
that any language has: half of the identities, in the order of SHA-256("icme18/<split>/<identity>"), are trained on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

CANONICAL_SPLIT = 0


@dataclass(frozen=True)
class Split:
    """Identities, ascending; no identity is in both."""

    number: int
    train: tuple[int, ...]
    test: tuple[int, ...]


def half_split(identities: Iterable[int], split: int = CANONICAL_SPLIT) -> Split:
    """The half split of that number; of an odd number of identities the test half has one more.

    identities: any order, repeats allowed. Raises ValueError for fewer than four: both halves need a wrong answer.
    """
    known = sorted({int(identity) for identity in identities})
    if len(known) < 4:
        raise ValueError(f"half split: expected at least 4 identities, found {len(known)}")
    if split < 0:
        raise ValueError(f"half split: expected a number from 0, found {split}")
    shuffled = sorted(known, key=lambda identity: hashlib.sha256(f"icme18/{split}/{identity}".encode()).digest())
    half = len(known) // 2
    return Split(split, tuple(sorted(shuffled[:half])), tuple(sorted(shuffled[half:])))
