from __future__ import annotations

import io

import cv2
import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from occlusionkit.studio.server import encoding
from occlusionkit.studio.server.shapes import cube
from occlusionkit.studio.world import Item, World, instance_color

RGB = arrays(np.uint8, st.tuples(st.integers(1, 7), st.integers(1, 7), st.just(3)))


@given(RGB)
def test_bmp_and_png_are_read_alike_by_others(rgb):
    for encoded in (encoding.encode_bmp(rgb), encoding.encode_png(rgb)):
        bgra = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(bgra[..., 2::-1], rgb)
        np.testing.assert_array_equal(np.asarray(PIL.Image.open(io.BytesIO(encoded)).convert("RGB")), rgb)


@given(RGB)
def test_a_bmp_is_never_text_and_a_png_has_four_channels(rgb):
    encoded = encoding.encode_bmp(rgb)
    with pytest.raises(UnicodeDecodeError):
        encoded.decode("utf-8")
    assert set(encoded[encoding.BMP_HEADER_BYTES + 3 :: 4]) == {255}
    png = np.asarray(PIL.Image.open(io.BytesIO(encoding.encode_png(rgb))))
    # unrealcv drops the last channel and turns RGB into BGR.
    np.testing.assert_array_equal(png[:, :, :-1], rgb)
    assert (png[..., 3] == 255).all()


def test_bmp_by_hand():
    encoded = encoding.encode_bmp(np.array([[[1, 2, 3]], [[4, 5, 6]]], dtype=np.uint8))
    assert encoded[:6] == b"BM" + (54 + 8).to_bytes(4, "little")
    assert int.from_bytes(encoded[18:22], "little") == 1
    assert int.from_bytes(encoded[22:26], "little", signed=True) == -2
    assert encoded[54:] == bytes([3, 2, 1, 255, 6, 5, 4, 255])


def test_an_image_that_is_a_flipped_view_is_written_as_it_looks():
    rgb = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    assert encoding.encode_bmp(rgb[::-1]) == encoding.encode_bmp(np.ascontiguousarray(rgb[::-1]))


@pytest.mark.parametrize("shape", [(1, 1), (48, 64), (360, 640), (2, 3, 3), (100000, 3)])
def test_npy_is_what_numpy_reads_and_writes(shape):
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    encoded = encoding.encode_npy(array)
    loaded = np.load(io.BytesIO(encoded), allow_pickle=False)
    np.testing.assert_array_equal(loaded, array)
    assert loaded.dtype == np.dtype("<f4")
    reference = io.BytesIO()
    np.save(reference, array)
    assert (len(encoded) - array.nbytes) % 64 == 0
    assert len(encoded) == len(reference.getvalue())


def test_depth_is_centimetres_and_saturates_where_nothing_is_hit():
    depth_m = np.array([[0.0, 2.5], [0.1, 16.0]], dtype=np.float32)
    np.testing.assert_allclose(encoding.depth_to_unreal(depth_m), [[65504, 250], [10, 1600]], rtol=1e-6)
    assert depth_m[0, 0] == 0, "the frame is shared by all who ask for it"


def test_normals_are_in_unreals_axes_and_black_where_nothing_is_hit():
    normal = np.array([[[0, 1, 0], [0, 0, 1], [0, 0, 0]]], dtype=np.float32)
    unreal = encoding.normals_to_unreal(normal)
    np.testing.assert_array_equal(unreal, [[[0, -1, 0], [0, 0, 1], [0, 0, 0]]])
    np.testing.assert_array_equal(encoding.normals_to_rgb(unreal), [[[128, 0, 128], [128, 128, 255], [0, 0, 0]]])


def test_masks_are_painted_in_each_items_colour():
    items = (Item("a", "object", 3, cube()), Item("b", "object", 65535, cube(), mask_color=(10, 20, 30)))
    world = World("w", items, ())
    instance = np.array([[0, 3, 65535], [65535, 3, 0]], dtype=np.int32)
    palette = encoding.mask_palette(world)
    expected = np.array([[(0, 0, 0), instance_color(3), (10, 20, 30)], [(10, 20, 30), instance_color(3), (0, 0, 0)]])
    np.testing.assert_array_equal(encoding.mask_rgb(instance, palette), expected)
    bgra = cv2.imdecode(np.frombuffer(encoding.encode_mask_bmp(instance, palette), np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(bgra[..., 2::-1], expected)
    assert set(encoding.encode_mask_bmp(instance, palette)[encoding.BMP_HEADER_BYTES + 3 :: 4]) == {255}
