"""Hands on white ground, fingers down: images, masks, one row per picture."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job
from occlusionkit.studio.portraits.sets import Order, whole_folders, write_set
from occlusionkit.studio.render import Choice


def main(
    people: list[Path],
    images: Path,
    masks: Path,
    table: Path,
    *,
    amount: int,
    size_px: int,
    identities: int,
    renderer: Choice,
    seed: int,
    threads: int,
) -> dict[str, Any]:
    with whole_folders(Path("results/.partial/portraits/hands"), images=images, masks=masks) as folders:
        order = Order("hands", amount, size_px, seed, folders, tuple(people), identities, renderer)
        made = write_set(order, workers=threads)
    write_table(table, made.table)
    return {"pictures": len(made.table), "renderer": made.renderer}


if __name__ == "__main__":
    run_job(snakemake, main)
