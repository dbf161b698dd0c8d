"""Shapes that furniture is built from: closed, facing outwards, of the right volume, their uvs in metres."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from occlusionkit.studio.rooms import shapes
from occlusionkit.studio.rooms.shapes import face_normals

WAVE = np.stack([np.linspace(0, 1, 25), 0.03 * np.sin(np.linspace(0, 12, 25))], axis=-1)
SPINE = np.array([[0, 0, 0], [0.1, 0, 0.1], [0.2, 0, 0.13], [0.3, 0, 0.05]])
SHAPES = {
    "box": shapes.box((1, 2, 3), (1.0, 0.5, 0.2)),
    "bevelled box": shapes.box((1, 2, 3), (1.0, 0.5, 0.2), bevel_m=0.02, grain="z"),
    "cylinder": shapes.cylinder((0, 1, 2), 0.3, 0.9),
    "cone": shapes.frustum((0, 1, 2), 0.3, 0.0, 0.5),
    "upturned cone": shapes.frustum((0, 1, 2), 0.0, 0.3, 0.5),
    "rod": shapes.rod((0, 0, 1), (1, 0.4, 0.2), 0.03, end_radius_m=0.01),
    "tube": shapes.tube((0, 0, 1), 0.2, 0.12, 0.3),
    "cushion": shapes.cushion((0, 0, 1), (0.6, 0.5, 0.15), radius_m=0.05, bulge_m=0.02),
    "ellipsoid": shapes.ellipsoid((0, 0, 1), (0.3, 0.2, 0.1)),
    "sheet": shapes.sheet(WAVE, thickness_m=0.01, z_bottom_m=0.1, z_top_m=2.0),
    "slab": shapes.slab([(0, 0, 0), (1, 0, 0), (0.5, 0.2, 1.0)], 0.02),
    "leaf": shapes.leaf(SPINE, width_m=0.1, side=(0, 1, 0.2)),
}


def volume_m3(shape):
    a, b, c = (shape.vertices[shape.faces[:, corner]] for corner in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def unmatched_edges(vertices, faces):
    """Edges, at welded places, that are not run through as often in one direction as in the other."""
    _, place = np.unique(np.round(vertices, 5), axis=0, return_inverse=True)
    corners = place[faces]
    edges = Counter(map(tuple, np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])))
    return [edge for edge, count in edges.items() if count != edges[edge[::-1]]]


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_closed_and_faces_outwards(name):
    shape = SHAPES[name]
    assert unmatched_edges(shape.vertices, shape.faces) == []
    assert volume_m3(shape) > 0


@pytest.mark.parametrize("name", SHAPES)
def test_normals_are_unit_and_on_the_outer_side_of_their_faces(name):
    shape = SHAPES[name]
    np.testing.assert_allclose(np.linalg.norm(shape.normals, axis=1), 1, atol=1e-9)
    across = face_normals(shape.vertices, shape.faces)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    cosines = np.einsum("ij,ikj->ik", across, shape.normals[shape.faces])
    # A sheet's narrow ends are shaded like its broad sides, at a right angle to their faces.
    assert cosines.min() > (-1e-6 if name == "sheet" else 0.5)


def test_flat_faces_of_a_box_have_flat_normals():
    box = SHAPES["box"]
    assert np.sort(np.abs(box.normals), axis=1).tolist() == [[0, 0, 1]] * len(box.normals)


@settings(max_examples=40, deadline=None)
@given(size=st.tuples(*[st.floats(0.05, 3.0)] * 3), bevel=st.floats(0.0, 0.02), edge=st.floats(0.1, 0.6))
def test_a_box_has_its_volume_less_what_the_chamfer_takes(size, bevel, edge):
    box = shapes.box((0.3, -2, 1), size, bevel_m=bevel, max_edge_m=edge)
    # Each edge loses a prism of section bevel^2 / 2; of each corner's cube only a tetrahedron, a sixth, is left.
    flat = np.array(size) - 2 * bevel
    edges = 4 * flat.sum() * bevel**2 / 2
    corners = 8 * bevel**3 * (1 - 1 / 6)
    assert volume_m3(box) == pytest.approx(np.prod(size) - edges - corners, rel=1e-9)
    np.testing.assert_allclose(np.ptp(box.vertices, axis=0), size, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(radius=st.floats(0.05, 1.0), taper=st.floats(0.0, 1.0), height=st.floats(0.1, 2.0), sides=st.integers(5, 40))
def test_a_frustum_has_the_volume_of_its_polygon(radius, taper, height, sides):
    shape = shapes.frustum((1, 2, 3), radius, taper * radius, height, sides=sides)
    polygon = 0.5 * sides * np.sin(2 * np.pi / sides)
    expected = polygon * height / 3 * radius**2 * (1 + taper + taper**2)
    assert volume_m3(shape) == pytest.approx(expected, rel=1e-6)


def test_no_edge_of_a_large_face_is_longer_than_asked_for():
    box = shapes.box((0, 0, 0), (2.0, 1.1, 0.03), max_edge_m=0.3)
    corners = box.vertices[box.faces]
    sides = np.abs(corners - np.roll(corners, 1, axis=1))
    assert sides.max() <= 0.3 + 1e-9


@pytest.mark.parametrize("grain", ["x", "y", "z"])
def test_uvs_of_a_box_are_metres_and_u_runs_along_the_grain(grain):
    size = np.array([1.0, 0.5, 0.2])
    box = shapes.box((0, 0, 0), size, grain=grain)
    along = "xyz".index(grain)
    for corner in range(3):
        step = box.vertices[box.faces[:, corner]] - box.vertices[box.faces[:, corner - 1]]
        uv_step = box.uvs[box.faces[:, corner]] - box.uvs[box.faces[:, corner - 1]]
        np.testing.assert_allclose(np.linalg.norm(step, axis=1), np.linalg.norm(uv_step, axis=1), atol=1e-12)
        contains = np.abs(face_normals(box.vertices, box.faces)[:, along]) < 1e-12
        np.testing.assert_allclose(np.abs(step[contains, along]), np.abs(uv_step[contains, 0]), atol=1e-12)


def test_a_rod_goes_from_its_start_to_its_end():
    start, end = np.array([0.2, -1.0, 0.5]), np.array([1.0, 0.4, 2.0])
    rod = shapes.rod(start, end, 0.05)
    axis = (end - start) / np.linalg.norm(end - start)
    along = (rod.vertices - start) @ axis
    assert along.min() == pytest.approx(0, abs=1e-9)
    assert along.max() == pytest.approx(np.linalg.norm(end - start), abs=1e-9)
    from_axis = np.linalg.norm((rod.vertices - start) - along[:, None] * axis, axis=1)
    assert from_axis.max() == pytest.approx(0.05, abs=1e-9)


def test_turning_is_counter_clockwise_seen_against_the_axis():
    post = shapes.box((1, 0, 0), (0.1, 0.1, 0.1))
    for axis, expected in (("z", (0, 1, 0)), ("y", (0, 0, -1)), ("x", (1, 0, 0))):
        np.testing.assert_allclose(post.turned(axis, 90).vertices.mean(axis=0), expected, atol=1e-12)


def test_a_box_that_its_bevel_would_eat_is_refused():
    with pytest.raises(ValueError, match="bevel below half"):
        shapes.box((0, 0, 0), (1.0, 0.02, 1.0), bevel_m=0.01)
