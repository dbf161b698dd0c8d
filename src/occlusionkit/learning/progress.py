"""Progress within an epoch: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from tqdm import tqdm

# Epochs shorter than this are told by their own line at the end only.
LINE_EVERY_S = 60.0
# Bars of short epochs would only flicker.
BAR_AFTER_S = 2.0


class Progress(Protocol):
    """Counts steps."""

    def update(self, amount: int) -> object:
        """`amount` more are done."""


class _Lines:
    def __init__(self, label: str, steps: int, report: Callable[[str], object]) -> None:
        self._label, self._steps, self._report = label, steps, report
        self._done = 0
        self._said = time.monotonic()

    def update(self, amount: int) -> None:
        self._done += amount
        now = time.monotonic()
        if now - self._said >= LINE_EVERY_S:
            self._said = now
            self._report(f"{self._label}: step {self._done} of {self._steps}")


@contextmanager
def epoch_progress(label: str, steps: int, *, report: Callable[[str], object], silent: bool) -> Iterator[Progress]:
    """Progress over the steps of one epoch; silent: count, and say nothing."""
    if silent or not sys.stderr.isatty():
        yield _Lines(label, steps, (lambda _: None) if silent else report)
        return
    with tqdm(desc=label, total=steps, unit=" steps", leave=False, dynamic_ncols=True, delay=BAR_AFTER_S) as bar:
        yield bar
