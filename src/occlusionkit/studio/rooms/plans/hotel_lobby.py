"""A hotel lobby: a slatted reception desk, lounge chairs, large plants, stone floor."""

from __future__ import annotations

from ..build import Plan, View
from ..decor import arc_lamp, curtain, floor_lamp, pendant, picture, plant, rug, screen, table_lamp
from ..finishes import (
    BLACK_STEEL,
    BRASS,
    DARK_WALNUT,
    LAMP_SHADE,
    OAK,
    PORCELAIN,
    WALNUT,
    boucle,
    leather,
    linen,
    paint,
    weave,
)
from ..lights import DAY, WARM, light
from ..pieces import Finish, place
from ..room import Stage
from ..seating import armchair, sofa
from ..shell import Shell, double_door, window
from ..storage import plinth, reception, sideboard
from ..tables import round_coffee_table

SIZE_M = (7.8, 6.6, 3.1)


def plan() -> Plan:
    x, y, height = SIZE_M[0] / 2, SIZE_M[1] / 2, SIZE_M[2]
    green, cream = weave("#5f7565"), boucle("#e3dacb")
    curtains = linen("#c9b79c")
    marble = Finish("marble", "#e9e4dc", "marble", 1.6, 0.25)
    return Plan(
        title="Hotel lobby",
        size_m=SIZE_M,
        shell=Shell(
            floor=Finish("terrazzo", "#e6ded2", "terrazzo", 1.1, 0.3),
            walls=Finish("plaster", "#e0d3c0", "plaster", 2.6, 0.95),
            ceiling=paint("#f3efe8"),
            skirting=DARK_WALNUT,
            skirting_height_m=0.12,
            accent=(("north", Finish("panelling", "#8a5d3f", "planks", 1.6, 0.5)),),
        ),
        stage=Stage((-0.75, 0.85), (-0.75, 0.6)),
        pieces=(
            place("window", window(3.0, 2.3, 0.3, casements=4, frame=DARK_WALNUT), -x, 0.0, 90, kind="structure"),
            place("curtain_left", curtain(0.6, 2.85, cloth=curtains), -x + 0.1, 1.9, 90),
            place("curtain_right", curtain(0.6, 2.85, cloth=curtains), -x + 0.1, -1.9, 90),
            place("door", double_door(1.9, 2.3, leaf=DARK_WALNUT, frame=DARK_WALNUT), 0.6, -y, 180, kind="structure"),
            place(
                "rug",
                rug(
                    3.0,
                    2.2,
                    pile=Finish("wool", "#b3a58d", "carpet", 0.7, 1.0),
                    border=Finish("wool", "#5f7565", "carpet", 0.7, 1.0),
                ),
                0,
                -0.1,
                kind="structure",
            ),
            place("reception", reception(2.4, body=WALNUT, top=marble, band=BRASS), 0.4, 1.95),
            place("key_cabinet", sideboard(2.2, 1.0, 0.36, wood=DARK_WALNUT, legs=BLACK_STEEL, doors=5), 0.4, y - 0.2),
            place("sofa", sofa(2.0, fabric=green, pillows=(linen("#c98f5a"),), legs=BRASS), -1.95, -0.9, 75),
            place("armchair_1", armchair(fabric=cream, legs=WALNUT), -1.85, 0.95, 120),
            place("armchair_2", armchair(fabric=leather("#9a6440"), legs=WALNUT), 1.9, -1.45, -140),
            place("armchair_3", armchair(fabric=cream, legs=WALNUT), 2.15, 0.25, -85),
            place("coffee_table", round_coffee_table(0.38, 0.42, top=marble, legs=BRASS), 2.1, -0.5),
            place("screen", screen(1.5, 1.55, cloth=linen("#d8c7a8"), frame=DARK_WALNUT), -1.0, -2.1),
            place(
                "plant",
                plant(2.1, 0.52, pot=PORCELAIN, species="kentia", leaf_m=0.27, stems=7, leaves_per_stem=13),
                2.4,
                2.2,
            ),
            place("plant_2", plant(1.7, 0.45, pot=BRASS, species="banana", leaf_m=0.28), -2.5, 2.2),
            place(
                "plant_3",
                plant(1.6, 0.42, pot=PORCELAIN, species="zamia", leaf_m=0.22, leaves_per_stem=16),
                -2.7,
                -2.55,
            ),
            place("plinth", plinth(0.36, 1.05, body=marble, vase=BRASS), 3.45, -2.85),
            place("arc_lamp", arc_lamp(2.0, 0.9), -3.1, 0.25, 90),
            place("floor_lamp", floor_lamp(1.7, metal=BRASS), 3.3, -0.55),
            place("desk_lamp", table_lamp(0.42, base=BRASS), 1.25, y - 0.2, z=1.001),
            place("picture_1", picture(1.5, 1.1, canvas="canvas_hills", frame=BRASS, mount=False), x, 0.4, -90, z=1.75),
            place("picture_2", picture(0.9, 1.2, canvas="canvas_shapes", frame=OAK), -2.2, -y, 180, z=1.7),
            place("pendant_1", pendant(0.9, 0.2, shade=LAMP_SHADE), -0.3, 1.95, z=height),
            place("pendant_2", pendant(0.9, 0.2, shade=LAMP_SHADE), 1.1, 1.95, z=height),
        ),
        lights=(
            light("ceiling", 0.2, 0.0, 2.9, strength=8, tint=WARM),
            light("window", -x + 1.3, 0.0, 1.7, strength=6, tint=DAY, radius_m=0.8),
            light("pendants", 0.4, 1.85, 2.0, strength=1.2, tint=WARM, radius_m=0.4),
            light("floor_lamp", 3.1, -0.55, 1.8, strength=1.5, tint=WARM),
        ),
        views=(
            View(3.5, 2.6, 1.9, 70),
            View(0.3, 2.8, 1.5, 78),
            View(-2.6, 2.95, 2.4, 72),
            View(-3.4, 0.7, 1.2, 72),
            View(-3.3, -1.4, 1.05, 72),
            View(-0.25, -2.95, 1.35, 80),
            View(2.9, -2.75, 1.1, 70),
            View(3.55, 0.15, 1.1, 74),
        ),
    )
