from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.studio.server.placing import item_placement, item_vertices_cm, placed_item
from occlusionkit.studio.server.shapes import box_mesh, cube, sphere
from occlusionkit.studio.world import Item, instance_color


def test_the_list_has_no_blank_at_its_end(ask):
    assert ask("vget /objects") == "floor crate"
    assert all(ask(f"vget /object/{name}/color").startswith("(R=") for name in ask("vget /objects").split(" "))


def test_an_empty_room_has_no_objects(ask):
    assert ask("vset /studio/room empty_room", "vget /objects") == " ", (
        "an empty reply would look like a lost link, ok like a name"
    )


@pytest.mark.parametrize(
    "asked", ["location", "rotation", "scale", "bounds", "color", "mobility", "uclass_name", "vertex_location", "bones"]
)
def test_an_object_that_is_not_there_is_an_error(ask, asked):
    for name in ("", "nobody"):
        assert ask(f"vget /object/{name}/{asked}") == f"error Cannot find object '{name}'"


def test_the_crate_by_hand(ask):
    """Ours: 1 x 2 x 0.5 m about (2, 0, 1) m. Moved to ours (2, -1, 1), which is Unreal's (200, 100, 100)."""
    assert ask("vget /object/crate/location") == "200.000 0.000 100.000"
    assert ask("vget /object/crate/scale") == "1.000 2.000 0.500"
    assert ask("vget /object/crate/bounds") == "150.00 -100.00 75.00 250.00 100.00 125.00"
    assert ask("vget /object/crate/mobility") == "Static"
    ask("vset /object/crate/location 200 100 100")
    assert ask("vget /object/crate/bounds") == "150.00 0.00 75.00 250.00 200.00 125.00"
    assert ask("vget /object/crate/mobility") == "Movable"
    ask("vset /object/crate/rotation 0 90 0")
    assert ask("vget /object/crate/bounds") == "100.00 50.00 75.00 300.00 150.00 125.00"
    ask("vset /object/crate/scale 1 1 1")
    assert ask("vget /object/crate/bounds") == "150.00 50.00 50.00 250.00 150.00 150.00"


def test_pitch_lifts_the_front_and_yaw_turns_to_the_right(ask, stage):
    ask("vset /objects/spawn_cube arm", "vset /object/arm/scale 2 .02 .02", "vset /object/arm/rotation 30 0 0")
    tip = item_vertices_cm(stage.state.world.item("arm"))
    front = tip[tip[:, 0] > 0].mean(axis=0)
    np.testing.assert_allclose(front, [100 * np.cos(np.pi / 6), 0, 50], atol=1e-4)
    ask("vset /object/arm/rotation 0 30 0")
    tip = item_vertices_cm(stage.state.world.item("arm"))
    np.testing.assert_allclose(tip[tip[:, 0] > 0].mean(axis=0), [100 * np.cos(np.pi / 6), 50, 0], atol=1e-4)


ANGLES = st.floats(-179, 179)
SCALES = st.floats(0.1, 5)
PLACES = st.floats(-1e4, 1e4)


@given(
    st.tuples(PLACES, PLACES, PLACES), st.tuples(st.floats(-89, 89), ANGLES, ANGLES), st.tuples(SCALES, SCALES, SCALES)
)
def test_a_placement_survives_the_matrix(location_cm, rotator_deg, scale):
    item = placed_item(Item("box", "object", 1, cube()), location_cm, rotator_deg, scale)
    for found, given_ in zip(item_placement(item), (location_cm, rotator_deg, scale), strict=True):
        np.testing.assert_allclose(found, given_, rtol=1e-9, atol=1e-7)
    assert item.moves


def test_a_mirrored_item_keeps_a_rotation_that_turns():
    item = placed_item(Item("box", "object", 1, cube()), (0.0, 0.0, 0.0), (0.0, 40.0, 0.0), (-1.0, 2.0, 1.0))
    location, rotator_deg, scale = item_placement(item)
    again = placed_item(item, location, rotator_deg, scale)
    np.testing.assert_allclose(again.local_to_world, item.local_to_world, atol=1e-12)
    assert np.prod(scale) == pytest.approx(-2)


def test_vertices_are_five_decimals_and_five_blanks_a_line(ask):
    lines = ask("vget /object/crate/vertex_location").split("\n")
    assert len(lines) == 24
    assert all(line.count("     ") == 2 for line in lines)
    assert lines[0] == "150.00000     100.00000     75.00000"
    found = np.array([[float(word) for word in line.split()] for line in lines])
    np.testing.assert_allclose(found.min(axis=0), [150, -100, 75])
    np.testing.assert_allclose(found.max(axis=0), [250, 100, 125])


def test_colours_are_those_of_the_mask(ask):
    red, green, blue = instance_color(2)
    assert ask("vget /object/crate/color") == f"(R={red},G={green},B={blue},A=255)"
    assert ask("vset /object/crate/color 1 2 3", "vget /object/crate/color") == "(R=1,G=2,B=3,A=255)"
    assert ask("vset /object/crate/color 1 2 256").startswith("error Argument Invalid")


