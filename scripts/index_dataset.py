"""Join frames and labels of all shards into the dataset's index: one row per image."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import read_table, write_table
from occlusionkit.artifacts.schemas import FRAMES, LABELS
from occlusionkit.artifacts.tables import concatenate, make_table
from occlusionkit.jobs import run_job
from occlusionkit.multiview.data import make_index


def main(frames: list[Path], labels: list[Path], index: Path) -> dict[str, Any]:
    every_frame = concatenate([read_table(path, FRAMES) for path in frames])
    every_label = concatenate([read_table(path, LABELS) for path in labels])
    # Shards come in the order of capture; the tables are sorted by image.
    table = make_index(make_table(FRAMES, every_frame.columns), make_table(LABELS, every_label.columns))
    write_table(index, table)
    return {"images": len(table)}


if __name__ == "__main__":
    run_job(snakemake, main)
