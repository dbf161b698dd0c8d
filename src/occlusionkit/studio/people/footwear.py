"""Shoes and boots: contour lines of the foot, taken from above, stacked from the sole to the collar."""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull

from ...geometry import Array
from .color import linear_color
from .lofts import Loft, hull_reach, lid_faces, ring_faces, weights_near
from .tailor import Form
from .wardrobe import Shoes

_COLUMNS = 40
# Thickness of the sole below the foot, and of its visible edge.
_SOLE_BELOW_M = 0.014
_SOLE_ABOVE_M = 0.012
_ANKLE_M = 0.1


def collar_leg(shoes: Shoes) -> float:
    """Where the shoes end, on the leg's chart: just under the ankle, or up the shin for boots."""
    return 2.06 - 0.9 * shoes.shaft


def shoes_of(form: Form, shoes: Shoes) -> list[Loft]:
    """Both shoes, each an upper and a sole; the soles reach _SOLE_BELOW_M under the foot."""
    return [loft for sign in (1, -1) for loft in _shoe(form, shoes, sign)]


def _shoe(form: Form, shoes: Shoes, sign: int) -> list[Loft]:
    points = form.vertices
    side = (points[:, 0] * sign > 0) & (form.chart.leg > 0.8)
    collar_m = form.height_of_leg(collar_leg(shoes))
    foot = points[side]
    low = [-_SOLE_BELOW_M, -_SOLE_BELOW_M + 0.004, _SOLE_ABOVE_M]
    heights = np.linspace(_SOLE_ABOVE_M, collar_m, max(8, round((collar_m - _SOLE_ABOVE_M) / 0.012)))
    sole = [_contour(foot, max(z, 0.0), outset) for z, outset in zip(low, (0.001, 0.007, 0.008), strict=True)]
    upper = [_contour(foot, z, 0.006) for z in heights]
    parts = []
    for rings, levels, surface, color in (
        (sole, np.array(low), "sole", shoes.sole),
        (upper, heights, "shoe", shoes.color),
    ):
        stack = np.concatenate(
            [np.column_stack([ring, np.full(_COLUMNS, z)]) for ring, z in zip(rings[::-1], levels[::-1], strict=True)]
        )
        stack, shades = _with_mouth(stack, collar_m) if surface == "shoe" else (stack, np.ones(len(stack)))
        faces = ring_faces(len(stack) // _COLUMNS, _COLUMNS)
        # The rings run from the top down; a sole is closed below, an upper inside its collar.
        rim = np.arange(_COLUMNS) + (0 if surface == "shoe" else len(stack) - _COLUMNS)
        middle = stack[rim].mean(axis=0) - [0, 0, 0.01 if surface == "shoe" else 0]
        faces = np.concatenate([faces, lid_faces(rim, len(stack), up=surface == "shoe")])
        vertices = np.concatenate([stack, middle[None]])
        parts.append(
            Loft(
                vertices=vertices,
                faces=faces,
                weights=weights_near(vertices, points, form.anatomy.weights, sigma_m=0.02, among=side),
                colors=linear_color(color) * np.append(shades, 0.3)[:, None],
                surface=surface,
            )
        )
    return parts


def _with_mouth(stack: Array, collar_m: float) -> tuple[Array, Array]:
    """Add a dark ring inside the collar, a little lower. Returns the rings and a shade for each vertex."""
    top = stack[:_COLUMNS]
    inner = top.mean(axis=0) + (top - top.mean(axis=0)) * 0.82
    inner[:, 2] = collar_m - 0.006
    return np.concatenate([inner, stack]), np.append(np.full(_COLUMNS, 0.3), np.ones(len(stack)))


def _contour(foot: Array, height_m: float, outset_m: float) -> Array:
    """(C, 2) m, counter-clockwise: the outline, seen from above, of what rises above a height.

    Above the ankle, where the leg widens again, it is the outline of the leg around that height.
    """
    below_m = np.interp(height_m, [0.05, _ANKLE_M], [0.010, 0.02])
    above = (foot[:, 2] >= height_m - below_m) & (foot[:, 2] < max(height_m, _ANKLE_M) + 0.02)
    outline = foot[above, :2]
    corners = outline[ConvexHull(outline).vertices]
    center = _area_centroid(corners)
    spread = corners - center
    # More columns where an outline that is longer than wide turns sharply.
    axes = np.linalg.svd(spread - spread.mean(axis=0), full_matrices=False)
    long_axis = axes[2][0] * np.sign(axes[2][0] @ [0.0, -1.0])
    turn = np.arctan2(long_axis[1], long_axis[0])
    length, width = (np.abs(spread @ axis).max() for axis in (long_axis, [-long_axis[1], long_axis[0]]))
    step = np.arange(_COLUMNS) / _COLUMNS * 2 * np.pi
    angles = turn + np.arctan2(width * np.sin(step), length * np.cos(step))
    reach = hull_reach(outline, center, angles) + outset_m
    ring: Array = center + reach[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return ring


def _area_centroid(corners: Array) -> Array:
    """(2,) the centre of a polygon's area; inside it where it is convex."""
    after = np.roll(corners, -1, axis=0)
    cross = corners[:, 0] * after[:, 1] - after[:, 0] * corners[:, 1]
    centroid: Array = ((corners + after) * cross[:, None]).sum(axis=0) / (3 * cross.sum())
    return centroid
