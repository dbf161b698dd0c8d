"""What is drawn where on the body's surface: faces, hair, garments and their patterns, as fields on the chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...geometry import Array
from .chart import Chart
from .footwear import collar_leg
from .hair import beard_area, hairline
from .skirt import LINING_LEG, WAIST_LEG

from .surface import Pieces, carve
from .wardrobe import PersonSpec, Top

GONE = "gone"
# Where a tucked-in top ends, out of sight: a hand's breadth below the waist.
TUCKED_LEG = -0.22


@dataclass(frozen=True)
class Region:
    """surface: a name in SURFACES.  layer: which layer of the body carries it; GONE leaves it out.
    color: sRGB.  shade multiplies it."""

    surface: str
    layer: str
    color: str
    shade: float = 1.0


Field = Callable[[Chart], Array]


@dataclass(frozen=True)
class Stroke:
    """Paint a region where all fields of the chart are positive, over what is on `layers` so far (None: on any).

    Each field gets a cut of its own, so that its edge is crisp, and so is the corner where two of them meet.
    """

    fields: tuple[Field, ...]
    region: Region
    layers: tuple[str, ...] | None = ("skin",)


def paint(pieces: Pieces, chart: Chart, first: Region, strokes: list[Stroke]) -> tuple[Pieces, tuple[Region, ...]]:
    """Cut the strokes into the surface, one after the other; labels index the regions that come back."""
    regions = [first]
    for stroke in strokes:
        over = [i for i, region in enumerate(regions) if stroke.layers is None or region.layer in stroke.layers]
        here = chart.mixed(pieces.mix)
        fields = np.stack([field(here) for field in stroke.fields])
        pieces = carve(pieces, fields, label=len(regions), among=tuple(over))
        regions.append(stroke.region)
    return pieces, tuple(regions)


def strokes_of(spec: PersonSpec) -> list[Stroke]:
    """All that is painted on a person, from the skin outwards."""
    return [*_face(spec), *_hair(spec), *_legs(spec), *_bottom(spec), *_top(spec), *_feet(spec)]


def _face(spec: PersonSpec) -> Iterator[Stroke]:
    female = spec.shape.gender > 0.5
    yield Stroke((lambda c: c.eye - 0.5,), Region("sclera", "skin", "#e9e4dd"))
    for radius_m, color in ((0.0062, spec.iris), (0.0027, "#0c0a09")):
        yield Stroke((lambda c, radius=radius_m: _iris(c, radius),), Region("iris", "skin", color))
    lips = Region("lip", "skin", _lip_color(spec.skin, strong=female))
    yield Stroke((_on_lips, _above_lower_edge, _below_upper_edge), lips)
    brow = spec.hair.color if spec.hair.style != "bald" else "#1d1613"
    yield Stroke((lambda c: _brow(c, 0.0026 if female else 0.0036),), Region("brow", "skin", brow))
    yield Stroke((_lid_line,), Region("skin", "skin", "#2a1d18"))


def _iris(chart: Chart, radius_m: float) -> Array:
    """Discs on the front of the eyeballs, looking ahead."""
    x, y, z = chart.points.T
    disc = radius_m - np.hypot(np.abs(x) - 0.0318, z - 1.7210)
    return np.where((chart.eye > 0.5) & (y < -0.130), disc, -radius_m)


def _below_upper_edge(chart: Chart) -> Array:
    x, _, z = chart.points.T
    # The cupid's bow: the upper edge dips in the middle.
    return np.interp(np.abs(x), [0, 0.006, 0.014, 0.021, 0.0265], [1.6578, 1.6588, 1.6560, 1.6522, 1.6485]) - z


def _above_lower_edge(chart: Chart) -> Array:
    x, _, z = chart.points.T
    return z - np.interp(np.abs(x), [0, 0.008, 0.016, 0.022, 0.0265], [1.6372, 1.6378, 1.6405, 1.6448, 1.6485])


def _on_lips(chart: Chart) -> Array:
    return np.where((chart.points[:, 1] < -0.132) & (chart.head > 0.5), 0.0262 - np.abs(chart.points[:, 0]), -0.01)


def _brow(chart: Chart, half_m: float) -> Array:
    x, y, z = chart.points.T
    side = np.abs(x)
    middle = np.interp(side, [0.010, 0.022, 0.038, 0.050, 0.058], [1.7385, 1.7420, 1.7450, 1.7425, 1.7380])
    half = np.interp(side, [0.0, 0.009, 0.013, 0.040, 0.058, 0.07], [-0.01, 0.0, 1, 1, 0.15, -0.2])
    half = half_m * np.where(half < -0.005, 40 * half, half)
    field = half - np.abs(z - middle)
    return np.where((y < -0.08) & (chart.head > 0.5) & (chart.eye < 0.5), field, -0.01)


def _lid_line(chart: Chart) -> Array:
    """The lashes: a thin dark line along the upper lid's edge."""
    x, y, z = chart.points.T
    side = (np.abs(x) - 0.0330) / 0.0128
    lid = 1.7203 + 0.0046 * np.sqrt(np.maximum(1 - side**2, 0))
    field = 0.0011 - np.abs(z - lid - 0.0003)
    return np.where((np.abs(side) < 1) & (y < -0.115) & (chart.head > 0.5) & (chart.eye < 0.5), field, -0.01)


