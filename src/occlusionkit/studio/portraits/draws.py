"""Random numbers that depend on what is made alone: any order and any sharding gives the same pictures."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from ...geometry import Array


def rng_for(seed: int, *what: str | int) -> np.random.Generator:
    """A generator that depends on its arguments alone, on every machine."""
    digest = hashlib.sha256(json.dumps([seed, *what]).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


def turn_about(axis: Array, angle_rad: float) -> Array:
    """(3, 3) rotation about an axis (3,) of any length, counter-clockwise seen against it (Rodrigues)."""
    x, y, z = np.asarray(axis, np.float64) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turned: Array = np.eye(3) + np.sin(angle_rad) * cross + (1 - np.cos(angle_rad)) * cross @ cross
    return turned


def normal_within(rng: np.random.Generator, deviation: float, limit: float) -> float:
    """A normal draw about 0, cut at +-limit."""
    return float(np.clip(rng.normal(0, deviation), -limit, limit))
