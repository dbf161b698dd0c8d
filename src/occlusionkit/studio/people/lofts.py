"""Things that are not a layer of the body: skirts, shoes, hanging hair. Rings of points, with weights of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import ConvexHull, cKDTree

from ...geometry import Array
from .surface import Ints


@dataclass(frozen=True, eq=False)
class Loft:
    """One separate piece: vertices (n, 3) m, faces (m, 3), weights (n, B) whose rows sum to 1, colors (n, 3) linear.

    surface: a name in SURFACES.  part: a name in PARTS, or None for that of the bones that move each vertex.
    """

    vertices: Array
    faces: Ints
    weights: Array
    colors: Array
    surface: str
    part: str | None = None


def ring_faces(rings: int, columns: int, *, closed: bool = True) -> Ints:
    """Faces (m, 3) between rings of points in order of ring, then column.

    They look outwards where rings follow each other downwards and columns run counter-clockwise seen from above.
    """
    ring, column = np.meshgrid(np.arange(rings - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    beside = (column + 1) % columns
    a, b = ring * columns + column, (ring + 1) * columns + column
    c, d = (ring + 1) * columns + beside, ring * columns + beside
    return np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3)


def lid_faces(rim: Ints, middle: int, *, up: bool) -> Ints:
    """A fan from a rim (counter-clockwise seen from above) to a middle vertex, seen from above or from below."""
    after = np.roll(rim, -1)
    fan = np.stack([rim, after, np.full(len(rim), middle)], axis=1)
    return fan if up else fan[:, ::-1]


def weights_near(
    points: Array, vertices: Array, weights: Array, *, sigma_m: float, among: NDArray[np.bool_], neighbors: int = 40
) -> Array:
    """(n, B): the mean skinning weights of the vertices around each point, weighted by a Gaussian of their distance."""
    chosen = np.flatnonzero(among)
    distance, index = cKDTree(vertices[chosen]).query(points, k=neighbors)
    # Relative to the nearest: a point far from everything still gets its nearest vertices' weights.
    influence = np.exp(-0.5 * (distance**2 - distance[:, :1] ** 2) / sigma_m**2)
    influence /= influence.sum(axis=1, keepdims=True)
    starts = np.arange(len(points) + 1) * neighbors
    mean = sparse.csr_matrix((influence.ravel(), chosen[index].ravel(), starts), shape=(len(points), len(vertices)))
    near: Array = mean @ weights
    return near


def hull_reach(outline: Array, center: Array, angles: Array) -> Array:
    """(A,) m: how far the convex hull of points (n, 2) reaches from a center inside it, in each direction (rad)."""
    hull = ConvexHull(outline)
    normals, offsets = hull.equations[:, :2], hull.equations[:, 2]
    inside = -(normals @ center + offsets)
    if (inside <= 0).any():
        raise ValueError(f"hull_reach: center {center.tolist()} lies outside the outline")
    along = np.stack([np.cos(angles), np.sin(angles)], axis=1) @ normals.T
    reach: Array = np.where(along > 1e-9, inside / np.maximum(along, 1e-9), np.inf).min(axis=1)
    return reach
