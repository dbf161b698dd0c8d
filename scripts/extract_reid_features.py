"""A trained network and a dataset in; features.npy with its table, and the occlusion head's accuracy, out."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job
from occlusionkit.reid.checks import from_mapping
from occlusionkit.reid.features import extract_features
from occlusionkit.reid.simulator import SimulatorSettings


def main(
    weights: Path,
    card: Path,
    index: Path,
    images: Path,
    features: Path,
    table: Path,
    occlusion: Path,
    *,
    dataset: str,
    simulator: dict[str, Any],
    device: str,
    threads: int,
) -> dict[str, Any]:
    rows, calls = extract_features(
        weights=weights,
        card=card,
        index=index,
        images=images,
        out=features.parent,
        dataset=dataset,
        simulator=from_mapping(SimulatorSettings, simulator),
        device=device,
        threads=threads,
    )
    write_table(occlusion, calls)
    return {"images": len(rows)}


if __name__ == "__main__":
    run_job(snakemake, main)
