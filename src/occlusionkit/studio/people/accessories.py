"""What people carry and put on over their clothes: rucksacks, bags, scarves and caps, each fixed to one bone.

They are added to a baked person with numpy alone, so a set that wants none (faces) uses the same baked file.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from scipy import sparse

from ...geometry import Array, Bools
from ..rooms.shapes import Shape, box, ellipsoid, rod, slab
from .body import Body
from .color import linear_color, toned_color
from .parts import PARTS, SURFACES
from .wardrobe import PersonSpec

Kind = Literal["rucksack", "bag", "scarf", "cap"]

_STREAM = 0x1E
# How often each is seen; a scarf only with long sleeves, a cap only on hair that fits under it.
_SHARES: dict[Kind, float] = {"rucksack": 0.24, "bag": 0.2, "scarf": 0.22, "cap": 0.16}
_SCARF_SLEEVE = 1.6
_UNDER_CAPS = ("bald", "balding", "buzz", "short", "bob", "long", "ponytail")
_COLORS: dict[Kind, tuple[str, ...]] = {
    "rucksack": ("#1c1d21", "#3a4048", "#23395c", "#7c2a2c", "#56603f", "#b58a3a", "#5b6f7d"),
    "bag": ("#1a1718", "#5a3d29", "#8c6a47", "#c9bfa9", "#6b2230", "#2a3550"),
    "scarf": ("#7c2a2c", "#c9bfa9", "#33486b", "#2f5d46", "#8a8d92", "#c98a3a", "#1d1e22"),
    "cap": ("#1b1c20", "#223257", "#a32a2a", "#d9d6cc", "#4a5738"),
}


@dataclass(frozen=True)
class Accessory:
    """kind, its sRGB colour, and the person's side that a bag hangs on: 1 left, -1 right."""

    kind: Kind
    color: str
    side: int = 1

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"accessory: expected one of {', '.join(get_args(Kind))}, found {self.kind!r}")
        if self.side not in (-1, 1):
            raise ValueError(f"accessory side: expected 1 (left) or -1 (right), found {self.side}")


def accessories_of(spec: PersonSpec, *, seed: int) -> tuple[Accessory, ...]:
    """What a made-up person has on them; it depends on (seed, their number) and their clothes alone."""
    rng = np.random.default_rng([seed, _STREAM, spec.subject])
    drawn: list[Accessory] = []
    for kind, share in _SHARES.items():
        wanted = bool(rng.uniform() < share)
        color = _COLORS[kind][int(rng.integers(len(_COLORS[kind])))]
        side = 1 if rng.uniform() < 0.5 else -1
        fits = {
            "rucksack": True,
            "bag": not any(one.kind == "rucksack" for one in drawn),
            "scarf": spec.top.sleeve >= _SCARF_SLEEVE,
            "cap": spec.hair.style in _UNDER_CAPS,
        }
        if wanted and fits[kind]:
            drawn.append(Accessory(kind, color, side))
    return tuple(drawn)


def with_accessories(body: Body, accessories: Sequence[Accessory]) -> Body:
    """The person with these on. They have the surface "top" and the part they are on: no mask takes them for skin."""
    for accessory in accessories:
        build, bone, part = {
            "rucksack": (_rucksack, "spine01", "torso"),
            "bag": (_bag, "spine05", "torso"),
            "scarf": (_scarf, "spine01", "torso"),
            "cap": (_cap, "head", "head"),
        }[accessory.kind]
        body = _joined(body, build(body, accessory), bone=bone, part=part)
    return body


def _joined(body: Body, shapes: list[tuple[Shape, str]], *, bone: str, part: str) -> Body:
    count = sum(len(shape.vertices) for shape, _ in shapes)
    starts = len(body.rest_vertices) + np.cumsum([0, *(len(shape.vertices) for shape, _ in shapes)])
    fixed = sparse.csr_matrix(
        (np.ones(count, np.float32), (np.arange(count), np.full(count, body.rig.index(bone)))),
        shape=(count, len(body.rig.names)),
    )
    colors = [np.tile(linear_color(color), (len(shape.vertices), 1)) for shape, color in shapes]
    faces = [shape.faces + start for (shape, _), start in zip(shapes, starts[:-1], strict=True)]
    return replace(
        body,
        rest_vertices=np.concatenate([body.rest_vertices, *(shape.vertices for shape, _ in shapes)]).astype(np.float32),
        faces=np.concatenate([body.faces, *faces]).astype(np.int32),
        weights=sparse.vstack([body.weights, fixed], format="csr"),
        colors=np.concatenate([body.colors, *colors]).astype(np.float32),
        parts=np.append(body.parts, np.full(count, PARTS[part])).astype(np.int32),
        surfaces=np.append(body.surfaces, np.full(count, SURFACES["top"])).astype(np.int32),
        welds=np.append(body.welds, np.arange(starts[0], starts[-1])).astype(np.int32),
    )


