"""Labels for anyone's renders: every format gives the same labels, and whatever does not fit is named."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from scipy.spatial.transform import Rotation
from typer.testing import CliRunner

from occlusionkit.artifacts.tables import read_table
from occlusionkit.geometry import (
    Camera,
    camera_to_world,
    image_to_camera,
    intrinsics_from_hfov,
    planar_from_ray,
    world_to_camera,
)
from occlusionkit.images import encode_png
from occlusionkit.occlusion.cli import app
from occlusionkit.occlusion.labels import HIDDEN_BY, LabelRule, label_joints
from occlusionkit.occlusion.own_renders import label_own_renders

DOCS = Path(__file__).parents[2] / "docs" / "labels.md"
SIZE_HW = (24, 40)
IMAGES = ("room/0001.jpg", "room/0002.jpg", "other.jpg")
NAMES = ("nose", "lwri", "rwri")
ME, FRIEND, SOFA = 11, 12, 3


def camera(number: int) -> Camera:
    rotation = Rotation.from_euler("xyz", [100, 10 * number, 5], degrees=True).as_matrix()
    return Camera(intrinsics_from_hfov(85, SIZE_HW), rotation, np.array([number, -2.0, 1.5]), SIZE_HW)


def depth_map(number: int) -> np.ndarray:
    """Quarter metres, so that cm, mm and 16-bit steps are all exact."""
    return np.random.default_rng(number).integers(4, 20, SIZE_HW) / 4


def joints(number: int, people: int = 1) -> np.ndarray:
    """(people, 3, 3) near the surface, some in front, some behind."""
    rng = np.random.default_rng(100 + number)
    pixels = rng.uniform([0, 0], SIZE_HW[::-1], (people, 3, 2))
    row, col = pixels[..., 1].astype(int), pixels[..., 0].astype(int)
    depth_m = depth_map(number)[row, col] + rng.choice([-0.4, 0.1, 0.4], (people, 3))
    return camera_to_world(image_to_camera(pixels, depth_m, camera(number)), camera(number))


def camera_row(number: int) -> dict:
    made = camera(number)
    return {
        "image": IMAGES[number],
        "intrinsics": made.intrinsics.tolist(),
        "rotation_world_to_camera": made.rotation_world_to_camera.tolist(),
        "center_world": made.center_world.tolist(),
        "size_hw": list(SIZE_HW),
    }


@pytest.fixture
def inputs(tmp_path):
    """depth as npy in metres, joints.npz and cameras.json of three images; keyword arguments of label_own_renders."""
    for number, image in enumerate(IMAGES):
        path = (tmp_path / "depth" / image).with_suffix(".npy")
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, depth_map(number))
    points = np.concatenate([joints(number) for number in range(3)])
    np.savez(tmp_path / "joints.npz", image=IMAGES, joints_3d_world=points, joint_names=NAMES)
    (tmp_path / "cameras.json").write_text(json.dumps([camera_row(number) for number in range(3)]))
    return {
        "depth": tmp_path / "depth",
        "joints": tmp_path / "joints.npz",
        "cameras": tmp_path / "cameras.json",
        "out": tmp_path / "labels.parquet",
        "rule": LabelRule(),
        "depth_unit": "m",
        "depth_kind": "planar",
    }


def assert_same(found, expected) -> None:
    assert found["image"].tolist() == expected["image"].tolist()
    for name in ("joints_2d", "gap_m"):
        np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-9)
    for name in ("in_image", "visible"):
        np.testing.assert_array_equal(found[name], expected[name])


def test_labels_are_those_of_the_rule(inputs):
    table = label_own_renders(**inputs)
    assert table["image"].tolist() == sorted(IMAGES)
    assert 0 < table["visible"].sum() < table["in_image"].sum() == 9
    for row, image in enumerate(table["image"]):
        number = IMAGES.index(image)
        expected = label_joints(
            joints(number)[0], camera(number), depth_map(number), np.zeros(SIZE_HW, np.int32),
            person_instance=0, people=frozenset(), joints=NAMES, rule=LabelRule(),
        )  # fmt: skip
        np.testing.assert_array_equal(table["visible"][row], expected.visible)
        np.testing.assert_array_equal(table["gap_m"][row], expected.gap_m)


def test_the_file_tells_joints_and_rule_and_is_the_same_twice(inputs):
    rule = LabelRule(0.2, "one_sided", {"nose": 0.1})
    table = label_own_renders(**inputs | {"rule": rule})
    first = inputs["out"].read_bytes()
    label_own_renders(**inputs | {"rule": rule})
    assert inputs["out"].read_bytes() == first
    assert_same(read_table(inputs["out"], table.schema), table)
    schema = pq.read_schema(inputs["out"])
    assert b"nose, lwri, rwri" in schema.field("joints_2d").metadata[b"doc"]
    assert b"one_sided, 0.2 m, own thresholds {'nose': 0.1} m" in schema.field("visible").metadata[b"doc"]
    # Without masks nobody knows what hides a joint, so nothing is said about it.
    assert not {"instance_hit", "hidden_by", "person"} & set(schema.names)


def as_folder(tmp_path, encode, suffix):
    for number, image in enumerate(IMAGES):
        path = (tmp_path / "again" / image).with_suffix(suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        encode(path, depth_map(number))
    return tmp_path / "again"


@pytest.mark.parametrize(
    ("suffix", "encode", "settings"),
    [
        (".npy", lambda p, d: np.save(p, (d * 100).astype(np.float32)), {"depth_unit": "cm"}),
        (".npy", lambda p, d: np.save(p, (d * 1000).astype(np.uint16)), {"depth_unit": "mm"}),
        (".npz", lambda p, d: np.savez_compressed(p, depth=d), {}),
        (".png", lambda p, d: p.write_bytes(encode_png((d * 4000).astype(np.uint16))), {"png_step": 0.00025}),
        (
            ".png",
            lambda p, d: p.write_bytes(encode_png((d * 1000).astype(np.uint16))),
            {"depth_unit": "mm", "png_step": 1},
        ),
        (
            ".PNG",
            lambda p, d: p.write_bytes(encode_png((d * 100).astype(np.uint16))),
            {"depth_unit": "cm", "png_step": 1},
        ),
    ],
)
@pytest.mark.parametrize("packed", [None, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_format_of_depth_gives_the_same_labels(inputs, tmp_path, suffix, encode, settings, packed):
    expected = label_own_renders(**inputs)
    folder = as_folder(tmp_path, encode, suffix)
    if packed is not None:
        with zipfile.ZipFile(tmp_path / "depth.zip", "w", packed) as archive:
            for path in sorted(folder.rglob("*.*")):
                archive.write(path, path.relative_to(folder))
        folder = tmp_path / "depth.zip"
    assert_same(label_own_renders(**inputs | {"depth": folder} | settings), expected)


def test_ray_distances_are_turned_into_planar_depth(inputs, tmp_path):
    expected = label_own_renders(**inputs)

    def ray(path, planar):
        # By the definition: the length of the vector to each pixel's surface point.
        number = next(n for n in range(3) if np.array_equal(depth_map(n), planar))
        height, width = SIZE_HW
        centres = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), -1)
        np.save(path, np.linalg.norm(image_to_camera(centres, planar, camera(number)), axis=-1))

    folder = as_folder(tmp_path, ray, ".npy")
    assert_same(label_own_renders(**inputs | {"depth": folder, "depth_kind": "ray"}), expected)
    planar = label_own_renders(**inputs | {"depth": folder})
    assert np.abs(planar["gap_m"] - expected["gap_m"]).max() > 0.3  # taken for planar, labels would be wrong


def test_a_ray_at_the_corner_by_hand():
    corner = Camera(intrinsics_from_hfov(90, (720, 1280)), np.eye(3), np.zeros(3), (720, 1280))
    planar = planar_from_ray(np.full((720, 1280), 3.0), corner)
    tangent = np.hypot(639.5 / 640, 359.5 / 640)
    assert planar[0, 0] == planar[-1, -1] == pytest.approx(3 / np.hypot(1, tangent))
    assert planar[360, 640] == pytest.approx(3, abs=1e-5)
    with pytest.raises(ValueError, match=r"expected the camera's \(720, 1280\), found \(2, 2\)"):
        planar_from_ray(np.ones((2, 2)), corner)


def test_every_format_of_joints_and_cameras_gives_the_same_labels(inputs, tmp_path):
    expected = label_own_renders(**inputs)
    points = np.concatenate([joints(number) for number in range(3)])
    tables = {
        "flat": pa.array(list(points.reshape(3, 9))),
        "fixed": pa.FixedSizeListArray.from_arrays(pa.array(points.ravel()), 9),
        "nested": pa.array(points.tolist()),
    }
    for name, column in tables.items():
        pq.write_table(pa.table({"image": IMAGES, "joints_3d_world": column}), tmp_path / f"{name}.parquet")
        assert_same(label_own_renders(**inputs | {"joints": tmp_path / f"{name}.parquet"}), expected)
    rows = [camera_row(number) for number in range(3)]
    np.savez(tmp_path / "cameras.npz", **{key: np.array([row[key] for row in rows]) for key in rows[0]})
    assert_same(label_own_renders(**inputs | {"cameras": tmp_path / "cameras.npz"}), expected)


def test_one_camera_may_serve_all_images(inputs, tmp_path):
    one = {key: value for key, value in camera_row(0).items() if key != "image"}
    (tmp_path / "one.json").write_text(json.dumps(one))
    np.savez(tmp_path / "one.npz", **one)
    found = [label_own_renders(**inputs | {"cameras": tmp_path / name}) for name in ("one.json", "one.npz")]
    assert_same(*found)
    expected = label_own_renders(**inputs)
    row = expected["image"].tolist().index(IMAGES[0])
    np.testing.assert_array_equal(found[0]["gap_m"][row], expected["gap_m"][row])


def mask(number: int) -> np.ndarray:
    """In the first image everything belongs to the friend; the second is mixed."""
    ids = [FRIEND] if number == 0 else [0, ME, FRIEND, SOFA]
    return np.random.default_rng(number).choice(ids, SIZE_HW).astype(np.int32)


@pytest.fixture
def crowd(inputs, tmp_path):
    """Two people in the first image, and masks."""
    points = np.concatenate([joints(0, people=2), joints(1)])
    np.savez(
        tmp_path / "crowd.npz", image=[IMAGES[0], IMAGES[0], IMAGES[1]], joints_3d_world=points,
        person=[ME, FRIEND, ME], joint_names=NAMES,
    )  # fmt: skip
    for number, image in enumerate(IMAGES[:2]):
        path = (tmp_path / "masks" / image).with_suffix(".png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_png(mask(number).astype(np.uint16)))
    return inputs | {"joints": tmp_path / "crowd.npz", "masks": tmp_path / "masks"}


def test_masks_tell_what_hides_each_of_several_people(crowd):
    rule = LabelRule(threshold_m=0.05)  # joints are 0.1 m or more off the surface: all are hidden
    table = label_own_renders(**crowd | {"rule": rule})
    assert list(zip(table["image"], table["person"].tolist(), strict=True)) == [
        (IMAGES[0], ME), (IMAGES[0], FRIEND), (IMAGES[1], ME),
    ]  # fmt: skip
    for row, (number, person, people) in enumerate(((0, 0, {ME, FRIEND}), (0, 1, {ME, FRIEND}), (1, 0, {ME}))):
        expected = label_joints(
            joints(number, people=2 - number)[person], camera(number), depth_map(number),
            mask(number), person_instance=(ME, FRIEND)[person], people=frozenset(people), joints=NAMES, rule=rule,
        )  # fmt: skip
        np.testing.assert_array_equal(table["hidden_by"][row], expected.hidden_by)
        np.testing.assert_array_equal(table["instance_hit"][row], expected.instance_hit)
    first, second = ({HIDDEN_BY[cause] for cause in table["hidden_by"][row]} for row in range(2))
    assert "person" in first
    assert "person" not in second


def test_depth_maps_without_joints_are_counted_in_a_warning(crowd, caplog):
    with caplog.at_level(logging.WARNING):
        label_own_renders(**crowd)
    assert "1 depth maps without joints are left out, such as other" in caplog.text


def test_nothing_hit_may_be_zero_or_infinity(inputs):
    row, pixels = 0, []
    for stand_in in (0.0, np.inf):
        np.save(inputs["depth"] / "other.npy", np.full(SIZE_HW, stand_in))
        table = label_own_renders(**inputs)
        row = table["image"].tolist().index("other.jpg")
        pixels.append(table["gap_m"][row])
    np.testing.assert_array_equal(pixels, np.full((2, 3), -np.inf))


def save_depth(values):
    return lambda inputs: np.save(inputs["depth"] / "other.npy", values)


def save_joints(**changes):
    def save(inputs):
        points = np.concatenate([joints(number) for number in range(3)])
        arrays = {"image": IMAGES, "joints_3d_world": points, "joint_names": NAMES} | changes
        np.savez(inputs["joints"], **{name: values for name, values in arrays.items() if values is not None})

    return save


def save_camera(**changes):
    def save(inputs):
        rows = [camera_row(number) for number in range(3)]
        rows[2] = {key: value for key, value in (rows[2] | changes).items() if value is not None}
        inputs["cameras"].write_text(json.dumps(rows))

    return save


def write(name, data):
    return lambda inputs: Path(inputs[name]).write_bytes(data)


def nan_joint():
    points = np.concatenate([joints(number) for number in range(3)])
    points[1, 2, 0] = np.nan
    return points


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (save_depth(np.ones((40, 24))), r"depth\[other\.npy\]: expected the camera's \(24, 40\).*found \(40, 24\)"),
        (
            save_depth(np.full(SIZE_HW, -1.0)),
            r"depth\[other\.npy\]: expected depth of 0 or more, found 0 NaN and 960 neg",
        ),
        (save_depth(np.full(SIZE_HW, np.nan)), "found 960 NaN and 0 negative"),
        (save_depth(np.ones((24, 40, 1))), r"depth\[other\.npy\]: expected \(H, W\) numbers, found \(24, 40, 1\)"),
        (save_depth(np.full(SIZE_HW, "1.0")), r"expected \(H, W\) numbers, found \(24, 40\) <U3"),
        (save_depth(np.full(SIZE_HW, None)), r"depth\[other\.npy\]: expected a whole \.npy or \.npz without objects"),
        (lambda i: (i["depth"] / "other.npy").write_bytes(b"\x93NUMPY"), r"other\.npy\]: expected a whole \.npy"),
        (
            lambda i: (i["depth"] / "other.npy").unlink(),
            r"depth: expected other with one of \.png, \.npy, \.npz, found none",
        ),
        (
            lambda i: np.savez(i["depth"] / "other.npz", a=[1]),
            "expected one file per image, found other.npy and other.npz",
        ),
        (lambda i: (i["depth"] / "other.npy").rename(i["depth"] / "other.png"), r"other\.png\]: expected an image"),
        (lambda i: i.update(depth=i["depth"].parent / "gone"), "gone: expected a zip, found no file"),
        (lambda i: i.update(depth=i["cameras"]), r"cameras\.json: expected a whole zip"),
        (lambda i: i.update(depth_unit="inch"), "depth_unit: expected one of m, cm, mm, found 'inch'"),
        (lambda i: i.update(depth_kind="z"), "depth_kind: expected one of planar, ray, found 'z'"),
        (lambda i: i.update(png_step=0), "png_step: expected m per step above 0, found 0"),
        (save_joints(joints_3d_world=None), r"joints\.npz: missing columns \['joints_3d_world'\]"),
        (
            save_joints(joints_3d_world=np.zeros((3, 4))),
            r"joints_3d_world: expected \(images, joints, 3\) m, found \(3, 4\)",
        ),
        (save_joints(joints_3d_world=nan_joint()), r"joints\.npz\[room/0002\.jpg\], joints_3d_world: expected finite"),
        (save_joints(image=IMAGES[:2]), r"expected columns of one length .*'image': 2, 'joints_3d_world': 3"),
        (save_joints(joint_names=["a", "b"]), "3 different joint names, found .*names"),
        (save_joints(joint_names=["a", "b", "a"]), "3 different joint names"),
        (
            save_joints(image=[IMAGES[0]] * 3),
            r"room/0001\.jpg has two rows; several people in one image need a column person",
        ),
        (save_joints(image=[IMAGES[0]] * 3, person=[1, 2, 1]), r"key \('image', 'person'\) repeated"),
        (save_joints(person=[1, 0, 2]), "person: expected instance ids of 1 or more"),
        (save_joints(person=[1.0, 2.0, 3.0]), "person: expected instance ids of 1 or more, found float64"),
        (
            save_joints(image=[*IMAGES[:2], "new.jpg"]),
            r"cameras\.json: expected a camera of new\.jpg, found none \(3 cameras\)",
        ),
        (write("joints", b"PK"), r"joints\.npz: expected a whole"),
        (lambda i: i["joints"].unlink(), r"joints\.npz: expected a file, found none"),
        (lambda i: i.update(joints=i["joints"].with_suffix(".csv")), r"expected \.npz or \.parquet, found \.csv"),
        (lambda i: i.update(masks=i["depth"]), "expected a column person"),
        (
            lambda i: i.update(rule=LabelRule(joint_thresholds_m={"tail": 0.1})),
            r"unknown joints \['tail'\]; expected some of",
        ),
        (save_camera(size_hw=[24, 0]), r"cameras\.json\[other\.jpg\]: camera size_hw: expected at least 1 x 1 px"),
        (save_camera(intrinsics=None), r"cameras\.json\[other\.jpg\]: missing \['intrinsics'\], unknown \[\]"),
        (save_camera(fov=90), r"cameras\.json\[other\.jpg\]: missing \[\], unknown \['fov'\]"),
        (save_camera(rotation_world_to_camera=np.diag([1, -1, 1]).tolist()), r"\[other\.jpg\]: .*left-handed"),
        (save_camera(center_world="here"), r"cameras\.json\[other\.jpg\]: could not convert"),
        (save_camera(image=IMAGES[0]), "camera of 'room/0001.jpg' given twice"),
        (save_camera(image=None), "expected `image` for every camera, or a single camera"),
        (write("cameras", b"[1]"), "expected one camera or a list of cameras"),
        (write("cameras", b"{"), r"cameras\.json: expected JSON"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_written(inputs, damage, message, capfd):
    damage(inputs)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        label_own_renders(**inputs)
    assert not inputs["out"].exists()
    capfd.readouterr()  # libpng's own words


def test_a_png_without_a_step_is_refused(inputs, tmp_path):
    folder = as_folder(tmp_path, lambda p, d: p.write_bytes(encode_png((d * 1000).astype(np.uint16))), ".png")
    with pytest.raises(ValueError, match=r"\.png\]: expected to be told how many mm one step of a 16-bit PNG is"):
        label_own_renders(**inputs | {"depth": folder, "depth_unit": "mm"})


@pytest.mark.parametrize("values", [np.full(SIZE_HW, 0.5), np.full(SIZE_HW, -1), np.full(SIZE_HW, 2**40)])
def test_masks_that_are_no_ids_are_refused(crowd, values):
    path = crowd["masks"] / "room" / "0001.png"
    path.unlink()
    np.save(path.with_suffix(".npy"), values)
    with pytest.raises(ValueError, match=r"masks\[room/0001\.npy\]: expected whole instance ids of 0 or more, found"):
        label_own_renders(**crowd)


def arguments(inputs, *more: str) -> list[str]:
    named = ("depth", "joints", "cameras", "out", "depth_unit", "depth_kind")
    return [part for name in named for part in (f"--{name.replace('_', '-')}", str(inputs[name]))] + list(more)


def test_the_command_does_what_the_function_does(inputs):
    expected = label_own_renders(**inputs | {"rule": LabelRule(0.2, "one_sided", {"rwri": 0.5})})
    first = inputs["out"].read_bytes()
    inputs["out"].unlink()
    more = ("--threshold-m", "0.2", "--rule", "one_sided", "--joint-threshold", "rwri=0.5")
    run = CliRunner().invoke(app, arguments(inputs, *more))
    assert run.exit_code == 0, run.output
    assert inputs["out"].read_bytes() == first
    occluded = 9 - int(expected["visible"].sum())
    assert f"3 rows, 9 joints in the image, {occluded / 9:.1%} of them occluded" in run.output


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--threshold-m", "30"), "expected metres in (0, 5), found 30"),
        (("--rule", "signed"), "signed"),
        (("--joint-threshold", "rwri"), "expected NAME=METRES"),
        (("--joint-threshold", "rwri=-1"), "expected metres in (0, 5), found -1"),
        (("--png-step", "-1"), "above 0, found -1"),
    ],
)
def test_what_a_person_may_mistype_ends_with_exit_status_2(inputs, more, message, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    run = CliRunner().invoke(app, arguments(inputs, *more))
    assert run.exit_code == 2
    assert message in run.output
    assert not inputs["out"].exists()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", DOCS.read_text(), flags=re.MULTILINE | re.DOTALL)


def test_the_example_of_the_docs_runs_and_prints_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    render, read_back = blocks("python")
    (tmp_path / "render.py").write_text(render)
    first, second = blocks("sh")[0].splitlines()
    assert first == "python render.py"
    subprocess.run([sys.executable, "render.py"], check=True)
    program, command, *options = second.split()
    assert (program, command) == ("occlusionkit", "label")
    run = CliRunner().invoke(app, options)
    assert run.output == blocks("text")[0]
    exec(compile(read_back, "docs/labels.md", "exec"), {})
    assert capsys.readouterr().out == blocks("text")[1]


def test_every_option_of_the_command_stands_in_the_docs():
    text = DOCS.read_text()
    options = {option for parameter in typer.main.get_command(app).params for option in parameter.opts}
    described = {"--depth", "--depth-unit", "--depth-kind", "--png-step", "--joints", "--cameras", "--masks"}
    assert described <= options
    assert all(f"`{option}" in text for option in described)
    assert {"--threshold-m", "--rule", "--joint-threshold", "--out"} <= options


def test_a_joint_that_projects_into_the_image_is_where_geometry_says(inputs):
    table = label_own_renders(**inputs)
    for row, image in enumerate(table["image"]):
        number = IMAGES.index(image)
        points = world_to_camera(joints(number)[0], camera(number))
        depth_m = depth_map(number)
        for joint in range(3):
            x, y = table["joints_2d"][row, joint]
            assert table["gap_m"][row, joint] == pytest.approx(points[joint, 2] - depth_m[int(y), int(x)])
