"""The client against a server that says what it is told to, and that leaves when it is told to."""

from __future__ import annotations

import io
import json
import socket
import struct
import threading
import time

import numpy as np
import pytest

from occlusionkit.capture import client as client_module
from occlusionkit.capture.client import (
    Address,
    CameraPlace,
    ServerGone,
    ServerSilent,
    UnrealClient,
    UnrealError,
    read_joints,
    read_views,
    view_commands,
)
from occlusionkit.capture.decoding import InstanceTable
from occlusionkit.geometry import look_at_rotation
from occlusionkit.skeletons import OCCLUSION_PERSON
from occlusionkit.unreal import camera_from_unreal

MAGIC = 0x9E2B83C1
CLOSE = object()


class Script:
    """A server of one connection. answer: from a command to the reply's body, CLOSE, or None for silence."""

    def __init__(self, answer, *, greeting: bytes | None = b"connected to script") -> None:
        self.answer = answer
        self.greeting = greeting
        self.commands: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = Address(port=self.listener.getsockname()[1])
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            if self.greeting is None:
                return
            self.send(connection, self.greeting)
            while (header := self.exactly(connection, 8)) is not None:
                payload = self.exactly(connection, struct.unpack("<II", header)[1])
                if payload is None:
                    return
                number, _, command = payload.partition(b":")
                self.commands.append(command.decode())
                body = self.answer(command.decode())
                if body is CLOSE:
                    return
                if body is not None:
                    self.send(connection, number + b":" + body)

    def send(self, connection: socket.socket, payload: bytes) -> None:
        connection.sendall(struct.pack("<II", MAGIC, len(payload)) + payload)

    def exactly(self, connection: socket.socket, count: int) -> bytes | None:
        received = b""
        while len(received) < count:
            try:
                more = connection.recv(count - len(received))
            except OSError:
                return None
            if not more:
                return None
            received += more
        return received

    def close(self) -> None:
        self.listener.close()
        self.thread.join(5)
        assert not self.thread.is_alive()


@pytest.fixture
def script():
    scripts: list[Script] = []
    clients: list[UnrealClient] = []

    def connect(answer, *, timeout_s: float = 5.0, **options):
        scripts.append(Script(answer, **options))
        clients.append(UnrealClient(scripts[-1].address, timeout_s=timeout_s, connect_timeout_s=1.0))
        return clients[-1], scripts[-1]

    yield connect
    for client in clients:
        client.close()
    for each in scripts:
        with socket.socket() as poke:  # lets a script go on that still waits for its client
            poke.settimeout(1)
            poke.connect_ex((each.address.host, each.address.port))
        each.close()


def echo(command: str) -> bytes:
    return command.encode()


def test_it_asks_and_gets_the_text(script):
    client, server = script(echo)
    assert client.ask("vget /unrealcv/status") == "vget /unrealcv/status"
    assert server.commands == ["vget /unrealcv/status"], "nothing is sent that was not asked for"


def test_an_error_names_the_command_and_the_reply(script):
    client, _ = script(lambda command: b"error Cannot find object")
    with pytest.raises(
        UnrealError, match=r"'vget /object/x/color' was answered with: error Cannot find object"
    ) as raised:
        client.ask("vget /object/x/color")
    assert raised.value.command == "vget /object/x/color"


def test_batches_are_announced_and_replies_stay_in_step_after_an_error(script):
    client, server = script(lambda command: b"error no" if "bad" in command else command.encode())
    assert client.batch(["a", "b"]) == ["a", "b"]
    with pytest.raises(UnrealError, match="'bad'"):
        client.batch(["a", "bad", "b"])
    assert client.ask("c") == "c"
    assert server.commands == ["vbatch 2", "a", "b", "vbatch 3", "a", "bad", "b", "c"]


def test_batches_are_submitted_ahead_and_collected_in_order(script):
    client, _ = script(echo)
    client.submit(["a"])
    client.submit(["b", "c"])
    with pytest.raises(ValueError, match="collect the submitted batches first"):
        client.ask("d")
    assert client.collect() == ["a"]
    assert client.collect() == ["b", "c"]
    with pytest.raises(ValueError, match="no batch was submitted"):
        client.collect()


def test_images_are_bytes_and_their_errors_are_errors(script):
    client, _ = script(lambda command: b"ok" if "vbatch" in command else b"\x93NUMPY\xff")
    assert bytes(client.batch(["vget /camera/0/depth npy"])[0]) == b"\x93NUMPY\xff"
    client, _ = script(lambda command: b"ok" if "vbatch" in command else b"error Captured data is empty")
    with pytest.raises(UnrealError, match="Captured data is empty"):
        client.batch(["vget /camera/0/depth npy"])


