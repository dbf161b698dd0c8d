"""Reading faces and occluders: what is accepted, and one clear error for what is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from occlusionkit.artifacts import write_bytes
from occlusionkit.face.files import (
    Pair,
    binary_mask,
    fitted_mask,
    list_images,
    list_textures,
    pair_with_masks,
    read_face,
    read_image,
    read_occluder,
)
from occlusionkit.face.settings import SourceSettings
from occlusionkit.images import encode_jpeg, encode_png

RGB = np.random.default_rng(0).integers(0, 256, (12, 9, 3), dtype=np.uint8)
MASK = np.zeros((12, 9), np.uint8)
MASK[3:8, 2:6] = 1


def write_pair(folder, image=None, mask=MASK, name="a"):
    write_bytes(folder / f"{name}.png", encode_png(RGB if image is None else image))
    write_bytes(folder / f"m/{name}.png", encode_png(mask))
    return Pair(name, folder / f"{name}.png", folder / f"m/{name}.png")


def encode_rgba(rgb, alpha):
    return cv2.imencode(".png", np.dstack([rgb[..., ::-1], alpha]))[1].tobytes()


@pytest.mark.parametrize("value", [1, 255])
def test_masks_of_0_1_and_0_255_are_the_same(tmp_path, value):
    face = read_face(write_pair(tmp_path, mask=MASK * np.uint8(value)), SourceSettings())
    assert np.array_equal(face.mask, MASK > 0)
    assert np.array_equal(face.labels, MASK)
    assert np.array_equal(face.image, RGB)


def test_all_zero_mask_is_refused_by_name(tmp_path):
    pair = write_pair(tmp_path, mask=MASK * 0)
    with pytest.raises(ValueError, match=r"m/a\.png: expected a mask with some pixels set, found all zero"):
        read_face(pair, SourceSettings())


def test_soft_masks_need_a_threshold(tmp_path):
    soft = cv2.GaussianBlur(MASK * np.uint8(255), (3, 3), 0)
    pair = write_pair(tmp_path, mask=soft)
    with pytest.raises(
        ValueError, match=r"expected the values 0 and 1 or 0 and 255, found also 16, .*soft_mask_threshold"
    ):
        read_face(pair, SourceSettings())
    assert np.array_equal(read_face(pair, SourceSettings(soft_mask_threshold=200)).mask, soft >= 200)
    with pytest.raises(ValueError, match=r"some pixels of 250 or more, found none"):
        binary_mask(soft // 2, where="x", soft_threshold=250)


def test_mask_of_another_size_is_refused_or_resized(tmp_path):
    double = np.kron(MASK, np.ones((2, 2), np.uint8)) * np.uint8(255)
    pair = write_pair(tmp_path, mask=double)
    with pytest.raises(
        ValueError, match=r"size \(12, 9\), found \(24, 18\); if it is the same picture, set source.resize"
    ):
        read_face(pair, SourceSettings())
    assert np.array_equal(read_face(pair, SourceSettings(resize_masks=True)).mask, MASK > 0)


def test_mask_of_another_shape_is_refused_even_with_resizing(tmp_path):
    pair = write_pair(tmp_path, mask=np.ones((9, 30), np.uint8))
    with pytest.raises(ValueError, match=r"found \(9, 30\); it is not of this picture"):
        read_face(pair, SourceSettings(resize_masks=True))


def test_enlarged_masks_have_smooth_edges():
    def disc(side: int) -> np.ndarray:
        y, x = (np.mgrid[:side, :side] + 0.5) / side - 0.5
        return np.hypot(x, y) < 0.37

    small, ideal = disc(40), disc(160)
    big = fitted_mask(small, (160, 160), where="x", resize=True)
    nearest = np.kron(small, np.ones((4, 4), bool))
    assert big.dtype == bool
    assert (big ^ ideal).sum() < 0.9 * (nearest ^ ideal).sum()  # the small mask's own steps remain


def test_gray_images_become_three_channels(tmp_path):
    face = read_face(write_pair(tmp_path, image=RGB[..., 0]), SourceSettings())
    assert np.array_equal(face.image, np.repeat(RGB[..., :1], 3, axis=2))


def test_rgba_images_must_be_opaque(tmp_path):
    path = tmp_path / "a.png"
    write_bytes(path, encode_rgba(RGB, np.full((12, 9), 255, np.uint8)))
    assert np.array_equal(read_image(path), RGB)
    write_bytes(path, encode_rgba(RGB, MASK * np.uint8(255)))
    with pytest.raises(
        ValueError, match=r"a\.png: expected an opaque image, found an alpha channel down to 0; flatten it"
    ):
        read_image(path)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_cut_images_are_refused(tmp_path, name):
    big = np.repeat(np.repeat(RGB, 20, axis=0), 20, axis=1)
    whole = encode_jpeg(big, quality=90) if name.endswith("jpg") else encode_png(big)
    write_bytes(tmp_path / name, whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=rf"{name}: expected an image, found {len(whole) // 2} bytes that cannot be"):
        read_image(tmp_path / name)
    write_bytes(tmp_path / name, b"")
    with pytest.raises(ValueError, match="found 0 bytes"):
        read_image(tmp_path / name)


def test_16_bit_images_and_coloured_masks_are_refused(tmp_path):
    write_bytes(tmp_path / "a.png", encode_png(np.zeros((5, 5), np.uint16)))
    with pytest.raises(ValueError, match="expected 8 bits per channel, found uint16"):
        read_image(tmp_path / "a.png")
    pair = write_pair(tmp_path, mask=RGB)
    with pytest.raises(ValueError, match="expected a gray mask, found colours; is it the image"):
        read_face(pair, SourceSettings())


def test_label_maps_keep_their_classes_and_say_what_they_lack(tmp_path):
    labels = np.full((12, 9), 13, np.uint8)
    labels[MASK > 0] = 10
    labels[0, 0] = 3  # glasses are not the face
    pair = write_pair(tmp_path, mask=labels)
    face = read_face(pair, SourceSettings(mask_kind="classes"))
    assert np.array_equal(face.labels, labels)
    assert np.array_equal(face.mask, MASK > 0)
    with pytest.raises(ValueError, match=r"expected some of the face classes \[99\], found \[3, 10, 13\]"):
        read_face(pair, SourceSettings(mask_kind="classes", face_classes=(99,)))


def test_pairs_go_by_stem_with_dots_and_any_case_of_extension(tmp_path):
    for name in ("b.v2.final.JPG", "a.jpeg", ".hidden.jpg", "notes.txt"):
        write_bytes(tmp_path / "f" / name, encode_jpeg(RGB, quality=90))
    for name in ("b.v2.final.png", "a.PNG", "unused.png"):
        write_bytes(tmp_path / "m" / name, encode_png(MASK))
    pairs = pair_with_masks(list_images(tmp_path / "f", what="faces"), tmp_path / "m", what="faces")
    assert [(pair.stem, pair.mask.name) for pair in pairs] == [("a", "a.PNG"), ("b.v2.final", "b.v2.final.png")]


def test_missing_mask_names_what_was_looked_for_and_a_near_miss(tmp_path):
    write_bytes(tmp_path / "f/Anna.jpg", encode_jpeg(RGB, quality=90))
    write_bytes(tmp_path / "m/anna.png", encode_png(MASK))
    [pair] = pair_with_masks(list_images(tmp_path / "f", what="faces"), tmp_path / "m", what="faces")
    assert pair.mask is None
    with pytest.raises(
        FileNotFoundError, match=r"expected the mask .*Anna\.png, found anna\.png, whose letters differ"
    ):
        read_face(pair, SourceSettings())


def test_duplicate_stems_are_refused(tmp_path):
    for name in ("a.jpg", "a.PNG"):
        write_bytes(tmp_path / name, b"x")
    with pytest.raises(ValueError, match=r"one file for each stem, found a\.PNG and a\.jpg"):
        list_images(tmp_path, what="faces")


def test_empty_and_absent_folders_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a folder of occluders, found none"):
        list_images(tmp_path / "none", what="occluders")
    with pytest.raises(ValueError, match=r"expected occluders \(\.bmp.*, found none"):
        list_images(tmp_path, what="occluders")
    with pytest.raises(ValueError, match=r"expected textures \(\.bmp.* or folders of them, found none"):
        list_textures(tmp_path)


def test_textures_come_by_class_or_flat(tmp_path):
    for name in ("b/2.jpg", "b/1.JPG", "a/9.png", "top.png"):
        write_bytes(tmp_path / name, b"x")
    found = list_textures(tmp_path)
    assert {name: [path.name for path in paths] for name, paths in found.items()} == {
        "": ["top.png"],
        "a": ["9.png"],
        "b": ["1.JPG", "2.jpg"],
    }


def test_occluders_bring_their_mask_in_alpha(tmp_path):
    path = tmp_path / "o.png"
    write_bytes(path, encode_rgba(RGB, MASK * np.uint8(200)))
    image, mask = read_occluder(Pair("o", path, path), SourceSettings())
    assert np.array_equal(image, RGB)
    assert np.array_equal(mask, MASK > 0)
    write_bytes(path, encode_png(RGB))
    with pytest.raises(
        ValueError, match="expected an occluder with an alpha channel, as no folder of masks was given; found none"
    ):
        read_occluder(Pair("o", path, path), SourceSettings())
