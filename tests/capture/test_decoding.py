from __future__ import annotations

import io
import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from occlusionkit.capture.decoding import (
    InstanceTable,
    decode_color,
    decode_depth_m,
    decode_locations,
    decode_npy,
    decode_rgb,
)

IMAGES = arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(3)))


def npy(array: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def bmp_32(bgra: np.ndarray, *, top_down: bool) -> bytes:
    """As Unreal writes it: alpha may be anything, rows from the bottom unless the height is negative."""
    height, width = bgra.shape[:2]
    rows = bgra if top_down else bgra[::-1]
    signed = -height if top_down else height
    return (
        struct.pack("<2sIHHI", b"BM", 54 + rows.nbytes, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, width, signed, 1, 32, 0, rows.nbytes, 0, 0, 0, 0)
        + np.ascontiguousarray(rows).tobytes()
    )


@given(IMAGES, st.sampled_from([".png", ".bmp"]))
def test_images_that_opencv_wrote_come_back_in_rgb(rgb, extension):
    encoded = cv2.imencode(extension, rgb[..., ::-1])[1].tobytes()
    np.testing.assert_array_equal(decode_rgb(encoded), rgb)


@given(IMAGES, st.booleans())
def test_32_bit_bmps_from_either_end_come_back_in_rgb(rgb, top_down):
    bgra = np.dstack([rgb[..., ::-1], np.full(rgb.shape[:2], 255, np.uint8)])
    np.testing.assert_array_equal(decode_rgb(bmp_32(bgra, top_down=top_down)), rgb)


def test_an_rgba_png_loses_its_alpha():
    bgra = np.array([[[30, 20, 10, 0], [3, 2, 1, 255]]], np.uint8)
    np.testing.assert_array_equal(decode_rgb(cv2.imencode(".png", bgra)[1].tobytes()), [[[10, 20, 30], [1, 2, 3]]])


@pytest.mark.parametrize("encoded", [b"", b"BM", b"\x89PNG\r\n", b"ok", b"BM" + bytes(60)])
def test_what_is_no_image_says_what_came(encoded):
    with pytest.raises(ValueError, match=rf"image reply of {len(encoded)} bytes: expected a bmp or png"):
        decode_rgb(encoded)


def test_depth_is_metres_and_0_where_nothing_was_hit():
    depth_cm = np.array([[250, 65504], [10, np.inf], [1600.5, np.nan]], np.float32)
    depth_m = decode_depth_m(npy(depth_cm))
    np.testing.assert_allclose(depth_m, [[2.5, 0], [0.1, 0], [16.005, 0]], rtol=1e-6)
    assert depth_m.dtype == np.float32
    np.testing.assert_array_equal(decode_depth_m(npy(depth_cm[..., None])), depth_m)


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8", ">f4"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_npy_of_any_float_and_version(dtype, version):
    array = np.arange(6, dtype=dtype).reshape(2, 3)
    np.testing.assert_array_equal(decode_npy(npy(array, version=version)), array)
    np.testing.assert_allclose(decode_depth_m(npy(array, version=version)), array.astype(float) / 100, rtol=1e-3)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"error no",
        b"\x93NUMPY\x01\x00\x05\x00xxxxx",
        npy(np.zeros((4, 4), np.float32))[:-1],
        npy(np.zeros((4, 4), np.int32)),
        npy(np.asfortranarray(np.arange(6.0).reshape(2, 3))),
        npy(np.zeros((4, 4), np.float32)).replace(b"'descr'", b"'dancr'"),
        npy(np.zeros((4, 4), np.float32)).replace(b"False", b"open("),
    ],
)
def test_what_is_no_array_of_floats_says_so(encoded):
    with pytest.raises(ValueError, match="npy reply"):
        decode_npy(encoded)


def test_depth_of_another_shape_says_so():
    with pytest.raises(ValueError, match=r"expected \(H, W\), found \(2, 3, 4\)"):
        decode_depth_m(npy(np.zeros((2, 3, 4), np.float32)))


def test_colours_are_unreals_text():
    assert decode_color("(R=255,G=1,B=2,A=255)") == (255, 1, 2)
    for text in ("255 1 2", "(R=1,G=2)", "error Cannot find object", ""):
        with pytest.raises(ValueError, match="expected \\(R="):
            decode_color(text)


def test_locations_have_their_count():
    assert decode_locations("1.000 -2.5 3e-3 ", 3) == (1.0, -2.5, 0.003)
    for text in ("1 2", "1 2 3 4", "a b c", ""):
        with pytest.raises(ValueError, match="expected 3 numbers"):
            decode_locations(text, 3)


COLORS = st.lists(st.tuples(*[st.integers(0, 255)] * 3).filter(any), min_size=1, max_size=8, unique=True)


@given(COLORS, st.integers(0, 2**32), st.booleans())
def test_masks_become_the_ids_of_their_colours(colors, seed, as_png):
    rng = np.random.default_rng(seed)
    ids = {color: int(number) for color, number in zip(colors, rng.permutation(len(colors)) + 1, strict=True)}
    palette = np.array([(0, 0, 0), *colors], np.uint8)
    chosen = rng.integers(0, len(palette), (rng.integers(1, 9), rng.integers(1, 9)))
    bgra = np.dstack([palette[chosen][..., ::-1], np.full(chosen.shape, 255, np.uint8)])
    encoded = cv2.imencode(".png", bgra)[1].tobytes() if as_png else bmp_32(bgra, top_down=bool(seed % 2))
    expected = np.array([0, *(ids[color] for color in colors)])[chosen]
    instance = InstanceTable(ids).decode(encoded)
    np.testing.assert_array_equal(instance, expected)
    assert instance.dtype == np.int32


def test_a_colour_that_nobody_has_is_named_with_its_pixel():
    bgra = np.zeros((3, 4, 4), np.uint8)
    bgra[1, 2] = (30, 20, 10, 255)
    with pytest.raises(ValueError, match=r"no object has the colour \(10, 20, 30\) of pixel x=2, y=1"):
        InstanceTable({(1, 2, 3): 1}).decode(bmp_32(bgra, top_down=False))


def test_objects_without_an_id_are_background_and_shared_colours_are_told():
    colors = {"a": (1, 0, 0), "b": (2, 0, 0), "sky": (3, 0, 0), "cloud": (3, 0, 0)}
    table = InstanceTable.of_objects(colors, {"a": 7, "b": 5})
    bgra = np.array([[[0, 0, r, 255] for r in (1, 2, 3, 0)]], np.uint8)
    np.testing.assert_array_equal(table.decode(bmp_32(bgra, top_down=True)), [[7, 5, 0, 0]])
    with pytest.raises(ValueError, match="objects sky and cloud have one mask colour"):
        InstanceTable.of_objects(colors, {"a": 7, "b": 5, "sky": 1})
    with pytest.raises(ValueError, match="ids from 1"):
        InstanceTable({(1, 1, 1): 0})
    with pytest.raises(ValueError, match="no background colour"):
        InstanceTable({(0, 0, 0): 1})
