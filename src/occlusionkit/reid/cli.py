"""`occlusionkit reid ...`: score anyone's features."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .protocols import PROTOCOLS, SHIPPED, Few, Settings, Ties
from .rank_cli import rank

app = typer.Typer(help="Occluded person re-identification: protocols, ranking, tables.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Occluded person re-identification: protocols, ranking, tables."""


app.command()(rank)


@app.command()
def evaluate(
    features: Annotated[Path, typer.Option(help="Features: .npy, (images, dimensions) floats.")],
    index: Annotated[
        Path, typer.Option(help="Their images, in the same order: features.parquet, or .csv with path, identity, role.")
    ],
    protocol: Annotated[str, typer.Option(help=f"One of {', '.join(PROTOCOLS)} (docs/reid.md).")],
    name: Annotated[str, typer.Option(help="What the features are called in the tables.")] = "features",
    out: Annotated[Path | None, typer.Option(help="Folder for items, draws, metrics and splits.")] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Check the numbers of images against this release, such as occluded_reid.")
    ] = None,
    splits: Annotated[
        str, typer.Option(help="icme18: half splits to test, such as 0 or 0,1,2; shipped: everyone in the index.")
    ] = "0",
    draws: Annotated[int, typer.Option(min=1, help="icme18: draws of images.")] = 100,
    shots: Annotated[str, typer.Option(help="icme18: images a side.")] = "1,2,5",
    few: Annotated[Few, typer.Option(help="icme18: identities with fewer images than N.")] = "cap",
    partial: Annotated[bool, typer.Option("--partial", help="Partial-REID: query with the hand-cropped side.")] = False,
    rerank: Annotated[
        bool, typer.Option("--rerank", help="k-reciprocal re-ranking of single queries; the metrics say so.")
    ] = False,
    ties: Annotated[Ties, typer.Option(help="Who stands first where two scores are equal.")] = "pessimistic",
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    allow_unmatched: Annotated[
        bool, typer.Option("--allow-unmatched", help="Count and leave out queries whose person the gallery lacks.")
    ] = False,
) -> None:
    """Score features under a protocol, print a table and write it."""
    from .stage import Outputs, evaluate_files, summary_lines

    if protocol not in PROTOCOLS:
        raise typer.BadParameter(f"expected one of {', '.join(PROTOCOLS)}; found {protocol!r}", param_hint="--protocol")
    numbers = (SHIPPED,) if splits == "shipped" else _numbers(splits, "--splits", least=0)
    settings = Settings(
        ties=ties,
        draws=draws,
        splits=numbers,
        shots=_numbers(shots, "--shots", least=1),
        few=few,
        query_role="partial" if partial else "query",
        rerank=rerank,
        device=device,
    )
    found = evaluate_files(
        features,
        index,
        protocol,
        settings,
        outputs=Outputs.below(out) if out else None,
        model=name,
        dataset=dataset,
        allow_unmatched=allow_unmatched,
    )
    lines = summary_lines(found)
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    typer.echo(f"{settings.title_of(PROTOCOLS[protocol])}: {PROTOCOLS[protocol].text}")
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    typer.echo(_notes(found.facts, int(found.metrics["tied"].max()), ties, protocol, draws))
    if out:
        typer.echo(f"written to {out}: metrics (.parquet .csv .json), items, draws, splits (.parquet .json)")


def _numbers(text: str, hint: str, *, least: int) -> tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < least or len(set(numbers)) < len(numbers):
        raise typer.BadParameter(
            f"expected different whole numbers from {least}, such as 1,2,5; found {text!r}", param_hint=hint
        )
    return numbers


def _notes(facts: object, tied: int, ties: str, protocol: str, draws: int) -> str:
    known = dict(facts) if isinstance(facts, dict) else {}
    notes = [
        "percent; [95% interval over identities]",
        f"{known.get('without_positives', 0)} queries without a match left out",
        f"{tied} ties, {ties}",
    ]
    if protocol == "icme18":
        notes.append(f"up to {draws} draws; {known.get('short_identities', 0)} identities with fewer images than N")
    if not known.get("features_verified", True):
        notes.append("the index has no digests of the features: that the two belong together was not verified")
    return "; ".join(notes)
