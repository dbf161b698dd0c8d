"""Everyday things: images, masks, one row per picture."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job
from occlusionkit.studio.portraits.sets import Order, whole_folders, write_set
from occlusionkit.studio.render import Choice


def main(
    images: Path,
    masks: Path,
    table: Path,
    *,
    amount: int,
    size_px: int,
    renderer: Choice,
    seed: int,
    threads: int,
) -> dict[str, Any]:
    with whole_folders(Path("results/.partial/portraits/objects"), images=images, masks=masks) as folders:
        order = Order("objects", amount, size_px, seed, folders, renderer=renderer)
        made = write_set(order, workers=threads)
    write_table(table, made.table)
    return {"pictures": len(made.table), "renderer": made.renderer}


if __name__ == "__main__":
    run_job(snakemake, main)
