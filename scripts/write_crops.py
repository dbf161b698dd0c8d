"""Lay out the crops of people seen whole and hidden as Occluded-REID is published, and index them."""

from pathlib import Path
from typing import Any

from occlusionkit.jobs import run_job
from occlusionkit.studio.crops.files import write_crops


def main(images: list[Path], crops: list[Path], folder: Path, index: Path) -> dict[str, Any]:
    return write_crops(images, crops, folder, index, dataset="occluded_reid")


if __name__ == "__main__":
    run_job(snakemake, main)
