"""What is behind a portrait: out-of-focus rooms, streets of lights, studio paper, walls."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .patterns import Canvas

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]


def draw_backdrop(rng: np.random.Generator, *, size_px: int) -> Image:
    """(S, S, 3) uint8 sRGB."""
    kind = str(rng.choice(["paper", "room", "lights", "garden", "wall"], p=[0.2, 0.3, 0.15, 0.15, 0.2]))
    painted = {"paper": _paper, "room": _room, "lights": _lights, "garden": _garden, "wall": _wall}[kind](rng)
    # Painted at one size: a larger picture shows the same.
    whole = cv2.resize(painted, (size_px, size_px), interpolation=cv2.INTER_CUBIC)
    backdrop: Image = np.round(np.clip(whole, 0, 1) * 255).astype(np.uint8)
    return backdrop


_SIDE = 128


def _grid() -> tuple[Floats, Floats]:
    ticks = (np.arange(_SIDE) + 0.5) / _SIDE
    x, y = np.meshgrid(ticks, ticks)
    return x, y


def _canvas(rng: np.random.Generator) -> Canvas:
    x, y = _grid()
    return Canvas(x, y, rng)


def _hue(rng: np.random.Generator, lightness: tuple[float, float], colorful: float) -> Floats:
    found: Floats = np.clip(rng.uniform(*lightness) + 0.6 * colorful * rng.normal(0, 1, 3), 0.02, 1)
    return found


def _blurred(image: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT))


def _paper(rng: np.random.Generator) -> Floats:
    """A roll of studio paper, lighter behind the head."""
    x, y = _grid()
    middle = rng.uniform(0.3, 0.7, 2)
    glow = np.exp(-((x - middle[0]) ** 2 + (y - middle[1]) ** 2) / rng.uniform(0.1, 0.5))[..., None]
    color = _hue(rng, (0.12, 0.85), 0.09)
    paper: Floats = color * (0.55 + 0.6 * glow) + 0.012 * _canvas(rng).noise(0.15)[..., None]
    return paper


def _wall(rng: np.random.Generator) -> Floats:
    """A painted or papered wall, lit from a side, with a picture or a door frame now and then."""
    c = _canvas(rng)
    x = c.u
    color = _hue(rng, (0.35, 0.9), 0.07)
    side = (x if rng.random() < 0.5 else 1 - x)[..., None]
    image = color * (0.65 + 0.45 * side) + 0.03 * c.noise(0.02)[..., None]
    if rng.random() < 0.45:
        image = image * (1 - 0.25 * (np.sin(2 * np.pi * x * rng.integers(5, 14)) > 0.3))[..., None]
    for _ in range(rng.integers(0, 3)):
        _rectangle(image, rng, (0.15, 0.45), _hue(rng, (0.1, 0.9), 0.2))
    return _blurred(image, float(rng.uniform(0.6, 3.0)))


def _room(rng: np.random.Generator) -> Floats:
    """Wall, floor, furniture and a window, far out of focus."""
    x, y = _grid()
    horizon = rng.uniform(0.55, 0.9)
    image = np.where((y < horizon)[..., None], _hue(rng, (0.35, 0.85), 0.06), _hue(rng, (0.15, 0.55), 0.08))
    image = image * (0.75 + 0.4 * (x if rng.random() < 0.5 else 1 - x))[..., None]
    for _ in range(rng.integers(4, 11)):
        _rectangle(image, rng, (0.08, 0.5), _hue(rng, (0.05, 0.8), 0.16))
    if rng.random() < 0.6:
        _rectangle(image, rng, (0.15, 0.4), np.clip(_hue(rng, (0.95, 1.25), 0.05), 0, 1.3))
    return _blurred(image, float(rng.uniform(2.0, 7.0)))


def _garden(rng: np.random.Generator) -> Floats:
    """Leaves and sky."""
    c = _canvas(rng)
    leaves = np.clip(0.5 + 0.25 * c.noise(0.05) + 0.2 * c.noise(0.02), 0, 1)[..., None]
    green = np.array([0.10, 0.2, 0.06]) + leaves * _hue(rng, (0.25, 0.5), 0.05) * np.array([1.0, 1.25, 0.6])
    sky = np.clip(2.5 * (0.45 - c.v + 0.22 * c.noise(0.12)), 0, 1)[..., None]
    image = green * (1 - sky) + sky * np.array([0.78, 0.88, 0.98])
    return _blurred(image, float(rng.uniform(0.8, 4.0)))


def _lights(rng: np.random.Generator) -> Floats:
    """A street at dusk: discs of light."""
    x, y = _grid()
    image = np.tile(_hue(rng, (0.05, 0.25), 0.04), (_SIDE, _SIDE, 1)) * (0.6 + 0.8 * y)[..., None]
    radius = rng.uniform(0.02, 0.08)
    for _ in range(rng.integers(8, 40)):
        center, size = rng.uniform(0, 1, 2), radius * rng.uniform(0.7, 1.3)
        disc = np.clip((size - np.hypot(x - center[0], y - center[1])) / 0.012, 0, 1)[..., None]
        warm = np.array([1.0, rng.uniform(0.5, 1.0), rng.uniform(0.2, 1.0)])
        image = image + disc * warm * rng.uniform(0.12, 0.6)
    return _blurred(image, 1.0)


def _rectangle(image: Floats, rng: np.random.Generator, size: tuple[float, float], color: Floats) -> None:
    """Paint one into the image, in place: it is ours."""
    width, height = rng.uniform(*size, 2)
    left, top = rng.uniform(-0.2, 1.0), rng.uniform(-0.1, 1.0)
    rows = slice(max(int(top * _SIDE), 0), max(int((top + height) * _SIDE), 0))
    columns = slice(max(int(left * _SIDE), 0), max(int((left + width) * _SIDE), 0))
    image[rows, columns] = color * rng.uniform(0.8, 1.1)
