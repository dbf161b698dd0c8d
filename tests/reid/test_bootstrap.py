"""Intervals: they cover what they should, widen with fewer people, and see a difference that single means hide."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.reid.bootstrap import by_identity, curve_interval, difference_interval, mean_interval

PEOPLE = np.repeat(np.arange(40), 5)


def noisy(seed, mean, spread=0.3, within=0.0):
    rng = np.random.default_rng(seed)
    return np.repeat(mean + spread * rng.normal(size=40), 5) + within * rng.normal(size=200)


def test_the_mean_is_that_of_the_items_and_its_error_that_of_the_people():
    values = noisy(0, 0.5)
    found = mean_interval(by_identity([values], PEOPLE))
    assert found.value == pytest.approx(values.mean(), abs=1e-12)
    # 40 people, not 200 images: the standard error of a mean of 40.
    expected = 1.96 * values[::5].std() / np.sqrt(40)
    assert (found.high - found.low) / 2 == pytest.approx(expected, rel=0.06)


def test_nineteen_of_twenty_intervals_cover_the_truth():
    covered = [
        found.low <= 0.5 <= found.high
        for seed in range(150)
        for found in [mean_interval(by_identity([noisy(seed, 0.5)], PEOPLE), resamples=400)]
    ]
    assert 0.87 < np.mean(covered) < 0.99  # percentile intervals of 40 people cover a little less than 95%


def test_a_paired_difference_is_seen_where_the_two_intervals_overlap():
    shared = noisy(1, 0.5)
    better = shared + 0.05 + 0.02 * np.random.default_rng(2).normal(size=200)
    one, other = by_identity([better], PEOPLE), by_identity([shared], PEOPLE)
    assert mean_interval(one).low < mean_interval(other).high
    difference = difference_interval(one, other)
    assert difference.excludes_zero and difference.value == pytest.approx((better - shared).mean(), abs=1e-12)
    assert not difference_interval(other, other).excludes_zero


def test_trainings_that_differ_widen_the_interval():
    base = noisy(3, 0.5, spread=0.01)
    alike = mean_interval(by_identity([base, base], PEOPLE))
    apart = mean_interval(by_identity([base - 0.1, base + 0.1], PEOPLE))
    assert apart.value == pytest.approx(alike.value)
    assert apart.high - apart.low > 10 * (alike.high - alike.low)


def test_items_that_were_not_scored_are_left_out_and_nothing_gives_nan():
    values = np.array([1.0, np.nan, 0.0])
    scores = by_identity([values], np.array([3, 3, 5]))
    assert scores.identities.tolist() == [3, 5] and scores.mean == 0.5
    nothing = mean_interval(by_identity([np.full(3, np.nan)], np.array([3, 3, 5])))
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()


def test_scores_of_other_items_are_not_compared():
    with pytest.raises(ValueError, match="the same items"):
        by_identity([np.array([1.0, np.nan]), np.array([1.0, 1.0])], np.array([1, 2]))
    one, other = (by_identity([np.ones(2)], np.array(people)) for people in ([1, 2], [1, 3]))
    with pytest.raises(ValueError, match="same people"):
        difference_interval(one, other)


def test_the_band_of_a_curve_is_that_of_its_points():
    curves = np.stack([noisy(4, 0.3), noisy(5, 0.6)], axis=1)
    low, high = curve_interval(curves, PEOPLE)
    for point in (0, 1):
        single = mean_interval(by_identity([curves[:, point]], PEOPLE))
        assert (low[point], high[point]) == pytest.approx((single.low, single.high), abs=0.01)