def _lip_color(skin: str, *, strong: bool) -> str:
    """The skin's colour, redder and darker."""
    red, green, blue = (int(skin[i : i + 2], 16) for i in (1, 3, 5))
    keep = (0.86, 0.60, 0.62) if strong else (0.84, 0.70, 0.70)
    return "#{:02x}{:02x}{:02x}".format(*(round(v * k) for v, k in zip((red, green, blue), keep, strict=True)))


def _mixed_color(first: str, second: str, share: float) -> str:
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#{:02x}{:02x}{:02x}".format(*(round(a + share * (b - a)) for a, b in pairs))


def _hair(spec: PersonSpec) -> Iterator[Stroke]:
    hair = spec.hair
    if hair.beard == "full":
        yield Stroke((beard_area,), Region("beard", "beard", hair.color))
    elif hair.beard == "stubble":
        yield Stroke((beard_area,), Region("beard", "skin", _mixed_color(spec.skin, hair.color, 0.35)))
    if hair.style != "bald":
        yield Stroke((lambda c: hairline(c, hair) / 50,), Region("hair", "hair", hair.color))


def _legs(spec: PersonSpec) -> Iterator[Stroke]:
    if spec.shoes.sock:
        top = spec.shoes.sock_top
        yield Stroke((lambda c: c.leg - top, _no_arm), Region("bottom", "sock", spec.shoes.sock))


def _bottom(spec: PersonSpec) -> Iterator[Stroke]:
    bottom, under = spec.bottom, ("skin", "sock")
    if bottom.kind == "skirt":
        hidden = bottom.hem - LINING_LEG - 0.10
        yield Stroke(_band("leg", TUCKED_LEG, hidden), Region("skin", GONE, bottom.color), under)
        return
    yield Stroke(_band("bottom_leg", WAIST_LEG, bottom.hem), Region("bottom", "bottom", bottom.color), under)
    on_it = ("bottom",)
    if bottom.pattern == "side_stripe":
        accent = Region("bottom", "bottom", bottom.accent)
        yield Stroke((lambda c: 0.014 - _outseam(c), lambda c: 0.014 + _outseam(c), _outer_side), accent, on_it)
    elif bottom.pattern != "plain":
        raise ValueError(f"person {spec.name}: bottom pattern: expected plain or side_stripe, found {bottom.pattern!r}")
    if spec.top.hem == 0:
        yield Stroke(_band("bottom_leg", WAIST_LEG, WAIST_LEG + 0.08), Region("bottom", "bottom", "#2b1e15"), on_it)


def _band(level: Literal["leg", "bottom_leg"], start: float, end: float) -> tuple[Field, ...]:
    """Fields of what lies between two levels on the legs and the trunk."""
    return (lambda c: getattr(c, level) - start, lambda c: end - getattr(c, level), _no_arm)


def _no_arm(chart: Chart) -> Array:
    return 0.5 - chart.limb


def _outseam(chart: Chart) -> Array:
    """Metres behind the side seams of the trouser legs."""
    _, y, z = chart.points.T
    return y - np.interp(z, [0.08, 0.53, 0.88, 1.1], [-0.005, -0.035, -0.025, -0.03])


