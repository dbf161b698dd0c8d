"""Hair: a layer over the scalp, and for longer styles a closed volume that hangs from it."""

from __future__ import annotations

import numpy as np

from ...geometry import Array
from .chart import Chart
from .color import linear_color
from .lofts import Loft, lid_faces, ring_faces, weights_near
from .tailor import Form, polar_profile, ruffled, sample_profile
from .wardrobe import Hair

# Where hair begins: degrees above the middle of the skull, by direction from the face (0) to the nape (180).
# It runs over the forehead, down the temple to the sideburn, over the ear and down behind it.
_AROUND_DEG = (0.0, 25.0, 42.0, 52.0, 58.0, 63.0, 68.0, 76.0, 80.0, 100.0, 106.0, 120.0, 180.0)
_LINE_DEG = (33.0, 34.0, 29.0, 16.0, 4.0, -6.0, -20.0, -22.0, -7.0, -7.0, -34.0, -45.0, -49.0)

# Thickness of the layer on the scalp, m; the rest of a style is said in `hair_layer` and `hair_lofts`.
_THICKNESS_M = {
    "balding": 0.008,
    "buzz": 0.004,
    "short": 0.014,
    "quiff": 0.012,
    "curly": 0.034,
    "bob": 0.018,
    "long": 0.016,
    "bun": 0.009,
    "ponytail": 0.009,
}


def hairline(chart: Chart, hair: Hair) -> Array:
    """(N,) positive where hair grows; about one unit per degree."""
    line_deg = np.interp(chart.around_deg, _AROUND_DEG, _LINE_DEG)
    if hair.style == "bob":
        # A fringe: the layer comes down over the forehead.
        line_deg = line_deg - np.interp(chart.around_deg, [0, 38, 55, 70], [22, 20, 4, 0])
    grown = chart.up_deg - line_deg
    if hair.style == "balding":
        # What is left runs around the head, below a line that climbs towards the back.
        grown = np.minimum(grown, np.interp(chart.around_deg, [0, 60, 90, 180], [-20, 14, 26, 34]) - chart.up_deg)
    return np.where(chart.head > 0.5, grown, -50.0)


def beard_area(chart: Chart) -> Array:
    """(N,) positive where a full beard grows: jaw, chin, upper lip, up to the sideburns. Metres, roughly."""
    side, height = np.abs(chart.points[:, 0]), chart.points[:, 2]
    upper = np.interp(side, [0.0, 0.006, 0.022, 0.034, 0.055, 0.075], [1.668, 1.669, 1.664, 1.655, 1.668, 1.708])
    lower = np.interp(chart.points[:, 1], [-0.16, -0.10, -0.03], [1.590, 1.612, 1.640])
    mouth = (side / 0.027) ** 2 + ((height - 1.6485) / np.where(height > 1.6485, 0.0115, 0.0125)) ** 2
    before_ears = 0.001 * (77 - chart.around_deg)
    area = np.minimum.reduce([upper - height, height - lower, 0.02 * (mouth - 1), before_ears])
    return np.where(chart.head > 0.5, area, -0.05)


def hair_layer(form: Form, hair: Hair, rng: np.random.Generator) -> Array:
    """(N, 3) m: the outside of the hair on the scalp; thin along the hairline, else it would look like a helmet."""
    if hair.style == "bald":
        return form.vertices
    inward = np.clip(hairline(form.chart, hair) / (14.0 if hair.style == "curly" else 24.0), 0, 1)
    thickness = _THICKNESS_M[hair.style] * (0.25 + 0.75 * inward * (2 - inward))
    layer: Array = form.vertices + form.normals * thickness[:, None]
    if hair.style in ("quiff", "short"):
        # Combed up and forward: highest over the forehead, flat across it.
        _, y, z = form.chart.points.T
        front = np.clip((0.02 - y) / 0.10, 0, 1) * np.clip((z - 1.775) / 0.030, 0, 1) * inward
        lift = 0.036 if hair.style == "quiff" else 0.012
        layer = layer + front[:, None] * np.array([0.0, -0.4 * lift, lift])
    for _ in range(3):
        layer = np.asarray(form.smooth @ layer)
    if hair.style == "curly":
        layer = ruffled(form, layer, depth_m=0.014, length_m=0.035, rng=rng)
        layer = ruffled(form, layer, depth_m=0.006, length_m=0.015, rng=rng)
    elif hair.style != "buzz":
        layer = ruffled(form, layer, depth_m=0.003, length_m=0.03, rng=rng)
    return layer


