"""What is worn on a face, made to its measure: glasses, masks, scarves. In head coordinates (see bust)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ...geometry import Array
from ..rooms.finishes import plain
from ..rooms.pieces import Finish, Parts
from ..rooms.shapes import Shape, rod
from .bust import Bust
from .forms import sheet_of, swept
from .things import Palette, Thing


@dataclass(frozen=True, eq=False)
class Worn:
    """thing: what is drawn.  lenses: what hides the face by the labels' definition but is (nearly) clear to look
    through; None without.  tint: how much of the lenses' own colour is seen, 0..1."""

    thing: Thing
    lenses: Thing | None = None
    tint: float = 0.0


def _loop(p: Palette, bust: Bust, side: float, *, width: float, height: float, power: float, drop: float) -> Array:
    """(32, 3) m: the rim before one eye, a superellipse on a plane before the brow."""
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    cos, sin = np.cos(turn), np.sin(turn)
    x = side * 0.0335 + width * np.sign(cos) * np.abs(cos) ** (2 / power)
    z = -0.004 + height * np.sign(sin) * np.abs(sin) ** (2 / power) - drop * height * side * cos * np.maximum(-sin, 0)
    # Wrapped a little around the head.
    y = _before_brow(bust) + 1.6 * x**2
    return np.stack([x, y, z], axis=1)


def _before_brow(bust: Bust) -> float:
    """y m of a plane just before brows and the root of the nose."""
    x, z = np.meshgrid(np.linspace(-0.05, 0.05, 21), np.linspace(-0.02, 0.03, 11))
    return float((bust.relief.at(x, z) - 1.6 * x**2).min()) - 0.004


def _frames(
    p: Palette, bust: Bust, *, width: float, height: float, power: float, drop: float, bar: float, dark: bool
) -> Worn:
    metal = plain("frame", p.color(lightness=(0.05, 0.5), colorful=0.12), roughness=0.3)
    parts, glass = Parts(), Parts()
    tone = plain("lens", p.color(lightness=(0.03, 0.22), colorful=0.05) if dark else "#dfe8ee", roughness=0.05)
    ends = {}
    for side in (-1.0, 1.0):
        rim = _loop(p, bust, side, width=width, height=height, power=power, drop=drop)
        parts.add(metal, swept(rim, np.full(len(rim), bar), sides=8, closed=True))
        middle = rim.mean(axis=0)
        glass.add(tone, _disc(rim, middle))
        outer, inner = rim[np.argmax(side * rim[:, 0])], rim[np.argmin(side * rim[:, 0])]
        ends[side] = inner
        hinge, ear = outer + np.array([0, 0, 0.4 * height]), np.array([side * 0.083, 0.085, 0.012])
        parts.add(
            metal,
            rod(hinge, ear, bar * 0.9),
            rod(hinge, outer, bar * 0.9),
        )
    arch = (ends[-1.0] + ends[1.0]) / 2 + [0, -0.003, 0.004]
    parts.add(metal, swept(np.stack([ends[-1.0], arch, ends[1.0]]), np.full(3, bar), sides=8))
    if dark:
        parts.extend(glass)
        return Worn(_thing("sunglasses", parts))
    return Worn(_thing("glasses", parts), lenses=_thing("lenses", glass), tint=p.between(0.03, 0.16))


