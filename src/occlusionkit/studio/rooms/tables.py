"""Tables, desks and counters, with what usually lies on them. Metres; each piece faces -Y."""

from __future__ import annotations

import numpy as np

from .finishes import BLACK_STEEL, BRASS, GLASS_BLACK, PORCELAIN, STEEL, plain
from .joinery import fronts
from .pieces import Finish, Parts, Piece, assemble
from .shapes import box, cushion, cylinder, ellipsoid, frustum, leg, rod
from .solids import Box, Cylinder, Solid


def table(
    width_m: float = 1.6,
    depth_m: float = 0.85,
    height_m: float = 0.74,
    *,
    top: Finish,
    legs: Finish,
    bowl: Finish | None = None,
) -> Piece:
    """Four tapered legs under an apron; a bowl in the middle if asked for."""
    parts = Parts()
    parts.add(top, box((0, 0, height_m - 0.018), (width_m, depth_m, 0.036), bevel_m=0.008))
    parts.add(legs, box((0, 0, height_m - 0.07), (width_m - 0.22, depth_m - 0.22, 0.07)))
    solids: list[Solid] = [Box((0, 0, height_m - 0.0525), (width_m, depth_m, 0.105))]
    for side in (-1, 1):
        for y in (-1, 1):
            x_m, y_m = side * (width_m / 2 - 0.09), y * (depth_m / 2 - 0.09)
            parts.add(legs, leg((x_m, y_m, 0), (x_m, y_m, height_m - 0.036), 0.022, end_radius_m=0.034, sides=10))
            solids.append(Box((x_m, y_m, height_m / 2), (0.08, 0.08, height_m)))
    if bowl is not None:
        parts.add(bowl, frustum((0.05, 0.02, height_m), 0.06, 0.15, 0.07, sides=24))
        for index, color in enumerate(("#c9832f", "#a83d2b", "#c9a53a")):
            angle = 2.1 * index
            fruit = ellipsoid(
                (0.05 + 0.055 * np.cos(angle), 0.02 + 0.055 * np.sin(angle), height_m + 0.085),
                (0.042, 0.042, 0.04),
                sides=12,
            )
            parts.add(plain("fruit", color), fruit)
        solids.append(Cylinder((0.05, 0.02, height_m + 0.065), 0.151, 0.13))
    return assemble(parts, solids)


def round_table(radius_m: float = 0.55, height_m: float = 0.74, *, top: Finish, foot: Finish) -> Piece:
    """One column on a disc."""
    parts = Parts()
    parts.add(top, cylinder((0, 0, height_m - 0.03), radius_m, 0.03, sides=36))
    parts.add(foot, cylinder((0, 0, 0.02), 0.045, height_m - 0.05, sides=14))
    parts.add(foot, frustum((0, 0, 0), radius_m * 0.55, radius_m * 0.5, 0.025, sides=28))
    solids: list[Solid] = [
        Cylinder((0, 0, height_m - 0.015), radius_m, 0.03),
        Cylinder((0, 0, height_m / 2), 0.05, height_m),
        Cylinder((0, 0, 0.015), radius_m * 0.55, 0.03),
    ]
    return assemble(parts, solids)


