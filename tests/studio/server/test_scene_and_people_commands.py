from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from occlusionkit.geometry import camera_to_image, world_to_camera
from occlusionkit.studio.rig import Pose, joints_of, pose_bones
from occlusionkit.studio.server.boxes import BoxLibrary, box_rig
from occlusionkit.studio.server.commands import ROUTES
from occlusionkit.studio.server.poses import encode_pose
from occlusionkit.studio.world import instance_color
from occlusionkit.unreal import points_from_unreal, points_to_unreal, rotator_axes


def test_status_names_a_folder_where_files_are_found(ask, tmp_path):
    lines = ask("vget /unrealcv/status").split("\n")
    assert lines[:2] == ["Is Listening", "Client Connected"]
    (config,) = [line for line in lines if line.startswith("Config file:")]
    name = ask("vget /camera/0/lit status.png")
    folder = config.removeprefix("Config file:").strip().rpartition("/")[0]
    assert (tmp_path / name).samefile(f"{folder}/{name}")
    assert {"Port: 9000", "Width: 64", "Height: 48", "FOV: 90.0", "EnableInput: True", "EnableRightEye: False"} <= set(
        lines
    )


def test_help_alternates_templates_and_descriptions_and_commands_has_templates_only(ask):
    lines = ask("vget /unrealcv/help").split("\n")
    assert lines[::2] == [route.template for route in ROUTES] == ask("vget /unrealcv/commands").split("\n")
    assert lines[1::2] == [route.description for route in ROUTES]
    assert {"vget /unrealcv/status", "vget /unrealcv/version", "vget /unrealcv/commands"} <= set(lines)


def test_echo_and_version(ask):
    assert ask("vget /unrealcv/echo test") == "test"
    assert ask("vget /unrealcv/echo").startswith("error No handler found")
    version = tuple(int(part) for part in ask("vget /unrealcv/version").split("."))
    assert (1, 1, 0) <= version < (2, 0, 0)


@pytest.mark.parametrize(
    "command", ["vrun setres 640x480w", "vrun slomo 1", "vrun t.maxFPS 30", "vrun sg.ShadowQuality 0", "vcmd stat fps"]
)
def test_console_commands_that_do_no_harm_are_acknowledged(ask, stage, command):
    before = stage.state
    assert ask(command) == "ok"
    assert stage.state is before


@pytest.mark.parametrize(
    "command",
    [
        "vrun quit",
        "vrun open Map",
        "vcmd exec touch /tmp/x",
        "vrun ;touch x",
        "vexec actor f 1",
        "vbp actor f",
        "vbp a b 1 2 3",
    ],
)
def test_nothing_else_reaches_a_console(ask, stage, command):
    before = stage.state
    assert ask(command).startswith("error ")
    assert stage.state is before


def test_modules_of_the_server_start_no_process_and_no_shell():
    import ast
    import pathlib

    import occlusionkit.studio.server as server

    for path in sorted(pathlib.Path(server.__file__).parent.rglob("*.py")):
        names = {
            node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            for node in ast.walk(ast.parse(path.read_text()))
        }
        assert not names & {"subprocess", "system", "popen", "eval", "exec", "Popen"}, path


def test_view_modes(ask):
    assert ask("vget /viewmode") == "lit"
    for mode in ("depth", "object_mask", "normal", "lit"):
        assert ask(f"vset /viewmode {mode}") == "ok"
        assert ask("vget /viewmode") == mode
    assert ask("vset /viewmode wireframe").startswith("error Argument Invalid")


def test_pause_resume_and_acknowledged_inputs(ask):
    assert ask("vget /action/game/is_paused") == "false"
    assert ask("vset /action/game/pause") == "ok"
    assert ask("vget /action/game/is_paused") == "true"
    assert ask("vset /action/game/resume", "vget /action/game/is_paused") == "false"
    for command in ("keyboard Up 0.1", "input/enable", "input/disable"):
        assert ask(f"vset /action/{command}") == "ok"


