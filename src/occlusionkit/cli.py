"""The `occlusionkit` command: what the workflow does, one piece at a time. Each command calls what the scripts call."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from .jobs import EXPECTED_ERRORS, configure_logging, keep_caches_in

app = typer.Typer(
    name="occlusionkit",
    help="Data and benchmarks about people who are partly hidden.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Entry point: a user's mistake ends with one line on stderr and exit status 1 (2 for wrong usage)."""
    keep_caches_in(Path("results/.cache"))
    configure_logging(None)
    try:
        app()
    except EXPECTED_ERRORS as error:
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"occlusionkit: {message}", file=sys.stderr)
        sys.exit(1)
