import numpy as np
import pytest

from occlusionkit.studio.portraits.forms import lathe, sheet_of, swept
from occlusionkit.studio.render.closed import is_closed
from occlusionkit.studio.rooms.shapes import face_normals


def volume(shape):
    """m^3, positive where faces look outwards (the divergence theorem)."""
    first, second, third = (shape.vertices[shape.faces[:, corner]] for corner in range(3))
    return float(np.einsum("ij,ij->", first, np.cross(second, third)) / 6)


def agreement(shape):
    """Least cosine between vertex normals and those of the faces that they are on."""
    flat = face_normals(shape.vertices, shape.faces)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    return min(np.einsum("ij,ij->i", shape.normals[shape.faces[:, corner]], flat).min() for corner in range(3))


def test_a_turned_cylinder_has_a_cylinders_volume():
    shape = lathe(np.array([[0, 0], [0.03, 0], [0.03, 0], [0.03, 0.1], [0.03, 0.1], [0, 0.1]]), sides=64)
    assert volume(shape) == pytest.approx(np.pi * 0.03**2 * 0.1, rel=0.01)
    assert is_closed(shape.vertices.astype(np.float32), shape.faces)
    # A point given twice shades sharp: no normal leans.
    assert agreement(shape) > 0.99


def test_a_turned_cup_is_hollow():
    profile = [[0, 0], [0.04, 0], [0.04, 0.1], [0.036, 0.1], [0.036, 0.006], [0, 0.006]]
    shape = lathe(np.array(profile), sides=64)
    walls = np.pi * (0.04**2 * 0.1 - 0.036**2 * 0.094)
    assert volume(shape) == pytest.approx(walls, rel=0.01)


def test_a_swept_bar_is_as_long_as_its_path_and_a_ring_is_a_torus():
    path = np.stack([np.zeros(9), np.linspace(0, 0.2, 9), np.zeros(9)], axis=1)
    bar = swept(path, np.full(9, 0.01), sides=48)
    assert np.ptp(bar.vertices, axis=0) == pytest.approx([0.02, 0.2, 0.02], abs=2e-4)
    turn = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    ring = np.stack([0.05 * np.cos(turn), 0.05 * np.sin(turn), np.zeros(64)], axis=1)
    torus = swept(ring, np.full(64, 0.01), sides=48, closed=True)
    assert volume(torus) == pytest.approx(2 * np.pi**2 * 0.05 * 0.01**2, rel=0.02)
    assert agreement(torus) > 0.9
    flat = swept(path, np.full(9, 0.01), sides=48, flat=0.25)
    assert sorted(np.ptp(flat.vertices, axis=0)[[0, 2]]) == pytest.approx([0.005, 0.02], abs=2e-4)


def test_cloth_has_two_sides_and_an_edge():
    x, y = np.meshgrid(np.linspace(0, 0.3, 7), np.linspace(0, 0.2, 5))
    grid = np.stack([x, y, 0.01 * np.sin(9 * x)], axis=-1)
    cloth = sheet_of(grid, thickness_m=0.002)
    assert is_closed(cloth.vertices.astype(np.float32), cloth.faces)
    assert volume(cloth) == pytest.approx(0.3 * 0.2 * 0.002, rel=0.05)
    single = sheet_of(grid, thickness_m=0.002, double=False)
    assert len(single.faces) == 2 * 6 * 4
    assert single.uvs.max(axis=0) == pytest.approx([0.3, 0.2], rel=0.02)
