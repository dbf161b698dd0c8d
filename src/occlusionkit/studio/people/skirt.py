"""Skirts: a bell around hips and legs that follows the thighs, with its folds and a lining."""

from __future__ import annotations

import numpy as np

from ...geometry import Array
from .color import linear_color
from .lofts import Loft, lid_faces, ring_faces, weights_near
from .tailor import Form, polar_profile, sample_profile, torso_polar
from .wardrobe import Bottom

_COLUMNS = 64
_FOLDS = 11
_INNER_SHADE = 0.5
WAIST_LEG = -0.36
# How far above the hem the lining closes the bell, on the leg's chart (0.18 is about 8 cm); no leg is needed above it.
LINING_LEG = 0.18


def skirt_of(form: Form, spec: Bottom, top: Array) -> Loft:
    """The skirt over a body whose upper layer is `top` (N, 3) m.

    Its weights are those of the legs around each point, averaged so widely that the front moves with both thighs: it
    opens with a stride, and lies on the lap of someone who sits.
    """
    turn = (np.arange(_COLUMNS) + 0.5) / _COLUMNS * 2 * np.pi
    bell, down = _bell(form, spec, top, turn)
    # The waistband turns inwards, so that one doesn't see past it into the bell; the hem turns in to a lining, which
    # closes the bell around the legs.
    lining_m = LINING_LEG * (form.height_of_leg(0) - form.height_of_leg(1))
    waistband = _narrowed(bell[0], 0.8, up_m=-0.01)
    inside, lining = _narrowed(bell[-1], 0.985, up_m=0.003), _narrowed(bell[-1], 0.9, up_m=lining_m)
    rings = [waistband, *bell, inside, lining]
    stack = np.concatenate(rings)
    vertices = np.concatenate([stack, lining.mean(axis=0)[None]])
    lid = lid_faces(np.arange(_COLUMNS) + len(stack) - _COLUMNS, len(stack), up=False)
    folds = [1 - 0.10 * share**1.5 * (1 - np.cos(_FOLDS * turn)) for share in down]
    folds[0] = 0.85 * folds[0]
    inner = np.full(_COLUMNS, _INNER_SHADE)
    shade = np.concatenate([inner, *folds, inner, inner, inner[:1]])
    return Loft(
        vertices=vertices,
        faces=np.concatenate([ring_faces(len(rings), _COLUMNS), lid]),
        weights=_leg_weights(form, vertices),
        colors=linear_color(spec.color) * shade[:, None],
        surface="skirt",
    )


def _bell(form: Form, spec: Bottom, top: Array, turn: Array) -> tuple[list[Array], Array]:
    """Rings (C, 3) m of the outside from waist to hem, in the directions `turn` (C,); how far down each is, 0..1."""
    waist_m, hem_m = form.height_of_leg(WAIST_LEG), form.height_of_leg(spec.hem)
    axis, angle = torso_polar(form)
    worn = np.where((form.chart.leg < 0)[:, None], top, form.vertices)
    around = (form.chart.limb < 0.5) & (form.chart.leg < 1.98) & (worn[:, 2] < waist_m + 0.03)
    radius = np.linalg.norm((worn - axis)[:, :2], axis=1)
    flare = 0.05 + 0.30 * spec.loose
    grid, first = polar_profile(-worn[around, 2], angle[around], radius[around], slack=-flare)
    by_height = np.argsort(axis[:, 2])
    down = np.linspace(0, 1, max(10, round((waist_m - hem_m) / 0.03)))
    rings = []
    for share in down:
        height = waist_m + share * (hem_m - waist_m)
        reach = sample_profile(grid, first, np.full(len(turn), -height), turn) + 0.014 + 0.006 * share
        # Folds grow from the hips to the hem.
        reach = reach * (1 + 0.05 * spec.loose * share**1.5 * np.cos(_FOLDS * turn))
        middle = np.interp(height, axis[by_height, 2], axis[by_height, 1])
        rings.append(
            np.stack([reach * np.cos(turn), middle + reach * np.sin(turn), np.full(len(turn), height)], axis=1)
        )
    return rings, down


def _narrowed(ring: Array, factor: float, *, up_m: float) -> Array:
    """A ring (C, 3) m drawn in towards its middle, and raised."""
    middle = ring.mean(axis=0)
    narrowed: Array = middle + (ring - middle) * factor + np.array([0.0, 0.0, up_m])
    return narrowed


def _leg_weights(form: Form, vertices: Array) -> Array:
    legs = (form.chart.limb < 0.5) & (form.chart.leg > -0.7) & (form.chart.leg < 1.9)
    return weights_near(vertices, form.vertices, form.anatomy.weights, sigma_m=0.05, among=legs, neighbors=300)
