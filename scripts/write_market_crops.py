"""Lay out the crops of the other people, seen whole by six cameras, as Market-1501 is published, and index them."""

from pathlib import Path
from typing import Any

from occlusionkit.jobs import run_job
from occlusionkit.studio.crops.files import write_crops


def main(images: list[Path], crops: list[Path], folder: Path, index: Path) -> dict[str, Any]:
    return write_crops(images, crops, folder, index, dataset="market")


if __name__ == "__main__":
    run_job(snakemake, main)
