"""Closed triangle shapes that furniture is built from, in metres.

Every shape is watertight once vertices at one place are welded, and its faces are counter-clockwise from outside.
Vertices are doubled where the surface has an edge, so that flat faces shade flat. uvs are metres along the surface,
counted from the shape's own frame, so that parts of one piece of furniture show different stretches of a texture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array

Vector = Sequence[float] | Array
AXES = {"x": 0, "y": 1, "z": 2}


@dataclass(frozen=True, eq=False)
class Shape:
    """vertices (N, 3) m, faces (M, 3), normals (N, 3) unit, uvs (N, 2) m."""

    vertices: Array
    faces: NDArray[np.integer]
    normals: Array
    uvs: Array

    def moved(self, by: Vector) -> Shape:
        return Shape(self.vertices + np.asarray(by), self.faces, self.normals, self.uvs)

    def turned(self, axis: str, degrees: float, *, about: Vector = (0.0, 0.0, 0.0)) -> Shape:
        """Turned about an axis ("x", "y", "z") through `about`, counter-clockwise seen against the axis."""
        first, second = (AXES[axis] + 1) % 3, (AXES[axis] + 2) % 3
        cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        turn = np.eye(3)
        turn[first, first], turn[first, second], turn[second, first], turn[second, second] = cos, -sin, sin, cos
        return self.rotated(turn, about=about)

    def rotated(self, rotation: Array, *, about: Vector = (0.0, 0.0, 0.0)) -> Shape:
        center = np.asarray(about)
        turned = (self.vertices - center) @ rotation.T + center
        return Shape(turned, self.faces, self.normals @ rotation.T, self.uvs)


def joined(shapes: Sequence[Shape]) -> Shape:
    """The shapes as one; their vertices follow one another."""
    starts = np.cumsum([0] + [len(shape.vertices) for shape in shapes])[:-1]
    return Shape(
        vertices=np.concatenate([shape.vertices for shape in shapes]),
        faces=np.concatenate([shape.faces + start for shape, start in zip(shapes, starts, strict=True)]),
        normals=np.concatenate([shape.normals for shape in shapes]),
        uvs=np.concatenate([shape.uvs for shape in shapes]),
    )


def box(center: Vector, size: Vector, *, bevel_m: float = 0.0, grain: str = "x", max_edge_m: float = 0.3) -> Shape:
    """A box with chamfered edges, which the normals shade as rounded.

    grain: the axis that u runs along on the faces that contain it. Faces longer than max_edge_m are divided.
    """
    half = np.asarray(size, dtype=np.float64) / 2
    if (half <= 0).any() or bevel_m < 0 or (bevel_m >= half).any():
        raise ValueError(f"box: expected sizes above 0 and a bevel below half of them, found {size} and {bevel_m}")
    flat = half - bevel_m
    ticks = [np.linspace(-h, h, 1 + max(1, int(np.ceil(2 * h / max_edge_m - 1e-9)))) for h in flat]
    patches = [_box_face(axis, sign, half, ticks) for axis, sign in product(range(3), (-1, 1))]
    if bevel_m:
        for (first, second), signs in product(((0, 1), (1, 2), (2, 0)), product((-1, 1), repeat=2)):
            patches.append(_box_edge(first, second, signs, half, ticks))
        patches += [_box_corner(np.array(signs), half, flat) for signs in product((-1, 1), repeat=3)]
    vertices, faces, normals, face_axes = _stacked(patches)
    vertices = vertices + np.asarray(center, dtype=np.float64)
    faces = _faced_outward(vertices, faces, np.asarray(center, dtype=np.float64))
    return Shape(vertices, faces, normals, _box_uvs(vertices, face_axes, AXES[grain]))


Patch = tuple[Array, NDArray[np.integer], Array, int]


def _box_face(axis: int, sign: int, half: Array, ticks: list[Array]) -> Patch:
    across, along = (axis + 1) % 3, (axis + 2) % 3
    grid = np.stack(np.meshgrid(ticks[across], ticks[along], indexing="ij"), axis=-1)
    vertices = np.zeros((*grid.shape[:2], 3))
    vertices[..., axis], vertices[..., across], vertices[..., along] = sign * half[axis], grid[..., 0], grid[..., 1]
    normals = np.zeros_like(vertices)
    normals[..., axis] = sign
    return vertices.reshape(-1, 3), grid_faces(*grid.shape[:2]), normals.reshape(-1, 3), axis


def _box_edge(first: int, second: int, signs: tuple[int, ...], half: Array, ticks: list[Array]) -> Patch:
    """The chamfer between the faces of two axes, along the third one."""
    along = 3 - first - second
    count = len(ticks[along])
    vertices, normals = np.zeros((2, count, 3)), np.zeros((2, count, 3))
    for row, (own, other) in enumerate(((0, 1), (1, 0))):
        axes = (first, second)
        vertices[row, :, axes[own]] = signs[own] * half[axes[own]]
        vertices[row, :, axes[other]] = signs[other] * ticks[axes[other]][-1]
        vertices[row, :, along] = ticks[along]
        normals[row, :, axes[own]] = signs[own]
    return vertices.reshape(-1, 3), grid_faces(2, count), normals.reshape(-1, 3), first


def _box_corner(signs: Array, half: Array, flat: Array) -> Patch:
    vertices = np.where(np.eye(3, dtype=bool), signs * half, signs * flat)
    return vertices, np.array([[0, 1, 2]]), np.eye(3) * signs, 0


def _box_uvs(vertices: Array, face_axes: NDArray[np.integer], grain: int) -> Array:
    """u along the grain where the face contains it, else along the next axis; v along the remaining one."""
    uvs = np.empty((len(vertices), 2))
    for axis in range(3):
        u_axis = grain if grain != axis else (axis + 1) % 3
        v_axis = 3 - axis - u_axis
        here = face_axes == axis
        # A shift by the face's own depth keeps two parallel boards from showing the same stretch of wood.
        uvs[here] = vertices[here][:, [u_axis, v_axis]] + 0.618 * vertices[here][:, [axis]]
    return uvs


def panel(corner: Vector, u_edge: Vector, v_edge: Vector, *, max_edge_m: float = 0.25) -> Shape:
    """A flat rectangle seen from the side that u x v points to: a wall or a floor, the one shape that is not closed."""
    u, v = np.asarray(u_edge, dtype=np.float64), np.asarray(v_edge, dtype=np.float64)
    ticks = [np.linspace(0, 1, 1 + int(np.ceil(np.linalg.norm(edge) / max_edge_m - 1e-9))) for edge in (u, v)]
    grid = np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1)
    vertices = (np.asarray(corner) + grid[..., :1] * u + grid[..., 1:] * v).reshape(-1, 3)
    normal = np.cross(u, v) / np.linalg.norm(np.cross(u, v))
    uvs = (grid * [np.linalg.norm(u), np.linalg.norm(v)]).reshape(-1, 2)
    return Shape(vertices, grid_faces(*grid.shape[:2]), np.tile(normal, (len(vertices), 1)), uvs)


def frustum(
    base: Vector,
    radius_bottom_m: float,
    radius_top_m: float,
    height_m: float,
    *,
    sides: int = 20,
    max_edge_m: float = 0.3,
) -> Shape:
    """An upright cylinder, or cone, standing on `base` (the middle of its lower face). A radius may be 0."""
    rings = 1 + max(1, int(np.ceil(height_m / max_edge_m - 1e-9)))
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    level = np.linspace(0, 1, rings)
    radius = radius_bottom_m + (radius_top_m - radius_bottom_m) * level
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)  # (S + 1, 2): the seam is doubled for the uvs
    side = np.zeros((rings, sides + 1, 3))
    side[..., :2] = radius[:, None, None] * circle
    side[..., 2] = level[:, None] * height_m
    slope = np.array([height_m, radius_bottom_m - radius_top_m]) / np.hypot(height_m, radius_bottom_m - radius_top_m)
    normals = np.zeros_like(side)
    normals[..., :2], normals[..., 2] = circle * slope[0], slope[1]
    around = angle * max(radius_bottom_m, radius_top_m)
    uvs = np.stack(np.broadcast_arrays(around[None, :], side[..., 2]), axis=-1)
    shapes = [Shape(side.reshape(-1, 3), grid_faces(rings, sides + 1), normals.reshape(-1, 3), uvs.reshape(-1, 2))]
    for ring, up in ((0, -1.0), (rings - 1, 1.0)):
        if radius[ring] > 0:
            rim = np.concatenate([side[ring, :-1], [[0, 0, side[ring, 0, 2]]]])
            fan = np.stack([np.arange(sides), np.roll(np.arange(sides), -1), np.full(sides, sides)], axis=-1)
            shapes.append(Shape(rim, fan, np.tile([0.0, 0.0, up], (len(rim), 1)), rim[:, :2]))
    whole = joined(shapes)
    faces = _without_slivers(whole.vertices, whole.faces)
    faces = _faced_outward(whole.vertices, faces, np.array([0, 0, height_m / 2]))
    return Shape(whole.vertices, faces, whole.normals, whole.uvs).moved(base)


def cylinder(base: Vector, radius_m: float, height_m: float, *, sides: int = 20, max_edge_m: float = 0.3) -> Shape:
    return frustum(base, radius_m, radius_m, height_m, sides=sides, max_edge_m=max_edge_m)


def rod(start: Vector, end: Vector, radius_m: float, *, end_radius_m: float | None = None, sides: int = 8) -> Shape:
    """A round bar between two points, thinning to end_radius_m."""
    span = np.asarray(end, dtype=np.float64) - np.asarray(start, dtype=np.float64)
    length = float(np.linalg.norm(span))
    axis = span / length
    helper = np.array([1.0, 0.0, 0.0]) if abs(axis[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    side = np.cross(helper, axis)
    side /= np.linalg.norm(side)
    top_radius_m = radius_m if end_radius_m is None else end_radius_m
    upright = frustum((0.0, 0.0, 0.0), radius_m, top_radius_m, length, sides=sides, max_edge_m=0.5)
    return upright.rotated(np.stack([side, np.cross(axis, side), axis], axis=1)).moved(start)


def leg(foot: Vector, top: Vector, radius_m: float, *, end_radius_m: float | None = None, sides: int = 8) -> Shape:
    """A round leg that leans from its foot to its top; unlike a rod's, its ends are level."""
    lean = np.asarray(top, dtype=np.float64) - np.asarray(foot, dtype=np.float64)
    slant = lean[:2] / lean[2]
    top_radius_m = radius_m if end_radius_m is None else end_radius_m
    upright = frustum((0.0, 0.0, 0.0), radius_m, top_radius_m, float(lean[2]), sides=sides, max_edge_m=0.5)
    vertices, normals = upright.vertices.copy(), upright.normals.copy()
    vertices[:, :2] += vertices[:, 2:] * slant
    # Normals go with the inverse transpose of the shear.
    normals[:, 2] -= normals[:, :2] @ slant
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Shape(vertices, upright.faces, normals, upright.uvs).moved(foot)


