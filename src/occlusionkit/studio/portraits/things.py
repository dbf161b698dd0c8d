"""Everyday things: what hides faces, and what the object pictures show. Each kind belongs to training or to the test.

A thing is drawn from a generator: no two have the same mesh. Metres, about its own middle, z up, its front towards -Y.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ...geometry import Array
from ..rooms.finishes import plain
from ..rooms.pieces import Finish, Parts, assemble
from ..rooms.shapes import box, ellipsoid, rod
from ..world import Item
from .forms import lathe, sheet_of, swept


@dataclass(frozen=True, eq=False)
class Thing:
    """kind: a name in BUILDERS;  parts: shapes and their finishes;  textures: names of patterns that finishes use."""

    kind: str
    parts: Parts
    textures: tuple[str, ...] = ()

    def items(self, name: str, *, first_instance: int, local_to_world: Array) -> list[Item]:
        """World items, one for each material, instances counting up from first_instance."""
        piece = assemble(self.parts)
        return [
            Item(
                name=f"{name}_{number}",
                kind="object",
                instance=first_instance + number,
                mesh=mesh,
                material=material,
                local_to_world=local_to_world,
                moves=True,
            )
            for number, (_, mesh, material) in enumerate(piece.meshes)
        ]


@dataclass(frozen=True, eq=False)
class Palette:
    """What a thing is drawn from. textures: names of patterns it may wear."""

    rng: np.random.Generator
    textures: tuple[str, ...]

    def color(self, *, lightness: tuple[float, float] = (0.1, 0.9), colorful: float = 0.16) -> str:
        values = np.clip(self.rng.uniform(*lightness) + self.rng.normal(0, colorful, 3), 0.03, 1)
        return "#" + "".join(f"{round(255 * float(value)):02x}" for value in values)

    def finish(self, name: str, *, patterned: float = 0.5, size_m: float = 0.12) -> Finish:
        """A plain colour, or (in that share of draws) a pattern."""
        if self.textures and self.rng.random() < patterned:
            chosen = self.textures[int(self.rng.integers(len(self.textures)))]
            return Finish(name, "#ffffff", chosen, size_m * float(self.rng.uniform(0.7, 1.5)), 0.7)
        return plain(name, self.color())

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))


def _centered(parts: Parts) -> Parts:
    points = np.concatenate([shape.vertices for shape, _ in parts.shapes])
    return parts.moved(-(points.min(axis=0) + points.max(axis=0)) / 2)


def _rounded(radius: float, low: float, high: float, *, corner: float = 0.006) -> Array:
    """Profile of a closed cylinder with rounded edges."""
    turn = np.linspace(0, np.pi / 2, 4)
    bottom = np.stack([radius - corner + corner * np.sin(turn), low + corner - corner * np.cos(turn)], axis=1)
    top = np.stack([radius - corner + corner * np.cos(turn), high - corner + corner * np.sin(turn)], axis=1)
    return np.concatenate([[[0, low]], bottom, top, [[0, high]]])


# Of the training set


def _bottle(p: Palette) -> Parts:
    radius, tall = p.between(0.028, 0.045), p.between(0.18, 0.28)
    neck, shoulder = p.between(0.010, 0.016), p.between(0.62, 0.75) * tall
    profile = [[0, 0], [radius * 0.9, 0], [radius, 0.008], [radius, shoulder], [radius * 0.8, shoulder + 0.02],
               [neck, shoulder + 0.045], [neck, tall], [0, tall]]  # fmt: skip
    parts = Parts()
    parts.add(plain("glass", p.color(lightness=(0.15, 0.7)), roughness=0.2), lathe(np.array(profile)))
    label = _rounded(radius + 0.0008, 0.03, shoulder - 0.015, corner=0.001)
    parts.add(p.finish("label", patterned=0.7), lathe(label))
    parts.add(plain("cap", p.color()), lathe(_rounded(neck + 0.003, tall - 0.018, tall + 0.004, corner=0.002)))
    return parts


def _ball(p: Palette) -> Parts:
    parts = Parts()
    radius = p.between(0.035, 0.085)
    parts.add(p.finish("ball", patterned=0.6, size_m=0.15), ellipsoid((0, 0, 0), (radius,) * 3, sides=36))
    return parts


def _banana(p: Palette) -> Parts:
    bend, length = p.between(0.9, 1.5), p.between(0.16, 0.21)
    turn = np.linspace(-bend / 2, bend / 2, 15)
    reach = length / bend
    path = np.stack([reach * np.sin(turn), np.zeros(15), reach * (1 - np.cos(turn))], axis=1)
    radii = 0.019 * np.array([0.25, 0.3, 0.55, 0.8, 0.93, 1, 1, 1, 1, 0.97, 0.88, 0.7, 0.45, 0.3, 0.2])
    parts = Parts()
    ripe = plain("peel", ["#e8c93a", "#dfc04a", "#c9c04e", "#e3b62f"][int(p.rng.integers(4))])
    parts.add(ripe, swept(path, radii, sides=10))
    for end in (0, -1):
        parts.add(plain("tip", "#4b3a1e"), ellipsoid(path[end], (0.006, 0.006, 0.006), sides=8))
    return parts


def _apple(p: Palette) -> Parts:
    r = p.between(0.033, 0.043)
    turn = np.linspace(-np.pi / 2, np.pi / 2, 15)
    radius = r * np.cos(turn) * (1 + 0.12 * np.sin(turn))
    height = 0.92 * r * np.sin(turn) - 0.22 * r * np.exp(-((radius / (0.35 * r)) ** 2)) * np.sign(np.sin(turn))
    skin = Finish("skin", p.color(lightness=(0.35, 0.6)), None, 1.0, 0.4, top_color=p.color(lightness=(0.4, 0.8)))
    parts = Parts()
    parts.add(skin, lathe(np.stack([np.maximum(radius, 0), height], axis=1)))
    parts.add(plain("stalk", "#4d3420"), rod((0, 0, 0.6 * r), (0.006, 0, 1.15 * r), 0.0018))
    return parts


def _remote(p: Palette) -> Parts:
    parts = Parts()
    wide, tall = p.between(0.04, 0.055), p.between(0.15, 0.2)
    parts.add(
        plain("case", p.color(lightness=(0.05, 0.35), colorful=0.05)), box((0, 0, 0), (wide, 0.02, tall), bevel_m=0.006)
    )
    rows = int(p.rng.integers(6, 10))
    for row in range(rows):
        for column in (-1, 0, 1):
            spot = (column * wide * 0.28, -0.0105, tall * (0.42 - 0.78 * row / rows))
            color = p.color() if p.rng.random() < 0.12 else "#8b8f92"
            parts.add(plain("keys", color), box(spot, (wide * 0.18, 0.004, 0.008), bevel_m=0.0012))
    return parts


def _bowl(p: Palette) -> Parts:
    r, deep = p.between(0.06, 0.09), p.between(0.04, 0.07)
    turn = np.linspace(0, 1, 10)
    outer = np.stack([r * np.sin(turn * np.pi / 2) ** 0.8, deep * (1 - np.cos(turn * np.pi / 2))], axis=1)
    inner = np.stack([outer[::-1, 0] - 0.004, outer[::-1, 1] + 0.004 * (1 - turn)], axis=1)
    profile = np.concatenate([outer, [[r - 0.002, deep + 0.002]], np.maximum(inner, [0, 0.004])])
    parts = Parts()
    parts.add(p.finish("bowl", patterned=0.4), lathe(profile))
    return parts


def _spoon(p: Palette) -> Parts:
    metal = plain("metal", p.color(lightness=(0.5, 0.8), colorful=0.03), roughness=0.2)
    length = p.between(0.15, 0.26)
    parts = Parts()
    parts.add(metal, ellipsoid((0, 0, length / 2), (0.021, 0.006, 0.032), sides=20))
    path = np.array(
        [[0, 0, length / 2 - 0.025], [0, 0.006, length * 0.2], [0, 0.003, -length * 0.2], [0, 0, -length / 2]]
    )
    parts.add(metal, swept(path, np.array([0.004, 0.004, 0.006, 0.008]), sides=10, flat=0.4))
    return parts


def _box(p: Palette) -> Parts:
    parts = Parts()
    size = p.rng.uniform([0.06, 0.03, 0.08], [0.13, 0.07, 0.2])
    parts.add(p.finish("board", patterned=0.7), box((0, 0, 0), size, bevel_m=0.0015))
    parts.add(p.finish("label", patterned=0.5), box((0, -size[1] / 2, 0), (size[0] * 0.7, 0.0016, size[2] * 0.3)))
    return parts


def _donut(p: Palette) -> Parts:
    r = p.between(0.028, 0.036)
    turn = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    ring = np.stack([r * np.cos(turn), np.zeros(28), r * np.sin(turn)], axis=1)
    parts = Parts()
    parts.add(plain("dough", "#c58e4e"), swept(ring, np.full(28, 0.62 * r), closed=True))
    glaze = plain("glaze", p.color(lightness=(0.3, 0.85)))
    parts.add(glaze, swept(ring - [0, 0.12 * r, 0], np.full(28, 0.585 * r), closed=True))
    for _ in range(26):
        where, off = p.between(0, 2 * np.pi), p.between(-0.3, 0.3) * r
        spot = np.array([(r + off) * np.cos(where), -0.69 * r, (r + off) * np.sin(where)])
        lean = 0.003 * p.rng.normal(0, 1, 3) * [1, 0.2, 1]
        parts.add(
            plain("sprinkles", p.color(lightness=(0.4, 0.9), colorful=0.35)),
            rod(spot - lean, spot + lean + 1e-5, 0.0011, sides=5),
        )
    return parts


def _camera(p: Palette) -> Parts:
    black = plain("body", p.color(lightness=(0.05, 0.2), colorful=0.03))
    wide, tall = p.between(0.11, 0.14), p.between(0.07, 0.09)
    r = p.between(0.026, 0.034)
    lens = lathe(np.array([[0, 0], [r, 0], [r, 0.05], [r * 0.93, 0.055], [r * 0.8, 0.05], [0, 0.046]])).turned("x", 90)
    parts = Parts()
    parts.add(black, box((0, 0, 0), (wide, 0.035, tall), bevel_m=0.008), lens.moved((0, -0.015, 0)))
    parts.add(
        plain("glass", "#27304a", roughness=0.05), ellipsoid((0, -0.06, 0), (r * 0.75, 0.006, r * 0.75), sides=24)
    )
    parts.add(plain("silver", "#b9bcbd"), box((0, 0, tall / 2 + 0.006), (wide * 0.35, 0.03, 0.014), bevel_m=0.003))
    return parts


def _fan(p: Palette) -> Parts:
    """A folding fan."""
    ribs, r, open_rad = 15, p.between(0.11, 0.16), p.between(1.9, 2.7)
    turn = np.linspace(-open_rad / 2, open_rad / 2, 2 * ribs + 1)
    fold = 0.004 * (-1.0) ** np.arange(len(turn))
    grid = np.stack(
        [[s * r * np.sin(turn), s * fold - 0.002, s * r * np.cos(turn)] for s in np.linspace(1.0, 0.35, 5)]
    ).transpose(0, 2, 1)
    parts = Parts()
    parts.add(p.finish("paper", patterned=0.7, size_m=0.16), sheet_of(grid, thickness_m=0.0012))
    wood = plain("ribs", p.color(lightness=(0.15, 0.5), colorful=0.06))
    for angle in turn[::2]:
        parts.add(wood, rod((0, 0, -0.01), (0.5 * r * np.sin(angle), 0, 0.5 * r * np.cos(angle)), 0.002, sides=5))
    return parts


def _paddle(p: Palette) -> Parts:
    """A table tennis bat."""
    disc = lathe(_rounded(p.between(0.07, 0.08), -0.006, 0.006, corner=0.003)).turned("x", 90)
    parts = Parts()
    parts.add(p.finish("rubber", patterned=0.3), disc)
    parts.add(plain("wood", "#b98a55"), box((0, 0, -0.115), (0.028, 0.024, 0.1), bevel_m=0.006))
    return parts


# Of the test set


def _cup(p: Palette) -> Parts:
    r, tall = p.between(0.034, 0.046), p.between(0.075, 0.115)
    foot = r * p.between(0.7, 1.0)
    profile = [
        [0, 0],
        [foot, 0],
        [foot, 0],
        [r, tall],
        [r - 0.002, tall + 0.002],
        [r - 0.004, tall],
        [foot - 0.004, 0.006],
        [0, 0.006],
    ]
    finish = p.finish("ware", patterned=0.5)
    parts = Parts()
    parts.add(finish, lathe(np.array(profile)))
    turn = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 11)
    loop = np.stack([0.96 * r + 0.026 * np.cos(turn), np.zeros(11), tall * 0.52 + tall * 0.3 * np.sin(turn)], axis=1)
    handle = swept(loop, np.full(11, 0.0055), sides=10).turned("z", p.between(-70, 70) + 180 * int(p.rng.integers(2)))
    parts.add(finish, handle)
    return parts


def _phone(p: Palette) -> Parts:
    wide, tall = p.between(0.066, 0.08), p.between(0.14, 0.165)
    parts = Parts()
    parts.add(plain("case", p.color(lightness=(0.05, 0.85))), box((0, 0, 0), (wide, 0.009, tall), bevel_m=0.0035))
    # The back looks at the camera, as when its owner takes a picture: lenses in a corner.
    parts.add(p.finish("cover", patterned=0.5, size_m=0.1), box((0, -0.0045, 0), (wide - 0.006, 0.0016, tall - 0.006)))
    bump = (-wide * 0.27, -0.006, tall * 0.36)
    parts.add(plain("bump", "#1b1c1e"), box(bump, (wide * 0.34, 0.003, tall * 0.2), bevel_m=0.0012))
    for z in (-1, 1):
        lens = (bump[0], -0.0078, bump[2] + z * tall * 0.045)
        parts.add(plain("lens", "#0b0c12", roughness=0.05), ellipsoid(lens, (0.008, 0.0016, 0.008), sides=16))
    return parts


def _book(p: Palette) -> Parts:
    wide, tall, thick = p.between(0.11, 0.16), p.between(0.17, 0.23), p.between(0.012, 0.035)
    cover = p.finish("cover", patterned=0.7, size_m=0.2)
    parts = Parts()
    parts.add(plain("pages", "#ece5d3"), box((0.002, 0, 0), (wide - 0.006, thick - 0.005, tall - 0.007)))
    for y in (-1, 1):
        parts.add(cover, box((0, y * (thick - 0.0025) / 2, 0), (wide, 0.0025, tall)))
    parts.add(cover, box((-wide / 2, 0, 0), (0.0025, thick, tall)))
    title = plain("title", p.color())
    parts.add(
        title,
        box((0, -thick / 2 - 0.0003, tall * p.between(0.1, 0.3)), (wide * 0.7, 0.0008, tall * p.between(0.05, 0.2))),
    )
    return parts


def _microphone(p: Palette) -> Parts:
    parts = Parts()
    length = p.between(0.14, 0.19)
    profile = [[0, -length], [0.011, -length], [0.012, -length + 0.005], [0.018, -0.02], [0.019, -0.015], [0.019, 0]]
    parts.add(plain("shaft", p.color(lightness=(0.05, 0.4), colorful=0.08), roughness=0.3), lathe(np.array(profile)))
    parts.add(
        Finish("mesh", p.color(lightness=(0.3, 0.7), colorful=0.04), None, 1.0, 0.3),
        ellipsoid((0, 0, 0.02), (0.026, 0.026, 0.029)),
    )
    parts.add(plain("ring", "#9da0a2", roughness=0.2), lathe(_rounded(0.0215, -0.005, 0.005, corner=0.002)))
    return parts


def _flower(p: Palette) -> Parts:
    petals, r = int(p.rng.integers(6, 13)), p.between(0.022, 0.05)
    color = plain("petals", p.color(lightness=(0.45, 0.9), colorful=0.3))
    parts = Parts()
    for layer in range(2):
        for petal in range(petals):
            turn = 2 * np.pi * (petal + 0.5 * layer) / petals
            size = r * (1 - 0.25 * layer)
            blade = ellipsoid((0, 0, 0.62 * size), (0.28 * size * 7 / petals + 0.004, 0.003, 0.5 * size), sides=12)
            parts.add(color, blade.turned("y", float(np.degrees(turn))).moved((0, -0.004 * layer, 0)))
    parts.add(plain("heart", "#d9a520"), ellipsoid((0, -0.006, 0), (0.3 * r, 0.006, 0.3 * r), sides=16))
    stem = np.array([[0, 0.004, 0], [0.004, 0.008, -0.05], [-0.003, 0.006, -0.1], [0, 0.004, -0.15]])
    parts.add(plain("stem", "#4c7a35"), swept(stem, np.full(4, 0.0025), sides=8))
    return parts


def _ice_cream(p: Palette) -> Parts:
    parts = Parts()
    tall, scale = p.between(0.09, 0.13), p.between(0.9, 1.15)
    cone = lathe(np.array([[0, -tall], [0.004, -tall], [0.026, 0], [0.02, 0.002], [0, 0.0]]))
    parts.add(plain("wafer", "#c8924f"), cone)
    for level in range(int(p.rng.integers(1, 4))):
        radii = scale * np.array([0.03, 0.03, 0.027]) * (1 - 0.06 * level)
        scoop = ellipsoid((0, 0, 0.018 + 0.034 * level * scale), radii, sides=22)
        parts.add(plain("scoop", p.color(lightness=(0.4, 0.9), colorful=0.18)), scoop)
    return parts


def _umbrella_handle(p: Palette) -> Parts:
    """A walking stick's crook."""
    turn = np.linspace(0, np.pi, 12)
    r = p.between(0.035, 0.05)
    crook = np.stack([r * np.cos(turn) - r, np.zeros(12), r * np.sin(turn)], axis=1)
    path = np.concatenate([[[0, 0, -0.35], [0, 0, -0.2], [0, 0, -0.08]], crook])
    parts = Parts()
    parts.add(
        plain("wood", p.color(lightness=(0.15, 0.5), colorful=0.07)),
        swept(path, np.full(len(path), p.between(0.009, 0.013))),
    )
    return parts


Builder = Callable[[Palette], Parts]

TRAIN_BUILDERS: Mapping[str, Builder] = {
    "apple": _apple, "ball": _ball, "banana": _banana, "bottle": _bottle, "bowl": _bowl, "box": _box, "camera": _camera,
    "donut": _donut, "fan": _fan, "paddle": _paddle, "remote": _remote, "spoon": _spoon,
}  # fmt: skip
TEST_BUILDERS: Mapping[str, Builder] = {
    "book": _book, "cup": _cup, "flower": _flower, "ice_cream": _ice_cream, "microphone": _microphone, "phone": _phone,
    "stick": _umbrella_handle,
}  # fmt: skip


def build_thing(kind: str, rng: np.random.Generator, *, textures: tuple[str, ...]) -> Thing:
    """One thing of a kind. textures: names of patterns it may wear. KeyError for an unknown kind."""
    builders = {**TRAIN_BUILDERS, **TEST_BUILDERS}
    if kind not in builders:
        raise KeyError(f"no thing {kind!r}; there are {', '.join(builders)}")
    parts = _centered(builders[kind](Palette(rng, textures)))
    used = sorted({finish.texture for _, finish in parts.shapes if finish.texture is not None})
    return Thing(kind, parts, tuple(used))
