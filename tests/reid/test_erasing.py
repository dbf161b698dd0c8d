"""Random erasing: the published law, in the pixels."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.reid.erasing import ErasingSettings, erase


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


IMAGE = np.full((100, 50, 3), (10, 20, 30), np.uint8)


def test_half_of_the_images_lose_a_box_of_2_to_40_percent():
    hidden = [erase(IMAGE, rng(seed), ErasingSettings())[1] for seed in range(600)]
    shares = np.array([one.mean() for one in hidden])
    assert 0.44 < np.mean(shares > 0) < 0.56  # standard error 0.02, three of them
    erased = shares[shares > 0]
    assert erased.min() > 0.015 and erased.max() < 0.41 and erased.max() > 0.3
    for one in hidden:
        rows, columns = np.nonzero(one)
        if len(rows):
            assert one.sum() == (np.ptp(rows) + 1) * (np.ptp(columns) + 1), "not a box"
            assert 0.25 < (np.ptp(rows) + 1) / (np.ptp(columns) + 1) < 3.8


@pytest.mark.parametrize("fill", ["random", "mean"])
def test_only_the_box_changes_and_the_original_stays(fill):
    erased, hidden = erase(IMAGE, rng(4), ErasingSettings(probability=1, fill=fill))
    assert hidden.any() and (erased[~hidden] == IMAGE[~hidden]).all() and (IMAGE[0, 0] == (10, 20, 30)).all()
    spread = erased[hidden].astype(float).std(axis=0).min()
    assert spread > 60 if fill == "random" else (erased[hidden] == (10, 20, 30)).all()


def test_the_generator_decides():
    one, other = (erase(IMAGE, rng(4), ErasingSettings(probability=1))[0] for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_an_unknown_fill_is_refused():
    with pytest.raises(ValueError, match="fill: expected random or mean, found 'black'"):
        ErasingSettings(fill="black")