def beard_layer(form: Form, hair: Hair) -> Array:
    """(N, 3) m: a full beard stands off the jaw by up to 1 cm."""
    inward = np.clip(beard_area(form.chart) / 0.012, 0, 1)
    layer: Array = form.vertices + form.normals * (0.002 + 0.008 * inward)[:, None]
    return layer


def hair_lofts(form: Form, hair: Hair, layer: Array, rng: np.random.Generator) -> list[Loft]:
    """What hangs from the scalp: the curtain of a bob or of long hair, a ponytail, a bun."""
    skull = _skull(form)
    color = linear_color(hair.color)
    if hair.style in ("bob", "long"):
        return [_curtain(form, hair, layer, skull, color, rng)]
    if hair.style == "ponytail":
        back = skull + np.array([0.0, 0.098, 0.045])
        path = back + np.array([[0, -0.02, 0], [0, 0.02, 0.01], [0, 0.05, -0.01], [0, 0.06, -0.06], [0, 0.055, -0.12],
                                [0, 0.045, -0.18], [0, 0.035, -0.235], [0, 0.03, -0.27]])  # fmt: skip
        radii = np.array([0.015, 0.017, 0.024, 0.028, 0.027, 0.022, 0.014, 0.003])
        return [_tube(form, path, radii, color, rng, follow=0.35)]
    if hair.style == "bun":
        center = skull + np.array([0.0, 0.092, 0.052])
        tilt = np.linspace(-1, 1, 9)
        path = center + tilt[:, None] * np.array([0.0, 0.026, 0.018])
        return [_tube(form, path, 0.040 * np.sqrt(np.maximum(1 - tilt**2, 0.01)), color, rng, follow=0.0)]
    return []


def _skull(form: Form) -> Array:
    """(3,) m: the middle of this person's skull."""
    band = (form.chart.head > 0.5) & (np.abs(form.chart.up_deg) < 12) & (form.chart.eye < 0.5)
    y = form.vertices[band & (np.abs(form.vertices[:, 0]) < 0.04), 1]
    return np.array([0.0, (y.min() + y.max()) / 2 + 0.01, form.vertices[band, 2].mean()])


def _strands(count: int, rings: int, rng: np.random.Generator) -> Array:
    """(rings * count,) shades of neighbouring strands, the same all the way down, darker inside and at the roots."""
    strand = 0.85 + 0.3 * rng.random(count)
    strand = (strand + np.roll(strand, 1)) / 2
    return np.tile(strand, rings)


