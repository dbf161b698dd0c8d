"""`occlusionkit audit hash` and `occlusionkit audit compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .hashes import Entry, compare_hashes, hash_results, read_hashes, write_hashes

app = typer.Typer(help="What a run made, by content.", no_args_is_help=True)


@app.command("hash")
def hash_command(
    results: Annotated[Path, typer.Argument(help="A results folder.")] = Path("results"),
    out: Annotated[Path | None, typer.Option(help="Where to write; default RESULTS/audit/hashes.tsv.")] = None,
) -> None:
    """Hash the content of everything below RESULTS and write the list."""
    _expect_folder(results, "RESULTS")
    target = out or results / "audit" / "hashes.tsv"
    write_hashes(results, target)
    typer.echo(f"{target}: {len(read_hashes(target))} artifacts")


@app.command("compare")
def compare_command(
    expected: Annotated[Path, typer.Argument(help="A results folder, or a list written by `hash`.")],
    found: Annotated[Path, typer.Argument(help="The same, of the run in question.")] = Path("results"),
    ignore_sharding: Annotated[
        bool, typer.Option("--ignore-sharding", help="Leave out what depends on the size of shards.")
    ] = False,
) -> None:
    """List what is missing from FOUND, altered or extra in it; exit status 1 when anything is."""
    difference = compare_hashes(_entries(expected), _entries(found), ignore_sharding=ignore_sharding)
    for name in difference.missing:
        typer.echo(f"missing  {name}")
    for name, reason in difference.altered.items():
        typer.echo(f"altered  {name}  ({reason})")
    for name in difference.extra:
        typer.echo(f"extra    {name}")
    typer.echo(
        f"{difference.same} same, {len(difference.missing)} missing, {len(difference.altered)} altered, "
        f"{len(difference.extra)} extra, {difference.left_out} left out"
    )
    if not difference.equal:
        raise typer.Exit(1)


def _entries(path: Path) -> dict[str, Entry]:
    return hash_results(path) if path.is_dir() else read_hashes(path)


def _expect_folder(path: Path, hint: str) -> None:
    if not path.is_dir():
        raise typer.BadParameter(f"expected a results folder, found none at {path}", param_hint=hint)
