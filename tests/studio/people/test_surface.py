"""Cutting and smoothing of triangle surfaces, on spheres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.studio.people.surface import carve, refine, smoother, vertex_normals, whole


def sphere(steps: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """An octahedron, halved and blown up `steps` times: vertices (N, 3) of length 1 and faces (M, 3)."""
    vertices = [np.array(v, float) for v in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1))]
    faces = [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]
    for _ in range(steps):
        middle: dict[tuple[int, int], int] = {}

        def half(a: int, b: int, middle: dict[tuple[int, int], int] = middle) -> int:
            key = (min(a, b), max(a, b))
            if key not in middle:
                point = vertices[a] + vertices[b]
                vertices.append(point / np.linalg.norm(point))
                middle[key] = len(vertices) - 1
            return middle[key]

        faces = [
            triangle
            for a, b, c in faces
            for triangle in (
                (a, half(a, b), half(c, a)),
                (half(a, b), b, half(b, c)),
                (half(c, a), half(b, c), c),
                (half(a, b), half(b, c), half(c, a)),
            )
        ]
    return np.array(vertices), np.array(faces)


def areas(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def is_closed(faces: np.ndarray) -> bool:
    """Every directed edge is there once, and so is its opposite."""
    edges = faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    directed = {(int(a), int(b)) for a, b in edges}
    return len(directed) == len(edges) and all((b, a) in directed for a, b in directed)


unit = st.floats(-1, 1)


@given(
    planes=st.lists(st.tuples(unit, unit, unit, st.floats(-0.9, 0.9)), min_size=1, max_size=3),
)
def test_carving_by_planes_keeps_the_surface_and_labels_exactly_what_is_inside(planes):
    vertices, faces = sphere(2)
    fields = np.stack([vertices @ [a, b, c] - level for a, b, c, level in planes])
    pieces = carve(whole(faces, vertex_count=len(vertices)), fields, label=7, among=(0,))
    cut_vertices = pieces.mix @ vertices
    assert is_closed(pieces.faces)
    np.testing.assert_allclose(np.asarray(pieces.mix.sum(axis=1)).ravel(), 1)
    np.testing.assert_allclose(areas(cut_vertices, pieces.faces).sum(), areas(vertices, faces).sum())
    # The fields are linear in space, so they hold for the new vertices too; a face that is inside is wholly so.
    now = np.stack([cut_vertices @ [a, b, c] - level for a, b, c, level in planes])
    inside = pieces.labels == 7
    assert (now[:, pieces.faces[inside]] > -1e-12).all()
    outside = areas(cut_vertices, pieces.faces) > 1e-12
    centers = now[:, pieces.faces].mean(axis=2)
    assert not ((centers > 1e-9).all(axis=0) & ~inside & outside).any()


def test_carved_area_of_a_cap_is_that_of_the_sphere():
    vertices, faces = sphere(4)
    pieces = carve(whole(faces, vertex_count=len(vertices)), vertices[:, 2:].T - 0.3, label=1, among=(0,))
    cap = areas(pieces.mix @ vertices, pieces.faces)[pieces.labels == 1].sum()
    assert cap == pytest.approx(2 * np.pi * 0.7, rel=0.01)  # 2 pi r h; the polyhedron's is a little smaller


def test_only_the_named_labels_are_cut_and_changed():
    vertices, faces = sphere(2)
    first = carve(whole(faces, vertex_count=len(vertices)), vertices[:, :1].T - 0.05, label=1, among=(0,))
    field = (first.mix @ vertices)[:, 1:2].T - 0.05
    second = carve(first, field, label=2, among=(1,))
    points = second.mix @ vertices
    centers = points[second.faces].mean(axis=1)
    assert (centers[second.labels == 2][:, :2] > 0.05).all()
    assert (centers[second.labels == 1][:, 0] > 0.05).all() and (centers[second.labels == 1][:, 1] < 0.05).all()
    assert (centers[second.labels == 0][:, 0] < 0.05).all()
    # Away from x > 0.05 nothing was split.
    far = centers[:, 0] < -0.5
    assert far.sum() == (vertices[faces].mean(axis=1)[:, 0] < -0.5).sum()
    assert is_closed(second.faces)


def test_a_field_of_the_wrong_size_is_refused():
    vertices, faces = sphere(0)
    with pytest.raises(ValueError, match=r"fields: expected \(K, 6\), one value per vertex, found \(1, 5\)"):
        carve(whole(faces, vertex_count=len(vertices)), np.ones((1, 5)), label=1, among=(0,))


def test_normals_of_a_sphere_are_its_radii():
    vertices, faces = sphere(4)
    # Edges span 5.6 degrees or less, so one facet alone would be off by up to 3; the worst mean of facets is by 1.4.
    assert np.einsum("ij,ij->i", vertex_normals(vertices, faces), vertices).min() > np.cos(np.radians(2))


def test_smoothing_shrinks_a_sphere_evenly_and_keeps_a_constant():
    vertices, faces = sphere(3)
    step = smoother(faces, vertex_count=len(vertices))
    np.testing.assert_allclose(step @ np.ones(len(vertices)), 1)
    radius = np.linalg.norm(step @ vertices, axis=1)
    assert 0.95 < radius.min() < radius.max() < 1


@given(st.lists(st.integers(0, 31), min_size=1, max_size=32, unique=True))
def test_refining_quarters_the_chosen_faces_and_keeps_the_rest_closed(chosen):
    vertices, faces = sphere(1)
    mask = np.isin(np.arange(len(faces)), chosen)
    pieces = refine(whole(faces, vertex_count=len(vertices)), mask)
    assert is_closed(pieces.faces)
    points = pieces.mix @ vertices
    np.testing.assert_allclose(areas(points, pieces.faces).sum(), areas(vertices, faces).sum())
    # A chosen face is gone, and the four that stand for it have a quarter of its area each.
    quarters = areas(vertices, faces)[mask] / 4
    for quarter in quarters:
        assert np.isclose(areas(points, pieces.faces), quarter).sum() >= 4
    assert len(pieces.faces) >= len(faces) + 3 * len(chosen)
