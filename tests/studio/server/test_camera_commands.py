from __future__ import annotations

import io

import cv2
import numpy as np
import pytest

from occlusionkit.studio.world import instance_color


def image(stage, command: str) -> np.ndarray:
    """RGB of a binary reply."""
    body = np.frombuffer(bytes(next(stage.run([command]))), np.uint8)
    return cv2.cvtColor(cv2.imdecode(body, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def array(stage, command: str) -> np.ndarray:
    return np.load(io.BytesIO(bytes(next(stage.run([command])))), allow_pickle=False)


def test_camera_0_stands_at_the_rooms_first_place(ask):
    assert ask("vget /cameras") == "PlayerCamera"
    assert ask("vget /camera/0/location") == "-100.000 0.000 100.000"
    assert ask("vget /camera/0/rotation") == "0.000 0.000 0.000"
    assert ask("vget /camera/0/fov") == "90.000000"
    assert ask("vget /camera/0/size") == "64 48"


@pytest.mark.parametrize(
    ("command", "asked", "answer"),
    [
        ("location 1.5 -2 3e-3", "location", "1.500 -2.000 0.003"),
        ("moveto 1 2 3", "location", "1.000 2.000 3.000"),
        ("location -0.0001 0 0", "location", "0.000 0.000 0.000"),
        ("rotation 10 20 30", "rotation", "10.000 20.000 30.000"),
        ("rotation 0 270 -360", "rotation", "0.000 -90.000 0.000"),
        ("rotation -180 180 540", "rotation", "180.000 180.000 180.000"),
        ("pose 1 2 3 4 5 6", "pose", "1.000 2.000 3.000 4.000 5.000 6.000"),
        ("fov 60.5", "fov", "60.500000"),
        ("horizontal_fieldofview 75", "horizontal_fieldofview", "75.000000"),
        ("size 320 240", "size", "320 240"),
    ],
)
def test_what_is_set_is_what_is_got(ask, command, asked, answer):
    assert ask(f"vset /camera/0/{command}") == "ok"
    assert ask(f"vget /camera/0/{asked}") == answer


@pytest.mark.parametrize(
    "command",
    [
        "vget /camera/1/location",
        "vset /camera/1/location 1 2 3",
        "vget /camera//location",
        "vget /camera/99999999999/lit png",
        "vset /camera/0/fov 0",
        "vset /camera/0/fov 180",
        "vset /camera/0/fov -90",
        "vset /camera/0/size 0 10",
        "vset /camera/0/size 8193 1",
        "vset /camera/0/size 8192 8192",
        "vset /camera/0/location 1 2",
        "vset /camera/0/location 1 2 nan",
        "vget /camera/0/lit ",
        "vget /camera/0/lit jpg",
        "vget /camera/0/lit npy",
        "vget /camera/0/depth png",
        "vget /camera/0/depth depth.png",
        "vget /camera/0/depth depth.exr",
        "vget /camera/0/optical_flow bmp",
        "vget /camera/0/lit_shared",
    ],
)
def test_what_cannot_be_is_an_error_and_changes_nothing(ask, stage, command):
    before = stage.state
    assert ask(command).startswith("error ")
    assert stage.state is before


def test_unrealcvs_own_error_texts(ask):
    assert ask("vget /camera/7/fov").startswith("error Invalid sensor id")
    assert ask("vget /camera/0/lit ") == "error Filename can not be empty"
    assert ask("vget /camera/0/depth depth.png").startswith("error Invalid filename type, filename depth.png")
    assert ask("vget /nothing").startswith("error No handler found for URI 'vget /nothing'")


def test_spawned_cameras_get_the_next_id(ask):
    assert ask("vset /cameras/spawn") == "FusionCameraActor_1"
    assert ask("vset /cameras/spawn") == "FusionCameraActor_2"
    assert ask("vget /cameras") == "PlayerCamera FusionCameraActor_1 FusionCameraActor_2"
    assert ask("vset /camera/2/location 1 2 3", "vget /camera/2/location") == "1.000 2.000 3.000"
    assert ask("vget /camera/1/location") == "0.000 0.000 0.000"


def test_depth_is_planar_centimetres_to_the_analytic_plane(stage):
    """The crate's near side is 2.5 m in front, in the image's middle; the floor is 1 m below."""
    depth_cm = array(stage, "vget /camera/0/depth npy")
    assert depth_cm.shape == (48, 64)
    assert depth_cm.dtype == np.dtype("<f4")
    # The crate spans 2 m across and +-0.25 m up at 2.5 m, and the focal is 32 px.
    crate = depth_cm[22:26, 20:44]
    np.testing.assert_allclose(crate, 250, rtol=1e-6)
    # Floor 1 m below: a row r sees it at depth 1 m * 32 px / (r + 0.5 - 24 px).
    for row in (40, 47):
        assert depth_cm[row, 32] == pytest.approx(100 * 32 / (row + 0.5 - 24), rel=1e-5)
    assert depth_cm[0, 0] == 65504, "nothing above the crate"


def test_left_and_right_are_not_swapped(stage, ask):
    """Unreal's Y is to the right of a camera that looks along X."""
    ask(
        "vset /objects/spawn_cube marker",
        "vset /object/marker/location 150 120 100",
        "vset /object/marker/scale .5 .5 .5",
    )
    mask = image(stage, "vget /camera/0/object_mask png")
    marker = (mask == instance_color(stage.state.world.item("marker").instance)).all(axis=-1)
    # 120 cm to the right at 225 cm: column 32 + 32 * 120 / 225 = 49.
    assert np.nonzero(marker)[1].mean() == pytest.approx(49, abs=1)
    assert ask("vset /camera/0/rotation 0 30 0") == "ok"
    turned = (image(stage, "vget /camera/0/object_mask png") == instance_color(3001)).all(axis=-1)
    assert np.nonzero(turned)[1].mean() < 34, "turning to the right moves it to the image's left"


@pytest.mark.parametrize("file_format", ["png", "bmp"])
def test_images_in_both_formats_are_the_frame(stage, file_format):
    lit = image(stage, f"vget /camera/0/lit {file_format}")
    mask = image(stage, f"vget /camera/0/object_mask {file_format}")
    seg = image(stage, f"vget /camera/0/seg {file_format}")
    normal = image(stage, f"vget /camera/0/normal {file_format}")
    rows, columns = np.mgrid[:48, :64]
    np.testing.assert_array_equal(lit[..., 1], columns)
    np.testing.assert_array_equal(lit[..., 2], rows)
    for instance in (0, 1, 2):
        color = instance_color(instance) if instance else (0, 0, 0)
        assert ((mask == color).all(axis=-1) == (lit[..., 0] == instance)).all()
    np.testing.assert_array_equal(mask, seg)
    assert normal[47, 32].tolist() == [128, 128, 255], "the floor faces up"
    assert normal[24, 32].tolist() == [0, 128, 128], "the crate faces the camera, against X"


def test_normals_as_numbers_are_unreals(stage, ask):
    ask("vset /camera/0/location 0 -180 100", "vset /camera/0/rotation 0 60 0")
    normal = array(stage, "vget /camera/0/normal npy")
    assert normal.shape == (48, 64, 3)
    crate = array(stage, "vget /camera/0/depth npy") < 300
    seen = {tuple(n) for n in normal[crate].tolist()}
    # From the left side of the crate its side towards -Y, in Unreal's axes, is seen.
    assert (0.0, -1.0, 0.0) in seen
    assert (0.0, 1.0, 0.0) not in seen


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "A.PNG"])
def test_files_land_in_the_folder_and_equal_the_binary(stage, ask, tmp_path, name):
    assert ask(f"vget /camera/0/lit {name}") == name
    binary = bytes(next(stage.run([f"vget /camera/0/lit {name[-3:].lower()}"])))
    assert (tmp_path / name).read_bytes() == binary
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_full_path_into_the_folder_is_taken(ask, tmp_path):
    assert ask(f"vget /camera/0/depth {tmp_path}/d.npy") == f"{tmp_path}/d.npy"
    assert np.load(tmp_path / "d.npy").shape == (48, 64)