def _near(body: Body, part: str, *, x_m: float | None = None, z_m: float, reach_m: float = 0.03) -> Array:
    """(K, 3) rest vertices of a part within reach of a height, and of a distance from the middle if given."""
    points = body.rest_vertices
    chosen: Bools = (body.parts == PARTS[part]) & (np.abs(points[:, 2] - z_m) < reach_m)
    if x_m is not None:
        chosen = chosen & (np.abs(points[:, 0] - x_m) < reach_m)
    found: Array = points[chosen].astype(np.float64)
    if not len(found):
        raise ValueError(f"person {body.name}: found no part of the {part} at {z_m:.2f} m; is it at rest?")
    return found


def _head(body: Body, bone: str) -> Array:
    found: Array = body.rig.rest_heads[body.rig.index(bone)]
    return found


def _strap(points: Sequence[Array], color: str, *, radius_m: float = 0.016) -> list[tuple[Shape, str]]:
    return [(rod(start, end, radius_m, sides=6), color) for start, end in itertools.pairwise(points)]


def _over_shoulder(body: Body, x_m: float, *, low_m: float) -> list[Array]:
    """Points of a strap from the back over the shoulder down the front to low_m, on the clothes."""
    top_m = float(_head(body, "neck01")[2]) - 0.02
    heights = np.linspace(top_m - 0.06, low_m, 4)
    back, front = [], []
    for z in heights:
        around = _near(body, "torso", x_m=x_m, z_m=float(z))
        back.append(np.array([x_m, around[:, 1].max() + 0.006, z]))
        front.append(np.array([x_m, around[:, 1].min() - 0.006, z]))
    at_shoulder = np.abs(body.rest_vertices[:, 0] - x_m) < 0.03
    torso = body.rest_vertices[at_shoulder & (body.parts == PARTS["torso"])]
    peak = torso[np.argmax(torso[:, 2])].astype(np.float64) + np.array([0, 0, 0.012])
    return [back[0], peak, *front]


def _rucksack(body: Body, accessory: Accessory) -> list[tuple[Shape, str]]:
    """A day pack as long as the back, with two straps."""
    color, dark = accessory.color, toned_color(accessory.color, (0.6, 0.6, 0.6))
    shoulder_m, waist_m = float(_head(body, "neck01")[2]) - 0.06, float(_head(body, "spine04")[2])
    tall, middle = shoulder_m - waist_m, (shoulder_m + waist_m) / 2
    back = max(float(_near(body, "torso", z_m=z)[:, 1].max()) for z in (middle - 0.1, middle, middle + 0.1))
    shapes = [
        (box((0, back + 0.085, middle), (0.29, 0.16, tall), bevel_m=0.05), color),
        (box((0, back + 0.18, middle - 0.18 * tall), (0.22, 0.06, 0.42 * tall), bevel_m=0.025), dark),
    ]
    for x_m in (-0.1, 0.1):
        shapes += _strap(_over_shoulder(body, x_m, low_m=middle - 0.08), dark)
    return shapes