def _disc(rim: Array, middle: Array) -> Shape:
    """The fan from a rim to its middle, seen from the front."""
    count = len(rim)
    vertices = np.concatenate([rim, [middle]])
    turn = np.roll(np.arange(count), -1)
    faces = np.stack([np.arange(count), np.full(count, count), turn], axis=1)
    normal = np.cross(rim[0] - middle, rim[count // 4] - middle)
    if normal[1] > 0:
        faces, normal = faces[:, ::-1], -normal
    # Curved as lenses are: normals turn outwards to the rim.
    bent = normal / np.linalg.norm(normal) + 6.0 * (vertices - middle)
    return Shape(vertices, faces, bent / np.linalg.norm(bent, axis=1, keepdims=True), vertices[:, [0, 2]])


def _thing(kind: str, parts: Parts) -> Thing:
    used = sorted({finish.texture for _, finish in parts.shapes if finish.texture is not None})
    return Thing(kind, parts, tuple(used))


def _glasses(p: Palette, bust: Bust) -> Worn:
    return _frames(p, bust, width=p.between(0.024, 0.028), height=p.between(0.017, 0.023), power=p.between(2.6, 5.0),
                   drop=0.0, bar=p.between(0.0012, 0.0026), dark=False)  # fmt: skip


def _sunglasses(p: Palette, bust: Bust) -> Worn:
    return _frames(p, bust, width=p.between(0.027, 0.032), height=p.between(0.021, 0.027), power=p.between(2.2, 3.2),
                   drop=0.25, bar=p.between(0.0012, 0.003), dark=True)  # fmt: skip


def _goggles(p: Palette, bust: Bust) -> Worn:
    """Ski goggles: one broad visor and a strap."""
    top, bottom, half = p.between(0.03, 0.042), p.between(-0.045, -0.032), p.between(0.07, 0.078)
    s, t = np.meshgrid(np.linspace(-1, 1, 21), np.linspace(0, 1, 9))
    x = half * s
    notch = 0.012 * np.exp(-((s / 0.22) ** 2)) * t**2
    z = top + (bottom - top) * t * (1 - 0.25 * s**4) + notch
    y = _before_brow(bust) - 0.014 + 6.0 * x**2 + 0.25 * (t - 0.5) ** 2 * 0.05
    parts = Parts()
    visor = Finish(
        "visor", p.color(lightness=(0.05, 0.5), colorful=0.2), None, 1.0, 0.1, top_color=p.color(lightness=(0.2, 0.8))
    )
    parts.add(visor, sheet_of(np.stack([x, y, z], axis=-1), thickness_m=0.006))
    edge = np.concatenate([np.stack([x, y, z], axis=-1)[0], np.stack([x, y, z], axis=-1)[-1, ::-1]])
    parts.add(
        plain("rim", p.color(lightness=(0.05, 0.9), colorful=0.1)),
        swept(edge, np.full(len(edge), 0.004), sides=8, closed=True),
    )
    return Worn(_thing("goggles", parts))


def _over_mouth(
    bust: Bust, *, top: float, bottom: float, half_top: float, half_bottom: float, off: float, pleats: int
) -> Array:
    """(R, C, 3) m: cloth over nose, mouth and chin; rows from its upper edge down, columns from the person's right."""
    s, t = np.meshgrid(np.linspace(-1, 1, 25), np.linspace(0, 1, 25))
    x = (half_top + (half_bottom - half_top) * t) * s
    z = top + (bottom - top) * t + 0.010 * (s**2) * (1 - 2 * t) * -1.0
    y = bust.relief.at(x, z)
    # Cloth does not follow every hollow: it hangs from what stands out above and below.
    y = np.minimum(y, _bridged(y))
    bulge = off + 0.006 * (1 - s**2) * np.sin(np.pi * t)
    fold = 0.0016 * np.sin(2 * np.pi * pleats * t) * (np.abs(t - 0.5) < 0.4) if pleats else 0.0
    return np.stack([x, y - bulge - fold, z], axis=-1)


def _bridged(y: Array) -> Array:
    """Each column's lower convex hull, seen from the front: straight lines over hollows."""
    found = y.copy()
    rows = np.arange(len(y))
    for column in range(y.shape[1]):
        hull: list[int] = []
        for row in rows:
            while len(hull) > 1:
                first, last = hull[-2], hull[-1]
                turn = (last - first) * (y[row, column] - y[first, column]) - (row - first) * (
                    y[last, column] - y[first, column]
                )
                if turn > 0:
                    break
                hull.pop()
            hull.append(int(row))
        found[:, column] = np.interp(rows, hull, y[hull, column])
    return found


def _chin_z(bust: Bust) -> float:
    return float((bust.chin - bust.eyes)[2])


def _surgical_mask(p: Palette, bust: Bust) -> Worn:
    color = p.color(lightness=(0.05, 0.95), colorful=0.05) if p.rng.random() < 0.5 else "#a9cfe6"
    cloth = (
        p.finish("cloth", patterned=1.0, size_m=0.1) if p.rng.random() < 0.25 else plain("cloth", color, roughness=0.95)
    )
    top, bottom = p.between(-0.042, -0.022), max(_chin_z(bust), -0.125) - 0.006
    grid = _over_mouth(
        bust, top=top, bottom=bottom, half_top=p.between(0.058, 0.066), half_bottom=0.045, off=0.0035, pleats=3
    )
    parts = Parts()
    parts.add(cloth, sheet_of(grid, thickness_m=0.0012))
    loops = plain("loops", "#e9e9e6")
    for column, side in ((0, -1.0), (-1, 1.0)):
        for row, lift in ((1, 0.015), (-2, -0.012)):
            start, ear = grid[row, column], np.array([side * 0.088, 0.078, -0.012 + lift])
            middle = (start + ear) / 2 + [side * 0.014, -0.004, 0]
            parts.add(loops, swept(np.stack([start, middle, ear]), np.full(3, 0.0014), sides=6))
    return Worn(_thing("surgical_mask", parts))


def _bandana(p: Palette, bust: Bust) -> Worn:
    """A cloth tied over the nose, its tip on the chest."""
    top, bottom = p.between(-0.045, -0.025), _chin_z(bust) - p.between(0.015, 0.04)
    grid = _over_mouth(bust, top=top, bottom=bottom, half_top=0.082, half_bottom=0.03, off=0.006, pleats=0)
    ripple = 0.0035 * np.sin(np.linspace(0, 9, 25) + p.between(0, 6))[:, None] * np.linspace(-1, 1, 25)[None] ** 2
    grid[..., 1] -= ripple
    parts = Parts()
    parts.add(p.finish("cloth", patterned=0.8, size_m=0.14), sheet_of(grid, thickness_m=0.0015))
    return Worn(_thing("bandana", parts))


def _wrapped(
    p: Palette, bust: Bust, *, low: float, high: float, off: float, turns: int, kind: str, size_m: float
) -> Worn:
    """Cloth wound around the head or the neck between two heights."""
    columns, rows = 48, 6 * turns + 1
    axis = np.array([0.0, 0.075])
    points = bust.rest_head
    angle = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    heights = np.linspace(high, low, rows)
    reach = np.zeros((rows, columns))
    offset = points[:, :2] - axis
    turn, away = np.arctan2(offset[:, 1], offset[:, 0]) % (2 * np.pi), np.hypot(*offset.T)
    sector = np.floor(turn / (2 * np.pi) * columns).astype(np.int64) % columns
    for row, height in enumerate(heights):
        near = np.abs(points[:, 2] - height) < 0.02
        np.maximum.at(reach[row], sector[near], away[near])
    # Wound tightly: no hollow deeper than the cloth's own bend.
    for shift in (1, 2, 3):
        reach = np.maximum(reach, 0.985 * np.maximum(np.roll(reach, shift, axis=1), np.roll(reach, -shift, axis=1)))
    reach = (np.roll(reach, 1, axis=1) + reach + np.roll(reach, -1, axis=1)) / 3
    t = np.linspace(0, 1, rows)[:, None]
    fold = np.abs(np.sin(np.pi * turns * t + 0.25 * np.sin(2 * angle + p.between(0, 6))))
    reach = reach + off * (0.35 + 0.65 * fold)
    lift = 0.012 * np.cos(angle + np.pi / 2) * p.between(-1, 1)
    grid = np.stack(
        np.broadcast_arrays(axis[0] + reach * np.cos(angle), axis[1] + reach * np.sin(angle), heights[:, None] + lift),
        axis=-1,
    )
    closed = np.concatenate([grid, grid[:, :1]], axis=1)
    parts = Parts()
    parts.add(p.finish("cloth", patterned=0.6, size_m=size_m), sheet_of(closed, thickness_m=0.004))
    return Worn(_thing(kind, parts))


def _scarf(p: Palette, bust: Bust) -> Worn:
    high = p.between(-0.085, -0.028)
    return _wrapped(
        p, bust, low=_chin_z(bust) - 0.075, high=high, off=p.between(0.014, 0.024), turns=3, kind="scarf", size_m=0.2
    )


def _headband(p: Palette, bust: Bust) -> Worn:
    middle = p.between(0.035, 0.065)
    half = p.between(0.014, 0.03)
    return _wrapped(p, bust, low=middle - half, high=middle + half, off=0.012, turns=1, kind="headband", size_m=0.15)


Maker = Callable[[Palette, Bust], Worn]
TRAIN_MAKERS: Mapping[str, Maker] = {"bandana": _bandana, "goggles": _goggles, "headband": _headband}
TEST_MAKERS: Mapping[str, Maker] = {
    "glasses": _glasses, "scarf": _scarf, "sunglasses": _sunglasses, "surgical_mask": _surgical_mask,
}  # fmt: skip


def make_worn(kind: str, rng: np.random.Generator, bust: Bust, *, textures: tuple[str, ...]) -> Worn:
    """One of a kind, fitted to a head. KeyError for an unknown kind."""
    makers = {**TRAIN_MAKERS, **TEST_MAKERS}
    if kind not in makers:
        raise KeyError(f"nothing to wear is called {kind!r}; there are {', '.join(makers)}")
    return makers[kind](Palette(rng, textures), bust)
