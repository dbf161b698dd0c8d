"""Shelves, cabinets and boxes. Metres; each piece faces -Y."""

from __future__ import annotations

import zlib
from itertools import product

import numpy as np

from .finishes import BASKET, BRASS, TERRACOTTA, plain
from .joinery import fronts
from .pieces import Finish, Parts, Piece, assemble
from .shapes import box, cushion, cylinder, ellipsoid, frustum, rod
from .solids import Box, Cylinder, Solid

BOOK_COLORS = (
    "#7a2f2b", "#2f4a5c", "#c9b48c", "#4d5b45", "#d9d2c2", "#8a5a34", "#23262b", "#a9825a", "#5f6f7a", "#b26b4c",
)  # fmt: skip


def book_row(rng: np.random.Generator, *, x_m: tuple[float, float], y_m: float, z_m: float, clear_m: float) -> Parts:
    """Books standing from one x to another on a board at z_m, their spines at y_m, leaving some gaps."""
    parts = Parts()
    x, end = x_m
    while x < end - 0.05:
        if rng.random() < 0.1:
            x += rng.uniform(0.05, 0.16)
            continue
        thick = min(float(rng.uniform(0.018, 0.05)), end - x)
        tall = float(rng.uniform(0.62, 0.9)) * clear_m
        deep = float(rng.uniform(0.13, 0.19))
        color = BOOK_COLORS[int(rng.integers(len(BOOK_COLORS)))]
        center = (x + thick / 2, y_m + deep / 2 + rng.uniform(0, 0.015), z_m + tall / 2)
        parts.add(plain("books", color, roughness=0.8), box(center, (thick - 0.001, deep, tall), max_edge_m=1.0))
        x += thick
    return parts


def bookshelf(
    width_m: float = 0.9,
    height_m: float = 1.9,
    depth_m: float = 0.3,
    *,
    wood: Finish,
    shelves: int = 5,
    back: bool = True,
    filled: float = 0.75,
    title: str = "books",
) -> Piece:
    """Boards with books and a few vases; `filled` is the share of boards with books, `title` seeds which.

    Without a back it is a room divider that one looks through; its solid is whole all the same.
    """
    rng = np.random.default_rng(zlib.crc32(title.encode()))
    board = 0.025
    parts = Parts()
    for side in (-1, 1):
        parts.add(
            wood,
            box((side * (width_m - board) / 2, 0, height_m / 2), (board, depth_m, height_m), bevel_m=0.003, grain="z"),
        )
    levels = np.linspace(0.06, height_m - board / 2, shelves + 1)
    for level in levels:
        parts.add(wood, box((0, 0, level), (width_m - 2 * board, depth_m - 0.01, board)))
    if back:
        parts.add(wood, box((0, depth_m / 2 - 0.006, height_m / 2), (width_m - 2 * board, 0.012, height_m - 0.06)))
    clear = float(levels[1] - levels[0]) - board
    for level in levels[:-1]:
        left, right, z = -width_m / 2 + 0.04, width_m / 2 - 0.04, float(level) + board / 2
        if rng.random() < filled:
            cut = left + (right - left) * float(rng.uniform(0.55, 1.0))
            parts.extend(book_row(rng, x_m=(left, cut), y_m=-depth_m / 2 + 0.04, z_m=z, clear_m=clear))
            left = cut + 0.08
        if right - left > 0.16:
            tall = min(clear * 0.6, 0.2)
            x = left + 0.08
            if rng.random() < 0.5:
                parts.add(TERRACOTTA, frustum((x, 0, z), 0.035, 0.06, tall, sides=16))
            else:
                parts.add(BASKET, cushion((x, 0, z + tall / 2), (0.15, 0.18, tall), radius_m=0.015))
    return assemble(parts, [Box((0, 0, height_m / 2), (width_m, depth_m, height_m))])


