import numpy as np
import pytest

from occlusionkit.studio.motions.tracks import CyclicTrack, smooth_noise


def track(times_s, values, *, period_s=2.0, drift=0.0):
    return CyclicTrack(np.array(times_s), np.array(values)[:, None], period_s=period_s, drift=np.array([drift]))


def test_a_track_goes_through_its_keys_in_every_round():
    made = track([0.0, 0.5, 1.25], [1.0, 4.0, -2.0])
    np.testing.assert_allclose(made(np.array([0.5, 2.5, -1.5, 1.25]))[:, 0], [4.0, 4.0, 4.0, -2.0], atol=1e-12)


def test_between_equal_keys_a_track_is_exactly_constant_also_across_the_seam():
    made = track([0.0, 0.5, 1.0, 1.5], [0.3, 0.3, 0.9, 0.3])
    assert set(made(np.linspace(1.5, 2.5, 41))[:, 0]) == {0.3}
    assert made(np.linspace(0.6, 1.4, 9))[:, 0].min() > 0.3


def test_a_track_never_overshoots_its_keys():
    made = track([0.0, 0.1, 0.2, 1.9], [0.0, 10.0, 10.5, 0.0])
    values = made(np.linspace(0, 4, 801))[:, 0]
    assert values.min() >= 0.0 and values.max() <= 10.5


def test_drift_is_added_once_a_round_without_a_jump():
    made = track([0.0, 1.0], [0.0, 100.0], drift=360.0)
    np.testing.assert_allclose(made(np.array([0.0, 2.0, 5.0]))[:, 0], [0.0, 360.0, 820.0])
    steps = np.diff(made(np.linspace(0, 8, 1601))[:, 0])
    assert steps.min() >= 0 and steps.max() < 2.5  # 360 deg in 400 steps is 0.9 on average


def test_smoothing_keeps_straight_lines_and_rounds_corners():
    line = track([0.0], [5.0])
    np.testing.assert_allclose(line.smoothed(np.linspace(0, 2, 7), sigma_s=0.2)[:, 0], 5.0, atol=1e-12)
    peak = track([0.0, 1.0], [0.0, 1.0])
    assert peak.smoothed(np.array([1.0]), sigma_s=0.2)[0, 0] < 0.95
    # The mean over a Gaussian of x^2 is x^2 + sigma^2; PCHIP between far keys is smooth enough to show it to 1e-3.
    assert peak.smoothed(np.array([0.5]), sigma_s=0.05)[0, 0] == pytest.approx(0.5, abs=1e-3)


def test_noise_is_a_function_of_time_not_of_sampling():
    coarse = smooth_noise(np.random.default_rng(3), np.arange(10) / 10, channels=2)
    fine = smooth_noise(np.random.default_rng(3), np.arange(30) / 30, channels=2)
    np.testing.assert_allclose(coarse, fine[::3])
    assert coarse.shape == (10, 2)
    long = smooth_noise(np.random.default_rng(5), np.linspace(0, 400, 4000), channels=3)
    np.testing.assert_allclose(long.std(axis=0), 1.0, atol=0.1)
