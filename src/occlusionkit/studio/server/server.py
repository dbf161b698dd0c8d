"""The server: one thread, one client at a time, one queue of commands, one immutable state.

One thread, because a GL context belongs to one and because nothing may change the world between the commands of a
batch. Sockets never block it: it waits for all of them at once, and runs commands in between.
"""

from __future__ import annotations

import hmac
import logging
import os
import select
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ..world import Renderer
from .commands import make_dispatcher
from .connection import Connection
from .listening import listen_tcp, listen_unix
from .protocol import MAX_PAYLOAD_BYTES, Request, greeting
from .stage import Stage
from .state import CommandError, FilmDefaults, Studio, StudioLibrary, open_room
from .views import Views

log = logging.getLogger(__name__)

NAME = "occlusionkit"
TOKEN_COMMAND = "vset /studio/token "
TOKEN_TIMEOUT_S = 5.0
# Before its token is seen a connection may send little, and only so many may wait.
MAX_STRANGERS = 16
MAX_STRANGER_PAYLOAD_BYTES = 4096
MAX_BATCH = 10_000
TICK_S = 0.5


@dataclass(frozen=True)
class Endpoint:
    """Where the server listens."""

    host: str
    port: int
    unix_socket: Path | None


def serve(
    library: StudioLibrary,
    renderer: Renderer,
    *,
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 9000,
    token: str | None = None,
    unix_socket: Path | None = None,
    room: str | None = None,
    film: FilmDefaults | None = None,
    lifeline: int | None = None,
    idle_s: float | None = None,
    on_ready: Callable[[Endpoint], None] | None = None,
) -> None:
    """Serve until the lifeline breaks, or nobody has been there for idle_s.

    folder: the only one that files are written in.  port: 0 takes a free one.  token: what the first command of every
    connection must show.  unix_socket: listen there too, in a folder that only this user can enter.  room: the first
    one to be loaded, by default the library's first.  lifeline: a descriptor, such as a pipe from the parent process,
    whose end is the server's.  on_ready is called once clients can connect.
    ValueError for a host that is not loopback, an unknown room; OSError with a cure for a port or path in use.
    """
    film = film or FilmDefaults()
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        listeners = [stack.enter_context(listen_tcp(host, port))]
        bound_port = int(listeners[0].getsockname()[1])
        if unix_socket is not None:
            listeners.append(stack.enter_context(listen_unix(unix_socket)))
        dispatcher = make_dispatcher()
        studio = Studio(
            library=library,
            views=Views(renderer),
            folder=folder.resolve(),
            film=film,
            port=bound_port,
            templates=tuple((route.template, route.description) for route in dispatcher.routes),
        )
        rooms = library.rooms()
        try:
            state = open_room(library, room if room is not None else rooms[0], film)
        except CommandError as error:
            raise ValueError(f"room: {error}") from None
        loop = _Loop(Stage(studio, dispatcher, state), listeners, token=token, lifeline=lifeline, idle_s=idle_s)
        stack.callback(loop.close)
        if on_ready is not None:
            on_ready(Endpoint(host=host, port=bound_port, unix_socket=unix_socket))
        loop.run()


