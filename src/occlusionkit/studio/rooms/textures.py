"""Procedural surface textures: wood, cloth, plaster, tiles. 512 x 512 sRGB that tile without a seam.

Most are near white and carry only the surface's structure; the paint, dye or stain comes from the vertex colours that
multiply them. Noise is filtered in the Fourier domain, which makes it periodic by itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array

SIZE = 512
Painter = Callable[[np.random.Generator], Array]


def textures() -> tuple[str, ...]:
    return tuple(sorted(_PAINTERS))


@cache
def texture(name: str) -> NDArray[np.uint8]:
    """(512, 512, 3) uint8 sRGB, tiling, read-only; the same bytes on every call. KeyError with the names there are.

    Row 0 is v = 0: v grows with the row, u with the column.
    """
    if name not in _PAINTERS:
        raise KeyError(f"no texture {name!r}; there are {', '.join(textures())}")
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    image = _PAINTERS[name](rng)
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=-1)
    painted = (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
    painted.setflags(write=False)
    return painted


def noise(rng: np.random.Generator, grain_px: tuple[float, float]) -> Array:
    """(512, 512) periodic Gaussian noise, mean 0, deviation 1, with blotches of about (along u, along v) px."""
    frequency = np.fft.fftfreq(SIZE)
    falloff = (np.pi * grain_px[1] * frequency[:, None]) ** 2 + (np.pi * grain_px[0] * frequency[None, :]) ** 2
    smooth = np.fft.ifft2(np.fft.fft2(rng.standard_normal((SIZE, SIZE))) * np.exp(-falloff / 2)).real
    smooth -= smooth.mean()
    result: Array = smooth / smooth.std()
    return result


def _uv() -> tuple[Array, Array]:
    """u, v (512, 512) in 0..1 at pixel centres."""
    ticks = (np.arange(SIZE) + 0.5) / SIZE
    u, v = np.meshgrid(ticks, ticks)
    return u, v


def _line(position: Array, width: float) -> Array:
    """1 within `width` of a whole number, falling to 0 over half a width: a joint or a seam."""
    distance = np.abs(position - np.round(position))
    return np.clip(1.5 - distance / (width / 2), 0, 1)


def _warm(value: Array, warmth: float = 0.35) -> Array:
    """Darker is redder, as wood and leather are: (512, 512) -> (512, 512, 3)."""
    value = np.clip(value, 0.0, 1.0)
    return np.stack([value, value ** (1 + warmth / 2), value ** (1 + warmth)], axis=-1)


def _grain(rng: np.random.Generator, *, rings: int) -> Array:
    """Wood along u: cathedral rings bent by slow noise, fibres and short dark pores. About 0.7..0.95."""
    _, v = _uv()
    bend = 0.9 * noise(rng, (220, 60)) + 0.25 * noise(rng, (120, 18))
    phase = rings * v + bend
    ring = 0.5 + 0.5 * np.sin(2 * np.pi * phase)
    fibre = noise(rng, (90, 1.6))
    pores = np.clip(noise(rng, (22, 1.2)) - 1.3, 0, 1.5)
    return 0.90 - 0.075 * ring**2 + 0.022 * fibre - 0.07 * pores + 0.02 * noise(rng, (160, 30))


def _wood(rng: np.random.Generator) -> Array:
    return _warm(_grain(rng, rings=9))


def _planks(rng: np.random.Generator) -> Array:
    """Sixteen rows of floor boards with staggered butt joints; every board has its own tone and stretch of wood."""
    rows, u_v = 12, _uv()
    u, v = u_v
    grain = _grain(rng, rings=14)
    row = np.floor(v * rows).astype(int)
    starts = rng.permutation(rows) / rows
    along = (u + starts[row]) * 2
    board = row * 2 + np.floor(along % 2).astype(int)
    tone = rng.normal(0, 0.045, rows * 2)
    shift = rng.integers(0, SIZE, rows * 2)
    columns = (np.arange(SIZE)[None, :] + shift[board]) % SIZE
    rolled = grain[np.arange(SIZE)[:, None], columns]
    seam = np.maximum(_line(v * rows, 0.045), _line(along, 0.006))
    return _warm(rolled + tone[board] - 0.02 - 0.38 * seam, 0.4)


def _herringbone(rng: np.random.Generator) -> Array:
    """Parquet: blocks of 1 x 4 units, alternately along u and along v, on a lattice of 16 units."""
    units, length = 16, 4
    u, v = _uv()
    x, y = u * units, v * units
    column, line = np.floor(x).astype(int), np.floor(y).astype(int)
    # On the lattice the block along u that starts at (i, j) repeats along the diagonal (1, 1).
    diagonal = (column - line) % (2 * length)
    lies = diagonal < length  # along u: cells diagonal 0..3 of a row belong to one block
    start_column, start_line = column - diagonal, line - (2 * length - 1 - diagonal)
    along = np.where(lies, x - start_column, y - start_line)
    across = np.where(lies, y - line, x - column)
    block = np.where(lies, (start_column % units) * units + line % units,
                     1000 + (column % units) * units + start_line % units)  # fmt: skip
    tones = rng.normal(0, 0.05, 2000)
    shifts = rng.integers(0, SIZE, 2000)
    grain = _grain(rng, rings=10)
    pixels = SIZE // units
    rows = (across * pixels + shifts[block]).astype(int) % SIZE
    columns = (along * pixels + shifts[block] * 3).astype(int) % SIZE
    seam = np.maximum(_line(across, 0.07), _line(along / length, 0.018))
    return _warm(grain[rows, columns] + tones[block] - 0.02 - 0.3 * seam, 0.4)


def _paint(rng: np.random.Generator) -> Array:
    """Rolled wall paint: slow mottling, fine orange peel."""
    return 0.955 + 0.009 * noise(rng, (90, 90)) + 0.008 * noise(rng, (3, 3))


def _plaster(rng: np.random.Generator) -> Array:
    """Trowelled lime plaster: clouds and strokes."""
    clouds = 0.018 * noise(rng, (110, 80)) + 0.016 * noise(rng, (40, 22))
    return _warm(0.93 + clouds + 0.012 * noise(rng, (26, 5)) + 0.008 * noise(rng, (2, 2)), 0.15)


def _concrete(rng: np.random.Generator) -> Array:
    """Fair-faced concrete: clouds, speckle, a few pinholes, faint board joints."""
    _, v = _uv()
    holes = np.clip(noise(rng, (3, 3)) - 2.6, 0, 1) * 0.6
    speckle = 0.014 * noise(rng, (1.5, 1.5))
    return (
        0.88 + 0.035 * noise(rng, (120, 120)) + 0.02 * noise(rng, (30, 30)) + speckle - holes - 0.05 * _line(v, 0.006)
    )


def _brick(rng: np.random.Generator) -> Array:
    """Running bond, twelve courses of four bricks; mortar is lighter."""
    courses, bricks = 12, 4
    u, v = _uv()
    course = np.floor(v * courses).astype(int)
    along = u * bricks + 0.5 * (course % 2)
    brick = course * bricks + np.floor(along % bricks).astype(int)
    tone = rng.normal(0.0, 0.05, courses * bricks)
    wobble = 0.03 * noise(rng, (14, 14))
    mortar = np.maximum(_line(v * courses + wobble, 0.13), _line(along + wobble / 3, 0.045))
    face = _warm(0.82 + tone[brick] + 0.035 * noise(rng, (9, 6)) + 0.02 * noise(rng, (2, 2)), 0.25)
    return face * (1 - mortar[..., None]) + (0.93 + 0.02 * noise(rng, (3, 3)))[..., None] * mortar[..., None]


def _tiles(rng: np.random.Generator) -> Array:
    """Four by four square floor tiles with grout; each has its own tone and a bevelled rim."""
    count = 4
    u, v = _uv()
    cell = np.floor(v * count).astype(int) * count + np.floor(u * count).astype(int)
    tone = rng.normal(0, 0.018, count * count)
    joint = np.maximum(_line(u * count, 0.022), _line(v * count, 0.022))
    rim = np.maximum(_line(u * count, 0.06), _line(v * count, 0.06))
    cloud = 0.012 * noise(rng, (50, 50)) + 0.006 * noise(rng, (2, 2))
    return 0.94 + tone[cell] + cloud - 0.02 * rim - 0.2 * joint


def _metro(rng: np.random.Generator) -> Array:
    """Glazed wall tiles, 2 : 1, in running bond, eight courses."""
    courses, per_row = 8, 4
    u, v = _uv()
    course = np.floor(v * courses).astype(int)
    along = u * per_row + 0.5 * (course % 2)
    tile = course * per_row + np.floor(along % per_row).astype(int)
    tone = rng.normal(0, 0.014, courses * per_row)
    joint = np.maximum(_line(v * courses, 0.05), _line(along, 0.025))
    return 0.955 + tone[tile] + 0.006 * noise(rng, (30, 30)) - 0.17 * joint


def _marble(rng: np.random.Generator) -> Array:
    """Veined stone: thin ridges where a slow noise changes sign, at two scales."""
    first = noise(rng, (90, 120)) + 0.35 * noise(rng, (24, 24))
    second = noise(rng, (50, 60)) + 0.5 * noise(rng, (16, 16))
    veins = 0.16 * np.exp(-((first / 0.06) ** 2)) + 0.07 * np.exp(-((second / 0.05) ** 2))
    base = 0.94 + 0.02 * noise(rng, (110, 110)) - veins
    return np.stack([base, base - 0.004, base - 0.012], axis=-1)


def _terrazzo(rng: np.random.Generator) -> Array:
    """Polished chips of three stones in a pale binder."""
    image = np.full((SIZE, SIZE, 3), 0.9) + 0.008 * noise(rng, (4, 4))[..., None]
    for tint, size, level in (((0.66, 0.62, 0.58), 7, 1.35), ((0.83, 0.70, 0.60), 6, 1.5), ((0.5, 0.53, 0.55), 5, 1.7)):
        chip = np.clip((noise(rng, (size, size)) - level) * 9, 0, 1)[..., None]
        image = image * (1 - chip) + np.array(tint) * chip
    return image


def _weave(rng: np.random.Generator) -> Array:
    """Plain weave: threads over and under, each of its own thickness and shade."""
    threads = 64
    u, v = _uv()
    over = (np.floor(u * threads) + np.floor(v * threads)) % 2
    across = np.where(over == 1, u, v) * threads % 1
    crown = np.sin(np.pi * across)
    shade = rng.normal(0, 0.025, (2, threads))
    thread = np.where(
        over == 1, shade[0][np.floor(u * threads).astype(int)], shade[1][np.floor(v * threads).astype(int)]
    )
    return 0.82 + 0.12 * crown + thread + 0.015 * noise(rng, (2, 2)) + 0.01 * noise(rng, (60, 60))


def _linen(rng: np.random.Generator) -> Array:
    """Loose irregular yarns in both directions."""
    return 0.92 + 0.028 * noise(rng, (40, 1.6)) + 0.028 * noise(rng, (1.6, 40)) + 0.012 * noise(rng, (70, 70))


def _boucle(rng: np.random.Generator) -> Array:
    """Curled loops of thick yarn."""
    loops = np.abs(noise(rng, (6, 6)))
    return 0.88 + 0.05 * np.clip(loops, 0, 2) + 0.02 * noise(rng, (2, 2))


def _quilt(rng: np.random.Generator) -> Array:
    """Bedding stitched into squares."""
    count = 4
    u, v = _uv()
    puff = np.sqrt(np.abs(np.sin(np.pi * u * count) * np.sin(np.pi * v * count)))
    return 0.89 + 0.075 * puff + 0.01 * noise(rng, (8, 8)) + 0.008 * noise(rng, (2, 2))


def _carpet(rng: np.random.Generator) -> Array:
    """Cut pile: tufts, and the slow marks that feet leave."""
    return 0.86 + 0.05 * noise(rng, (2.2, 2.2)) + 0.025 * noise(rng, (70, 70)) + 0.015 * noise(rng, (9, 9))


def _leather(rng: np.random.Generator) -> Array:
    """Grained hide: cells between fine creases."""
    cells = noise(rng, (7, 7))
    creases = np.exp(-((cells / 0.22) ** 2))
    return _warm(0.93 - 0.07 * creases + 0.025 * noise(rng, (60, 60)), 0.2)


def _rubber(rng: np.random.Generator) -> Array:
    """Sports floor: dark granulate with flecks of two colours (not tinted further)."""
    image = np.full((SIZE, SIZE, 3), 0.24) + 0.02 * noise(rng, (2, 2))[..., None]
    for tint in ((0.42, 0.52, 0.6), (0.55, 0.55, 0.52)):
        fleck = np.clip((noise(rng, (3, 3)) - 2.1) * 4, 0, 1)[..., None]
        image = image * (1 - fleck) + np.array(tint) * fleck
    return image


def _stripes(rng: np.random.Generator) -> Array:
    """Wallpaper: wide satin and matt stripes along v with hairlines between."""
    u, _ = _uv()
    count = 6
    satin = np.where(np.floor(u * 2 * count) % 2 == 1, 0.0, 0.075)
    return (
        0.955 - satin - 0.07 * _line(u * 2 * count, 0.03) + 0.006 * noise(rng, (2, 30)) + 0.005 * noise(rng, (60, 60))
    )


def _sprigs(rng: np.random.Generator) -> Array:
    """Wallpaper: pale sprigs in a half-drop repeat."""
    u, v = _uv()
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


def _berber(rng: np.random.Generator) -> Array:
    """Rug: cream wool with a lattice of dark lozenges."""
    u, v = _uv()
    wobble = 0.012 * noise(rng, (12, 12))
    lattice = np.maximum(_line(2 * (u + v) + wobble, 0.06), _line(2 * (u - v) + wobble, 0.06))
    small = (np.abs((2 * u) % 1 - 0.5) + np.abs((2 * v) % 1 - 0.5) + wobble) < 0.09
    ink = np.clip(lattice + small, 0, 1)[..., None]
    wool = (0.9 + 0.035 * noise(rng, (2.5, 2.5)) + 0.02 * noise(rng, (14, 3)))[..., None]
    return wool * (1 - ink * np.array([0.66, 0.68, 0.68]))


def _kilim(rng: np.random.Generator) -> Array:
    """Rug: woven bands of stepped lozenges in four quiet colours."""
    u, v = _uv()
    palette = np.array([[0.66, 0.34, 0.27], [0.88, 0.80, 0.66], [0.30, 0.38, 0.44], [0.78, 0.60, 0.38]])
    step = 1 / 64
    x, y = np.floor(u / step) * step, np.floor((v + 0.07) / step) * step % 1
    band = np.floor(y * 4).astype(int)
    lozenge = np.abs((x * 4 + 0.5 * (band % 2)) % 1 - 0.5) + np.abs(y * 4 % 1 - 0.5)
    ring = np.minimum(np.floor(lozenge * 5).astype(int), 3)
    stripe = np.abs(y * 4 % 1 - 0.5) > 0.42
    picked = np.where(stripe, (band + 1) % 4, (ring + band) % 4)
    ribs = 0.95 + 0.05 * np.sin(2 * np.pi * v * 128) + 0.03 * noise(rng, (10, 1.5))
    return palette[picked] * ribs[..., None]


def _persian(rng: np.random.Generator) -> Array:
    """Rug: medallions and rosettes on a deep red field, one repeat per tile."""
    u, v = _uv()
    x, y = u - 0.5, v - 0.5
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    field = np.array([0.50, 0.17, 0.16]) * np.ones((SIZE, SIZE, 1))
    navy, cream, rose = np.array([0.16, 0.19, 0.30]), np.array([0.85, 0.76, 0.61]), np.array([0.70, 0.42, 0.33])
    scallop = 0.30 + 0.02 * np.cos(16 * angle)
    for limit, ink in ((scallop, navy), (scallop - 0.022, cream), (scallop - 0.034, navy), (0.18 + 0.03 * np.cos(8 * angle), rose),
                       (0.13 + 0.03 * np.cos(8 * angle), field[0, 0]), (0.06 + 0.012 * np.cos(8 * angle), cream)):  # fmt: skip
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
    return field * pile[..., None]


def _shag(rng: np.random.Generator) -> Array:
    """Rug: long tousled pile."""
    return 0.84 + 0.06 * noise(rng, (5, 5)) + 0.05 * noise(rng, (14, 14)) + 0.03 * noise(rng, (2, 2))


def _bark(rng: np.random.Generator) -> Array:
    return _warm(0.8 + 0.07 * noise(rng, (4, 30)) + 0.04 * noise(rng, (2, 8)), 0.3)


def _foliage(rng: np.random.Generator) -> Array:
    """Leaf green that varies from leaf to leaf."""
    value = 0.9 + 0.05 * noise(rng, (30, 30)) + 0.02 * noise(rng, (4, 4))
    return np.stack([value - 0.02, value, value - 0.04], axis=-1)


def _canvas_hills(rng: np.random.Generator) -> Array:
    """Picture: layered hills in haze; the repeat runs through the sky."""
    u, v = _uv()
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


def _canvas_shapes(rng: np.random.Generator) -> Array:
    """Picture: a few calm cut-out shapes."""
    u, v = _uv()
    image = np.tile([0.92, 0.89, 0.83], (SIZE, SIZE, 1))
    wobble = 0.012 * noise(rng, (50, 50))
    for x, y, rx, ry, tint in ((0.36, 0.62, 0.20, 0.22, [0.78, 0.45, 0.32]), (0.62, 0.40, 0.19, 0.26, [0.24, 0.34, 0.38]),
                               (0.44, 0.27, 0.24, 0.09, [0.85, 0.68, 0.42]), (0.70, 0.76, 0.09, 0.09, [0.55, 0.62, 0.55])):  # fmt: skip
        inside = ((u - x) / rx) ** 2 + ((v - y) / ry) ** 2 + wobble * 6 < 1
        image = np.where(inside[..., None], tint, image)
    return image + 0.012 * noise(rng, (2, 2))[..., None]


def _canvas_strokes(rng: np.random.Generator) -> Array:
    """Picture: broad blue and ochre strokes on raw canvas."""
    image = np.tile([0.90, 0.88, 0.84], (SIZE, SIZE, 1))
    for tint, level in (([0.35, 0.47, 0.60], 0.5), ([0.80, 0.62, 0.36], 0.9), ([0.16, 0.22, 0.32], 1.1)):
        stroke = np.clip((noise(rng, (120, 34)) + 0.15 * noise(rng, (40, 2)) - level) * 6, 0, 1)[..., None]
        image = image * (1 - stroke) + np.array(tint) * stroke
    return image + 0.012 * noise(rng, (2, 2))[..., None]


def _view_garden(rng: np.random.Generator) -> Array:
    """What a window shows, out of focus and overexposed: lawn, shrubs, sky. A thin strip of sky below lets it tile."""
    _, v = _uv()
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


def _view_city(rng: np.random.Generator) -> Array:
    """The same from an upper floor: towers in haze."""
    u, v = _uv()
    image = np.stack([0.88 + 0.08 * v, 0.925 + 0.05 * v, 0.97 + 0.02 * v], axis=-1)
    for tint, count, low, high in (((0.78, 0.83, 0.88), 14, 0.3, 0.62), ((0.66, 0.73, 0.79), 10, 0.18, 0.48)):
        heights = rng.uniform(low, high, count)
        block = np.floor(u * count).astype(int)
        inside = (v < heights[block]) & (v > 0.02)
        windows = 0.04 * ((np.floor(u * count * 8) % 2) * (np.floor(v * 60) % 2))
        image = np.where(inside[..., None], np.array(tint) + windows[..., None], image)
    return image


_PAINTERS: dict[str, Painter] = {
    "bark": _bark, "berber": _berber, "boucle": _boucle, "brick": _brick, "canvas_hills": _canvas_hills,
    "canvas_shapes": _canvas_shapes, "canvas_strokes": _canvas_strokes, "carpet": _carpet, "concrete": _concrete,
    "foliage": _foliage, "herringbone": _herringbone, "kilim": _kilim, "leather": _leather, "linen": _linen,
    "marble": _marble, "metro": _metro, "paint": _paint, "persian": _persian, "planks": _planks, "plaster": _plaster,
    "quilt": _quilt, "rubber": _rubber, "shag": _shag, "sprigs": _sprigs, "stripes": _stripes, "terrazzo": _terrazzo,
    "tiles": _tiles, "view_city": _view_city, "view_garden": _view_garden, "weave": _weave, "wood": _wood,
}  # fmt: skip