def tube(base: Vector, radius_bottom_m: float, radius_top_m: float, height_m: float, *, wall_m: float = 0.01) -> Shape:
    """An open lamp shade: a hollow cone without floor or lid, standing on `base`."""
    sides = 24
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    # Outside up, then inside down: a closed loop of four corners, swept around the axis.
    radii = [radius_bottom_m, radius_top_m, radius_top_m - wall_m, radius_bottom_m - wall_m]
    heights = [0.0, height_m, height_m, 0.0]
    strips = []
    for start in range(4):
        end = (start + 1) % 4
        rim = np.zeros((2, sides + 1, 3))
        for row, corner in enumerate((start, end)):
            rim[row, :, :2], rim[row, :, 2] = radii[corner] * circle, heights[corner]
        run, rise = radii[end] - radii[start], heights[end] - heights[start]
        normal = np.array([rise, -run]) / np.hypot(run, rise)
        normals = np.zeros_like(rim)
        normals[..., :2], normals[..., 2] = circle * normal[0], normal[1]
        uvs = np.stack(np.broadcast_arrays((angle * radius_bottom_m)[None, :], rim[..., 2]), axis=-1)
        faces = grid_faces(2, sides + 1)[:, ::-1]
        strips.append(Shape(rim.reshape(-1, 3), faces, normals.reshape(-1, 3), uvs.reshape(-1, 2)))
    return joined(strips).moved(base)


