"""A study: a walnut desk in the room's middle, walls of books, a reading chair."""

from __future__ import annotations

from ..build import Plan, View
from ..decor import floor_lamp, picture, plant, rug, snake_plant, table_lamp
from ..finishes import BRASS, DARK_WALNUT, LAMP_SHADE, TERRACOTTA, WALNUT, leather, linen, paint, weave
from ..lights import DAY, NEUTRAL, WARM, light
from ..pieces import Finish, place
from ..room import Stage
from ..seating import armchair, office_chair, pouf
from ..shell import Shell, door, window
from ..storage import bookshelf, boxes, sideboard
from ..tables import desk, side_table

SIZE_M = (6.6, 5.4, 2.8)


def plan() -> Plan:
    x, y = SIZE_M[0] / 2, SIZE_M[1] / 2
    cognac = leather("#7c4a30")
    return Plan(
        title="Study",
        size_m=SIZE_M,
        shell=Shell(
            floor=Finish("parquet", "#9c6f4a", "herringbone", 1.6, 0.45),
            walls=paint("#e4ddcf"),
            ceiling=paint("#f2efe8"),
            accent=(("north", paint("#4f6157")), ("east", paint("#4f6157"))),
        ),
        stage=Stage((-0.95, 0.35), (-0.9, 0.1)),
        pieces=(
            place("window", window(2.0, 1.6, 0.7, casements=2, bars=2), -x, -0.3, 90, kind="structure"),
            place("door", door(leaf=DARK_WALNUT, frame=DARK_WALNUT, handle=BRASS), -2.35, -y, 180, kind="structure"),
            place(
                "rug",
                rug(
                    2.6,
                    1.8,
                    pile=Finish("persian", "#ffffff", "persian", 1.2, 1.0),
                    border=Finish("wool", "#2d3346", "carpet", 0.5, 1.0),
                ),
                -0.3,
                -0.4,
                kind="structure",
            ),
            place("desk", desk(1.6, 0.75, top=WALNUT, frame=DARK_WALNUT), 1.75, -0.3, 90),
            place("office_chair", office_chair(fabric=weave("#3d4447")), 2.45, -0.35, -100),
            place(
                "bookshelf_1",
                bookshelf(1.2, 2.2, wood=DARK_WALNUT, shelves=6, filled=0.95, title="law"),
                -1.25,
                y - 0.17,
            ),
            place(
                "bookshelf_2",
                bookshelf(1.2, 2.2, wood=DARK_WALNUT, shelves=6, filled=0.9, title="history"),
                -0.02,
                y - 0.17,
            ),
            place(
                "bookshelf_3",
                bookshelf(1.2, 2.2, wood=DARK_WALNUT, shelves=6, filled=0.9, title="physics"),
                1.21,
                y - 0.17,
            ),
            place(
                "low_shelf",
                bookshelf(1.3, 0.95, 0.32, wood=WALNUT, back=False, shelves=2, filled=0.8, title="atlases"),
                -0.4,
                1.25,
            ),
            place(
                "armchair",
                armchair(0.84, 0.86, fabric=cognac, legs=DARK_WALNUT, pillow=linen("#c9b48c")),
                -2.05,
                0.55,
                55,
            ),
            place("side_table", side_table(0.4, 0.52, wood=WALNUT), -1.95, -0.35, 90),
            place("reading_lamp", table_lamp(0.48, base=TERRACOTTA), -1.95, -0.35, z=0.521),
            place("pouf", pouf(0.26, 0.34, fabric=leather("#a5673e")), -1.35, -1.55),
            place("sideboard", sideboard(1.5, 0.78, wood=WALNUT, legs=DARK_WALNUT), 0.3, -y + 0.25, 180),
            place(
                "boxes",
                boxes(
                    ((0.42, 0.34, 0.3), (0.38, 0.3, 0.26), (0.34, 0.26, 0.2)),
                    finish=Finish("boxes", "#b9a687", "linen", 0.4),
                ),
                1.25,
                -1.65,
            ),
            place(
                "plant",
                plant(1.75, 0.46, pot=TERRACOTTA, species="strelitzia", leaf_m=0.32, leaves_per_stem=9),
                2.6,
                -2.05,
            ),
            place("snake_plant", snake_plant(0.8, pot=TERRACOTTA, species="sword"), -2.9, 2.25),
            place("floor_lamp", floor_lamp(1.65, metal=BRASS, shade=LAMP_SHADE), 2.85, 1.3),
            place("picture_1", picture(1.1, 0.8, canvas="canvas_hills", frame=DARK_WALNUT), 0.3, -y, 180, z=1.6),
            place("picture_2", picture(0.6, 0.8, canvas="canvas_strokes", frame=BRASS), x, -0.3, -90, z=1.65),
        ),
        lights=(
            light("ceiling", 0.0, 0.2, 2.6, strength=6.5, tint=NEUTRAL),
            light("window", -x + 1.1, -0.3, 1.6, strength=4.5, tint=DAY, radius_m=0.6),
            light("floor_lamp", 2.75, 1.1, 1.75, strength=1.5, tint=WARM),
            light("reading_lamp", -1.75, -0.35, 1.1, strength=0.6, tint=WARM),
        ),
        views=(
            View(2.9, 2.3, 2.3, 70),
            View(0.4, 2.1, 1.15, 82),
            View(-2.2, 2.2, 1.6, 76),
            View(-3.0, 1.05, 1.0, 76),
            View(-3.0, -1.75, 1.3, 78),
            View(0.9, -2.45, 2.0, 86),
            View(1.95, -2.3, 0.95, 76),
            View(2.95, -1.2, 1.15, 74),
        ),
    )
