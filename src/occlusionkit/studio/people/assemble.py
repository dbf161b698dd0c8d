"""Put a body together: painted pieces on their layers, rims where layers end, and lofts beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array
from .color import linear_color
from .lofts import Loft
from .paint import GONE, Region
from .parts import PARTS, SURFACES, dominant_parts
from .surface import Ints, Pieces

# How light the inner side of a hem is.
_INNER_SHADE = 0.45


@dataclass(frozen=True, eq=False)
class Parcel:
    """Vertices and faces that are ready to be joined with others.

    positions (n, 3) m;  faces (m, 3);  weights (n, B);  colors (n, 3) linear;  parts, surfaces (n,) ids;
    welds (n,): equal numbers share a normal.
    """

    positions: Array
    faces: Ints
    weights: Array
    colors: Array
    parts: Ints
    surfaces: Ints
    welds: Ints


@dataclass(frozen=True, eq=False)
class Layer:
    """Where the body's N vertices are on one layer, (N, 3) m, and how light it is there, (N,)."""

    positions: Array
    shade: Array


def joined(parcels: list[Parcel]) -> Parcel:
    """One parcel of several."""
    starts = np.cumsum([0, *(len(parcel.positions) for parcel in parcels)])
    return Parcel(
        positions=np.concatenate([parcel.positions for parcel in parcels]),
        faces=np.concatenate([parcel.faces + start for parcel, start in zip(parcels, starts, strict=False)]),
        weights=np.concatenate([parcel.weights for parcel in parcels]),
        colors=np.concatenate([parcel.colors for parcel in parcels]),
        parts=np.concatenate([parcel.parts for parcel in parcels]),
        surfaces=np.concatenate([parcel.surfaces for parcel in parcels]),
        welds=np.concatenate([parcel.welds + start for parcel, start in zip(parcels, starts, strict=False)]),
    )


def layered(
    pieces: Pieces, regions: tuple[Region, ...], layers: dict[str, Layer], weights: Array, bones: tuple[str, ...]
) -> Parcel:
    """The body's surface, every region on its own layer; points where regions meet are doubled to keep edges crisp.

    weights (N0, B) at the vertices that `pieces` is a mixture of. Regions on the layer GONE are left out.
    """
    kept = np.array([region.layer != GONE for region in regions])[pieces.labels]
    count = pieces.mix.shape[0]
    keys, faces = np.unique(pieces.faces[kept] + count * pieces.labels[kept, None], return_inverse=True)
    point, label = keys % count, keys // count
    names = sorted(layers)
    on = np.array([names.index(region.layer) if region.layer != GONE else -1 for region in regions])[label]
    positions, shade = np.zeros((len(keys), 3)), np.zeros(len(keys))
    for i, name in enumerate(names):
        positions[on == i] = (pieces.mix @ layers[name].positions)[point[on == i]]
        shade[on == i] = (pieces.mix @ layers[name].shade)[point[on == i]]
    color = np.array([linear_color(region.color) * region.shade for region in regions])
    return _parcel(
        positions=positions,
        faces=faces.reshape(-1, 3),
        weights=(pieces.mix @ weights)[point],
        colors=color[label] * shade[:, None],
        surfaces=np.array([SURFACES[region.surface] for region in regions])[label],
        weld_keys=point + count * on,
        bones=bones,
    )


def rims(
    pieces: Pieces,
    regions: tuple[Region, ...],
    layers: dict[str, Layer],
    weights: Array,
    bones: tuple[str, ...],
    *,
    order: tuple[str, ...],
) -> Parcel:
    """Strips from the edge of each layer down to the one below it, so that no gap opens at hems, cuffs and hairlines.

    order: the layers from the skin outwards. The strip has the outer one's colour, darker on its inner side.
    """
    count = pieces.mix.shape[0]
    rank = np.array([-1 if region.layer == GONE else order.index(region.layer) for region in regions])
    edges = pieces.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    own = np.repeat(pieces.labels, 3)
    beside = _across(edges, own, vertex_count=count)
    ends = (beside >= 0) & (rank[own] > rank[beside]) & (rank[own] > 0)
    edges, own, beside = edges[ends], own[ends], beside[ends]
    placed = np.stack([pieces.mix @ layers[name].positions for name in order])
    over, under = rank[own], np.maximum(rank[beside], 0)  # where nothing is left below, down to the skin that was there
    corners = [placed[rank_here, edges[:, end]] for rank_here in (over, under) for end in (0, 1)]
    color = np.array([linear_color(region.color) * region.shade for region in regions])[own]
    surface = np.array([SURFACES[region.surface] for region in regions])[own]
    # Corners in order: its two ends on the outer layer, then the same two on the inner one.
    first, second, third, fourth = (np.arange(len(edges)) + corner * len(edges) for corner in range(4))
    points = np.concatenate([edges[:, 0], edges[:, 1]] * 2)
    return _parcel(
        positions=np.concatenate(corners),
        faces=np.concatenate([np.stack([second, first, third], axis=1), np.stack([second, third, fourth], axis=1)]),
        weights=(pieces.mix @ weights)[points],
        colors=np.concatenate([color, color, _INNER_SHADE * color, _INNER_SHADE * color]),
        surfaces=np.tile(surface, 4),
        weld_keys=points + count * np.repeat([0, 1], 2 * len(edges)),
        bones=bones,
    )


def _across(edges: Ints, labels: Ints, *, vertex_count: int) -> Ints:
    """(E,) the label on the other side of each directed edge (E, 2) with its own label (E,); -1 where there is none."""
    there, back = edges[:, 0] * vertex_count + edges[:, 1], edges[:, 1] * vertex_count + edges[:, 0]
    by_key = np.argsort(there)
    found = np.minimum(np.searchsorted(there, back, sorter=by_key), len(edges) - 1)
    return np.where(there[by_key[found]] == back, labels[by_key[found]], -1)


def loft_parcel(loft: Loft, bones: tuple[str, ...]) -> Parcel:
    """A loft, ready to be joined."""
    parcel = _parcel(
        positions=loft.vertices,
        faces=loft.faces,
        weights=loft.weights,
        colors=loft.colors,
        surfaces=np.full(len(loft.vertices), SURFACES[loft.surface]),
        weld_keys=np.arange(len(loft.vertices)),
        bones=bones,
    )
    return parcel


def _parcel(
    *,
    positions: Array,
    faces: Ints,
    weights: Array,
    colors: Array,
    surfaces: NDArray[np.integer],
    weld_keys: NDArray[np.integer],
    bones: tuple[str, ...],
) -> Parcel:
    _, first, group = np.unique(weld_keys, return_index=True, return_inverse=True)
    parts = dominant_parts(weights, bones)
    return Parcel(
        positions=positions,
        faces=_with_main_part_last(faces, parts),
        weights=weights,
        colors=np.clip(colors, 0, 1),
        parts=np.where(surfaces == SURFACES["hair"], PARTS["hair"], parts).astype(np.int64),
        surfaces=surfaces.astype(np.int64),
        welds=first[group.ravel()],
    )


def _with_main_part_last(faces: Ints, parts: NDArray[np.integer]) -> Ints:
    """Turn faces on the border of two parts so that the last vertex, which names its part, is the majority's."""
    first, second, third = parts[faces].T
    turn = np.where((first == second) & (first != third), 1, 0)
    turned = np.stack([np.roll(faces, shift, axis=1) for shift in (0, 1)])
    return turned[turn, np.arange(len(faces))]