def test_a_server_that_ends_is_one_clear_error_at_once(script):
    client, _ = script(lambda command: CLOSE)
    began_s = time.monotonic()
    with pytest.raises(
        ServerGone, match=r"closed the connection instead of sending the reply to 'vget /camera/0/lit bmp'"
    ):
        client.ask("vget /camera/0/lit bmp")
    with pytest.raises(ServerGone, match="closed the connection before 'vget /viewmode' was sent"):
        client.ask("vget /viewmode")
    assert time.monotonic() - began_s < 1


def test_a_server_that_ends_in_the_middle_of_a_reply_is_the_same(script):
    class Half(Script):
        def send(self, connection, payload):
            frame = struct.pack("<II", MAGIC, len(payload)) + payload
            connection.sendall(frame if payload.startswith(b"connected") else frame[:-2])

    server = Half(lambda command: echo(command) if "once" in command else CLOSE)
    with UnrealClient(server.address, timeout_s=5) as client:
        client._link.send_commands(["once", "then"])
        with pytest.raises(ServerGone, match="instead of sending the reply to 'once'"):
            client._receive(["once"])
    server.close()


def test_a_silent_server_is_said_to_be_silent(script):
    client, _ = script(lambda command: None, timeout_s=0.2)
    with pytest.raises(ServerSilent, match=r"127.0.0.1:\d+ did not send the reply to 'vget /scene/name' in time"):
        client.ask("vget /scene/name")


def test_a_reply_of_another_number_is_not_taken(script):
    client, server = script(echo)
    server.send = lambda connection, payload: Script.send(server, connection, b"7:late")
    with pytest.raises(ServerGone, match="expected reply 0, to 'a', found b'7:late'"):
        client.ask("a")


def test_nothing_listens(unused_port):
    with pytest.raises(ServerGone, match=rf"nothing listens at 127\.0\.0\.1:{unused_port}: is the server running\?"):
        UnrealClient(Address(port=unused_port))


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_server_that_serves_somebody_else_closes_without_a_greeting(script):
    with pytest.raises(ServerGone, match="serves one client at a time"):
        script(echo, greeting=None)


def test_something_that_is_no_unrealcv_is_said_to_be_none(script):
    with pytest.raises(ServerGone, match="is not an UnrealCV server: it greets with b'hello'"):
        script(echo, greeting=b"hello")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: listener.accept()[0].sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n"))
        thread.start()
        with pytest.raises(ServerGone, match="does not speak UnrealCV: its greeting began with 0x2d485353"):
            UnrealClient(Address(port=listener.getsockname()[1]))
        thread.join()


def test_a_port_that_accepts_and_says_nothing_times_out():
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(ServerSilent, match="did not send its greeting"),
    ):
        UnrealClient(Address(port=listener.getsockname()[1]), connect_timeout_s=0.2)


def test_a_refused_token_is_not_in_the_error():
    server = Script(lambda command: b"error A token is asked for: it is not s3cret")
    with pytest.raises(ServerGone, match="refused the token") as raised:
        UnrealClient(Address(port=server.address.port, token="s3cret"))
    assert "s3cret" not in str(raised.value)
    assert "s3cret" not in repr(Address(token="s3cret"))
    assert raised.value.__cause__ is None
    server.close()


def test_the_first_command_shows_the_token():
    server = Script(lambda command: b"ok")
    with UnrealClient(Address(port=server.address.port, token="s3cret")):
        pass
    server.close()
    assert server.commands == ["vset /studio/token s3cret"]


def test_places_are_sent_without_exponents_and_without_a_digit_lost(script):
    client, server = script(lambda command: b"camera0 camera1" if command == "vget /cameras" else b"ok")
    place = CameraPlace((0.1 + 0.2, 1e-7, -1e22), (0.0, -90.0, 12.345), 75.0, (360, 640))
    client.place_cameras([place] * 3)
    assert server.commands[1:3] == ["vbatch 13", "vset /cameras/spawn"]
    assert server.commands[3:7] == [
        "vset /camera/0/location 0.30000000000000004 0.0000001 -10000000000000000000000.0",
        "vset /camera/0/rotation 0.0 -90.0 12.345",
        "vset /camera/0/fov 75.0",
        "vset /camera/0/size 640 360",
    ]
    assert tuple(float(word) for word in server.commands[3].split()[2:]) == place.location_cm


