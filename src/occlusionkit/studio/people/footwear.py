"""Shoes and boots: contour lines of the foot, taken from above, stacked from the sole to the collar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from ...geometry import Array
from .color import linear_color
from .lofts import Loft, hull_reach, lid_faces, ring_faces, weights_near
from .surface import Ints
from .tailor import Form
from .wardrobe import Shoes

_COLUMNS = 40
# How far a sole reaches below the foot, and how far up its edge is seen.
_SOLE_BELOW_M = 0.014
_SOLE_ABOVE_M = 0.012
# Up to here a foot narrows upwards, and its contours are nested; above, the leg is cut level.
_ANKLE_M = 0.1
# How far shoes stand off the foot, sideways and upwards.
_LEATHER_M = 0.006
_VAMP_M = 0.010


def collar_leg(shoes: Shoes) -> float:
    """Where the shoes end, on the leg's chart: just under the ankle, or up the shin for boots."""
    return 2.06 - 0.9 * shoes.shaft


def shoes_of(form: Form, shoes: Shoes) -> list[Loft]:
    """Both shoes, each an upper and a sole; the soles reach _SOLE_BELOW_M under the foot."""
    return [loft for sign in (1, -1) for loft in _shoe(form, shoes, sign)]


def _shoe(form: Form, shoes: Shoes, sign: int) -> tuple[Loft, Loft]:
    """The upper and the sole of the left (sign 1) or the right shoe."""
    side = (form.vertices[:, 0] * sign > 0) & (form.chart.leg > 0.8)
    edges = np.unique(np.sort(form.anatomy.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)
    edges = edges[side[edges].all(axis=1)]
    heading = _heading(form.vertices[side])

    def ring(z: float, foot_m: float, outset_m: float) -> Array:
        """The contour of the foot at foot_m, widened and put at height z."""
        outline = _outline(form.vertices, side, edges, foot_m)
        return np.column_stack([_around(outline, heading, outset_m), np.full(_COLUMNS, z)])

    collar_m = form.height_of_leg(collar_leg(shoes))
    heights = np.linspace(collar_m, _SOLE_ABOVE_M, max(8, round((collar_m - _SOLE_ABOVE_M) / 0.012)))
    rings = [ring(z, z, _LEATHER_M) for z in heights]
    # Inside the collar, a dark ring a little lower, closed by a lid through which the leg passes.
    mouth = rings[0].mean(axis=0) + 0.82 * (rings[0] - rings[0].mean(axis=0)) - np.array([0, 0, 0.006])
    upper = _closed(form, side, [mouth, *rings], lid_ring=0, color=shoes.color, surface="shoe")
    edge = ((_SOLE_ABOVE_M, 0.008), (-_SOLE_BELOW_M + 0.004, 0.007), (-_SOLE_BELOW_M, 0.001))
    sole_rings = [ring(z, _SOLE_ABOVE_M, outset_m) for z, outset_m in edge]
    return upper, _closed(form, side, sole_rings, lid_ring=-1, color=shoes.sole, surface="sole")


def _closed(
    form: Form, side: NDArray[np.bool_], rings: list[Array], *, lid_ring: int, color: str, surface: str
) -> Loft:
    """Rings from the top down, with a lid in the first (seen from above) or in the last (seen from below)."""
    stack = np.concatenate(rings)
    rim = np.arange(_COLUMNS) + (lid_ring % len(rings)) * _COLUMNS
    vertices = np.concatenate([stack, stack[rim].mean(axis=0)[None]])
    shade = np.ones(len(vertices))
    if lid_ring == 0:
        shade[[*rim, -1]] = 0.3  # it is dark inside a shoe
    return Loft(
        vertices=vertices,
        faces=np.concatenate([ring_faces(len(rings), _COLUMNS), lid_faces(rim, len(stack), up=lid_ring == 0)]),
        weights=weights_near(vertices, form.vertices, form.anatomy.weights, sigma_m=0.02, among=side),
        colors=linear_color(color) * shade[:, None],
        surface=surface,
    )


def _heading(foot: Array) -> Array:
    """(2,) unit: from heel to toes, seen from above."""
    low = foot[foot[:, 2] < _ANKLE_M / 2, :2]
    along: Array = np.linalg.svd(low - low.mean(axis=0), full_matrices=False)[2][0]
    return -along if along[1] > 0 else along


def _outline(vertices: Array, side: NDArray[np.bool_], edges: Ints, height_m: float) -> Array:
    """(n, 2) m: points whose hull is the contour of the foot at a height: of all that rises above it, up to the ankle.

    The foot counts as _VAMP_M higher than it is, so that the leather lies on the instep and not in it.
    """
    start, end = vertices[edges[:, 0]], vertices[edges[:, 1]]
    crossed = (start[:, 2] - height_m) * (end[:, 2] - height_m) < 0
    start, end = start[crossed], end[crossed]
    share = (height_m - start[:, 2]) / (end[:, 2] - start[:, 2])
    section = start + share[:, None] * (end - start)
    foot = vertices[side]
    above = foot[(foot[:, 2] > height_m - _VAMP_M) & (foot[:, 2] < _ANKLE_M)]
    return np.concatenate([section, above])[:, :2]


def _around(outline: Array, heading: Array, outset_m: float) -> Array:
    """(C, 2) m, counter-clockwise from the toes: the outline's hull, widened."""
    corners = outline[ConvexHull(outline).vertices]
    center = _area_centroid(corners)
    length, width = (np.abs((corners - center) @ axis).max() for axis in (heading, [-heading[1], heading[0]]))
    # More columns at heel and toes, where an outline that is longer than wide turns sharply.
    step = np.arange(_COLUMNS) / _COLUMNS * 2 * np.pi
    angles = np.arctan2(heading[1], heading[0]) + np.arctan2(width * np.sin(step), length * np.cos(step))
    reach = hull_reach(outline, center, angles) + outset_m
    ring: Array = center + reach[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return ring


def _area_centroid(corners: Array) -> Array:
    """(2,) the centre of a polygon's area; inside it where it is convex."""
    after = np.roll(corners, -1, axis=0)
    cross = corners[:, 0] * after[:, 1] - after[:, 0] * corners[:, 1]
    centroid: Array = ((corners + after) * cross[:, None]).sum(axis=0) / (3 * cross.sum())
    return centroid
