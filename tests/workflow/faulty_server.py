"""An HTTP server on the loopback that fails in the ways real ones do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


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


@contextmanager
def serving() -> Iterator[FaultyServer]:
    """A server on a free port, for the length of the block."""
    server = FaultyServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    http.daemon_threads = True
    server.address = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
