"""A link to an UnrealCV server that never hangs: unrealcv's framing and numbering, with a deadline on every reply.

`unrealcv.Client` reads in a thread that, when the link is lost, tries for a minute and then leaves a batch waiting
without end; it also has no deadline on the greeting. So this link keeps its socket and its counters, and reads itself.
"""

from __future__ import annotations

import errno
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import unrealcv

HEADER = struct.Struct("<II")
MAX_PAYLOAD_BYTES = 256 * 2**20


class ServerGone(ConnectionError):
    """The server ended or closed the connection; the message says what is known about why."""


class _Closed(ServerGone):
    """The connection was closed, whatever may be the reason."""


class ServerSilent(TimeoutError):
    """The server did not answer in time; the message says what was waited for."""


@dataclass(frozen=True)
class Address:
    """Where a server listens (unix_socket goes before host and port) and the token that it asks for, if any."""

    host: str = "127.0.0.1"
    port: int = 9000
    unix_socket: Path | None = None
    token: str | None = None

    def __str__(self) -> str:
        return str(self.unix_socket) if self.unix_socket else f"{self.host}:{self.port}"

    def __repr__(self) -> str:
        """Without the token: addresses are logged."""
        return f"Address({self})"


class Link(unrealcv.Client):
    """A connected unrealcv.Client without its receive thread. Replies come in the order of the requests."""

    def __init__(self, address: Address, *, timeout_s: float, explain: Callable[[], str] | None = None) -> None:
        """Connect and wait for the greeting. explain: what to add to the message when the server is gone."""
        endpoint = str(address.unix_socket) if address.unix_socket else (address.host, address.port)
        super().__init__(endpoint, "unix" if address.unix_socket else "inet")
        self.address = address
        self._explain = explain or (lambda: "")
        self.sock = self._open_socket(timeout_s)
        try:
            greeting = bytes(self.receive_payload("its greeting", timeout_s))
            if not greeting.startswith(b"connected"):
                raise ServerGone(f"{address} is not an UnrealCV server: it greets with {greeting[:40]!r}")
        except _Closed:
            raise ServerGone(
                f"{address} closed the connection without a greeting: UnrealCV serves one client at a time, "
                f"so another one may be connected{self._explain()}"
            ) from None
        except OSError:
            self.disconnect()
            raise

    def _open_socket(self, timeout_s: float) -> socket.socket:
        family = socket.AF_UNIX if self.address.unix_socket else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(timeout_s)
            sock.connect(self.endpoint)
            if family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            sock.close()
            if isinstance(error, TimeoutError):
                raise ServerSilent(f"{self.address} did not accept a connection within {timeout_s:g} s") from None
            if error.errno in (errno.ECONNREFUSED, errno.ENOENT):
                raise ServerGone(
                    f"nothing listens at {self.address}: is the server running?{self._explain()}"
                ) from None
            raise ServerGone(f"can not connect to {self.address}: {error}") from None

    def send_commands(self, commands: Sequence[str]) -> None:
        """Send them in one go, numbered on."""
        frames = []
        for command in commands:
            payload = b"%d:%s" % (self.send_message_id, command.encode())
            frames += [HEADER.pack(unrealcv.SocketMessage.magic, len(payload)), payload]
            self.send_message_id += 1
        try:
            self._socket.sendall(b"".join(frames))
        except TimeoutError:
            raise ServerSilent(f"{self.address} takes no more requests") from None
        except OSError:
            raise self._gone(f"before '{commands[0][:80]}' was sent") from None

    def receive_body(self, command: str, timeout_s: float) -> memoryview:
        """The body of the next reply, which must be to this command."""
        payload = self.receive_payload(f"the reply to '{command[:80]}'", timeout_s)
        number, colon, _ = bytes(payload[:24]).partition(b":")
        if not colon or number != b"%d" % self.recv_message_id:
            found = bytes(payload[:40])
            raise ServerGone(
                f"{self.address}: expected reply {self.recv_message_id}, to '{command[:80]}', found {found!r}"
            )
        self.recv_message_id += 1
        return payload[len(number) + 1 :]

    def receive_payload(self, what: str, timeout_s: float) -> memoryview:
        deadline_s = time.monotonic() + timeout_s
        magic, size = HEADER.unpack(self._receive_exactly(HEADER.size, what, deadline_s))
        if magic != unrealcv.SocketMessage.magic or size > MAX_PAYLOAD_BYTES:
            raise ServerGone(f"{self.address} does not speak UnrealCV: {what} began with {magic:#010x}, {size} bytes")
        return memoryview(self._receive_exactly(size, what, deadline_s))

    def _receive_exactly(self, count: int, what: str, deadline_s: float) -> bytearray:
        buffer = bytearray(count)
        free = memoryview(buffer)
        while free:
            left_s = deadline_s - time.monotonic()
            try:
                if left_s <= 0:
                    raise TimeoutError
                self._socket.settimeout(left_s)
                received = self._socket.recv_into(free)
            except TimeoutError:
                raise ServerSilent(f"{self.address} did not send {what} in time") from None
            except OSError:
                received = 0
            if not received:
                raise self._gone(f"instead of sending {what}")
            free = free[received:]
        return buffer

    @property
    def _socket(self) -> socket.socket:
        if self.sock is None:
            raise ServerGone(f"the connection to {self.address} is closed")
        sock: socket.socket = self.sock
        return sock

    def _gone(self, when: str) -> ServerGone:
        self.disconnect()
        return _Closed(f"the server at {self.address} closed the connection {when}{self._explain()}")
