"""Trained networks and a dataset in; for each features.npy with its table, and the occlusion head's accuracy, out."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job
from occlusionkit.reid.checks import from_mapping
from occlusionkit.reid.features import ScoredImages, extract_features
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
    scored = ScoredImages(index, images)
    for weight, card, array, accuracy in zip(weights, cards, features, occlusion, strict=True):
        _, calls = extract_features(
            scored,
            weights=weight,
            card=card,
            out=array.parent,
            dataset=dataset,
            simulator=from_mapping(SimulatorSettings, simulator),
            device=device,
            threads=threads,
        )
        write_table(accuracy, calls)
    return {"networks": len(weights), "images": len(scored.rows)}


if __name__ == "__main__":
    run_job(snakemake, main)
