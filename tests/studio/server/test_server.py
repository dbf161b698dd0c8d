"""The wire: what clients see of each other, of their own faults, and of the server's end."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from occlusionkit.studio.server import connection, server
from occlusionkit.studio.server.listening import is_loopback

MAGIC = bytes.fromhex("c1832b9e")


def ask(client, command: bytes) -> bytes:
    client.send(b"1:" + command)
    reply = client.receive()
    assert reply is not None
    assert reply.startswith(b"1:")
    return reply[2:]


def await_closed(client) -> None:
    """Whatever is still sent is read; then the server must close."""
    while client.receive() is not None:
        pass


def test_ids_are_echoed_and_replies_come_in_order(start, raw):
    client = raw(start())
    client.send(
        b"0:vget /unrealcv/echo a",
        b"0007:nonsense",
        b"3:vget /camera/0/fov",
        b"99999999999999999999:vset /viewmode lit",
    )
    assert client.receive() == b"0:a"
    assert client.receive() == b"0007:error No handler found for URI 'nonsense'. Can not find a handler"
    assert client.receive() == b"3:90.000000"
    assert client.receive() == b"99999999999999999999:ok"


def test_a_second_client_is_closed_without_a_greeting_and_may_come_back(start, raw):
    endpoint = start()
    first = raw(endpoint)
    assert ask(first, b"vget /viewmode") == b"lit"
    second = raw(endpoint, greeted=False)
    assert second.receive() is None
    assert ask(first, b"vset /viewmode depth") == b"ok"
    first.close()
    third = raw(endpoint)
    assert ask(third, b"vget /viewmode") == b"depth", "the state outlives a client"


def test_fifty_clients_one_after_the_other(start, raw):
    endpoint = start()
    for _ in range(50):
        with raw(endpoint) as client:
            assert ask(client, b"vget /unrealcv/version") == b"1.1.0"


def test_malformed_text_is_dropped_and_the_next_request_is_answered(start, raw):
    client = raw(start())
    client.send(b"no id at all", b"-1:vget /viewmode", b"5:\xff\xfe", b":x", b"6:vget /viewmode")
    assert client.receive() == b"6:lit"


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        MAGIC + struct.pack("<I", 0),
        MAGIC + struct.pack("<I", 0xFFFFFFFF),
        MAGIC + struct.pack("<I", 2**28 + 1),
    ],
)
def test_garbage_and_impossible_lengths_close_that_connection_only(start, raw, garbage):
    endpoint = start()
    client = raw(endpoint)
    client.socket.sendall(garbage)
    assert client.receive() is None
    assert ask(raw(endpoint), b"vget /viewmode") == b"lit"


def test_what_came_before_garbage_is_still_not_run(start, raw):
    """The stream is lost: nothing in it can be trusted to be a request."""
    endpoint = start()
    client = raw(endpoint)
    client.socket.sendall(MAGIC + struct.pack("<I", 20) + b"1:vset /viewmode dep" + b"\0" * 8)
    await_closed(client)
    assert ask(raw(endpoint), b"vget /viewmode") == b"lit"


def test_a_half_sent_request_is_not_run(start, raw):
    endpoint = start()
    client = raw(endpoint)
    request = b"1:vset /viewmode depth"
    client.socket.sendall(MAGIC + struct.pack("<I", len(request)) + request[:-1])
    client.close()
    assert ask(raw(endpoint), b"vget /viewmode") == b"lit"


def test_a_request_in_single_bytes_is_run(start, raw):
    client = raw(start())
    for byte in MAGIC + struct.pack("<I", 16) + b"1:vget /viewmode":
        client.socket.sendall(bytes([byte]))
    assert client.receive() == b"1:lit"


def test_a_frame_that_is_never_finished_is_given_up(start, raw, monkeypatch):
    monkeypatch.setattr(connection, "FRAME_TIMEOUT_S", 0.3)
    monkeypatch.setattr(server, "TICK_S", 0.05)
    endpoint = start()
    client = raw(endpoint)
    client.socket.sendall(MAGIC + struct.pack("<I", 1000))
    for _ in range(20):  # it trickles on, but that does not help
        with contextlib.suppress(OSError):
            client.socket.sendall(b"x")
        time.sleep(0.05)
    client.socket.settimeout(0.1)
    assert client.receive() is None, "closed while it trickled, not because it stopped"
    assert ask(raw(endpoint), b"vget /viewmode") == b"lit"


def test_an_idle_client_is_not_given_up(start, raw, monkeypatch):
    monkeypatch.setattr(connection, "FRAME_TIMEOUT_S", 0.1)
    monkeypatch.setattr(server, "TICK_S", 0.05)
    client = raw(start())
    assert ask(client, b"vget /viewmode") == b"lit"
    time.sleep(0.4)
    assert ask(client, b"vget /viewmode") == b"lit"


def test_a_client_that_does_not_read_is_given_up(start, raw, monkeypatch):
    monkeypatch.setattr(connection, "STALLED_TIMEOUT_S", 0.3)
    monkeypatch.setattr(server, "TICK_S", 0.05)
    endpoint = start()
    client = raw(endpoint)
    client.send(b"0:vset /camera/0/size 256 192", b"0:vget /camera/0/lit bmp", *[b"1:vget /camera/0/lit bmp"] * 200)
    deadline_s = time.monotonic() + 10
    while time.monotonic() < deadline_s:
        other = raw(endpoint, greeted=False)
        if other.receive() is not None:
            assert ask(other, b"vget /viewmode") == b"lit"
            return
        time.sleep(0.05)
    pytest.fail("the client that does not read kept its place")


def test_requests_sent_before_leaving_are_run(start, raw):
    """An asynchronous request and an immediate disconnect: as unrealcv's `request(command, -1)` may do."""
    endpoint = start()
    client = raw(endpoint)
    client.send(*[b"%d:vset /camera/0/location %d 0 0" % (i, i) for i in range(300)])
    client.close()
    assert ask(raw(endpoint), b"vget /camera/0/location") == b"299.000 0.000 0.000"


