"""Painting regions on the body's surface, as fields on its chart that are cut into the mesh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...geometry import Array
from .chart import Chart
from .surface import Pieces, carve

Field = Callable[[Chart], Array]

# The layer of what is left out: skin that nobody will see.
GONE = "gone"


@dataclass(frozen=True)
class Region:
    """surface: a name in SURFACES.  layer: which layer of the body carries it, or GONE.
    color: sRGB.  shade multiplies it, in linear light."""

    surface: str
    layer: str
    color: str
    shade: float = 1.0


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
