"""Layouts: a right one is indexed, each wrong one is named. Folders are made as upstream ships them, in small."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from occlusionkit.acquire.layouts import FAMILIES
from occlusionkit.acquire.layouts.common import LayoutError, image_size_hw
from occlusionkit.acquire.layouts.families import index_dataset
from occlusionkit.acquire.manifest import read_manifest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def picture(path: Path, height: int = 6, width: int = 4) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((height, width, 3), 90, np.uint8)
    assert cv2.imwrite(str(path), pixels)
    return path


def file(path: Path, data: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".tif"])
def test_image_sizes_are_read_from_headers(tmp_path, suffix):
    path = picture(tmp_path / f"a{suffix}", height=37, width=211)
    assert image_size_hw(path.read_bytes()) == (37, 211)


def test_image_sizes_of_real_files_are_opencvs():
    images = sorted([*SHARED.glob("coco/*.jpg"), *SHARED.glob("hands/*.jpg"), *SHARED.glob("ochuman/*.jpg")])
    if not images:
        pytest.skip(f"no real images at {SHARED}")
    for path in images:
        pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
        assert image_size_hw(path.read_bytes()[: 1 << 16]) == pixels.shape[:2], path.name


def test_what_is_no_image_has_no_size():
    for head in (b"", b"GIF89a", b"\xff\xd8\xff\xe0\0\x10", b"\xff\xd8\xff\xda" + bytes(20), b"II*\0\xff\xff\xff\xff"):
        assert image_size_hw(head) is None


def test_every_family_of_the_manifest_has_a_layout():
    assert {dataset.family for dataset in read_manifest().values()} == set(FAMILIES)


def test_official_counts_are_counted_by_their_layouts(tmp_path):
    """A count that a layout does not know would only be noticed by who has the real data."""
    for dataset in read_manifest().values():
        with pytest.raises((LayoutError, FileNotFoundError)):
            index_dataset(dataset, tmp_path / "absent")
        assert all(isinstance(count, int) and count > 0 for count in dataset.counts.values())


# --- person re-identification


def two_sided(
    root: Path, suffix: str = ".tif", people: int = 3, *, flat: bool = False, top: str = "Occluded_REID"
) -> Path:
    for side in ("occluded_body_images", "whole_body_images"):
        for person in range(1, people + 1):
            for number in (1, 2):
                folder = root / top / side / ("" if flat else f"{person:03d}")
                picture(folder / f"{person:03d}_{number:02d}{suffix}")
    return root


@pytest.mark.parametrize(("suffix", "flat"), [(".tif", False), (".jpg", True), (".png", False)])
def test_two_sided_sets_have_query_gallery_and_no_camera(tmp_path, suffix, flat):
    two_sided(tmp_path, suffix, flat=flat)
    file(tmp_path / "Occluded_REID" / "Readme.txt")
    file(tmp_path / "__MACOSX" / "._x.tif")
    index = FAMILIES["reid_sides"](tmp_path, {"images": 12, "identities": 3, "query": 6, "gallery": 6})
    assert sorted(set(zip(index["role"], index["identity"], strict=True))) == [
        (role, f"00{n}") for role in ("gallery", "query") for n in (1, 2, 3)
    ]
    assert set(index["camera"]) == {None}
    assert index["size_hw"].tolist() == [[6, 4]] * 12


def test_train_and_test_folders_keep_apart(tmp_path):
    two_sided(tmp_path, ".jpg", top="P-DukeMTMC-reid/train")
    two_sided(tmp_path, ".jpg", top="P-DukeMTMC-reid/test")
    index = FAMILIES["reid_sides"](tmp_path, {})
    assert sorted(set(index["role"])) == ["gallery", "query", "train_gallery", "train_query"]


def test_a_gallery_that_is_the_wrong_folder_is_named(tmp_path):
    two_sided(tmp_path, people=20)
    for person in range(8, 21):
        for path in (tmp_path / "Occluded_REID" / "whole_body_images" / f"{person:03d}").iterdir():
            path.unlink()
    with pytest.raises(
        LayoutError, match=r"13 of 20 query identities have no gallery image, 008 first; .*has 14 images"
    ):
        FAMILIES["reid_sides"](tmp_path, {})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("Occluded_REID/whole_body_images/001/002_01.tif", "its name says identity 002, its folder 001"),
        ("Occluded_REID/other/001_01.tif", "lies in none of"),
        ("Occluded_REID/whole_body_images/001/nonsense.tif", "expected <identity>_<number>"),
    ],
)
def test_odd_files_of_a_two_sided_set_are_named(tmp_path, wrong, message):
    picture(two_sided(tmp_path) / wrong)
    with pytest.raises(LayoutError, match=message):
        FAMILIES["reid_sides"](tmp_path, {})


def test_official_counts_are_held_against_the_folder(tmp_path):
    two_sided(tmp_path)
    with pytest.raises(LayoutError, match=r"expected 2,000 images, found 12"):
        FAMILIES["reid_sides"](tmp_path, read_manifest()["occluded_reid"].counts)


def market(root: Path) -> Path:
    for name in (
        "bounding_box_train/0002_c1s1_000451_03.jpg",
        "query/0001_c1s1_001051_00.jpg",
        "bounding_box_test/0001_c2s1_001051_00.jpg",
        "bounding_box_test/-1_c3s1_000401_03.jpg",
        "bounding_box_test/0000_c6s1_000401_03.jpg",
        "gt_bbox/0001_c1s1_001051_00.jpg",
    ):
        picture(root / "Market-1501-v15.09.15" / name, 128, 64)
    return root


def test_market_has_cameras_and_junk(tmp_path):
    counts = {"train": 1, "query": 1, "gallery": 3, "train_identities": 1, "query_identities": 1}
    index = FAMILIES["market1501"](market(tmp_path), counts)
    rows = set(zip(index["role"], index["identity"], index["camera"], strict=True))
    assert rows == {
        ("train", "0002", "1"),
        ("query", "0001", "1"),
        ("gallery", "0001", "2"),
        ("gallery", "-1", "3"),
        ("gallery", "0000", "6"),
    }


def test_an_image_index_in_the_place_of_a_camera_is_named(tmp_path):
    for number in range(1, 9):
        picture(market(tmp_path) / "Market-1501-v15.09.15/bounding_box_test" / f"0001_c{number}s1_000001_00.jpg")
    with pytest.raises(LayoutError, match=r"cameras \[7, 8\] beyond 6: an image index was written"):
        FAMILIES["market1501"](tmp_path, {})


def test_an_identity_in_train_and_query_is_named(tmp_path):
    picture(market(tmp_path) / "Market-1501-v15.09.15/bounding_box_train/0001_c1s1_000001_00.jpg")
    with pytest.raises(LayoutError, match=r"1 identities are in train and query, 0001 first"):
        FAMILIES["market1501"](tmp_path, {})


# --- COCO-style


def coco(root: Path, **changes: object) -> Path:
    image = {"id": 5, "file_name": "000005.jpg", "height": 6, "width": 4, "crowdIndex": 0.5, **changes}
    for split in ("train", "val", "test"):
        picture(root / "images" / f"{split}.jpg")
        described = {
            "images": [{**image, "file_name": f"{split}.jpg"}],
            "annotations": [{"id": 1, "image_id": 5, "keypoints": [0] * 42, "bbox": [0, 0, 1, 1]}],
        }
        file(root / "json" / f"crowdpose_{split}.json", json.dumps(described).encode())
    return root


def test_crowdpose_is_indexed_by_split(tmp_path):
    index = FAMILIES["crowdpose"](coco(tmp_path), {"train": 1, "val": 1, "test": 1})
    assert sorted(zip(index["path"], index["kind"], index["role"], strict=True)) == sorted(
        [(f"images/{s}.jpg", "image", s) for s in ("train", "val", "test")]
        + [(f"json/crowdpose_{s}.json", "annotation", s) for s in ("train", "val", "test")]
    )


def test_swapped_width_and_height_are_named(tmp_path):
    with pytest.raises(LayoutError, match=r"width and height are swapped"):
        FAMILIES["crowdpose"](coco(tmp_path, height=4, width=6), {})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"image_id": 5', '"image_id": 6', "belongs to image 6, which is not listed"),
        ('"bbox": [0, 0, 1, 1]', '"bbox": [0]', "no bbox of 4 numbers"),
        ('"crowdIndex"', '"crowd"', "has no crowdIndex"),
        ("train.jpg", "gone.jpg", "images/gone.jpg is annotated and missing"),
        ("train.jpg", "val.jpg", "is in the splits train and val"),
        ('"images"', '"pictures"', "expected lists `images` and `annotations`"),
        ("[0, 0, 0, ", "[0, 0, ", "has 41 keypoint numbers, expected 42"),
        ("{", "", "expected JSON"),
    ],
)
def test_annotations_that_do_not_fit_are_named(tmp_path, old, new, message):
    path = coco(tmp_path) / "json" / "crowdpose_train.json"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(LayoutError, match=message):
        FAMILIES["crowdpose"](tmp_path, {})


def test_a_real_crowdpose_file_is_read():
    source = SHARED / "crowdpose"
    if not source.is_dir():
        pytest.skip(f"no real annotations at {source}")
    described = json.loads((source / "test_crowdpose.json").read_text())
    assert all("crowdIndex" in image for image in described["images"])
    assert {len(a["keypoints"]) for a in described["annotations"]} == {42}


def test_ocpose_lists_are_held_against_the_images(tmp_path):
    for number in (1, 2, 3):
        picture(tmp_path / "OCPose" / f"{number:012d}.jpg")
    file(tmp_path / "train_list.txt", b"000000000001.jpg\n000000000002.jpg\n")
    file(tmp_path / "test_list.txt", b"000000000003.jpg\n")
    index = FAMILIES["ocpose"](tmp_path, {"train": 2, "test": 1})
    assert index["role"].tolist() == ["train", "train", "test"]
    file(tmp_path / "test_list.txt", b"000000000002.jpg\n000000000009.jpg\n")
    with pytest.raises(LayoutError, match=r"in both lists, 000000000002\.jpg first; 1 images of test_list"):
        FAMILIES["ocpose"](tmp_path, {})


# --- faces


def celeba(root: Path) -> Path:
    for number in (0, 1):
        picture(root / "CelebAMask-HQ" / "CelebA-HQ-img" / f"{number}.jpg", 8, 8)
        for part in ("skin", "l_eye"):
            picture(root / "CelebAMask-HQ" / "CelebAMask-HQ-mask-anno" / "0" / f"{number:05d}_{part}.png", 4, 4)
    return root


def test_celebamask_pairs_masks_with_images(tmp_path):
    index = FAMILIES["celebamask_hq"](celeba(tmp_path), {"images": 2})
    masks = [(i, r) for i, k, r in zip(index["identity"], index["kind"], index["role"], strict=True) if k == "mask"]
    assert sorted(masks) == [("0", "l_eye"), ("0", "skin"), ("1", "l_eye"), ("1", "skin")]


@pytest.mark.parametrize(
    ("add", "message"),
    [
        ("CelebA-HQ-img/7.jpg", "1 have an image but no mask, 7 first"),
        ("CelebAMask-HQ-mask-anno/0/00009_skin.png", "1 have masks but no image, 9 first"),
        ("CelebAMask-HQ-mask-anno/0/00001_beard.png", "one of the 18 parts"),
    ],
)
def test_odd_faces_are_named(tmp_path, add, message):
    picture(celeba(tmp_path) / "CelebAMask-HQ" / add)
    with pytest.raises(LayoutError, match=message):
        FAMILIES["celebamask_hq"](tmp_path, {})


def test_image_and_mask_pairs_must_match_in_name_and_size(tmp_path):
    for stem in ("a", "b"):
        picture(tmp_path / "RealOcc" / "image" / f"{stem}.jpg")
        picture(tmp_path / "RealOcc" / "mask" / f"{stem}.png")
    assert len(FAMILIES["realocc"](tmp_path, {"images": 2})) == 4
    picture(tmp_path / "RealOcc" / "mask" / "b.png", 4, 6)
    picture(tmp_path / "RealOcc" / "image" / "c.jpg")
    with pytest.raises(LayoutError, match=r"1 have no mask, c first; .*b\.jpg is \(6, 4\), its mask \(4, 6\)"):
        FAMILIES["realocc"](tmp_path, {})


def test_hands_are_held_against_their_table(tmp_path):
    picture(tmp_path / "Hands" / "Hand_0000002.jpg")
    with (tmp_path / "HandInfo.csv").open("w", newline="") as table:
        csv.writer(table).writerows([["id", "aspectOfHand", "imageName"], ["7", "dorsal right", "Hand_0000002.jpg"]])
    index = FAMILIES["hands_11k"](tmp_path, {"images": 1})
    assert (index["identity"][0], index["role"][0]) == ("7", "dorsal right")
    picture(tmp_path / "Hands" / "Hand_0000003.jpg")
    with pytest.raises(LayoutError, match=r"1 are not in HandInfo\.csv, Hand_0000003\.jpg first"):
        FAMILIES["hands_11k"](tmp_path, {})


def test_textures_are_filed_under_their_class(tmp_path):
    picture(tmp_path / "dtd" / "images" / "banded" / "banded_0002.jpg")
    assert FAMILIES["dtd"](tmp_path, {"images": 1, "classes": 1})["identity"].tolist() == ["banded"]
    picture(tmp_path / "dtd" / "images" / "banded" / "dotted_0002.jpg")
    with pytest.raises(LayoutError, match=r"does not begin with its class banded"):
        FAMILIES["dtd"](tmp_path, {})


def test_cofw_must_be_two_hdf5_files(tmp_path):
    file(tmp_path / "COFW_train_color.mat", b"MATLAB 7.3".ljust(512) + b"\x89HDF\r\n\x1a\n")
    with pytest.raises(LayoutError, match=r"expected one COFW_test_color\.mat, found 0"):
        FAMILIES["cofw"](tmp_path, {})
    file(tmp_path / "COFW_test_color.mat", b"<html>")
    with pytest.raises(LayoutError, match=r"expected a MATLAB 7\.3"):
        FAMILIES["cofw"](tmp_path, {})
    file(tmp_path / "COFW_test_color.mat", b"\x89HDF\r\n\x1a\n")
    assert FAMILIES["cofw"](tmp_path, {})["role"].tolist() == ["test", "train"]


# --- video and motion


def mupots(root: Path, frames: range = range(3)) -> Path:
    for sequence in (1, 2):
        folder = root / "MultiPersonTestSet" / f"TS{sequence}"
        file(folder / "annot.mat")
        file(folder / "occlusion.mat")
        for number in frames:
            picture(folder / f"img_{number:06d}.jpg")
    return root


def test_mupots_frames_are_counted_from_0_without_a_gap(tmp_path):
    index = FAMILIES["mupots_3d"](mupots(tmp_path), {"sequences": 2, "frames": 6})
    assert len(index) == 10
    (tmp_path / "MultiPersonTestSet" / "TS2" / "img_000001.jpg").unlink()
    (tmp_path / "MultiPersonTestSet" / "TS1" / "occlusion.mat").unlink()
    with pytest.raises(LayoutError, match=r"TS1/occlusion\.mat is missing; TS2: 2 frames are not numbered 0, 1"):
        FAMILIES["mupots_3d"](tmp_path, {})


def test_3dhp_frames_are_counted_from_1(tmp_path):
    folder = tmp_path / "mpi_inf_3dhp_test_set" / "TS1"
    file(folder / "annot_data.mat")
    for number in (1, 2):
        picture(folder / "imageSequence" / f"img_{number:06d}.jpg")
    file(tmp_path / "S1" / "Seq2" / "annot.mat")
    index = FAMILIES["mpi_inf_3dhp"](tmp_path, {"sequences": 1})
    assert sorted(set(zip(index["role"], index["identity"], strict=True))) == [("test", "TS1"), ("train", "S1_Seq2")]
    picture(folder / "imageSequence" / "img_000000.jpg")
    picture(folder / "imageSequence" / "img_000001.jpg", 4, 6)
    with pytest.raises(LayoutError, match=r"not numbered 1, 2, .*frames of several sizes"):
        FAMILIES["mpi_inf_3dhp"](tmp_path, {})


def test_muco_temp_needs_keypoints_for_every_camera(tmp_path):
    for camera in (0, 1):
        file(tmp_path / "datasets" / "MucoTemp" / "frames" / f"cam_{camera}" / "gt.pkl")
    file(tmp_path / "datasets/MucoTemp/hrnet_keypoints/cam_0/gt_match_posedist_80/vid_0.pkl")
    with pytest.raises(LayoutError, match=r"cam_1 has ground truth but no 2-D keypoints"):
        FAMILIES["muco_temp"](tmp_path, {})
    file(tmp_path / "datasets/MucoTemp/hrnet_keypoints/cam_1/gt_match_posedist_80/vid_0.pkl")
    index = FAMILIES["muco_temp"](tmp_path, {"cameras": 2, "videos": 2})
    assert index["camera"].tolist() == ["0", "1", "0", "1"]


def test_cmu_motions_need_their_skeleton():
    source = SHARED / "cmu"
    if not source.is_dir():
        pytest.skip(f"no real motions at {source}")
    index = FAMILIES["cmu_mocap"](source, {"motions": 3})
    assert sorted(zip(index["path"], index["role"], index["identity"], strict=True)) == [
        ("02.asf", "skeleton", "02"),
        ("02_01.amc", "motion", "02"),
        ("02_04.amc", "motion", "02"),
        ("11.asf", "skeleton", "11"),
        ("11_01.amc", "motion", "11"),
    ]


def test_a_motion_without_skeleton_is_named(tmp_path):
    file(tmp_path / "subjects" / "05" / "05_01.amc")
    with pytest.raises(LayoutError, match=r"05_01\.amc has no skeleton 05\.asf"):
        FAMILIES["cmu_mocap"](tmp_path, {})


def test_a_damaged_image_is_named(tmp_path):
    picture(two_sided(tmp_path) / "Occluded_REID/whole_body_images/001/001_01.tif").write_bytes(b"not an image")
    with pytest.raises(LayoutError, match=r"001_01\.tif: expected an image"):
        FAMILIES["reid_sides"](tmp_path, {})
