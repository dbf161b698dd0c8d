import numpy as np
import pytest

from occlusionkit.studio.motions.actions import kit
from occlusionkit.studio.motions.clip import Clip, mirrored, perform
from occlusionkit.studio.motions.puppet import CHANNELS

STEP = kit.steps("l", (0.0, 0.0, 5.0), (0.5, 0.9, (0.1, 0.2, 15.0)), (1.4, 1.8, (0.0, 0.0, 5.0)))


def clip(**changed):
    return Clip(**({"name": "test", "period_s": 2.0, "base": {}, "keys": STEP} | changed))


def test_a_foot_is_planted_where_its_keys_hold_it_still_and_nowhere_else():
    times_s = np.array([0.0, 0.3, 0.5, 0.6, 0.85, 0.9, 1.2, 1.4, 1.5, 1.8, 1.99, 2.3])
    planted = clip().planted(times_s)
    assert planted[:, 0].tolist() == [True, True, False, False, False, True, True, False, False, True, True, True]
    assert planted[:, 1].all()  # no keys: it stands
    foot = clip().track("l_foot")(times_s)
    np.testing.assert_allclose(foot[planted[:, 0], 2], 0.0, atol=0)


def test_a_lifted_foot_that_rests_in_the_air_is_not_planted():
    keys = {"r_foot": [(0.0, (0, 0, 0)), (0.5, (0, 0.4, 0.5)), (1.0, (0, 0.4, 0.5)), (1.5, (0, 0, 0))]}
    assert clip(keys=keys).planted(np.array([0.7, 1.8]))[:, 1].tolist() == [False, True]


def test_a_turning_clip_comes_back_turned():
    turning = clip(keys=kit.turning_steps("l", (0.05, 0.0, 10.0), (0.2, 0.6, 90.0), (1.0, 1.4, 360.0)), turn_deg=360.0)
    sole = turning.track("l_sole")(np.array([0.1, 0.8, 1.9, 2.1]))[:, 0]
    np.testing.assert_allclose(sole, [10.0, 100.0, 370.0, 370.0])
    assert turning.planted(np.array([1.9, 2.1]))[:, 0].all()  # across the seam too
    np.testing.assert_allclose(turning.track("l_foot")(np.array([0.1, 2.1]))[:, :2], [[0.05, 0.0]] * 2, atol=1e-9)


def test_a_quarter_turn_takes_the_left_foot_behind():
    # Turning left, what was at the left (+x) comes to the back (+y): out and forward lose HALF_HIPS + 0.1 each.
    out, forward, toes = kit.about_center("l", (0.1, 0.0, 5.0), 90.0)
    assert (out, forward, toes) == pytest.approx((-kit.HALF_HIPS, -(kit.HALF_HIPS + 0.1), 95.0))
    out, forward, toes = kit.about_center("r", (0.1, 0.0, 5.0), 90.0)
    assert (out, forward, toes) == pytest.approx((-kit.HALF_HIPS, kit.HALF_HIPS + 0.1, -85.0))


def test_a_held_hand_stays_where_it_was_while_the_chest_turns():
    assert kit.held("l", 0.0, 0.1, 0.5, 0.2) == pytest.approx((0.1, 0.5, 0.2))
    # The chest turned 90 deg left: what lies ahead is on its right, which is inward for the left hand.
    assert kit.held("l", 90.0, 0.0, 0.5, 0.2) == pytest.approx((-0.5, 0.0, 0.2))
    assert kit.held("r", 90.0, 0.0, 0.5, 0.2) == pytest.approx((0.5, 0.0, 0.2))


def test_mirroring_twice_changes_nothing_and_once_swaps_the_sides():
    rng = np.random.default_rng(0)
    strings = {name: rng.normal(size=(4, len(value))) for name, value in CHANNELS.items()}
    once = mirrored(strings)
    np.testing.assert_array_equal(once["l_hand"], strings["r_hand"])
    np.testing.assert_array_equal(once["chest"], strings["chest"] * [-1, 1, -1])
    for name, value in mirrored(once).items():
        np.testing.assert_array_equal(value, strings[name])


def test_a_performance_is_decided_by_its_seed_alone():
    def perform_with(seed, **kinds):
        return perform(clip(), np.random.default_rng(seed), duration_s=1.0, fps=kinds.get("fps", 20))

    one, planted = perform_with(1)
    again, _ = perform_with(1)
    other, _ = perform_with(2)
    assert all(np.array_equal(one[name], again[name]) for name in CHANNELS)
    assert not np.allclose(one["chest"], other["chest"], atol=0.1)
    finer, _ = perform_with(1, fps=40)
    np.testing.assert_allclose(finer["l_hand"][::2], one["l_hand"], atol=1e-12)  # the rate only says when one looks
    assert planted.shape == (20, 2)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"keys": {"l_hnd": [(0.0, (0, 0, 0))]}}, "string l_hnd: expected one of pelvis"),
        ({"keys": {"l_hand": [(0.0, (0, 0))]}}, "expected 3 numbers"),
        ({"keys": {"l_hand": [(2.0, (0, 0, 0))]}}, r"within \[0, 2.0\)"),
        ({"keys": {"l_hand": [(0.5, (0, 0, 0)), (0.5, (0, 0, 1))]}}, "expected rising times"),
        ({"keys": {"l_hand": []}}, "expected rising times"),
        ({"base": {"hips": (1.0,)}}, "string hips at 0.0 s: expected 3 numbers"),
    ],
)
def test_a_clip_with_a_slip_of_the_pen_is_refused(changed, complaint):
    with pytest.raises(ValueError, match=complaint):
        clip(**changed)
