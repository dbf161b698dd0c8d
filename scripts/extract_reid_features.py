"""Trained networks and a dataset in; for each features.npy with its table, and the occlusion head's accuracy, out."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job
from occlusionkit.reid.checks import from_mapping
from occlusionkit.reid.features import extract_features
from occlusionkit.reid.simulator import SimulatorSettings


def main(
    weights: list[Path],
    cards: list[Path],
    index: Path,
    images: Path,
    features: list[Path],
    tables: list[Path],
    occlusion: list[Path],
    *,
    dataset: str,
    simulator: dict[str, Any],
    device: str,
    threads: int,
) -> dict[str, Any]:
    count = 0
    for weight, card, array, accuracy in zip(weights, cards, features, occlusion, strict=True):
        rows, calls = extract_features(
            weights=weight,
            card=card,
            index=index,
            images=images,
            out=array.parent,
            dataset=dataset,
            simulator=from_mapping(SimulatorSettings, simulator),
            device=device,
            threads=threads,
        )
        write_table(accuracy, calls)
        count += len(rows)
    return {"networks": len(weights), "images": count}


if __name__ == "__main__":
    run_job(snakemake, main)
