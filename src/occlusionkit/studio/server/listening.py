"""Sockets to listen on: loopback only, or a Unix socket in a folder that only this user can enter."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BACKLOG = 16
# sun_path of Linux holds 108 bytes with the closing zero.
MAX_UNIX_PATH_BYTES = 107


@contextmanager
def listen_tcp(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket on loopback; ValueError for another host, OSError with a cure where the port is taken."""
    if not is_loopback(host):
        raise ValueError(f"host: expected a loopback address such as 127.0.0.1, found {host!r}; reach it by ssh -L")
    if not 0 <= port <= 65535:
        raise ValueError(f"port: expected 0..65535 (0 takes a free one), found {port}")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = (
                    f"port {port} on {host} is in use: end what listens there, choose another port, or 0 for a free one"
                )
                raise OSError(errno.EADDRINUSE, message) from None
            raise
        listener.listen(BACKLOG)
        listener.setblocking(False)
        yield listener


@contextmanager
def listen_unix(path: Path) -> Iterator[socket.socket]:
    """A listening socket at a path whose folder is ours alone (0700; made so where missing); removed at the end."""
    if len(os.fsencode(path)) > MAX_UNIX_PATH_BYTES:
        raise ValueError(f"unix socket: expected a path of at most {MAX_UNIX_PATH_BYTES} bytes, found {path}")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = path.parent.stat()
    if folder.st_uid != os.getuid() or stat.S_IMODE(folder.st_mode) & 0o077:
        raise ValueError(f"unix socket: expected a folder of this user's with mode 0700, found {path.parent}")
    if path.is_socket() and not _answers(path):
        path.unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            listener.bind(str(path))
        except OSError as error:
            raise OSError(error.errno, f"unix socket {path}: {error.strerror}; choose another path") from None
        try:
            listener.listen(BACKLOG)
            listener.setblocking(False)
            yield listener
        finally:
            path.unlink(missing_ok=True)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False


def _answers(path: Path) -> bool:
    """Whether a server listens at this socket file; one that was killed leaves the file behind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
