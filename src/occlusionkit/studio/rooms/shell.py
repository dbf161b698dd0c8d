"""What a room is made of before furniture comes in: floor, walls, ceiling, skirting, windows, doors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .finishes import BRASS, STEEL, WHITE_LACQUER
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
    bottom, deep = sill_m, 0.07
    glass = Finish("view", "#ffffff", view, max(width_m, height_m), 0.9)
    pane = box((0, -0.009, bottom + height_m / 2), (width_m - 0.04, 0.012, height_m - 0.04), max_edge_m=0.2)
    over = np.array([width_m / 2, 0.03 * max(width_m, height_m) - bottom])
    pane = Shape(pane.vertices, pane.faces, pane.normals, pane.vertices[:, [0, 2]] + over)
    parts = Parts()
    for side in (-1, 1):
        parts.add(
            frame,
            box((side * (width_m / 2 - 0.03), -deep / 2, bottom + height_m / 2), (0.06, deep, height_m), bevel_m=0.006),
        )
        z = bottom + height_m / 2 + side * (height_m / 2 - 0.03)
        parts.add(frame, box((0, -deep / 2, z), (width_m - 0.1, deep, 0.06), bevel_m=0.006))
    for post in range(1, casements):
        x = -width_m / 2 + post * width_m / casements
        parts.add(frame, box((x, -0.035, bottom + height_m / 2), (0.07, 0.05, height_m - 0.08), bevel_m=0.006))
    for bar in range(1, bars + 1):
        z = bottom + bar * height_m / (bars + 1)
        parts.add(frame, box((0, -0.028, z), (width_m - 0.1, 0.03, 0.03), bevel_m=0.004))
    parts.add(glass, pane)
    solids = [Box((0, -deep / 2, bottom + height_m / 2), (width_m, deep, height_m))]
    if sill_m > 0.3:
        parts.add(frame, box((0, -0.09, bottom - 0.015), (width_m + 0.1, 0.18, 0.03), bevel_m=0.008))
        solids.append(Box((0, -0.09, bottom - 0.015), (width_m + 0.1, 0.18, 0.03)))
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
    deep = 0.05
    parts = Parts()
    parts.add(leaf, box((0, -0.018, height_m / 2 + 0.005), (width_m, 0.03, height_m - 0.01), max_edge_m=0.4, grain="z"))
    for side in (-1, 1):
        parts.add(
            frame,
            box(
                (side * (width_m / 2 + 0.04), -deep / 2, (height_m + 0.08) / 2),
                (0.08, deep, height_m + 0.08),
                bevel_m=0.006,
                grain="z",
            ),
        )
    parts.add(frame, box((0, -deep / 2, height_m + 0.04), (width_m, deep, 0.08), bevel_m=0.006))
    tall = (height_m - 0.3 - 0.14 * (panels - 1)) / max(panels, 1)
    for row in range(panels):
        z = 0.15 + tall / 2 + row * (tall + 0.14)
        parts.add(leaf, box((0, -0.036, z), (width_m - 0.26, 0.014, tall), bevel_m=0.006, grain="z"))
    grip = width_m / 2 - 0.07
    parts.add(handle, rod((grip, -0.03, 1.02), (grip, -0.075, 1.02), 0.01))
    parts.add(handle, rod((grip, -0.075, 1.02), (grip - 0.12, -0.075, 1.02), 0.009))
    return assemble(parts, [Box((0, -0.045, (height_m + 0.08) / 2), (width_m + 0.16, 0.09, height_m + 0.08))])


def double_door(
    width_m: float = 1.7, height_m: float = 2.2, *, leaf: Finish, frame: Finish, handle: Finish = BRASS
) -> Piece:
    """Two glazed leaves."""
    parts = Parts()
    for side in (-1, 1):
        x = side * width_m / 4
        parts.add(leaf, box((x, -0.018, height_m / 2 + 0.005), (width_m / 2 - 0.01, 0.03, height_m - 0.01), grain="z"))
        parts.add(
            STEEL.tinted("#8d9aa0"), box((x, -0.035, height_m / 2 + 0.1), (width_m / 2 - 0.24, 0.006, height_m - 0.45))
        )
        grip = side * 0.07
        parts.add(handle, rod((grip, -0.07, 0.9), (grip, -0.07, 1.3), 0.012))
        parts.add(
            frame,
            box(
                (side * (width_m / 2 + 0.05), -0.03, (height_m + 0.1) / 2),
                (0.1, 0.06, height_m + 0.1),
                bevel_m=0.006,
                grain="z",
            ),
        )
        parts.add(handle, ellipsoid((grip, -0.07, 1.3), (0.016, 0.016, 0.016), sides=10))
    parts.add(frame, box((0, -0.03, height_m + 0.05), (width_m, 0.06, 0.1), bevel_m=0.006))
    return assemble(parts, [Box((0, -0.045, (height_m + 0.1) / 2), (width_m + 0.2, 0.09, height_m + 0.1))])


def rail(width_m: float, *, metal: Finish = BRASS) -> Piece:
    """A curtain rail; its own origin is the rail's middle."""
    parts = Parts()
    parts.add(metal, rod((-width_m / 2, 0, 0), (width_m / 2, 0, 0), 0.012))
    for side in (-1, 1):
        parts.add(metal, ellipsoid((side * width_m / 2, 0, 0), (0.025, 0.025, 0.025), sides=10))
    return assemble(parts, [Box((0, 0, 0), (width_m + 0.06, 0.06, 0.06))])
