from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.learning.schedules import learning_rate
from occlusionkit.learning.settings import TrainSettings


def rates(steps_per_epoch=4, **changed):
    settings = TrainSettings(**{"epochs": 2, "batch_size": 1, "lr": 0.8, **changed})
    return [
        learning_rate(settings, step, steps_per_epoch=steps_per_epoch)
        for step in range(settings.epochs * steps_per_epoch)
    ]


def test_constant():
    assert rates(schedule="constant", min_lr=0.1) == [0.8] * 8


def test_poly_falls_to_the_floor_as_in_mmsegmentation():
    # (0.8 - 0.1) * (1 - step / 8) ** 2 + 0.1
    expected = [0.8, 0.6359375, 0.49375, 0.3734375, 0.275, 0.1984375, 0.14375, 0.1109375]
    assert rates(schedule="poly", poly_power=2, min_lr=0.1) == pytest.approx(expected, rel=1e-12)


def test_cosine_by_hand():
    found = rates(schedule="cosine", min_lr=0.2)
    assert found[0] == 0.8
    assert found[4] == pytest.approx(0.5, rel=1e-12)  # half way between
    assert found[2] == pytest.approx(0.2 + 0.6 * (1 + math.sqrt(0.5)) / 2, rel=1e-12)
    assert found[7] == pytest.approx(0.2 + 0.3 * (1 - math.cos(math.pi / 8)), rel=1e-12)


def test_step_falls_after_the_epochs_named():
    found = rates(epochs=5, steps_per_epoch=2, schedule="step", milestones=(1, 3), gamma=0.5, min_lr=0.25)
    assert found == [0.8, 0.8, 0.4, 0.4, 0.4, 0.4, 0.25, 0.25, 0.25, 0.25]


def test_warm_up_rises_to_the_schedule():
    assert rates(schedule="constant", warmup_steps=4) == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8, 0.8, 0.8, 0.8])
    poly, warm = rates(schedule="poly"), rates(schedule="poly", warmup_steps=2)
    assert warm == [poly[0] / 2, *poly[1:]]


@pytest.mark.parametrize("step", [-1, 8])
def test_a_step_outside_of_the_run_is_refused(step):
    with pytest.raises(ValueError, match=r"step: expected 0\.\.7"):
        learning_rate(TrainSettings(epochs=2, batch_size=1, lr=1), step, steps_per_epoch=4)


@given(
    schedule=st.sampled_from(["constant", "poly", "cosine", "step"]),
    warmup=st.integers(0, 30),
    floor=st.floats(0, 0.5),
    steps=st.integers(1, 20),
)
def test_rates_stay_between_nothing_and_lr_and_never_rise_after_warm_up(schedule, warmup, floor, steps):
    found = rates(steps, epochs=3, lr=0.5, schedule=schedule, warmup_steps=warmup, min_lr=floor, milestones=(1,))
    assert all(0 < rate <= 0.5 for rate in found)
    after = found[warmup:]
    assert all(late <= early * (1 + 1e-12) for early, late in itertools.pairwise(after))
    assert all(rate >= floor for rate in after)
