"""The `occlusionkit` command: what the workflow does, one piece at a time. Each command calls what the scripts call."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .acquire.cli import app as acquire_app
from .acquire.cli import datasets
from .audit.cli import app as audit_app
from .face import cli as faces
from .jobs import EXPECTED_ERRORS, configure_logging, keep_caches_in, message_of
from .occlusion.cli import app as label_app
from .reid.cli import app as reid_app
from .studio.render.choose import Choice

app = typer.Typer(
    name="occlusionkit",
    help="Data and benchmarks about people who are partly hidden.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(label_app)
app.add_typer(acquire_app, name="acquire")
app.command()(datasets)
app.add_typer(faces.app)
app.add_typer(faces.face_app, name="face")
app.add_typer(reid_app, name="reid")
app.add_typer(audit_app, name="audit")


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="TCP port on 127.0.0.1; 0 takes a free one.")] = 9000,
    scene: Annotated[str, typer.Option(help="Room to load first; `vget /studio/rooms` lists them.")] = "living_room",
    people: Annotated[Path, typer.Option(help="Baked people; `make run` makes them.")] = Path(
        "results/studio/people.npz"
    ),
    light: Annotated[Path, typer.Option(help="Folder of the rooms' baked light.")] = Path("results/studio/light"),
    renderer: Annotated[Choice, typer.Option(help="gl (EGL), embree (no GL needed), or auto.")] = "auto",
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of the renderer.")] = 1,
    width: Annotated[int, typer.Option(min=1, max=8192, help="Of a new camera, px.")] = 640,
    height: Annotated[int, typer.Option(min=1, max=8192, help="Of a new camera, px.")] = 480,
    folder: Annotated[Path, typer.Option(help="The only folder that clients can have files written in.")] = Path(
        "results/server"
    ),
    token_file: Annotated[
        Path | None, typer.Option(help="Only clients that show this file's token are answered (docs/unrealcv.md).")
    ] = None,
    unix_socket: Annotated[
        Path | None, typer.Option(help="Listen there too; its folder must be yours alone (mode 0700).")
    ] = None,
) -> None:
    """Serve the studio to UnrealCV clients until interrupted (Ctrl-C). Answers on the loopback address only."""
    from .studio.render import open_renderer
    from .studio.server import Endpoint, FilmDefaults
    from .studio.server import serve as serve_studio
    from .studio.server.library import FurnishedLibrary

    library = FurnishedLibrary(people, light=light if light.is_dir() else None)
    if scene not in library.rooms():
        raise typer.BadParameter(f"expected one of {', '.join(library.rooms())}; found {scene!r}", param_hint="--scene")
    if token_file and not token_file.is_file():
        raise typer.BadParameter(
            f"expected a file that holds a token, found none at {token_file}", param_hint="--token-file"
        )
    drawn_by = open_renderer(renderer, threads=threads)

    def announce(endpoint: Endpoint) -> None:
        typer.echo(
            f"listening on {endpoint.host}:{endpoint.port}, room {scene}, {drawn_by.description}; Ctrl-C ends it"
        )

    try:
        serve_studio(
            library,
            drawn_by,
            folder=folder,
            port=port,
            token=token_file.read_text().strip() if token_file else None,
            unix_socket=unix_socket,
            room=scene,
            film=FilmDefaults(size_hw=(height, width)),
            on_ready=announce,
        )
    except KeyboardInterrupt:
        typer.echo("ended")
    finally:
        drawn_by.close()


def main() -> None:
    """Entry point: a user's mistake ends with one line on stderr and exit status 1 (2 for wrong usage)."""
    keep_caches_in(Path("results/.cache"))
    configure_logging(None)
    try:
        app()
    except EXPECTED_ERRORS as error:
        print(f"occlusionkit: {message_of(error)}", file=sys.stderr)
        sys.exit(1)
