"""The original transfer's steps, each against a second way of getting its numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from occlusionkit.face.settings import TransferSettings
from occlusionkit.face.transfer_job import draw_directions
from occlusionkit.face.transport_exact import solve_pixels
from occlusionkit.face.transport_upstream import (
    bilateral_wrapped,
    prepare_target,
    solve_unmasked,
    transfer_as_upstream,
)


def test_bilateral_filter_is_in_fact_a_wrapped_gaussian():
    """Displacements differ by less than 1, so that an intensity sigma of 16 changes no weight by more than 0.2%."""
    values = np.random.default_rng(0).uniform(-0.4, 0.4, (40, 70)).astype(np.float32)
    taps = np.exp(-0.5 * (np.arange(-30, 31) / 30) ** 2)
    plain = values.astype(float)
    for axis in (0, 1):
        plain = ndimage.correlate1d(plain, taps / taps.sum(), axis=axis, mode="wrap")
    ours = bilateral_wrapped(values, sigma_space=30, sigma_intensity=16.0)
    assert np.abs(ours - plain).max() * 255 < 0.1  # levels


def test_bilateral_filter_keeps_edges_when_its_intensity_sigma_is_small():
    values = np.where(np.arange(20) < 10, 0.0, 1.0).astype(np.float32)[None].repeat(6, axis=0)
    assert np.abs(bilateral_wrapped(values, sigma_space=2, sigma_intensity=0.05) - values).max() < 1e-6


def test_unmasked_solver_is_the_exact_one_when_sizes_agree():
    rng = np.random.default_rng(1)
    source, target = rng.random((500, 3)), rng.random((500, 3)) ** 2
    directions = draw_directions(TransferSettings(steps=4), rng)
    moved = solve_unmasked(source, target, directions)
    np.testing.assert_allclose(moved - source, solve_pixels(source, target, directions), atol=1e-12)


def test_target_gets_the_occluders_size_and_part_of_its_black_painted():
    rng = np.random.default_rng(2)
    face = rng.integers(90, 130, (20, 30, 3), dtype=np.uint8)
    mask = np.zeros((20, 30), bool)
    mask[:, 15:] = True  # half of the target is black
    occluder = np.full((40, 60, 3), 99, np.uint8)
    occluder[:, :18] = 0  # 30% of the occluder
    target = prepare_target(face, mask, occluder, rng)
    assert target.shape == occluder.shape
    painted = (target[:, :28] > 0).all(axis=2).mean()
    assert painted == pytest.approx(0.5 / 0.3 - 1, abs=0.05)


def test_occluder_without_black_has_all_of_the_targets_black_painted():
    face = np.full((10, 10, 3), 120, np.uint8)
    mask = np.zeros((10, 10), bool)
    mask[:, 5:] = True
    target = prepare_target(face, mask, np.full((10, 10, 3), 50, np.uint8), np.random.default_rng(0))
    assert (target > 0).all()


def test_whole_transfer_moves_the_occluder_towards_the_face():
    rng = np.random.default_rng(3)
    occluder = rng.integers(40, 90, (30, 26, 3), dtype=np.uint8)
    face = rng.integers(150, 190, (24, 20, 3), dtype=np.uint8)
    directions = draw_directions(TransferSettings(steps=6), rng)
    moved = transfer_as_upstream(occluder, face, np.ones((24, 20), bool), directions, rng)
    assert abs(moved.mean() - face.mean()) < 8 < abs(occluder.mean() - face.mean())
