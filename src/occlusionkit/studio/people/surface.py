"""Triangle surfaces: cutting along the zero line of a field, smoothing, and what lies around a vertex."""

from __future__ import annotations

from dataclasses import dataclass

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


def cut(pieces: Pieces, field: Array, *, label: int, among: tuple[int, ...] | None = None) -> Pieces:
    """Cut along field = 0 and give the label to the side where it is positive.

    field (N,) at the vertices of `pieces`, taken as linear along edges. among: only faces with one of these labels
    change theirs (the cut goes through all, so that no edge is open). A surface without a crossing is left as it is.
    """
    values = np.asarray(field, np.float64)
    if values.shape != (pieces.mix.shape[0],):
        raise ValueError(f"field: expected one value for each of {pieces.mix.shape[0]} vertices, found {values.shape}")
    sign = np.sign(values).astype(np.int64)
    corners = sign[pieces.faces]
    crossed = (corners.min(axis=1) < 0) & (corners.max(axis=1) > 0)
    edges = np.sort(pieces.faces[crossed][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    edges = np.unique(edges[sign[edges[:, 0]] * sign[edges[:, 1]] < 0], axis=0)
    share = values[edges[:, 0]] / (values[edges[:, 0]] - values[edges[:, 1]])
    count = len(values)
    middle = {(int(a), int(b)): count + i for i, (a, b) in enumerate(edges)}
    mix = sparse.vstack(
        [
            pieces.mix,
            sparse.diags(1 - share) @ pieces.mix[edges[:, 0]] + sparse.diags(share) @ pieces.mix[edges[:, 1]],
        ],
        format="csr",
    )
    kept = ~crossed
    new_faces, new_labels = [pieces.faces[kept]], [pieces.labels[kept]]
    for face, old in zip(pieces.faces[crossed], pieces.labels[crossed], strict=True):
        triangles = _split(face, sign, middle)
        new_faces.append(np.array(triangles, np.int64))
        new_labels.append(np.full(len(triangles), old))
    faces, labels = np.concatenate(new_faces), np.concatenate(new_labels)
    extended = np.concatenate([values, np.zeros(len(edges))])
    inside = extended[faces].sum(axis=1) > 0
    if among is not None:
        inside &= np.isin(labels, among)
    return Pieces(faces=faces, labels=np.where(inside, label, labels), mix=mix)


def _split(face: Ints, sign: Ints, middle: dict[tuple[int, int], int]) -> list[tuple[int, int, int]]:
    """The two or three triangles of a face that the zero line crosses."""

    def between(first: int, second: int) -> int:
        return middle[min(first, second), max(first, second)]

    # Turn the face so that a is the vertex alone on its side, or, where one vertex is on the line, that one.
    a, b, c = (int(vertex) for vertex in face)
    signs = [int(sign[vertex]) for vertex in (a, b, c)]
    alone = signs.index(0) if 0 in signs else next(i for i in range(3) if signs.count(signs[i]) == 1)
    a, b, c = (a, b, c)[alone:] + (a, b, c)[:alone]
    if 0 in signs:
        bc = between(b, c)
        return [(a, b, bc), (a, bc, c)]
    ab, ca = between(a, b), between(c, a)
    return [(a, ab, ca), (ab, b, c), (ab, c, ca)]


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
