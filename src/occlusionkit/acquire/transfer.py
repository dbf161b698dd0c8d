"""One file over HTTP, in as many pieces as the line allows, into a partial file that is only ever continued safely.

Ranges are asked for with If-Range where the server gave a strong validator, so that a file that changed meanwhile
starts anew. Nothing here decides that the bytes are right: the caller compares size and hashes.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import requests
from urllib3.exceptions import HTTPError

from occlusionkit.artifacts.atomic import write_json

from . import drive
from .checksums import BLOCK, Digest, Hasher, hash_stream
from .progress import Progress

LONGEST_WAIT_S = 60.0
# A page is read this far to find its form or its title; no confirmation page is longer.
PAGE_BYTES = 1 << 20
_RETRY_STATUS = {408, 425, 429, 500, 502, 503, 504}
_CONTENT_RANGE = re.compile(r"^bytes (?P<start>\d+)-(?P<end>\d+)/(?P<total>\d+|\*)$")


class TransferError(OSError):
    """The line or the server failed more often than allowed; what came is kept."""


class WrongFileError(OSError):
    """The server answers, but not with this file: trying again at once would not help. What came before is kept."""


class _Interrupted(Exception):
    """This attempt ended early; another one may continue."""

    def __init__(self, reason: str, *, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass
class Transfer:
    """One download. `run` may be called once; `sleep` is there for tests.

    retries: how many attempts in a row may bring no byte; expected_bytes: None when unknown; hash_is_known: whether the
    caller can detect a wrong mixture, without which a file that has no validator is never continued.
    """

    url: str
    partial: Path
    state: Path
    expected_bytes: int | None
    hash_is_known: bool
    confirm: bool
    retries: int
    wait_s: float
    timeout_s: float
    need_space: Callable[[int], None]
    sleep: Callable[[float], None] = time.sleep
    _total: int | None = field(default=None, init=False)
    _whole: bool = field(default=False, init=False)
    _hasher: Hasher = field(default_factory=Hasher, init=False)

    def run(self, progress: Progress) -> Digest:
        """Fetch until whole; returns the digest of what lies in `partial`. Raises TransferError, WrongFileError."""
        self.partial.parent.mkdir(parents=True, exist_ok=True)
        idle = 0
        with requests.Session() as session, self.partial.open("a+b") as file:
            self._continue_from(file, progress)
            while not self._whole:
                before = file.tell()
                try:
                    self._attempt(session, file, progress)
                except (_Interrupted, requests.RequestException, HTTPError) as error:
                    idle = 0 if file.tell() > before else idle + 1
                    if idle > self.retries:
                        raise TransferError(f"gave up: {idle} attempts in a row got no further: {error}") from error
                    wait_s = error.wait_s if isinstance(error, _Interrupted) else None
                    pause_s = self.wait_s * 2 ** max(idle - 1, 0) if wait_s is None else wait_s
                    self.sleep(min(pause_s, LONGEST_WAIT_S))
        return self._hasher.digest()

    def _continue_from(self, file: BinaryIO, progress: Progress) -> None:
        """Hash what is there already; throw it away where nobody could tell whether its rest belongs to it."""
        saved = self._saved()
        if saved.get("url") != self.url or not (saved.get("validator") or self.hash_is_known):
            self._restart(file)
        file.seek(0)
        hash_stream(file, hasher=self._hasher, progress=progress)
        self._total = saved.get("total") if file.tell() else None

    def _restart(self, file: BinaryIO) -> None:
        """Forget the bytes that came."""
        file.truncate(0)
        file.seek(0)
        self._hasher = Hasher()

    def _saved(self) -> dict[str, Any]:
        try:
            saved = json.loads(self.state.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return saved if isinstance(saved, dict) else {}

    def _attempt(self, session: requests.Session, file: BinaryIO, progress: Progress) -> None:
        start = file.tell()
        expected = self.expected_bytes if self.expected_bytes is not None else self._total
        if start > 0 and start == expected:
            self._whole = True
            return
        with self._answer(session, start) as response:
            if response.status_code == 416:
                self._restart(file)
                raise _Interrupted("the server's file is shorter than what is here", wait_s=0)
            if response.status_code == 200 and start:
                self._restart(file)  # it ignores Range, or the file changed: begin again with what it sends
            if response.status_code == 206 and _range_start(response) != start:
                self._restart(file)
                raise _Interrupted(f"asked for bytes from {start}, got {response.headers.get('Content-Range')!r}")
            length = self._check_answer(response, file.tell())
            self._receive(response, file, progress, length)

    @contextmanager
    def _answer(self, session: requests.Session, start: int) -> Iterator[requests.Response]:
        """The response whose body is the file, after Drive's confirmation where that is asked for."""
        headers = {"Accept-Encoding": "identity", **self._range_headers(start)}
        url, confirmed = self.url, False
        while True:
            with session.get(url, headers=headers, stream=True, timeout=self.timeout_s) as response:
                page = self._page(response)
                if page is None:
                    yield response
                    return
                if not self.confirm or confirmed:
                    raise WrongFileError(
                        f"the server answered with a web page titled {drive.page_title(page)!r} instead of the file"
                    )
                try:
                    url, confirmed = drive.confirm_url(page, response.url), True
                except drive.DriveRefusedError as error:
                    raise WrongFileError(f"Google Drive: {error}") from error

    def _range_headers(self, start: int) -> dict[str, str]:
        if start == 0:
            return {}
        validator = self._saved().get("validator")
        return {"Range": f"bytes={start}-", **({"If-Range": validator} if validator else {})}

    def _page(self, response: requests.Response) -> str | None:
        """The text of an HTML answer, None for anything else; other failures are raised here."""
        status = response.status_code
        if status in _RETRY_STATUS:
            raise _Interrupted(f"the server says {status} {response.reason}", wait_s=_retry_after(response))
        if status not in (200, 206, 416):
            raise WrongFileError(f"the server says {status} {response.reason}")
        if status == 416 or response.headers.get("Content-Type", "").split(";")[0].strip().lower() != "text/html":
            return None
        return bytes(response.raw.read(PAGE_BYTES)).decode("utf-8", "replace")

    def _check_answer(self, response: requests.Response, start: int) -> int | None:
        """Compare the headers with what we asked for and know; returns the number of bytes to come, if told."""
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise WrongFileError(f"the server sends it {encoding}-compressed though asked not to")
        told = response.headers.get("Content-Length")
        length = int(told) if told is not None and told.isdigit() else None
        total = start + length if length is not None else None
        if response.status_code == 206:
            match = _CONTENT_RANGE.match(response.headers["Content-Range"])
            assert match is not None  # _range_start saw to it
            total = int(match["total"]) if match["total"] != "*" else None
            length = int(match["end"]) - start + 1
        if self.expected_bytes is not None and total is not None and total != self.expected_bytes:
            raise WrongFileError(f"the server's file has {total:,} bytes, expected {self.expected_bytes:,}")
        chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
        if total is None and self.expected_bytes is None and not (self.hash_is_known or chunked):
            raise WrongFileError("the server does not say how long it is, so a cut line would go unnoticed")
        if total is not None:
            self.need_space(total - start)
        self._total = total if total is not None else self._total
        write_json(self.state, {"url": self.url, "validator": _validator(response), "total": self._total})
        return length

    def _receive(self, response: requests.Response, file: BinaryIO, progress: Progress, length: int | None) -> None:
        """Append the body. Returns when it ended as announced, raises _Interrupted when it did not."""
        left = length
        first = file.tell() == 0
        for block in response.raw.stream(BLOCK, decode_content=False):
            if first and _looks_like_page(block):
                page = block[:PAGE_BYTES].decode("utf-8", "replace")
                raise WrongFileError(f"the body is a web page titled {drive.page_title(page)!r}, not the file")
            first = False
            if self.expected_bytes is not None and file.tell() + len(block) > self.expected_bytes:
                self._restart(file)
                raise WrongFileError(f"the server sends more than the expected {self.expected_bytes:,} bytes")
            file.write(block)
            self._hasher.update(block)
            progress.update(len(block))
            left = left - len(block) if left is not None else None
        if left:
            raise _Interrupted(f"the line was cut {left:,} bytes before the end")
        end = self.expected_bytes if self.expected_bytes is not None else self._total
        if end is not None and file.tell() < end:
            raise _Interrupted(f"the answer ended {end - file.tell():,} bytes before the end of the file")
        self._whole = True


def _range_start(response: requests.Response) -> int | None:
    match = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
    return int(match["start"]) if match else None


def _validator(response: requests.Response) -> str | None:
    """A strong ETag, or the time of change: what If-Range may carry. Weak tags promise no equal bytes."""
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else response.headers.get("Last-Modified")


def _retry_after(response: requests.Response) -> float | None:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isdigit() else None


def _looks_like_page(block: bytes) -> bool:
    return block[:512].lstrip().lower().startswith((b"<!doctype html", b"<html"))
