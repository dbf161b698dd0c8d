"""Posing and storing a body small enough to work out by hand."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.studio.people import Body, load_people
from occlusionkit.studio.people.body import save_people
from occlusionkit.studio.rig import Pose

QUARTER_TURN_X = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def bent(body: Body, bone: str) -> Pose:
    """At rest, but for one bone turned by 90 degrees about x."""
    rotations = body.rest_pose().rotations.copy()
    rotations[body.rig.index(bone)] = QUARTER_TURN_X
    return replace(body.rest_pose(), rotations=rotations)


def test_rest_pose_gives_the_rest_vertices(tiny_body):
    mesh = tiny_body.mesh(tiny_body.rest_pose())
    np.testing.assert_allclose(mesh.vertices, tiny_body.rest_vertices, atol=1e-7)
    assert mesh.vertices.dtype == np.float32


def test_a_bent_knee_moves_its_vertices_as_worked_out_by_hand(tiny_body):
    vertices = tiny_body.mesh(bent(tiny_body, "lowerleg01.L")).vertices
    np.testing.assert_allclose(vertices[:4], tiny_body.rest_vertices[:4], atol=1e-7)  # the root's stay
    # (0, 0, 0.25) is 0.25 m below the knee at (0, 0, 0.5); turned about x, "below" becomes +y.
    np.testing.assert_allclose(vertices[4], [0, 0.25, 0.5], atol=1e-7)
    np.testing.assert_allclose(vertices[6], [0, 0.25, 0.75], atol=1e-7)
    # The last vertex, at the knee itself, stays whichever bone moves it.
    np.testing.assert_allclose(vertices[7], [0, 0, 0.5], atol=1e-7)


def test_a_vertex_between_two_bones_goes_half_way(tiny_body):
    shifted = replace(tiny_body, rest_vertices=tiny_body.rest_vertices + np.float32([0, 0.5, 0]))
    vertices = shifted.mesh(bent(shifted, "lowerleg01.L")).vertices
    # (0, 0.5, 0.5) stays for the root and goes to (0, 0, 1) for the knee.
    np.testing.assert_allclose(vertices[7], [0, 0.25, 0.75], atol=1e-7)


def test_the_root_carries_the_whole_body(tiny_body):
    pose = replace(bent(tiny_body, "root"), root_m=np.array([5.0, 6.0, 7.0]))
    expected = (tiny_body.rest_vertices - [0, 0, 1]) @ QUARTER_TURN_X.T + [5, 6, 7]
    np.testing.assert_allclose(tiny_body.mesh(pose).vertices, expected, atol=2e-6)


@given(yaw_rad=st.floats(-3, 3), x=st.floats(-4, 4), y=st.floats(-4, 4))
def test_placing_a_pose_moves_mesh_normals_and_joints_rigidly(tiny_body, yaw_rad, x, y):
    pose = bent(tiny_body, "lowerleg01.L")
    placed = pose.placed(xy=(x, y), yaw_rad=yaw_rad)
    turn = np.array([[np.cos(yaw_rad), -np.sin(yaw_rad), 0], [np.sin(yaw_rad), np.cos(yaw_rad), 0], [0, 0, 1]])
    before, after = tiny_body.mesh(pose), tiny_body.mesh(placed)
    # float32 at up to 6 m from the origin: steps of 5e-7 m.
    np.testing.assert_allclose(after.vertices, before.vertices @ turn.T + [x, y, 0], atol=3e-6)
    np.testing.assert_allclose(after.normals, before.normals @ turn.T, atol=1e-4)
    np.testing.assert_allclose(tiny_body.joints(placed), tiny_body.joints(pose) @ turn.T + [x, y, 0], atol=1e-12)


def test_normals_point_outwards_and_are_shared_only_where_welded(tiny_body):
    apart = tiny_body.mesh(tiny_body.rest_pose()).normals
    center = tiny_body.rest_vertices[:4].mean(axis=0)
    assert (np.einsum("ij,ij->i", apart[:4], tiny_body.rest_vertices[:4] - center) > 0).all()
    np.testing.assert_allclose(np.linalg.norm(apart, axis=1), 1, atol=1e-6)
    # The corner (0, 0, 0) of a tetrahedron has three faces, each looking along one negative axis.
    np.testing.assert_allclose(apart[0], -np.ones(3) / np.sqrt(3), atol=1e-6)

    welds = tiny_body.welds.copy()
    welds[[1, 2]] = 1
    together = replace(tiny_body, welds=welds).mesh(tiny_body.rest_pose()).normals
    np.testing.assert_array_equal(together[1], together[2])
    # Corners 1 and 2 are mirror images in x = y, so what they share lies in that plane; before, neither did.
    np.testing.assert_allclose(together[1, 0], together[1, 1], atol=1e-6)
    assert abs(apart[1, 0] - apart[1, 1]) > 0.1


def test_people_come_back_from_a_file_as_they_were(tiny_body, tmp_path):
    second = replace(tiny_body, name="p02", subject=2, description="Änne", height_m=1.5)
    save_people(tmp_path / "people.npz", (tiny_body, second))
    first, other = load_people(tmp_path / "people.npz")
    assert (other.name, other.subject, other.description, other.height_m) == ("p02", 2, "Änne", 1.5)
    assert first.rig.names == tiny_body.rig.names and first.rig.parents == tiny_body.rig.parents
    for name in ("rest_vertices", "faces", "parts", "surfaces", "welds"):
        np.testing.assert_array_equal(getattr(first, name), getattr(tiny_body, name))
        assert getattr(first, name).dtype == getattr(tiny_body, name).dtype
    np.testing.assert_array_equal(first.weights.toarray(), tiny_body.weights.toarray())
    np.testing.assert_array_equal(first.rig.rest_heads, tiny_body.rig.rest_heads)
    np.testing.assert_allclose(first.colors, tiny_body.colors, atol=1 / 65535)


def test_equal_people_give_equal_bytes_and_leave_nothing_beside(tiny_body, tmp_path):
    for name in ("a.npz", "b.npz"):
        save_people(tmp_path / name, (tiny_body,))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def test_a_failed_write_keeps_the_old_file(tiny_body, tmp_path, monkeypatch):
    path = tmp_path / "people.npz"
    save_people(path, (tiny_body,))
    before = path.read_bytes()

    def full_disk(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full_disk)
    with pytest.raises(OSError, match="No space left"):
        save_people(path, (replace(tiny_body, height_m=2.0),))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["people.npz"]


def test_people_with_different_bones_do_not_share_a_file(tiny_body, tmp_path):
    other = replace(tiny_body, rig=replace(tiny_body.rig, names=(*tiny_body.rig.names[:-1], "tail")))
    with pytest.raises(ValueError, match="different bones"):
        save_people(tmp_path / "people.npz", (tiny_body, other))


def rewritten(path: Path, changes: dict[str, object]) -> Path:
    """The file with some of its arrays replaced (None: left out)."""
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files} | changes
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    return path


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "format",
            np.array("occlusionkit people 0"),
            "expected 'occlusionkit people 1', found 'occlusionkit people 0'",
        ),
        ("bones", None, "the arrays bones are missing"),
        ("p01.colors", None, "p01: colors: expected .* found nothing"),
        ("p01.rest_vertices", np.zeros((8, 3)), r"rest_vertices: expected \(8, 3\) float32, found \(8, 3\) float64"),
        ("p01.faces", np.full((8, 3), 8, np.uint16), "faces: expected values below 8, found 8"),
        ("p01.parts", np.full(8, 99, np.uint8), "parts: expected values below 17, found 99"),
        ("p01.weight_values", np.full(9, 0.5, np.float32), "rows that sum to 1, found 0.5000 .. 1.0000"),
        ("p01.weight_starts", np.full(9, 9, np.uint32), "expected to rise from 0 to 9"),
        ("p01.rest_vertices", np.full((8, 3), np.nan, np.float32), "expected finite metres"),
    ],
)
def test_a_damaged_file_is_refused_with_its_name_and_array(tiny_body, tmp_path, name, value, message):
    path = tmp_path / "people.npz"
    save_people(path, (tiny_body,))
    with pytest.raises(ValueError, match=message) as refused:
        load_people(rewritten(path, {name: value}))
    assert str(path) in str(refused.value)


def test_half_a_file_is_refused(tiny_body, tmp_path):
    path = tmp_path / "people.npz"
    save_people(path, (tiny_body,))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match=r"people\.npz: expected a people file"):
        load_people(path)


def test_a_file_of_pickles_is_refused(tiny_body, tmp_path):
    path = tmp_path / "people.npz"
    save_people(path, (tiny_body,))
    with zipfile.ZipFile(path, "a") as archive, archive.open("extra.npy", "w") as stream:
        np.lib.format.write_array(stream, np.array([object()]), allow_pickle=True)
    with pytest.raises(ValueError, match="expected a people file"):
        load_people(path)
