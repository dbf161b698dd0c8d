"""Cutouts: crop, colours carried on, size and turn."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.face.augment import turn_matrix
from occlusionkit.face.cutout import Cutout, blackened, bleed, cut_out, resized, warped


def disc(size_hw: tuple[int, int] = (61, 81), radius: float = 22.0) -> Cutout:
    """An orange disc on white."""
    y, x = np.mgrid[: size_hw[0], : size_hw[1]]
    mask = np.hypot(x - size_hw[1] // 2, y - size_hw[0] // 2) < radius
    image = np.where(mask[..., None], (200, 120, 40), 255).astype(np.uint8)
    return Cutout(image, mask.astype(np.uint8) * 255)


def test_crop_is_the_masks_box():
    image = np.arange(5 * 6 * 3, dtype=np.uint8).reshape(5, 6, 3)
    mask = np.zeros((5, 6), bool)
    mask[1, 2] = mask[3, 4] = True
    cutout = cut_out(image, mask, where="x")
    assert np.array_equal(cutout.image, image[1:4, 2:5])
    assert cutout.coverage.tolist() == [[255, 0, 0], [0, 0, 0], [0, 0, 255]]


def test_empty_and_misfit_masks_are_refused():
    image = np.zeros((5, 6, 3), np.uint8)
    with pytest.raises(ValueError, match=r"m\.png: expected a mask with some pixels set, found none"):
        cut_out(image, np.zeros((5, 6), bool), where="m.png")
    with pytest.raises(ValueError, match=r"m\.png: expected a mask of \(5, 6\), found \(6, 5\)"):
        cut_out(image, np.ones((6, 5), bool), where="m.png")


def test_bleeding_replaces_the_ground_and_leaves_the_occluder():
    cutout = disc()
    bled = bleed(cutout)
    assert np.array_equal(bled.image[cutout.mask], cutout.image[cutout.mask])
    assert np.abs(bled.image.astype(int) - (200, 120, 40)).max() <= 3  # no white anywhere


def test_bleeding_carries_nearby_colours_not_the_mean():
    image = np.full((64, 200, 3), 255, np.uint8)
    image[:, :100], image[:, 100:] = (200, 0, 0), (0, 0, 200)
    mask = np.zeros((64, 200), bool)
    mask[20:40] = True
    bled = bleed(Cutout(image, mask.astype(np.uint8) * 255)).image
    assert np.abs(bled[46, 20].astype(int) - (200, 0, 0)).max() < 5
    assert np.abs(bled[46, 180].astype(int) - (0, 0, 200)).max() < 5


@pytest.mark.parametrize("factor", [0.37, 0.5, 1.0, 1.8])
def test_resizing_keeps_the_covered_share_and_the_colours_inside(factor):
    small = resized(bleed(disc()), factor)
    assert small.coverage.shape == (round(61 * factor), round(81 * factor))
    assert small.coverage.mean() == pytest.approx(disc().coverage.mean(), rel=0.03)
    assert np.abs(small.image[small.mask].astype(int) - (200, 120, 40)).max() <= 4


def test_tiny_factors_leave_one_pixel():
    assert resized(disc(), 1e-4).coverage.shape == (1, 1)


def test_shrinking_averages_but_compat_does_not():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 200
    cutout = Cutout(stripes, np.full((64, 64), 255, np.uint8))
    assert np.abs(resized(cutout, 0.25).image.astype(int) - 100).max() <= 1
    assert np.ptp(resized(cutout, 0.24, compat=True).image) > 20


def test_turning_by_a_quarter_swaps_sides_and_goes_clockwise():
    coverage = np.zeros((30, 50), np.uint8)
    coverage[:15, :25] = 255  # upper left goes to upper right
    turned = warped(Cutout(np.zeros((30, 50, 3), np.uint8), coverage), turn_matrix(90.0))
    assert turned.coverage.shape == (50, 30)
    assert turned.coverage[:24, 16:].min() == 255
    assert turned.coverage[26:].max() == 0
    assert turned.coverage[:, :14].max() == 0


def test_quarter_turns_move_whole_pixels():
    rng = np.random.default_rng(0)
    image, coverage = rng.integers(0, 256, (7, 10, 3), dtype=np.uint8), rng.integers(0, 256, (7, 10), dtype=np.uint8)
    turned = warped(Cutout(image, coverage), turn_matrix(90.0))
    assert np.array_equal(turned.image, np.rot90(image, -1))
    assert np.array_equal(turned.coverage, np.rot90(coverage, -1))


def test_canvas_grows_to_hold_everything_about_the_same_centre():
    cutout = Cutout(np.zeros((40, 20, 3), np.uint8), np.full((40, 20), 255, np.uint8))
    turned = warped(cutout, turn_matrix(30.0) * 1.5)
    expected = np.ceil(1.5 * np.abs(turn_matrix(30.0)) @ (20, 40))
    assert turned.coverage.shape == tuple(expected[::-1].astype(int))
    assert turned.coverage.sum() / 255 == pytest.approx(40 * 20 * 1.5**2, rel=0.03)
    rows, cols = np.nonzero(turned.coverage > 127)
    height, width = turned.coverage.shape
    assert (rows.mean() + 0.5, cols.mean() + 0.5) == pytest.approx((height / 2, width / 2), abs=0.6)


def test_turning_mixes_no_black_into_the_edge():
    board = Cutout(np.full((40, 60, 3), 180, np.uint8), np.full((40, 60), 255, np.uint8))
    turned = warped(board, turn_matrix(25.0))
    assert (turned.image[turned.coverage > 0] == 180).all()
    assert ((turned.coverage > 0) & (turned.coverage < 255)).sum() > 50


def test_compat_masks_are_not_interpolated_and_blackened_is_black():
    turned = warped(disc(), turn_matrix(20.0), nearest_mask=True)
    assert set(np.unique(turned.coverage)) == {0, 255}
    assert len(np.unique(warped(disc(), turn_matrix(20.0)).coverage)) > 2
    assert blackened(disc()).image[0, 0].tolist() == [0, 0, 0]
