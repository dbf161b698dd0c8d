"""Where garments begin and end, and their patterns: levels of the chart, metres on the reference body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from ...geometry import Array
from .chart import Chart
from .footwear import collar_leg
from .paint import GONE, Field, Region, Stroke
from .skirt import LINING_LEG, WAIST_LEG
from .wardrobe import PersonSpec, Top

# Where a tucked-in top ends, out of sight: a hand's breadth below the waist.
_TUCKED_LEG = -0.22


def clothes_strokes(spec: PersonSpec) -> Iterator[Stroke]:
    """All that is painted on the body below the head, from the skin outwards."""
    yield from _socks(spec)
    yield from _bottom(spec)
    yield from _top(spec)
    # The foot inside a shoe is left out, up to 1 cm under its collar.
    yield Stroke((_below("leg", collar_leg(spec.shoes) + 0.03),), Region("skin", GONE, spec.skin), None)


def _below(level: Literal["leg", "top_leg", "bottom_leg", "arm"], start: float) -> Field:
    """Positive further down (or out) than a level."""
    return lambda chart: getattr(chart, level) - start


def _above(level: Literal["leg", "top_leg", "bottom_leg", "arm"], end: float) -> Field:
    return lambda chart: end - getattr(chart, level)


def _off_arms(chart: Chart) -> Array:
    return 0.5 - chart.limb


def _socks(spec: PersonSpec) -> Iterator[Stroke]:
    if spec.shoes.sock is not None:
        yield Stroke((_below("leg", spec.shoes.sock_top), _off_arms), Region("sock", "sock", spec.shoes.sock))


def _bottom(spec: PersonSpec) -> Iterator[Stroke]:
    bottom, under, on_it = spec.bottom, ("skin", "sock"), ("bottom",)
    if bottom.kind == "skirt":
        hidden = (_below("leg", _TUCKED_LEG), _above("leg", bottom.hem - LINING_LEG - 0.10), _off_arms)
        yield Stroke(hidden, Region("skin", GONE, bottom.color), under)
        return
    cloth = (_below("bottom_leg", WAIST_LEG), _above("bottom_leg", bottom.hem), _off_arms)
    yield Stroke(cloth, Region("bottom", "bottom", bottom.color), under)
    if bottom.pattern == "side_stripe":
        seam = (lambda chart: 0.014 - _behind_seam(chart), lambda chart: 0.014 + _behind_seam(chart), _outer_side)
        yield Stroke(seam, Region("bottom", "bottom", bottom.accent), on_it)
    if spec.top.hem == 0:
        belt = (_above("bottom_leg", WAIST_LEG + 0.08),)
        yield Stroke(belt, Region("bottom", "bottom", "#2b1e15"), on_it)


def _behind_seam(chart: Chart) -> Array:
    """Metres behind the side seams of the trouser legs."""
    _, y, z = chart.points.T
    return np.asarray(y - np.interp(z, [0.08, 0.53, 0.88, 1.1], [-0.005, -0.035, -0.025, -0.03]))


def _outer_side(chart: Chart) -> Array:
    """Metres outside the middle of each leg."""
    x, _, z = chart.points.T
    return np.asarray(np.abs(x) - np.interp(z, [0.08, 0.53, 0.98], [0.195, 0.152, 0.115]))


def _top(spec: PersonSpec) -> Iterator[Stroke]:
    top, on_it = spec.top, ("top",)
    tucked = top.hem == 0 or spec.bottom.kind == "skirt"
    hem = _TUCKED_LEG if tucked else _TUCKED_LEG + 0.45 * top.hem
    cloth, accent = Region("top", "top", top.color), Region("top", "top", top.accent)
    covered = (_above("top_leg", hem), _sleeve(top), _outside_neck(top, 0))
    yield Stroke(
        (*covered, _outside_vee(top)) if top.v_neck else covered, cloth, ("skin", *(() if tucked else ("bottom",)))
    )
    for i, level in enumerate(_bands(top)):
        yield Stroke((_over(level),), cloth if i % 2 else accent, on_it)
    # Ribbing: a seam around the neck, and on wide tops around cuffs and hem, a little darker.
    edge = Region("top", "top", top.color if top.pattern in ("plain", "stripes") else top.accent, shade=0.8)
    yield Stroke((_inside_neck(top, 0.013),), edge, on_it)
    if top.loose > 0.6:
        yield Stroke((_below("arm", top.sleeve - 0.16),), edge, on_it)
        yield Stroke((_below("top_leg", hem - 0.11),), edge, on_it)


def _sleeve(top: Top) -> Field:
    """Positive on the covered side of a sleeve's end; a sleeveless top ends over the shoulder."""
    if top.sleeve > 0:
        return _above("arm", top.sleeve)

    def armhole(chart: Chart) -> Array:
        x, _, z = chart.points.T
        edge = np.interp(z, [1.30, 1.36, 1.44, 1.50, 1.56], [0.30, 0.158, 0.142, 0.125, 0.105])
        return np.where(chart.limb > 0.9, -0.05, edge - np.abs(x))

    return armhole


def _outside_neck(top: Top, margin_m: float) -> Field:
    """Metres outside the neck's opening and a margin: an ellipse around the neck's root, which lies lower in front."""

    def field(chart: Chart) -> Array:
        x, y, z = chart.points.T
        # The neck's root slopes: its front, at the pit of the throat, lies 6 cm lower than its back.
        level = z - 0.41 * y
        front = np.clip(-y / 0.06, 0, 1)
        wide = 0.080 + 0.05 * top.neck
        low = 0.056 + top.neck * (0.02 + 0.08 * front)
        opening = (np.hypot(x / wide, np.minimum(level - 1.60, 0) / low) - 1) * wide
        return np.where((chart.head > 0.9) | (z > 1.62), -0.02, opening - margin_m)

    return field


def _inside_neck(top: Top, margin_m: float) -> Field:
    outside = _outside_neck(top, margin_m)
    return lambda chart: -outside(chart)


def _outside_vee(top: Top) -> Field:
    """Metres outside a V that runs from the neck down to the breastbone."""
    depth = 1.44 - 0.08 * top.neck

    def field(chart: Chart) -> Array:
        x, y, z = chart.points.T
        return np.where(y < -0.05, np.abs(x) - (z - depth) * 0.5, 1.0)

    return field


def _over(level: float) -> Field:
    """Positive above a level of a top's cloth, which is carried on around the sleeves as it falls from the shoulder."""
    return lambda chart: level - np.where(chart.limb > 0.5, -1.08 + 0.65 * chart.arm, chart.top_leg)


def _bands(top: Top) -> list[float]:
    """Levels, from the hem upwards, above which the accent colour and the cloth's own follow each other in turn.

    Cutting at levels, one after the other, keeps the edges straight where a wave would be sampled too coarsely.
    """
    if top.pattern == "stripes":
        return [float(level) - width for level in np.arange(0.6, -1.4, -0.17) for width in (0.0, 0.06)]
    return {"plain": [], "chest_band": [-0.70, -0.90], "yoke": [-0.86]}[top.pattern]
