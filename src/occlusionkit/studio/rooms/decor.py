"""Plants, lamps, rugs, pictures, screens. Metres; each piece faces -Y."""

from __future__ import annotations

import zlib

import numpy as np

from ...geometry import Array
from .finishes import BARK, BLACK_STEEL, BRASS, GLASS_BLACK, LAMP_SHADE, LEAF, SOIL, STEEL, plain
from .joinery import surround
from .pieces import Finish, Parts, Piece, assemble, single
from .shapes import Shape, box, cylinder, ellipsoid, frustum, leaf, leg, rod, sheet, slab, tube
from .solids import Box, Cylinder, Solid

LEAF_COLORS = ("#4f7a3d", "#628b48", "#3f6636", "#739a56")


def plant(
    height_m: float = 1.6,
    radius_m: float = 0.42,
    *,
    pot: Finish,
    pot_height_m: float = 0.36,
    stems: int = 5,
    leaves_per_stem: int = 12,
    leaf_m: float = 0.26,
    species: str = "fig",
) -> Piece:
    """Branching stems with drooping leaves that let one look through between them. `species` seeds its growth."""
    rng = np.random.default_rng(zlib.crc32(species.encode()))
    pot_radius = min(0.2, radius_m * 0.55)
    parts = Parts()
    spread = radius_m - 0.55 * leaf_m
    for stem in range(stems):
        angle = 2 * np.pi * (stem + rng.uniform(-0.25, 0.25)) / stems
        top = height_m - 0.5 * leaf_m - rng.uniform(0, 0.25) * (height_m - pot_height_m)
        lean = spread * rng.uniform(0.35, 0.9)
        start = np.array([0.04 * np.cos(angle), 0.04 * np.sin(angle), pot_height_m - 0.03])
        middle = np.array([0.35 * lean * np.cos(angle), 0.35 * lean * np.sin(angle), 0.55 * pot_height_m + 0.45 * top])
        end = np.array([lean * np.cos(angle), lean * np.sin(angle), top])
        parts.add(BARK, rod(start, middle, 0.014, end_radius_m=0.01, sides=6))
        parts.add(BARK, rod(middle, end, 0.01, end_radius_m=0.005, sides=6))
        for index in range(leaves_per_stem):
            along = 0.28 + 0.72 * (index + 0.5) / leaves_per_stem
            base = _between(start, middle, end, along)
            # Leaves turn by the golden angle; the last ones stand up and hide the stem's end.
            turn = angle + 2.4 * index + rng.uniform(-0.4, 0.4)
            upright = 0.6 if index >= leaves_per_stem - 3 else 0.0
            blade = _leaf_on(base, turn, length=leaf_m * rng.uniform(0.75, 1.0), upright=upright, rng=rng)
            parts.add(LEAF.tinted(LEAF_COLORS[int(rng.integers(4))]), _kept_inside(blade, radius_m, height_m))
    parts.extend(_pot(pot, pot_radius, pot_height_m))
    solids: list[Solid] = [Cylinder((0, 0, pot_height_m / 2), pot_radius + 0.012, pot_height_m)]
    solids.append(Cylinder((0, 0, (pot_height_m + height_m) / 2 - 0.1), radius_m, height_m - pot_height_m + 0.2))
    return assemble(parts, solids)


def snake_plant(height_m: float = 0.9, *, pot: Finish, blades: int = 14, species: str = "snake") -> Piece:
    """Stiff upright blades from a pot."""
    rng = np.random.default_rng(zlib.crc32(species.encode()))
    pot_height, pot_radius = 0.28, 0.15
    parts = Parts()
    for blade in range(blades):
        angle = 2.4 * blade
        reach = 0.02 + 0.09 * np.sqrt(blade / blades)
        foot = np.array([reach * np.cos(angle), reach * np.sin(angle), pot_height - 0.04])
        tall = (height_m - pot_height) * rng.uniform(0.6, 1.0)
        lean = rng.uniform(0.02, 0.1)
        bend = np.linspace(0, 1, 5)[:, None]
        out = np.array([np.cos(angle), np.sin(angle), 0.0])
        spine = foot + out * lean * bend**2 + np.array([0, 0, 1.0]) * (tall + 0.03) * bend
        across = np.array([-np.sin(angle + 0.5), np.cos(angle + 0.5), 0.0])
        parts.add(LEAF.tinted(LEAF_COLORS[blade % 4]), leaf(spine, width_m=0.07, side=across, thickness_m=0.006))
    parts.extend(_pot(pot, pot_radius, pot_height))
    return assemble(parts, [Cylinder((0, 0, height_m / 2), 0.25, height_m)])


