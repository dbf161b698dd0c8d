"""A child's room: a single bed, a play corner, a desk."""

from __future__ import annotations

from ..build import Plan, View
from ..decor import curtain, exercise_ball, pendant, picture, plant, round_rug, table_lamp, tent, toy_blocks
from ..finishes import PALE_OAK, PAPER, PORCELAIN, WHITE_LACQUER, lacquer, linen, paint, weave
from ..lights import DAY, NEUTRAL, WARM, light
from ..pieces import Finish, place
from ..room import Stage
from ..seating import bed, pouf, shell_chair, stool
from ..shell import Shell, door, rail, window
from ..storage import bookshelf, boxes, chest_of_drawers, wardrobe
from ..tables import desk, round_table, side_table

SIZE_M = (5.9, 5.3, 2.6)
BLOCKS = ("#c7674f", "#e0b25a", "#6f9aa3", "#8aa377", "#e0b25a", "#c7674f", "#6f9aa3")


def plan() -> Plan:
    x, y, height = SIZE_M[0] / 2, SIZE_M[1] / 2, SIZE_M[2]
    curtains = linen("#efe3cd")
    return Plan(
        title="Child's room",
        size_m=SIZE_M,
        shell=Shell(
            floor=Finish("planks", "#dcbf92", "planks", 1.7, 0.6),
            walls=paint("#f0e9dc"),
            ceiling=paint("#f7f5f0"),
            accent=(("north", paint("#a9bfae")), ("east", Finish("wallpaper", "#f0e9dc", "stripes", 0.9, 0.95))),
        ),
        stage=Stage((-0.5, 0.6), (-0.6, 0.35)),
        pieces=(
            place("window", window(1.5, 1.3, 0.85, casements=2, bars=1), 0.2, y, kind="structure"),
            place("curtain_rail", rail(2.3), 0.2, y - 0.12, z=2.33),
            place("curtain_left", curtain(0.4, 2.3, cloth=curtains), -0.8, y - 0.13),
            place("curtain_right", curtain(0.4, 2.3, cloth=curtains), 1.2, y - 0.13),
            place("door", door(panels=3), -1.9, -y, 180, kind="structure"),
            place(
                "rug", round_rug(1.15, pile=Finish("shag", "#e3c9a8", "shag", 0.7, 1.0)), 0.05, -0.1, kind="structure"
            ),
            place(
                "bed",
                bed(1.0, 2.0, frame=PALE_OAK, cover="#8fb0b5", accent=weave("#e0b25a"), headboard_m=0.9),
                x - 0.56,
                0.6,
            ),
            place("bedside", side_table(0.4, wood=WHITE_LACQUER), x - 0.3, 1.95, -90),
            place("lamp", table_lamp(0.4, base=lacquer("#c7674f")), x - 0.3, 1.95, z=0.501),
            place(
                "bookshelf",
                bookshelf(
                    1.4, 1.0, 0.32, wood=WHITE_LACQUER, shelves=3, back=False, filled=0.95, title="picture books"
                ),
                -1.7,
                0.98,
                25,
            ),
            place("desk", desk(1.25, 0.6, top=PALE_OAK, frame=WHITE_LACQUER, monitors=0), -x + 0.36, -0.75, 90),
            place("desk_chair", shell_chair(shell=lacquer("#6f9aa3")), -1.75, -0.75, -95),
            place("desk_lamp", table_lamp(0.42, base=lacquer("#e0b25a")), -x + 0.22, -1.2, z=0.765),
            place("wardrobe", wardrobe(1.3, 1.95, 0.55, wood=WHITE_LACQUER, doors=2), x - 0.32, -1.9, -90),
            place("chest", chest_of_drawers(0.9, 0.8, 0.42, wood=PALE_OAK, rows=3), 0.6, -y + 0.24, 180),
            place("play_table", round_table(0.36, 0.5, top=PALE_OAK, foot=WHITE_LACQUER), 1.0, -1.75),
            place("tent", tent(1.55, 0.5, cloth=linen("#efe3cd"), poles=PALE_OAK), 1.7, -0.62, 20),
            place("play_stool", stool(0.32, 0.15, seat=lacquer("#c7674f"), legs=PALE_OAK), 0.5, -1.65),
            place("toy_blocks", toy_blocks(BLOCKS), -1.25, 0.35, 40),
            place("pouf", pouf(0.3, 0.36, fabric=weave("#e0b25a")), 1.05, 1.5),
            place(
                "toy_boxes",
                boxes(((0.5, 0.38, 0.32), (0.42, 0.34, 0.28)), finish=Finish("boxes", "#cdbfa6", "weave", 0.3)),
                -0.75,
                -1.65,
                10,
            ),
            place("ball", exercise_ball(0.16, color="#c7674f"), -1.35, -1.55),
            place("plant", plant(1.25, 0.36, pot=PORCELAIN, leaf_m=0.2, species="pilea"), -2.45, 2.15),
            place("picture_1", picture(0.5, 0.7, canvas="canvas_shapes", frame=PALE_OAK), -x, 0.75, 90, z=1.5),
            place("picture_2", picture(0.5, 0.7, canvas="canvas_hills", frame=PALE_OAK), -x, 0.1, 90, z=1.5),
            place("pendant", pendant(0.5, 0.24, shade=PAPER), 0.1, 0.9, z=height),
        ),
        lights=(
            light("ceiling", 0.3, 0.1, 2.45, strength=6, tint=NEUTRAL),
            light("window", 0.2, y - 1.1, 1.6, strength=4.5, tint=DAY, radius_m=0.6),
            light("desk_lamp", -x + 0.5, -1.2, 1.35, strength=0.8, tint=WARM),
        ),
        views=(
            View(2.6, 2.35, 1.9, 76),
            View(0.2, 2.35, 1.3, 86),
            View(-1.85, 2.3, 1.15, 78),
            View(-2.7, 0.7, 1.0, 78),
            View(-2.65, -0.2, 2.2, 80),
            View(-1.35, -2.4, 0.85, 84),
            View(1.75, -2.35, 0.8, 80),
            View(2.7, -0.85, 1.55, 82),
        ),
    )
