"""`python -m occlusionkit.capture.guard <program> [argument ...]`: run a program that must not outlive its job.

The program gets a process group of its own. When standard input ends, because whoever started us closed it or was
killed, the whole group is ended (or when we are left without a parent, should a fork of it hold our input open); when
the program ends, so do we, with its code.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

POLL_S = 0.2
TERMINATE_S = 3.0


def main(command: Sequence[str]) -> int:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    parent = os.getppid()
    program = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        start_new_session=True,
        preexec_fn=_restore_signals,
    )
    while program.poll() is None:
        readable, _, _ = select.select([sys.stdin], [], [], POLL_S)
        if os.getppid() != parent or (readable and not os.read(sys.stdin.fileno(), 4096)):
            _end_group(program)
            break
    return abs(program.wait())


def _restore_signals() -> None:
    for restored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(restored, signal.SIG_DFL)


def _end_group(program: subprocess.Popen[bytes]) -> None:
    """Ask the group to end, then make it. Its number is the program's, not given to another before we took its code."""
    os.killpg(program.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        program.wait(timeout=TERMINATE_S)
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
