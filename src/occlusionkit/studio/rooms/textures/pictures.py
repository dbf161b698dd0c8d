"""Pictures on walls, views out of windows, leaves: in their own colours."""

from __future__ import annotations

import numpy as np

from .noise import SIZE, Painter, Tones, noise, uv_grid


def canvas_hills(rng: np.random.Generator) -> Tones:
    """Picture: layered hills in haze; the repeat runs through the sky."""
    u, v = uv_grid()
    sky = np.array([0.93, 0.87, 0.78]) + (np.cos(2 * np.pi * v)[..., None] * 0.04)
    image = sky * np.ones((SIZE, SIZE, 3))
    tints = ([0.74, 0.78, 0.78], [0.55, 0.65, 0.67], [0.36, 0.49, 0.53], [0.20, 0.32, 0.37])
    for layer, tint in enumerate(tints):
        waves = sum(rng.uniform(0.01, 0.05) / k * np.sin(2 * np.pi * (k * u + rng.random())) for k in (1, 2, 3, 5))
        crest = 0.62 - 0.13 * layer + waves
        inside = (v < crest) & (v > 0.06)
        image = np.where(inside[..., None], tint, image)
    sun = np.hypot(u - 0.68, v - 0.74) < 0.07
    return np.where(sun[..., None], [0.87, 0.55, 0.38], image) + 0.01 * noise(rng, (2, 2))[..., None]


def canvas_shapes(rng: np.random.Generator) -> Tones:
    """Picture: a few calm cut-out shapes."""
    u, v = uv_grid()
    image = np.tile([0.92, 0.89, 0.83], (SIZE, SIZE, 1))
    wobble = 0.012 * noise(rng, (50, 50))
    ovals = (
        (0.36, 0.62, 0.20, 0.22, [0.78, 0.45, 0.32]),
        (0.62, 0.40, 0.19, 0.26, [0.24, 0.34, 0.38]),
        (0.44, 0.27, 0.24, 0.09, [0.85, 0.68, 0.42]),
        (0.70, 0.76, 0.09, 0.09, [0.55, 0.62, 0.55]),
    )
    for x, y, rx, ry, tint in ovals:
        inside = ((u - x) / rx) ** 2 + ((v - y) / ry) ** 2 + wobble * 6 < 1
        image = np.where(inside[..., None], tint, image)
    return image + 0.012 * noise(rng, (2, 2))[..., None]


def canvas_strokes(rng: np.random.Generator) -> Tones:
    """Picture: broad blue and ochre strokes on raw canvas."""
    image = np.tile([0.90, 0.88, 0.84], (SIZE, SIZE, 1))
    for tint, level in (([0.35, 0.47, 0.60], 0.5), ([0.80, 0.62, 0.36], 0.9), ([0.16, 0.22, 0.32], 1.1)):
        stroke = np.clip((noise(rng, (120, 34)) + 0.15 * noise(rng, (40, 2)) - level) * 6, 0, 1)[..., None]
        image = image * (1 - stroke) + np.array(tint) * stroke
    return image + 0.012 * noise(rng, (2, 2))[..., None]


def view_garden(rng: np.random.Generator) -> Tones:
    """What a window shows, out of focus and overexposed: lawn, shrubs, sky. A thin strip of sky below lets it tile."""
    _, v = uv_grid()
    sky = np.stack([0.90 + 0.06 * v, 0.945 + 0.03 * v, 0.985 + 0.0 * v], axis=-1)
    image = sky.copy()
    for tint, level, rough in (
        ((0.74, 0.83, 0.76), 0.56, 0.06),
        ((0.58, 0.72, 0.56), 0.40, 0.05),
        ((0.72, 0.83, 0.58), 0.24, 0.01),
    ):
        crest = level + rough * noise(rng, (46, 4000))[:1] + 0.4 * rough * noise(rng, (14, 14))
        inside = np.clip((crest - v) / 0.03, 0, 1)[..., None] * (v > 0.02)[..., None]
        image = image * (1 - inside) + np.array(tint) * (1 + 0.05 * noise(rng, (22, 22))[..., None]) * inside
    return image


def view_city(rng: np.random.Generator) -> Tones:
    """The same from an upper floor: towers in haze."""
    u, v = uv_grid()
    image = np.stack([0.88 + 0.08 * v, 0.925 + 0.05 * v, 0.97 + 0.02 * v], axis=-1)
    for tint, count, low, high in (((0.78, 0.83, 0.88), 14, 0.3, 0.62), ((0.66, 0.73, 0.79), 10, 0.18, 0.48)):
        heights = rng.uniform(low, high, count)
        block = np.floor(u * count).astype(int)
        inside = (v < heights[block]) & (v > 0.02)
        windows = 0.04 * ((np.floor(u * count * 8) % 2) * (np.floor(v * 60) % 2))
        image = np.where(inside[..., None], np.array(tint) + windows[..., None], image)
    return image


def foliage(rng: np.random.Generator) -> Tones:
    """Leaf green that varies from leaf to leaf."""
    value = 0.9 + 0.05 * noise(rng, (30, 30)) + 0.02 * noise(rng, (4, 4))
    return np.stack([value - 0.02, value, value - 0.04], axis=-1)


PAINTERS: dict[str, Painter] = {
    "canvas_hills": canvas_hills,
    "canvas_shapes": canvas_shapes,
    "canvas_strokes": canvas_strokes,
    "foliage": foliage,
    "view_city": view_city,
    "view_garden": view_garden,
}
