"""Signed distances to solids: by hand, and against the nearest of many points on the surface."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from occlusionkit.studio.rooms.solids import Box, Cylinder, penetration_m, placed_solid, reach_xy_m

SPACING_M = 0.05


@pytest.mark.parametrize(
    ("point", "expected_m"),
    [
        ((0.0, 0.0, 0.0), 0.25),  # nearest face: half the height
        ((0.9, 0.0, 0.0), 0.1),  # 10 cm behind the face x = 1
        ((1.3, 0.0, 0.0), -0.3),
        ((1.3, 0.9, 0.0), -0.5),  # a 3-4-5 triangle off the edge (1, 0.5)
        ((1.3, 0.5 + 0.4, 0.25 + 1.2), -1.3),  # 3-4-12-13 off the corner
    ],
)
def test_a_box_is_left_by_its_nearest_face(point, expected_m):
    box = Box((0, 0, 0), (2.0, 1.0, 0.5))
    assert penetration_m(np.array(point), [box]) == pytest.approx(expected_m, abs=1e-12)


def test_a_box_turned_by_a_quarter_swaps_its_sides():
    box = Box((1, 0, 0), (2.0, 1.0, 1.0), yaw_rad=np.pi / 2)
    points = np.array([[1.0, 0.9, 0.0], [1.9, 0.0, 0.0]])
    np.testing.assert_allclose(penetration_m(points, [box]), [0.1, -0.4], atol=1e-12)


@pytest.mark.parametrize(
    ("point", "expected_m"),
    [
        ((0.0, 0.0, 1.0), 0.5),
        ((0.3, 0.0, 1.9), 0.1),
        ((0.3, 0.4, 1.0), 0.0),
        ((0.6, 0.8, 1.0), -0.5),
        ((0.0, 0.0, 2.2), -0.2),
        ((0.5 + 0.3, 0.0, 2.4), -0.5),
    ],
)
def test_a_cylinder_is_left_sideways_or_upwards(point, expected_m):
    cylinder = Cylinder((0, 0, 1), radius_m=0.5, height_m=2.0)
    assert penetration_m(np.array(point), [cylinder]) == pytest.approx(expected_m, abs=1e-12)


def test_of_several_solids_the_deepest_counts():
    solids = [Box((0, 0, 0), (1, 1, 1)), Cylinder((2, 0, 0), 0.5, 1.0)]
    points = np.array([[[0.0, 0, 0], [1.8, 0, 0]], [[0.9, 0, 0], [5.0, 0, 0]]])
    np.testing.assert_allclose(penetration_m(points, solids), [[0.5, 0.3], [-0.4, -2.5]], atol=1e-12)


def test_without_solids_nothing_is_near():
    assert penetration_m(np.zeros((2, 3)), []).tolist() == [-np.inf, -np.inf]


coordinates = st.floats(-2, 2)
points = st.tuples(coordinates, coordinates, coordinates)
sizes = st.floats(0.1, 1.5)
boxes = st.builds(Box, points, st.tuples(sizes, sizes, sizes), st.floats(-4, 4))
cylinders = st.builds(Cylinder, points, sizes, sizes)


@settings(max_examples=60, deadline=None)
@given(solid=st.one_of(boxes, cylinders), point=points)
def test_the_distance_is_that_of_the_nearest_point_of_the_surface(solid, point):
    surface = _surface_points(solid)
    nearest_m = np.linalg.norm(surface - point, axis=1).min()
    found_m = abs(float(penetration_m(np.array(point), [solid])))
    # The nearest sampled point is at most half a cell's diagonal (or arc) from the true one.
    assert found_m - 1e-9 <= nearest_m <= found_m + SPACING_M


@settings(max_examples=60, deadline=None)
@given(solid=st.one_of(boxes, cylinders), point=points, at=points, yaw=st.floats(-4, 4))
def test_turning_and_moving_solid_and_point_together_changes_nothing(solid, point, at, yaw):
    spun = complex(point[0], point[1]) * np.exp(1j * yaw)
    together = np.array([spun.real + at[0], spun.imag + at[1], point[2] + at[2]])
    moved = placed_solid(solid, at=at, yaw_rad=yaw)
    np.testing.assert_allclose(penetration_m(together, [moved]), penetration_m(np.array(point), [solid]), atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(solid=st.one_of(boxes, cylinders))
def test_the_reach_from_above_is_tight(solid):
    low, high = reach_xy_m(solid)
    surface = _surface_points(solid)[:, :2]
    assert (surface >= low - 1e-9).all() and (surface <= high + 1e-9).all()
    np.testing.assert_allclose([surface.min(axis=0), surface.max(axis=0)], [low, high], atol=SPACING_M)


def _surface_points(solid):
    """Points at most SPACING_M apart that cover the solid's surface, made without the code under test."""
    if isinstance(solid, Box):
        axes = [np.linspace(-0.5, 0.5, 2 + int(size / SPACING_M * 1.5)) * size for size in solid.size]
        faces = []
        for axis in range(3):
            for end in (axes[axis][0], axes[axis][-1]):
                grid = np.meshgrid(*(np.array([end]) if other == axis else axes[other] for other in range(3)))
                faces.append(np.stack([g.ravel() for g in grid], axis=-1))
        local = np.concatenate(faces)
        flat = (local[:, 0] + 1j * local[:, 1]) * np.exp(1j * solid.yaw_rad)
        return np.stack([flat.real, flat.imag, local[:, 2]], axis=-1) + solid.center
    around = np.linspace(0, 2 * np.pi, int(2 * np.pi * solid.radius_m / SPACING_M * 1.5) + 8)
    up = np.linspace(-0.5, 0.5, 2 + int(solid.height_m / SPACING_M * 1.5)) * solid.height_m
    out = np.linspace(0, 1, 2 + int(solid.radius_m / SPACING_M * 1.5)) * solid.radius_m
    parts = [_ring(around, solid.radius_m, z) for z in up]
    parts += [_ring(around, radius, z) for z in (up[0], up[-1]) for radius in out]
    return np.concatenate(parts) + solid.center


def _ring(around, radius_m, z):
    return np.stack([radius_m * np.cos(around), radius_m * np.sin(around), np.full_like(around, z)], axis=-1)
