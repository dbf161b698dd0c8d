"""An open-plan office: desks with screens, acoustic partitions, carpet tiles."""

from __future__ import annotations

from ..build import Plan, View
from ..decor import ceiling_panel, desk_screen, picture, plant, rug, snake_plant
from ..finishes import BLACK_STEEL, PALE_OAK, PORCELAIN, STEEL, WHITE_LACQUER, lacquer, paint, plain, weave
from ..lights import COOL, DAY, NEUTRAL, light
from ..pieces import Finish, place
from ..room import Stage
from ..seating import office_chair, pouf, shell_chair
from ..shell import Shell, double_door, window
from ..storage import bookshelf, boxes, sideboard
from ..tables import desk, round_table

SIZE_M = (8.0, 6.8, 2.8)


def plan() -> Plan:
    x, y, height = SIZE_M[0] / 2, SIZE_M[1] / 2, SIZE_M[2]
    chair = office_chair(fabric=weave("#4a5963"))
    frame = plain("aluminium", "#8f9496", roughness=0.4)
    one, two = (
        desk(1.5, 0.75, top=PALE_OAK, frame=WHITE_LACQUER, monitors=count, drawers=count == 2) for count in (1, 2)
    )
    return Plan(
        title="Open-plan office",
        size_m=SIZE_M,
        shell=Shell(
            floor=Finish("carpet", "#7d858b", "carpet", 1.0, 1.0),
            walls=paint("#ecebe6"),
            ceiling=paint("#f4f4f2"),
            skirting=Finish("skirting", "#6c7276", "paint", 1.0),
            accent=(("north", paint("#8fa7a5")),),
        ),
        stage=Stage((-0.9, 0.75), (-0.8, 0.6)),
        pieces=(
            place(
                "window_1",
                window(2.6, 1.6, 0.85, frame=frame, view="view_city", casements=3),
                -2.0,
                -y,
                180,
                kind="structure",
            ),
            place(
                "window_2",
                window(2.6, 1.6, 0.85, frame=frame, view="view_city", casements=3),
                1.6,
                -y,
                180,
                kind="structure",
            ),
            place("door", double_door(leaf=PALE_OAK, frame=WHITE_LACQUER), x, 1.6, -90, kind="structure"),
            place(
                "carpet",
                rug(3.0, 2.3, pile=Finish("carpet_light", "#a9b3b2", "carpet", 0.8, 1.0)),
                0,
                -0.1,
                kind="structure",
            ),
            place("desk_1", one, -2.25, 0.75, -90),
            place("desk_2", two, -2.25, -0.95, -90),
            place("chair_1", chair, -3.0, 0.75, 80),
            place("chair_2", chair, -2.95, -1.0, 100),
            place("desk_3", two, 2.35, -0.75, 90),
            place("chair_3", chair, 3.1, -0.7, -95),
            place("partition_1", desk_screen(1.6, 1.2, cloth=weave("#d6b75e")), 0.85, 1.85),
            place("partition_2", desk_screen(1.5, 1.15, cloth=weave("#6d8a92")), 1.45, -1.85, 8),
            place("meeting_table", round_table(0.55, top=WHITE_LACQUER, foot=STEEL), -0.9, -2.1),
            place("meeting_chair_1", shell_chair(shell=lacquer("#d6b75e")), -1.65, -2.35, 75),
            place("meeting_chair_2", shell_chair(shell=lacquer("#6d8a92")), -0.25, -2.55, -140),
            place(
                "cabinet",
                sideboard(2.0, 0.9, wood=WHITE_LACQUER, legs=BLACK_STEEL, knob=STEEL, doors=4),
                -1.2,
                y - 0.24,
            ),
            place(
                "bookshelf", bookshelf(1.0, 1.9, wood=WHITE_LACQUER, filled=0.7, title="reports"), -x + 0.17, 2.3, 90
            ),
            place("plant", plant(1.75, 0.45, pot=PORCELAIN, species="dracaena", leaf_m=0.3), 2.25, 1.95),
            place(
                "plant_2", plant(1.4, 0.4, pot=PORCELAIN, species="ficus", leaf_m=0.2, leaves_per_stem=16), -1.65, 2.25
            ),
            place("snake_plant", snake_plant(1.0, pot=PORCELAIN), 3.55, -2.9),
            place("pouf", pouf(0.32, 0.4, fabric=weave("#d6b75e")), 1.75, 0.55),
            place(
                "boxes",
                boxes(((0.45, 0.35, 0.32), (0.4, 0.32, 0.3)), finish=Finish("boxes", "#c7a67c", "paint", 1.0)),
                3.5,
                2.85,
                12,
            ),
            place("board", picture(1.8, 1.1, canvas="canvas_shapes", frame=STEEL), 1.6, y, z=1.6),
            place("clock_picture", picture(0.7, 0.9, canvas="canvas_strokes", frame=STEEL), -x, -0.1, 90, z=1.7),
            *(
                place(f"panel_{i}", ceiling_panel(1.5, 0.3), px, py, 90, z=height)
                for i, (px, py) in enumerate(((-2.4, 0.0), (0.0, 1.3), (0.0, -1.4), (2.4, 0.0)))
            ),
        ),
        lights=(
            light("panels", 0.0, 0.1, 2.62, strength=8, tint=NEUTRAL, radius_m=0.4),
            light("panel_west", -2.4, 0.0, 2.5, strength=3, tint=COOL, radius_m=0.4),
            light("panel_east", 2.4, 0.0, 2.5, strength=3, tint=COOL, radius_m=0.4),
            light("windows", -0.2, -y + 1.5, 1.7, strength=4, tint=DAY, radius_m=0.8),
        ),
        views=(
            View(3.4, 2.4, 1.5, 70),
            View(-0.1, 3.1, 1.55, 78),
            View(-2.4, 2.9, 1.6, 72),
            View(-3.6, 0.3, 1.15, 74),
            View(-3.4, -2.3, 1.45, 70),
            View(-0.9, -3.05, 1.1, 78),
            View(2.3, -2.9, 1.3, 72),
            View(3.6, -0.1, 2.3, 72),
        ),
    )
