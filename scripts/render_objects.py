"""Everyday things: images, masks, one row per picture."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job
from occlusionkit.studio.portraits.scenes import Cast
from occlusionkit.studio.portraits.sets import whole_folders, write_objects
from occlusionkit.studio.render import open_renderer


def main(
    images: Path, masks: Path, table: Path, *, amount: int, size_px: int, renderer: str, seed: int, threads: int
) -> dict[str, Any]:
    cast = Cast(split="train", bodies=(), seed=seed)
    opened = open_renderer(renderer, threads=threads)
    with whole_folders(Path("results/.partial/portraits/objects"), images=images, masks=masks) as folders:
        rows = write_objects(opened, cast, amount=amount, size_px=size_px, **folders)
    write_table(table, rows)
    return {"pictures": len(rows), "renderer": opened.description}


if __name__ == "__main__":
    run_job(snakemake, main)