def cushion(center: Vector, size: Vector, *, radius_m: float, bulge_m: float = 0.0, max_edge_m: float = 0.25) -> Shape:
    """A soft box: edges rounded by radius_m, upper and lower face swelling by bulge_m (in all, size + 2 bulge_m)."""
    half = np.asarray(size, dtype=np.float64) / 2
    radius = min(radius_m, float(half.min()) * 0.999)
    bend = radius * (1 - np.tan(np.radians([45.0, 20.0, 0.0])))  # ticks that map to about equal angles
    ticks = []
    for h in half:
        count = max(1, int(np.ceil(2 * (h - radius) / max_edge_m)))
        inner = np.linspace(-(h - radius), h - radius, 1 + max(count, 2 if bulge_m else 1))
        ticks.append(np.concatenate([-h + bend[:-1], inner, (h - bend[:-1])[::-1]]))
    vertices, faces, _, face_axes = _stacked(
        [_box_face(axis, sign, half, ticks) for axis, sign in product(range(3), (-1, 1))]
    )
    core = np.clip(vertices, -(half - radius), half - radius)
    outward = (vertices - core) / np.linalg.norm(vertices - core, axis=1, keepdims=True)
    uvs = _box_uvs(vertices + np.asarray(center), face_axes, 0)
    vertices = core + radius * outward
    swell = (1 - (vertices[:, 0] / half[0]) ** 2) * (1 - (vertices[:, 1] / half[1]) ** 2)
    vertices[:, 2] += bulge_m * np.clip(swell, 0, 1) * vertices[:, 2] / half[2]
    faces = _faced_outward(vertices, faces, np.zeros(3))
    return Shape(vertices + np.asarray(center), faces, smooth_normals(vertices, faces), uvs)


