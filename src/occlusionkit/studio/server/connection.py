"""One client's connection: bytes in, requests out of them, replies back; no command is run here."""

from __future__ import annotations

import logging
import socket
import time
from collections import deque

from .protocol import Body, FrameDecoder, ProtocolError, Request, parse_request, reply_parts

log = logging.getLogger(__name__)

READ_BYTES = 1 << 18
# As many buffers as Linux takes in one sendmsg.
MAX_BUFFERS = 1024
# A batch of 8 cameras x (image, depth, mask) at 640x360 is 22 MB: the next one is drawn while that is being read.
MAX_UNSENT_BYTES = 64 * 2**20
MAX_UNRUN_BYTES = 64 * 2**20
# A frame begun is a frame finished soon: a client that stops half-way must not hold the place of others.
FRAME_TIMEOUT_S = 30.0
STALLED_TIMEOUT_S = 300.0
# One that sends no more may still read, but others wait for its place.
ENDED_TIMEOUT_S = 5.0


class Connection:
    """A non-blocking socket with what is to be run and what is to be sent.

    ended: the other side sends no more;  gone: nor does it read.
    """

    def __init__(self, sock: socket.socket, *, max_payload_bytes: int) -> None:
        sock.setblocking(False)
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self.requests: deque[Request] = deque()
        self.unrun_bytes = 0
        self.ended = False
        self.gone = False
        self.opened_s = time.monotonic()
        self._decoder = FrameDecoder(max_payload_bytes=max_payload_bytes)
        self._frame_began_s: float | None = None
        self._unsent: deque[memoryview] = deque()
        self._sent_s = time.monotonic()
        self.unsent_bytes = 0

    def allow(self, *, max_payload_bytes: int) -> None:
        self._decoder.max_payload_bytes = max_payload_bytes

    @property
    def wants_to_read(self) -> bool:
        return not self.ended and self.unrun_bytes < MAX_UNRUN_BYTES

    @property
    def may_run(self) -> bool:
        return self.unsent_bytes < MAX_UNSENT_BYTES

    def read(self) -> None:
        """Take in all that has arrived, to the end: whether somebody else may come is judged by it."""
        while self.wants_to_read:
            try:
                received = self.socket.recv(READ_BYTES)
            except BlockingIOError:
                return
            except OSError:
                received = b""
            if received:
                self._take_in(received)
            else:
                self.ended = True

    def _take_in(self, received: bytes) -> None:
        """Text that is no request is logged and dropped, as UnrealCV does."""
        try:
            payloads = self._decoder.feed(received)
        except ProtocolError as error:
            log.warning("connection closed: %s", error)
            self.drop()
            return
        for payload in payloads:
            request = parse_request(payload)
            if request is None:
                log.warning("dropped a message that is no <id>:<command>: %r", payload[:80])
                continue
            self.requests.append(request)
            self.unrun_bytes += request.size_bytes
        if not self._decoder.partial:
            self._frame_began_s = None
        elif payloads or self._frame_began_s is None:
            self._frame_began_s = time.monotonic()

    def take(self) -> Request:
        request = self.requests.popleft()
        self.unrun_bytes -= request.size_bytes
        return request

    def reply(self, request: Request, body: Body) -> None:
        self.send(reply_parts(request.id, body))

    def send(self, parts: list[memoryview]) -> None:
        """Queue and send as much as the other side takes at once."""
        if self.gone:
            return
        if not self._unsent:
            self._sent_s = time.monotonic()
        self._unsent.extend(parts)
        self.unsent_bytes += sum(len(part) for part in parts)
        self.flush()

    def flush(self) -> None:
        while self._unsent and not self.gone:
            try:
                sent = self.socket.sendmsg([self._unsent[i] for i in range(min(len(self._unsent), MAX_BUFFERS))])
            except BlockingIOError:
                return
            except OSError:
                self.gone = self.ended = True
                self._unsent.clear()
                self.unsent_bytes = 0
                return
            self._sent_s = time.monotonic()
            self.unsent_bytes -= sent
            while self._unsent and sent >= len(self._unsent[0]):
                sent -= len(self._unsent.popleft())
            if sent:
                self._unsent[0] = self._unsent[0][sent:]

    def drop(self) -> None:
        """Nothing more will be run or sent."""
        self.requests.clear()
        self._unsent.clear()
        self.unrun_bytes = self.unsent_bytes = 0
        self.ended = self.gone = True

    def overdue(self, now_s: float) -> str | None:
        """Why the other side has been waited for long enough, if so."""
        if self._frame_began_s is not None and now_s - self._frame_began_s > FRAME_TIMEOUT_S:
            return f"a frame was begun {FRAME_TIMEOUT_S:.0f} s ago and not finished"
        patience_s = ENDED_TIMEOUT_S if self.ended else STALLED_TIMEOUT_S
        if self._unsent and now_s - self._sent_s > patience_s:
            return f"no reply was read for {patience_s:.0f} s"
        return None

    @property
    def done(self) -> bool:
        """Nothing is left to wait for: the other side ended, all is run, and what it still reads is sent."""
        return self.ended and not self.requests and (self.gone or not self._unsent)

    def close(self) -> None:
        """Close so that what was sent still arrives: an unread input would turn the close into a reset."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
            while self.socket.recv(READ_BYTES):
                pass
        except OSError:
            pass
        self.socket.close()