def _pot(pot: Finish, radius_m: float, height_m: float) -> Parts:
    parts = Parts()
    parts.add(pot, frustum((0, 0, 0), radius_m * 0.75, radius_m, height_m - 0.04, sides=28))
    parts.add(pot, cylinder((0, 0, height_m - 0.04), radius_m + 0.01, 0.04, sides=28))
    parts.add(SOIL, cylinder((0, 0, height_m - 0.005), radius_m - 0.015, 0.01, sides=20))
    return parts


def _between(start: Array, middle: Array, end: Array, along: float) -> Array:
    """A point on the broken line start-middle-end."""
    if along < 0.5:
        return start + (middle - start) * (2 * along)
    return middle + (end - middle) * (2 * along - 1)


def _leaf_on(base: Array, turn: float, *, length: float, upright: float, rng: np.random.Generator) -> Shape:
    """A leaf that rises from its base, then droops."""
    out = np.array([np.cos(turn), np.sin(turn), 0.0])
    bend = np.linspace(0, 1, 5)[:, None]
    rise, droop = rng.uniform(0.35, 0.7) + upright, rng.uniform(0.5, 1.0) - 0.4 * upright
    spine = base + length * (out * bend + np.array([0, 0, 1.0]) * (rise * bend - droop * bend**2))
    across = np.array([-np.sin(turn), np.cos(turn), rng.uniform(-0.25, 0.25)])
    return leaf(spine, width_m=length * rng.uniform(0.36, 0.48), side=across)


def _kept_inside(shape: Shape, radius_m: float, height_m: float) -> Shape:
    """Moved inwards and down where it would leave the plant's cylinder."""
    reach = np.hypot(shape.vertices[:, 0], shape.vertices[:, 1])
    worst = int(np.argmax(reach))
    back = max(0.0, reach[worst] - radius_m + 1e-4) / reach[worst] * shape.vertices[worst]
    down = max(0.0, float(shape.vertices[:, 2].max()) - height_m)
    return shape.moved((-1.3 * back[0], -1.3 * back[1], -down))


def floor_lamp(height_m: float = 1.6, *, metal: Finish = BLACK_STEEL, shade: Finish = LAMP_SHADE) -> Piece:
    parts = Parts()
    parts.add(metal, cylinder((0, 0, 0), 0.15, 0.025, sides=28))
    parts.add(metal, cylinder((0, 0, 0.02), 0.012, height_m - 0.22, sides=10))
    parts.add(shade, tube((0, 0, height_m - 0.3), 0.22, 0.16, 0.3))
    parts.add(plain("bulb", "#fff3d6"), ellipsoid((0, 0, height_m - 0.17), (0.035, 0.035, 0.05), sides=10))
    solids = [
        Cylinder((0, 0, 0.013), 0.151, 0.026),
        Cylinder((0, 0, height_m / 2), 0.02, height_m),
        Cylinder((0, 0, height_m - 0.15), 0.221, 0.3),
    ]
    return assemble(parts, solids)


