"""UnrealCV's framing and numbering, as pure functions over bytes.

A frame is u32 magic, u32 payload size (both little-endian), payload. The server greets with one un-numbered frame;
after that a request is `<id>:<command>` and its reply `<id>:<body>`; the id is the client's and is only echoed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = 0x9E2B83C1
HEADER = struct.Struct("<II")
# UnrealCV's own server refuses larger ones; a reply of this size would be an image of 64 megapixels.
MAX_PAYLOAD_BYTES = 256 * 2**20
MAX_ID_DIGITS = 20

Body = bytes | bytearray | memoryview


class ProtocolError(ValueError):
    """The bytes are not UnrealCV frames: the connection cannot be understood any further."""


@dataclass(frozen=True)
class Request:
    """id: the client's digits, echoed as they came;  command: text without the id;  size_bytes: of the payload."""

    id: bytes
    command: str
    size_bytes: int


class FrameDecoder:
    """Bytes as they arrive -> whole payloads. `partial` says whether a frame has begun and not ended."""

    def __init__(self, *, max_payload_bytes: int = MAX_PAYLOAD_BYTES) -> None:
        self.max_payload_bytes = max_payload_bytes
        self._buffer = bytearray()

    @property
    def partial(self) -> bool:
        return bool(self._buffer)

    def feed(self, received: Body) -> list[bytes]:
        """The payloads completed by these bytes, in order.

        ProtocolError at a bad magic, an empty payload (a client takes that for a lost link) or one over the limit;
        sizes are judged from the header alone, so a huge one is refused before anything is kept for it.
        """
        self._buffer += received
        payloads = []
        start = 0
        while len(self._buffer) - start >= HEADER.size:
            magic, size = HEADER.unpack_from(self._buffer, start)
            if magic != MAGIC:
                raise ProtocolError(f"frame magic: expected {MAGIC:#010x}, found {magic:#010x}")
            if not 0 < size <= self.max_payload_bytes:
                raise ProtocolError(f"frame payload: expected 1..{self.max_payload_bytes} bytes, found {size}")
            end = start + HEADER.size + size
            if len(self._buffer) < end:
                break
            payloads.append(bytes(self._buffer[start + HEADER.size : end]))
            start = end
        del self._buffer[:start]
        return payloads


def parse_request(payload: bytes) -> Request | None:
    """`<id>:<command>` -> Request; None where it is not that, or not UTF-8: UnrealCV drops it without a reply."""
    digits, colon, command = payload.partition(b":")
    if not colon or len(digits) > MAX_ID_DIGITS or not digits.isdigit():
        return None
    try:
        return Request(digits, command.decode("utf-8"), len(payload))
    except UnicodeDecodeError:
        return None


def frame_parts(prefix: bytes, body: Body) -> list[memoryview]:
    """Header with prefix, and body, as buffers to be sent one after the other: the body is not copied.

    ValueError where the payload would be empty or over the limit: it must never be sent.
    """
    size = len(prefix) + len(body)
    if not 0 < size <= MAX_PAYLOAD_BYTES:
        raise ValueError(f"frame payload: expected 1..{MAX_PAYLOAD_BYTES} bytes, found {size}")
    head = memoryview(HEADER.pack(MAGIC, size) + prefix)
    return [head, memoryview(body).cast("B")] if len(body) else [head]


def greeting(name: str) -> list[memoryview]:
    """What the server says first."""
    return frame_parts(b"", f"connected to {name}".encode())


def reply_parts(request_id: bytes, body: Body) -> list[memoryview]:
    return frame_parts(request_id + b":", body)
