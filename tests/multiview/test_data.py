"""The official annotations: exactly the item, projection and grouping of Occlusion-Person, and what is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from occlusionkit.artifacts.pickles import load_plain_pickle, write_compatible_pickle
from occlusionkit.artifacts.schemas import FRAMES, INDEX, LABELS
from occlusionkit.artifacts.tables import Table, make_table
from occlusionkit.geometry import (
    Camera,
    camera_of,
    camera_to_image,
    camera_to_world,
    in_image,
    intrinsics_from_hfov,
    look_at_rotation,
    world_to_camera,
)
from occlusionkit.multiview.data import from_items, make_index, person_box_xyxy, project_official, to_items
from occlusionkit.skeletons import OCCLUSION_PERSON

SIZE_HW = (72, 128)
# A person standing at the origin, facing -Y: metres, in the official order.
STANDING = np.array([
    [0, 0, 1.0], [-0.1, 0, 0.95], [-0.1, 0, 0.5], [-0.1, 0, 0.08], [0.1, 0, 0.95], [0.1, 0, 0.5], [0.1, 0, 0.08],
    [0, 0, 1.15], [0, 0, 1.5], [0.2, 0, 1.42], [0.4, 0, 1.2], [0.5, -0.2, 1.0], [-0.2, 0, 1.42], [-0.4, 0, 1.2],
    [-0.5, -0.2, 1.0],
])  # fmt: skip


def view(camera_id: int, distance_m: float = 3.0) -> Camera:
    angle = camera_id * np.pi / 4 + 0.1
    center = np.array([distance_m * np.cos(angle), distance_m * np.sin(angle), 1.0 + 0.2 * camera_id])
    rotation = look_at_rotation(center, np.array([0.0, 0.0, 1.0]))
    return Camera(intrinsics_from_hfov(80, SIZE_HW), rotation, center, SIZE_HW)


def make_tables(takes=(("train", 0, 2, 1), ("validation", 7, 11, 1)), images=2) -> tuple[Table, Table]:
    """Frames and labels of takes (split, scene, subject, action) by eight cameras; every third joint is hidden."""
    frames, labels = [], []
    for split, scene, subject, action in takes:
        video_id = f"a{action:02d}_sa00_s{subject:02d}_sce{scene:02d}"
        for image_id in range(images):
            for camera_id in range(8):
                camera, joints = view(camera_id), STANDING + np.array([0.05 * image_id, 0.02 * scene, 0])
                points = world_to_camera(joints, camera)
                joints_2d = camera_to_image(points, camera)
                inside = in_image(joints_2d, size_hw=SIZE_HW)
                image = f"{video_id}/{camera_id:02d}_{image_id:06d}.jpg"
                frames.append({
                    "image": image, "video_id": video_id, "image_id": image_id, "action": action, "subaction": 0,
                    "subject": subject, "scene": scene, "split": split, "clip": "x", "camera_id": camera_id,
                    "intrinsics": camera.intrinsics, "rotation_world_to_camera": camera.rotation_world_to_camera,
                    "center_world": camera.center_world, "size_hw": SIZE_HW, "joints_3d_world": joints,
                    "person_instance": 1,
                })  # fmt: skip
                labels.append({
                    "image": image, "joints_2d": joints_2d, "gap_m": np.full(15, 0.1),
                    "instance_hit": np.ones(15, np.int32), "in_image": inside,
                    "visible": inside & (np.arange(15) % 3 > 0), "hidden_by": np.zeros(15, np.uint8),
                })  # fmt: skip
    return tuple(
        make_table(schema, {column.name: [row[column.name] for row in rows] for column in schema.columns})
        for schema, rows in ((FRAMES, frames), (LABELS, labels))
    )


@pytest.fixture
def index() -> Table:
    return make_index(*make_tables())


# facts of AdaFuse's lib/dataset/unrealcv.py and of the dataset's README.
ITEM = {
    "image": str, "joints_2d": (15, 2), "joints_3d": (15, 3), "joints_gt": (15, 3), "joints_vis": (15, 1),
    "joints_vis_2d": (15, 1), "center": (2,), "scale": (2,), "box": (4,), "video_id": str, "image_id": int,
    "subject": int, "action": int, "subaction": int, "camera_id": int, "camera": dict, "source": str,
}  # fmt: skip
CAMERA = {"R": (3, 3), "T": (3, 1), "fx": (), "fy": (), "cx": (), "cy": (), "k": (3, 1), "p": (2, 1)}


def test_items_have_exactly_the_official_keys_shapes_and_dtypes(index):
    items = to_items(index, split="train")
    assert len(items) == 16
    for item in items:
        assert set(item) == set(ITEM)
        for key, kind in ITEM.items():
            if isinstance(kind, type):
                assert type(item[key]) is kind, key
            else:
                assert (item[key].shape, item[key].dtype) == (kind, np.float64), key
        assert set(item["camera"]) == set(CAMERA)
        for key, shape in CAMERA.items():
            # The loader calls .astype on every one, numbers too.
            assert (item["camera"][key].shape, item["camera"][key].astype(np.float32).dtype) == (shape, np.float32)
        assert item["source"] == "unrealcv"


def test_one_item_by_hand(index):
    item = to_items(index, split="validation")[3]
    assert item["image"] == "a01_sa00_s11_sce07/03_000000.jpg"
    assert (item["video_id"], item["image_id"], item["camera_id"]) == ("a01_sa00_s11_sce07", 0, 3)
    assert (item["action"], item["subaction"], item["subject"]) == (1, 0, 11)
    # Millimetres; T is the camera's centre and not -R times it.
    np.testing.assert_allclose(item["joints_gt"][8], [0, 140, 1500], atol=1e-9)
    np.testing.assert_allclose(item["camera"]["T"][:, 0], view(3).center_world * 1000, atol=1e-9)
    np.testing.assert_allclose(item["joints_3d"], (item["joints_gt"] - item["camera"]["T"].T) @ item["camera"]["R"].T)
    np.testing.assert_allclose(item["scale"] * 200, item["box"][2:] - item["box"][:2])
    np.testing.assert_allclose(item["center"], (item["box"][2:] + item["box"][:2]) / 2)
    assert item["joints_vis"].ravel().tolist() == [1] * 15
    assert item["joints_vis_2d"].ravel().tolist() == [0, 1, 1] * 5
    assert item["camera"]["fx"] == item["camera"]["fy"]
    assert (item["camera"]["cx"], item["camera"]["cy"]) == (64, 36)


def test_items_project_as_opencv_does(index):
    for item in to_items(index, split="train"):
        camera = item["camera"]
        matrix = np.array([[camera["fx"], 0, camera["cx"]], [0, camera["fy"], camera["cy"]], [0, 0, 1]])
        rotation_vector, _ = cv2.Rodrigues(camera["R"])
        pixels, _ = cv2.projectPoints(item["joints_gt"], rotation_vector, -camera["R"] @ camera["T"], matrix, None)
        np.testing.assert_allclose(pixels[:, 0], item["joints_2d"], atol=1e-6)


def test_distortion_is_opencvs_with_the_same_numbers():
    camera = {"fx": 1145.0, "fy": 1143.5, "cx": 512.5, "cy": 515.4, "k": np.array([[-0.2], [0.24], [-0.002]]),
              "p": np.array([[-0.0009], [-0.0016]])}  # fmt: skip
    points = np.random.default_rng(0).uniform([-1000, -1000, 3000], [1000, 1000, 6000], (20, 3))
    matrix = np.array([[camera["fx"], 0, camera["cx"]], [0, camera["fy"], camera["cy"]], [0, 0, 1]])
    (k1, k2, k3), (p1, p2) = camera["k"].ravel(), camera["p"].ravel()
    zero = np.zeros(3)
    theirs, _ = cv2.projectPoints(points, zero, zero, matrix, np.array([k1, k2, p1, p2, k3]))
    found = project_official(points, camera)
    assert np.abs(found - theirs[:, 0]).max() < 1e-6


def official_groups(items) -> dict[str, dict[int, dict]]:
    """AdaFuse's grouping: the scene number is cut off the key, a later camera overwrites an earlier one."""
    groups: dict[str, dict[int, dict]] = {}
    for item in items:
        key = item["video_id"][:-3] + f"{item['image_id']:06d}"
        groups.setdefault(key, {})[item["camera_id"]] = item
    return {key: group for key, group in groups.items() if len(group) == 8}


