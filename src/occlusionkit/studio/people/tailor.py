"""How cloth sits on a body: every layer is the naked body's own surface, moved outwards.

So a garment has the body's vertices and skinning weights, follows it in every pose, and the skin under it can simply be
left out. A layer is computed over the whole body; where it begins and ends is cut later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.spatial import cKDTree

from ...geometry import Array
from .anatomy import Anatomy, Figure
from .chart import Chart
from .surface import vertex_normals

_SECTORS = 36
_STEP_M = 0.02


@dataclass(frozen=True, eq=False)
class Form:
    """A naked figure with all that tailoring asks for.

    normals (N, 3) unit;  smooth (N, N): a step towards the neighbours' mean;  blur (N, N): see `blur_of`.
    """

    anatomy: Anatomy
    figure: Figure
    chart: Chart
    normals: Array
    smooth: sparse.csr_matrix
    blur: sparse.csr_matrix

    @property
    def vertices(self) -> Array:
        return self.figure.vertices

    def head(self, bone: str) -> Array:
        """(3,) m: where a bone starts at rest."""
        found: Array = self.figure.heads[self.anatomy.bones.index(bone)]
        return found

    def height_of_leg(self, leg: float) -> float:
        """Height in m of a level of the leg's chart: 0 the hip joint, 1 the knee, 2 the ankle; negative above."""
        hip, knee, ankle = self._leg_heights
        return hip - leg * (hip - knee) if leg < 1 else knee - (leg - 1) * (knee - ankle)

    def leg_at_height(self, height_m: Array) -> Array:
        """The inverse of `height_of_leg`, for (N,) heights in m."""
        hip, knee, ankle = self._leg_heights
        return np.where(height_m > knee, (hip - height_m) / (hip - knee), 1 + (knee - height_m) / (knee - ankle))

    @property
    def _leg_heights(self) -> tuple[float, float, float]:
        hip, knee, ankle = (float(self.head(f"{bone}.L")[2]) for bone in ("upperleg01", "lowerleg01", "foot"))
        return hip, knee, ankle


def form_of(
    anatomy: Anatomy, figure: Figure, chart: Chart, *, smooth: sparse.csr_matrix, blur: sparse.csr_matrix
) -> Form:
    """Measure a figure for tailoring. Its chart is the reference's, but for the legs' levels, which are level on it.

    smooth, blur: see `Form`; both depend on the anatomy alone.
    """
    form = Form(
        anatomy=anatomy,
        figure=figure,
        chart=chart,
        normals=vertex_normals(figure.vertices, anatomy.faces),
        smooth=smooth,
        blur=blur,
    )
    return replace(form, chart=replace(chart, leg=form.leg_at_height(figure.vertices[:, 2])))


def softened(form: Form) -> Form:
    """The form as cloth feels it: without its small features, which cloth spans, on trunk and thighs.

    For garments only; the skin below them is left out.
    """
    vertices = form.blur @ form.vertices
    figure = replace(form.figure, vertices=vertices)
    return replace(form, figure=figure, normals=vertex_normals(vertices, form.anatomy.faces))


def blur_of(anatomy: Anatomy, chart: Chart, *, sigma_m: float = 0.024) -> sparse.csr_matrix:
    """(N, N): each vertex of trunk and thighs becomes the Gaussian mean of the surface around it, facing the same way.

    Measured on the reference body. Vertices count by their area, so that a dense patch (a nipple) weighs no more than
    its size; elsewhere a vertex stays what it is, with a soft passage between.
    """
    points, normals = anatomy.reference.vertices, vertex_normals(anatomy.reference.vertices, anatomy.faces)
    first, second, third = (points[anatomy.faces[:, corner]] for corner in range(3))
    face_area = np.linalg.norm(np.cross(second - first, third - first), axis=1) / 2
    area = np.bincount(anatomy.faces.ravel(), np.repeat(face_area / 3, 3), len(points))
    amount = np.clip(1 - chart.limb, 0, 1) * np.clip(1 - 2 * chart.head, 0, 1) * np.clip((1.6 - chart.leg) / 0.6, 0, 1)
    chosen = np.flatnonzero(amount > 0)
    pairs = cKDTree(points[chosen]).query_pairs(3 * sigma_m, output_type="ndarray")
    ends = chosen[np.concatenate([pairs, pairs[:, ::-1], np.stack([np.arange(len(chosen))] * 2, axis=1)])]
    start, end = ends.T
    apart = np.sum((points[start] - points[end]) ** 2, axis=1)
    alike = np.clip(np.einsum("ij,ij->i", normals[start], normals[end]), 0, None)
    influence = area[end] * np.exp(-apart / (2 * sigma_m**2)) * alike
    mean = sparse.csr_matrix((influence, (start, end)), shape=(len(points), len(points)))
    mean = sparse.diags(amount / np.maximum(np.asarray(mean.sum(axis=1)).ravel(), 1e-12)) @ mean
    return (mean + sparse.diags(1 - amount)).tocsr()


