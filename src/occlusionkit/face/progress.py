"""Progress of long work: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from tqdm import tqdm

# In a log: often enough to see that it lives, seldom enough for hours of work to stay readable.
LINE_EVERY_S = 30.0

# Called with how many are done and how many there are.
Report = Callable[[int, int], None]


@contextmanager
def progress(unit: str, *, stream: TextIO | None = None) -> Iterator[Report]:
    """What to call with (done, all) as work goes on; writes to `stream` (default: standard error)."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield _lines(unit, stream)
        return
    with tqdm(unit=f" {unit}", file=stream, dynamic_ncols=True) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report


def _lines(unit: str, stream: TextIO) -> Report:
    said = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said >= LINE_EVERY_S:
            said = time.monotonic()
            stream.write(f"{done} of {total} {unit} ({done / total:.0%})\n")
            stream.flush()

    return report
