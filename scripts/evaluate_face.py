"""Masks of one trained network for one test set, and their scores."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import read_table, write_json, write_table
from occlusionkit.face.evaluate import evaluate
from occlusionkit.face.model_card import read_card
from occlusionkit.face.predict import inference_threads, load_network, read_test_time
from occlusionkit.face.progress import progress
from occlusionkit.face.schemas import EXAMPLES
from occlusionkit.face.score_folders import summary
from occlusionkit.jobs import run_job
from occlusionkit.learning.devices import pick_device


def main(
    weights: Path,
    card: Path,
    examples: Path,
    scores: Path,
    overview: Path,
    masks: Path,
    *,
    test_time: dict[str, Any],
    device: str,
    threads: int,
) -> dict[str, Any]:
    described, chosen = read_card(card), pick_device(device)
    with inference_threads(threads), progress("images") as report:
        table = evaluate(
            load_network(weights, described, device=chosen),
            read_table(examples, EXAMPLES),
            size_px=described.size_px,
            test_time=read_test_time(test_time),
            device=chosen,
            masks=masks,
            report=report,
        )
    write_table(scores, table)
    write_json(overview, summary(table))
    return {"images": len(table)}


if __name__ == "__main__":
    run_job(snakemake, main)
