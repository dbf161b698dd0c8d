from __future__ import annotations

import io
import sys

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


def test_a_terminal_gets_a_bar(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with epoch_progress("epoch 2 of 9", 5, report=[].append, silent=False) as steps:
        steps.update(5)
        steps.refresh()
    assert "epoch 2 of 9" in terminal.getvalue()
    assert "5/5" in terminal.getvalue()
