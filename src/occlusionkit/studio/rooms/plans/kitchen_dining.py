"""A kitchen with an island, and the family table beside it."""

from __future__ import annotations

from ..build import Plan, View
from ..decor import pendant, picture, plant, snake_plant, table_lamp
from ..finishes import BLACK_STEEL, BRASS, OAK, PORCELAIN, STEEL, TERRACOTTA, lacquer, paint, weave
from ..lights import DAY, NEUTRAL, WARM, light
from ..pieces import Finish, Piece, place, single
from ..room import Stage
from ..seating import bench, dining_chair, stool
from ..shapes import box
from ..shell import Shell, door, window
from ..solids import Box
from ..storage import sideboard, wardrobe
from ..tables import counter, table

SIZE_M = (7.2, 6.0, 2.7)
MARBLE = Finish("marble", "#efece6", "marble", 1.4, 0.25)


def plan() -> Plan:
    x, y, height = SIZE_M[0] / 2, SIZE_M[1] / 2, SIZE_M[2]
    sage = lacquer("#8d9d8a")
    chair = dining_chair(wood=OAK, seat=weave("#c9b491"))
    bar = stool(0.66, seat=OAK, legs=BLACK_STEEL)
    return Plan(
        title="Kitchen and dining room",
        size_m=SIZE_M,
        shell=Shell(
            floor=Finish("tiles", "#cfc4b4", "tiles", 1.8, 0.4),
            walls=paint("#efe9de"),
            ceiling=paint("#f6f4ef"),
            accent=(("south", Finish("plaster", "#d9c3a9", "plaster", 2.4, 0.95)),),
        ),
        stage=Stage((-0.75, 0.75), (-0.75, 0.35)),
        pieces=(
            place("window", window(1.5, 1.1, 1.2, casements=2), -0.2, y, kind="structure"),
            place("garden_door", window(1.9, 2.2, 0.02, casements=2, bars=1), -x, -1.1, 90, kind="structure"),
            place("door", door(), x, -2.1, -90, kind="structure"),
            place("kitchen_run", counter(4.2, 0.62, front=sage, top=MARBLE, sink=True), 0.2, y - 0.33),
            place("backsplash", _backsplash(4.2), 0.2, y, kind="structure"),
            place("tall_cabinet", wardrobe(0.75, 2.2, 0.62, wood=sage, doors=1), -2.35, y - 0.35),
            place(
                "fridge",
                wardrobe(0.75, 1.9, 0.66, wood=STEEL.tinted("#c9cbcb"), doors=1, handle=BLACK_STEEL),
                2.75,
                y - 0.37,
            ),
            place("island", counter(1.8, 0.7, front=sage, top=MARBLE), 0.15, 1.35),
            place("bar_stool_1", bar, -0.95, 1.35),
            place("bar_stool_2", bar, 1.3, 1.3),
            place("dining_table", table(1.7, 0.9, top=OAK, legs=OAK, bowl=PORCELAIN), 2.0, -0.55, 90),
            place("chair_1", chair, 2.7, -0.1, -85),
            place("chair_2", chair, 2.7, -0.95, -95),
            place("chair_4", chair, 1.36, -0.2, 85),
            place("chair_3", chair, 1.98, -1.65, 180),
            place("sideboard", sideboard(1.6, 0.8, wood=OAK, legs=BLACK_STEEL), 0.2, -y + 0.25, 180),
            place("bench", bench(1.2, top=OAK, legs=BLACK_STEEL), -2.1, -0.35, 90),
            place(
                "plant", plant(1.6, 0.45, pot=TERRACOTTA, species="lemon", leaf_m=0.19, leaves_per_stem=18), -1.6, -2.0
            ),
            place(
                "herbs",
                plant(
                    0.4,
                    0.16,
                    pot=TERRACOTTA,
                    pot_height_m=0.14,
                    stems=7,
                    leaves_per_stem=9,
                    leaf_m=0.09,
                    species="basil",
                ),
                -0.9,
                y - 0.3,
                z=0.901,
            ),
            place("snake_plant", snake_plant(0.9, pot=PORCELAIN), 2.9, 1.7),
            place("picture_1", picture(0.6, 0.8, canvas="canvas_shapes", frame=OAK), -0.25, -y, 180, z=1.6),
            place("picture_2", picture(0.6, 0.8, canvas="canvas_hills", frame=OAK), 0.6, -y, 180, z=1.6),
            place("picture_3", picture(1.0, 0.7, canvas="canvas_strokes", frame=OAK), x, -0.4, -90, z=1.65),
            place("pendant_1", pendant(0.75, 0.18, shade=BRASS), -0.35, 1.35, z=height),
            place("pendant_2", pendant(0.75, 0.18, shade=BRASS), 0.65, 1.35, z=height),
            place("counter_lamp", table_lamp(0.4, base=PORCELAIN), -1.55, y - 0.3, z=0.901),
        ),
        lights=(
            light("ceiling", 0.2, -0.2, 2.55, strength=6.5, tint=NEUTRAL),
            light("garden_door", -x + 1.2, -1.1, 1.4, strength=5, tint=DAY, radius_m=0.7),
            light("window", -0.2, y - 0.85, 1.75, strength=2.5, tint=DAY, radius_m=0.5),
            light("pendants", 0.15, 1.35, 1.85, strength=1.2, tint=WARM, radius_m=0.3),
        ),
        views=(
            View(2.2, 2.2, 2.0, 76),
            View(0.9, 2.2, 1.2, 78),
            View(-0.9, 2.2, 1.35, 76),
            View(-3.2, 1.2, 1.2, 72),
            View(-3.1, -0.4, 0.7, 76),
            View(-2.75, -2.65, 1.2, 72),
            View(1.1, -2.7, 2.3, 80),
            View(3.3, -0.55, 1.1, 74),
        ),
    )


def _backsplash(width_m: float) -> Piece:
    slab = box((0, -0.006, 1.2), (width_m, 0.012, 0.58), max_edge_m=0.25)
    tiled = Finish("metro", "#eceae3", "metro", 0.6, 0.3)
    return single(tiled, slab, [Box((0, -0.006, 1.2), (width_m, 0.012, 0.58))])