def arc_lamp(
    height_m: float = 1.9, reach_m: float = 0.9, *, metal: Finish = BRASS, shade: Finish = LAMP_SHADE
) -> Piece:
    """A stone foot, a bowed arm towards the front (-Y), a dome at its end."""
    angles = np.linspace(0, np.pi * 0.62, 9)
    bow = np.column_stack(
        [
            np.zeros(9),
            reach_m / 2 - reach_m * (1 - np.cos(angles)) / (1 - np.cos(angles[-1])),
            1.0 + (height_m - 1.0) * np.sin(angles),
        ]
    )
    parts = Parts()
    parts.add(plain("stone", "#3b3a38", roughness=0.4), cylinder((0, reach_m / 2, 0), 0.17, 0.05, sides=28))
    parts.add(metal, rod((0, reach_m / 2, 0.05), bow[0], 0.014))
    for i in range(8):
        parts.add(metal, rod(bow[i], bow[i + 1], 0.012))
    tip = bow[-1]
    parts.add(shade, tube((0, tip[1], tip[2] - 0.2), 0.2, 0.07, 0.18))
    solids: list[Solid] = [
        Cylinder((0, reach_m / 2, 0.025), 0.171, 0.05),
        Box((0, 0.02, (1.0 + height_m) / 2), (0.06, reach_m + 0.06, height_m - 0.96)),
        Cylinder((0, reach_m / 2, height_m / 2), 0.03, height_m),
        Cylinder((0, float(tip[1]), float(tip[2]) - 0.1), 0.205, 0.22),
    ]
    return assemble(parts, solids)


def table_lamp(height_m: float = 0.45, *, base: Finish, shade: Finish = LAMP_SHADE) -> Piece:
    """Stands on z = 0 of its own frame: place it at the height of a table."""
    parts = Parts()
    parts.add(base, frustum((0, 0, 0), 0.07, 0.085, 0.1, sides=24))
    parts.add(base, frustum((0, 0, 0.1), 0.085, 0.02, 0.1, sides=24))
    parts.add(BRASS, cylinder((0, 0, 0.19), 0.01, height_m - 0.33, sides=8))
    parts.add(shade, tube((0, 0, height_m - 0.2), 0.15, 0.1, 0.2))
    return assemble(parts, [Cylinder((0, 0, height_m / 2), 0.151, height_m)])


def pendant(drop_m: float = 0.7, radius_m: float = 0.2, *, shade: Finish, cord: Finish = BLACK_STEEL) -> Piece:
    """Hangs down from z = 0 of its own frame: place it at the ceiling."""
    parts = Parts()
    parts.add(cord, cylinder((0, 0, -drop_m + 0.15), 0.005, drop_m - 0.15, sides=6, max_edge_m=1.0))
    parts.add(cord, cylinder((0, 0, -0.03), 0.05, 0.03, sides=16))
    parts.add(shade, tube((0, 0, -drop_m), radius_m, radius_m * 0.35, radius_m * 0.9))
    parts.add(plain("bulb", "#fff3d6"), ellipsoid((0, 0, -drop_m + 0.07), (0.04, 0.04, 0.05), sides=10))
    return assemble(parts, [Cylinder((0, 0, -drop_m / 2), radius_m + 0.001, drop_m)])


def ceiling_panel(width_m: float = 1.2, depth_m: float = 0.3) -> Piece:
    """A flat luminaire under the ceiling (z = 0 of its own frame)."""
    parts = Parts()
    parts.add(plain("frame", "#d9d9d6"), box((0, 0, -0.03), (width_m, depth_m, 0.05), bevel_m=0.006))
    parts.add(plain("diffuser", "#fffdf5"), box((0, 0, -0.06), (width_m - 0.04, depth_m - 0.04, 0.012)))
    return assemble(parts, [Box((0, 0, -0.034), (width_m, depth_m, 0.068))])


def rug(width_m: float = 2.3, depth_m: float = 1.6, *, pile: Finish, border: Finish | None = None) -> Piece:
    """Five millimetres of pile to stand on: no solid."""
    edge = 0.08 if border is not None else 0.0
    parts = Parts()
    parts.add(pile, box((0, 0, 0.0025), (width_m - 2 * edge, depth_m - 2 * edge, 0.005), max_edge_m=0.2))
    if border is not None:
        for side in (-1, 1):
            parts.add(border, box((0, side * (depth_m - edge) / 2, 0.0025), (width_m, edge, 0.005), max_edge_m=0.2))
            parts.add(
                border, box((side * (width_m - edge) / 2, 0, 0.0025), (edge, depth_m - 2 * edge, 0.005), max_edge_m=0.2)
            )
    return assemble(parts)


