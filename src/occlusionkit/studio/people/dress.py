"""From a specification to a dressed body."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ...geometry import Array
from ..rig import Rig
from .anatomy import Anatomy
from .assemble import Layer, Parcel, joined, layered, loft_parcel, rims
from .body import Body
from .chart import Chart, chart_of
from .face import fine_face, head_strokes
from .footwear import shoes_of
from .hair import beard_layer, hair_layer, hair_lofts
from .outfit import clothes_strokes
from .paint import Region, paint
from .skirt import skirt_of
from .surface import Pieces, smoother, whole
from .tailor import (
    Form,
    blur_of,
    drape,
    form_of,
    hung_along_arms,
    hung_along_legs,
    hung_from_shoulders,
    ruffled,
    softened,
)
from .wardrobe import Bottom, PersonSpec, Top

# Weights below this move nothing by more than a hundredth of a millimetre.
_LEAST_WEIGHT = 1e-5


@dataclass(frozen=True, eq=False)
class Workshop:
    """What all people share while they are dressed: the body's template and what was measured on it once.

    pieces: its surface, nothing cut from it yet, but fine enough for a face to be drawn.
    """

    anatomy: Anatomy
    chart: Chart
    pieces: Pieces
    smooth: sparse.csr_matrix
    blur: sparse.csr_matrix


def workshop_of(anatomy: Anatomy) -> Workshop:
    """Measure the template."""
    chart = chart_of(anatomy)
    smooth = smoother(anatomy.faces, vertex_count=len(chart.points))
    return Workshop(
        anatomy=anatomy,
        chart=chart,
        pieces=fine_face(whole(anatomy.faces, vertex_count=len(chart.points)), chart),
        smooth=smooth,
        blur=blur_of(anatomy, chart),
    )


def dress(workshop: Workshop, spec: PersonSpec) -> Body:
    """The person of this specification, standing in their shoes on z = 0. Equal specifications give equal bodies."""
    anatomy = workshop.anatomy
    figure = anatomy.figure(spec.shape)
    form = form_of(anatomy, figure, workshop.chart, smooth=workshop.smooth, blur=workshop.blur)
    rng = np.random.default_rng(spec.subject)
    top, bottom = _top_layer(form, spec.top, rng), _bottom_layer(form, spec.bottom, rng)
    hair = hair_layer(form, spec.hair, rng)
    positions = {
        "skin": form.vertices,
        "sock": form.vertices + 0.002 * form.normals,
        "beard": beard_layer(form, spec.hair),
        "bottom": bottom,
        "top": top,
        "hair": hair,
    }
    layers = {name: Layer(positions=at, shade=_shade(form, at, name)) for name, at in positions.items()}
    pieces, regions = paint(
        workshop.pieces,
        replace(form.chart, top_leg=form.leg_at_height(top[:, 2]), bottom_leg=form.leg_at_height(bottom[:, 2])),
        Region("skin", "skin", spec.skin),
        [*head_strokes(spec), *clothes_strokes(spec)],
    )
    outwards = ("top", "bottom") if spec.top.hem == 0 else ("bottom", "top")
    lofts = [*shoes_of(form, spec.shoes), *hair_lofts(form, spec.hair, hair, rng)]
    if spec.bottom.kind == "skirt":
        lofts.append(skirt_of(form, spec.bottom, top))
    whole_body = joined(
        [
            layered(pieces, regions, layers, anatomy.weights, anatomy.bones),
            rims(
                pieces,
                regions,
                layers,
                anatomy.weights,
                anatomy.bones,
                order=("skin", "sock", "beard", *outwards, "hair"),
            ),
            *(loft_parcel(loft, anatomy.bones) for loft in lofts),
        ]
    )
    return _body(anatomy, spec, whole_body, heads=figure.heads, height_m=figure.height_m)


def _top_layer(form: Form, top: Top, rng: np.random.Generator) -> Array:
    """Cloth hung from the shoulders and along the arms, smoothed, with folds where it is wide."""
    form = softened(form)
    hung = hung_from_shoulders(form, slack=0.9 * (1 - top.loose) ** 2)
    sleeves = hung_along_arms(form, slack=0.12 * (1 - top.loose) ** 2)
    start = np.where(form.chart.limb[:, None] > 0.5, sleeves, hung)
    layer = drape(form, start, thickness_m=0.008 + 0.010 * top.loose, steps=12)
    return ruffled(form, layer, depth_m=0.008 * top.loose, length_m=0.12, rng=rng)


def _bottom_layer(form: Form, bottom: Bottom, rng: np.random.Generator) -> Array:
    form = softened(form)
    hung = hung_along_legs(form, slack=0.16 * (1 - bottom.loose) ** 2)
    layer = drape(form, hung, thickness_m=0.005 + 0.009 * bottom.loose, steps=10)
    return ruffled(form, layer, depth_m=0.007 * bottom.loose, length_m=0.10, rng=rng)


def _shade(form: Form, layer: Array, name: str) -> Array:
    """(N,) how light a layer is: darker in hollows, where less light comes in; skin a little uneven."""
    around, shade = layer, np.ones(len(layer))
    # Cloth is thick: it shows its folds, but no creases.
    strength = 0.5 if name in ("top", "bottom") else 1.0
    # Creases first, then the wider hollows of eyes and ears: smoothing steps, the depth that counts, its share.
    for steps, depth_m, share in ((2, 0.0012, 0.22 * strength), (6, 0.004, 0.10 * strength)):
        for _ in range(steps):
            around = form.smooth @ around
        hollow = np.einsum("ij,ij->i", around - layer, form.normals) / depth_m
        shade = shade - share * np.clip(hollow, -0.6, 1.0)
    if name in ("hair", "beard"):
        # Locks: every vertex a little lighter or darker, the same on each head.
        shade = shade * np.random.default_rng(0).uniform(0.8, 1.2, len(shade))
    if name == "skin":
        points = form.chart.points
        shade = shade * (1 + 0.03 * np.sin(points @ [61.0, 43.0, 53.0]) * np.sin(points @ [-37.0, 71.0, 29.0]))
    return shade


def _body(anatomy: Anatomy, spec: PersonSpec, parcel: Parcel, *, heads: Array, height_m: float) -> Body:
    """Put the soles on the floor and drop what weighs nothing."""
    floor = np.array([0.0, 0.0, parcel.positions[:, 2].min()])
    weights = np.where(parcel.weights < _LEAST_WEIGHT, 0, parcel.weights)
    weights /= weights.sum(axis=1, keepdims=True)
    return Body(
        name=spec.name,
        subject=spec.subject,
        description=spec.description,
        height_m=height_m,
        rig=Rig(names=anatomy.bones, parents=anatomy.parents, rest_heads=heads - floor),
        rest_vertices=(parcel.positions - floor).astype(np.float32),
        faces=parcel.faces.astype(np.int32),
        weights=sparse.csr_matrix(weights.astype(np.float32)),
        colors=parcel.colors.astype(np.float32),
        parts=parcel.parts.astype(np.int32),
        surfaces=parcel.surfaces.astype(np.int32),
        welds=parcel.welds.astype(np.int32),
    )
