"""Progress of long work: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from tqdm import tqdm

# In a log: often enough to see that it lives, seldom enough for a day of downloading to stay readable.
LINE_EVERY_S = 30.0


class Progress(Protocol):
    """Counts bytes (or items) done."""

    def update(self, amount: int) -> object:
        """`amount` more are done."""


class _Lines:
    def __init__(self, label: str, total: int | None, stream: TextIO) -> None:
        self._label, self._total, self._stream = label, total, stream
        self._done = 0
        self._said = time.monotonic()

    def update(self, amount: int) -> None:
        self._done += amount
        now = time.monotonic()
        if now - self._said >= LINE_EVERY_S:
            self._said = now
            of = f" of {self._total / 1e6:,.0f} MB ({self._done / self._total:.0%})" if self._total else " MB"
            self._stream.write(f"{self._label}: {self._done / 1e6:,.0f}{of}\n")
            self._stream.flush()


@contextmanager
def progress_bar(label: str, total: int | None, *, stream: TextIO | None = None) -> Iterator[Progress]:
    """Progress over `total` bytes (None = unknown) on `stream` (default: standard error)."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield _Lines(label, total, stream)
        return
    with tqdm(desc=label, total=total, unit="B", unit_scale=True, file=stream, dynamic_ncols=True) as bar:
        yield bar
