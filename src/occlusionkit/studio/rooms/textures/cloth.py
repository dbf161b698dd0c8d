"""Cloth, hide and carpets."""

from __future__ import annotations

import numpy as np

from .noise import SIZE, Painter, Tones, line, noise, uv_grid, warm


def weave(rng: np.random.Generator) -> Tones:
    """Plain weave: threads over and under, each of its own thickness and shade."""
    threads = 64
    u, v = uv_grid()
    over = (np.floor(u * threads) + np.floor(v * threads)) % 2
    across = np.where(over == 1, u, v) * threads % 1
    crown = np.sin(np.pi * across)
    shade = rng.normal(0, 0.025, (2, threads))
    thread = np.where(
        over == 1, shade[0][np.floor(u * threads).astype(int)], shade[1][np.floor(v * threads).astype(int)]
    )
    image: Tones = 0.82 + 0.12 * crown + thread + 0.015 * noise(rng, (2, 2)) + 0.01 * noise(rng, (60, 60))
    return image


def linen(rng: np.random.Generator) -> Tones:
    """Loose irregular yarns in both directions."""
    return 0.92 + 0.028 * noise(rng, (40, 1.6)) + 0.028 * noise(rng, (1.6, 40)) + 0.012 * noise(rng, (70, 70))


def boucle(rng: np.random.Generator) -> Tones:
    """Curled loops of thick yarn."""
    loops = np.abs(noise(rng, (6, 6)))
    return 0.88 + 0.05 * np.clip(loops, 0, 2) + 0.02 * noise(rng, (2, 2))


def quilt(rng: np.random.Generator) -> Tones:
    """Bedding stitched into squares."""
    count = 4
    u, v = uv_grid()
    puff = np.sqrt(np.abs(np.sin(np.pi * u * count) * np.sin(np.pi * v * count)))
    image: Tones = 0.89 + 0.075 * puff + 0.01 * noise(rng, (8, 8)) + 0.008 * noise(rng, (2, 2))
    return image


def carpet(rng: np.random.Generator) -> Tones:
    """Cut pile: tufts, and the slow marks that feet leave."""
    return 0.86 + 0.05 * noise(rng, (2.2, 2.2)) + 0.025 * noise(rng, (70, 70)) + 0.015 * noise(rng, (9, 9))


def shag(rng: np.random.Generator) -> Tones:
    """Rug: long tousled pile."""
    return 0.9 + 0.025 * noise(rng, (5, 5)) + 0.022 * noise(rng, (16, 16)) + 0.02 * noise(rng, (2, 2))


def leather(rng: np.random.Generator) -> Tones:
    """Grained hide: cells between fine creases."""
    cells = noise(rng, (7, 7))
    creases = np.exp(-((cells / 0.22) ** 2))
    return warm(0.93 - 0.07 * creases + 0.025 * noise(rng, (60, 60)), 0.2)


def rubber(rng: np.random.Generator) -> Tones:
    """Sports floor: dark granulate with flecks of two colours (not tinted further)."""
    image = np.full((SIZE, SIZE, 3), 0.24) + 0.02 * noise(rng, (2, 2))[..., None]
    for tint in ((0.42, 0.52, 0.6), (0.55, 0.55, 0.52)):
        fleck = np.clip((noise(rng, (3, 3)) - 2.1) * 4, 0, 1)[..., None]
        image = image * (1 - fleck) + np.array(tint) * fleck
    return image


def berber(rng: np.random.Generator) -> Tones:
    """Rug: cream wool with a lattice of dark lozenges."""
    u, v = uv_grid()
    wobble = 0.012 * noise(rng, (12, 12))
    lattice = np.maximum(line(2 * (u + v) + wobble, 0.06), line(2 * (u - v) + wobble, 0.06))
    small = (np.abs((2 * u) % 1 - 0.5) + np.abs((2 * v) % 1 - 0.5) + wobble) < 0.09
    ink = np.clip(lattice + small, 0, 1)[..., None]
    wool = (0.9 + 0.035 * noise(rng, (2.5, 2.5)) + 0.02 * noise(rng, (14, 3)))[..., None]
    image: Tones = wool * (1 - ink * np.array([0.66, 0.68, 0.68]))
    return image


def kilim(rng: np.random.Generator) -> Tones:
    """Rug: woven bands of stepped lozenges in four quiet colours."""
    u, v = uv_grid()
    palette = np.array([[0.66, 0.34, 0.27], [0.88, 0.80, 0.66], [0.30, 0.38, 0.44], [0.78, 0.60, 0.38]])
    step = 1 / 64
    x, y = np.floor(u / step) * step, np.floor((v + 0.07) / step) * step % 1
    band = np.floor(y * 4).astype(int)
    lozenge = np.abs((x * 4 + 0.5 * (band % 2)) % 1 - 0.5) + np.abs(y * 4 % 1 - 0.5)
    ring = np.minimum(np.floor(lozenge * 5).astype(int), 3)
    stripe = np.abs(y * 4 % 1 - 0.5) > 0.42
    picked = np.where(stripe, (band + 1) % 4, (ring + band) % 4)
    ribs = 0.95 + 0.05 * np.sin(2 * np.pi * v * 128) + 0.03 * noise(rng, (10, 1.5))
    image: Tones = palette[picked] * ribs[..., None]
    return image


def persian(rng: np.random.Generator) -> Tones:
    """Rug: medallions and rosettes on a deep red field, one repeat per tile."""
    u, v = uv_grid()
    x, y = u - 0.5, v - 0.5
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    field = np.array([0.50, 0.17, 0.16]) * np.ones((SIZE, SIZE, 1))
    navy, cream, rose = np.array([0.16, 0.19, 0.30]), np.array([0.85, 0.76, 0.61]), np.array([0.70, 0.42, 0.33])
    scallop, petals = 0.30 + 0.02 * np.cos(16 * angle), np.cos(8 * angle)
    medallion = (
        (scallop, navy),
        (scallop - 0.022, cream),
        (scallop - 0.034, navy),
        (0.18 + 0.03 * petals, rose),
        (0.13 + 0.03 * petals, field[0, 0]),
        (0.06 + 0.012 * petals, cream),
    )
    for limit, ink in medallion:
        field = np.where((radius < limit)[..., None], ink, field)
    lx, ly = (u * 8) % 1 - 0.5, (v * 8) % 1 - 0.5
    rosette = np.hypot(lx, ly) < 0.20 + 0.06 * np.cos(6 * np.arctan2(ly, lx))
    field = np.where((rosette & (radius > scallop + 0.04))[..., None], rose, field)
    field = np.where(((np.hypot(lx, ly) < 0.08) & (radius > scallop + 0.04))[..., None], cream, field)
    corner = np.hypot(np.abs(x) - 0.5, np.abs(y) - 0.5)
    field = np.where((corner < 0.15)[..., None], navy, field)
    field = np.where((corner < 0.13)[..., None], cream, field)
    field = np.where((corner < 0.115)[..., None], rose, field)
    pile = 0.93 + 0.035 * noise(rng, (2.2, 2.2)) + 0.03 * noise(rng, (80, 4))
    image: Tones = field * pile[..., None]
    return image


PAINTERS: dict[str, Painter] = {
    "berber": berber,
    "boucle": boucle,
    "carpet": carpet,
    "kilim": kilim,
    "leather": leather,
    "linen": linen,
    "persian": persian,
    "quilt": quilt,
    "rubber": rubber,
    "shag": shag,
    "weave": weave,
}
