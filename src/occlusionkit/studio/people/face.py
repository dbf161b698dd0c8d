"""What is painted on a head: eyes, brows, lips, beard and hair. Metres and degrees on the reference body."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...geometry import Array, Bools
from .chart import Chart
from .color import blended_color, toned_color
from .hair import beard_area, hairline
from .paint import Field, Region, Stroke
from .surface import Pieces, refine
from .wardrobe import PersonSpec


def head_strokes(spec: PersonSpec) -> Iterator[Stroke]:
    """All that is painted on the head, from the skin outwards."""
    hair, female = spec.hair, spec.shape.gender > 0.5
    yield Stroke((_on_eyeballs,), Region("sclera", "skin", "#e9e4dd"))
    yield Stroke((_iris(0.0062),), Region("iris", "skin", spec.iris))
    yield Stroke((_iris(0.0027),), Region("iris", "skin", "#0c0a09"))
    lip = toned_color(spec.skin, (0.86, 0.60, 0.62) if female else (0.84, 0.70, 0.70))
    yield Stroke((_between_corners, _above_lower_lip, _below_upper_lip), Region("lip", "skin", lip))
    brow = hair.color if hair.style != "bald" else "#1d1613"
    yield Stroke((_brow(0.0026 if female else 0.0036),), Region("brow", "skin", brow))
    yield Stroke((_lashes,), Region("skin", "skin", "#2a1d18"))
    if hair.beard == "full":
        yield Stroke((beard_area,), Region("beard", "beard", hair.color))
    elif hair.beard == "stubble":
        yield Stroke((beard_area,), Region("beard", "skin", blended_color(spec.skin, hair.color, 0.35)))
    if hair.style != "bald":
        # Scaled to about a metre's worth, so that its discontinuity at the neck cuts no sliver.
        yield Stroke((lambda chart: hairline(chart, hair) / 50,), Region("hair", "hair", hair.color))


def fine_face(pieces: Pieces, chart: Chart) -> Pieces:
    """Refine the mesh where what is drawn is finer than it: twice around the pupils, once on the brows."""
    for where in (_around_pupils, _around_pupils, _on_brows):
        inside = where(chart.mixed(pieces.mix))
        pieces = refine(pieces, inside[pieces.faces].sum(axis=1) == 3)
    return pieces


def _around_pupils(chart: Chart) -> Bools:
    x, y, z = chart.points.T
    near = np.hypot(np.abs(x) - 0.0318, z - 1.7210) < 0.0105
    return np.asarray((chart.eye > 0.5) & (y < -0.128) & near)


def _on_brows(chart: Chart) -> Bools:
    x, y, z = chart.points.T
    band = (np.abs(np.abs(x) - 0.035) < 0.028) & (np.abs(z - 1.7415) < 0.011)
    return np.asarray((chart.head > 0.5) & (chart.eye < 0.5) & (y < -0.08) & band)


def _on_eyeballs(chart: Chart) -> Array:
    return chart.eye - 0.5


def _iris(radius_m: float) -> Field:
    """Discs on the front of the eyeballs, looking ahead."""

    def field(chart: Chart) -> Array:
        x, y, z = chart.points.T
        disc = radius_m - np.hypot(np.abs(x) - 0.0318, z - 1.7210)
        return np.where((chart.eye > 0.5) & (y < -0.130), disc, -radius_m)

    return field


def _below_upper_lip(chart: Chart) -> Array:
    x, _, z = chart.points.T
    # The cupid's bow: the upper edge dips in the middle.
    edge = np.interp(np.abs(x), [0, 0.006, 0.014, 0.021, 0.0265], [1.6578, 1.6588, 1.6560, 1.6522, 1.6485])
    return np.asarray(edge - z)


def _above_lower_lip(chart: Chart) -> Array:
    x, _, z = chart.points.T
    edge = np.interp(np.abs(x), [0, 0.008, 0.016, 0.022, 0.0265], [1.6372, 1.6378, 1.6405, 1.6448, 1.6485])
    return np.asarray(z - edge)


def _between_corners(chart: Chart) -> Array:
    """Metres inside the corners of the mouth, on the front of the face."""
    x, y, _ = chart.points.T
    return np.where((y < -0.132) & (chart.head > 0.5), 0.0262 - np.abs(x), -0.01)


def _brow(half_m: float) -> Field:
    """Arcs over the eyes, twice `half_m` high, thinning outwards."""

    def field(chart: Chart) -> Array:
        x, y, z = chart.points.T
        side = np.abs(x)
        middle = np.interp(side, [0.010, 0.022, 0.038, 0.050, 0.058], [1.7385, 1.7420, 1.7450, 1.7425, 1.7380])
        half = half_m * np.interp(side, [0.0, 0.009, 0.013, 0.040, 0.058, 0.07], [-4, 0, 1, 1, 0.15, -8])
        return np.where((y < -0.08) & (chart.head > 0.5) & (chart.eye < 0.5), half - np.abs(z - middle), -0.01)

    return field


def _lashes(chart: Chart) -> Array:
    """A thin line along the upper lid's edge."""
    x, y, z = chart.points.T
    side = (np.abs(x) - 0.0330) / 0.0128
    lid = 1.7206 + 0.0046 * np.sqrt(np.maximum(1 - side**2, 0))
    on_lid = (np.abs(side) < 1) & (y < -0.115) & (chart.head > 0.5) & (chart.eye < 0.5)
    return np.where(on_lid, 0.0011 - np.abs(z - lid), -0.01)