def coffee_table(
    width_m: float = 1.1, depth_m: float = 0.6, height_m: float = 0.4, *, top: Finish, legs: Finish, shelf: bool = True
) -> Piece:
    """With a lower shelf, two books and a small vase."""
    parts = Parts()
    parts.add(top, box((0, 0, height_m - 0.017), (width_m, depth_m, 0.034), bevel_m=0.008))
    if shelf:
        parts.add(top, box((0, 0, 0.13), (width_m - 0.14, depth_m - 0.14, 0.02), bevel_m=0.004))
    for side in (-1, 1):
        for y in (-1, 1):
            x_m, y_m = side * (width_m / 2 - 0.07), y * (depth_m / 2 - 0.07)
            parts.add(legs, box((x_m, y_m, (height_m - 0.034) / 2), (0.035, 0.035, height_m - 0.034)))
    parts.add(
        plain("book", "#3e5a66"),
        box((-0.2 * width_m, 0.03, height_m + 0.014), (0.27, 0.2, 0.028), bevel_m=0.003).turned("z", 12),
    )
    parts.add(
        plain("book", "#c9b79a"),
        box((-0.2 * width_m, 0.03, height_m + 0.04), (0.22, 0.16, 0.022), bevel_m=0.003).turned("z", -6),
    )
    parts.add(PORCELAIN, frustum((0.25 * width_m, -0.05, height_m), 0.035, 0.055, 0.09, sides=18))
    parts.add(PORCELAIN, frustum((0.25 * width_m, -0.05, height_m + 0.09), 0.055, 0.024, 0.07, sides=18))
    solids = [
        Box((0, 0, height_m / 2), (width_m, depth_m, height_m)),
        Box((0, 0, height_m + 0.08), (width_m, depth_m, 0.17)),
    ]
    return assemble(parts, solids)


def round_coffee_table(radius_m: float = 0.42, height_m: float = 0.38, *, top: Finish, legs: Finish) -> Piece:
    parts = Parts()
    parts.add(top, cylinder((0, 0, height_m - 0.03), radius_m, 0.03, sides=36))
    for third in range(3):
        angle = 2 * np.pi * third / 3 + 0.5
        foot = (0.85 * radius_m * np.cos(angle), 0.85 * radius_m * np.sin(angle), 0.0)
        parts.add(legs, leg(foot, (0.6 * foot[0], 0.6 * foot[1], height_m - 0.03), 0.014, end_radius_m=0.02))
    parts.add(PORCELAIN, frustum((0.12, 0.08, height_m), 0.07, 0.1, 0.045, sides=24))
    return assemble(
        parts,
        [Cylinder((0, 0, height_m / 2), radius_m, height_m), Cylinder((0.12, 0.08, height_m + 0.025), 0.101, 0.05)],
    )


def side_table(width_m: float = 0.45, height_m: float = 0.5, *, wood: Finish, knob: Finish = BRASS) -> Piece:
    """A bedside chest: one drawer, four short legs."""
    parts = Parts()
    parts.add(wood, box((0, 0, height_m - 0.15), (width_m, 0.4, 0.3), bevel_m=0.008))
    parts.extend(fronts(wood, width_m=width_m - 0.05, height_m=0.23, y_m=-0.2, bottom_m=height_m - 0.26))
    parts.add(knob, ellipsoid((0, -0.226, height_m - 0.14), (0.014, 0.012, 0.014), sides=10))
    for side in (-1, 1):
        for y in (-1, 1):
            parts.add(wood, frustum((side * (width_m / 2 - 0.05), y * 0.15, 0), 0.012, 0.02, height_m - 0.3, sides=10))
    return assemble(parts, [Box((0, -0.018, height_m / 2), (width_m, 0.44, height_m))])


