"""Mirror, shift and light; and the network's input."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.reid.augment import AugmentSettings, augment, to_input

OFF = {"flip": 0.0, "shift": 0.0, "brightness": 0.0, "contrast": 0.0, "colour": 0.0}
IMAGE = np.random.default_rng(0).integers(60, 180, (20, 10, 3)).astype(np.uint8)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_nothing_changes_where_everything_is_off():
    np.testing.assert_array_equal(augment(IMAGE, rng(1), AugmentSettings(**OFF)), IMAGE)


def test_a_flip_is_a_mirror_image():
    np.testing.assert_array_equal(augment(IMAGE, rng(1), AugmentSettings(**OFF | {"flip": 1.0})), IMAGE[:, ::-1])


def test_a_shift_moves_whole_pixels_and_repeats_the_border():
    law = AugmentSettings(**OFF | {"shift": 0.2})
    seen = set()
    for seed in range(60):
        moved = augment(IMAGE, rng(seed), law)
        rows, columns = next(
            (r, c)
            for r in range(-4, 5)
            for c in range(-2, 3)
            if np.array_equal(moved, np.pad(IMAGE, ((4, 4), (2, 2), (0, 0)), "edge")[4 - r :, 2 - c :][:20, :10])
        )
        seen.add((rows, columns))
    assert any(rows == 0 != columns for rows, columns in seen) and any(columns == 0 != rows for rows, columns in seen)
    assert {rows for rows, _ in seen} == set(range(-4, 5)) and {columns for _, columns in seen} == set(range(-2, 3))


def test_brightness_moves_the_mean_and_contrast_the_spread():
    light = [augment(IMAGE, rng(s), AugmentSettings(**OFF | {"brightness": 0.2})) for s in range(40)]
    means = np.array([one.mean() for one in light]) / IMAGE.mean()
    assert means.min() < 0.84 and means.max() > 1.16 and means.min() > 0.79 and means.max() < 1.21
    spread = [augment(IMAGE, rng(s), AugmentSettings(**OFF | {"contrast": 0.2})) for s in range(40)]
    assert {round(float(one.mean() / IMAGE.mean()), 2) for one in spread} == {1.0}
    ratios = np.array([one.std() for one in spread]) / IMAGE.std()
    assert ratios.min() < 0.84 and ratios.max() > 1.16


def test_input_is_normalised_with_imagenets_colours():
    found = to_input([np.full((2, 3, 3), (124, 116, 104), np.uint8), IMAGE[:2, :3]])
    assert found.shape == (2, 3, 2, 3) and found.dtype == np.float32
    np.testing.assert_allclose(found[0], 0, atol=0.01)  # ImageNet's mean colour is (123.675, 116.28, 103.53)
    red = IMAGE[1, 2, 0]
    assert found[1, 0, 1, 2] == pytest.approx((red / 255 - 0.485) / 0.229, abs=1e-5)


def test_pixels_change_by_the_guides_formula():
    law = AugmentSettings(flip=0, shift=0, brightness=0.3, contrast=0.2, colour=0.1)
    draws = rng(5)
    draws.random(3)  # mirror and shift come first
    c, b = 0.2 * draws.uniform(-1, 1), 0.3 * draws.uniform(-1, 1)
    d = 0.1 * draws.uniform(-1, 1, 3)
    mean = IMAGE.mean()
    expected = ((IMAGE - mean) * (1 + c) + mean * (1 + b)) * (1 + d)
    np.testing.assert_array_equal(augment(IMAGE, rng(5), law), np.clip(np.rint(expected), 0, 255))


def test_a_setting_out_of_range_is_named():
    with pytest.raises(ValueError, match=r"AugmentSettings\.shift"):
        AugmentSettings(shift=1.0)
