"""Progress in a log: a line now and then."""

from __future__ import annotations

import io

from occlusionkit.face import progress as module
from occlusionkit.face.progress import progress


def test_a_log_gets_a_line_every_half_minute(monkeypatch):
    clock = iter([0.0, 10.0, 31.0, 31.0, 40.0, 62.0, 62.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    stream = io.StringIO()
    with progress("images", stream=stream) as report:
        for done in (10, 20, 30, 40):
            report(done, 50)
    assert stream.getvalue() == "20 of 50 images (40%)\n40 of 50 images (80%)\n"


def test_a_terminal_gets_a_bar():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with progress("images", stream=stream) as report:
        report(7, 7)
    assert "7/7" in stream.getvalue()