def desk(
    width_m: float = 1.5, depth_m: float = 0.7, *, top: Finish, frame: Finish, monitors: int = 1, drawers: bool = True
) -> Piece:
    """Height 0.74 m; the user sits at the front (-Y). Screens, keyboard, drawers on the right."""
    height = 0.74
    parts = Parts()
    parts.add(top, box((0, 0, height - 0.015), (width_m, depth_m, 0.03), bevel_m=0.006))
    solids: list[Solid] = [Box((0, 0, height - 0.015), (width_m, depth_m, 0.03))]
    for side in (-1, 1):
        x = side * (width_m / 2 - 0.06)
        for y in (-depth_m / 2 + 0.06, depth_m / 2 - 0.06):
            parts.add(frame, box((x, y, (height - 0.03) / 2), (0.04, 0.04, height - 0.03), grain="z"))
            solids.append(Box((x, y, height / 2), (0.05, 0.05, height)))
        parts.add(frame, box((x, 0, 0.06), (0.035, depth_m - 0.14, 0.03)))
    parts.add(frame, box((0, depth_m / 2 - 0.06, 0.5), (width_m - 0.16, 0.02, 0.3)))
    solids.append(Box((0, depth_m / 2 - 0.06, 0.5), (width_m, 0.05, 0.3)))
    solids += [Box((side * (width_m / 2 - 0.06), 0, 0.06), (0.05, depth_m, 0.04)) for side in (-1, 1)]
    if drawers:
        x = width_m / 2 - 0.3
        parts.add(top, box((x, 0, 0.46), (0.38, depth_m - 0.12, 0.48), bevel_m=0.006))
        front = fronts(top, width_m=0.36, height_m=0.46, rows=3, y_m=-depth_m / 2 + 0.06, bottom_m=0.23)
        parts.extend(front.moved((x, 0, 0)))
        for row in range(3):
            grip = (x, -depth_m / 2 + 0.036, 0.23 + 0.46 / 3 * (row + 0.7))
            parts.add(BLACK_STEEL, box(grip, (0.12, 0.014, 0.012)))
        solids.append(Box((x, -0.01, 0.46), (0.4, depth_m, 0.5)))
    for index in range(monitors):
        x = (index - (monitors - 1) / 2) * 0.58
        parts.add(GLASS_BLACK, box((x, 0.16, height + 0.32), (0.55, 0.025, 0.33), bevel_m=0.006))
        parts.add(STEEL, cylinder((x, 0.19, height), 0.02, 0.26, sides=10))
        parts.add(STEEL, cylinder((x, 0.19, height), 0.1, 0.012, sides=20))
        solids.append(Box((x, 0.19, height + 0.25), (0.56, 0.22, 0.5)))
    parts.add(plain("keyboard", "#d8d6d1"), box((0, -0.13, height + 0.01), (0.42, 0.13, 0.02), bevel_m=0.004))
    parts.add(plain("mug", "#b4553d"), cylinder((-width_m / 2 + 0.2, 0.05, height), 0.04, 0.095, sides=16))
    parts.add(
        plain("paper", "#ece7dc"), box((-width_m / 2 + 0.25, -0.14, height + 0.012), (0.21, 0.29, 0.024), bevel_m=0.003)
    )
    solids.append(Box((0, 0, height + 0.05), (width_m, depth_m, 0.1)))
    return assemble(parts, solids)


def counter(
    width_m: float = 2.4,
    depth_m: float = 0.62,
    height_m: float = 0.9,
    *,
    front: Finish,
    top: Finish,
    handle: Finish = BRASS,
    sink: bool = False,
) -> Piece:
    """A run of kitchen cabinets on a recessed plinth; doors on the front (-Y), a stone top."""
    count = max(1, round(width_m / 0.6))
    each, face = width_m / count, -depth_m / 2 + 0.03
    solids: list[Solid] = [Box((0, 0, height_m / 2), (width_m + 0.03, depth_m, height_m))]
    parts = Parts()
    parts.add(front, box((0, 0.015, height_m / 2 + 0.03), (width_m, depth_m - 0.03, height_m - 0.14)))
    parts.add(BLACK_STEEL, box((0, 0.05, 0.05), (width_m - 0.02, depth_m - 0.16, 0.1)))
    parts.add(top, box((0, 0, height_m - 0.02), (width_m + 0.03, depth_m, 0.04), bevel_m=0.006))
    parts.extend(fronts(front, width_m=width_m, height_m=height_m - 0.15, columns=count, y_m=face, bottom_m=0.1))
    for door in range(count):
        x, y, z = -width_m / 2 + (door + 0.5) * each, face - 0.021, height_m - 0.12
        parts.add(handle, rod((x - 0.08, y, z), (x + 0.08, y, z), 0.007))
    if sink:
        tap = 0.25 * width_m
        parts.add(plain("basin", "#77797a", roughness=0.3), box((tap, 0, height_m + 0.002), (0.5, 0.4, 0.006)))
        parts.add(STEEL, rod((tap, 0.23, height_m), (tap, 0.23, height_m + 0.26), 0.012))
        parts.add(STEEL, rod((tap, 0.23, height_m + 0.26), (tap, 0.07, height_m + 0.22), 0.01))
        solids.append(Box((tap, 0, height_m + 0.005), (0.52, 0.42, 0.01)))
        solids.append(Box((tap, 0.15, height_m + 0.14), (0.05, 0.2, 0.28)))
    return assemble(parts, solids)