def _outer_side(chart: Chart) -> Array:
    """Metres outside the middle of each leg."""
    x, _, z = chart.points.T
    return np.abs(x) - np.interp(z, [0.08, 0.53, 0.98], [0.195, 0.152, 0.115])


def _top(spec: PersonSpec) -> Iterator[Stroke]:
    top = spec.top
    tucked = top.hem == 0 or spec.bottom.kind == "skirt"
    hem = TUCKED_LEG if tucked else -0.22 + 0.45 * top.hem
    under = ("skin",) if tucked else ("skin", "bottom")
    cloth = Region("top", "top", top.color)
    covered = (lambda c: hem - c.top_leg, lambda c: _sleeve(c, top), lambda c: _neckline(c, top))
    yield Stroke((*covered, _collar_vee(top)) if top.v_neck else covered, cloth, under)
    on_it = ("top",)
    accent = Region("top", "top", top.accent)
    for i, level in enumerate(_bands(top)):
        yield Stroke((lambda c, level=level: level - _along_cloth(c),), cloth if i % 2 else accent, on_it)
    # Ribbing: a seam around the neck, and on wide tops around cuffs and hem, a little darker.
    edge = Region("top", "top", top.color if top.pattern in ("plain", "stripes") else top.accent, shade=0.8)
    seams = [lambda c: 0.013 - _neckline(c, top)]
    if top.loose > 0.6:
        seams += [lambda c: c.arm - top.sleeve + 0.16, lambda c: c.top_leg - hem + 0.11]
    for seam in seams:
        yield Stroke((seam,), edge, on_it)


def _sleeve(chart: Chart, top: Top) -> Array:
    """Positive on the covered side of a sleeve's end; a sleeveless top ends over the shoulder."""
    if top.sleeve > 0:
        return top.sleeve - chart.arm
    x, _, z = chart.points.T
    armhole = np.interp(z, [1.30, 1.36, 1.44, 1.50, 1.56], [0.30, 0.158, 0.142, 0.125, 0.105])
    return np.where(chart.limb > 0.9, -0.05, armhole - np.abs(x))


def _neckline(chart: Chart, top: Top) -> Array:
    """Metres outside the neck's opening: an ellipse around the neck's root, which lies lower in front."""
    x, y, z = chart.points.T
    level = z - 0.41 * y
    front = np.clip(-y / 0.06, 0, 1)
    wide = 0.080 + 0.05 * top.neck
    low = 0.056 + top.neck * (0.02 + 0.08 * front)
    below = np.minimum(level - 1.60, 0)
    opening = (np.sqrt((x / wide) ** 2 + (below / low) ** 2) - 1) * wide
    return np.where((chart.head > 0.9) | (z > 1.62), -0.02, opening)


def _collar_vee(top: Top) -> Field:
    """Metres outside a V that runs from the neck down to the breastbone."""
    depth = 1.44 - 0.08 * top.neck

    def field(chart: Chart) -> Array:
        x, y, z = chart.points.T
        return np.where(y < -0.05, np.abs(x) - (z - depth) * 0.5, 1.0)

    return field


def _along_cloth(chart: Chart) -> Array:
    """The level of a top's cloth on the leg's chart, carried on around the sleeves as it falls from the shoulder."""
    return np.where(chart.limb > 0.5, -1.08 + 0.65 * chart.arm, chart.top_leg)


def _bands(top: Top) -> list[float]:
    """Levels, from the hem upwards, above which the accent colour and the cloth's own follow each other in turn.

    Cutting at levels, one after the other, keeps the edges straight where a wave would be sampled too coarsely.
    """
    if top.pattern == "plain":
        return []
    if top.pattern == "stripes":
        return [level + width for level in np.arange(0.6, -1.4, -0.17) for width in (0.0, -0.06)]
    if top.pattern == "chest_band":
        return [-0.70, -0.90]
    if top.pattern == "yoke":
        return [-0.86]
    raise ValueError(f"top pattern: expected plain, stripes, chest_band or yoke, found {top.pattern!r}")


def _feet(spec: PersonSpec) -> Iterator[Stroke]:
    """The foot inside a shoe is left out, up to 1 cm under its collar."""
    inside = collar_leg(spec.shoes) + 0.03
    yield Stroke((lambda c: c.leg - inside,), Region("skin", GONE, spec.skin), None)
