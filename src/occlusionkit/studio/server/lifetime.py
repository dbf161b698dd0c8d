"""A server that was started for a job dies with the job, however that ends."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from types import FrameType

PR_SET_PDEATHSIG = 1


def die_with_parent(parent_pid: int) -> None:
    """End this process when the parent has: for what a lifeline does not reach, such as a start that takes long.

    Linux sends the signal when the *thread* that started us ends, so it is checked that the parent is really gone.
    Elsewhere nothing is done: the lifeline is enough.
    """
    if not sys.platform.startswith("linux"):
        return

    def check(_signal: int, _frame: FrameType | None) -> None:
        if os.getppid() != parent_pid:
            os._exit(1)

    signal.signal(signal.SIGHUP, check)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGHUP)
    check(signal.SIGHUP, None)
