"""Images on disk: channel order, depth steps, ids, and files that are no images."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from occlusionkit.images import (
    DEPTH_LIMIT_M,
    DEPTH_STEP_M,
    decode_depth,
    decode_image,
    decode_instance,
    encode_depth,
    encode_instance,
    encode_jpeg,
    encode_png,
    encode_tiff,
)

RED_THEN_BLUE = np.array([[[255, 0, 0], [0, 0, 255], [0, 255, 0]]], np.uint8)


def png_rows(data: bytes) -> tuple[int, int, list[bytes]]:
    """(bit depth, colour type, filtered rows) of a PNG by the specification, without OpenCV."""
    width, height, bits, color = struct.unpack(">IIBB", data[16:26])
    position, packed = 8, b""
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        packed += data[position + 8 : position + 8 + length] if kind == b"IDAT" else b""
        position += length + 12
    raw = zlib.decompress(packed)
    size = len(raw) // height
    assert size == 1 + width * bits // 8 * {0: 1, 2: 3}[color]
    return bits, color, [raw[row * size : (row + 1) * size] for row in range(height)]


def test_a_png_holds_red_green_blue_in_this_order():
    bits, color, (row,) = png_rows(encode_png(RED_THEN_BLUE))
    assert (bits, color) == (8, 2)
    # One row has no row above it; filter 1 (Sub) stores differences to the pixel on the left.
    values = np.frombuffer(row[1:], np.uint8).reshape(-1, 3)
    pixels = np.cumsum(values, axis=0, dtype=np.uint8) if row[0] == 1 else values
    assert row[0] in (0, 1, 2)
    np.testing.assert_array_equal(pixels, RED_THEN_BLUE[0])


def test_a_png_is_read_back_exactly():
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    np.testing.assert_array_equal(decode_image(encode_png(image), where="x"), image)


def test_a_jpeg_keeps_red_red():
    image = np.zeros((16, 24, 3), np.uint8)
    image[:, :, 0] = 200
    decoded = decode_image(encode_jpeg(image, quality=95), where="x")
    assert decoded.shape == image.shape
    # Chroma is rounded: 2 of 255 seen.
    np.testing.assert_allclose(decoded.astype(int), image.astype(int), atol=3)


def test_better_jpeg_quality_is_closer():
    image = np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype=np.uint8)
    errors = [
        np.abs(decode_image(encode_jpeg(image, quality=quality), where="x").astype(int) - image).mean()
        for quality in (10, 50, 95)
    ]
    assert errors[0] > errors[1] > errors[2]


def test_the_compression_level_does_not_change_pixels():
    ids = np.random.default_rng(0).integers(0, 9, (40, 60)).astype(np.uint16)
    fast, small = encode_png(ids, level=0), encode_png(ids, level=9)
    assert len(small) < len(fast)
    np.testing.assert_array_equal(decode_instance(fast, where="x"), decode_instance(small, where="x"))


def test_depth_is_stored_in_quarter_millimetres():
    stored = encode_depth(np.array([[0, 0.00025, 1.0], [2.0, 3.5, 16.0]], np.float32))
    steps = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_UNCHANGED)
    assert steps.dtype == np.uint16
    assert steps.tolist() == [[0, 1, 4000], [8000, 14000, 64000]]


@settings(max_examples=50)
@given(st.lists(st.floats(0, DEPTH_LIMIT_M, width=32), min_size=6, max_size=6))
def test_stored_depth_is_within_half_a_step(values):
    depth_m = np.array(values, np.float32).reshape(2, 3)
    decoded = decode_depth(encode_depth(depth_m), where="x")
    assert decoded.dtype == np.float32
    # Half a step, and one unit in the last place of a float32 at 16 m, which is 1e-6 m.
    np.testing.assert_allclose(decoded, depth_m, rtol=0, atol=DEPTH_STEP_M / 2 + 1e-6)


def test_nothing_hit_stays_exactly_nothing():
    depth_m = np.zeros((3, 4), np.float32)
    depth_m[1, 2] = 5
    assert (decode_depth(encode_depth(depth_m), where="x") == 0).sum() == 11


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (16.01, r"1\.000\.\.16\.010 m with 0 NaN"),
        (-0.001, r"-0\.001\.\.1\.000 m with 0 NaN"),
        (np.inf, r"1\.000\.\.inf m"),
        (np.nan, r"1\.000\.\.1\.000 m with 1 NaN"),
    ],
)
def test_depth_that_cannot_be_stored_is_refused(value, found):
    depth_m = np.ones((2, 3), np.float32)
    depth_m[0, 1] = value
    with pytest.raises(ValueError, match=r"depth: expected 0\.\.16\.0 m, found " + found):
        encode_depth(depth_m)


def test_a_map_of_nan_alone_is_refused_in_the_same_words():
    with pytest.raises(ValueError, match="found no number with 6 NaN"):
        encode_depth(np.full((2, 3), np.nan, np.float32))


def test_depth_in_millimetres_is_refused_with_a_hint():
    with pytest.raises(ValueError, match="is it in another unit"):
        encode_depth(np.full((2, 3), 3210, np.float32))


def test_instance_ids_are_a_round_trip():
    ids = np.array([[0, 1, 255], [256, 40_000, 65_535]], np.int32)
    decoded = decode_instance(encode_instance(ids), where="x")
    assert decoded.dtype == np.int32
    np.testing.assert_array_equal(decoded, ids)


@pytest.mark.parametrize("wrong", [-1, 65_536])
def test_ids_beyond_16_bits_are_refused(wrong):
    with pytest.raises(ValueError, match=rf"instance ids: expected 0\.\.65535, found .*{wrong}"):
        encode_instance(np.array([[3, wrong]], np.int32))


@pytest.mark.parametrize("read", [decode_depth, decode_instance])
@pytest.mark.parametrize("image", [np.zeros((4, 5), np.uint8), RED_THEN_BLUE, np.zeros((4, 5, 3), np.uint16)])
def test_a_png_of_another_kind_is_no_depth_and_no_mask(read, image):
    _, encoded = cv2.imencode(".png", image)
    with pytest.raises(ValueError, match=r"depth\.zip\[a\.png\]: expected a \(H, W\) uint16"):
        read(encoded.tobytes(), where="depth.zip[a.png]")


@pytest.mark.parametrize("read", [decode_depth, decode_instance, decode_image])
@pytest.mark.parametrize("damage", ["empty", "text", "half", "huge"])
def test_what_is_no_image_is_refused_by_name(read, damage, capfd):
    whole = encode_png(np.arange(2000, dtype=np.uint16).reshape(40, 50))
    header = b"IHDR" + struct.pack(">IIBBBBB", 2_000_000_000, 2_000_000_000, 16, 0, 0, 0, 0)
    data = {
        "empty": b"",
        "text": b"404 not found",
        "half": whole[: len(whole) // 2],
        "huge": whole[:12] + header + struct.pack(">I", zlib.crc32(header)) + whole[33:],
    }[damage]
    with pytest.raises(ValueError, match=rf"shard-0003/a\.png: expected an image, found {len(data)} bytes"):
        read(data, where="shard-0003/a.png")
    capfd.readouterr()  # libpng's own words


def test_tiff_keeps_every_pixel_and_is_the_little_endian_kind():
    image = np.random.default_rng(0).integers(0, 256, (12, 7, 3), dtype=np.uint8)
    data = encode_tiff(image)
    assert data[:4] == b"II*\0"
    np.testing.assert_array_equal(decode_image(data, where="x.tif"), image)
    assert encode_tiff(image) == data