def drape(form: Form, start: Array, *, thickness_m: float, steps: int) -> Array:
    """Lay cloth over a surface and smooth it, never letting it come too near to the form.

    start (N, 3) m: where the layer hangs before it is smoothed.  thickness_m: how far cloth stands off it; half of that
    stays between cloth and form everywhere.  Returns (N, 3) m.

    Points move along the normals only: sideways smoothing would shift hems against the skin that ends there.
    """
    height = np.full(len(start), thickness_m)
    least = thickness_m / 2 - np.einsum("ij,ij->i", start - form.vertices, form.normals)
    for _ in range(steps):
        layer = form.smooth @ (start + height[:, None] * form.normals)
        height = np.maximum(np.einsum("ij,ij->i", layer - start, form.normals), least)
    draped: Array = start + height[:, None] * form.normals
    return draped


def ruffled(form: Form, layer: Array, *, depth_m: float, length_m: float, rng: np.random.Generator) -> Array:
    """A layer with soft folds, depth_m deep and about length_m long; they lie across the body as often as along it."""
    directions = rng.normal(size=(9, 3))
    directions *= 2 * np.pi / length_m / np.linalg.norm(directions, axis=1, keepdims=True)
    waves = np.sin(form.chart.points @ directions.T + rng.uniform(0, 2 * np.pi, 9))
    height = depth_m * (0.5 + 0.5 * np.clip(waves.sum(axis=1) / 3, -1, 1))
    folded: Array = layer + form.normals * height[:, None]
    return folded


def polar_profile(along_m: Array, angle: Array, radius_m: Array, *, slack: float) -> tuple[Array, float]:
    """How far something hung over a body reaches, on a grid of levels and directions.

    along_m (N,) downwards, angle (N,) rad, radius_m (N,).  slack: how much the reach may shrink on the way down, metres
    per metre; 0 hangs straight, negative flares.  Returns the grid (levels, sectors) in m and where its levels begin.
    """
    first = float(along_m.min())
    level = np.floor((along_m - first) / _STEP_M).astype(int)
    sector = np.floor(angle / (2 * np.pi) * _SECTORS).astype(int) % _SECTORS
    grid = np.full((level.max() + 1, _SECTORS), -np.inf)
    np.maximum.at(grid, (level, sector), radius_m)
    for row in range(len(grid)):
        known = np.flatnonzero(np.isfinite(grid[row]))
        if len(known):
            grid[row] = np.interp(np.arange(_SECTORS), known, grid[row, known], period=_SECTORS)
        elif row:
            grid[row] = grid[row - 1]
        if row:
            grid[row] = np.maximum(grid[row], grid[row - 1] - slack * _STEP_M)
    return ndimage.gaussian_filter(grid, (1.0, 1.0), mode=("nearest", "wrap")), first


def sample_profile(grid: Array, first_m: float, along_m: Array, angle: Array) -> Array:
    """The reach (N,) m of a `polar_profile` at levels and directions."""
    rows = np.clip((along_m - first_m) / _STEP_M - 0.5, 0, len(grid) - 1)
    columns = angle / (2 * np.pi) * _SECTORS - 0.5
    around = np.concatenate([grid[:, -1:], grid, grid[:, :1]], axis=1)
    reach: Array = ndimage.map_coordinates(around, [rows, columns % _SECTORS + 1], order=1, mode="nearest")
    return reach


def _hung(points: Array, axis: Array, along_m: Array, angle: Array, keep: NDArray[np.bool_], slack: float) -> Array:
    """Push the kept points outwards from their axis points as far as cloth hung over them reaches. (N, 3) m."""
    outward = points - axis
    radius = np.linalg.norm(outward, axis=1)
    grid, first = polar_profile(along_m[keep], angle[keep], radius[keep], slack=slack)
    reach = sample_profile(grid, first, along_m, angle)
    grown = np.where(keep, np.maximum(reach, radius), radius)
    pushed: Array = axis + outward * (grown / np.maximum(radius, 1e-6))[:, None]
    return pushed


