from __future__ import annotations

import pytest
import torch

from occlusionkit.learning import epoch
from occlusionkit.learning.epoch import Clock, train_epoch
from occlusionkit.learning.state import begin
from occlusionkit.learning.task import Part


class LateLook(epoch._LossWatch):
    """A watch that looks as seldom on a CPU as on a GPU."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self._every = epoch.GPU_LOOK_EVERY


@pytest.mark.parametrize("bad_step", [0, 2, 3])
def test_a_late_look_names_the_first_step_that_was_bad(toy, settings, monkeypatch, bad_step):
    # Looks come every 20 steps and this epoch has 4: the one at its end has to find it, and name its step.
    monkeypatch.setattr(epoch, "_LossWatch", LateLook)
    chosen = settings(schedule="poly")

    class Breaking(toy.Toy):
        seen = 0

        def loss(self, model, batch, number):
            loss, scalars = super().loss(model, batch, number)
            self.seen += 1
            return loss * (float("nan") if self.seen == bad_step + 1 else 1.0), scalars

    training = begin(Breaking(chosen), chosen, device=torch.device("cpu"), part=Part())
    rate = 0.05 * (1 - bad_step / 12) ** 0.9
    with pytest.raises(
        ValueError, match=rf"step {bad_step + 1} of 4: the loss is not finite at learning rate {rate:.3g};"
    ):
        train_epoch(training, Clock(), report=[].append)


def test_a_scalar_may_not_take_a_column_of_the_loop(toy, settings):
    class Greedy(toy.Toy):
        def loss(self, model, batch, number):
            loss, _ = super().loss(model, batch, number)
            return loss, {"lr": loss}

    chosen = settings()
    training = begin(Greedy(chosen), chosen, device=torch.device("cpu"), part=Part())
    with pytest.raises(ValueError, match="scalars: lr is a column of the loop's own; rename it"):
        train_epoch(training, Clock(), report=[].append)


def test_waiting_is_counted_and_nothing_else(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(epoch.time, "perf_counter", lambda: now[0])

    def batches():
        for wait in (3.0, 1.0, 0.5):
            now[0] += wait
            yield {}

    clock = Clock()
    for _ in clock.timed(batches()):
        now[0] += 10.0  # computing
    assert clock.wait_s == 4.5
