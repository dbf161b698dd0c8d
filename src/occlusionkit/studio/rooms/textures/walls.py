"""Walls and stone: paint, plaster, paper, brick, tiles, marble. Near white unless said."""

from __future__ import annotations

import numpy as np

from .noise import SIZE, Painter, Tones, line, noise, uv_grid, warm


def paint(rng: np.random.Generator) -> Tones:
    """Rolled wall paint: slow mottling, fine orange peel."""
    return 0.955 + 0.009 * noise(rng, (90, 90)) + 0.008 * noise(rng, (3, 3))


def plaster(rng: np.random.Generator) -> Tones:
    """Trowelled lime plaster: clouds and strokes."""
    clouds = 0.014 * noise(rng, (110, 90)) + 0.009 * noise(rng, (40, 26))
    return warm(0.945 + clouds + 0.006 * noise(rng, (24, 6)) + 0.008 * noise(rng, (2, 2)), 0.15)


def concrete(rng: np.random.Generator) -> Tones:
    """Fair-faced concrete: clouds, speckle, a few pinholes, faint board joints."""
    _, v = uv_grid()
    holes = np.clip(noise(rng, (3, 3)) - 2.6, 0, 1) * 0.6
    speckle = 0.014 * noise(rng, (1.5, 1.5))
    return 0.88 + 0.035 * noise(rng, (120, 120)) + 0.02 * noise(rng, (30, 30)) + speckle - holes - 0.05 * line(v, 0.006)


def brick(rng: np.random.Generator) -> Tones:
    """Running bond, twelve courses of four bricks; mortar is lighter."""
    courses, bricks = 12, 4
    u, v = uv_grid()
    course = np.floor(v * courses).astype(int)
    along = u * bricks + 0.5 * (course % 2)
    brick = course * bricks + np.floor(along % bricks).astype(int)
    tone = rng.normal(0.0, 0.05, courses * bricks)
    wobble = 0.03 * noise(rng, (14, 14))
    mortar = np.maximum(line(v * courses + wobble, 0.13), line(along + wobble / 3, 0.045))
    face: Tones = warm(0.82 + tone[brick] + 0.035 * noise(rng, (9, 6)) + 0.02 * noise(rng, (2, 2)), 0.25)
    image: Tones = face * (1 - mortar[..., None]) + (0.93 + 0.02 * noise(rng, (3, 3)))[..., None] * mortar[..., None]
    return image


def tiles(rng: np.random.Generator) -> Tones:
    """Four by four square floor tiles with grout; each has its own tone and a bevelled rim."""
    count = 4
    u, v = uv_grid()
    cell = np.floor(v * count).astype(int) * count + np.floor(u * count).astype(int)
    tone = rng.normal(0, 0.018, count * count)
    joint = np.maximum(line(u * count, 0.022), line(v * count, 0.022))
    rim = np.maximum(line(u * count, 0.06), line(v * count, 0.06))
    cloud = 0.012 * noise(rng, (50, 50)) + 0.006 * noise(rng, (2, 2))
    image: Tones = 0.94 + tone[cell] + cloud - 0.02 * rim - 0.2 * joint
    return image


def metro(rng: np.random.Generator) -> Tones:
    """Glazed wall tiles, 2 : 1, in running bond, eight courses."""
    courses, per_row = 8, 4
    u, v = uv_grid()
    course = np.floor(v * courses).astype(int)
    along = u * per_row + 0.5 * (course % 2)
    tile = course * per_row + np.floor(along % per_row).astype(int)
    tone = rng.normal(0, 0.014, courses * per_row)
    joint = np.maximum(line(v * courses, 0.05), line(along, 0.025))
    image: Tones = 0.955 + tone[tile] + 0.006 * noise(rng, (30, 30)) - 0.17 * joint
    return image


def marble(rng: np.random.Generator) -> Tones:
    """Veined stone: ridges where a long drawn noise changes sign, sheared to run aslant (which still tiles)."""
    aslant = (np.arange(SIZE)[:, None] + np.arange(SIZE)[None, :]) % SIZE
    rows = np.arange(SIZE)[:, None]
    first = (noise(rng, (26, 260)) + 0.25 * noise(rng, (20, 40)))[rows, aslant]
    second = (noise(rng, (14, 150)) + 0.35 * noise(rng, (12, 24)))[rows, aslant]
    strength = np.clip(0.5 + 0.5 * noise(rng, (90, 90)), 0, 1.2)
    veins = strength * (0.13 * np.exp(-((first / 0.09) ** 2)) + 0.05 * np.exp(-((second / 0.07) ** 2)))
    base = 0.94 + 0.02 * noise(rng, (110, 110)) - veins
    return np.stack([base, base - 0.004, base - 0.012], axis=-1)


def terrazzo(rng: np.random.Generator) -> Tones:
    """Polished chips of three stones in a pale binder."""
    image = np.full((SIZE, SIZE, 3), 0.9) + 0.008 * noise(rng, (4, 4))[..., None]
    for tint, size, level in (((0.66, 0.62, 0.58), 7, 1.35), ((0.83, 0.70, 0.60), 6, 1.5), ((0.5, 0.53, 0.55), 5, 1.7)):
        chip = np.clip((noise(rng, (size, size)) - level) * 9, 0, 1)[..., None]
        image = image * (1 - chip) + np.array(tint) * chip
    return image


def stripes(rng: np.random.Generator) -> Tones:
    """Wallpaper: wide satin and matt stripes along v with hairlines between."""
    u, _ = uv_grid()
    count = 6
    satin = np.where(np.floor(u * 2 * count) % 2 == 1, 0.0, 0.075)
    return 0.955 - satin - 0.07 * line(u * 2 * count, 0.03) + 0.006 * noise(rng, (2, 30)) + 0.005 * noise(rng, (60, 60))


def sprigs(rng: np.random.Generator) -> Tones:
    """Wallpaper: pale sprigs in a half-drop repeat."""
    u, v = uv_grid()
    image = np.full((SIZE, SIZE), 0.955) + 0.006 * noise(rng, (60, 60)) + 0.005 * noise(rng, (2, 2))
    for column in range(4):
        for row in range(4):
            x = (u - (column + 0.5) / 4 + 0.5) % 1 - 0.5
            y = (v - (row + 0.25 + 0.5 * (column % 2)) / 4 + 0.5) % 1 - 0.5
            stem = (np.abs(x - 0.012 * np.sin(y * 40)) < 0.0035) & (np.abs(y) < 0.085)
            ink = stem.astype(float)
            for step in range(-3, 4):
                side = 1 if step % 2 else -1
                dx, dy = x - side * 0.026, y - step * 0.024
                turned = (dx * 0.8 + side * dy * 0.6, -side * dx * 0.6 + dy * 0.8)
                ink = np.maximum(ink, np.clip(1.6 - (turned[0] / 0.021) ** 2 - (turned[1] / 0.008) ** 2, 0, 1))
            image -= 0.13 * np.clip(ink, 0, 1)
    return image


PAINTERS: dict[str, Painter] = {
    "brick": brick,
    "concrete": concrete,
    "marble": marble,
    "metro": metro,
    "paint": paint,
    "plaster": plaster,
    "sprigs": sprigs,
    "stripes": stripes,
    "terrazzo": terrazzo,
    "tiles": tiles,
}
