"""Lay out all crops as Occluded-REID and Market-1501 are published, and index them."""

from pathlib import Path
from typing import Any

from occlusionkit.jobs import run_job
from occlusionkit.studio.crops.files import write_crops


def main(images: list[Path], crops: list[Path], occluded_reid: Path, market: Path, index: Path) -> dict[str, Any]:
    return write_crops(images, crops, index, {"occluded_reid": occluded_reid, "market": market})


if __name__ == "__main__":
    run_job(snakemake, main)
