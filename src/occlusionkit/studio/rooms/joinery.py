"""Parts that several cabinets share."""

from __future__ import annotations

from itertools import product

from .pieces import Finish, Parts
from .shapes import box

FRONT_M = 0.016
GAP_M = 0.007


def fronts(
    finish: Finish, *, width_m: float, height_m: float, columns: int = 1, rows: int = 1, y_m: float, bottom_m: float
) -> Parts:
    """Doors or drawers side by side on a cabinet's face at y_m, standing out 18 mm, dark in the gaps between them."""
    wide, tall = width_m / columns, height_m / rows
    parts = Parts()
    for column, row in product(range(columns), range(rows)):
        center = (-width_m / 2 + (column + 0.5) * wide, y_m - 0.002 - FRONT_M / 2, bottom_m + (row + 0.5) * tall)
        grain = "z" if tall > wide else "x"
        parts.add(finish, box(center, (wide - GAP_M, FRONT_M, tall - GAP_M), bevel_m=0.003, grain=grain))
    recess = box((0, y_m - 0.002, bottom_m + height_m / 2), (width_m, 0.004, height_m), max_edge_m=0.6)
    parts.add(finish.darkened(0.5), recess)
    return parts