def ellipsoid(center: Vector, radii: Vector, *, sides: int = 16) -> Shape:
    rings = max(4, sides // 2)
    polar = np.linspace(0, np.pi, rings + 1)
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    ball = np.stack(
        [np.outer(np.sin(polar), np.cos(angle)), np.outer(np.sin(polar), np.sin(angle)),
         np.outer(np.cos(polar), np.ones_like(angle))], axis=-1,
    ).reshape(-1, 3)  # fmt: skip
    sizes = np.asarray(radii, dtype=np.float64)
    normals = ball / sizes
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    uvs = np.stack(np.meshgrid(polar, angle, indexing="ij"), axis=-1).reshape(-1, 2)[:, ::-1] * sizes.mean()
    vertices = ball * sizes
    faces = _without_slivers(vertices, grid_faces(rings + 1, sides + 1))
    return Shape(vertices + np.asarray(center), _faced_outward(vertices, faces, np.zeros(3)), normals, uvs)


def sheet(path: Array, *, thickness_m: float, z_bottom_m: float, z_top_m: float, max_edge_m: float = 0.5) -> Shape:
    """An upright sheet along a path seen from above, such as a curtain. path (K, 2) m."""
    step = np.gradient(np.asarray(path, dtype=np.float64), axis=0)
    step /= np.linalg.norm(step, axis=1, keepdims=True)
    right = np.stack([step[:, 1], -step[:, 0]], axis=-1)
    loop = np.concatenate([path + right * thickness_m / 2, (path - right * thickness_m / 2)[::-1]])
    loop_normals = np.concatenate([right, -right[::-1]])
    loop, loop_normals = np.concatenate([loop, loop[:1]]), np.concatenate([loop_normals, loop_normals[:1]])
    levels = np.linspace(z_bottom_m, z_top_m, 1 + max(1, int(np.ceil((z_top_m - z_bottom_m) / max_edge_m))))
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(loop, axis=0), axis=1))])
    shape = (len(levels), len(loop))
    side = np.zeros((*shape, 3))
    side[..., :2], side[..., 2] = loop[None], levels[:, None]
    normals = np.zeros_like(side)
    normals[..., :2] = loop_normals[None]
    uvs = np.stack(np.broadcast_arrays(along[None], levels[:, None]), axis=-1)
    parts = [Shape(side.reshape(-1, 3), grid_faces(*shape)[:, ::-1], normals.reshape(-1, 3), uvs.reshape(-1, 2))]
    count = len(path)
    for z, up in ((z_bottom_m, -1.0), (z_top_m, 1.0)):
        rim = np.concatenate([loop[:count], loop[count : 2 * count][::-1]])
        rim = np.column_stack([rim, np.full(len(rim), z)])
        faces = grid_faces(2, count) if up > 0 else grid_faces(2, count)[:, ::-1]
        parts.append(Shape(rim, faces[:, ::-1], np.tile([0.0, 0.0, up], (len(rim), 1)), rim[:, :2]))
    return joined(parts)


def slab(corners: Sequence[Vector], thickness_m: float) -> Shape:
    """A flat convex polygon in space, given a thickness: half of it to each side. corners (K, 3) m, K >= 3."""
    outline = np.asarray(corners, dtype=np.float64)
    count = len(outline)
    along = (outline[1] - outline[0]) / np.linalg.norm(outline[1] - outline[0])
    normal = np.cross(along, outline[2] - outline[0])
    normal /= np.linalg.norm(normal)
    plane = np.stack([along, np.cross(normal, along)], axis=1)
    lift = normal * thickness_m / 2
    fan = np.array([[0, corner, corner + 1] for corner in range(1, count - 1)])
    shapes = [
        Shape(outline + sign * lift, fan, np.tile(sign * normal, (count, 1)), outline @ plane) for sign in (1, -1)
    ]
    for corner in range(count):
        edge = outline[[corner, (corner + 1) % count]]
        rim = np.concatenate([edge + lift, edge - lift])
        outward = np.cross(edge[1] - edge[0], normal)
        outward /= np.linalg.norm(outward)
        shapes.append(Shape(rim, grid_faces(2, 2), np.tile(outward, (4, 1)), rim @ plane))
    whole = joined(shapes)
    faces = _faced_outward(whole.vertices, whole.faces, outline.mean(axis=0))
    return Shape(whole.vertices, faces, whole.normals, whole.uvs)


