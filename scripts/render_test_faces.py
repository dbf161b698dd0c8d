"""Held-out portraits with things before the face, for tests only: images, masks, their names, one row per picture."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import write_table
from occlusionkit.artifacts.atomic import write_bytes
from occlusionkit.jobs import run_job
from occlusionkit.studio.portraits.sets import read_cast, whole_folders, write_faces
from occlusionkit.studio.render import open_renderer


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
    renderer: str,
    seed: int,
    threads: int,
) -> dict[str, Any]:
    cast = read_cast(people, split="test", identities=identities, seed=seed)
    opened = open_renderer(renderer, threads=threads)
    with whole_folders(Path("results/.partial/portraits", dataset), images=images, masks=masks) as folders:
        rows = write_faces(opened, cast, dataset=dataset, amount=amount, size_px=size_px, **folders)
    write_bytes(names, "".join(f"{stem}\n" for stem in rows["stem"]).encode())
    write_table(table, rows)
    return {"pictures": len(rows), "renderer": opened.description}


if __name__ == "__main__":
    run_job(snakemake, main)
