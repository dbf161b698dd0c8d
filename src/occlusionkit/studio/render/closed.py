"""Which meshes are closed: of those, nobody outside ever sees a face from behind, so half of them need no drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .batch import Batch

# Vertices this near to each other are one: faces have their own for sharp edges.
WELD_M = 1e-4


def is_closed(positions: NDArray[np.floating], faces: NDArray[np.integer]) -> bool:
    """Whether faces (M, 3) enclose their insides: each edge is there once in either direction (or as often), and every
    connected piece has its faces outward. positions (N, 3) m."""
    corners = _weld(positions)[faces]
    a, b, c = corners.T
    has_area = (a != b) & (b != c) & (c != a)
    corners = corners[has_area]
    if not len(corners):
        return False
    edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]).astype(np.int64)
    span = int(edges.max()) + 1
    forth, back = edges[:, 0] * span + edges[:, 1], edges[:, 1] * span + edges[:, 0]
    if not np.array_equal(np.sort(forth), np.sort(back)):
        return False
    graph = coo_array((np.ones(len(edges), np.int8), (edges[:, 0], edges[:, 1])), shape=(span, span))
    pieces = connected_components(graph, directed=False)[1]
    first, second, third = (positions[faces[has_area, corner]].astype(np.float64) for corner in range(3))
    volumes = np.bincount(pieces[corners[:, 0]], np.einsum("ij,ij->i", first, np.cross(second, third)))
    present = np.bincount(pieces[corners[:, 0]]) > 0
    return bool((volumes[present] > 0).all())


def _weld(positions: NDArray[np.floating]) -> NDArray[np.int64]:
    """(N, 3) -> (N,): one number for all vertices of one place."""
    cells = np.round((positions - positions.min(axis=0)) / WELD_M).astype(np.int64)
    x, y, z = cells.T
    key = (x * (y.max() + 1) + y) * (z.max() + 1) + z
    return np.unique(key, return_inverse=True)[1].astype(np.int64)


def closed_items(batch: Batch) -> NDArray[np.bool_]:
    """(I,): which items of a batch are closed."""
    spans = zip(
        batch.first_face[:-1], batch.first_face[1:], batch.first_vertex[:-1], batch.first_vertex[1:], strict=True
    )
    return np.array([is_closed(batch.positions[v:w], batch.faces[f:g] - v) for f, g, v, w in spans], dtype=bool)