def sideboard(
    width_m: float = 1.6,
    height_m: float = 0.75,
    depth_m: float = 0.42,
    *,
    wood: Finish,
    legs: Finish,
    doors: int = 3,
    knob: Finish = BRASS,
) -> Piece:
    """A low cabinet with doors on tapered legs; top at height_m."""
    foot = 0.16
    tall, face = height_m - foot, -depth_m / 2
    each = width_m / doors
    parts = Parts()
    parts.add(wood, box((0, 0, foot + tall / 2), (width_m, depth_m, tall), bevel_m=0.006))
    parts.extend(
        fronts(wood, width_m=width_m - 0.04, height_m=tall - 0.04, columns=doors, y_m=face, bottom_m=foot + 0.02)
    )
    for door in range(doors):
        x = -width_m / 2 + (door + 1) * each - 0.07
        parts.add(knob, ellipsoid((x, face - 0.026, foot + 0.6 * tall), (0.012, 0.012, 0.012), sides=10))
    for side, end in product((-1, 1), repeat=2):
        foot_xy = (side * (width_m / 2 - 0.1), end * (depth_m / 2 - 0.06))
        parts.add(legs, frustum((*foot_xy, 0), 0.013, 0.022, foot, sides=10))
    return assemble(parts, [Box((0, -0.02, height_m / 2), (width_m, depth_m + 0.04, height_m))])


def chest_of_drawers(
    width_m: float = 0.9,
    height_m: float = 0.95,
    depth_m: float = 0.45,
    *,
    wood: Finish,
    rows: int = 4,
    knob: Finish = BRASS,
) -> Piece:
    face = -depth_m / 2
    parts = Parts()
    parts.add(wood, box((0, 0, height_m / 2 + 0.03), (width_m, depth_m, height_m - 0.06), bevel_m=0.006))
    parts.add(wood, box((0, 0.02, 0.03), (width_m - 0.06, depth_m - 0.08, 0.06)))
    inner = height_m - 0.12
    parts.extend(fronts(wood, width_m=width_m - 0.04, height_m=inner, rows=rows, y_m=face, bottom_m=0.09))
    for row, side in product(range(rows), (-1, 1)):
        z = 0.09 + (row + 0.5) * inner / rows
        parts.add(knob, ellipsoid((side * width_m * 0.28, face - 0.026, z), (0.014, 0.012, 0.014), sides=10))
    return assemble(parts, [Box((0, -0.02, height_m / 2), (width_m, depth_m + 0.04, height_m))])


def wardrobe(
    width_m: float = 1.8,
    height_m: float = 2.1,
    depth_m: float = 0.6,
    *,
    wood: Finish,
    doors: int = 3,
    handle: Finish = BRASS,
) -> Piece:
    face = -depth_m / 2
    each = (width_m - 0.03) / doors
    parts = Parts()
    parts.add(wood, box((0, 0, height_m / 2), (width_m, depth_m, height_m), bevel_m=0.006, grain="z"))
    parts.extend(fronts(wood, width_m=width_m - 0.03, height_m=height_m - 0.1, columns=doors, y_m=face, bottom_m=0.08))
    for door in range(doors):
        x = -width_m / 2 + 0.015 + (door + 0.5) * each
        inset = (each - 0.18, 0.008, height_m - 0.34)
        parts.add(wood, box((x, face - 0.022, height_m / 2 + 0.03), inset, bevel_m=0.003, grain="z"))
        grip = x + (each / 2 - 0.05) * (1 if door % 2 == 0 else -1)
        parts.add(handle, rod((grip, face - 0.035, 0.95), (grip, face - 0.035, 1.2), 0.008))
    return assemble(parts, [Box((0, -0.025, height_m / 2), (width_m, depth_m + 0.05, height_m))])


