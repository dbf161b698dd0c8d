"""Textures in a folder for each class, and one row per picture."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job
from occlusionkit.studio.portraits.scenes import Cast
from occlusionkit.studio.portraits.sets import whole_folders, write_textures


def main(images: Path, table: Path, *, amount: int, size_px: int, seed: int) -> dict[str, Any]:
    cast = Cast(split="train", bodies=(), seed=seed)
    with whole_folders(Path("results/.partial/portraits/textures"), images=images) as folders:
        rows = write_textures(cast, amount=amount, size_px=size_px, **folders)
    write_table(table, rows)
    return {"pictures": len(rows)}


if __name__ == "__main__":
    run_job(snakemake, main)