def test_a_place_is_our_camera():
    place = CameraPlace((100.0, 200.0, 300.0), (0.0, 90.0, 0.0), 90.0, (48, 64))
    camera = place.camera()
    np.testing.assert_allclose(camera.center_world, [1, -2, 3])
    # Yaw 90 looks along Unreal's Y: our -Y.
    np.testing.assert_allclose(camera.rotation_world_to_camera, look_at_rotation([1, -2, 3], [1, -5, 3]), atol=1e-15)


def test_a_camera_is_where_the_server_says(script):
    replies = {"location": b"1.000 2.000 3.000", "rotation": b"4 5 6", "fov": b"75.000000", "size": b"640 360"}
    client, _ = script(lambda command: replies.get(command.rpartition("/")[2], b"ok"))
    assert client.camera_place(3) == CameraPlace((1, 2, 3), (4, 5, 6), 75.0, (360, 640))


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def png(rgb: np.ndarray) -> bytes:
    import cv2

    return cv2.imencode(".png", rgb[..., ::-1])[1].tobytes()


def test_grab_gives_every_camera_its_view(script):
    def answer(command: str) -> bytes:
        if command == "vget /objects":
            return b"floor table "
        if command.endswith("color"):
            return b"(R=9,G=0,B=0,A=255)" if "floor" in command else b"(R=0,G=9,B=0,A=255)"
        camera = int(command.split("/")[2]) if "/camera/" in command else 0
        if "depth" in command:
            return npy(np.full((2, 3), 100.0 * (camera + 1), np.float32))
        if "object_mask" in command:
            return png(np.full((2, 3, 3), [[[0, 9, 0]]], np.uint8))
        return png(np.full((2, 3, 3), camera, np.uint8)) if "lit" in command else b"ok"

    client, server = script(answer)
    views = client.grab([4, 2])
    assert [view.rgb[0, 0, 0] for view in views] == [4, 2]
    assert [view.depth_m[0, 0] for view in views] == [5.0, 3.0]
    assert [view.instance[0, 0] for view in views] == [2, 2]
    assert [c for c in server.commands if "camera" in c] == [
        f"vget /camera/{camera}/{mode}" for camera in (4, 2) for mode in ("lit bmp", "depth npy", "object_mask bmp")
    ]
    (view,) = client.grab([1], ["depth"])
    assert view.rgb is None
    assert view.instance is None
    assert client.object_colors() == {"floor": (9, 0, 0), "table": (0, 9, 0)}


def test_views_are_not_read_wrongly():
    with pytest.raises(ValueError, match="found flow"):
        view_commands([0], ["lit", "flow"])
    with pytest.raises(ValueError, match="found none"):
        view_commands([0], [])
    depth = memoryview(npy(np.ones((2, 3), np.float32)))
    with pytest.raises(ValueError, match="found text among them"):
        read_views([depth, "ok", depth], ["depth"])
    with pytest.raises(ValueError, match="an InstanceTable must say"):
        read_views([memoryview(png(np.zeros((2, 3, 3), np.uint8)))], ["object_mask"])
    read_views([memoryview(png(np.zeros((2, 3, 3), np.uint8)))], ["object_mask"], instances=InstanceTable({}))


def test_joints_come_by_name_in_our_world():
    by_name = {joint: [100.0 * i, 200.0, 50.0] for i, joint in enumerate(reversed(OCCLUSION_PERSON.joints))}
    joints = read_joints(json.dumps(by_name))
    np.testing.assert_allclose(joints[:, 0], np.arange(15)[::-1])
    np.testing.assert_allclose(joints[0], [14, -2, 0.5])
    del by_name["neck"]
    with pytest.raises(ValueError, match="without neck"):
        read_joints(json.dumps(by_name))


def test_image_commands_are_told_from_texts():
    assert client_module.IMAGE_COMMAND.fullmatch("vget /camera/10/object_mask png")
    assert not client_module.IMAGE_COMMAND.fullmatch("vget /camera/0/lit file.png")
    assert not client_module.IMAGE_COMMAND.fullmatch("vget /camera/0/location")


def test_the_servers_camera_is_the_conversions():
    place = CameraPlace((10.0, -20.0, 150.0), (-10.0, 33.0, 0.0), 80.0, (36, 64))
    expected = camera_from_unreal(np.array(place.location_cm), place.rotator_deg, 80.0, (36, 64))
    np.testing.assert_array_equal(place.camera().intrinsics, expected.intrinsics)
    assert place.camera().intrinsics[0, 0] == pytest.approx(32 / np.tan(np.radians(40)))
