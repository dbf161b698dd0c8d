"""Train one re-identification method: weights, a log, and the description that goes with the weights."""

from pathlib import Path
from typing import Any

from occlusionkit.jobs import run_job
from occlusionkit.reid.train import split_people, train_method


def main(
    index: Path,
    images: Path,
    weights: Path,
    log: Path,
    record: Path,
    card: Path,
    *,
    method: str,
    split: int | None,
    run: int,
    seed: int,
    sections: dict[str, Any],
    settings: dict[str, Any],
    textures: str | None,
    trained_on: str,
    device: str,
    processes: int,
    compute_threads: int,
) -> dict[str, Any]:
    done = train_method(
        index=index,
        images=images,
        out=weights.parent,
        partial=Path("results/.partial/train_reid", *weights.parent.parts[-2:]),
        people=split_people(index, split),
        method=method,
        sections=sections,
        settings=settings,
        textures=textures,
        trained_on=trained_on,
        seed=seed + run - 1,
        device=device,
        threads=compute_threads,
        processes=processes,
    )
    return {"epochs": done.epochs, "steps": done.steps}


if __name__ == "__main__":
    run_job(snakemake, main)
