from __future__ import annotations

import io
import sys
import time

import pytest

from occlusionkit.learning import progress
from occlusionkit.learning.progress import epoch_progress


def count(monkeypatch, *, silent=False, seconds_a_step=25.0):
    clock = iter(range(100))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock) * seconds_a_step)
    said = []
    with epoch_progress("epoch 2 of 9", 5, report=said.append, silent=silent) as steps:
        for _ in range(5):
            steps.update(1)
    return said


def test_a_log_gets_a_line_a_minute(monkeypatch):
    assert count(monkeypatch) == ["epoch 2 of 9: step 3 of 5"]
    assert count(monkeypatch, seconds_a_step=5.0) == []


def test_other_processes_are_silent(monkeypatch):
    assert count(monkeypatch, silent=True) == []


@pytest.mark.parametrize(("after_s", "shown"), [(0.0, True), (60.0, False)])
def test_a_terminal_gets_a_bar_for_an_epoch_that_lasts(monkeypatch, after_s, shown):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(progress, "BAR_AFTER_S", after_s)
    monkeypatch.setattr(sys, "stderr", terminal)
    with epoch_progress("epoch 2 of 9", 5, report=[].append, silent=False) as steps:
        time.sleep(0.15)  # tqdm draws ten times a second at most
        steps.update(5)
    assert ("epoch 2 of 9" in terminal.getvalue()) == shown
    assert ("5/5" in terminal.getvalue()) == shown