@pytest.mark.parametrize("split", ["train", "validation"])
def test_the_official_grouping_finds_every_instant_whole_and_in_one_scene(split):
    takes = [("train", scene, 1 + scene, action) for scene in range(4) for action in (0, 3)]
    takes += [("validation", 7, 12, 0), ("validation", 8, 13, 0)]
    items = to_items(make_index(*make_tables(takes)), split=split)
    groups = official_groups(items)
    assert len(groups) == len(items) // 8 == {"train": 16, "validation": 4}[split]
    for group in groups.values():
        assert sorted(group) == list(range(8))
        assert len({(item["video_id"], item["image_id"]) for item in group.values()}) == 1
    # SkelSplat reads views as items[camera::8]: the eight cameras of an instant stand next to each other, in order.
    assert [item["camera_id"] for item in items] == list(range(8)) * (len(items) // 8)
    instants = [(item["video_id"], item["image_id"]) for item in items]
    assert all(len(set(instants[at : at + 8])) == 1 for at in range(0, len(items), 8))


def test_two_scenes_that_the_official_grouping_would_mix_are_refused():
    index = make_index(*make_tables([("train", 0, 2, 1), ("train", 3, 2, 1)]))
    with pytest.raises(ValueError, match=r"\(1, 0, 2, 0\) stands in scenes 0 and 3"):
        to_items(index, split="train")


def test_an_unknown_split_is_refused(index):
    with pytest.raises(ValueError, match=r"split 'test': expected one of \['train', 'validation'\]"):
        to_items(index, split="test")


def test_items_come_back_as_the_index_they_were_made_of(index, tmp_path):
    path = tmp_path / "unrealcv_train.pkl"
    write_compatible_pickle(path, to_items(index, split="train"))
    back = from_items(load_plain_pickle(path), split="train", size_hw=SIZE_HW)
    kept = index.take(index["split"] == "train")
    assert back["image"].tolist() == kept["image"].tolist()
    lost = {"gap_m": np.nan, "instance_hit": 0, "hidden_by": 0}
    for column in INDEX.columns:
        if column.name in lost:
            np.testing.assert_array_equal(back[column.name], np.full_like(kept[column.name], lost[column.name]))
        elif column.dtype == "float64":
            np.testing.assert_allclose(back[column.name], kept[column.name], rtol=1e-12, atol=1e-12)
        else:
            np.testing.assert_array_equal(back[column.name], kept[column.name])


def test_items_kept_as_float32_at_full_size_are_read():
    frames, labels = make_tables([("train", 0, 2, 1)], images=1)
    frames["intrinsics"][:, :2] *= 10  # 1280 px wide
    labels["joints_2d"][:] *= 10
    frames["joints_3d_world"][:] += [9.0, -7.0, 0]  # far from the world's origin
    frames["center_world"][:] += [9.0, -7.0, 0]
    index = make_index(frames, labels)
    items = to_items(index, split="train")
    for item in items:
        for key in ("joints_2d", "joints_3d", "joints_gt", "box"):
            item[key] = item[key].astype(np.float32)
        item["camera"] |= {key: np.float32(item["camera"][key]) for key in CAMERA}
    back = from_items(items, split="train")
    assert back["size_hw"][0].tolist() == [720, 1280]
    # 9 m in millimetres has steps of 0.001 mm in float32.
    np.testing.assert_allclose(back["joints_3d_world"], index["joints_3d_world"], rtol=0, atol=1e-6)


def mirror_camera(item):
    item["camera"]["R"] = item["camera"]["R"] @ np.diag([1.0, -1, 1])


def centre_as_translation(item):
    item["camera"]["T"] = -item["camera"]["R"] @ item["camera"]["T"]


def joints_in_metres(item):
    item["joints_gt"] = item["joints_gt"] / 1000


def other_camera(item):
    item["camera"]["cx"] = item["camera"]["cx"] + 1


def nan_joint(item):
    item["joints_3d"][3, 0] = np.nan


def missing_key(item):
    del item["joints_vis_2d"]


def missing_camera_key(item):
    del item["camera"]["fx"]


def fourteen_joints(item):
    item["joints_gt"] = item["joints_gt"][:14]


def flat_visibility(item):
    item["joints_vis_2d"] = item["joints_vis_2d"].ravel()


def sheared_rotation(item):
    item["camera"]["R"] = item["camera"]["R"] @ np.array([[1, 0.2, 0], [0, 1, 0], [0, 0, 1.0]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (mirror_camera, r"expected a rotation with det\(R\) = \+1, found det -1\.0"),
        (sheared_rotation, r"expected a rotation"),
        (centre_as_translation, "joints_gt, joints_3d and joints_2d disagree by"),
        (joints_in_metres, "joints_gt, joints_3d and joints_2d disagree by"),
        (other_camera, r"disagree by 0\.0000 mm, 1\.0000 px"),
        (nan_joint, "disagree by nan mm"),
        (missing_key, r"item 5: missing keys \['joints_vis_2d'\]"),
        (missing_camera_key, r"item 5: missing keys \['camera\.fx'\]"),
        (fourteen_joints, r"item 5, joints_gt: expected \(15, 3\), found \(14, 3\)"),
        (flat_visibility, r"item 5, joints_vis_2d: expected \(15, 1\), found \(15,\)"),
    ],
)
def test_items_that_contradict_themselves_are_refused(index, change, message):
    items = to_items(index, split="train")
    from_items(items, split="train", size_hw=SIZE_HW)
    change(items[5])
    with pytest.raises(ValueError, match=message):
        from_items(items, split="train", size_hw=SIZE_HW)


def test_an_index_with_joints_of_another_camera_is_not_written(index):
    index["joints_3d_camera"][4] += 0.01
    with pytest.raises(
        ValueError, match=r"/02_000000\.jpg: joints_gt, joints_3d and joints_2d disagree by 10\.0000 mm"
    ):
        to_items(index, split="train")


def test_joints_behind_a_camera_do_not_stop_the_rest():
    frames, labels = make_tables([("train", 0, 2, 1)], images=1)
    frames["center_world"][2] = [0.0, 0.0, 1.2]  # amid the body: some joints ahead, some behind
    camera = camera_of({name: values[2] for name, values in frames.columns.items()})
    points = world_to_camera(frames["joints_3d_world"][2], camera)
    assert 0 < (points[:, 2] > 0).sum() < 15
    pixels = camera_to_image(points, camera)
    labels["joints_2d"][2] = np.where(np.isfinite(pixels), pixels, -1e6)
    assert len(to_items(make_index(frames, labels), split="train")) == 8


def test_frames_and_labels_of_different_images_are_refused():
    frames, labels = make_tables()
    with pytest.raises(ValueError, match=r"expected the same images, found 1 in one only: \['a01.*/07_000001\.jpg'\]"):
        make_index(frames, labels.take(np.arange(len(labels) - 1)))


rotations = st.integers(0, 2**32 - 1).map(lambda seed: Rotation.random(rng=np.random.default_rng(seed)).as_matrix())


@settings(max_examples=60)
@given(rotation=rotations, offset=st.tuples(*[st.floats(-4, 4)] * 3), turn=rotations)
def test_the_box_holds_every_joint_in_front_of_the_camera(rotation, offset, turn):
    camera = Camera(intrinsics_from_hfov(80, SIZE_HW), rotation, np.array(offset), SIZE_HW)
    joints = STANDING @ turn.T
    box = person_box_xyxy(joints, camera)
    points = world_to_camera(joints, camera)
    ahead = points[points[:, 2] > 0.1]
    if len(ahead) == 0:
        neck_up = world_to_camera(joints[8] + 0.24 * turn[:, 2], camera)
        assert np.isnan(box).all() == (neck_up[2] <= 0.1)
        return
    pixels = camera_to_image(ahead, camera)
    assert (pixels > box[:2]).all()
    assert (pixels < box[2:]).all()


def test_a_box_by_hand():
    # 4 m straight ahead, focal 1 px per tangent unit times 76.3: the outermost balls decide.
    camera = Camera(
        intrinsics_from_hfov(80, SIZE_HW),
        np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
        np.array([0, -4.0, 1]),
        SIZE_HW,
    )
    focal = 64 / np.tan(np.radians(40))
    left, top, right, bottom = person_box_xyxy(STANDING, camera)
    assert left == pytest.approx(64 + focal * (-0.5 - 0.12) / 3.8)  # right wrist, 0.2 m nearer
    assert right == pytest.approx(64 + focal * (0.5 + 0.12) / 3.8)
    assert top == pytest.approx(36 - focal * (1.5 + 0.24 + 0.12 - 1) / 4)  # head
    assert bottom == pytest.approx(36 - focal * (0.08 - 0.12 - 1) / 4)  # soles
    assert OCCLUSION_PERSON.joints[11] == "lwri"


def test_nobody_in_front_of_the_camera_has_no_box():
    camera = view(0)
    behind = camera_to_world(np.tile([0.0, 0, -2], (15, 1)) + STANDING[:, [0, 2, 1]] * 0.1, camera)
    assert np.isnan(person_box_xyxy(behind, camera)).all()
