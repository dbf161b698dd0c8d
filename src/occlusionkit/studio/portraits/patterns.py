"""Pictures of textures by class, as the Describable Textures Dataset sorts them: painted, any size, not tiling.

Classes of the training set and classes of the test set's things are disjoint (TRAIN_CLASSES, TEST_CLASSES).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry import Array
from .draws import rng_for

Tones = NDArray[np.float64]
Image = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Canvas:
    """u, v (S, S): coordinates in pattern periods, turned and shifted;  rng;  size S px."""

    u: Tones
    v: Tones
    rng: np.random.Generator

    @property
    def size(self) -> int:
        return len(self.u)

    def noise(self, grain: float) -> Tones:
        """(S, S) smooth noise of mean 0 and deviation 1; grain: the size of its blotches, in pictures' sides."""
        sigma = max(grain * self.size, 0.6)
        pad = int(3 * sigma) + 1
        coarse = max(1, int(sigma // 3))
        side = (self.size + 2 * pad) // coarse + 2
        rough = cv2.GaussianBlur(self.rng.standard_normal((side, side)), (0, 0), sigma / coarse)
        whole = cv2.resize(rough, (side * coarse, side * coarse), interpolation=cv2.INTER_CUBIC)
        cut: Tones = whole[pad : pad + self.size, pad : pad + self.size]
        centered: Tones = (cut - cut.mean()) / max(float(cut.std()), 1e-9)
        return centered

    def at_cells(self, rows: Tones, columns: Tones) -> Tones:
        """A uniform random number for each whole (row, column), 0..1."""
        table = self.rng.random((97, 101))
        found: Tones = table[rows.astype(np.int64) % 97, columns.astype(np.int64) % 101]
        return found


Painter = Callable[[Canvas], Tones]
"""Canvas -> (S, S) 0..1, how much of the second colour; or (S, S, 3) in colour."""


def _soft(distance: Tones, edge: float = 0.06) -> Tones:
    """0 below -edge, 1 above +edge."""
    return np.clip(0.5 + distance / (2 * edge), 0, 1)


def _saw(x: Tones) -> Tones:
    """0..1..0 with period 1."""
    return 1 - np.abs(2 * (x - np.floor(x)) - 1)


def _striped(c: Canvas) -> Tones:
    width = c.rng.uniform(0.3, 0.7)
    return _soft(_saw(c.u + 0.02 * c.noise(0.1)) - width)


def _lined(c: Canvas) -> Tones:
    return _soft(_saw(2.2 * c.u + 0.05 * c.noise(0.2)) - 0.85, 0.1)


def _dotted(c: Canvas) -> Tones:
    row = np.floor(c.v)
    u = c.u + 0.5 * (row % 2)
    return _soft(c.rng.uniform(0.2, 0.42) - np.hypot(u - np.floor(u) - 0.5, c.v - row - 0.5))


def _chequered(c: Canvas) -> Tones:
    return (np.floor(c.u) + np.floor(c.v)) % 2


def _grid(c: Canvas) -> Tones:
    width = c.rng.uniform(0.8, 0.93)
    return np.maximum(_soft(_saw(c.u) - width), _soft(_saw(c.v) - width))


def _zigzagged(c: Canvas) -> Tones:
    return _soft(_saw(c.u + 0.5 * _saw(c.v)) - 0.5)


def _woven(c: Canvas) -> Tones:
    over = (np.floor(2 * c.u) + np.floor(2 * c.v)) % 2
    across = np.where(over == 1, 2 * c.u, 2 * c.v) % 1
    return np.clip(0.25 + 0.65 * np.sin(np.pi * across) * (0.6 + 0.4 * over) + 0.06 * c.noise(0.01), 0, 1)


def _marbled(c: Canvas) -> Tones:
    veins = np.abs(np.sin(2.2 * (c.u * 0.4 + c.noise(0.12) + 0.35 * c.noise(0.03))))
    return np.clip(1.25 * (1 - veins) ** 2 + 0.08 * c.noise(0.2), 0, 1)


def _blotchy(c: Canvas) -> Tones:
    return _soft(c.noise(0.05) + 0.4 * c.noise(0.015), 0.5)


def _grained(c: Canvas) -> Tones:
    rings = 3 * c.u + 1.2 * c.noise(0.25) + 0.15 * c.noise(0.02)
    return np.clip(0.5 * _saw(rings) ** 2 + 0.2 + 0.08 * c.noise(0.005), 0, 1)


def _bricked(c: Canvas) -> Tones:
    row = np.floor(2 * c.v)
    u = c.u + 0.5 * (row % 2)
    joint = np.minimum(_saw(u) * 0.5, _saw(2 * c.v) * 0.25) > 0.035
    return np.where(joint, 0.45 + 0.5 * c.at_cells(row, np.floor(u)), 0.05) + 0.05 * c.noise(0.006)


def _cracked(c: Canvas) -> Tones:
    ridge = np.abs(c.noise(0.06) + 0.3 * c.noise(0.02))
    return np.clip(_soft(ridge - 0.13, 0.08) * (0.8 + 0.1 * c.noise(0.03)), 0, 1)


def _bubbly(c: Canvas) -> Tones:
    image = np.full(c.u.shape, 0.15)
    grid = np.mgrid[0 : c.size, 0 : c.size][::-1]
    for radius in sorted(c.rng.uniform(0.015, 0.09, 60), reverse=True):
        center = c.rng.uniform(0, c.size, 2)
        away = np.hypot(grid[0] - center[0], grid[1] - center[1]) / (radius * c.size)
        image = np.where(away < 1, 0.35 + 0.6 * away**3, image)
    return image


def _swirly(c: Canvas) -> Tones:
    turn = np.arctan2(c.v - c.v.mean(), c.u - c.u.mean())
    away = np.hypot(c.u - c.u.mean(), c.v - c.v.mean())
    return _soft(_saw(away + turn / (2 * np.pi) + 0.2 * c.noise(0.15)) - 0.5, 0.2)


def _scaly(c: Canvas) -> Tones:
    image = np.zeros_like(c.u)
    for layer in (0, 1):
        v = 1.4 * c.v + 0.5 * layer
        u = c.u + 0.5 * layer
        away = np.hypot(u - np.floor(u) - 0.5, (v - np.floor(v)) * 0.8)
        image = np.where(away < 0.5, 0.25 + 1.3 * away, image)
    return np.clip(image, 0, 1)


def _plaid(c: Canvas) -> Tones:
    stops = np.sort(c.rng.uniform(0, 1, 4))
    tones = c.rng.uniform(0, 1, 5)
    along, across = (tones[np.searchsorted(stops, x - np.floor(x))] for x in (c.u, c.v))
    twill = _saw(12 * (c.u + c.v))
    return np.where(twill > 0.5, along, across)


def _knitted(c: Canvas) -> Tones:
    column = 5 * c.u
    v = 5 * c.v + 0.5 * _saw(column)
    stitch = np.sin(np.pi * (column - np.floor(column))) * (0.55 + 0.45 * np.sin(2 * np.pi * v))
    return np.clip(0.2 + 0.75 * stitch + 0.05 * c.noise(0.01), 0, 1)


def _floral(c: Canvas) -> Tones:
    row, column = np.floor(c.v), np.floor(c.u)
    x, y = c.u - column - 0.5, c.v - row - 0.5
    turn = np.arctan2(y, x) + 6.28 * c.at_cells(row, column)
    petal = 0.24 + 0.13 * np.cos(5 * turn)
    away = np.hypot(x, y)
    return np.maximum(_soft(petal - away) * 0.8, _soft(0.09 - away))


def _leopard(c: Canvas) -> Tones:
    spots = c.noise(0.028) + 0.3 * c.noise(0.01)
    return np.clip(_soft(spots - 0.6, 0.15) - 0.5 * _soft(spots - 1.3, 0.15), 0, 1)


def _houndstooth(c: Canvas) -> Tones:
    x, y = 4 * (c.u - np.floor(c.u)), 4 * (c.v - np.floor(c.v))
    i, j = np.floor(x), np.floor(y)
    diagonal = (np.floor(x + y) % 4) < 2
    return np.where((i < 2) & (j < 2), 1.0, np.where((i >= 2) & (j >= 2), 0.0, diagonal.astype(float)))


def _speckled(c: Canvas) -> Tones:
    return np.clip(0.3 + 0.5 * (c.noise(0.004) > 1.1) + 0.4 * (c.noise(0.006) < -1.4) + 0.05 * c.noise(0.1), 0, 1)


TRAIN_PAINTERS: Mapping[str, Painter] = {
    "blotchy": _blotchy, "bricked": _bricked, "bubbly": _bubbly, "chequered": _chequered, "cracked": _cracked,
    "dotted": _dotted, "grained": _grained, "grid": _grid, "lined": _lined, "marbled": _marbled, "scaly": _scaly,
    "striped": _striped, "swirly": _swirly, "woven": _woven, "zigzagged": _zigzagged,
}  # fmt: skip
TEST_PAINTERS: Mapping[str, Painter] = {
    "floral": _floral, "houndstooth": _houndstooth, "knitted": _knitted, "leopard": _leopard, "plaid": _plaid,
    "speckled": _speckled,
}  # fmt: skip
TRAIN_CLASSES, TEST_CLASSES = tuple(TRAIN_PAINTERS), tuple(TEST_PAINTERS)


def paint_pattern(name: str, *, seed: int, size_px: int) -> Image:
    """(S, S, 3) uint8 sRGB: the texture "<class>_<number>". KeyError for an unknown class."""
    kind = name.rpartition("_")[0]
    painters = {**TRAIN_PAINTERS, **TEST_PAINTERS}
    if kind not in painters:
        raise KeyError(f"no texture class {kind!r}; there are {', '.join(painters)}")
    rng = rng_for(seed, "pattern", name)
    periods, turn = float(np.exp(rng.uniform(np.log(4), np.log(13)))), float(rng.uniform(0, np.pi))
    ticks = (np.arange(size_px) + 0.5) / size_px * periods
    x, y = np.meshgrid(ticks, ticks)
    shift = rng.uniform(0, 1, 2)
    u = np.cos(turn) * x - np.sin(turn) * y + shift[0]
    v = np.sin(turn) * x + np.cos(turn) * y + shift[1]
    share = np.clip(painters[kind](Canvas(u, v, rng)), 0, 1)[..., None]
    first, second = draw_color_pair(rng)
    light = 1 + 0.10 * Canvas(u, v, rng).noise(0.4)[..., None]
    image = (first + share * (second - first)) * np.clip(light, 0.7, 1.3) + rng.normal(0, 0.012, (size_px, size_px, 1))
    painted: Image = np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)
    return painted


def draw_color_pair(rng: np.random.Generator) -> tuple[Array, Array]:
    """Two sRGB colours 0..1 (3,) that can be told apart: in lightness, mostly."""
    dark, light = rng.uniform(0.08, 0.42), rng.uniform(0.6, 0.97)
    pair = [np.clip(value + rng.normal(0, 0.16, 3), 0.02, 1) for value in (dark, light)]
    if rng.random() < 0.5:
        pair.reverse()
    return pair[0], pair[1]