def test_rooms_load_clean(ask):
    assert ask("vget /studio/rooms") == "box_room empty_room"
    ask("vset /studio/person/spawn box_ann", "vset /cameras/spawn", "vset /object/crate/destroy")
    assert ask("vset /action/game/level empty_room", "vget /scene/name") == "empty_room"
    assert ask("vget /objects", "vget /cameras") == "PlayerCamera"
    assert ask("vset /studio/room box_room", "vget /level/name") == "box_room"
    assert ask("vget /objects") == "floor crate"
    assert ask("vget /studio/stage") == " "
    assert ask("vset /studio/room attic") == "error Cannot find room 'attic'; there are: box_room empty_room"


def test_a_rooms_camera_places_fit_the_standard_commands(ask):
    places = json.loads(ask("vget /studio/cameras"))
    assert [place["name"] for place in places] == ["front", "side"]
    side = places[1]
    ask(
        f"vset /camera/0/location {' '.join(map(str, side['location']))}",
        f"vset /camera/0/rotation {' '.join(map(str, side['rotation']))}",
        f"vset /camera/0/fov {side['fov']}",
    )
    assert ask("vget /camera/0/pose") == "0.000 -180.000 150.000 -15.000 60.000 0.000"


def test_a_person_is_spawned_at_rest_and_is_an_object(ask):
    assert ask("vget /studio/people") == "box_ann box_bob"
    assert ask("vset /studio/person/spawn box_bob") == "box_bob"
    assert ask("vget /studio/stage") == "box_bob"
    assert ask("vget /objects") == "floor crate box_bob"
    assert ask("vget /object/box_bob/uclass_name") == "SkeletalMeshActor"
    assert json.loads(ask("vget /studio/person/box_bob/joints"))["root"] == pytest.approx([0, 0, 110])
    assert ask("vset /studio/person/spawn box_bob").startswith("error Argument Invalid")
    assert ask("vset /studio/person/spawn nobody").startswith("error Cannot find person 'nobody'; there are: box_ann")
    assert ask("vset /studio/person/box_bob/destroy", "vget /objects") == "floor crate"
    assert ask("vset /studio/person/crate/destroy").startswith("error Cannot find person")


def test_a_person_has_one_colour_whoever_else_is_there(ask):
    red, green, blue = instance_color(1002)
    expected = f"(R={red},G={green},B={blue},A=255)"
    assert ask("vset /studio/person/spawn box_bob", "vget /object/box_bob/color") == expected
    ask("vset /studio/person/box_bob/destroy", "vset /studio/person/spawn box_ann", "vset /objects/spawn_cube")
    assert ask("vset /studio/person/spawn box_bob", "vget /object/box_bob/color") == expected
    assert ask("vset /studio/person/spawn box_bob twin") == "twin"
    assert len({ask(f"vget /object/{name}/color") for name in ask("vget /objects").split()}) == 6


def test_joints_and_mesh_follow_the_pose(ask, stage):
    rig = box_rig(scale=1.0)
    rng = np.random.default_rng(5)
    pose = Pose(Rotation.random(15, rng=rng).as_matrix(), np.array([1.0, -0.5, 1.2]))
    ask("vset /studio/person/spawn box_ann")
    assert ask(f"vset /studio/person/box_ann/pose {encode_pose(rig, pose)}") == "ok"
    heads = pose_bones(rig, pose.rotations, pose.root_m)[1]
    joints = json.loads(ask("vget /studio/person/box_ann/joints"))
    assert list(joints)[:3] == ["root", "rhip", "rkne"]
    # 100 * the metres, then the text's full precision: a few units in the last place.
    np.testing.assert_allclose(list(joints.values()), points_to_unreal(joints_of(rig, heads)), rtol=1e-12, atol=1e-11)
    boxes = stage.state.world.item("box_ann").mesh.vertices.reshape(15, 24, 3).mean(axis=1)
    np.testing.assert_allclose(boxes, heads, atol=1e-6)