def test_nothing_is_drawn_for_one_that_left(start, raw, renderer):
    endpoint = start()
    client = raw(endpoint)
    renderer.may_draw.clear()
    moves = [b"1:vset /camera/0/fov %d" % fov for fov in range(60, 100)]
    client.send(*[payload for move in moves for payload in (move, b"2:vget /camera/0/lit bmp")])
    client.close()
    renderer.may_draw.set()
    began_s = time.monotonic()
    assert ask(raw(endpoint), b"vget /camera/0/fov") == b"99.000000"
    assert len(renderer.calls) <= 3, "the one that was under way, and those until a reply found nobody"
    assert time.monotonic() - began_s < connection.ENDED_TIMEOUT_S


def test_one_that_stops_sending_still_gets_its_replies(start, raw):
    client = raw(start())
    client.send(b"1:vget /viewmode", b"2:vget /camera/0/lit bmp")
    client.socket.shutdown(socket.SHUT_WR)
    assert client.receive() == b"1:lit"
    assert client.receive()[:4] == b"2:BM"
    assert client.receive() is None


def test_a_client_that_sends_all_before_it_reads_does_not_lock_up(start, raw):
    """Replies of 20 MB pile up while 2 MB of requests are still on their way."""
    client = raw(start(), timeout_s=20)
    client.send(
        b"0:vset /camera/0/size 160 120",
        *[b"1:vget /camera/0/lit bmp"] * 250,
        b"2:vget /unrealcv/echo " + b"x" * 2_000_000,
    )
    assert client.receive() == b"0:ok"
    assert all(len(client.receive()) == 2 + 54 + 160 * 120 * 4 for _ in range(250))
    assert len(client.receive()) == 2 + 2_000_000


def test_vbatch_waits_for_all_of_its_requests_and_then_runs_them_as_one(start, raw, renderer):
    client = raw(start())
    client.send(b"1:vbatch 3", b"2:vset /camera/0/location 0 0 50", b"3:vget /camera/0/lit bmp")
    assert client.receive() == b"1:ok"
    client.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.receive()
    client.socket.settimeout(5.0)
    client.send(b"4:vget /camera/0/depth npy", b"5:vget /viewmode")
    assert client.receive() == b"2:ok"
    assert client.receive()[:4] == b"3:BM"
    assert client.receive()[:8] == b"4:\x93NUMPY"[:8]
    assert client.receive() == b"5:lit"
    assert [outputs for _, outputs in renderer.calls] == [{"rgb", "depth"}]