class _Loop:
    """Waits for sockets, admits one client at a time, and runs its commands in the order they came."""

    def __init__(
        self,
        stage: Stage,
        listeners: Sequence[socket.socket],
        *,
        token: str | None,
        lifeline: int | None,
        idle_s: float | None,
    ) -> None:
        self.stage = stage
        self.listeners = tuple(listeners)
        self.token = token
        self.lifeline = lifeline
        self.idle_s = idle_s
        self.client: Connection | None = None
        self.strangers: list[Connection] = []
        self.batch_left = 0
        self.busy_s = time.monotonic()
        self.ended = False

    def run(self) -> None:
        while not self.ended:
            # A client's own news come before newcomers', so that a reconnecting one finds its place free.
            ready = self._wait(0.0 if self._runnable() else TICK_S)
            for connection in [*self.strangers, *([self.client] if self.client else [])]:
                events = ready.get(connection.socket.fileno(), 0)
                if events & ~select.POLLOUT and not connection.ended:
                    connection.read()
                if events & ~select.POLLIN:
                    connection.flush()
            self._judge_strangers()
            self._run_next()
            self._let_go()
            for listener in self.listeners:
                # One that ended and whose last commands are still to be run: newcomers wait for its place.
                if ready.get(listener.fileno(), 0) and not (self.client and self.client.ended):
                    self._accept(listener)
            if self.lifeline is not None and ready.get(self.lifeline, 0) and not os.read(self.lifeline, 4096):
                log.info("the lifeline broke: the server ends")
                self.ended = True

    def close(self) -> None:
        for connection in [*self.strangers, *([self.client] if self.client else [])]:
            connection.close()

    def _wait(self, timeout_s: float) -> dict[int, int]:
        """Events by descriptor, of all that is of interest at this moment."""
        poll = select.poll()
        if self.lifeline is not None:
            poll.register(self.lifeline, select.POLLIN)
        if self.client is None or not self.client.ended:
            for listener in self.listeners:
                poll.register(listener.fileno(), select.POLLIN)
        for connection in [*self.strangers, *([self.client] if self.client else [])]:
            read = select.POLLIN if connection.wants_to_read else 0
            poll.register(connection.socket.fileno(), read | (select.POLLOUT if connection.unsent_bytes else 0))
        return dict(poll.poll(timeout_s * 1000))

    def _accept(self, listener: socket.socket) -> None:
        try:
            accepted, _ = listener.accept()
        except OSError as error:  # the newcomer left again, or descriptors ran out: the others are served on
            log.warning("could not accept a connection: %s", error)
            return
        if self.client is not None or len(self.strangers) >= MAX_STRANGERS:
            log.info("refused a connection: one client at a time")
            accepted.close()
            return
        trusted = self.token is None
        limit = MAX_PAYLOAD_BYTES if trusted else MAX_STRANGER_PAYLOAD_BYTES
        connection = Connection(accepted, max_payload_bytes=limit)
        connection.send(greeting(NAME))
        if trusted:
            self._admit(connection)
        else:
            self.strangers.append(connection)

    def _admit(self, connection: Connection) -> None:
        connection.allow(max_payload_bytes=MAX_PAYLOAD_BYTES)
        self.client = connection
        self.batch_left = 0

    def _judge_strangers(self) -> None:
        """Let in the one that shows the token; answer others with an error, and close."""
        for connection in [*self.strangers]:
            if connection.requests:
                request = connection.take()
                refusal = self._refusal(request)
                connection.reply(request, (refusal or "ok").encode())
                if refusal is None:
                    self.strangers.remove(connection)
                    self._admit(connection)
                    continue
                log.warning("refused a connection: %s", refusal)
            elif not connection.ended and time.monotonic() - connection.opened_s < TOKEN_TIMEOUT_S:
                continue
            self.strangers.remove(connection)
            connection.close()

    def _refusal(self, request: Request) -> str | None:
        assert self.token is not None
        shown = request.command.removeprefix(TOKEN_COMMAND)
        if shown == request.command or not hmac.compare_digest(shown.encode(), self.token.encode()):
            return "error A token is asked for: the first command must be vset /studio/token [str]"
        return None if self.client is None else "error Another client is connected"

    def _runnable(self) -> bool:
        client = self.client
        return client is not None and client.may_run and len(client.requests) > max(self.batch_left - 1, 0)

    def _run_next(self) -> None:
        """Run the next command, or the next batch as one."""
        if not self._runnable():
            return
        assert self.client is not None
        client = self.client
        requests = [client.take() for _ in range(max(self.batch_left, 1))]
        if self.batch_left == 0 and (requests[0].command == "vbatch" or requests[0].command.startswith("vbatch ")):
            client.reply(requests[0], self._begin_batch(requests[0].command))
            return
        self.batch_left = 0
        if client.gone:
            # Nobody reads the answers any more; what was asked to be changed is changed all the same.
            requests = [request for request in requests if not request.command.startswith("vget ")]
        answers = self.stage.run([request.command for request in requests])
        for request, body in zip(requests, answers, strict=True):
            client.reply(request, body)

    def _begin_batch(self, command: str) -> bytes:
        count = command.removeprefix("vbatch").strip()
        if not (count.isascii() and count.isdigit() and len(count) <= len(str(MAX_BATCH)) and int(count) <= MAX_BATCH):
            return f"error Argument Invalid: expected vbatch 0..{MAX_BATCH}, found '{command[:80]}'".encode()
        self.batch_left = int(count)
        return b"ok"

    def _let_go(self) -> None:
        """Close a client that ended or is overdue; end where nobody came for long."""
        now_s = time.monotonic()
        if self.client is None:
            if self.idle_s is not None and now_s - self.busy_s > self.idle_s:
                log.info("no client for %.0f s: the server ends", self.idle_s)
                self.ended = True
            return
        self.busy_s = now_s
        if self.batch_left > len(self.client.requests) and (self.client.ended or not self.client.wants_to_read):
            log.warning("a batch of %d commands came with %d", self.batch_left, len(self.client.requests))
            self.client.drop()
        reason = self.client.overdue(now_s)
        if reason is not None:
            log.warning("connection closed: %s", reason)
            self.client.drop()
        if self.client.done:
            self.client.close()
            self.client = None
