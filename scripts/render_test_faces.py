"""Held-out portraits with things before the face, for tests only: images, masks, their names, one row per picture."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.artifacts.atomic import write_bytes
from occlusionkit.jobs import run_job
from occlusionkit.studio.portraits.sets import Order, whole_folders, write_set
from occlusionkit.studio.render import Choice


def main(
    people: list[Path],
    images: Path,
    masks: Path,
    names: Path,
    table: Path,
    *,
    dataset: str,
    amount: int,
    size_px: int,
    identities: int,
    renderer: Choice,
    seed: int,
    threads: int,
) -> dict[str, Any]:
    with whole_folders(Path("results/.partial/portraits", dataset), images=images, masks=masks) as folders:
        order = Order(dataset, amount, size_px, seed, folders, tuple(people), identities, renderer)
        made = write_set(order, workers=threads)
    write_bytes(names, "".join(f"{stem}\n" for stem in made.table["stem"]).encode())
    write_table(table, made.table)
    return {"pictures": len(made.table), "renderer": made.renderer}


if __name__ == "__main__":
    run_job(snakemake, main)
