"""Volumes hashed just ahead of being unpacked: the disk is read once, the cores work, no unchecked byte is used."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from .checksums import hash_stream, hasher_for, problem_with
from .manifest import SourceFile
from .members import DamagedArchiveError


class WrongPartError(DamagedArchiveError):
    """Volumes that do not have their published size or hash; the message names each of them."""


# MD5 of one part is slower than unpacking it: a second thread keeps the unpacking one busy.
_THREADS = 2
_NICER = 10


class VerifyAhead:
    """Hashes `parts` in order, two at a time where there are two CPUs; `wait(index)` returns once that part is known to
    be right."""

    def __init__(self, parts: Sequence[Path], expected: Mapping[str, SourceFile]) -> None:
        """expected: by file name. ValueError when a part is not in it: an unknown part proves nothing."""
        unknown = sorted(part.name for part in parts if part.name not in expected)
        if unknown:
            raise ValueError(f"no published hash for {unknown[:5]}; the list has {len(expected)} names")
        self._parts, self._expected = tuple(parts), expected
        self._problems: dict[int, str | None] = {}
        self._changed = threading.Condition()
        self._stop = self._open = False
        self._failure: BaseException | None = None
        self._waiting = iter(range(len(self._parts)))
        self._threads = [
            threading.Thread(target=self._work, name=f"verify-ahead-{number}", daemon=True)
            for number in range(min(_THREADS, len(os.sched_getaffinity(0)), len(self._parts)))
        ]

    def __enter__(self) -> VerifyAhead:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop = True
        for thread in self._threads:
            thread.join()

    def start_holding(self) -> None:
        """From now on `wait` waits. Before, the list of members (in the last part) may be read unchecked."""
        self._open = True

    def wait(self, index: int) -> None:
        """Return when part `index` is right; raise WrongPartError naming all wrong parts when it is not."""
        if not self._open or self._problems.get(index, "") is None:
            return
        with self._changed:
            self._changed.wait_for(lambda: index in self._problems or self._failure is not None)
        if self._failure is not None:
            raise self._failure
        if self._problems[index] is not None:
            self.finish()

    def finish(self) -> None:
        """Check every part; raise WrongPartError if any is wrong."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._problems) == len(self._parts) or self._failure is not None)
        if self._failure is not None:
            raise self._failure
        wrong = [f"{self._parts[i].name} {p}" for i, p in sorted(self._problems.items()) if p is not None]
        if wrong:
            raise WrongPartError(
                f"{self._parts[0].parent}: {len(wrong)} of {len(self._parts)} parts are wrong: {'; '.join(wrong[:5])}"
                f"{' ...' if len(wrong) > 5 else ''}: fetch them again"
            )

    def _work(self) -> None:
        try:
            # The unpacking thread waits for these most of the time; when it can run, it must: it ends last.
            thread = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, thread, min(os.getpriority(os.PRIO_PROCESS, thread) + _NICER, 19))
            while (index := self._next()) is not None:
                part = self._parts[index]
                with part.open("rb", buffering=0) as file:
                    digest = hash_stream(file, hasher=hasher_for(self._expected[part.name]))
                problem = problem_with(self._expected[part.name], digest, self._expected.values())
                with self._changed:
                    self._problems[index] = problem
                    self._changed.notify_all()
        except BaseException as error:
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _next(self) -> int | None:
        """The first part that no thread has taken; None when there is none, or all is to end."""
        with self._changed:
            return None if self._stop or self._failure is not None else next(self._waiting, None)
