"""Figures of what training sees and of what the trained networks look at, and how much of that lies on a patch."""

from pathlib import Path
from typing import Any

from occlusionkit.jobs import run_job
from occlusionkit.reid.checks import from_mapping
from occlusionkit.reid.train import SECTIONS
from occlusionkit.tables.reid_attention import attention_of_dataset


def main(
    index: Path,
    images: Path,
    weights: list[Path],
    cards: list[Path],
    simulated: Path,
    attention: Path,
    evidence: Path,
    *,
    people: int,
    sections: dict[str, Any],
    show_pictures: bool,
) -> dict[str, Any]:
    return attention_of_dataset(
        index,
        images,
        weights,
        simulated=simulated,
        attention=attention,
        evidence=evidence,
        people=people,
        show_pictures=show_pictures,
        simulator=from_mapping(SECTIONS["simulator"], sections["simulator"]),
        erasing=from_mapping(SECTIONS["erasing"], sections["erasing"]),
        augmentation=from_mapping(SECTIONS["augment"], sections["augment"]),
    )


if __name__ == "__main__":
    run_job(snakemake, main)
