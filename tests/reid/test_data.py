"""Readers of the re-ID layouts: what the rows say, and that every kind of wrong folder is refused with its reason."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from occlusionkit.acquire.layouts.common import LayoutError
from occlusionkit.reid.data import read_dataset
from occlusionkit.reid.layouts import LAYOUTS, layout_named
from occlusionkit.reid.pictures import read_crop, resize_crop

OCCLUDED = layout_named("occluded_reid")
PARTIAL = layout_named("partial_reid")


def test_rows_say_who_and_on_which_side_and_no_camera_is_made_up(occluded_reid):
    rows = read_dataset(occluded_reid, OCCLUDED).rows
    assert len(rows) == 8 * 3 * 2
    at = rows["path"].tolist().index("occluded_body_images/007/007_02.tif")
    assert (rows["identity"][at], rows["role"][at], rows["occluded"][at], rows["index"][at]) == (7, "query", True, 2)
    assert (rows["width"][at], rows["height"][at]) == (64, 128)
    whole = rows["path"].tolist().index("whole_body_images/007/007_02.tif")
    assert (rows["role"][whole], rows["occluded"][whole]) == ("gallery", False)
    assert set(rows["camera"].tolist()) == {None}


def test_the_folder_above_the_dataset_will_do(occluded_reid):
    above = read_dataset(occluded_reid.parent, OCCLUDED)
    assert above.root == occluded_reid
    assert above.rows["path"].tolist() == read_dataset(occluded_reid, OCCLUDED).rows["path"].tolist()


def test_partial_reid_is_flat_and_has_three_sides(tmp_path, two_sided):
    two_sided(tmp_path, people=3, images=2, suffix=".jpg", nested=False, roles=("query", "gallery", "partial"))
    (tmp_path / "Readme.txt").write_text("cite us")
    (tmp_path / "whole_body_images" / ".DS_Store").write_bytes(b"\0")
    rows = read_dataset(tmp_path, PARTIAL).rows
    assert {role: int((rows["role"] == role).sum()) for role in ("query", "gallery", "partial")} == {
        "query": 6,
        "gallery": 6,
        "partial": 6,
    }
    assert rows["occluded"][rows["role"] == "partial"].all()
    assert sorted(rows["index"][(rows["role"] == "gallery") & (rows["identity"] == 2)]) == [1, 2]


def test_p_duke_has_train_and_test_parts_and_names_with_anything_behind_the_person(tmp_path, person_image):
    for part, person in (("train", 5), ("test", 6)):
        for number, side in enumerate(("occluded_body_images", "whole_body_images")):
            for frame in (900, 1000):
                name = f"{person:04d}_c2_f{frame:07d}.jpg"
                person_image(tmp_path / part / side / f"{person:04d}" / name, person, frame + number)
    rows = read_dataset(tmp_path, layout_named("p_dukemtmc_reid")).rows
    train = rows["identity"] == 5
    assert set(rows["role"][train]) == {"train"} and set(rows["role"][~train]) == {"query", "gallery"}
    assert rows["occluded"][train].sum() == 2
    # 0000900 comes before 0001000: images are counted in the order of their names, within each side.
    assert sorted(rows["index"][train & rows["occluded"]]) == [1, 2]


def test_market_gives_cameras_and_leaves_out_junk(tmp_path, person_image):
    names = {
        "bounding_box_train": ["0002_c1s1_000451_03.jpg", "0002_c3s1_000551_00.jpg"],
        "query": ["0001_c1s1_001051_00.jpg"],
        "bounding_box_test": ["0001_c2s1_001051_00.jpg", "0000_c1s1_000151_01.jpg", "-1_c1s1_000401_03.jpg"],
    }
    for folder, files in names.items():
        for number, name in enumerate(files):
            person_image(tmp_path / folder / name, len(folder), number)
    rows = read_dataset(tmp_path, layout_named("market1501")).rows
    assert len(rows) == 5 and -1 not in rows["identity"]
    at = rows["path"].tolist().index("bounding_box_train/0002_c3s1_000551_00.jpg")
    assert (rows["identity"][at], rows["camera"][at], rows["role"][at], rows["index"][at]) == (2, "3", "train", 2)


def test_other_folder_names_are_told_not_guessed(tmp_path, two_sided):
    two_sided(tmp_path, people=2)
    (tmp_path / "occluded_body_images").rename(tmp_path / "query")
    (tmp_path / "whole_body_images").rename(tmp_path / "gallery")
    with pytest.raises(LayoutError, match="lies in none of occluded_body_images, whole_body_images"):
        read_dataset(tmp_path, OCCLUDED)
    assert len(read_dataset(tmp_path, OCCLUDED.with_sides(query="query", gallery="gallery")).rows) == 20


@pytest.mark.parametrize(
    ("layout", "message"), [(PARTIAL, "holds .jpg or .jpeg files"), (layout_named("p_ethz"), ".png")]
)
def test_another_datasets_folder_is_refused(occluded_reid, layout, message):
    with pytest.raises(LayoutError, match=message):
        read_dataset(occluded_reid, layout)


def test_no_folder_and_an_empty_one_are_different_mistakes(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected the folder of Occluded-REID"):
        read_dataset(tmp_path / "nowhere", OCCLUDED)
    with pytest.raises(LayoutError, match="expected images in occluded_body_images/, found none"):
        read_dataset(tmp_path, OCCLUDED)


def test_counts_of_the_release_are_checked_on_request(occluded_reid):
    with pytest.raises(LayoutError, match=r"expected 200 identities, found 8.*counts: any"):
        read_dataset(occluded_reid, OCCLUDED, counts=OCCLUDED.counts)
    read_dataset(occluded_reid, OCCLUDED, counts={"identities": 8, "query": 24, "gallery": 24})


def test_every_layouts_counts_have_names_that_are_counted(occluded_reid):
    for layout in LAYOUTS.values():
        with pytest.raises(LayoutError):  # counted and found different, not refused as unknown names
            read_dataset(occluded_reid, OCCLUDED, counts=layout.counts)


@pytest.fixture
def own_copy(tmp_path, occluded_reid) -> Path:
    return Path(shutil.copytree(occluded_reid, tmp_path / "Occluded_REID"))


def test_a_person_only_in_the_query_is_refused(own_copy):
    shutil.rmtree(own_copy / "whole_body_images" / "003")
    with pytest.raises(LayoutError, match="1 of 8 people are in query but not in gallery, 3 first"):
        read_dataset(own_copy, OCCLUDED)


def test_a_name_that_disagrees_with_its_folder_is_refused(own_copy):
    (own_copy / "whole_body_images/003/003_01.tif").rename(own_copy / "whole_body_images/003/004_09.tif")
    with pytest.raises(LayoutError, match="its name says person 004, its folder 003"):
        read_dataset(own_copy, OCCLUDED)


def test_the_same_picture_on_both_sides_is_refused_even_when_coded_anew(own_copy):
    image = Pillow.open(own_copy / "whole_body_images/003/003_01.tif")
    image.save(own_copy / "occluded_body_images/003/003_02.tif", compression="tiff_lzw")
    with pytest.raises(
        ValueError, match=r"003_02.tif and whole.*003_01.tif are the same picture, as person 3 \(query\)"
    ):
        read_dataset(own_copy, OCCLUDED)


def test_the_same_picture_of_two_people_is_refused(own_copy):
    shutil.copy(own_copy / "whole_body_images/003/003_01.tif", own_copy / "whole_body_images/004/004_01.tif")
    with pytest.raises(ValueError, match="same picture, as person 3"):
        read_dataset(own_copy, OCCLUDED)


def test_a_picture_twice_on_one_side_is_reported(own_copy):
    shutil.copy(own_copy / "whole_body_images/003/003_01.tif", own_copy / "whole_body_images/003/003_02.tif")
    assert read_dataset(own_copy, OCCLUDED).repeated == (
        ("whole_body_images/003/003_01.tif", "whole_body_images/003/003_02.tif"),
    )


@pytest.mark.parametrize("damage", [b"", b"II*\0 no tiff", None])
def test_an_image_that_cannot_be_read_is_named(own_copy, damage):
    path = own_copy / "whole_body_images/003/003_01.tif"
    path.write_bytes(path.read_bytes()[:700] if damage is None else damage)
    with pytest.raises(ValueError, match=r"003_01\.tif"):
        read_dataset(own_copy, OCCLUDED)


# Kinds of pixels

RGB = np.arange(8 * 4 * 3, dtype=np.uint8).reshape(8, 4, 3) * 2


def stored(image: Pillow.Image, kind: str = "TIFF", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format=kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("options", [{}, {"compression": "tiff_lzw"}, {"kind": "PNG"}])
def test_colours_come_back_in_rgb_order(options):
    crop = read_crop(stored(Pillow.fromarray(RGB), **options), where="x.tif")
    np.testing.assert_array_equal(crop.image, RGB)
    assert not crop.grey


def test_grey_is_spread_and_reported():
    crop = read_crop(stored(Pillow.fromarray(RGB[:, :, 0])), where="x.tif")
    np.testing.assert_array_equal(crop.image, np.repeat(RGB[:, :, :1], 3, axis=2))
    assert crop.grey


def test_an_opaque_alpha_channel_goes_and_another_is_refused():
    image = Pillow.fromarray(RGB).convert("RGBA")
    np.testing.assert_array_equal(read_crop(stored(image, "PNG"), where="x.png").image, RGB)
    image.putalpha(100)
    with pytest.raises(ValueError, match=r"x\.png: expected an opaque image"):
        read_crop(stored(image, "PNG"), where="x.png")


@pytest.mark.parametrize("kind", ["TIFF", "JPEG"])
def test_cmyk_is_refused(kind):
    with pytest.raises(ValueError, match="x: expected an RGB image, found CMYK"):
        read_crop(stored(Pillow.fromarray(RGB).convert("CMYK"), kind), where="x")


def test_more_than_eight_bits_are_refused():
    ok, data = cv2.imencode(".tif", RGB.astype(np.uint16) * 256)
    assert ok
    with pytest.raises(ValueError, match=r"x\.tif: expected 8 bits per channel, found uint16"):
        read_crop(data.tobytes(), where="x.tif")


def test_a_crop_is_stretched_to_the_networks_size():
    image = np.zeros((40, 30, 3), np.uint8)
    image[20:] = 200
    small = resize_crop(image, (8, 4))
    assert small.shape == (8, 4, 3)
    assert small[3, 0, 0] == 0 and small[4, 0, 0] == 200
    assert resize_crop(image, (40, 30)) is image
