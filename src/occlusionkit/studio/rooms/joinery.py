"""Parts that several cabinets share."""

from __future__ import annotations

from itertools import product

from .pieces import Finish, Parts
from .shapes import box

FRONT_M = 0.016
GAP_M = 0.006


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
    # Narrower than the fronts: of the shaded board behind them only the gaps are seen.
    behind = (width_m - 4 * GAP_M, 0.004, height_m - 4 * GAP_M)
    recess = box((0, y_m - 0.002, bottom_m + height_m / 2), behind, max_edge_m=0.6)
    parts.add(finish.darkened(0.75), recess)
    return parts


def surround(
    finish: Finish, *, width_m: float, height_m: float, bar_m: float, depth_m: float, bottom_m: float, foot: bool = True
) -> Parts:
    """The frame of a picture, a window or (without a foot) a door, on a wall at y = 0; sizes are its outer ones.

    Its edges are not chamfered: next to a wall a chamfer's shade shows as a dotted line.
    """
    middle = bottom_m + height_m / 2
    parts = Parts()
    for side in (-1, 1):
        upright = (side * (width_m - bar_m) / 2, -depth_m / 2, middle)
        parts.add(finish, box(upright, (bar_m, depth_m, height_m), grain="z"))
    for side in (-1, 1) if foot else (1,):
        across = (0, -depth_m / 2, middle + side * (height_m - bar_m) / 2)
        parts.add(finish, box(across, (width_m - 2 * bar_m, depth_m, bar_m)))
    return parts
