"""Train one network on one training set: weights, a log, and the description that goes with the weights."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts.hashing import content_hash
from occlusionkit.face.model_card import ModelCard, write_card
from occlusionkit.face.train import training_seed
from occlusionkit.face.training_settings import face_training_values, read_schedule
from occlusionkit.jobs import run_job
from occlusionkit.learning.launch import train


def main(
    groups: list[Path],
    weights: Path,
    log: Path,
    record: Path,
    card: Path,
    *,
    network: str,
    training_set: str,
    run: int,
    seed: int,
    size_px: int,
    validation_share: float,
    schedule: dict[str, Any],
    pretrained: str | None,
    device: str,
    processes: int,
    compute_threads: int,
) -> dict[str, Any]:
    own, shared = read_schedule(schedule, network=network, size_px=size_px, seed=training_seed(seed, run))
    done = train(
        "occlusionkit.face.train:task",
        {
            "training": face_training_values(own),
            "groups": {str(path): content_hash(path) for path in groups},
            "validation_share": validation_share,
            "split_seed": seed,
            "pretrained": pretrained,
        },
        shared,
        out=weights.parent,
        partial=Path("results/.partial/train_face") / weights.parent.name,
        device=device,
        threads=compute_threads,
        processes=processes,
    )
    write_card(card, ModelCard(network=network, size_px=size_px, training_set=training_set, seed=run))
    return {"epochs": done.epochs, "steps": done.steps, "kept_epoch": done.kept_epoch}


if __name__ == "__main__":
    run_job(snakemake, main)
