"""Rings, lids, outlines and borrowed weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.studio.people.lofts import hull_reach, lid_faces, ring_faces, weights_near
from occlusionkit.studio.people.tailor import polar_profile, sample_profile


def signed_volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    """Positive where faces look outwards."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    return float(np.einsum("ij,ij->i", np.cross(a, b), c).sum() / 6)


def test_rings_and_lids_close_a_cylinder_that_looks_outwards():
    columns, rings = 48, 5
    turn = np.arange(columns) / columns * 2 * np.pi
    levels = np.linspace(2.0, 1.0, rings)  # from the top down
    side = np.concatenate([np.stack([0.5 * np.cos(turn), 0.5 * np.sin(turn), 0 * turn + z], axis=1) for z in levels])
    vertices = np.concatenate([side, [[0, 0, 2.0], [0, 0, 1.0]]])
    top = lid_faces(np.arange(columns), len(side), up=True)
    bottom = lid_faces(np.arange(columns) + (rings - 1) * columns, len(side) + 1, up=False)
    faces = np.concatenate([ring_faces(rings, columns), top, bottom])
    # An inscribed polygon of 48 sides has 0.997 of the circle's area.
    assert signed_volume(vertices, faces) == pytest.approx(0.5 * columns * 0.25 * np.sin(2 * np.pi / columns))


def test_open_rings_leave_the_seam_open():
    assert len(ring_faces(3, 4)) == 16
    assert len(ring_faces(3, 4, closed=False)) == 12
    assert not (
        (ring_faces(3, 4, closed=False) % 4 == 3).any(axis=1) & (ring_faces(3, 4, closed=False) % 4 == 0).any(axis=1)
    ).any()


def test_reach_of_a_square_is_worked_out_by_hand():
    square = np.array([[1.0, 1], [-1, 1], [-1, -1], [1, -1], [0.2, 0.3]])
    reach = hull_reach(square, np.array([0.5, 0.0]), np.radians([0, 90, 180, 45]))
    np.testing.assert_allclose(reach, [0.5, 1, 1.5, 0.5 * np.sqrt(2)])


def test_a_center_outside_the_outline_is_refused():
    with pytest.raises(ValueError, match=r"center \[3.0, 0.0\] lies outside"):
        hull_reach(np.array([[1.0, 1], [-1, 1], [-1, -1], [1, -1]]), np.array([3.0, 0.0]), np.zeros(1))


@given(st.integers(0, 2**32 - 1))
def test_borrowed_weights_sum_to_one_and_come_from_the_chosen_vertices(seed):
    rng = np.random.default_rng(seed)
    vertices = rng.normal(size=(60, 3))
    weights = rng.random((60, 4))
    weights /= weights.sum(axis=1, keepdims=True)
    among = vertices[:, 0] > 0
    near = weights_near(vertices[:5] + 20, vertices, weights, sigma_m=0.1, among=among, neighbors=8)
    np.testing.assert_allclose(near.sum(axis=1), 1)
    assert (near <= weights[among].max(axis=0) + 1e-12).all()


def test_a_point_on_a_lonely_vertex_has_its_weights():
    vertices = np.array([[0.0, 0, 0], [5, 0, 0]])
    near = weights_near(np.array([[0.1, 0, 0]]), vertices, np.eye(2), sigma_m=0.05, among=np.ones(2, bool), neighbors=2)
    np.testing.assert_allclose(near, [[1, 0]], atol=1e-12)


@pytest.mark.parametrize(("slack", "expected_m"), [(0.0, 0.5), (0.25, 0.25), (-0.25, 0.75)])
def test_cloth_hangs_from_the_widest_place_above(slack, expected_m):
    # A disc of radius 0.5 m on a pole of radius 0.1 m; 1 m below it, the cloth has lost or gained 1 m * slack.
    turn = np.tile(np.arange(72) / 72 * 2 * np.pi, 101)
    down = np.repeat(np.linspace(0, 2, 101), 72)
    radius = np.where(down < 0.04, 0.5, 0.1)
    grid, first = polar_profile(down, turn, radius, slack=slack)
    reach = sample_profile(grid, first, np.full(5, 1.0), np.linspace(0, 6, 5))
    np.testing.assert_allclose(reach, expected_m, atol=0.02)  # levels are 2 cm apart
