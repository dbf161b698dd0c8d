import numpy as np
import pytest

from occlusionkit.studio.portraits.backdrops import draw_backdrop
from occlusionkit.studio.portraits.draws import rng_for, turn_about
from occlusionkit.studio.portraits.patterns import TEST_CLASSES, TRAIN_CLASSES, paint_pattern


@pytest.mark.parametrize("kind", [*TRAIN_CLASSES, *TEST_CLASSES])
def test_a_pattern_is_textured_in_two_colours_and_the_same_every_time(kind):
    first, again, other = (
        paint_pattern(name, seed=1, size_px=64) for name in (f"{kind}_0001",) * 2 + (f"{kind}_0002",)
    )
    assert first.shape == (64, 64, 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.5
    assert first.astype(float).std(axis=(0, 1)).max() > 12
    assert (paint_pattern(f"{kind}_0001", seed=2, size_px=64) != first).mean() > 0.5


def test_an_unknown_class_is_told():
    with pytest.raises(KeyError, match="no texture class 'tartan'; there are blotchy"):
        paint_pattern("tartan_0001", seed=1, size_px=8)


def test_backdrops_are_of_every_size_and_each_different():
    small, large = (draw_backdrop(rng_for(1, "backdrop", 3), size_px=size) for size in (48, 96))
    # A larger picture shows the same.
    means = large.reshape(48, 2, 48, 2, 3).mean(axis=(1, 3))
    assert np.abs(means - small).mean() < 6
    shades = {tuple(draw_backdrop(rng_for(1, "backdrop", n), size_px=16).mean(axis=(0, 1)).round()) for n in range(40)}
    assert len(shades) == 40


def test_draws_depend_on_what_is_made():
    assert rng_for(1, "a", 2).random() == rng_for(1, "a", 2).random()
    assert (
        len({rng_for(*what).random() for what in ((1, "a", 2), (1, "a", 3), (2, "a", 2), (1, "b", 2), (1, "a"))}) == 5
    )


def test_a_turn_is_counter_clockwise_seen_against_its_axis():
    np.testing.assert_allclose(turn_about(np.array([0, 0, 2.0]), np.pi / 2) @ [1, 0, 0], [0, 1, 0], atol=1e-12)
    turn = turn_about(np.array([1.0, -2, 0.5]), 0.7)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1)
    assert np.trace(turn) == pytest.approx(1 + 2 * np.cos(0.7))
