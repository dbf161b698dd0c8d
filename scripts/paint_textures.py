"""Textures in a folder for each class, and one row per picture."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job
from occlusionkit.studio.portraits.sets import Order, whole_folders, write_set


def main(images: Path, table: Path, *, amount: int, size_px: int, seed: int) -> dict[str, Any]:
    with whole_folders(Path("results/.partial/portraits/textures"), images=images) as folders:
        made = write_set(Order("textures", amount, size_px, seed, folders))
    write_table(table, made.table)
    return {"pictures": len(made.table)}


if __name__ == "__main__":
    run_job(snakemake, main)
