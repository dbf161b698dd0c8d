"""A family living room: sofa towards the television, a small dining corner, daylight from the north."""

from __future__ import annotations

from ..build import Plan, View
from ..decor import curtain, floor_lamp, pendant, picture, plant, rug, television
from ..finishes import LAMP_SHADE, OAK, PALE_OAK, PORCELAIN, TERRACOTTA, WALNUT, linen, paint, weave
from ..lights import DAY, NEUTRAL, WARM, light
from ..pieces import Finish, place
from ..room import Stage
from ..seating import armchair, dining_chair, sofa
from ..shell import Shell, door, rail, window
from ..storage import bookshelf, sideboard
from ..tables import coffee_table, round_table

SIZE_M = (6.8, 5.8, 2.7)


def plan() -> Plan:
    x, y, height = SIZE_M[0] / 2, SIZE_M[1] / 2, SIZE_M[2]
    sofa_cloth, chair_cloth, curtains = weave("#7d9196"), weave("#c58a4e"), linen("#e6dccb")
    rust, cream = linen("#b5603f"), linen("#e5d9c3")
    return Plan(
        title="Living room",
        size_m=SIZE_M,
        shell=Shell(
            floor=Finish("planks", "#d2ab78", "planks", 1.8, 0.55),
            walls=paint("#ebe5d8"),
            ceiling=paint("#f5f3ee"),
            accent=(("west", paint("#b9c4bd")),),
        ),
        stage=Stage((-0.55, 0.75), (-0.85, 0.15)),
        pieces=(
            place("window", window(2.2, 1.45, 0.8, casements=3), 0.3, y, kind="structure"),
            place("curtain_rail", rail(3.3), 0.3, y - 0.12, z=2.42),
            place("curtain_left", curtain(0.5, 2.4, cloth=curtains), -1.1, y - 0.13),
            place("curtain_right", curtain(0.5, 2.4, cloth=curtains), 1.7, y - 0.13),
            place("door", door(), x, -1.75, -90, kind="structure"),
            place(
                "rug", rug(2.6, 1.9, pile=Finish("wool", "#efe6d6", "berber", 0.9, 1.0)), 0.1, -0.3, kind="structure"
            ),
            place("sofa", sofa(2.2, fabric=sofa_cloth, pillows=(rust, cream, cream), legs=WALNUT, seats=3), 0.2, 1.7),
            place("coffee_table", coffee_table(0.9, 0.5, top=WALNUT, legs=WALNUT), -1.75, 0.75, 90),
            place("armchair", armchair(fabric=chair_cloth, legs=WALNUT, pillow=cream), -2.05, -0.65, 80),
            place("sideboard", sideboard(1.7, 0.55, wood=PALE_OAK, legs=WALNUT), -0.2, -y + 0.24, 180),
            place("television", television(1.15), -0.2, -y + 0.24, 180, z=0.551),
            place("bookshelf", bookshelf(1.0, 1.95, wood=PALE_OAK, title="novels"), x - 0.17, 1.75, -90),
            place("dining_table", round_table(0.52, top=OAK, foot=PORCELAIN), 2.05, -0.15),
            place("chair_1", dining_chair(wood=OAK, seat=weave("#7d9196")), 2.1, 0.55, 0),
            place("chair_2", dining_chair(wood=OAK, seat=weave("#7d9196")), 2.0, -0.85, 175),
            place("plant", plant(1.7, 0.45, pot=TERRACOTTA, species="fig"), 2.2, -2.0),
            place(
                "small_plant",
                plant(0.85, 0.3, pot=PORCELAIN, pot_height_m=0.24, leaf_m=0.18, stems=6, species="calathea"),
                -2.95,
                -2.45,
            ),
            place("floor_lamp", floor_lamp(1.6), -1.75, 2.1),
            place("picture_1", picture(0.7, 0.9, canvas="canvas_shapes", frame=OAK), -x, -0.1, 90, z=1.55),
            place("picture_2", picture(0.7, 0.9, canvas="canvas_strokes", frame=OAK), -x, -1.05, 90, z=1.55),
            place("pendant", pendant(0.75, 0.24, shade=LAMP_SHADE), 2.05, -0.15, z=height),
        ),
        lights=(
            light("ceiling", 0.6, 0.3, 2.55, strength=7, tint=NEUTRAL),
            light("window", 0.3, y - 1.1, 1.7, strength=5, tint=DAY, radius_m=0.6),
            light("pendant", 2.05, -0.15, height - 0.85, strength=1.2, tint=WARM),
            light("floor_lamp", -1.75, 2.1, 1.72, strength=1.5, tint=WARM),
        ),
        views=(
            View(3.05, 2.55, 2.15, 70),
            View(-0.5, 2.45, 0.99, 82),
            View(-3.1, 1.9, 1.5, 70),
            View(-3.1, -0.15, 1.05, 76),
            View(-2.9, -1.9, 2.3, 74),
            View(0.9, -2.7, 1.7, 88),
            View(3.1, -2.6, 1.15, 70),
            View(3.15, -0.1, 0.9, 76),
        ),
    )
