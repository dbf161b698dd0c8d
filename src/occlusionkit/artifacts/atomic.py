"""Files that are either whole or absent: written under a temporary name in the same folder, synced, then renamed."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def atomic_output(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it becomes `path`, on any error it is removed.

    Raises OSError naming `path` when writing fails; errors of the body about other files or connections pass unchanged.
    A killed process leaves at most a hidden `.name.partial-<host>-<pid>` file, which nothing reads, and which the next
    write of the same file on that host removes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path)
    temporary = path.with_name(f"{_partial(path)}{os.getpid()}")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and _is_about_writing(error, temporary):
            message = f"could not write {path}: {error.strerror}; the incomplete file was removed"
            raise OSError(error.errno, message) from error
        raise


def _partial(path: Path) -> str:
    return f".{path.name}.partial-{platform.node()}-"


def _remove_abandoned(path: Path) -> None:
    """Other hosts share the folder, and their process numbers say nothing here: only our own host's are looked at."""
    for other in path.parent.glob(f"{glob.escape(_partial(path))}*"):
        if not Path("/proc", other.name.rpartition("-")[2]).exists():
            other.unlink(missing_ok=True)


def _is_about_writing(error: OSError, temporary: Path) -> bool:
    """A full disk has a number and names no file or ours; a lost connection or a missing input is another matter."""
    elsewhere = isinstance(error, (ConnectionError, TimeoutError))
    return not elsewhere and error.errno is not None and error.filename in (None, str(temporary))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file atomically."""
    with atomic_output(path) as temporary:
        temporary.write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically: sorted keys, two spaces, a newline at the end; NaN and infinity are refused."""
    write_bytes(path, (json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n").encode())
