"""Things to sit and lie on. Metres; each piece faces -Y."""

from __future__ import annotations

import numpy as np

from .finishes import BLACK_STEEL, OAK, WHITE_LINEN, quilt
from .pieces import Finish, Parts, Piece, assemble, single
from .shapes import box, cushion, cylinder, frustum, leg, rod
from .solids import Box, Cylinder, Solid


def sofa(
    width_m: float = 2.1,
    depth_m: float = 0.9,
    *,
    fabric: Finish,
    pillows: tuple[Finish, ...] = (),
    legs: Finish = OAK,
    seats: int = 2,
) -> Piece:
    """Seat at 0.43 m, back at 0.82 m, arms at 0.60 m."""
    arm_m, back_m, seat_z = 0.18, 0.2, 0.43
    inner = width_m - 2 * arm_m
    back_y = depth_m / 2 - back_m / 2
    parts = Parts()
    parts.add(fabric, cushion((0, 0, 0.22), (width_m - 0.04, depth_m - 0.02, 0.2), radius_m=0.03))
    parts.add(fabric, cushion((0, back_y, 0.45), (width_m - 0.02, back_m, 0.66), radius_m=0.07))
    for side in (-1, 1):
        x = side * (width_m - arm_m) / 2
        parts.add(fabric, cushion((x, 0, 0.36), (arm_m, depth_m - 0.02, 0.48), radius_m=0.06))
        for y in (-depth_m / 2 + 0.1, depth_m / 2 - 0.1):
            parts.add(legs, frustum((side * (width_m / 2 - 0.1), y, 0), 0.018, 0.026, 0.13, sides=10))
    each = inner / seats
    for seat in range(seats):
        x = -inner / 2 + (seat + 0.5) * each
        seat_depth = depth_m - back_m
        parts.add(
            fabric,
            cushion((x, -back_m / 2, seat_z - 0.08), (each - 0.01, seat_depth, 0.15), radius_m=0.05, bulge_m=0.02),
        )
        rest = cushion((x, back_y - 0.16, 0.64), (each - 0.02, 0.15, 0.42), radius_m=0.06)
        parts.add(fabric, rest.turned("x", -9, about=(x, back_y - 0.16, 0.44)))
    for index, pillow in enumerate(pillows):
        x = (inner / 2 - 0.26) * (1 if index % 2 == 0 else -1) * (1 - 0.25 * (index // 2))
        lean = cushion((x, back_y - 0.28, 0.63), (0.44, 0.11, 0.42), radius_m=0.05)
        parts.add(
            pillow,
            lean.turned("x", -22, about=(x, back_y - 0.28, 0.44)).turned(
                "z", 9 - 18 * (index % 2), about=(x, back_y - 0.28, 0)
            ),
        )
    solids = [
        Box((0, 0, 0.24), (width_m, depth_m, 0.48)),
        Box((0, depth_m / 2 - 0.25, 0.46), (width_m, 0.5, 0.92)),
        Box((-(width_m - arm_m) / 2, 0, 0.305), (arm_m, depth_m, 0.61)),
        Box(((width_m - arm_m) / 2, 0, 0.305), (arm_m, depth_m, 0.61)),
    ]
    return assemble(parts, solids)


def armchair(
    width_m: float = 0.8, depth_m: float = 0.82, *, fabric: Finish, legs: Finish = OAK, pillow: Finish | None = None
) -> Piece:
    """A one-seat sofa on splayed legs."""
    back_y = depth_m / 2 - 0.12
    parts = Parts()
    parts.add(fabric, cushion((0, -0.03, 0.28), (width_m - 0.08, depth_m - 0.14, 0.14), radius_m=0.04))
    parts.add(fabric, cushion((0, -0.07, 0.39), (width_m - 0.25, depth_m - 0.2, 0.13), radius_m=0.05, bulge_m=0.02))
    back = cushion((0, back_y, 0.62), (width_m - 0.08, 0.15, 0.6), radius_m=0.07)
    parts.add(fabric, back.turned("x", -10, about=(0, back_y, 0.4)))
    for side in (-1, 1):
        arm = (side * (width_m / 2 - 0.06), -0.03, 0.42)
        parts.add(fabric, cushion(arm, (0.12, depth_m - 0.12, 0.36), radius_m=0.055))
        for end in (-1, 1):
            foot = (side * (width_m / 2 - 0.07), end * (depth_m / 2 - 0.07), 0.0)
            top = (side * (width_m / 2 - 0.13), end * (depth_m / 2 - 0.13), 0.24)
            parts.add(legs, leg(foot, top, 0.015, end_radius_m=0.024))
    if pillow is not None:
        lean = cushion((0.02, back_y - 0.16, 0.6), (0.42, 0.11, 0.36), radius_m=0.05)
        parts.add(pillow, lean.turned("x", -20, about=(0, back_y - 0.16, 0.44)))
    solids = [
        Box((0, 0, 0.31), (width_m, depth_m, 0.62)),
        Box((0, depth_m / 2 - 0.17, 0.48), (width_m, 0.5, 0.96)),
    ]
    return assemble(parts, solids)


def dining_chair(*, wood: Finish, seat: Finish | None = None) -> Piece:
    """Seat at 0.46 m, back to 0.84 m, 0.44 m wide."""
    parts = Parts()
    parts.add(wood, box((0, 0, 0.445), (0.44, 0.42, 0.03), bevel_m=0.008))
    if seat is not None:
        parts.add(seat, cushion((0, 0, 0.472), (0.41, 0.39, 0.035), radius_m=0.017, bulge_m=0.01))
    for side in (-1, 1):
        parts.add(wood, leg((side * 0.2, -0.19, 0), (side * 0.185, -0.17, 0.43), 0.014, end_radius_m=0.02))
        parts.add(wood, leg((side * 0.19, 0.22, 0), (side * 0.185, 0.18, 0.44), 0.014, end_radius_m=0.02))
        parts.add(wood, rod((side * 0.185, 0.18, 0.44), (side * 0.18, 0.235, 0.83), 0.019, end_radius_m=0.014))
        parts.add(wood, rod((side * 0.19, -0.18, 0.2), (side * 0.188, 0.2, 0.2), 0.009))
    for z, depth in ((0.76, 0.225), (0.63, 0.208)):
        slat = box((0, depth, z), (0.36, 0.02, 0.09), bevel_m=0.006)
        parts.add(wood, slat.turned("x", -8, about=(0, depth, z)))
    return assemble(parts, [Box((0, 0, 0.25), (0.47, 0.47, 0.5)), Box((0, 0.215, 0.43), (0.44, 0.08, 0.86))])


def shell_chair(*, shell: Finish, legs: Finish = OAK) -> Piece:
    """A moulded seat on four splayed wooden legs."""
    parts = Parts()
    parts.add(shell, cushion((0, -0.02, 0.445), (0.46, 0.44, 0.05), radius_m=0.025))
    back = cushion((0, 0.2, 0.64), (0.46, 0.045, 0.4), radius_m=0.022)
    parts.add(shell, back.turned("x", -14, about=(0, 0.2, 0.46)))
    for side in (-1, 1):
        for y in (-1, 1):
            parts.add(legs, leg((side * 0.22, y * 0.2, 0), (side * 0.12, y * 0.11, 0.42), 0.012, end_radius_m=0.018))
    return assemble(parts, [Box((0, 0, 0.24), (0.49, 0.48, 0.48)), Box((0, 0.24, 0.43), (0.47, 0.16, 0.86))])


def office_chair(*, fabric: Finish, frame: Finish = BLACK_STEEL) -> Piece:
    """Swivel chair: five-star foot, gas lift, padded seat at 0.48 m, back to 1.02 m, arm rests."""
    parts = Parts()
    parts.add(fabric, cushion((0, -0.02, 0.45), (0.5, 0.48, 0.08), radius_m=0.04, bulge_m=0.01))
    parts.add(fabric, cushion((0, 0.25, 0.77), (0.45, 0.07, 0.5), radius_m=0.035).turned("x", -8, about=(0, 0.25, 0.5)))
    parts.add(frame, cylinder((0, 0, 0.1), 0.025, 0.32, sides=10))
    parts.add(frame, rod((0, 0.1, 0.42), (0, 0.28, 0.62), 0.025))
    for arm in range(5):
        angle = 2 * np.pi * arm / 5 + 0.3
        tip = (0.28 * np.cos(angle), 0.28 * np.sin(angle))
        parts.add(frame, rod((0, 0, 0.11), (*tip, 0.07), 0.024, end_radius_m=0.016))
        parts.add(frame, cylinder((*tip, 0.0), 0.025, 0.06, sides=10))
    for side in (-1, 1):
        parts.add(frame, rod((side * 0.24, 0.05, 0.44), (side * 0.29, 0.05, 0.66), 0.013))
        parts.add(frame, box((side * 0.29, 0.0, 0.67), (0.06, 0.26, 0.03), bevel_m=0.012))
    solids: list[Solid] = [
        Cylinder((0, 0, 0.06), 0.32, 0.12),
        Box((0, 0, 0.27), (0.54, 0.56, 0.54)),
        Box((0, 0.02, 0.345), (0.66, 0.36, 0.69)),
        Box((0, 0.27, 0.52), (0.47, 0.2, 1.04)),
    ]
    return assemble(parts, solids)


def stool(height_m: float = 0.45, radius_m: float = 0.17, *, seat: Finish, legs: Finish) -> Piece:
    parts = Parts()
    parts.add(seat, cylinder((0, 0, height_m - 0.035), radius_m, 0.035, sides=24))
    for quarter in range(4):
        angle = np.pi / 2 * quarter + np.pi / 4
        foot, top = radius_m * 1.05, radius_m * 0.65
        parts.add(
            legs,
            leg(
                (foot * np.cos(angle), foot * np.sin(angle), 0),
                (top * np.cos(angle), top * np.sin(angle), height_m - 0.03),
                0.013,
            ),
        )
    if height_m > 0.6:
        ring = 0.45 * height_m
        for quarter in range(4):
            a, b = (np.pi / 2 * (quarter + step) + np.pi / 4 for step in (0, 1))
            r = radius_m * 0.88
            parts.add(legs, rod((r * np.cos(a), r * np.sin(a), ring), (r * np.cos(b), r * np.sin(b), ring), 0.009))
    return assemble(parts, [Cylinder((0, 0, height_m / 2), radius_m * 1.05 + 0.02, height_m)])


def pouf(radius_m: float = 0.28, height_m: float = 0.38, *, fabric: Finish) -> Piece:
    body = cushion((0, 0, height_m / 2), (2 * radius_m, 2 * radius_m, height_m), radius_m=height_m * 0.45)
    return single(fabric, body, [Box((0, 0, height_m / 2), (2 * radius_m, 2 * radius_m, height_m))])


def bench(width_m: float = 1.2, depth_m: float = 0.38, height_m: float = 0.45, *, top: Finish, legs: Finish) -> Piece:
    parts = Parts()
    parts.add(top, box((0, 0, height_m - 0.025), (width_m, depth_m, 0.05), bevel_m=0.01))
    for side in (-1, 1):
        x = side * (width_m / 2 - 0.12)
        parts.add(legs, box((x, 0, (height_m - 0.05) / 2), (0.05, depth_m - 0.06, height_m - 0.05), bevel_m=0.008))
    return assemble(parts, [Box((0, 0, height_m / 2), (width_m, depth_m, height_m))])


def bed(
    width_m: float = 1.6,
    length_m: float = 2.05,
    *,
    frame: Finish,
    cover: str,
    accent: Finish,
    headboard_m: float = 1.05,
) -> Piece:
    """The head is at the back (+Y); mattress top at 0.52 m. cover: the quilt's colour."""
    head_y = length_m / 2
    parts = Parts()
    parts.add(frame, box((0, 0, 0.22), (width_m, length_m - 0.02, 0.16), bevel_m=0.015, grain="y"))
    parts.add(frame, cushion((0, head_y - 0.05, headboard_m / 2), (width_m + 0.06, 0.09, headboard_m), radius_m=0.03))
    parts.add(WHITE_LINEN, cushion((0, -0.04, 0.4), (width_m - 0.06, length_m - 0.14, 0.22), radius_m=0.06))
    quilt_length = length_m * 0.62
    quilt_y = -length_m / 2 + quilt_length / 2 + 0.02
    parts.add(
        quilt(cover), cushion((0, quilt_y, 0.43), (width_m + 0.03, quilt_length, 0.24), radius_m=0.07, bulge_m=0.02)
    )
    parts.add(
        accent, cushion((0, -length_m / 2 + 0.32, 0.445), (width_m + 0.05, 0.5, 0.245), radius_m=0.06, bulge_m=0.02)
    )
    count = 2 if width_m > 1.2 else 1
    for index in range(count):
        x = (index - (count - 1) / 2) * width_m * 0.47
        pillow = cushion(
            (x, head_y - 0.34, 0.58), (0.62 if count == 2 else 0.68, 0.42, 0.12), radius_m=0.06, bulge_m=0.03
        )
        parts.add(WHITE_LINEN, pillow.turned("x", 14, about=(x, head_y - 0.34, 0.52)))
    small = cushion((0, head_y - 0.52, 0.66), (0.46, 0.12, 0.3), radius_m=0.05).turned(
        "x", -24, about=(0, head_y - 0.52, 0.52)
    )
    parts.add(accent, small)
    for side in (-1, 1):
        for y in (-1, 1):
            parts.add(
                frame, frustum((side * (width_m / 2 - 0.08), y * (length_m / 2 - 0.1), 0), 0.025, 0.032, 0.15, sides=10)
            )
    solids = [
        Box((0, 0, 0.3), (width_m + 0.07, length_m, 0.6)),
        Box((0, head_y - 0.4, 0.42), (width_m + 0.07, 0.8, 0.84)),
        Box((0, head_y - 0.05, headboard_m / 2), (width_m + 0.07, 0.1, headboard_m)),
    ]
    return assemble(parts, solids)
