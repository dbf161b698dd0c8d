"""Features of all models of a dataset in; their scores under one protocol, and the half splits, out."""

from pathlib import Path
from typing import Any

from occlusionkit.jobs import run_job
from occlusionkit.reid.protocols import read_settings
from occlusionkit.reid.stage import Outputs, evaluate_models


def main(
    features: list[Path],
    tables: list[Path],
    scored: Path,
    draws: Path,
    metrics: list[Path],
    splits: list[Path],
    *,
    protocol: str,
    tested_on: dict[str, list[int]],
    settings: dict[str, Any],
) -> dict[str, Any]:
    return evaluate_models(
        {pair[0].parent.name: pair for pair in zip(features, tables, strict=True)},
        protocol,
        {model: read_settings(settings, splits=numbers) for model, numbers in tested_on.items()},
        Outputs(scored, draws, metrics[0], splits[0]),
    )


if __name__ == "__main__":
    run_job(snakemake, main)