def _bag(body: Body, accessory: Accessory) -> list[tuple[Shape, str]]:
    """A bag at the hip, its strap across the chest from the other shoulder."""
    color, dark = accessory.color, toned_color(accessory.color, (0.6, 0.6, 0.6))
    hip = _head(body, "root")
    side = accessory.side
    around = _near(body, "torso", z_m=float(hip[2]), reach_m=0.04)
    out = float((side * around[:, 0]).max()) + 0.075
    center = (side * out, float(around[:, 1].mean()) + 0.02, float(hip[2]) - 0.04)
    shapes = [
        (box(center, (0.11, 0.31, 0.25), bevel_m=0.03), color),
        (box((side * (out + 0.058), center[1], center[2] + 0.05), (0.012, 0.3, 0.13)), dark),
    ]
    over = _over_shoulder(body, -side * 0.085, low_m=float(hip[2]) + 0.36)
    ends = [np.array([side * (out - 0.02), center[1] + y, center[2] + 0.12]) for y in (0.13, -0.13)]
    return shapes + _strap([ends[0], over[0], over[1], over[2], ends[1]], dark, radius_m=0.013)


def _scarf(body: Body, accessory: Accessory) -> list[tuple[Shape, str]]:
    """Wound once around the neck, one end down the chest."""
    base = _head(body, "neck01")
    color, dark = accessory.color, toned_color(accessory.color, (0.8, 0.8, 0.8))
    neck = _near(body, "neck", z_m=float(base[2]) + 0.04, reach_m=0.04)
    middle, reach = neck[:, :2].mean(axis=0), np.ptp(neck[:, :2], axis=0) / 2 + 0.022
    turn = np.linspace(0, 2 * np.pi, 17)
    # The winding lies lower at the throat than at the nape.
    rings = [
        np.column_stack([middle[0] + reach[0] * np.cos(turn), middle[1] + reach[1] * np.sin(turn),
                         base[2] + lift + 0.03 * np.sin(turn)])
        for lift in (0.005, 0.045)
    ]  # fmt: skip
    shapes = [
        (rod(start, end, 0.033, sides=8), tone)
        for ring, tone in zip(rings, (color, dark), strict=True)
        for start, end in itertools.pairwise(ring)
    ]
    x = 0.05 * accessory.side
    heights = np.linspace(base[2] - 0.03, base[2] - 0.34, 4)
    front = [float(_near(body, "torso", x_m=x, z_m=float(z), reach_m=0.05)[:, 1].min()) - 0.02 for z in heights]
    for (z_top, y_top), (z_low, y_low) in itertools.pairwise(zip(heights, front, strict=True)):
        corners = [
            (x - 0.05, y_top, z_top),
            (x + 0.05, y_top, z_top),
            (x + 0.05, y_low, z_low),
            (x - 0.05, y_low, z_low),
        ]
        shapes.append((slab(corners, 0.022), color))
    return shapes


def _cap(body: Body, accessory: Accessory) -> list[tuple[Shape, str]]:
    """A baseball cap: a dome over the skull and a peak."""
    color, dark = accessory.color, toned_color(accessory.color, (0.75, 0.75, 0.75))
    eyes_m = float(_head(body, "eye.L")[2])
    points = body.rest_vertices
    on_head = np.isin(body.parts, (PARTS["head"], PARTS["hair"])) & (points[:, 2] > eyes_m + 0.035)
    skull = points[on_head].astype(np.float64)
    low, high = skull.min(axis=0), skull.max(axis=0)
    # Buns and tails stand off behind: a skull is not much longer than wide.
    length = min(high[1] - low[1], 1.35 * (high[0] - low[0]))
    center = np.array([0.0, low[1] + length / 2, eyes_m + 0.035])
    radii = ((high[0] - low[0]) / 2 + 0.012, length / 2 + 0.012, high[2] - center[2] + 0.014)
    dome = _upper_part(ellipsoid((0.0, float(center[1]), float(center[2])), radii, sides=20), float(center[2]))
    front = center[1] - radii[1]
    peak = [(-0.075, front + 0.03, center[2] + 0.008), (0.075, front + 0.03, center[2] + 0.008),
            (0.05, front - 0.075, center[2] - 0.012), (-0.05, front - 0.075, center[2] - 0.012)]  # fmt: skip
    return [(dome, color), (slab(peak, 0.008), dark)]


def _upper_part(shape: Shape, level_m: float) -> Shape:
    """The faces above a level, and their vertices."""
    faces = shape.faces[(shape.vertices[shape.faces][..., 2] > level_m - 0.004).all(axis=1)]
    kept, again = np.unique(faces, return_inverse=True)
    return Shape(shape.vertices[kept], again.reshape(-1, 3), shape.normals[kept], shape.uvs[kept])
