"""Plain shapes that a client can spawn: as in Unreal, 1 m across, about their own centre."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array
from ..world import Mesh

# Mid grey in linear light, like Unreal's default material.
ALBEDO = 0.5


def box_mesh(low: Array, high: Array) -> Mesh:
    """An axis-aligned box from (3,) m to (3,) m: 24 vertices, so that its sides are flat."""
    corners: list[Array] = []
    normals: list[Array] = []
    faces: list[tuple[int, int, int]] = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            # Seen from outside, (-,-) (+,-) (+,+) (-,+) runs counter-clockwise where u x v points out.
            quad = [(-1, -1), (1, -1), (1, 1), (-1, 1)] if side > 0 else [(-1, -1), (-1, 1), (1, 1), (1, -1)]
            first = len(corners)
            for along_u, along_v in quad:
                corner = np.empty(3)
                corner[[axis, u, v]] = side, along_u, along_v
                corners.append(corner)
                normals.append(np.eye(3)[axis] * side)
            faces += [(first, first + 1, first + 2), (first, first + 2, first + 3)]
    unit = np.array(corners)
    vertices = np.where(unit > 0, np.asarray(high), np.asarray(low))
    return plain_mesh(vertices, np.array(faces), np.array(normals))


@cache
def cube() -> Mesh:
    return box_mesh(np.full(3, -0.5), np.full(3, 0.5))


@cache
def sphere() -> Mesh:
    """48 x 24 quads; vertices on the sphere, so that its facets lie up to 2 mm inside."""
    columns, rows = 48, 24
    theta = np.linspace(0, np.pi, rows + 1)[:, None]
    phi = np.linspace(0, 2 * np.pi, columns + 1)[None, :]
    normals = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta) + 0 * phi], axis=-1)
    index = np.arange((rows + 1) * (columns + 1)).reshape(rows + 1, columns + 1)
    a, b, c, d = (part.ravel() for part in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
    # At the poles one triangle of each quad has no area.
    faces = np.concatenate([np.stack([a, b, c], axis=1)[: -columns or None], np.stack([a, c, d], axis=1)[columns:]])
    return plain_mesh(normals.reshape(-1, 3) / 2, faces, normals.reshape(-1, 3))


def plain_mesh(vertices: Array, faces: NDArray[np.integer], normals: Array) -> Mesh:
    """A grey mesh without texture."""
    count = len(vertices)
    return Mesh(
        vertices=vertices.astype(np.float32),
        faces=faces.astype(np.int32),
        normals=normals.astype(np.float32),
        uvs=vertices[:, :2].astype(np.float32),
        colors=np.full((count, 3), ALBEDO, dtype=np.float32),
        parts=np.zeros(count, dtype=np.int32),
    )


SHAPES: dict[str, Callable[[], Mesh]] = {"Cube": cube, "Sphere": sphere}
