"""Triangle surfaces: cutting along the zero line of a field, smoothing, and what lies around a vertex."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...geometry import Array

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pieces:
    """A base mesh, cut into labelled pieces.

    faces (M, 3) int;  labels (M,) int, one per face;  mix (N, N0) sparse, rows that sum to 1: what each vertex is made
    of. Anything known at the N0 base vertices is known here: `mix @ values`.
    """

    faces: Ints
    labels: Ints
    mix: sparse.csr_matrix


def whole(faces: Ints, *, vertex_count: int) -> Pieces:
    """The uncut mesh, all of it labelled 0."""
    return Pieces(
        faces=np.asarray(faces, np.int64),
        labels=np.zeros(len(faces), np.int64),
        mix=sparse.identity(vertex_count, format="csr"),
    )


def carve(pieces: Pieces, fields: Array, *, label: int, among: tuple[int, ...]) -> Pieces:
    """Cut along the zero lines of fields, and give the label to what is positive in all of them.

    fields (K, N) at the vertices of `pieces`, taken as linear along edges.  among: only faces with one of these labels
    change theirs. An edge is split for both of its faces, so a closed surface stays closed.
    """
    values = np.asarray(fields, np.float64)
    if values.ndim != 2 or values.shape[1] != pieces.mix.shape[0]:
        raise ValueError(f"fields: expected (K, {pieces.mix.shape[0]}), one value per vertex, found {values.shape}")
    for k in range(len(values)):
        matters = np.isin(pieces.labels, among) & (values[:, pieces.faces].max(axis=2) > 0).all(axis=0)
        pieces, carry = _cut(pieces, values[k], matters)
        values = (carry @ values.T).T
    inside = np.isin(pieces.labels, among) & (values[:, pieces.faces].sum(axis=2) > 0).all(axis=0)
    return replace(pieces, labels=np.where(inside, label, pieces.labels))


def refine(pieces: Pieces, chosen: NDArray[np.bool_]) -> Pieces:
    """Quarter the chosen faces (M,), in their planes; neighbours are split along, so a closed surface stays closed."""
    edges = _edges(pieces.faces[chosen])
    return _split_edges(pieces, edges, np.full(len(edges), 0.5))[0]


def _cut(pieces: Pieces, values: Array, matters: NDArray[np.bool_]) -> tuple[Pieces, sparse.csr_matrix]:
    """Split every edge that the zero line of values (N,) crosses on a face that matters; see `_split_edges`."""
    edges = _edges(pieces.faces[matters])
    start, end = values[edges].T
    crossed = start * end < 0
    return _split_edges(pieces, edges[crossed], (start / np.where(crossed, start - end, 1))[crossed])


def _edges(faces: Ints) -> Ints:
    """(E, 2) every edge once, lower vertex first, in order."""
    return np.unique(np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)


def _split_edges(pieces: Pieces, edges: Ints, share: Array) -> tuple[Pieces, sparse.csr_matrix]:
    """Put a vertex on each of these edges (E, 2), at a share (E,) of the way to its second end.

    Returns the pieces and the operator (N', N) that carries what is known at the old vertices to the new ones.
    """
    count, new = pieces.mix.shape[0], np.arange(len(edges))
    between = sparse.csr_matrix(
        (np.stack([1 - share, share], axis=1).ravel(), (np.repeat(new, 2), edges.ravel())), shape=(len(edges), count)
    )
    carry = sparse.vstack([sparse.identity(count), between], format="csr")
    middle = {(int(a), int(b)): count + i for i, (a, b) in enumerate(edges)}
    touched = np.isin(pieces.faces, edges).sum(axis=1) >= 2
    split = [_split((int(a), int(b), int(c)), middle) for a, b, c in pieces.faces[touched]]
    triangles = np.array([triangle for face in split for triangle in face], np.int64).reshape(-1, 3)
    labels = np.repeat(pieces.labels[touched], [len(face) for face in split])
    result = Pieces(
        faces=np.concatenate([pieces.faces[~touched], triangles]),
        labels=np.concatenate([pieces.labels[~touched], labels]),
        mix=carry @ pieces.mix,
    )
    return result, carry


def _split(face: tuple[int, int, int], middle: dict[tuple[int, int], int]) -> list[tuple[int, int, int]]:
    """The one to four triangles of a face, some of whose edges have a vertex in the middle."""
    halves = [middle.get((min(face[i], face[i - 2]), max(face[i], face[i - 2]))) for i in range(3)]  # of edge i, i + 1
    present = [i for i in range(3) if halves[i] is not None]
    if not present:
        return [face]
    if len(present) == 1:
        a, b, c = (face[(present[0] + i) % 3] for i in range(3))
        ab = middle[min(a, b), max(a, b)]
        return [(a, ab, c), (ab, b, c)]
    # Turn the face so that the edges at its first vertex are halved.
    first = next(i for i in range(3) if halves[i] is not None and halves[i - 1] is not None)
    a, b, c = (face[(first + i) % 3] for i in range(3))
    ab, ca = middle[min(a, b), max(a, b)], middle[min(a, c), max(a, c)]
    if len(present) == 2:
        return [(a, ab, ca), (ab, b, c), (ab, c, ca)]
    bc = middle[min(b, c), max(b, c)]
    return [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]


def vertex_normals(vertices: Array, faces: Ints) -> Array:
    """(N, 3) unit, area-weighted; 0 where a vertex has no face."""
    first, second, third = (vertices[faces[:, corner]] for corner in range(3))
    area = np.cross(second - first, third - first)
    total = np.stack(
        [np.bincount(faces.ravel(), np.repeat(area[:, axis], 3), len(vertices)) for axis in range(3)], axis=1
    )
    unit: Array = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
    return unit


def smoother(faces: Ints, *, vertex_count: int) -> sparse.csr_matrix:
    """(N, N): each vertex becomes the mean of itself and its neighbours. Apply it k times to smooth more."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    edges = np.unique(np.concatenate([edges, edges[:, ::-1]]), axis=0)
    ones = sparse.csr_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(vertex_count, vertex_count))
    ones = ones + sparse.identity(vertex_count, format="csr")
    return sparse.diags(1 / np.asarray(ones.sum(axis=1)).ravel()) @ ones
