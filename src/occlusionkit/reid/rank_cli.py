"""`occlusionkit reid rank`: ranked lists for two folders of person crops."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def rank(
    query: Annotated[Path, typer.Option(help="Folder of crops to look for; names and subfolders as you like.")],
    gallery: Annotated[Path, typer.Option(help="Folder of crops to look in.")],
    weights: Annotated[Path, typer.Option(help="weights.pt of a training; its model.json stands beside it.")],
    out: Annotated[Path, typer.Option(help="Folder for ranked.html, ranked.csv and ranked.parquet.")],
    card: Annotated[Path | None, typer.Option(help="model.json, where it does not stand beside the weights.")] = None,
    top: Annotated[int, typer.Option(min=1, help="Gallery images for each query.")] = 10,
    labelled: Annotated[
        bool, typer.Option("--labelled", help="Names begin with the person's number and _: frames get colours.")
    ] = False,
    shown: Annotated[int, typer.Option(min=1, help="Queries on the page, from the first; the tables have all.")] = 200,
    device: Annotated[str, typer.Option(help="cpu, cuda, or auto: cuda where there is one.")] = "auto",
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
) -> None:
    """Rank gallery crops for every query crop with a trained network; write tables and a page with the pictures.

    The pictures stay on this machine: the page holds them, so pass it on with the same care.
    """
    from .rank_folders import rank_folders

    table = rank_folders(
        query, gallery, weights=weights, out=out, card=card, top=top, labelled=labelled, shown=shown, device=device,
        threads=threads,
    )  # fmt: skip
    queries = int((table["rank"] == 1).sum())
    typer.echo(f"{queries} queries ranked; open {out / 'ranked.html'}, or read ranked.csv and ranked.parquet beside it")
