"""Shapes that everyday things need beside those of rooms.shapes: turned on a lathe, swept along a path, draped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array
from ..rooms.shapes import Shape, grid_faces, smooth_normals


def lathe(profile: Array, *, sides: int = 28) -> Shape:
    """A profile (K, 2) of (radius, height) m, from the bottom up on the outside, turned about Z.

    Ends with radius 0 close the shape. Where a profile has a corner, give the point twice: it shades sharp there.
    uvs: metres around at the widest place, and along the profile.
    """
    profile = np.asarray(profile, np.float64)
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    rings = np.zeros((len(profile), sides + 1, 3))
    rings[..., :2] = profile[:, None, :1] * circle
    rings[..., 2] = profile[:, None, 1]
    step = np.diff(profile, axis=0)
    length = np.hypot(*step.T)
    outward = np.stack([step[:, 1], -step[:, 0]], axis=1) / np.maximum(length, 1e-12)[:, None]
    own = np.zeros_like(profile)
    own[:-1] += outward * (length > 1e-9)[:, None]
    own[1:] += outward * (length > 1e-9)[:, None]
    own /= np.maximum(np.hypot(*own.T), 1e-12)[:, None]
    normals = np.zeros_like(rings)
    normals[..., :2], normals[..., 2] = own[:, None, :1] * circle, own[:, None, 1]
    along = np.concatenate([[0.0], np.cumsum(length)])
    uvs = np.stack(np.broadcast_arrays(angle[None] * profile[:, 0].max(), along[:, None]), axis=-1)
    faces = grid_faces(len(profile), sides + 1)[:, ::-1]
    return _solid(rings, faces, normals, uvs)


def swept(path: Array, radii: Array, *, sides: int = 14, flat: float = 1.0, closed: bool = False) -> Shape:
    """A round bar along a path (K, 3) m with radii (K,) m, its ends cut off flat; flat: its height over its width.

    closed: the path ends where it begins (give the first point once). Its width lies in the path's own plane for
    paths that have one.
    """
    path, radii = np.asarray(path, np.float64), np.asarray(radii, np.float64)
    if closed:
        path, radii = np.concatenate([path, path[:1]]), np.concatenate([radii, radii[:1]])
        before, after = np.concatenate([path[-2:-1], path[:-1]]), np.concatenate([path[1:], path[1:2]])
        along = after - before
    else:
        along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(_plane_normal(path), along)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    above = np.cross(along, side)
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    cos, sin = np.cos(angle)[None, :, None], np.sin(angle)[None, :, None]
    rings = path[:, None] + radii[:, None, None] * (cos * side[:, None] + flat * sin * above[:, None])
    normals = cos * side[:, None] + sin * above[:, None] / flat
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    if not closed:
        # A lid on either end: the last ring again, and its middle, both looking along the path.
        ends = ((rings[:1], -along[0], path[0]), (rings[-1:], along[-1], path[-1]))
        first, last = ((np.concatenate([ring, np.broadcast_to(mid, ring.shape)]), look) for ring, look, mid in ends)
        rings = np.concatenate([first[0][::-1], rings, last[0]])
        looks = [np.broadcast_to(look, (2, sides + 1, 3)) for _, look in (first, last)]
        normals = np.concatenate([looks[0], normals, looks[1]])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(rings.mean(axis=1), axis=0), axis=1))])
    uvs = np.stack(np.broadcast_arrays(angle[None] * float(radii.max()), length[:, None]), axis=-1)
    return _solid(rings, grid_faces(len(rings), sides + 1)[:, ::-1], normals, uvs)


def _plane_normal(path: Array) -> Array:
    """(3,) the direction in which a path extends least."""
    _, _, axes = np.linalg.svd(path - path.mean(axis=0))
    normal: Array = axes[2]
    return normal if normal[int(np.argmax(np.abs(normal)))] > 0 else -normal


def sheet_of(grid: Array, *, thickness_m: float, double: bool = True) -> Shape:
    """A surface through a grid of points (R, C, 3) m with some thickness: cloth. Its front is where rows x columns
    points to; double: with a back and an edge."""
    rows, columns = grid.shape[:2]
    faces = grid_faces(rows, columns)
    front = grid.reshape(-1, 3)
    normals = smooth_normals(front, faces)
    uvs = np.stack(
        [
            np.concatenate(
                [np.zeros((rows, 1)), np.cumsum(np.linalg.norm(np.diff(grid, axis=1), axis=-1), axis=1)], axis=1
            ),
            np.concatenate([np.zeros((1, columns)), np.cumsum(np.linalg.norm(np.diff(grid, axis=0), axis=-1), axis=0)]),
        ],
        axis=-1,
    ).reshape(-1, 2)
    if not double:
        return Shape(front, faces, normals, uvs)
    back = front - thickness_m * normals
    count = len(front)
    number = np.arange(count).reshape(rows, columns)
    rim = np.concatenate([number[0], number[1:, -1], number[-1, -2::-1], number[-2:0:-1, 0]])
    after = np.roll(rim, -1)
    edge = np.concatenate(
        [np.stack([rim, after, after + count], axis=1), np.stack([rim, after + count, rim + count], axis=1)]
    )
    return Shape(
        np.concatenate([front, back]),
        np.concatenate([faces, faces[:, ::-1] + count, edge]),
        np.concatenate([normals, -normals]),
        np.concatenate([uvs, uvs]),
    )


def _solid(rings: Array, faces: NDArray[np.integer], normals: Array, uvs: Array) -> Shape:
    vertices = rings.reshape(-1, 3)
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    kept = np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-12
    return Shape(vertices, faces[kept], normals.reshape(-1, 3), uvs.reshape(-1, 2))