@pytest.mark.parametrize(
    "name",
    [
        "../x.png",
        "/x.png",
        "sub/x.png",
        "../../etc/x.png",
        "a/../../x.png",
        ".png/../../x.png",
        "\0.png",
        "x" * 5000 + ".png",
    ],
)
def test_other_places_are_refused(ask, tmp_path, name):
    before = sorted(tmp_path.parent.rglob("*"))
    assert ask(f"vget /camera/0/lit {name}").startswith("error ")
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_folders_inside_and_beside_are_other_places(ask, tmp_path):
    beside = tmp_path.with_name(tmp_path.name + "2")
    for folder in (tmp_path / "inside", beside):
        folder.mkdir()
        assert ask(f"vget /camera/0/lit {folder}/x.png").startswith("error Files are written in")
        assert list(folder.iterdir()) == []


def test_a_link_out_of_the_folder_is_refused(ask, tmp_path):
    outside = tmp_path.parent / "outside.png"
    outside.write_text("precious")
    (tmp_path / "link.png").symlink_to(outside)
    assert ask("vget /camera/0/lit link.png").startswith("error Files are written in")
    assert outside.read_text() == "precious"
    outside.unlink()


def test_a_disk_that_refuses_is_an_error_and_leaves_nothing(ask, tmp_path, monkeypatch):
    import os

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert ask("vget /camera/0/lit a.png").endswith("a.png: No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_without_an_argument_the_server_names_the_file(ask, tmp_path):
    assert ask("vget /camera/0/lit") == "camera0_lit.png"
    assert ask("vget /camera/0/depth") == "camera0_depth.npy"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["camera0_depth.npy", "camera0_lit.png"]


def test_screenshots_follow_the_view_mode(stage, ask):
    lit = bytes(next(stage.run(["vget /screenshot png"])))
    assert lit == bytes(next(stage.run(["vget /camera/0/lit png"])))
    ask("vset /viewmode object_mask")
    assert bytes(next(stage.run(["vget /screenshot png"]))) == bytes(
        next(stage.run(["vget /camera/0/object_mask png"]))
    )


def test_one_camera_of_one_world_is_drawn_once(stage, renderer):
    list(stage.run(["vset /cameras/spawn"]))
    commands = [f"vget /camera/{c}/{m}" for c in (0, 1) for m in ("lit bmp", "depth npy", "object_mask bmp")]
    bodies = [bytes(body) for body in stage.run(commands)]
    assert [outputs for _, outputs in renderer.calls] == [{"rgb", "depth", "instance"}] * 2
    renderer.calls.clear()
    # The same once more, one by one: nothing has changed, so nothing is drawn.
    assert [bytes(next(stage.run([command]))) for command in commands] == bodies
    assert renderer.calls == []
    list(stage.run(["vset /camera/0/location 0 0 100", *commands]))
    assert len(renderer.calls) == 1, "camera 1 did not move"
    list(stage.run(["vset /object/crate/hide", *commands]))
    assert len(renderer.calls) == 3, "another world"


def test_a_change_within_a_batch_is_seen_by_what_follows(stage):
    before, _, after = stage.run(["vget /camera/0/depth npy", "vset /object/crate/hide", "vget /camera/0/depth npy"])
    assert np.load(io.BytesIO(bytes(before)))[24, 32] == pytest.approx(250)
    assert np.load(io.BytesIO(bytes(after)))[24, 32] != pytest.approx(250)


def test_a_renderer_that_fails_is_an_error_and_the_next_image_comes(ask, renderer, stage):
    renderer.failing = True
    assert ask("vget /camera/0/lit png") == "error Internal error: RuntimeError: the renderer is out of order"
    renderer.failing = False
    assert image(stage, "vget /camera/0/lit png").shape == (48, 64, 3)


def test_the_right_eye_follows_the_left(ask):
    """UnrealCV's stereo test: camera 0 at /actor/location, camera 1 at the distance, after any rotation."""
    assert ask("vset /action/eyes_distance 20.5") == "ok"
    assert ask("vget /actor/location") == ask("vget /camera/0/location")
    for rotation in ("0 0 0", "12 120 -40", "-80 -10 170"):
        ask(f"vset /camera/0/rotation {rotation}")
        left, right = (np.array([float(w) for w in ask(f"vget /camera/{i}/location").split()]) for i in (0, 1))
        assert np.linalg.norm(left - right) == pytest.approx(20.5, abs=0.01)
    ask("vset /camera/0/rotation 0 0 0", "vset /camera/0/location 0 0 0")
    assert ask("vget /camera/1/location") == "0.000 20.500 0.000", "to the right of a camera along X is +Y"
    assert not ask("vget /camera/1/lit").startswith("error")
    assert "EnableRightEye: True" in ask("vget /unrealcv/status")
