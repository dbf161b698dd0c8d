"""`python -m occlusionkit.studio.server`: a server as a process of its own, as a capture job starts it.

Standard input, with --child-of: one JSON line `{"token": ...}`, then nothing; its end is the server's. So the token is
never seen in a list of processes, and the server ends with the process that holds the other end.
Standard output: one JSON line once clients can connect: host, port, unix_socket, renderer, pid.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
from pathlib import Path

from ..render import open_renderer
from .boxes import BoxLibrary
from .lifetime import die_with_parent
from .server import Endpoint, serve
from .state import FilmDefaults, StudioLibrary

MAX_FIRST_LINE_BYTES = 4096


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m occlusionkit.studio.server", description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=9000, help="0 takes a free one")
    parser.add_argument("--unix-socket", type=Path, help="listen there too; its folder must be this user's alone")
    parser.add_argument("--folder", type=Path, required=True, help="the only folder that files are written in")
    parser.add_argument("--people", type=Path, help="baked people (.npz); without it, rooms and people of boxes")
    parser.add_argument("--light", type=Path, help="folder of the rooms' baked light, one <scene number>.npz each")
    parser.add_argument("--room", help="loaded first; by default the first there is")
    parser.add_argument("--renderer", choices=("auto", "gl", "embree"), default="auto")
    parser.add_argument("--threads", type=int, default=1, help="what the renderer may use")
    parser.add_argument(
        "--size", type=int, nargs=2, default=(640, 480), metavar=("WIDTH", "HEIGHT"), help="of a new camera"
    )
    parser.add_argument("--fov", type=float, default=90.0, help="of a new camera, degrees")
    parser.add_argument("--idle", type=float, metavar="S", help="end where nobody has been connected for so long")
    parser.add_argument("--child-of", type=int, metavar="PID", help="end with this process; read the token from stdin")
    return parser.parse_args(arguments)


def open_library(people: Path | None, light: Path | None) -> StudioLibrary:
    if people is None:
        return BoxLibrary()
    from .library import FurnishedLibrary  # takes a second to import, and boxes do not need it

    return FurnishedLibrary(people, light=light)


def read_token(lifeline: int) -> str | None:
    """The token of the first line of the lifeline; None where it asks for none."""
    line = b""
    while not line.endswith(b"\n"):
        received = os.read(lifeline, MAX_FIRST_LINE_BYTES)
        if not received or len(line) > MAX_FIRST_LINE_BYTES:
            raise ValueError('stdin: expected one line of JSON, {"token": ...}')
        line += received
    token = json.loads(line)["token"]
    if token is not None and (not isinstance(token, str) or not token or " " in token):
        raise ValueError("stdin: expected a token without blanks")
    return token


def main(arguments: list[str]) -> None:
    options = parse_arguments(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    lifeline, token = None, None
    if options.child_of is not None:
        die_with_parent(options.child_of)
        # Ctrl-C reaches the whole group; whoever started us decides when we end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        lifeline = sys.stdin.fileno()
        token = read_token(lifeline)
    renderer = open_renderer(options.renderer, threads=options.threads)
    try:
        serve(
            open_library(options.people, options.light),
            renderer,
            folder=options.folder,
            host=options.host,
            port=options.port,
            token=token,
            unix_socket=options.unix_socket,
            room=options.room,
            film=FilmDefaults(size_hw=(options.size[1], options.size[0]), hfov_deg=options.fov),
            lifeline=lifeline,
            idle_s=options.idle,
            on_ready=lambda endpoint: announce(endpoint, renderer.description),
        )
    finally:
        renderer.close()


def announce(endpoint: Endpoint, renderer: str) -> None:
    unix_socket = None if endpoint.unix_socket is None else str(endpoint.unix_socket)
    facts = {
        "host": endpoint.host,
        "port": endpoint.port,
        "unix_socket": unix_socket,
        "renderer": renderer,
        "pid": os.getpid(),
    }
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, ValueError, RuntimeError) as error:
        sys.exit(f"occlusionkit server: {error}")
