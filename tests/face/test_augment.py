"""Augmentations: what is drawn and what it does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.face.augment import (
    Affine,
    Blur,
    Brightness,
    apply_blur,
    apply_brightness,
    apply_jpeg,
    blur_kernel,
    draw_affine,
    draw_blur,
    draw_brightness,
    draw_jpeg_quality,
    turn_matrix,
)
from occlusionkit.face.settings import AffineSettings, BlurSettings, BrightnessSettings, JpegSettings


def blur(size: int, sigma_x: float, sigma_y: float, angle: float = 0.0, beta: float = 1.0) -> Blur:
    return Blur(size, sigma_x, sigma_y, angle, beta, np.ones((size, size)))


@given(
    st.sampled_from([3, 5, 7]),
    st.floats(0.2, 1.0),
    st.floats(0.2, 1.0),
    st.floats(-90, 90),
    st.floats(0.5, 8.0),
)
def test_kernel_is_a_mean_and_symmetric_without_noise(size, sigma_x, sigma_y, angle, beta):
    kernel = blur_kernel(blur(size, sigma_x, sigma_y, angle, beta))
    assert kernel.sum() == pytest.approx(1)
    assert (kernel >= 0).all()
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-12)


def test_kernel_by_hand():
    kernel = blur_kernel(blur(3, 1.0, 0.5))
    row, column, corner = np.exp(-0.5), np.exp(-2.0), np.exp(-2.5)
    expected = np.array([[corner, column, corner], [row, 1, row], [corner, column, corner]])
    np.testing.assert_allclose(kernel, expected / expected.sum())
    np.testing.assert_allclose(blur_kernel(blur(3, 1.0, 0.5, angle=90)), kernel.T, atol=1e-12)


def test_beta_makes_the_kernel_flatter_with_a_steeper_rim():
    """With beta 2 the weight at distance q (squared) is exp(-q * q / 2)."""
    kernel = blur_kernel(blur(5, 1.0, 1.0, beta=2.0))
    assert kernel[2, 3] / kernel[2, 2] == pytest.approx(np.exp(-0.5))
    assert kernel[2, 4] / kernel[2, 2] == pytest.approx(np.exp(-8.0))


def test_noise_multiplies_the_weights():
    noise = np.ones((3, 3))
    noise[0, 0] = 2.0
    plain, noisy = blur_kernel(blur(3, 1, 1)), blur_kernel(Blur(3, 1, 1, 0, 1, noise))
    assert noisy[0, 0] / noisy[1, 1] == pytest.approx(2 * plain[0, 0] / plain[1, 1])


def test_blur_leaves_a_flat_image_and_spreads_a_dot():
    flat = np.full((9, 7, 3), 77, np.uint8)
    assert np.array_equal(apply_blur(flat, blur(5, 1, 1)), flat)
    dot = np.zeros((9, 7, 3), np.uint8)
    dot[4, 3] = 255
    spread = apply_blur(dot, blur(3, 1.0, 0.2))
    assert spread[4, 2, 0] > 40
    assert spread[3, 3, 0] == 0


def test_brightness_by_hand():
    image = np.array([[[0, 100, 250]]], np.uint8)
    change = Brightness(contrast=0.1, brightness=-0.1, relative_to="mean")
    assert apply_brightness(image, change, mean=120.0).tolist() == [[[0, 98, 255]]]  # 1.1 v - 12, cut
    change = Brightness(contrast=0.0, brightness=0.2, relative_to="max")
    assert apply_brightness(image, change, mean=120.0).tolist() == [[[51, 151, 255]]]


def test_jpeg_keeps_the_size_and_most_of_the_picture():
    image = np.tile(np.arange(0, 200, 4, dtype=np.uint8)[None, :, None], (31, 1, 3))
    coded = apply_jpeg(image, 70)
    assert coded.shape == image.shape
    assert 0 < np.abs(coded.astype(int) - image).mean() < 3


def test_affine_matrix_by_hand():
    np.testing.assert_allclose(Affine(2.0, 0.5, 90.0, 0.0, 0.0).matrix, [[0, -0.5], [2, 0]], atol=1e-12)
    np.testing.assert_allclose(Affine(1.0, 1.0, 0.0, 45.0, 0.0).matrix, [[1, 1], [0, 1]])
    # Clockwise as seen: up (0, -1) goes to the right (1, 0).
    np.testing.assert_allclose(turn_matrix(90.0) @ (0, -1), (1, 0), atol=1e-12)


def test_draws_keep_to_their_ranges_and_probabilities():
    rng = np.random.default_rng(0)
    blurs = [draw_blur(BlurSettings(), rng) for _ in range(4000)]
    drawn = [one for one in blurs if one is not None]
    assert len(drawn) / 4000 == pytest.approx(0.5, abs=0.03)
    assert {one.size_px for one in drawn} == {3, 5, 7}
    assert all(one.noise.shape == (one.size_px, one.size_px) for one in drawn)
    assert all(one.noise.min() >= 0.9 and one.noise.max() <= 1.1 for one in drawn)
    betas = np.array([one.beta for one in drawn])
    assert betas.min() >= 0.5
    assert betas.max() <= 8
    assert (betas < 1).mean() == pytest.approx(0.5, abs=0.04)  # not 1/15, as a plain uniform draw would give
    affines = [one for _ in range(4000) if (one := draw_affine(AffineSettings(), rng)) is not None]
    assert len(affines) / 4000 == pytest.approx(0.7, abs=0.03)
    scales = np.array([(one.scale_x, one.scale_y) for one in affines])
    assert scales.min() >= 0.8
    assert scales.max() <= 1.2
    assert abs(np.corrcoef(scales.T)[0, 1]) < 0.05
    qualities = [one for _ in range(4000) if (one := draw_jpeg_quality(JpegSettings(), rng)) is not None]
    assert set(qualities) == set(range(70, 101))
    changes = [one for _ in range(2000) if (one := draw_brightness(BrightnessSettings(), rng)) is not None]
    assert len(changes) / 2000 == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_probabilities_zero_and_one_are_never_and_always(probability):
    rng = np.random.default_rng(0)
    for _ in range(50):
        assert (draw_blur(BlurSettings(probability=probability), rng) is not None) == bool(probability)
        assert (draw_affine(AffineSettings(probability=probability), rng) is not None) == bool(probability)
