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
    rank = np.array([-1 if region.layer == GONE else order.index(region.layer) for region in regions])[pieces.labels]
    edges = pieces.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    face = np.repeat(np.arange(len(pieces.faces)), 3)
    beside = {(int(a), int(b)): int(f) for (a, b), f in zip(edges, face, strict=True)}
    other = np.array([beside.get((int(b), int(a)), -1) for a, b in edges])
    outer = np.flatnonzero((other >= 0) & (rank[face] > rank[other]) & (rank[face] > 0))
    placed = {name: pieces.mix @ layer.positions for name, layer in layers.items()}
    color = np.array([linear_color(region.color) * region.shade for region in regions])
    surface = np.array([SURFACES[region.surface] for region in regions])
    mixed = pieces.mix @ weights
    positions, points, colors, surfaces, keys = [], [], [], [], []
    count = pieces.mix.shape[0]
    for edge in outer:
        a, b = (int(vertex) for vertex in edges[edge])
        own, below = pieces.labels[face[edge]], pieces.labels[other[edge]]
        over = placed[regions[own].layer]
        # Where nothing is left below, the strip reaches to the bare body: it was there.
        under = placed["skin" if regions[below].layer == GONE else regions[below].layer]
        positions += [over[a], over[b], under[a], under[b]]
        points += [a, b, a, b]
        colors += [color[own], color[own], 0.3 * color[own], 0.3 * color[own]]
        surfaces += [surface[own]] * 4
        keys += [a, b, a + count, b + count]
    start = 4 * np.arange(len(outer))[:, None]
    faces = np.concatenate([start + np.array(turn) for turn in ((1, 0, 2), (1, 2, 3))])
    return _parcel(
        positions=np.array(positions).reshape(-1, 3),
        faces=faces,
        weights=mixed[np.array(points, int)],
        colors=np.array(colors).reshape(-1, 3),
        surfaces=np.array(surfaces, int),
        weld_keys=np.array(keys, int),
        bones=bones,
    )


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
