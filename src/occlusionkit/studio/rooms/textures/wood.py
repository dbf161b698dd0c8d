"""Wood: boards, parquet, bark. Near white; the stain comes from the vertex colours."""

from __future__ import annotations

import numpy as np

from .noise import SIZE, Painter, Tones, line, noise, uv_grid, warm


def _grain(rng: np.random.Generator, *, rings: int) -> Tones:
    """Wood along u: cathedral rings bent by slow noise, fibres and short dark pores. About 0.7..0.95."""
    _, v = uv_grid()
    bend = 0.9 * noise(rng, (220, 60)) + 0.25 * noise(rng, (120, 18))
    phase = rings * v + bend
    ring = 0.5 + 0.5 * np.sin(2 * np.pi * phase)
    fibre = noise(rng, (90, 1.6))
    pores = np.clip(noise(rng, (22, 1.2)) - 1.3, 0, 1.5)
    return 0.90 - 0.075 * ring**2 + 0.022 * fibre - 0.07 * pores + 0.02 * noise(rng, (160, 30))


def wood(rng: np.random.Generator) -> Tones:
    return warm(_grain(rng, rings=9))


def planks(rng: np.random.Generator) -> Tones:
    """Twelve rows of floor boards with staggered butt joints; every board has its own tone and stretch of wood."""
    rows = 12
    u, v = uv_grid()
    grain = _grain(rng, rings=14)
    row = np.floor(v * rows).astype(int)
    starts = rng.permutation(rows) / rows
    along = (u + starts[row]) * 2
    board = row * 2 + np.floor(along % 2).astype(int)
    tone = rng.normal(0, 0.045, rows * 2)
    shift = rng.integers(0, SIZE, rows * 2)
    columns = (np.arange(SIZE)[None, :] + shift[board]) % SIZE
    rolled = grain[np.arange(SIZE)[:, None], columns]
    seam = np.maximum(line(v * rows, 0.045), line(along, 0.006))
    return warm(rolled + tone[board] - 0.02 - 0.38 * seam, 0.4)


def herringbone(rng: np.random.Generator) -> Tones:
    """Parquet: blocks of 1 x 4 units, alternately along u and along v, on a lattice of 16 units."""
    units, length = 16, 4
    u, v = uv_grid()
    x, y = u * units, v * units
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    # On the lattice the block along u that starts at (i, j) repeats along the diagonal (1, 1).
    diagonal = (column - row) % (2 * length)
    lies = diagonal < length  # along u: cells diagonal 0..3 of a row belong to one block
    start_column, start_row = column - diagonal, row - (2 * length - 1 - diagonal)
    along = np.where(lies, x - start_column, y - start_row)
    across = np.where(lies, y - row, x - column)
    block = np.where(lies, (start_column % units) * units + row % units,
                     1000 + (column % units) * units + start_row % units)  # fmt: skip
    tones = rng.normal(0, 0.05, 2000)
    shifts = rng.integers(0, SIZE, 2000)
    grain = _grain(rng, rings=10)
    pixels = SIZE // units
    rows = (across * pixels + shifts[block]).astype(int) % SIZE
    columns = (along * pixels + shifts[block] * 3).astype(int) % SIZE
    seam = np.maximum(line(across, 0.07), line(along / length, 0.018))
    return warm(grain[rows, columns] + tones[block] - 0.02 - 0.3 * seam, 0.4)


def bark(rng: np.random.Generator) -> Tones:
    return warm(0.8 + 0.07 * noise(rng, (4, 30)) + 0.04 * noise(rng, (2, 8)), 0.3)


PAINTERS: dict[str, Painter] = {
    "bark": bark,
    "herringbone": herringbone,
    "planks": planks,
    "wood": wood,
}
