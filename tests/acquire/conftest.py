"""A dataset of one or more files, and an HTTP server on the loopback that fails in the ways real ones do."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from occlusionkit.acquire.manifest import Dataset, SourceFile, write_manifest_tables
from occlusionkit.artifacts.pickles import write_compatible_pickle
from occlusionkit.artifacts.zips import write_stored_zip
from occlusionkit.images import encode_jpeg


@dataclass
class FaultyServer:
    """Serves `files`; `faults[path]` is a list of fault names, one used up per request (the last one stays)."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    etag: str | None = '"one"'

    def fault(self, path: str) -> str:
        waiting = self.faults.get(path, [])
        return waiting.pop(0) if len(waiting) > 1 else (waiting[0] if waiting else "")


def _handler(server: FaultyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            server.requests.append((self.path, asked))
            path = self.path.split("?")[0]
            fault = server.fault(path)
            self.close_connection = True
            if path not in server.files:
                self._send(404, b"not here")
            elif fault.startswith("status-"):
                self._send(int(fault.removeprefix("status-")), b"busy", {"Retry-After": "0"})
            elif fault == "html":
                self._send(200, b"<html><head><title>Portal login</title></head></html>", {"Content-Type": "text/html"})
            elif fault == "html-as-binary":
                self._send(200, b"<!DOCTYPE html><title>Sorry</title>" + b" " * 3000)
            elif fault == "drive-form" and "confirm" not in self.path:
                page = b'<form id="download-form" action="/confirmed" method="get"><input type="hidden" name="id" '
                self._send(
                    200, page + b'value="F"><input name="confirm" value="t"></form>', {"Content-Type": "text/html"}
                )
            elif fault == "drive-quota":
                self._send(200, b"<title>Google Drive - Quota exceeded</title>", {"Content-Type": "text/html"})
            else:
                self._serve(server.files[path], asked, fault)

        def _serve(self, data: bytes, asked: str | None, fault: str) -> None:
            changed = self.headers.get("If-Range") not in (None, server.etag)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            headers = {"ETag": server.etag} if server.etag else {}
            if asked and not changed and fault != "ignore-range":
                if start >= len(data):
                    self._send(416, b"", {"Content-Range": f"bytes */{len(data)}"})
                    return
                told = start + 3 if fault == "wrong-range" else start
                headers["Content-Range"] = f"bytes {told}-{len(data) - 1}/{len(data)}"
                body, status = data[start:], 206
            else:
                body, status = data, 200
            if fault == "cut":
                self._send(status, body[: max(len(body) // 2, 1)], {**headers, "Content-Length": str(len(body))})
            elif fault == "short":
                self._send(status, body[: len(body) // 2], headers)
            elif fault == "long":
                self._send(status, body + b"tail", headers)
            elif fault == "no-length":
                self._send(status, body, headers, length=False)
            elif fault == "flip":
                self._send(status, bytes([body[0] ^ 1]) + body[1:], headers)
            else:
                self._send(status, body, headers)

        def _send(
            self, status: int, body: bytes, headers: dict[str, str] | None = None, *, length: bool = True
        ) -> None:
            self.send_response(status)
            given = {"Content-Type": "application/octet-stream", **(headers or {})}
            if length:
                given.setdefault("Content-Length", str(len(body)))
            for name, value in given.items():
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

    return Handler


@pytest.fixture
def faulty_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = FaultyServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    http.daemon_threads = True
    server.address = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def make_dataset() -> Callable[..., Dataset]:
    """make_dataset({"a.zip": bytes}, address=..., published=("md5",), source=...) -> a free dataset named toy."""

    def make(
        files: dict[str, bytes],
        *,
        address: str = "",
        published: tuple[str, ...] = ("bytes", "md5"),
        source: str = "http",
        restricted: bool = False,
        archive: str = "",
        action: str = "extract",
    ) -> Dataset:
        rows = tuple(
            SourceFile(
                dataset="toy",
                name=name,
                archive=archive or name,
                bytes=len(data) if "bytes" in published else None,
                md5=hashlib.md5(data).hexdigest() if "md5" in published else None,
                sha256=hashlib.sha256(data).hexdigest() if "sha256" in published else None,
                source=source,
                address=f"{address}/{name}" if source == "http" else address,
                action=action,
                target=".",
            )
            for name, data in files.items()
        )
        return Dataset(
            name="toy",
            title="Toy",
            family="toy",
            version="1",
            enabled=True,
            restricted=restricted,
            licence="for play only",
            terms_page="https://example.org/terms",
            page="https://example.org/toy",
            counts={},
            instructions="Ask for it",
            notice="",
            files=rows,
        )

    return make


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def write_manifest() -> Callable[[Path, Dataset], Path]:
    """write_manifest(folder, dataset) -> the folder, holding the two tables of that one dataset."""

    def write(folder: Path, dataset: Dataset) -> Path:
        write_manifest_tables(folder, [dataset])
        return folder

    return write


@dataclass(frozen=True)
class TinyOcclusionPerson:
    """A made-up Occlusion-Person dataset in the official layout: two videos, three cameras, two frames each."""

    root: Path
    items: dict[str, list[dict[str, Any]]]


def _item(rng: np.random.Generator, video: str, camera: int, frame: int) -> dict[str, Any]:
    """One annotation item whose world, camera and image coordinates agree (mm, px); T is the camera's centre."""
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    rotation *= np.sign(np.linalg.det(rotation))
    centre_mm = rng.normal(size=(3, 1)) * 1000
    joints_camera = np.column_stack([rng.uniform(-600, 600, (15, 2)), rng.uniform(2500, 4000, 15)])
    joints_world = (rotation.T @ joints_camera.T + centre_mm).T
    focal, (width, height) = 60.0, (96, 54)
    joints_2d = joints_camera[:, :2] / joints_camera[:, 2:] * focal + (width / 2, height / 2)
    inside = np.ones((15, 1))
    visible = inside * (rng.random((15, 1)) > 0.2)
    _, action, subaction, subject, _ = re.split(r"a|_sa|_s|_sce", video)[:5]
    return {
        "image": f"{video}/{camera:02d}_{frame:06d}.jpg",
        "joints_2d": joints_2d, "joints_3d": joints_camera, "joints_gt": joints_world,
        "joints_vis": inside, "joints_vis_2d": visible,
        "center": np.array([48.0, 27.0]), "scale": np.array([0.4, 0.4]), "box": np.array([8.0, 2.0, 88.0, 52.0]),
        "video_id": video, "image_id": frame, "subject": int(subject), "action": int(action),
        "subaction": int(subaction), "camera_id": camera, "source": "unrealcv",
        "camera": {
            "R": rotation, "T": centre_mm, "fx": np.float64(focal), "fy": np.float64(focal),
            "cx": np.float64(width / 2), "cy": np.float64(height / 2), "k": np.zeros((3, 1)), "p": np.zeros((2, 1)),
            "name": str(camera),
        },
    }  # fmt: skip


@pytest.fixture
def tiny_occlusion_person(tmp_path: Path) -> TinyOcclusionPerson:
    rng = np.random.default_rng(11)
    root = tmp_path / "direct"
    videos = {"train": "a05_sa01_s14_sce00", "validation": "a06_sa02_s03_sce08"}
    items = {split: [_item(rng, video, camera, frame) for frame in (0, 5) for camera in (0, 3, 7)]
             for split, video in videos.items()}  # fmt: skip
    with write_stored_zip(root / "unrealcv" / "images.zip") as archive:
        for item in sorted((i for split in items.values() for i in split), key=lambda i: i["image"]):
            pixels = rng.integers(0, 255, (54, 96, 3), np.uint8)
            archive.add(f"images/{item['image']}", encode_jpeg(pixels, quality=80))
    for split, listed in items.items():
        write_compatible_pickle(root / "unrealcv" / "annot" / f"unrealcv_{split}.pkl", listed)
    return TinyOcclusionPerson(root, items)
