"""The stripe descriptor: histograms worked out by hand, Pillow as the second way, and the real dataset where it is."""

from __future__ import annotations

import colorsys
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.reid.data import read_dataset
from occlusionkit.reid.evaluate import evaluate
from occlusionkit.reid.feature_files import feature_set
from occlusionkit.reid.layouts import layout_named
from occlusionkit.reid.pictures import read_crop
from occlusionkit.reid.protocols import PROTOCOLS, Settings
from occlusionkit.reid.stripes import DIMENSIONS, EDGES, describe_stripes, resize_bilinear, rgb_to_hsv


def striped(*colors):
    """(128, 64, 3): a stripe of each of six colours, at the descriptor's own edges."""
    image = np.zeros((128, 64, 3), np.uint8)
    for top, bottom, color in zip(EDGES[:-1], EDGES[1:], colors, strict=True):
        image[top:bottom] = color
    return image


def test_plain_stripes_fill_one_bin_each():
    red, green, blue, white, black, olive = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255,) * 3, (0,) * 3, (128, 128, 0)
    found = describe_stripes(striped(red, green, blue, white, black, olive)).reshape(6, 8, 4, 4)
    # (hue, saturation, value) bins. Hue 0..255 in 8 bins: red 0; green 85 -> 2; blue 170 -> 5; olive is yellow, 42: 1.
    # Saturation and value in 4 bins: 255 -> 3, 128 -> 2, 0 -> 0. White and black have hue and saturation 0.
    expected = np.zeros_like(found)
    for stripe, bins in enumerate([(0, 3, 3), (2, 3, 3), (5, 3, 3), (0, 0, 3), (0, 0, 0), (1, 3, 2)]):
        expected[(stripe, *bins)] = 1
    np.testing.assert_array_equal(found, expected)


def test_a_share_of_pixels_counts_with_its_square_root_and_the_margins_not_at_all():
    image = striped(*[(255, 0, 0)] * 6)
    image[:, :8] = image[:, 56:] = (0, 0, 255)  # outside of the columns 8..55
    image[:7, 8:24] = (0, 255, 0)  # 7 of the first stripe's 21 rows, 16 of 48 columns: one pixel in nine
    first = describe_stripes(image).reshape(6, 8, 4, 4)[0]
    assert first[2, 3, 3] == pytest.approx((1 / 9) ** 0.5)
    assert first[0, 3, 3] == pytest.approx((8 / 9) ** 0.5)
    assert np.count_nonzero(first) == 2


@given(st.integers(1, 150), st.integers(1, 90), st.integers(0, 9))
def test_every_stripe_has_length_one(height, width, seed):
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    found = describe_stripes(image)
    assert found.shape == (DIMENSIONS,) and found.dtype == np.float32
    np.testing.assert_allclose((found.reshape(6, -1) ** 2).sum(axis=1), 1, atol=1e-6)


def test_shrinking_by_two_by_hand():
    # Centre 1 of the source between samples, reach 2: weights 1, 3, 3, 1 over 8; at an edge the first is cut off.
    column = np.array([[0], [8], [16], [240], [80], [160]], np.uint8)[:, :, None].repeat(3, axis=2)
    found = resize_bilinear(column, (3, 1))[:, 0, 0]
    assert found.tolist() == [
        round((3 * 0 + 3 * 8 + 16) / 7),
        round((8 + 3 * 16 + 3 * 240 + 80) / 8),
        round((240 + 3 * 80 + 3 * 160) / 7),
    ]


def test_hue_is_that_of_the_standard_library_but_for_rounding():
    image = np.random.default_rng(0).integers(0, 256, (500, 3), dtype=np.uint8)
    expected = np.array([colorsys.rgb_to_hsv(*(color / 255)) for color in image]) * 255
    found = rgb_to_hsv(image)
    assert (np.abs(found - expected) <= 1).all()
    assert (found[:, 2] == image.max(axis=1)).all()


def test_resizing_and_colours_are_pillows():
    pil = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    if int(pytest.importorskip("PIL").__version__.split(".")[0]) < 13:
        pytest.skip("Pillow before 13 resizes the width first")
    rng = np.random.default_rng(0)
    for size_hw in [(103, 37), (200, 92), (128, 64), (193, 82), (36, 20), (7, 3), (1, 1), (256, 128), (48, 300)]:
        image = rng.integers(0, 256, (*size_hw, 3), dtype=np.uint8)
        resized = pil.fromarray(image).resize((64, 128), pil.Resampling.BILINEAR)
        np.testing.assert_array_equal(resize_bilinear(image, (128, 64)), np.asarray(resized))
        np.testing.assert_array_equal(rgb_to_hsv(image), np.asarray(pil.fromarray(image).convert("HSV")))
    # Every red and green beside a few blues: where float32 rounds matters.
    few = np.array([0, 1, 77, 128, 254, 255])
    grid = np.stack(np.meshgrid(np.arange(256), np.arange(256), few), axis=-1).reshape(256, -1, 3).astype(np.uint8)
    np.testing.assert_array_equal(rgb_to_hsv(grid), np.asarray(pil.fromarray(grid).convert("HSV")))


@pytest.mark.parametrize("image", [np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3))])
def test_what_is_no_crop_is_refused(image):
    with pytest.raises(ValueError, match=r"stripes: expected .H, W, 3. uint8"):
        describe_stripes(image)


# Measured on the real dataset: rank 1, 5, 10, 20, mAP plain and trapezoid, percent.
KNOWN = {"query": (32.67, 55.67, 67.67, 81.00, 30.92, 28.36), "partial": (35.00, 53.67, 60.67, 68.67, 31.40, 29.40)}


@pytest.mark.parametrize("role", sorted(KNOWN))
def test_known_numbers_on_the_real_dataset(role):
    folder = os.environ.get("PARTIAL_REID")
    if not folder:
        pytest.skip("PARTIAL_REID names no folder of the real Partial-REID_Dataset")
    layout = layout_named("partial_reid")
    dataset = read_dataset(Path(folder), layout, counts=layout.counts)
    paths = [str(path) for path in dataset.rows["path"]]
    crops = [read_crop((dataset.root / path).read_bytes(), where=path).image for path in paths]
    features = feature_set(np.stack([describe_stripes(crop) for crop in crops]), dataset.rows.columns)
    metrics = evaluate(features, PROTOCOLS["transfer"], Settings(query_role=role)).metrics
    names = ("rank_1", "rank_5", "rank_10", "rank_20", "mean_ap", "mean_ap_trapezoid")
    found = dict(zip(metrics["metric"], 100 * metrics["value"], strict=True))
    assert [found[name] for name in names] == pytest.approx(KNOWN[role], abs=0.5)