def torso_polar(form: Form) -> tuple[Array, Array]:
    """Axis point (N, 3) m at each vertex's height, and direction (N,) rad around it."""
    points = form.vertices
    heights = [
        form.head(bone)[2] for bone in ("lowerleg01.L", "upperleg01.L", "spine03", "spine02", "spine01", "neck01")
    ]
    middles = []
    for height in heights:
        near = (np.abs(points[:, 2] - height) < 0.03) & (form.chart.limb < 0.3) & (np.abs(points[:, 0]) < 0.25)
        middles.append(points[near, 1].min() / 2 + points[near, 1].max() / 2)
    axis = np.stack([np.zeros(len(points)), np.interp(points[:, 2], heights, middles), points[:, 2]], axis=1)
    return axis, np.arctan2(points[:, 1] - axis[:, 1], points[:, 0]) % (2 * np.pi)


def hung_from_shoulders(form: Form, *, slack: float) -> Array:
    """The body's surface (N, 3) m as a shirt hangs: from chest and belly downwards."""
    axis, angle = torso_polar(form)
    chest, knee = form.head("spine01")[2] + 0.02, form.height_of_leg(0.6)
    keep = (form.chart.limb < 0.5) & (form.vertices[:, 2] < chest) & (form.vertices[:, 2] > knee)
    return _hung(form.vertices, axis, -form.vertices[:, 2], angle, keep, slack)


def hung_along_arms(form: Form, *, slack: float) -> Array:
    """The body's surface (N, 3) m with sleeves that keep their width towards the hand."""
    points = form.vertices
    hung = points.copy()
    for side, sign in (("L", 1), ("R", -1)):
        shoulder, elbow, wrist = (form.head(f"{bone}.{side}") for bone in ("upperarm01", "lowerarm01", "wrist"))
        arm = form.chart.arm
        knots = np.array([0.0, 1.0, 2.0, 3.0])
        along = np.stack([shoulder, elbow, wrist, 2 * wrist - elbow])
        axis = np.stack([np.interp(arm, knots, along[:, k]) for k in range(3)], axis=1)
        direction = np.where(arm[:, None] < 1, elbow - shoulder, wrist - elbow)
        direction = direction / np.linalg.norm(direction, axis=1, keepdims=True)
        outward = points - axis
        axis = axis + direction * np.einsum("ij,ij->i", outward, direction)[:, None]
        outward = points - axis
        across = np.cross(direction, [0.0, 0.0, 1.0])
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        upward = np.cross(across, direction)
        angle = np.arctan2(np.einsum("ij,ij->i", outward, upward), np.einsum("ij,ij->i", outward, across)) % (2 * np.pi)
        length = np.linalg.norm(elbow - shoulder)
        keep = (form.chart.limb > 0.5) & (arm > 0.3) & (arm < 2.05) & (points[:, 0] * sign > 0)
        pushed = _hung(points, axis, arm * length, angle, keep, slack)
        fade = np.clip((arm - 0.3) / 0.3, 0, 1)[:, None] * keep[:, None]
        hung += fade * (pushed - points)
    return hung


def hung_along_legs(form: Form, *, slack: float) -> Array:
    """The body's surface (N, 3) m with trouser legs that keep their width towards the foot."""
    points = form.vertices
    hung = points.copy()
    for side, sign in (("L", 1), ("R", -1)):
        heads = np.stack([form.head(f"{bone}.{side}") for bone in ("foot", "lowerleg01", "upperleg01")])
        axis = np.stack([*(np.interp(points[:, 2], heads[:, 2], heads[:, k]) for k in range(2)), points[:, 2]], axis=1)
        angle = np.arctan2(points[:, 1] - axis[:, 1], points[:, 0] - axis[:, 0]) % (2 * np.pi)
        leg = form.chart.leg
        keep = (leg > 0.3) & (leg < 2.12) & (points[:, 0] * sign > 0) & (form.chart.limb < 0.5)
        pushed = _hung(points, axis, -points[:, 2], angle, keep, slack)
        fade = np.clip((leg - 0.3) / 0.3, 0, 1)[:, None] * keep[:, None]
        hung += fade * (pushed - points)
    return hung
