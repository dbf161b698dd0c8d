"""Skirts: a bell around hips and legs that follows the thighs, with its folds and a lining."""

from __future__ import annotations

import numpy as np

from ...geometry import Array
from .color import linear_color
from .lofts import Loft, lid_faces, ring_faces, weights_near
from .tailor import Form, polar_profile, sample_profile, torso_polar
from .wardrobe import Bottom

_COLUMNS = 64
WAIST_LEG = -0.36
# How far above the hem the lining closes the bell, on the leg's chart (0.18 is about 8 cm); no leg is needed above it.
LINING_LEG = 0.18


def skirt_of(form: Form, spec: Bottom, top: Array) -> Loft:
    """The skirt over a body whose upper layer is `top` (N, 3) m.

    Its weights are those of the legs around each point, averaged so widely that the front moves with both thighs: it
    opens with a stride, and lies on the lap of someone who sits.
    """
    waist_m, hem_m = form.height_of_leg(WAIST_LEG), form.height_of_leg(spec.hem)
    axis, angle = torso_polar(form)
    heights = np.linspace(waist_m, hem_m, max(10, round((waist_m - hem_m) / 0.03)))
    worn = np.where((form.chart.leg < 0)[:, None], top, form.vertices)
    around = (form.chart.limb < 0.5) & (form.chart.leg < 1.98) & (worn[:, 2] < waist_m + 0.03)
    radius = np.linalg.norm((worn - axis)[:, :2], axis=1)
    flare = 0.05 + 0.30 * spec.loose
    grid, first = polar_profile(-worn[around, 2], angle[around], radius[around], slack=-flare)
    turn = (np.arange(_COLUMNS) + 0.5) / _COLUMNS * 2 * np.pi
    down = (waist_m - heights) / (waist_m - hem_m)
    center = np.interp(heights, *_sorted(axis[:, 2], axis[:, 1]))
    rings = []
    for height, share, middle in zip(heights, down, center, strict=True):
        reach = sample_profile(grid, first, np.full(_COLUMNS, -height), turn) + 0.014 + 0.006 * share
        # Folds grow from the hips to the hem.
        reach = reach * (1 + 0.05 * spec.loose * share**1.5 * np.cos(11 * turn))
        rings.append(np.stack([reach * np.cos(turn), middle + reach * np.sin(turn), np.full(_COLUMNS, height)], axis=1))
    outside = np.concatenate(rings)
    inside, lining = rings[-1].copy(), rings[-1].copy()
    middle = np.array([0.0, center[-1], 0.0])
    lining_m = hem_m + LINING_LEG * (form.height_of_leg(0) - form.height_of_leg(1))
    for ring, height, shrink in ((inside, hem_m + 0.003, 0.985), (lining, lining_m, 0.9)):
        ring[:] = middle + (ring - middle) * [shrink, shrink, 0] + [0, 0, height]
    # The waistband turns inwards, so that one doesn't see past it into the bell.
    waistband = rings[0].copy()
    waistband[:, :2] = [0, center[0]] + 0.8 * (waistband[:, :2] - [0, center[0]])
    waistband[:, 2] -= 0.01
    vertices = np.concatenate([waistband, outside, inside, lining, [[0, center[-1], lining_m]]])
    count = len(heights) + 1
    faces = np.concatenate(
        [
            ring_faces(count + 2, _COLUMNS),
            lid_faces(np.arange(_COLUMNS) + (count + 1) * _COLUMNS, len(vertices) - 1, up=False),
        ]
    )
    weights = _leg_weights(form, vertices)
    fold = np.concatenate([1 - 0.10 * share**1.5 * (1 - np.cos(11 * turn)) for share in down])
    fold[:_COLUMNS] *= 0.85
    lining_shade = np.full(2 * _COLUMNS + 1, 0.5)
    shade = np.concatenate([np.full(_COLUMNS, 0.5), fold, lining_shade])
    return Loft(
        vertices=vertices,
        faces=faces,
        weights=weights,
        colors=linear_color(spec.color) * shade[:, None],
        surface="skirt",
    )


def _leg_weights(form: Form, vertices: Array) -> Array:
    legs = (form.chart.limb < 0.5) & (form.chart.leg > -0.7) & (form.chart.leg < 1.9)
    return weights_near(vertices, form.vertices, form.anatomy.weights, sigma_m=0.05, among=legs, neighbors=300)


def _sorted(heights: Array, values: Array) -> tuple[Array, Array]:
    order = np.argsort(heights)
    return heights[order], values[order]
