"""Masks of one trained network for the test sets, and their scores."""

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
    examples: list[Path],
    scores: list[Path],
    overviews: list[Path],
    masks: list[Path],
    *,
    test_time: dict[str, Any],
    device: str,
    threads: int,
) -> dict[str, Any]:
    described, chosen, images = read_card(card), pick_device(device), {}
    with inference_threads(threads), progress("images") as report:
        network = load_network(weights, described, device=chosen)
        for group, rows, overview, zipped in zip(examples, scores, overviews, masks, strict=True):
            table = evaluate(
                network,
                read_table(group, EXAMPLES),
                size_px=described.size_px,
                test_time=read_test_time(test_time),
                device=chosen,
                masks=zipped,
                report=report,
            )
            write_table(rows, table)
            write_json(overview, summary(table))
            images[group.stem] = len(table)
    return {"images": images}


if __name__ == "__main__":
    run_job(snakemake, main)
