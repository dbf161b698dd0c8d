"""A box world, a renderer that shares no code with the project's, and a server in a thread."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from occlusionkit.geometry import Camera
from occlusionkit.studio.server import FilmDefaults, serve
from occlusionkit.studio.server.boxes import BoxLibrary
from occlusionkit.studio.server.commands import make_dispatcher
from occlusionkit.studio.server.server import Endpoint
from occlusionkit.studio.server.stage import Stage
from occlusionkit.studio.server.state import Studio, open_room
from occlusionkit.studio.server.views import Views
from occlusionkit.studio.world import Frame, Output, World

MAGIC = bytes.fromhex("c1832b9e")


class RayRenderer:
    """Every pixel's ray against every triangle, in numpy. rgb is (instance, column, row) modulo 256."""

    name = "rays"
    description = "rays: every pixel against every triangle"

    def __init__(self) -> None:
        self.calls: list[tuple[str, frozenset[Output]]] = []
        self.failing = False
        self.may_draw = threading.Event()
        self.may_draw.set()

    def render(self, world: World, camera: Camera, *, outputs: frozenset[Output]) -> Frame:
        if self.failing:
            raise RuntimeError("the renderer is out of order")
        self.calls.append((world.name, outputs))
        assert self.may_draw.wait(10)
        height, width = camera.size_hw
        columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        rays = np.stack([columns, rows, np.ones_like(columns)], axis=-1).reshape(-1, 3)
        directions = rays @ np.linalg.inv(camera.intrinsics).T @ camera.rotation_world_to_camera
        depth = np.full(len(directions), np.inf)
        instance = np.zeros(len(directions), dtype=np.int32)
        normal = np.zeros((len(directions), 3), dtype=np.float32)
        for item in world.items:
            if not item.visible:
                continue
            matrix = item.local_to_world
            vertices = item.mesh.vertices.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
            for a, b, c in vertices[item.mesh.faces]:
                across = np.cross(b - a, c - a)
                slope = directions @ across
                with np.errstate(divide="ignore", invalid="ignore"):
                    t = ((a - camera.center_world) @ across) / slope
                    hit = camera.center_world + t[:, None] * directions
                    edges = ((a, b), (b, c), (c, a))
                    inside = [np.cross(q - p, hit - p) @ across >= -1e-12 for p, q in edges]
                    nearer = (t > 0.1) & (t < depth) & inside[0] & inside[1] & inside[2]
                depth[nearer] = t[nearer]
                instance[nearer] = item.instance
                normal[nearer] = across / np.linalg.norm(across)
        shape = (height, width)
        instance = instance.reshape(shape)
        rgb = np.stack([instance, np.floor(columns), np.floor(rows)], axis=-1).astype(np.int64) % 256
        return Frame(
            rgb=rgb.astype(np.uint8) if "rgb" in outputs else None,
            depth_m=np.where(np.isfinite(depth), depth, 0).astype(np.float32).reshape(shape)
            if "depth" in outputs
            else None,
            instance=instance if "instance" in outputs else None,
            normal=normal.reshape(*shape, 3) if "normal" in outputs else None,
        )

    def render_many(self, world: World, cameras: Sequence[Camera], *, outputs: frozenset[Output]) -> list[Frame]:
        return [self.render(world, camera, outputs=outputs) for camera in cameras]

    def close(self) -> None:
        pass


@pytest.fixture
def renderer() -> RayRenderer:
    return RayRenderer()


@pytest.fixture
def stage(tmp_path: Path, renderer: RayRenderer) -> Stage:
    """The commands without a socket: box_room, images of 64 x 48."""
    dispatcher = make_dispatcher()
    library, film = BoxLibrary(), FilmDefaults(size_hw=(48, 64))
    studio = Studio(
        library=library,
        views=Views(renderer),
        folder=tmp_path.resolve(),
        film=film,
        port=9000,
        templates=tuple((route.template, route.description) for route in dispatcher.routes),
    )
    return Stage(studio, dispatcher, open_room(library, "box_room", film))


@pytest.fixture
def ask(stage: Stage):
    """Run commands, and give the last one's answer."""

    def run(*commands: str) -> str:
        answers = [next(stage.run([command])) for command in commands]
        return bytes(answers[-1]).decode()

    return run


class RawClient:
    """Frames by hand, so that they may be wrong."""

    def __init__(self, endpoint: Endpoint | Path, timeout_s: float = 5.0) -> None:
        if isinstance(endpoint, Path):
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.connect(str(endpoint))
        else:
            self.socket = socket.create_connection((endpoint.host, endpoint.port))
        self.socket.settimeout(timeout_s)

    def send(self, *payloads: bytes) -> None:
        self.socket.sendall(b"".join(MAGIC + struct.pack("<I", len(payload)) + payload for payload in payloads))

    def receive(self) -> bytes | None:
        """The next payload, None when the server closed."""
        header = self.exactly(8)
        if header is None:
            return None
        assert header[:4] == MAGIC
        return self.exactly(struct.unpack("<I", header[4:])[0])

    def exactly(self, count: int) -> bytes | None:
        received = b""
        while len(received) < count:
            try:
                more = self.socket.recv(count - len(received))
            except ConnectionResetError:
                more = b""
            if not more:
                assert not received, "the server closed in the middle of a frame"
                return None
            received += more
        return received

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.fixture
def raw():
    """Open raw clients, which are closed with the test."""
    clients: list[RawClient] = []

    def connect(endpoint: Endpoint | Path, *, greeted: bool = True, timeout_s: float = 5.0) -> RawClient:
        clients.append(RawClient(endpoint, timeout_s))
        if greeted:
            assert clients[-1].receive() == b"connected to occlusionkit"
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@contextmanager
def running_server(folder: Path, renderer: RayRenderer, **options: object) -> Iterator[Endpoint]:
    ready = threading.Event()
    endpoints: list[Endpoint] = []

    def on_ready(endpoint: Endpoint) -> None:
        endpoints.append(endpoint)
        ready.set()

    lifeline, held = os.pipe()
    arguments = {"folder": folder, "port": 0, "film": FilmDefaults(size_hw=(48, 64)), **options}
    thread = threading.Thread(
        target=serve, args=(BoxLibrary(), renderer), kwargs={**arguments, "lifeline": lifeline, "on_ready": on_ready}
    )
    thread.start()
    try:
        assert ready.wait(5.0)
        yield endpoints[0]
    finally:
        os.close(held)
        thread.join(5.0)
        os.close(lifeline)
        assert not thread.is_alive(), "the server did not end with its lifeline"


@pytest.fixture
def start(tmp_path: Path, renderer: RayRenderer):
    """Start servers with these options; they end with the test."""
    running = []

    def run(**options: object) -> Endpoint:
        context = running_server(tmp_path, renderer, **options)
        running.append(context)
        return context.__enter__()

    yield run
    for context in running:
        context.__exit__(None, None, None)


def numbers(text: str) -> Sequence[float]:
    return [float(word) for word in text.split()]