def _curtain(form: Form, hair: Hair, layer: Array, skull: Array, color: Array, rng: np.random.Generator) -> Loft:
    """Hair that falls from the sides and back of the head: an outer and an inner wall, joined at the ends."""
    long = hair.style == "long"
    end_m = form.head("spine01")[2] - 0.06 if long else form.head("neck02")[2] + 0.015
    opening = np.radians(80 if long else 66)
    columns = 34
    turn = np.linspace(-np.pi / 2 + opening, 3 * np.pi / 2 - opening, columns)
    heights = np.arange(skull[2] + 0.07, end_m, -0.015)
    worn = np.where((form.chart.up_deg > 15)[:, None], layer, form.vertices)
    offset = worn - skull
    around = (form.chart.head > 0.5) & (form.vertices[:, 2] > form.head("neck01")[2])
    angle = np.arctan2(offset[:, 1], offset[:, 0]) % (2 * np.pi)
    radius = np.hypot(offset[:, 0], offset[:, 1])
    grid, first = polar_profile(-worn[around, 2], angle[around], radius[around], slack=0.16)
    outer, inner = [], []
    for height in heights:
        fallen = np.clip((skull[2] + 0.03 - height) / 0.12, 0, 1)
        reach = sample_profile(grid, first, np.full(columns, -height), turn % (2 * np.pi)) + 0.018 * fallen
        ring = skull[:2] + reach[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        thick = 0.004 + 0.016 * fallen
        wall = skull[:2] + (ring - skull[:2]) * (1 - thick / reach)[:, None]
        if long:
            ring, wall = (_behind_shoulders(form, side, height, gap) for side, gap in ((ring, 0.024), (wall, 0.006)))
        outer.append(np.column_stack([ring, np.full(columns, height)]))
        inner.append(np.column_stack([wall, np.full(columns, height)]))
    ragged = 0.012 * rng.random(columns)
    outer[-1][:, 2] -= ragged
    inner[-1][:, 2] -= ragged
    # One closed ring per level: out along the back, and home along the inner wall.
    rings = [np.concatenate([out, back[::-1]]) for out, back in zip(outer, inner, strict=True)]
    vertices = np.concatenate(rings)
    last = (len(rings) - 1) * 2 * columns
    i = np.arange(columns - 1)
    a, b, c, d = last + i, last + i + 1, last + 2 * columns - 2 - i, last + 2 * columns - 1 - i
    bottom = np.stack([a, d, b, b, d, c], axis=1).reshape(-1, 3)
    faces = np.concatenate([ring_faces(len(rings), 2 * columns), bottom])
    shade = _strands(columns, 1, rng)
    shades = np.tile(np.concatenate([shade, 0.5 * shade[::-1]]), len(rings))
    return Loft(
        vertices=vertices,
        faces=faces,
        weights=_hanging_weights(form, vertices, follow=0.9 if long else 0.0),
        colors=np.clip(color * shades[:, None], 0, 1),
        surface="hair",
        part="hair",
    )


def _behind_shoulders(form: Form, ring: Array, height_m: float, gap_m: float) -> Array:
    """Gather a ring (n, 2) m of hair as it falls over the neck, and lay it on the back."""
    neck_m, shoulder_m = form.head("neck03")[2], form.head("shoulder01.L")[2]
    share = np.clip((neck_m - height_m) / (neck_m - shoulder_m + 0.02), 0, 1)
    share = share * share * (3 - 2 * share)
    x = ring[:, 0] * (1 + share * (np.minimum(0.115 / np.abs(ring[:, 0]).max(), 1) - 1))
    torso = (form.chart.limb < 0.6) & (np.abs(form.vertices[:, 2] - height_m) < 0.025)
    behind = np.full(len(x), -np.inf)
    for i, at in enumerate(x):
        near = torso & (np.abs(form.vertices[:, 0] - at) < 0.025)
        if near.any():
            behind[i] = form.vertices[near, 1].max() + gap_m
    y = np.where(np.isfinite(behind), ring[:, 1] + share * (np.maximum(behind, ring[:, 1]) - ring[:, 1]), ring[:, 1])
    laid: Array = np.stack([x, y], axis=1)
    return laid


def _tube(form: Form, path: Array, radii: Array, color: Array, rng: np.random.Generator, *, follow: float) -> Loft:
    """A closed tube along a path in the plane x = 0, from its root to its tip."""
    columns = 18
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross([1.0, 0.0, 0.0], along)
    turn = np.arange(columns) / columns * 2 * np.pi
    rings = [
        point + radius * (np.cos(turn)[:, None] * [1.0, 0, 0] + np.sin(turn)[:, None] * side)
        for point, radius, side in zip(path, radii, across, strict=True)
    ]
    vertices = np.concatenate([*rings, path[:1], path[-1:]])
    body = ring_faces(len(rings), columns)
    count = len(rings) * columns
    root = lid_faces(np.arange(columns), count, up=True)
    tip = lid_faces(np.arange(columns) + count - columns, count + 1, up=False)
    shades = np.append(_strands(columns, len(rings), rng), [0.8, 0.8])
    return Loft(
        vertices=vertices,
        faces=np.concatenate([body, root, tip]),
        weights=_hanging_weights(form, vertices, follow=follow),
        colors=np.clip(color * shades[:, None], 0, 1),
        surface="hair",
        part="hair",
    )


def _hanging_weights(form: Form, vertices: Array, *, follow: float) -> Array:
    """Hair moves with the head; from the chin down, with the back by up to `follow`."""
    bones = form.anatomy.bones
    head = np.zeros((len(vertices), len(bones)))
    head[:, bones.index("head")] = 1
    chin_m, back_m = form.head("neck03")[2], form.head("shoulder01.L")[2]
    share = follow * np.clip((chin_m - vertices[:, 2]) / (chin_m - back_m), 0, 1)[:, None]
    trunk = (form.chart.limb < 0.2) & (form.chart.leg < -1)
    near = weights_near(vertices, form.vertices, form.anatomy.weights, sigma_m=0.04, among=trunk)
    hanging: Array = (1 - share) * head + share * near
    return hanging
