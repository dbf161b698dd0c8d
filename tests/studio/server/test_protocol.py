from __future__ import annotations

import contextlib
import itertools
import socket
import struct

import pytest
import unrealcv
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.studio.server.protocol import (
    MAX_PAYLOAD_BYTES,
    FrameDecoder,
    ProtocolError,
    Request,
    frame_parts,
    greeting,
    parse_request,
    reply_parts,
)

PAYLOADS = st.lists(st.binary(min_size=1, max_size=40), max_size=6)


def joined(parts: list[memoryview]) -> bytes:
    return b"".join(parts)


def test_frame_is_the_magic_and_the_size_in_little_endian_and_the_payload():
    assert joined(reply_parts(b"12", b"ok")) == bytes.fromhex("c1832b9e 05000000") + b"12:ok"
    assert joined(greeting("x")) == bytes.fromhex("c1832b9e 0e000000") + b"connected to x"


def test_unrealcv_reads_our_frames_and_we_read_its():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(joined(reply_parts(b"3", b"\x89PNG")))
        assert unrealcv.SocketMessage.ReceivePayload(theirs) == b"3:\x89PNG"
        unrealcv.SocketMessage.WrapAndSendPayload(theirs, b"4:vget /objects")
        assert FrameDecoder().feed(ours.recv(100)) == [b"4:vget /objects"]


@given(PAYLOADS, st.lists(st.integers(0, 300), max_size=8))
def test_any_cut_of_the_stream_gives_the_same_payloads(payloads, cuts):
    stream = b"".join(joined(frame_parts(b"", payload)) for payload in payloads)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    decoder = FrameDecoder()
    found = [p for a, b in itertools.pairwise(edges) for p in decoder.feed(stream[a:b])]
    assert found == payloads
    assert not decoder.partial


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        (struct.pack("<II", 0x9E2B83C2, 3), "magic"),
        (struct.pack("<II", 0x9E2B83C1, 0), "payload"),
        (struct.pack("<II", 0x9E2B83C1, MAX_PAYLOAD_BYTES + 1), "payload"),
        (struct.pack("<II", 0x9E2B83C1, 0xFFFFFFFF), "payload"),
    ],
)
def test_a_header_that_cannot_be_is_refused_before_its_payload_comes(header, complaint):
    with pytest.raises(ProtocolError, match=complaint):
        FrameDecoder().feed(header)


def test_the_largest_payload_is_awaited():
    decoder = FrameDecoder()
    assert decoder.feed(struct.pack("<II", 0x9E2B83C1, MAX_PAYLOAD_BYTES)) == []
    assert decoder.partial


@pytest.mark.parametrize(
    ("payload", "request_"),
    [
        (b"0:vget /objects", (b"0", "vget /objects")),
        (b"007:a:b", (b"007", "a:b")),
        (b"5:", (b"5", "")),
        ("9:vget /object/h\u00fctte/color".encode(), (b"9", "vget /object/h\u00fctte/color")),
    ],
)
def test_request_is_digits_a_colon_and_the_command(payload, request_):
    assert parse_request(payload) == Request(*request_, size_bytes=len(payload))


@pytest.mark.parametrize(
    "payload", [b"vget /objects", b":x", b"-1:x", b"1 :x", "\u0663:x".encode(), b"1:\xff\xfe", b"1" * 30 + b":x", b"x"]
)
def test_what_is_no_request_is_dropped(payload):
    assert parse_request(payload) is None


def test_an_empty_payload_is_never_framed():
    with pytest.raises(ValueError, match="1\\.\\."):
        frame_parts(b"", b"")


@given(st.binary(max_size=200))
def test_any_bytes_end_in_payloads_or_a_protocol_error(data):
    with contextlib.suppress(ProtocolError):
        FrameDecoder().feed(data)