def test_hidden_objects_are_listed_and_not_drawn(ask, stage):
    def crate_pixels() -> int:
        list(stage.run(["vget /camera/0/object_mask bmp"]))
        frame = stage.studio.views.frame(stage.state.world, 0, stage.state.cameras[0], frozenset({"instance"}))
        return int((frame.instance == 2).sum())

    assert crate_pixels() > 0
    assert ask("vset /object/crate/hide", "vget /objects") == "floor crate"
    assert crate_pixels() == 0
    ask("vset /object/crate/show")
    assert crate_pixels() > 0


def test_objects_are_renamed_and_destroyed(ask):
    assert ask("vset /object/crate/name chest", "vget /objects") == "floor chest"
    assert ask("vset /object/chest/name floor").startswith("error Argument Invalid")
    assert ask("vset /object/chest/name a/b").startswith("error Argument Invalid")
    assert ask("vset /object/chest/name chest") == "ok"
    assert ask("vset /object/chest/destroy", "vget /objects") == "floor"
    assert ask("vset /object/chest/destroy").startswith("error Cannot find object")


def test_shapes_are_spawned_by_class_name_and_place(ask):
    assert ask("vset /objects/spawn_cube") == "Cube_0"
    assert ask("vset /objects/spawn Cube") == "Cube_1"
    assert ask("vset /objects/spawn_cube mine") == "mine"
    assert ask("vset /objects/spawn Sphere ball 10 20 -30") == "ball"
    assert ask("vget /object/ball/location") == "10.000 20.000 -30.000"
    assert ask("vget /object/ball/bounds") == "-40.00 -30.00 -80.00 60.00 70.00 20.00"
    assert ask("vget /objects") == "floor crate Cube_0 Cube_1 mine ball"
    colors = {ask(f"vget /object/{name}/color") for name in ask("vget /objects").split()}
    assert len(colors) == 6
    assert ask("vset /objects/spawn Teapot").startswith("error Cannot find class 'Teapot'; there are: Cube Sphere")
    assert ask("vset /objects/spawn Cube mine").startswith("error Argument Invalid")
    assert ask("vset /object/ball/scale 0 1 1").startswith("error Argument Invalid")


@pytest.mark.parametrize("mesh", [cube(), sphere(), box_mesh(np.array([1.0, 2, 3]), np.array([2.0, 4, 6]))])
def test_shapes_are_closed_and_face_outwards(mesh):
    a, b, c = (mesh.vertices[mesh.faces[:, corner]].astype(np.float64) for corner in range(3))
    across = np.cross(b - a, c - a)
    assert (np.linalg.norm(across, axis=1) > 1e-6).all(), "no triangle without area"
    centre = (mesh.vertices.min(axis=0) + mesh.vertices.max(axis=0)) / 2
    assert ((across * ((a + b + c) / 3 - centre)).sum(axis=1) > 0).all()
    np.testing.assert_allclose(across.sum(axis=0), 0, atol=1e-6)
    assert ((across * mesh.normals[mesh.faces].mean(axis=1)).sum(axis=1) > 0).all()
    volume = (a * across).sum() / 6
    box = np.prod(mesh.vertices.max(axis=0) - mesh.vertices.min(axis=0))
    assert volume == pytest.approx(box if len(mesh.vertices) == 24 else box * np.pi / 6, rel=0.02)


def test_bones_of_a_person_in_both_spaces(ask):
    ask("vset /studio/person/spawn box_ann")
    bones = json.loads(ask("vget /object/box_ann/bones"))
    assert [bone["bone_name"] for bone in bones][:2] == ["root", "upperleg01.R"]
    assert bones[0]["transform"] == {
        "Pitch": 0, "Yaw": 0, "Roll": 0, "X": 0, "Y": 0, "Z": 100, "ScaleX": 1, "ScaleY": 1, "ScaleZ": 1,
    }  # fmt: skip
    ask("vset /object/box_ann/location 100 200 0", "vset /object/box_ann/rotation 0 90 0")
    assert json.loads(ask("vget /object/box_ann/bones component")) == bones
    (root,) = json.loads(ask("vget /object/box_ann/bones root,nosuchbone world"))
    assert root["transform"]["X"] == pytest.approx(100)
    assert root["transform"]["Y"] == pytest.approx(200)
    assert root["transform"]["Yaw"] == pytest.approx(90)
    (hip,) = json.loads(ask("vget /object/box_ann/bones upperleg01.L world"))
    # 10 cm along X at rest; a quarter turn to the right takes that to Y.
    assert hip["transform"]["X"] == pytest.approx(100)
    assert hip["transform"]["Y"] == pytest.approx(210)
    assert len(json.loads(ask("vget /object/box_ann/bones world"))) == 15
    assert json.loads(ask("vget /object/box_ann/bones nosuchbone")) == []
    assert ask("vget /object/crate/bones") == "error No skeletal or poseable mesh component found"