@pytest.mark.parametrize(
    "command",
    [b"vbatch", b"vbatch x", b"vbatch -1", b"vbatch 10001", b"vbatch " + b"9" * 5000, "vbatch \u0663".encode()],
)
def test_a_batch_of_no_sensible_size_is_an_error(start, raw, command):
    client = raw(start())
    assert ask(client, command).startswith(b"error Argument Invalid")
    assert ask(client, b"vget /viewmode") == b"lit"


def test_an_empty_batch_and_a_batch_in_a_batch(start, raw):
    client = raw(start())
    assert ask(client, b"vbatch 0") == b"ok"
    client.send(b"1:vbatch 2", b"2:vbatch 1", b"3:vget /viewmode")
    assert client.receive() == b"1:ok"
    assert client.receive().startswith(b"2:error")
    assert client.receive() == b"3:lit"


def test_half_a_batch_is_never_run(start, raw):
    endpoint = start()
    client = raw(endpoint)
    client.send(b"1:vbatch 2", b"2:vset /viewmode depth")
    client.close()
    assert ask(raw(endpoint), b"vget /viewmode") == b"lit"


def test_a_failing_command_leaves_the_batch_in_step(start, raw):
    client = raw(start())
    client.send(b"1:vbatch 3", b"2:vget /object/nobody/color", b"3:", b"4:vget /viewmode")
    assert [client.receive() for _ in range(4)] == [
        b"1:ok",
        b"2:error Cannot find object 'nobody'",
        b"3:error No handler found for URI ''. Can not find a handler",
        b"4:lit",
    ]


TOKEN = "s3cret"


def test_the_token_opens_and_its_connection_serves(start, raw):
    client = raw(start(token=TOKEN))
    client.send(b"0:vset /studio/token s3cret", b"1:vget /viewmode")
    assert client.receive() == b"0:ok"
    assert client.receive() == b"1:lit"


@pytest.mark.parametrize(
    "first",
    [
        b"vget /viewmode",
        b"vset /studio/token wrong",
        b"vset /studio/token s3cre",
        b"vset /studio/token s3cret2",
        b"s3cret",
        b"vset /studio/token ",
        b"vset /studio/token",
        b"vbatch 2",
        "vset /studio/token \u00e9".encode(),
    ],
)
def test_anything_else_first_is_an_error_and_the_end(start, raw, first):
    endpoint = start(token=TOKEN)
    client = raw(endpoint)
    client.send(b"0:" + first, b"1:vset /viewmode depth", b"2:vset /studio/token s3cret")
    assert client.receive().startswith(b"0:error A token is asked for")
    assert client.receive() is None
    other = raw(endpoint)
    assert ask(other, b"vset /studio/token s3cret") == b"ok"
    assert ask(other, b"vget /viewmode") == b"lit", "nothing of the refused connection was run"


def test_strangers_do_not_hold_the_place_of_the_one_with_the_token(start, raw):
    endpoint = start(token=TOKEN)
    strangers = [raw(endpoint) for _ in range(5)]
    client = raw(endpoint)
    assert ask(client, b"vset /studio/token s3cret") == b"ok"
    strangers[0].send(b"0:vset /studio/token s3cret")
    assert strangers[0].receive() == b"0:error Another client is connected"
    assert ask(client, b"vget /viewmode") == b"lit"


def test_strangers_are_sent_away_after_a_while_and_may_not_send_much(start, raw, monkeypatch):
    monkeypatch.setattr(server, "TOKEN_TIMEOUT_S", 0.2)
    monkeypatch.setattr(server, "TICK_S", 0.05)
    endpoint = start(token=TOKEN)
    silent, talking = raw(endpoint), raw(endpoint)
    talking.socket.sendall(MAGIC + struct.pack("<I", 100_000))
    assert talking.receive() is None
    assert silent.receive() is None


def test_the_token_is_not_logged(start, raw, caplog):
    caplog.set_level("DEBUG")
    endpoint = start(token=TOKEN)
    assert ask(raw(endpoint), b"vset /studio/token s3cret") == b"ok"
    raw(endpoint, greeted=False)
    ask(raw(start(token=TOKEN)), b"vset /studio/token guess-s3cret")
    assert TOKEN not in caplog.text


def test_a_unix_socket_serves_the_same_state(start, raw, tmp_path):
    path = tmp_path / "private" / "studio.socket"
    endpoint = start(unix_socket=path)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with raw(path) as client:
        assert ask(client, b"vset /viewmode depth") == b"ok"
        assert raw(endpoint, greeted=False).receive() is None, "one client at a time, over both"
    assert ask(raw(endpoint), b"vget /viewmode") == b"depth"


