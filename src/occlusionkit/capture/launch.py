"""Servers for a capture job: started for it and ending with it, or running already."""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .client import UnrealClient
from .wire import Address, Link, ServerGone

EMBEDDED_START_S = 180.0
# Unreal compiles shaders at its first start.
BINARY_START_S = 600.0
END_S = 5.0
LAST_LINES = 12


@dataclass(frozen=True, eq=False)
class RunningServer:
    """A server that clients can connect to. renderer: what draws, as far as it says."""

    address: Address
    renderer: str
    process: subprocess.Popen[bytes] | None = None
    log: Path | None = None

    def connect(self, *, timeout_s: float = 60.0) -> UnrealClient:
        return UnrealClient(self.address, timeout_s=timeout_s, explain=self.last_words)

    def last_words(self) -> str:
        """How the process ended and what it wrote last: for the error of a client that lost it."""
        if self.process is None:
            return ""
        try:
            # It closes its sockets just before it ends.
            code: int | None = self.process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            code = None
        return _last_words(code, self.log)


@contextmanager
def start_embedded(
    *,
    folder: Path,
    log: Path,
    people: Path | None = None,
    light: Path | None = None,
    room: str | None = None,
    renderer: str = "auto",
    threads: int = 1,
    size_hw: tuple[int, int] = (480, 640),
    timeout_s: float = EMBEDDED_START_S,
) -> Iterator[RunningServer]:
    """Start the studio's own server on a free loopback port with a one-time token; it ends with the block, or with us.

    folder: where it may write files;  log: what it logs;  people: the baked people, without which there are boxes;
    light: the folder of the rooms' baked light, without which they are lit plainly.
    ServerGone with its last words where it does not start.
    """
    arguments = ["--port", "0", "--folder", str(folder), "--renderer", renderer, "--threads", str(threads)]
    arguments += ["--size", str(size_hw[1]), str(size_hw[0]), "--child-of", str(os.getpid())]
    arguments += ["--people", str(people)] if people is not None else []
    arguments += ["--light", str(light)] if light is not None else []
    arguments += ["--room", room] if room is not None else []
    token = secrets.token_urlsafe(24)
    with _child([sys.executable, "-m", "occlusionkit.studio.server", *arguments], log) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps({"token": token}).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended already: the line that is awaited next says so
        ready = _read_line(process, process.stdout, log, timeout_s)
        facts = json.loads(ready)
        address = Address(host=facts["host"], port=facts["port"], token=token)
        yield RunningServer(address, facts["renderer"], process, log)


@contextmanager
def start_binary(
    path: Path, *, log: Path, arguments: Sequence[str] = (), timeout_s: float = BINARY_START_S
) -> Iterator[RunningServer]:
    """Start a packaged Unreal project with `-cvport=<free port>`; it and its children end with the block, or with us.

    arguments: more of Unreal's, such as -RenderOffScreen.  ServerGone where it ends, or does not listen in time.
    """
    if not path.is_file() or not os.access(path, os.X_OK):
        raise ValueError(f"capture.server: expected a program, found {path}")
    port = free_port()
    guard = [sys.executable, "-m", "occlusionkit.capture.guard", str(path), f"-cvport={port}", *arguments]
    with _child(guard, log) as process:
        address = Address(port=port)
        _wait_until_it_greets(process, address, log, timeout_s)
        yield RunningServer(address, path.name, process, log)


@contextmanager
def open_server(
    choice: str,
    *,
    folder: Path,
    log: Path,
    people: Path | None = None,
    light: Path | None = None,
    renderer: str = "auto",
    threads: int = 1,
    room: str | None = None,
) -> Iterator[RunningServer]:
    """The server that `capture.server` names: `embedded`, `host:port` of a running one, or the path of a program."""
    if choice == "embedded":
        with start_embedded(
            folder=folder, log=log, people=people, light=light, renderer=renderer, threads=threads, room=room
        ) as server:
            yield server
        return
    host, colon, port = choice.rpartition(":")
    if colon and port.isdigit() and "/" not in choice:
        if not 0 < int(port) < 65536:
            raise ValueError(f"capture.server: expected a port of 1..65535, found {choice!r}")
        yield RunningServer(Address(host=host, port=int(port)), renderer=choice)
        return
    if not Path(choice).exists():
        raise ValueError(f"capture.server: expected embedded, host:port or the path of a program, found {choice!r}")
    with start_binary(Path(choice), log=log) as server:
        yield server


def free_port() -> int:
    """A port that was free a moment ago: a program that is told its port can be told no better one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _child(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process whose standard input is its lifeline: it ends with it, which even a kill -9 of us brings about."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
    try:
        yield process
    finally:
        assert process.stdin is not None and process.stdout is not None
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                pipe.close()
        try:
            process.wait(timeout=END_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()


def _read_line(process: subprocess.Popen[bytes], pipe: IO[bytes], log: Path, timeout_s: float) -> bytes:
    """The one line that a server writes when it is ready."""
    deadline_s = time.monotonic() + timeout_s
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([pipe], [], [], max(0.0, deadline_s - time.monotonic()))
        if not readable:
            raise ServerGone(f"the studio's server was not ready within {timeout_s:g} s{_last_words(None, log)}")
        received = os.read(pipe.fileno(), 4096)
        if not received:
            raise ServerGone(f"the studio's server did not start{_last_words(process.wait(), log)}")
        line += received
    return line


def _wait_until_it_greets(process: subprocess.Popen[bytes], address: Address, log: Path, timeout_s: float) -> None:
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            raise ServerGone(f"the program ended before it listened at {address}{_last_words(process.returncode, log)}")
        try:
            Link(address, timeout_s=2.0).disconnect()
            return
        except (ServerGone, TimeoutError):
            time.sleep(0.2)
    raise ServerGone(f"the program did not listen at {address} within {timeout_s:g} s{_last_words(None, log)}")


def _last_words(code: int | None, log: Path | None) -> str:
    ended = "it still runs" if code is None else f"it ended with code {code}"
    lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:] if log is not None and log.exists() else []
    said = f"; the end of {log}:\n  " + "\n  ".join(lines) if lines else f"; it logged nothing in {log}"
    return f" ({ended}{said})"