def leaf(spine: Array, *, width_m: float, side: Vector, thickness_m: float = 0.003) -> Shape:
    """A leaf along a bent spine (K, 3) m, widest in its middle, its blade spread along `side` (3,)."""
    spine = np.asarray(spine, dtype=np.float64)
    count = len(spine)
    across = np.asarray(side, dtype=np.float64) / np.linalg.norm(side)
    widths = width_m / 2 * np.sin(np.linspace(0, np.pi, count)) ** 0.8
    along = np.gradient(spine, axis=0)
    above = np.cross(along, across)
    above /= np.linalg.norm(above, axis=1, keepdims=True)
    lifts = thickness_m * np.sin(np.linspace(0, np.pi, count))[:, None] * above
    left, right = spine - widths[:, None] * across, spine + widths[:, None] * across
    blades = []
    for sign, ridge in ((1.0, spine + lifts), (-1.0, spine - lifts)):
        grid = np.stack([left, ridge, right])
        faces = grid_faces(3, count)
        faces = faces if sign > 0 else faces[:, ::-1]
        flat = grid.reshape(-1, 3)
        uvs = np.stack(np.meshgrid([-width_m / 2, 0, width_m / 2], np.arange(count) * 0.05, indexing="ij"), axis=-1)
        blades.append(
            Shape(flat, _without_slivers(flat, faces[:, ::-1]), np.tile(sign * above, (3, 1)), uvs.reshape(-1, 2))
        )
    return joined(blades)


def grid_faces(rows: int, columns: int) -> NDArray[np.integer]:
    """Two triangles per cell of a (rows, columns) grid of vertices; (rows down, columns across) counter-clockwise
    when rows x columns points at the viewer."""
    start = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1, 1)
    cell = np.array([[0, columns, columns + 1], [0, columns + 1, 1]])
    faces: NDArray[np.integer] = (start[:, None] + cell).reshape(-1, 3)
    return faces


def face_normals(vertices: Array, faces: NDArray[np.integer]) -> Array:
    """(M, 3), twice the area long."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    normals: Array = np.cross(b - a, c - a)
    return normals


def smooth_normals(vertices: Array, faces: NDArray[np.integer]) -> Array:
    """(N, 3) unit: area-weighted means over the faces at one place, seams included."""
    _, place = np.unique(np.round(vertices, 6), axis=0, return_inverse=True)
    sums = np.zeros((place.max() + 1, 3))
    for corner in range(3):
        np.add.at(sums, place[faces[:, corner]], face_normals(vertices, faces))
    normals: Array = (sums / np.linalg.norm(sums, axis=1, keepdims=True))[place]
    return normals


def _stacked(patches: list[Patch]) -> tuple[Array, NDArray[np.integer], Array, NDArray[np.integer]]:
    starts = np.cumsum([0] + [len(patch[0]) for patch in patches])[:-1]
    return (
        np.concatenate([patch[0] for patch in patches]),
        np.concatenate([patch[1] + start for patch, start in zip(patches, starts, strict=True)]),
        np.concatenate([patch[2] for patch in patches]),
        np.concatenate([np.full(len(patch[0]), patch[3]) for patch in patches]),
    )


def _faced_outward(vertices: Array, faces: NDArray[np.integer], center: Array) -> NDArray[np.integer]:
    """The faces of a shape that is convex (or star-shaped) about `center`, those that look inwards turned round."""
    outward = vertices[faces].mean(axis=1) - center
    inward = np.einsum("ij,ij->i", face_normals(vertices, faces), outward) < 0
    return np.where(inward[:, None], faces[:, ::-1], faces)


def _without_slivers(vertices: Array, faces: NDArray[np.integer]) -> NDArray[np.integer]:
    """Without the triangles that a pole or a tip makes empty."""
    kept: NDArray[np.integer] = faces[np.linalg.norm(face_normals(vertices, faces), axis=1) > 1e-10]
    return kept
