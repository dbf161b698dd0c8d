"""A dataset's index and images in; the stripe descriptor's features with their table out."""

from pathlib import Path
from typing import Any

from occlusionkit.jobs import run_job
from occlusionkit.reid.stripes import describe_dataset


def main(index: Path, images: Path, features: Path, table: Path) -> dict[str, Any]:
    rows = describe_dataset(index, images, features.parent)
    return {"images": len(rows)}


if __name__ == "__main__":
    run_job(snakemake, main)
