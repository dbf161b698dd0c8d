"""A small gym: rubber floor, free weights, benches, wooden boxes."""

from __future__ import annotations

from ..build import Plan, View
from ..decor import ceiling_panel, exercise_ball, mirror, picture, plant, rug
from ..finishes import BLACK_STEEL, OAK, PALE_OAK, PORCELAIN, STEEL, leather, paint, plain
from ..lights import COOL, DAY, NEUTRAL, light
from ..pieces import Finish, place
from ..room import Stage
from ..seating import bench
from ..shell import Shell, double_door, window
from ..storage import bookshelf, boxes, dumbbell_rack
from ..tables import bench_press, high_table

SIZE_M = (7.6, 6.2, 3.0)


def plan() -> Plan:
    x, y, height = SIZE_M[0] / 2, SIZE_M[1] / 2, SIZE_M[2]
    iron = plain("iron", "#3a3c3f", roughness=0.5)
    pad = leather("#3a3d40")
    frame = plain("aluminium", "#5d6163", roughness=0.4)
    crate = Finish("birch", "#d6ba8a", "wood", 0.9, 0.6)
    return Plan(
        title="Gym",
        size_m=SIZE_M,
        shell=Shell(
            floor=Finish("rubber", "#d2d2d2", "rubber", 1.2, 0.9),
            walls=paint("#e7e5e0"),
            ceiling=paint("#eeeeec"),
            skirting=BLACK_STEEL,
            accent=(("north", Finish("brick", "#e9e4dc", "brick", 1.15, 0.95)), ("east", paint("#7f9a94"))),
        ),
        stage=Stage((-0.8, 0.8), (-0.75, 0.6)),
        pieces=(
            place("window_1", window(2.2, 1.3, 1.3, frame=frame, casements=2, bars=1), -2.0, -y, 180, kind="structure"),
            place("window_2", window(2.2, 1.3, 1.3, frame=frame, casements=2, bars=1), 1.6, -y, 180, kind="structure"),
            place("door", double_door(leaf=PALE_OAK, frame=BLACK_STEEL, handle=STEEL), x, -1.7, -90, kind="structure"),
            place("mirror", mirror(3.1, 1.9, frame=STEEL), -0.55, y, z=1.2),
            place("mat", rug(2.6, 2.0, pile=plain("mat", "#6f8791", roughness=0.95)), 0, -0.1, kind="structure"),
            place("dumbbells", dumbbell_rack(1.6, frame=BLACK_STEEL, iron=iron), 0.3, 2.0, 0),
            place("bench_press", bench_press(pad=pad), 2.3, 0.4, -90),
            place("flat_bench", bench(1.2, 0.32, 0.46, top=pad, legs=BLACK_STEEL), -2.1, 0.2, 90),
            place("box_large", boxes(((0.6, 0.5, 0.5), (0.58, 0.48, 0.45)), finish=crate), -1.65, -1.7, 20),
            place("box_small", boxes(((0.5, 0.45, 0.6),), finish=crate), 1.45, -1.75, -10),
            place("box_long", boxes(((0.75, 0.5, 0.75),), finish=crate), -1.9, 1.65, 30),
            place("ball_1", exercise_ball(0.33, color="#5f8f8d"), 1.75, -0.95),
            place("ball_2", exercise_ball(0.28, color="#c48a4a"), -2.75, 1.75),
            place(
                "mats_shelf",
                bookshelf(1.2, 1.1, 0.4, wood=OAK, shelves=3, filled=0.4, title="towels"),
                -x + 0.22,
                1.2,
                90,
            ),
            place("water_bar", high_table(1.4, 0.5, top=OAK, legs=BLACK_STEEL), -0.2, -2.2),
            place("plant", plant(1.8, 0.45, pot=PORCELAIN, species="palm", leaf_m=0.25), 2.85, 1.75),
            place(
                "plant_2",
                plant(1.5, 0.42, pot=PORCELAIN, species="yucca", leaf_m=0.22),
                -2.75,
                -2.1,
            ),
            place("poster_1", picture(0.9, 1.2, canvas="canvas_strokes", frame=BLACK_STEEL), -x, -0.6, 90, z=1.65),
            place("poster_2", picture(1.2, 0.9, canvas="canvas_hills", frame=BLACK_STEEL), x, 0.7, -90, z=1.7),
            *(
                place(f"panel_{i}", ceiling_panel(1.8, 0.2), px, 0.0, 90, z=height)
                for i, px in enumerate((-2.2, 0.0, 2.2))
            ),
        ),
        lights=(
            light("panels", 0.0, 0.1, 2.8, strength=9, tint=NEUTRAL, radius_m=0.4),
            light("panel_west", -2.2, 0.0, 2.75, strength=3, tint=COOL, radius_m=0.4),
            light("panel_east", 2.2, 0.0, 2.75, strength=3, tint=COOL, radius_m=0.4),
            light("windows", -0.2, -y + 1.4, 1.95, strength=4.5, tint=DAY, radius_m=0.7),
        ),
        views=(
            View(3.4, 2.7, 1.6, 68),
            View(0.4, 2.85, 1.2, 80),
            View(-2.6, 2.75, 1.15, 74),
            View(-3.35, 0.1, 0.75, 76),
            View(-3.4, -2.7, 1.5, 70),
            View(-0.3, -2.85, 1.35, 82),
            View(2.3, -2.75, 0.8, 74),
            View(3.5, 0.1, 2.2, 72),
        ),
    )