def high_table(
    width_m: float = 1.4, depth_m: float = 0.6, height_m: float = 1.05, *, top: Finish, legs: Finish
) -> Piece:
    """A bar table on two trestles."""
    parts = Parts()
    parts.add(top, box((0, 0, height_m - 0.02), (width_m, depth_m, 0.04), bevel_m=0.008))
    solids: list[Solid] = [Box((0, 0, height_m - 0.02), (width_m, depth_m, 0.04))]
    for side in (-1, 1):
        x = side * (width_m / 2 - 0.15)
        for y in (-1, 1):
            parts.add(legs, leg((x + side * 0.06, y * (depth_m / 2 - 0.05), 0), (x, y * 0.12, height_m - 0.04), 0.018))
        parts.add(
            legs,
            rod((x + side * 0.045, -depth_m / 2 + 0.11, 0.28), (x + side * 0.045, depth_m / 2 - 0.11, 0.28), 0.012),
        )
        solids.append(Box((x + side * 0.03, 0, height_m / 2), (0.14, depth_m, height_m)))
    parts.add(legs, rod((-width_m / 2 + 0.11, 0, 0.28), (width_m / 2 - 0.11, 0, 0.28), 0.012))
    solids.append(Box((0, 0, 0.28), (width_m, 0.04, 0.04)))
    return assemble(parts, solids)


def bench_press(*, pad: Finish, frame: Finish = BLACK_STEEL) -> Piece:
    """A flat training bench with a barbell on its uprights, the head at the back (+Y)."""
    parts = Parts()
    parts.add(pad, cushion((0, -0.1, 0.43), (0.3, 1.15, 0.08), radius_m=0.03))
    parts.add(frame, box((0, -0.1, 0.36), (0.06, 1.0, 0.06)))
    parts.add(frame, box((0, -0.55, 0.03), (0.5, 0.06, 0.06)))
    parts.add(frame, box((0, -0.55, 0.2), (0.06, 0.06, 0.3)))
    for side in (-1, 1):
        parts.add(frame, box((side * 0.5, 0.42, 0.5), (0.06, 0.06, 1.0)))
        parts.add(frame, box((side * 0.5, 0.36, 0.03), (0.06, 0.5, 0.06)))
        for offset, radius in ((0.72, 0.2), (0.77, 0.2), (0.81, 0.14)):
            plate = cylinder((0, 0, -0.02), radius, 0.04, sides=24).turned("y", 90)
            parts.add(plain("plates", "#343638", roughness=0.5), plate.moved((side * offset, 0.42, 1.03)))
    parts.add(frame, box((0, 0.42, 0.3), (1.0, 0.05, 0.05)))
    parts.add(STEEL, rod((-0.95, 0.42, 1.03), (0.95, 0.42, 1.03), 0.014))
    solids = [
        Box((0, -0.1, 0.24), (0.52, 1.17, 0.48)),
        Box((-0.5, 0.38, 0.5), (0.07, 0.56, 1.0)),
        Box((0.5, 0.38, 0.5), (0.07, 0.56, 1.0)),
        Box((0, 0.42, 0.3), (1.0, 0.07, 0.07)),
        Box((0, 0.42, 1.03), (1.91, 0.03, 0.03)),
        Box((-0.765, 0.42, 1.03), (0.14, 0.42, 0.42)),
        Box((0.765, 0.42, 1.03), (0.14, 0.42, 0.42)),
    ]
    return assemble(parts, solids)
