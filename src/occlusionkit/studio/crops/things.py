"""What stands between a camera and a person: cars, hedges, signs, trolleys, umbrellas, some of the rooms' furniture.

Every builder gives a piece on z = 0 about its own origin.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from ..rooms.decor import desk_screen, plant, screen, snake_plant
from ..rooms.finishes import BLACK_STEEL, GLASS_BLACK, OAK, PORCELAIN, STEEL, TERRACOTTA, WALNUT, linen, plain, weave
from ..rooms.pieces import Finish, Parts, Piece, assemble
from ..rooms.seating import armchair, bench, office_chair, sofa
from ..rooms.shapes import box, cylinder, frustum, rod, slab
from ..rooms.storage import boxes, sideboard
from ..rooms.tables import high_table

RUBBER = plain("rubber", "#1c1d1f", roughness=0.9)
LEAVES = Finish("leaves", "#4f6f3c", "foliage", 0.5, 0.9)
CARTON = Finish("carton", "#b58b5a", "boucle", 0.6, 0.95)


def car(body: Finish) -> Piece:
    """A small car, 3.9 m along X, 1.45 m high."""
    parts = Parts()
    parts.add(body, box((0, 0, 0.56), (3.9, 1.66, 0.5), bevel_m=0.12))
    cabin = [(-1.55, 0, 0.8), (1.15, 0, 0.8), (0.55, 0, 1.4), (-1.2, 0, 1.4)]
    parts.add(GLASS_BLACK, slab(cabin, 1.5))
    parts.add(body, box((-0.33, 0, 1.41), (1.76, 1.42, 0.06), bevel_m=0.02))
    for (x, _, z), (top_x, _, top_z) in ((cabin[0], cabin[3]), (cabin[1], cabin[2])):
        for y in (-0.74, 0.74):
            parts.add(body, rod((x, y, z), (top_x, y, top_z), 0.05, sides=6))
    for x in (-1.2, 1.2):
        for y in (-0.78, 0.78):
            parts.add(RUBBER, cylinder((0, 0, -0.09), 0.31, 0.18, sides=18).turned("x", 90).moved((x, y, 0.31)))
            parts.add(STEEL, cylinder((0, 0, -0.1), 0.17, 0.2, sides=14).turned("x", 90).moved((x, y, 0.31)))
    for x in (-1.94, 1.94):
        parts.add(plain("lamp", "#d9d6c8" if x > 0 else "#8c1f1c"), box((x, 0, 0.62), (0.05, 1.3, 0.12)))
    return assemble(parts)


def hedge(width_m: float = 1.6, height_m: float = 1.05) -> Piece:
    """A clipped hedge."""
    parts = Parts()
    parts.add(LEAVES, box((0, 0, height_m / 2), (width_m, 0.6, height_m), bevel_m=0.08, max_edge_m=0.4))
    return assemble(parts)


def bin_() -> Piece:
    """A litter bin."""
    parts = Parts()
    parts.add(plain("green", "#3c4a3f"), cylinder((0, 0, 0.0), 0.24, 0.9, sides=20))
    parts.add(BLACK_STEEL, cylinder((0, 0, 0.9), 0.27, 0.08, sides=20))
    return assemble(parts)


def bollard() -> Piece:
    """A steel post."""
    parts = Parts()
    parts.add(BLACK_STEEL, cylinder((0, 0, 0), 0.07, 0.9, sides=14))
    parts.add(STEEL, cylinder((0, 0, 0.72), 0.072, 0.06, sides=14))
    return assemble(parts)


def pillar(finish: Finish, radius_m: float = 0.21) -> Piece:
    """A column that reaches out of the picture."""
    parts = Parts()
    parts.add(finish, cylinder((0, 0, 0), radius_m, 3.4, sides=22))
    parts.add(finish, box((0, 0, 0.1), (2.6 * radius_m, 2.6 * radius_m, 0.2), bevel_m=0.02))
    return assemble(parts)


def sign(face: str, stripe: str, *, width_m: float = 0.75, height_m: float = 1.25) -> Piece:
    """A board on the pavement: two leaves, a coloured band."""
    parts = Parts()
    for side in (-1, 1):
        leaf = box((0, 0, height_m / 2), (width_m, 0.035, height_m), max_edge_m=0.6)
        parts.add(plain("board", face), leaf.turned("x", side * 9).moved((0, side * 0.2, 0)))
        band = box((0, side * 0.02, height_m * 0.72), (width_m * 0.8, 0.012, height_m * 0.2))
        parts.add(plain("band", stripe), band.turned("x", side * 9).moved((0, side * 0.2, 0)))
    return assemble(parts)


def poster(face: str, stripe: str) -> Piece:
    """An advertising panel on two feet, 1.9 m high."""
    parts = Parts()
    parts.add(BLACK_STEEL, box((0, 0, 1.15), (1.16, 0.14, 1.6), bevel_m=0.02))
    parts.add(plain("paper", face), box((0, 0, 1.15), (1.04, 0.16, 1.46)))
    parts.add(plain("print", stripe), box((0, 0, 0.95), (0.86, 0.17, 0.5)))
    for x in (-0.45, 0.45):
        parts.add(BLACK_STEEL, box((x, 0, 0.19), (0.08, 0.4, 0.38)))
    return assemble(parts)


def trolley() -> Piece:
    """A shopping trolley: a basket of bars, half full."""
    parts = Parts()
    corners = np.array([[-0.42, -0.27], [0.42, -0.27], [0.42, 0.27], [-0.42, 0.27]])
    for level in np.linspace(0.45, 0.95, 7):
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            parts.add(STEEL, rod((*start, level), (*end, level), 0.009, sides=5))
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        for share in np.linspace(0, 1, 8)[:-1]:
            foot = start + share * (end - start)
            parts.add(STEEL, rod((*foot, 0.45), (*foot, 0.95), 0.009, sides=5))
    parts.add(plain("grip", "#b3302c"), rod((-0.5, -0.27, 1.02), (-0.5, 0.27, 1.02), 0.02))
    for x, y in corners * 0.85:
        parts.add(STEEL, rod((x, y, 0.1), (x, y, 0.45), 0.014, sides=6))
        parts.add(RUBBER, cylinder((0, 0, -0.02), 0.06, 0.04, sides=12).turned("x", 90).moved((x, y, 0.06)))
    parts.add(CARTON, box((0.1, 0.0, 0.6), (0.4, 0.4, 0.3)))
    parts.add(plain("bag", "#e2e0d8"), box((-0.2, 0.05, 0.62), (0.16, 0.3, 0.34), bevel_m=0.04))
    return assemble(parts)


def suitcases(first: str, second: str) -> Piece:
    """Two suitcases on end with their handles out."""
    parts = Parts()
    for x, color, tall in ((-0.24, first, 0.72), (0.26, second, 0.6)):
        parts.add(plain("shell", color, roughness=0.4), box((x, 0, tall / 2 + 0.04), (0.44, 0.28, tall), bevel_m=0.05))
        for side in (-0.12, 0.12):
            parts.add(STEEL, rod((x + side, 0.08, tall), (x + side, 0.08, tall + 0.36), 0.01, sides=6))
        parts.add(BLACK_STEEL, rod((x - 0.13, 0.08, tall + 0.36), (x + 0.13, 0.08, tall + 0.36), 0.014, sides=6))
    return assemble(parts)


def parasol(first: str, second: str) -> Piece:
    """A low parasol over a table: its cloth hides the upper half."""
    parts = Parts()
    parts.add(BLACK_STEEL, cylinder((0, 0, 0), 0.22, 0.06, sides=20))
    parts.add(STEEL, cylinder((0, 0, 0.06), 0.025, 2.05, sides=10))
    parts.add(plain("cloth", first, roughness=0.95), frustum((0, 0, 1.72), 1.05, 0.04, 0.4, sides=8))
    parts.add(plain("valance", second, roughness=0.95), frustum((0, 0, 1.56), 1.06, 1.05, 0.16, sides=8))
    return assemble(parts)


def umbrella(color: str) -> Piece:
    """An open umbrella put down on its rim."""
    parts = Parts()
    cloth = frustum((0, 0, 0), 0.56, 0.05, 0.3, sides=10).turned("x", 78).moved((0, 0, 0.56))
    parts.add(plain("cloth", color, roughness=0.9), cloth)
    parts.add(BLACK_STEEL, rod((0, -0.1, 0.62), (0, 0.65, 0.45), 0.012, sides=6))
    return assemble(parts)


def bicycle(color: str) -> Piece:
    """A bicycle on its stand, along X: wheels of spokes and short bars."""
    parts = Parts()
    frame = plain("frame", color, roughness=0.3)
    hubs = {x: np.array([x, 0.0, 0.34]) for x in (-0.52, 0.52)}
    for hub in hubs.values():
        turn = np.linspace(0, 2 * np.pi, 21)
        rim = hub + 0.33 * np.column_stack([np.cos(turn), np.zeros(21), np.sin(turn)])
        for start, end in itertools.pairwise(rim):
            parts.add(RUBBER, rod(start, end, 0.02, sides=6))
        for spoke in rim[:-1:2]:
            parts.add(STEEL, rod(hub, spoke, 0.004, sides=4))
    seat, crank, head = np.array([-0.2, 0, 0.86]), np.array([-0.08, 0, 0.32]), np.array([0.36, 0, 0.86])
    for start, end in ((hubs[-0.52], crank), (crank, seat), (seat, hubs[-0.52]), (crank, head), (seat, head)):
        parts.add(frame, rod(start, end, 0.019, sides=8))
    parts.add(frame, rod(head + np.array([0, 0, 0.14]), hubs[0.52], 0.019, sides=8))
    parts.add(
        BLACK_STEEL, rod(head + np.array([-0.05, -0.3, 0.18]), head + np.array([-0.05, 0.3, 0.18]), 0.015, sides=6)
    )
    parts.add(BLACK_STEEL, box((-0.22, 0, 0.92), (0.26, 0.16, 0.06), bevel_m=0.02))
    parts.add(WALNUT, box((0.5, 0, 0.85), (0.3, 0.36, 0.24), bevel_m=0.02))
    return assemble(parts)


Builders = Mapping[str, Callable[[], Piece]]

OUTDOORS: Builders = MappingProxyType(
    {
        "car_white": lambda: car(plain("body", "#d8d8d4", roughness=0.3)),
        "car_green": lambda: car(plain("body", "#33473c", roughness=0.3)),
        "hedge": lambda: hedge(1.7, 1.1),
        "hedge_tall": lambda: hedge(0.9, 1.45),
        "bin": bin_,
        "column": lambda: pillar(Finish("stone", "#b9ad98", "plaster", 1.2, 0.95)),
        "mast": lambda: pillar(plain("mast", "#4b5250"), 0.12),
        "sign_black": lambda: sign("#24262a", "#e0dccf"),
        "sign_yellow": lambda: sign("#d8a52c", "#1f2024"),
        "poster": lambda: poster("#dfe3e6", "#2f6f9e"),
        "trolley": trolley,
        "suitcases": lambda: suitcases("#2f4f73", "#6b2a2e"),
        "parasol": lambda: parasol("#d9d2bf", "#a33a30"),
        "umbrella": lambda: umbrella("#23315a"),
        "bicycle": lambda: bicycle("#2c6b57"),
        "bench": lambda: bench(1.6, 0.45, 0.48, top=OAK, legs=BLACK_STEEL),
        "bush": lambda: plant(1.6, 0.55, pot=TERRACOTTA, leaf_m=0.34, leaves_per_stem=14, stems=6, species="bush"),
        "cartons": lambda: boxes(((0.7, 0.6, 0.45), (0.6, 0.55, 0.4), (0.5, 0.5, 0.35)), finish=CARTON),
    }
)

INDOORS: Builders = MappingProxyType(
    {
        "fig": lambda: plant(1.7, 0.5, pot=PORCELAIN, leaf_m=0.3, leaves_per_stem=14, species="lobby"),
        "snake_plant": lambda: snake_plant(1.1, pot=TERRACOTTA, blades=18),
        "armchair": lambda: armchair(fabric=weave("#5d6f7a")),
        "office_chair": lambda: office_chair(fabric=weave("#2f3338")),
        "sofa": lambda: sofa(1.7, fabric=weave("#8a7f70")),
        "desk_screen": lambda: desk_screen(1.3, 1.3, cloth=linen("#7d8c86")),
        "folding_screen": lambda: screen(1.0, 1.5, cloth=linen("#c9bda6"), frame=WALNUT),
        "high_table": lambda: high_table(1.3, 0.6, top=OAK, legs=BLACK_STEEL),
        "sideboard": lambda: sideboard(1.3, 0.95, wood=WALNUT, legs=BLACK_STEEL),
        "suitcases": lambda: suitcases("#6b6f73", "#20476b"),
        "trolley": trolley,
        "column": lambda: pillar(PORCELAIN, 0.17),
        "poster": lambda: poster("#efe9d9", "#b4532d"),
        "cartons": lambda: boxes(((0.6, 0.5, 0.5), (0.55, 0.5, 0.4), (0.5, 0.4, 0.3)), finish=CARTON),
    }
)