def plinth(width_m: float = 0.4, height_m: float = 1.0, *, body: Finish, vase: Finish) -> Piece:
    """A pedestal with a vase."""
    parts = Parts()
    parts.add(body, box((0, 0, height_m / 2), (width_m, width_m, height_m), bevel_m=0.008, grain="z"))
    parts.add(vase, frustum((0, 0, height_m), 0.05, 0.11, 0.18, sides=24))
    parts.add(vase, frustum((0, 0, height_m + 0.18), 0.11, 0.04, 0.12, sides=24))
    return assemble(
        parts, [Box((0, 0, height_m / 2), (width_m, width_m, height_m)), Cylinder((0, 0, height_m + 0.15), 0.111, 0.3)]
    )


def boxes(sizes_m: tuple[tuple[float, float, float], ...], *, finish: Finish) -> Piece:
    """Boxes stacked one upon the other, each turned a little."""
    parts = Parts()
    solids: list[Solid] = []
    z = 0.0
    for index, (width, depth, height) in enumerate(sizes_m):
        turn = (7.0, -11.0, 4.0)[index % 3]
        parts.add(finish, box((0, 0, z + height / 2), (width, depth, height), bevel_m=0.006).turned("z", turn))
        solids.append(Box((0, 0, z + height / 2), (width, depth, height), float(np.radians(turn))))
        z += height
    return assemble(parts, solids)


def reception(width_m: float = 2.0, *, body: Finish, top: Finish, band: Finish) -> Piece:
    """A front desk: a 1.08 m screen towards the guests (-Y), a work top behind it."""
    parts = Parts()
    parts.add(body, box((0, -0.2, 0.53), (width_m, 0.12, 0.98), bevel_m=0.01, grain="x"))
    parts.add(top, box((0, -0.2, 1.06), (width_m + 0.06, 0.3, 0.04), bevel_m=0.01))
    parts.add(band, box((0, -0.2, 0.02), (width_m - 0.04, 0.1, 0.04)))
    parts.add(top, box((0, 0.15, 0.73), (width_m - 0.06, 0.6, 0.03), bevel_m=0.006))
    for side in (-1, 1):
        parts.add(body, box((side * (width_m - 0.06) / 2, 0.12, 0.36), (0.05, 0.56, 0.71), bevel_m=0.004))
    for slat in range(int(width_m / 0.12)):
        x = -width_m / 2 + 0.06 + 0.12 * slat
        parts.add(body, box((x, -0.266, 0.53), (0.05, 0.016, 0.94), bevel_m=0.004, grain="z"))
    return assemble(
        parts, [Box((0, -0.2, 0.54), (width_m + 0.06, 0.31, 1.08)), Box((0, 0.14, 0.375), (width_m, 0.63, 0.75))]
    )


def dumbbell_rack(width_m: float = 1.5, *, frame: Finish, iron: Finish) -> Piece:
    """Two sloping rows of dumbbells."""
    parts = Parts()
    for side in (-1, 1):
        parts.add(frame, box((side * (width_m / 2 - 0.04), 0, 0.42), (0.06, 0.06, 0.84), bevel_m=0.004, grain="z"))
        parts.add(frame, box((side * (width_m / 2 - 0.04), 0, 0.025), (0.06, 0.55, 0.05)))
    for z, y in ((0.42, -0.05), (0.78, 0.05)):
        parts.add(frame, box((0, y, z), (width_m - 0.1, 0.34, 0.03)).turned("x", -14, about=(0, y, z)))
        count = int((width_m - 0.2) / 0.17)
        for index in range(count):
            x = -width_m / 2 + 0.16 + index * (width_m - 0.32) / (count - 1)
            size = 0.045 + 0.012 * index / count + (0.015 if z < 0.5 else 0.0)
            lift = z + 0.03 + size
            for end in (-0.11, 0.04):
                head = cylinder((0, 0, 0), size, 0.07, sides=10).turned("x", -90)
                parts.add(iron, head.moved((x, y + end, lift - 0.25 * end)))
            parts.add(iron, rod((x, y - 0.06, lift + 0.015), (x, y + 0.06, lift - 0.015), 0.015))
    return assemble(parts, [Box((0, 0, 0.49), (width_m, 0.56, 0.98))])
