"""From a naked figure and a specification to a dressed body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...geometry import Array
from ..rig import Rig
from .anatomy import Anatomy
from .body import Body
from .chart import Chart, chart_of, on_head
from .parts import PARTS, SURFACES, dominant_parts
from .surface import Ints, Pieces, cut, smoother, vertex_normals, whole
from .wardrobe import PersonSpec


def linear_color(srgb: str) -> Array:
    """ "#rrggbb" -> (3,) linear-light 0..1 (IEC 61966-2-1)."""
    value = np.array([int(srgb[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


@dataclass(frozen=True)
class Region:
    surface: str
    layer: str
    color: str


def dress(anatomy: Anatomy, spec: PersonSpec) -> Body:
    figure = anatomy.figure(spec.shape)
    chart = chart_of(anatomy)
    count = len(chart.points)
    regions = [Region("skin", "skin", spec.skin)]
    pieces = whole(anatomy.faces, vertex_count=count)
    head = on_head(anatomy)
    eye = anatomy.weights[:, [anatomy.bones.index(f"eye.{s}") for s in "LR"]].sum(1) > 0.99

    def paint(field: Array, region: Region, among: tuple[str, ...] | None = None) -> None:
        nonlocal pieces
        regions.append(region)
        labels = None if among is None else tuple(i for i, r in enumerate(regions) if r.surface in among)
        pieces = cut(pieces, field, label=len(regions) - 1, among=labels)

    def now() -> Chart:
        return chart.mixed(pieces.mix)

    def base(values: Array) -> Array:
        return pieces.mix @ values

    # eyes
    paint(base(np.where(eye, 1.0, -1.0)), Region("sclera", "skin", "#e8e4df"))
    p = now().points
    centre = np.array([0.031, -0.16, 1.722])
    iris = 0.0065 - np.hypot(np.abs(p[:, 0]) - centre[0], p[:, 2] - centre[2])
    iris = np.where((base(eye.astype(float)) > 0.5) & (p[:, 1] < -0.13), iris, -1.0)
    paint(iris, Region("iris", "skin", spec.iris), ("sclera",))
    # hair
    if spec.hair.style != "bald":
        c = now()
        line = np.interp(c.around_deg, [0, 35, 58, 72, 84, 100, 115, 130, 180], [42, 40, 20, -8, 8, 12, -10, -35, -42])
        f = np.where(base(head.astype(float)) > 0.5, (c.up_deg - line) / 50, -0.5)
        paint(f, Region("hair", "hair", spec.hair.color), ("skin",))
    # bottom
    c = now()
    b = spec.bottom
    torso = (
        base(
            np.isin(
                dominant_parts(anatomy.weights, anatomy.bones),
                [PARTS["torso"], *(PARTS[f"{x}_{s}"] for x in ("thigh", "shin", "foot") for s in "lr")],
            ).astype(float)
        )
        - 0.5
    )
    paint(np.minimum(np.minimum(c.leg + 0.30, b.hem - c.leg), torso), Region("bottom", "bottom", b.color), ("skin",))
    # top
    c = now()
    t = spec.top
    hem = -0.25 + 0.3 * t.hem
    neck = np.linalg.norm((c.points - [0, -0.02, 1.60]) / [1, 1, 0.9], axis=1) - (0.085 + 0.06 * t.neck)
    f = np.minimum(np.minimum(hem - c.leg, t.sleeve - c.arm), neck)
    ok = base((~head).astype(float))
    f = np.minimum(f, np.where((ok > 0.5) | (c.points[:, 2] < 1.6), 1.0, -1.0))
    paint(f, Region("top", "top", t.color), ("skin", "bottom"))
    c = now()
    paint((c.leg - 1.93), Region("shoe", "shoe", spec.shoes.color), ("skin", "bottom"))

    # layers
    normals = vertex_normals(figure.vertices, anatomy.faces)
    smooth = smoother(anatomy.faces, vertex_count=count)

    def drape(thickness: Array, steps: int) -> Array:
        p = figure.vertices + normals * thickness[:, None]
        for _ in range(steps):
            p = smooth @ p
            inside = 0.7 * thickness - np.einsum("ij,ij->i", p - figure.vertices, normals)
            p = p + normals * np.maximum(inside, 0)[:, None]
        return p

    ones = np.ones(count)
    layers = {
        "skin": figure.vertices,
        "bottom": drape(0.008 * ones, 6),
        "top": drape(0.014 * ones, 10),
        "hair": drape(0.014 * ones, 2),
        "shoe": drape(0.006 * ones, 5),
    }
    return assemble(anatomy, figure.heads, spec, pieces, regions, layers, figure.height_m)


def assemble(
    anatomy: Anatomy,
    heads: Array,
    spec: PersonSpec,
    pieces: Pieces,
    regions: list[Region],
    layers: dict[str, Array],
    height_m: float,
) -> Body:
    names = sorted(layers)
    layer_of = np.array([names.index(r.layer) for r in regions])
    face_layer = layer_of[pieces.labels]
    # one vertex for each (point, region)
    n = pieces.mix.shape[0]
    key = pieces.faces + n * pieces.labels[:, None]
    keys, faces = np.unique(key, return_inverse=True)
    faces = faces.reshape(-1, 3)
    point, label = keys % n, keys // n
    positions = np.zeros((len(keys), 3))
    for i, name in enumerate(names):
        here = layer_of[label] == i
        positions[here] = (pieces.mix @ layers[name])[point[here]]
    weld_key = point + n * layer_of[label]
    # rims between layers
    edges = np.concatenate([pieces.faces[:, [0, 1]], pieces.faces[:, [1, 2]], pieces.faces[:, [2, 0]]])
    owner = np.tile(np.arange(len(pieces.faces)), 3)
    forward = {(int(a), int(b)): int(f) for (a, b), f in zip(edges, owner, strict=True)}
    extra_pos, extra_point, extra_label, extra_weld, extra_faces = [], [], [], [], []
    at = {name: pieces.mix @ layers[name] for name in names}
    rank = {"skin": 0, "bottom": 1, "shoe": 2, "top": 3, "hair": 4}
    start = len(keys)
    for (a, b), f in sorted(forward.items()):
        g = forward.get((b, a))
        if g is None or rank[names[face_layer[f]]] <= rank[names[face_layer[g]]]:
            continue
        outer, inner = at[names[face_layer[f]]], at[names[face_layer[g]]]
        i = start + len(extra_pos)
        extra_pos += [outer[a], outer[b], inner[a], inner[b]]
        extra_point += [a, b, a, b]
        extra_label += [pieces.labels[f]] * 4
        extra_faces += [(i + 1, i, i + 2), (i + 1, i + 2, i + 3)]
        extra_weld += [a + n * 100, b + n * 100, a + n * 101, b + n * 101]
    positions = np.concatenate([positions, np.array(extra_pos).reshape(-1, 3)])
    point = np.concatenate([point, np.array(extra_point, int)])
    label = np.concatenate([label, np.array(extra_label, int)])
    weld_key = np.concatenate([weld_key, np.array(extra_weld, int)])
    faces = np.concatenate([faces, np.array(extra_faces, int).reshape(-1, 3)])
    first = np.unique(weld_key, return_index=True, return_inverse=True)
    welds = first[1][first[2]]
    weights = (pieces.mix @ anatomy.weights)[point]
    weights[weights < 1e-5] = 0
    weights /= weights.sum(1, keepdims=True)
    w = sparse.csr_matrix(weights.astype(np.float32))
    colors = np.array([linear_color(r.color) for r in regions])[label]
    parts = dominant_parts(weights, anatomy.bones)
    surfaces = np.array([SURFACES[r.surface] for r in regions])[label]
    parts = np.where(surfaces == SURFACES["hair"], PARTS["hair"], parts)
    floor = positions[:, 2].min()
    shift = np.array([0, 0, floor])
    return Body(
        name=spec.name,
        subject=spec.subject,
        description=spec.description,
        height_m=height_m,
        rig=Rig(names=anatomy.bones, parents=anatomy.parents, rest_heads=heads - shift),
        rest_vertices=(positions - shift).astype(np.float32),
        faces=faces.astype(np.int32),
        weights=w,
        colors=colors.astype(np.float32),
        parts=parts.astype(np.int32),
        surfaces=surfaces.astype(np.int32),
        welds=welds.astype(np.int32),
    )
