"""A loft above a city: brick, concrete, a leather sofa that divides the room."""

from __future__ import annotations

from ..build import Plan, View
from ..decor import arc_lamp, floor_lamp, picture, plant, rug, snake_plant, television
from ..finishes import BLACK_STEEL, BLACK_WOOD, DARK_WALNUT, STEEL, TERRACOTTA, boucle, leather, linen, paint, plain
from ..lights import DAY, WARM, light
from ..pieces import Finish, place
from ..room import Stage
from ..seating import armchair, pouf, sofa, stool
from ..shell import Shell, door, window
from ..storage import bookshelf, plinth, sideboard
from ..tables import high_table, round_coffee_table

SIZE_M = (7.6, 6.4, 3.2)


def plan() -> Plan:
    x, y = SIZE_M[0] / 2, SIZE_M[1] / 2
    cognac, charcoal = leather("#a5673e"), boucle("#d8d0c2")
    steel = plain("window_steel", "#2c2d2f")
    return Plan(
        title="Loft",
        size_m=SIZE_M,
        shell=Shell(
            floor=Finish("concrete", "#b5b0a8", "concrete", 3.2, 0.55),
            walls=Finish("plaster", "#ddd8cf", "plaster", 2.4, 0.95),
            ceiling=paint("#e9e7e2"),
            skirting=BLACK_STEEL,
            skirting_height_m=0.06,
            accent=(("north", Finish("brick", "#b98a71", "brick", 1.15, 0.95)),),
        ),
        stage=Stage((-0.75, 0.75), (-0.75, 0.6)),
        pieces=(
            place(
                "window_1",
                window(2.4, 2.3, 0.35, frame=steel, view="view_city", casements=3, bars=2),
                -x,
                1.2,
                90,
                kind="structure",
            ),
            place(
                "window_2",
                window(2.4, 2.3, 0.35, frame=steel, view="view_city", casements=3, bars=2),
                -x,
                -1.6,
                90,
                kind="structure",
            ),
            place(
                "door", door(0.95, 2.1, leaf=BLACK_WOOD, frame=BLACK_STEEL, panels=1), x, -2.3, -90, kind="structure"
            ),
            place(
                "rug",
                rug(
                    2.8,
                    2.0,
                    pile=Finish("kilim", "#e8e0d4", "kilim", 1.6, 1.0),
                    border=Finish("wool", "#5a2f29", "carpet", 0.5, 1.0),
                ),
                0,
                -0.1,
                kind="structure",
            ),
            place(
                "sofa",
                sofa(2.3, fabric=cognac, pillows=(linen("#3c4a52"), linen("#d9c9ac")), legs=BLACK_STEEL),
                0.1,
                -1.85,
                180,
            ),
            place("armchair", armchair(fabric=charcoal, legs=BLACK_WOOD), -1.95, 0.5, 78),
            place("coffee_table", round_coffee_table(0.42, top=DARK_WALNUT, legs=BLACK_STEEL), -1.8, -0.55),
            place(
                "shelf_divider",
                bookshelf(1.3, 1.75, 0.34, wood=DARK_WALNUT, back=False, filled=0.7, shelves=4, title="vinyl"),
                2.3,
                1.35,
                -68,
            ),
            place("high_table", high_table(1.5, 0.6, top=DARK_WALNUT, legs=BLACK_STEEL), 2.15, -0.75, 90),
            place("bar_stool_1", stool(0.72, seat=DARK_WALNUT, legs=BLACK_STEEL), 2.8, -1.1),
            place("bar_stool_2", stool(0.72, seat=DARK_WALNUT, legs=BLACK_STEEL), 2.8, -0.45),
            place(
                "sideboard", sideboard(2.0, 0.6, wood=BLACK_WOOD, legs=BLACK_STEEL, knob=STEEL, doors=4), -0.2, y - 0.24
            ),
            place("television", television(1.35), -0.2, y - 0.24, z=0.601),
            place(
                "plant",
                plant(2.0, 0.5, pot=BLACK_WOOD, leaf_m=0.3, stems=6, leaves_per_stem=11, species="rubber"),
                -1.6,
                2.25,
            ),
            place("plant_2", plant(1.35, 0.42, pot=TERRACOTTA, leaf_m=0.22, species="monstera"), -2.2, -2.0),
            place("snake_plant", snake_plant(0.95, pot=BLACK_WOOD), 1.15, y - 0.4),
            place(
                "plinth",
                plinth(0.36, 0.95, body=Finish("concrete", "#c9c5bd", "concrete", 1.5), vase=TERRACOTTA),
                3.35,
                2.65,
            ),
            place("pouf", pouf(fabric=boucle("#b9a288")), 1.65, 0.35),
            place("arc_lamp", arc_lamp(2.0, 1.0), -2.3, 2.3, 25),
            place("floor_lamp", floor_lamp(1.65), 1.75, -2.35),
            place(
                "picture", picture(1.3, 0.95, canvas="canvas_hills", frame=BLACK_WOOD, mount=False), x, 0.2, -90, z=1.7
            ),
            place("picture_south", picture(1.0, 1.3, canvas="canvas_strokes", frame=BLACK_WOOD), -0.4, -y, 180, z=1.75),
        ),
        lights=(
            light("ceiling", 0.5, 0.2, 3.0, strength=8, tint=WARM),
            light("window_1", -x + 1.2, 1.2, 1.7, strength=4.5, tint=DAY, radius_m=0.7),
            light("window_2", -x + 1.2, -1.6, 1.7, strength=4.5, tint=DAY, radius_m=0.7),
            light("floor_lamp", 1.75, -2.35, 1.8, strength=1.5, tint=WARM),
        ),
        views=(
            View(3.5, 2.0, 1.35, 72),
            View(0.65, 2.95, 1.9, 80),
            View(-2.9, 2.75, 1.2, 70),
            View(-3.45, 0.2, 0.8, 74),
            View(-3.4, -2.75, 1.45, 68),
            View(-0.6, -2.95, 1.0, 80),
            View(2.6, -2.9, 2.5, 70),
            View(3.5, -0.7, 1.2, 76),
        ),
    )
