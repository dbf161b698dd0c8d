"""What a room is made of before furniture comes in: floor, walls, ceiling, skirting, windows, doors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .finishes import BRASS, STEEL, WHITE_LACQUER, plain
from .joinery import surround
from .pieces import Finish, Parts, Piece, Placed, assemble, place, single
from .shapes import Shape, box, ellipsoid, panel, rod
from .solids import Box

Size = tuple[float, float, float]
SIDES = ("south", "east", "north", "west")
SKIRTING_M = 0.015


@dataclass(frozen=True)
class Shell:
    """The finishes of a room; `accent` names walls that have their own."""

    floor: Finish
    walls: Finish
    ceiling: Finish
    skirting: Finish = WHITE_LACQUER
    skirting_height_m: float = 0.09
    accent: tuple[tuple[str, Finish], ...] = ()


def shell_pieces(shell: Shell, size_m: Size) -> list[Placed]:
    """Floor, ceiling, four walls and their skirting, facing inwards; the origin is the middle of the floor."""
    x, y, height = size_m[0] / 2, size_m[1] / 2, size_m[2]
    floor = panel((-x, -y, 0), (2 * x, 0, 0), (0, 2 * y, 0), max_edge_m=0.16)
    ceiling = panel((-x, y, height), (2 * x, 0, 0), (0, -2 * y, 0), max_edge_m=0.3)
    walls = {
        "south": panel((x, -y, 0), (-2 * x, 0, 0), (0, 0, height)),
        "east": panel((x, y, 0), (0, -2 * y, 0), (0, 0, height)),
        "north": panel((-x, y, 0), (2 * x, 0, 0), (0, 0, height)),
        "west": panel((-x, -y, 0), (0, 2 * y, 0), (0, 0, height)),
    }
    own = dict(shell.accent)
    unknown = sorted(set(own) - set(SIDES))
    if unknown:
        raise ValueError(f"shell: accent walls {', '.join(unknown)}: expected some of {', '.join(SIDES)}")
    placed = [
        place("floor", single(shell.floor, floor), 0, 0, kind="structure"),
        place("ceiling", single(shell.ceiling, ceiling), 0, 0, kind="structure"),
    ]
    for side, shape in walls.items():
        placed.append(place(f"wall_{side}", single(own.get(side, shell.walls), shape), 0, 0, kind="structure"))
    placed.append(place("skirting", _skirting(shell, x, y), 0, 0, kind="structure"))
    return placed


def _skirting(shell: Shell, x: float, y: float) -> Piece:
    high, deep = shell.skirting_height_m, SKIRTING_M
    runs = [((0, side * (y - deep / 2), high / 2), (2 * x - 2 * deep, deep, high)) for side in (-1, 1)] + [
        ((side * (x - deep / 2), 0, high / 2), (deep, 2 * y, high)) for side in (-1, 1)
    ]
    parts = Parts()
    for center, size in runs:
        parts.add(shell.skirting, box(center, size, max_edge_m=0.5))
    return assemble(parts, [Box(center, size) for center, size in runs])


def window(
    width_m: float = 1.8,
    height_m: float = 1.4,
    sill_m: float = 0.85,
    *,
    frame: Finish = WHITE_LACQUER,
    view: str = "view_garden",
    casements: int = 2,
    bars: int = 0,
) -> Piece:
    """In a wall behind it (+Y), from sill_m up: a lit view behind casements. A sill at 0.02 makes a garden door."""
    middle, deep = sill_m + height_m / 2, 0.07
    glass = Finish("view", "#ffffff", view, max(width_m, height_m), 0.9)
    pane = box((0, -0.009, middle), (width_m - 0.04, 0.012, height_m - 0.04), max_edge_m=0.2)
    # One repeat of the view spans the longer side; its lowest strip, which is sky, stays out of sight.
    over = np.array([width_m / 2, 0.03 * max(width_m, height_m) - sill_m])
    outside = Shape(pane.vertices, pane.faces, pane.normals, pane.vertices[:, [0, 2]] + over)
    parts = surround(frame, width_m=width_m, height_m=height_m, bar_m=0.06, depth_m=deep, bottom_m=sill_m)
    for post in range(1, casements):
        x = -width_m / 2 + post * width_m / casements
        parts.add(frame, box((x, -0.035, middle), (0.07, 0.05, height_m - 0.1)))
    for bar in range(1, bars + 1):
        z = sill_m + bar * height_m / (bars + 1)
        parts.add(frame, box((0, -0.03, z), (width_m - 0.1, 0.03, 0.035)))
    parts.add(glass, outside)
    solids = [Box((0, -deep / 2, middle), (width_m, deep, height_m))]
    if sill_m > 0.3:
        board = ((0, -0.09, sill_m - 0.015), (width_m + 0.1, 0.18, 0.03))
        parts.add(frame, box(*board, bevel_m=0.008))
        solids.append(Box(*board))
    return assemble(parts, solids)


def door(
    width_m: float = 0.88,
    height_m: float = 2.03,
    *,
    leaf: Finish = WHITE_LACQUER,
    frame: Finish = WHITE_LACQUER,
    handle: Finish = STEEL,
    panels: int = 2,
) -> Piece:
    """A closed door in its frame; the leaf is height_m high."""
    outer = {"width_m": width_m + 0.16, "height_m": height_m + 0.08}
    parts = Parts()
    parts.add(leaf, box((0, -0.018, height_m / 2 + 0.005), (width_m, 0.03, height_m - 0.01), max_edge_m=0.4, grain="z"))
    parts.extend(surround(frame, **outer, bar_m=0.08, depth_m=0.05, bottom_m=0.0, foot=False))
    tall = (height_m - 0.3 - 0.14 * (panels - 1)) / max(panels, 1)
    for row in range(panels):
        z = 0.15 + tall / 2 + row * (tall + 0.14)
        parts.add(leaf, box((0, -0.036, z), (width_m - 0.26, 0.024, tall), bevel_m=0.011, grain="z"))
    grip = width_m / 2 - 0.07
    parts.add(handle, rod((grip, -0.03, 1.02), (grip, -0.075, 1.02), 0.01))
    parts.add(handle, rod((grip, -0.075, 1.02), (grip - 0.12, -0.075, 1.02), 0.009))
    return assemble(parts, [Box((0, -0.045, (height_m + 0.08) / 2), (width_m + 0.16, 0.09, height_m + 0.08))])


def double_door(
    width_m: float = 1.7, height_m: float = 2.2, *, leaf: Finish, frame: Finish, handle: Finish = BRASS
) -> Piece:
    """Two glazed leaves."""
    outer = {"width_m": width_m + 0.2, "height_m": height_m + 0.1}
    pane = plain("glass", "#8d9aa0", roughness=0.15)
    parts = Parts()
    for side in (-1, 1):
        x, grip = side * width_m / 4, side * 0.07
        parts.add(leaf, box((x, -0.018, height_m / 2 + 0.005), (width_m / 2 - 0.01, 0.03, height_m - 0.01), grain="z"))
        parts.add(pane, box((x, -0.035, height_m / 2 + 0.1), (width_m / 2 - 0.24, 0.006, height_m - 0.45)))
        parts.add(handle, rod((grip, -0.07, 0.9), (grip, -0.07, 1.3), 0.012))
    parts.extend(surround(frame, **outer, bar_m=0.1, depth_m=0.06, bottom_m=0.0, foot=False))
    return assemble(parts, [Box((0, -0.045, (height_m + 0.1) / 2), (width_m + 0.2, 0.09, height_m + 0.1))])


def rail(width_m: float, *, metal: Finish = BRASS) -> Piece:
    """A curtain rail; its own origin is the rail's middle."""
    parts = Parts()
    parts.add(metal, rod((-width_m / 2, 0, 0), (width_m / 2, 0, 0), 0.012))
    for side in (-1, 1):
        parts.add(metal, ellipsoid((side * width_m / 2, 0, 0), (0.025, 0.025, 0.025), sides=10))
    return assemble(parts, [Box((0, 0, 0), (width_m + 0.06, 0.06, 0.06))])