@pytest.mark.parametrize("rotator", ["-10 35 0", "-25 -150 8"])
def test_joints_fall_on_the_persons_boxes_in_depth_and_mask(ask, stage, rotator):
    """Pose, mesh, joints, camera and depth agree: each joint is in the middle of a box of 10 cm that is seen."""
    rig = box_rig(scale=1.0)
    turns = Rotation.from_rotvec(np.random.default_rng(3).normal(0, 0.4, (15, 3))).as_matrix()
    ask("vset /studio/room empty_room", "vset /studio/person/spawn box_ann", "vset /camera/0/fov 40")
    ask(f"vset /studio/person/box_ann/pose {encode_pose(rig, Pose(turns, np.array([0.3, 0.2, 1.0])))}")
    ask("vset /object/box_ann/rotation 0 20 0", f"vset /camera/0/rotation {rotator}")
    camera = stage.state.cameras[0]
    # 4 m back from the person along the camera's own axis.
    root_cm = np.array(json.loads(ask("vget /studio/person/box_ann/joints"))["root"])
    back = root_cm - 400 * rotator_axes(*camera.rotator_deg)[0]
    ask("vset /camera/0/location " + " ".join(f"{value:.3f}" for value in back))
    ours = stage.state.cameras[0].camera()
    joints_cm = np.array(list(json.loads(ask("vget /studio/person/box_ann/joints")).values()))
    joints_camera = world_to_camera(points_from_unreal(joints_cm), ours)
    columns, rows = np.floor(camera_to_image(joints_camera, ours)).astype(int).T
    frame = stage.studio.views.frame(stage.state.world, 0, stage.state.cameras[0], frozenset({"depth", "instance"}))
    assert (frame.instance[rows, columns] == 1001).all()
    gap_m = joints_camera[:, 2] - frame.depth_m[rows, columns]
    # From the middle of a box to its surface: half a side to half a diagonal, unless another box is in front; and the
    # pixel's centre is up to 3 cm beside the joint.
    own = gap_m < 0.0867
    assert (gap_m > 0.02).all()
    assert own.sum() >= 12


def test_moving_the_actor_moves_joints_and_leaves_the_pose(ask):
    ask("vset /studio/person/spawn box_ann")
    pose = ask("vget /studio/person/box_ann/pose")
    ask("vset /object/box_ann/location 100 50 0", "vset /object/box_ann/rotation 0 90 0")
    joints = json.loads(ask("vget /studio/person/box_ann/joints"))
    assert joints["root"] == pytest.approx([100, 50, 100])
    assert joints["lhip"] == pytest.approx([100, 60, 95])
    assert ask("vget /studio/person/box_ann/pose") == pose
    ask(f"vset /studio/person/box_ann/pose {pose}")
    assert json.loads(ask("vget /studio/person/box_ann/joints")) == joints
    assert ask("vset /object/box_ann/name ann", "vget /studio/stage") == "ann"
    assert json.loads(ask("vget /studio/person/ann/joints")) == joints


def test_a_pose_that_is_none_changes_nothing(ask, stage):
    ask("vset /studio/person/spawn box_ann")
    before = stage.state
    assert ask('vset /studio/person/box_ann/pose {"root":[0,0]}').startswith(
        "error Argument Invalid: pose root: expected 3"
    )
    assert ask('vset /studio/person/box_bob/pose {"root":[0,0,0]}').startswith("error Cannot find person 'box_bob'")
    assert stage.state is before


def test_the_rig_is_the_bodys(ask):
    ask("vset /studio/person/spawn box_bob")
    rig = json.loads(ask("vget /studio/person/box_bob/rig"))
    expected = BoxLibrary().person("box_bob").rig
    assert tuple(rig["names"]) == expected.names
    assert tuple(rig["parents"]) == expected.parents
    np.testing.assert_allclose(rig["rest_heads"], points_to_unreal(expected.rest_heads))


def test_states_are_replaced_not_changed(stage):
    before = stage.state
    names = [item.name for item in before.world.items]
    list(stage.run(["vset /studio/person/spawn box_ann", "vset /object/crate/location 0 0 0", "vset /camera/0/fov 50"]))
    assert [item.name for item in before.world.items] == names
    assert before.people == {}
    assert before.cameras[0].hfov_deg == 90
    assert before.world.item("crate").local_to_world[0, 3] == 2.0