def round_rug(radius_m: float = 1.1, *, pile: Finish) -> Piece:
    return single(pile, cylinder((0, 0, 0), radius_m, 0.005, sides=48))


def picture(width_m: float, height_m: float, *, canvas: str, frame: Finish, mount: bool = True) -> Piece:
    """Hangs on a wall behind it (+Y); its own origin is the middle of its back. canvas: a texture's name."""
    deep, rim = 0.03, 0.02
    art_width, art_height = (width_m * 0.72, height_m * 0.72) if mount else (width_m - 0.03, height_m - 0.03)
    print_ = box((0, -deep + 0.004, 0), (art_width, 0.004, art_height))
    # One repeat of the texture spans the picture's longer side, from its lower left corner.
    art = Finish("art", "#ffffff", canvas, max(art_width, art_height), 0.9)
    uvs = print_.vertices[:, [0, 2]] + [art_width / 2, art_height / 2]
    parts = surround(frame, width_m=width_m, height_m=height_m, bar_m=rim, depth_m=deep, bottom_m=-height_m / 2)
    mount_board = box((0, -deep / 2 + 0.004, 0), (width_m - rim, deep - 0.012, height_m - rim))
    parts.add(plain("mount", "#f1eee6", roughness=0.95), mount_board)
    parts.add(art, Shape(print_.vertices, print_.faces, print_.normals, uvs))
    return assemble(parts, [Box((0, -deep / 2, 0), (width_m, deep, height_m))])


def mirror(width_m: float, height_m: float, *, frame: Finish) -> Piece:
    """A looking glass without reflections: darker below, where a floor would show. Hangs like a picture."""
    parts = Parts()
    parts.add(frame, box((0, -0.012, 0), (width_m, 0.024, height_m)))
    glass = box((0, -0.026, 0), (width_m - 0.06, 0.004, height_m - 0.06))
    parts.add(Finish("mirror", "#8f989b", roughness=0.1, top_color="#d6dddf"), glass)
    return assemble(parts, [Box((0, -0.014, 0), (width_m, 0.028, height_m))])


def television(width_m: float = 1.2) -> Piece:
    """Stands on z = 0 of its own frame: place it on a cabinet."""
    tall, lift = width_m * 0.57, 0.07
    parts = Parts()
    parts.add(GLASS_BLACK, box((0, 0, lift + tall / 2), (width_m, 0.035, tall), bevel_m=0.006))
    parts.add(BLACK_STEEL, box((0, 0.02, lift + tall / 2), (width_m * 0.6, 0.04, tall * 0.6)))
    parts.add(STEEL, box((0, 0, 0.006), (width_m * 0.4, 0.2, 0.012), bevel_m=0.003))
    parts.add(STEEL, box((0, 0, 0.045), (0.08, 0.03, 0.08)))
    return assemble(parts, [Box((0, 0, (lift + tall) / 2), (width_m, 0.2, lift + tall))])


def screen(width_m: float = 1.5, height_m: float = 1.6, *, cloth: Finish, frame: Finish, panels: int = 3) -> Piece:
    """A folding room divider: hinged panels standing in a zigzag."""
    each = width_m / panels
    swing = 0.12
    length = float(np.hypot(each, 2 * swing)) - 0.015
    parts = Parts()
    for panel in range(panels):
        wing = Parts()
        wing.add(cloth, box((0, 0, height_m / 2 + 0.03), (length - 0.06, 0.012, height_m - 0.12)))
        for side in (-1, 1):
            post = (side * (length - 0.03) / 2, 0, height_m / 2)
            wing.add(frame, box(post, (0.03, 0.03, height_m), bevel_m=0.004, grain="z"))
        for z in (0.09, height_m - 0.03):
            wing.add(frame, box((0, 0, z), (length - 0.06, 0.026, 0.04)))
        turn = float(np.degrees(np.arctan2(2 * swing, each))) * (1 if panel % 2 == 0 else -1)
        parts.extend(wing.turned(turn).moved((-width_m / 2 + (panel + 0.5) * each, 0, 0)))
    return assemble(parts, [Box((0, 0, height_m / 2), (width_m + 0.06, 2 * swing + 0.06, height_m))])


