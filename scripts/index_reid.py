"""A re-identification dataset in its official layout in; one row per image, and a zip of the image files, out."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job
from occlusionkit.reid.crops import pack_images
from occlusionkit.reid.data import describe, read_dataset
from occlusionkit.reid.layouts import layout_with_sides


def main(
    source: Path, index: Path, images: Path, *, folder: str, layout: str, sides: dict[str, str], counts: str
) -> dict[str, Any]:
    expected = layout_with_sides(layout, sides)
    dataset = read_dataset(Path(folder), expected, counts=expected.counts if counts == "official" else None)
    pack_images(dataset, images)
    write_table(index, dataset.rows)
    return describe(dataset)


if __name__ == "__main__":
    run_job(snakemake, main)
