"""Bring an acquired Occlusion-Person release to the same index as the studio's dataset."""

from pathlib import Path
from typing import Any

from occlusionkit.acquire.schemas import DATASET_INDEX, OCCLUSION_PERSON_ITEMS
from occlusionkit.artifacts import read_table, write_table
from occlusionkit.jobs import run_job
from occlusionkit.multiview.acquired import index_of_acquired


def main(annotations: Path, files: Path, index: Path) -> dict[str, Any]:
    table = index_of_acquired(read_table(annotations, OCCLUSION_PERSON_ITEMS), read_table(files, DATASET_INDEX))
    write_table(index, table)
    return {"images": len(table)}


if __name__ == "__main__":
    run_job(snakemake, main)