def desk_screen(width_m: float = 1.4, height_m: float = 1.25, *, cloth: Finish, frame: Finish = BLACK_STEEL) -> Piece:
    """A straight acoustic partition on two feet."""
    parts = Parts()
    parts.add(cloth, box((0, 0, height_m / 2 + 0.05), (width_m, 0.05, height_m - 0.1), bevel_m=0.015, max_edge_m=0.25))
    for side in (-1, 1):
        parts.add(frame, box((side * (width_m / 2 - 0.15), 0, 0.02), (0.06, 0.4, 0.04), bevel_m=0.006))
        parts.add(frame, box((side * (width_m / 2 - 0.15), 0, 0.07), (0.05, 0.04, 0.08)))
    solids: list[Solid] = [Box((0, 0, height_m / 2), (width_m, 0.06, height_m))]
    solids += [Box((side * (width_m / 2 - 0.15), 0, 0.022), (0.061, 0.401, 0.044)) for side in (-1, 1)]
    return assemble(parts, solids)


def curtain(width_m: float = 0.5, height_m: float = 2.3, *, cloth: Finish, depth_m: float = 0.09) -> Piece:
    """Hangs in folds from z = height_m to the floor."""
    folds = max(3, round(width_m / 0.11))
    along = np.linspace(0, 1, folds * 8 + 1)
    fold = np.column_stack(
        [(along - 0.5) * (width_m - 0.02), (depth_m / 2 - 0.008) * np.sin(2 * np.pi * folds * along)]
    )
    hanging = sheet(fold, thickness_m=0.008, z_bottom_m=0.02, z_top_m=height_m, max_edge_m=0.6)
    return single(cloth, hanging, [Box((0, 0, height_m / 2), (width_m, depth_m + 0.01, height_m))])


def exercise_ball(radius_m: float = 0.32, *, color: str) -> Piece:
    ball = ellipsoid((0, 0, radius_m), (radius_m, radius_m, radius_m), sides=28)
    return single(plain("ball", color, roughness=0.4), ball, [Cylinder((0, 0, radius_m), radius_m, 2 * radius_m)])


def toy_blocks(colors: tuple[str, ...]) -> Piece:
    """A small tower of wooden blocks."""
    parts = Parts()
    for index, color in enumerate(colors):
        level, column = divmod(index, 3)
        spot = ((column - 1) * 0.13 + 0.02 * level, 0.03 * ((index * 7) % 3 - 1), 0.05 + 0.1 * level)
        block = box(spot, (0.1, 0.1, 0.1), bevel_m=0.008).turned("z", 17.0 * (index % 3), about=spot)
        parts.add(Finish("blocks", color, "wood", 0.5, 0.6), block)
    levels = -(-len(colors) // 3)
    return assemble(parts, [Box((0, 0, 0.05 * levels), (0.46, 0.24, 0.1 * levels))])


def tent(height_m: float = 1.5, radius_m: float = 0.5, *, cloth: Finish, poles: Finish) -> Piece:
    """A play tent: four poles that cross above a pyramid of cloth, open at the front."""
    knot_m = 0.82 * height_m
    angles = np.pi / 4 + np.pi / 2 * np.arange(4)
    feet = 0.96 * radius_m * np.column_stack([np.cos(angles), np.sin(angles), np.zeros(4)])
    parts = Parts()
    for index, foot in enumerate(feet):
        over = foot * (1 - height_m / knot_m) + np.array([0, 0, height_m])
        parts.add(poles, leg(foot, over, 0.013))
        if index != 2:  # the side between feet 2 and 3 faces -Y
            parts.add(cloth, slab([foot, feet[(index + 1) % 4], (0, 0, 0.98 * knot_m)], 0.006))
    side_m = 2 * (radius_m * np.cos(np.pi / 4) + 0.02)
    return assemble(parts, [Box((0, 0, height_m / 2), (side_m, side_m, height_m + 0.02))])