def test_a_socket_file_left_behind_is_taken_over_and_one_in_use_is_not(start, raw, tmp_path):
    path = tmp_path / "private" / "studio.socket"
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    start(unix_socket=path)
    assert ask(raw(path), b"vget /viewmode") == b"lit"
    with pytest.raises(OSError, match=r"studio\.socket: Address already in use; choose another path"):
        serve_here(tmp_path, unix_socket=path)


def test_a_unix_socket_in_a_folder_open_to_others_is_refused(tmp_path):
    tmp_path.chmod(0o755)
    with pytest.raises(ValueError, match="mode 0700"):
        serve_here(tmp_path, unix_socket=tmp_path / "s")
    with pytest.raises(ValueError, match="at most 107 bytes"):
        serve_here(tmp_path, unix_socket=tmp_path / ("s" * 120))


def serve_here(folder, **options) -> None:
    """A server that ends at once, or does not begin."""
    from occlusionkit.studio.server.boxes import BoxLibrary

    reading, writing = os.pipe()
    os.close(writing)
    try:
        server.serve(BoxLibrary(), None, folder=folder, lifeline=reading, **{"port": 0, **options})
    finally:
        os.close(reading)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.1", "example.org", "", "::"])
def test_only_loopback_is_listened_on(tmp_path, host):
    assert not is_loopback(host)
    with pytest.raises(ValueError, match="expected a loopback address"):
        serve_here(tmp_path, host=host)


def test_a_port_in_use_is_said_so_with_the_cure(start, tmp_path):
    endpoint = start()
    with pytest.raises(OSError, match=f"port {endpoint.port} on 127.0.0.1 is in use: .* choose another port, or 0"):
        serve_here(tmp_path, port=endpoint.port)
    with pytest.raises(ValueError, match=r"expected 0\.\.65535"):
        serve_here(tmp_path, port=70000)


def test_an_unknown_room_stops_with_the_names_there_are(tmp_path):
    with pytest.raises(ValueError, match="Cannot find room 'attic'; there are: box_room empty_room"):
        serve_here(tmp_path, room="attic")


def test_it_ends_when_nobody_came_for_long(tmp_path, renderer):
    from occlusionkit.studio.server.boxes import BoxLibrary

    thread = threading.Thread(
        target=server.serve, args=(BoxLibrary(), renderer), kwargs={"folder": tmp_path, "port": 0, "idle_s": 0.2}
    )
    thread.start()
    thread.join(5)
    assert not thread.is_alive()


FRAMES = st.one_of(
    st.binary(max_size=64),
    st.builds(lambda payload: MAGIC + struct.pack("<I", len(payload)) + payload, st.binary(min_size=1, max_size=40)),
    st.builds(
        lambda number, text: MAGIC + struct.pack("<I", len(text) + 2) + b"%d:" % number + text,
        st.integers(0, 9),
        st.sampled_from(
            [
                b"vget /objects",
                b"vbatch 2",
                b"vget /camera/0/lit x",
                b"vset /camera/0/size 8 6",
                b"vget /camera/0/depth npy",
            ]
        ),
    ),
    st.builds(lambda size: MAGIC + struct.pack("<I", size), st.integers(0, 2**32 - 1)),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(FRAMES, max_size=5), reads=st.booleans())
def test_whatever_is_sent_the_next_client_is_served(fuzzed, chunks, reads):
    endpoint, raw_client = fuzzed
    with raw_client(endpoint) as client, contextlib.suppress(OSError):
        for chunk in chunks:
            client.socket.sendall(chunk)
        if reads:
            client.socket.settimeout(0.01)
            client.socket.recv(1000)
    with raw_client(endpoint) as client:
        assert client.receive() == b"connected to occlusionkit"
        assert ask(client, b"vget /unrealcv/version") == b"1.1.0"


@pytest.fixture
def fuzzed(start, raw):
    endpoint = start()
    with raw(endpoint) as client:
        return endpoint, type(client)


def test_depth_over_the_wire_is_the_frames(start, raw):
    import io

    client = raw(start())
    depth_cm = np.load(io.BytesIO(ask(client, b"vget /camera/0/depth npy")))
    assert depth_cm[24, 32] == pytest.approx(250)
