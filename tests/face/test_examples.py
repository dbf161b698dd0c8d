"""Indexing images with masks, and the split: what is read, what is refused, who is held out."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from occlusionkit.acquire.schemas import DATASET_INDEX
from occlusionkit.artifacts import write_bytes, write_table
from occlusionkit.artifacts.hashing import file_sha256
from occlusionkit.artifacts.tables import make_table
from occlusionkit.face.examples import (
    Known,
    index_group,
    is_held_out,
    of_manifest,
    of_portraits,
    pairs_of_release,
    people_of,
    read_example,
    split_examples,
)
from occlusionkit.face.manifest import Named, manifest, skipped_row
from occlusionkit.images import encode_jpeg, encode_png
from occlusionkit.studio.portraits.schemas import PORTRAITS

SIZE_HW = (48, 40)


def write_face(folder: Path, stem: str, *, image: bytes | None = None, mask: np.ndarray | None = None) -> None:
    if mask is None:
        mask = np.zeros(SIZE_HW, np.uint8)
        mask[10:30, 8:28] = 255
    write_bytes(folder / f"img/{stem}.png", image or encode_png(np.full((*SIZE_HW, 3), 120, np.uint8)))
    write_bytes(folder / f"mask/{stem}.png", encode_png(mask))


def index(folder: Path, **options):
    return index_group("clean", folder / "img", folder / "mask", **options)


def test_a_row_says_what_was_read(tmp_path):
    write_face(tmp_path, "a.1")
    write_face(tmp_path, "B")
    table = index(tmp_path, known=lambda stem: Known("p7", 0.25) if stem == "B" else Known())
    assert table["stem"].tolist() == ["B", "a.1"]
    assert table["face_pixels"].tolist() == [400, 400]
    assert table["height"].tolist() == [48, 48]
    assert table["width"].tolist() == [40, 40]
    assert table["person"].tolist() == ["p7", None]
    assert table["hidden_fraction"][0] == 0.25
    assert math.isnan(table["hidden_fraction"][1])
    assert table["mask_sha256"][1] == file_sha256(tmp_path / "mask/a.1.png")


def test_masks_hold_0_and_1_or_0_and_255_and_may_have_half_the_size(tmp_path):
    mask = np.zeros(SIZE_HW, np.uint8)
    mask[10:30, 8:28] = 1
    write_face(tmp_path, "ones", mask=mask)
    write_face(tmp_path, "half", mask=cv2.resize(mask, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_NEAREST) * 255)
    assert index(tmp_path)["face_pixels"].tolist() == [400, 400]


def test_gray_images_become_three_channels(tmp_path):
    write_face(tmp_path, "gray", image=encode_png(np.full(SIZE_HW, 7, np.uint8)))
    image, _ = read_example(tmp_path / "img/gray.png", tmp_path / "mask/gray.png")
    assert image.shape == (48, 40, 3)
    assert (image == 7).all()


def bad_files() -> dict[str, tuple[dict, str]]:
    rgba = np.full((*SIZE_HW, 4), 200, np.uint8)
    soft = np.full(SIZE_HW, 77, np.uint8)
    jpeg = encode_jpeg(np.random.default_rng(0).integers(0, 255, (*SIZE_HW, 3)).astype(np.uint8), quality=90)
    return {
        "all-zero mask": ({"mask": np.zeros(SIZE_HW, np.uint8)}, r"mask/x\.png: expected a mask with some pixels set"),
        "soft mask": ({"mask": soft}, r"mask/x\.png: expected the values 0 and 1 or 0 and 255, found also 77"),
        "other size": (
            {"mask": np.full((48, 48), 255, np.uint8)},
            r"mask/x\.png: .*image's size \(48, 40\).*\(48, 48\)",
        ),
        "see-through": ({"image": cv2.imencode(".png", rgba)[1].tobytes()}, r"img/x\.png: expected an opaque image"),
        "cut": ({"image": jpeg[: len(jpeg) // 3]}, r"img/x\.png: expected an image, found \d+ bytes"),
    }


@pytest.mark.parametrize("what", bad_files())
def test_unusable_files_are_refused_by_name(tmp_path, what):
    options, message = bad_files()[what]
    write_face(tmp_path, "ok")
    write_face(tmp_path, "x", **options)
    with pytest.raises(ValueError, match=message):
        index(tmp_path)


def test_a_missing_mask_and_a_mask_in_other_letters_are_told(tmp_path):
    write_face(tmp_path, "face")
    (tmp_path / "mask/face.png").rename(tmp_path / "mask/Face.png")
    with pytest.raises(FileNotFoundError, match=r"found Face\.png, whose letters differ in case"):
        index(tmp_path)


def test_two_files_of_one_stem_are_refused(tmp_path):
    write_face(tmp_path, "face")
    write_bytes(tmp_path / "img/face.JPG", encode_jpeg(np.zeros((*SIZE_HW, 3), np.uint8), quality=90))
    with pytest.raises(ValueError, match=r"found face\.JPG and face\.png"):
        index(tmp_path)


def test_a_face_that_is_hidden_entirely_may_have_an_empty_mask(tmp_path):
    write_face(tmp_path, "x", mask=np.zeros(SIZE_HW, np.uint8))
    assert index(tmp_path, known=lambda _: Known(None, 1.0))["face_pixels"].tolist() == [0]
    with pytest.raises(ValueError, match="all zero"):
        index(tmp_path, known=lambda _: Known(None, 0.99))


def test_a_generated_set_knows_hidden_fractions_and_whose_face_it_was(tmp_path):
    rows = [{**skipped_row(Named(stem, "x.jpg"), "x"), "hidden_fraction": h} for stem, h in (("a", 0.5), ("b", 0.0))]
    write_table(tmp_path / "manifest.parquet", manifest(rows))
    known = of_manifest(tmp_path / "manifest.parquet", {"a": "p1"})
    assert known("a") == Known("p1", 0.5)
    assert known("b") == Known(None, 0.0)


def test_the_studios_table_knows_the_images_of_its_own_folders(tmp_path):
    values = {"dataset": "clean", "stem": "s", "image": "face/faces_img/s.jpg", "mask": None, "split": "train",
              "identity": "12", "occluders": "", "hand_owners": "", "textures": "", "face_pixels": 9,
              "hidden_fraction": 0.0, "yaw_deg": 0.0}  # fmt: skip
    table = make_table(PORTRAITS, {name: [value] for name, value in values.items()})
    assert of_portraits(table, tmp_path / "results/data/face/faces_img")("s") == Known("12", 0.0)
    with pytest.raises(ValueError, match="t is not in the studio's index"):
        of_portraits(table, tmp_path / "results/data/face/faces_img")("t")
    with pytest.raises(ValueError, match="s is not in the studio's index"):
        of_portraits(table, tmp_path / "elsewhere/faces_img")("s")


def release(*files: tuple[str, str]):
    count = len(files)
    return make_table(
        DATASET_INDEX,
        {"path": [path for path, _ in files], "kind": [kind for _, kind in files], "role": [None] * count,
         "identity": [None] * count, "camera": [None] * count, "bytes": [1] * count,
         "size_hw": np.full((count, 2), np.nan, np.float32)},
    )  # fmt: skip


def test_an_acquired_release_is_paired_by_stem(tmp_path):
    files = release(("R/image/b.jpg", "image"), ("R/image/a.1.jpg", "image"), ("R/mask/a.1.png", "mask"),
                    ("R/mask/b.png", "mask"), ("R/val.txt", "annotation"))  # fmt: skip
    pairs = pairs_of_release(files, tmp_path)
    assert [(pair.stem, pair.image, pair.mask) for pair in pairs] == [
        ("a.1", tmp_path / "R/image/a.1.jpg", tmp_path / "R/mask/a.1.png"),
        ("b", tmp_path / "R/image/b.jpg", tmp_path / "R/mask/b.png"),
    ]
    with pytest.raises(ValueError, match="found 1 images and 0 masks"):
        pairs_of_release(release(("R/image/b.jpg", "image")), tmp_path)


def tables(tmp_path, people: int = 40, each: int = 3):
    """Two groups of the same faces: the second as if something had been pasted on them."""
    for group in ("clean", "natocc_hand"):
        for number in range(people * each):
            write_face(tmp_path / group, f"f{number:03d}")
    known = lambda stem: Known(f"p{int(stem[1:]) // each}")  # noqa: E731
    return [
        index_group(group, tmp_path / group / "img", tmp_path / group / "mask", known=known)
        for group in ("clean", "natocc_hand")
    ]


def test_a_person_is_on_one_side_in_every_group_and_every_set(tmp_path):
    clean, pasted = tables(tmp_path)
    train, held = split_examples([pasted, clean], validation_share=0.25, seed=1)
    assert not set(train["person"]) & set(held["person"])
    assert len(train) + len(held) == 240
    assert len(set(held["person"])) / 40 == pytest.approx(0.25, abs=0.15)
    for person in set(held["person"]):
        assert (held["person"] == person).sum() == 6
    alone = split_examples([clean], validation_share=0.25, seed=1)[1]
    assert set(alone["person"]) == set(held["person"])
    assert train["group"].tolist() == sorted(train["group"].tolist())
    other = split_examples([clean], validation_share=0.25, seed=2)[1]
    assert set(other["person"]) != set(alone["person"])


def test_a_side_without_images_is_refused(tmp_path):
    clean, _ = tables(tmp_path, people=2, each=1)
    with pytest.raises(ValueError, match=r"found 2 and 0; change face\.validation_share"):
        split_examples([clean], validation_share=1e-6, seed=1)


def test_the_held_out_share_is_that_of_names():
    held = sum(is_held_out(f"p{number}", share=0.15, seed=3) for number in range(5000))
    assert held / 5000 == pytest.approx(0.15, abs=0.02)


def test_people_are_found_by_stem(tmp_path):
    write_face(tmp_path, "s")
    assert people_of(index(tmp_path, known=lambda _: Known("me"))) == {"s": "me"}
