"""A calm bedroom: a double bed, a dressing corner, parquet."""

from __future__ import annotations

from ..build import Plan, View
from ..decor import curtain, floor_lamp, mirror, pendant, picture, plant, rug, screen, table_lamp
from ..finishes import BRASS, LAMP_SHADE, OAK, PALE_OAK, PORCELAIN, WHITE_LACQUER, linen, paint, weave
from ..lights import DAY, NEUTRAL, WARM, light
from ..pieces import Finish, place
from ..room import Stage
from ..seating import armchair, bed, bench, stool
from ..shell import Shell, door, rail, window
from ..storage import chest_of_drawers, wardrobe
from ..tables import side_table

SIZE_M = (6.4, 5.6, 2.65)


def plan() -> Plan:
    x, y, height = SIZE_M[0] / 2, SIZE_M[1] / 2, SIZE_M[2]
    headboard, throw, curtains = weave("#b9aa97"), weave("#7e8fa3"), linen("#d9dde0")
    return Plan(
        title="Bedroom",
        size_m=SIZE_M,
        shell=Shell(
            floor=Finish("parquet", "#caa475", "herringbone", 1.5, 0.5),
            walls=paint("#e6e1d8"),
            ceiling=paint("#f5f4f0"),
            accent=(("north", Finish("wallpaper", "#a9b7c1", "sprigs", 0.8, 0.95)),),
        ),
        stage=Stage((-0.5, 0.85), (-1.25, -0.4)),
        pieces=(
            place("window", window(1.7, 1.5, 0.75, casements=2, bars=1), -x, -0.6, 90, kind="structure"),
            place("curtain_rail", rail(2.7), -x + 0.12, -0.6, 90, z=2.4),
            place("curtain_left", curtain(0.45, 2.38, cloth=curtains), -x + 0.13, 0.55, 90),
            place("curtain_right", curtain(0.45, 2.38, cloth=curtains), -x + 0.13, -1.75, 90),
            place("door", door(), 1.9, -y, 180, kind="structure"),
            place("rug", rug(2.6, 1.8, pile=Finish("shag", "#e7ded0", "shag", 0.7, 1.0)), 0.2, -0.75, kind="structure"),
            place("bed", bed(1.65, 2.05, frame=headboard, cover="#e7e3da", accent=throw), 0.3, y - 1.09),
            place("bench", bench(1.25, 0.38, top=weave("#b9aa97"), legs=OAK), 0.3, 0.48),
            place("bedside_left", side_table(wood=OAK), -0.88, y - 0.3),
            place("bedside_right", side_table(wood=OAK), 1.48, y - 0.3),
            place("lamp_left", table_lamp(base=PORCELAIN), -0.88, y - 0.26, z=0.501),
            place("lamp_right", table_lamp(base=PORCELAIN), 1.48, y - 0.26, z=0.501),
            place("wardrobe", wardrobe(1.9, 2.15, wood=WHITE_LACQUER), x - 0.33, 0.95, -90),
            place("chest", chest_of_drawers(1.0, 0.85, wood=PALE_OAK), 0.15, -y + 0.26, 180),
            place("mirror", mirror(0.7, 0.95, frame=OAK), 0.15, -y, 180, z=1.55),
            place("armchair", armchair(fabric=weave("#7e8fa3"), legs=OAK), -1.95, -0.55, 95),
            place("screen", screen(1.35, 1.5, cloth=linen("#e4dac8"), frame=OAK), 2.05, -1.3, 90),
            place(
                "plant", plant(1.5, 0.42, pot=PORCELAIN, species="olive", leaf_m=0.2, leaves_per_stem=15), -1.6, -1.9
            ),
            place("stool", stool(0.46, seat=OAK, legs=OAK), -1.6, 0.75),
            place("floor_lamp", floor_lamp(1.55, metal=BRASS), -2.75, 2.3),
            place("picture_1", picture(0.6, 0.8, canvas="canvas_hills", frame=OAK), 0.3, y, z=1.75),
            place("picture_2", picture(0.8, 0.6, canvas="canvas_shapes", frame=OAK), x, -1.75, -90, z=1.6),
            place("pendant", pendant(0.55, 0.28, shade=LAMP_SHADE), 0.3, 1.1, z=height),
        ),
        lights=(
            light("ceiling", 0.1, -0.1, 2.5, strength=6, tint=NEUTRAL),
            light("window", -x + 1.1, -0.6, 1.6, strength=4.5, tint=DAY, radius_m=0.6),
            light("lamp_left", -0.88, y - 0.55, 1.05, strength=0.7, tint=WARM),
            light("lamp_right", 1.48, y - 0.55, 1.05, strength=0.7, tint=WARM),
        ),
        views=(
            View(2.4, 2.5, 1.45, 68),
            View(0.3, 2.42, 1.12, 70),
            View(-1.7, 2.5, 2.2, 70),
            View(-2.95, 1.35, 1.1, 72),
            View(-2.95, -0.75, 1.05, 78),
            View(-2.9, -2.5, 1.3, 76),
            View(1.05, -2.6, 2.1, 90),
            View(2.95, -0.4, 1.2, 80),
        ),
    )
