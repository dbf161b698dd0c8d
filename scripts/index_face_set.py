"""Index a generated set, each image read once: hidden fractions from its manifest, people from the faces it shows."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import read_table, write_table
from occlusionkit.face.examples import index_group, of_manifest, people_of
from occlusionkit.face.progress import progress
from occlusionkit.face.schemas import EXAMPLES
from occlusionkit.jobs import run_job


def main(folder: Path, faces: Path, index: Path, *, group: str) -> dict[str, Any]:
    known = of_manifest(folder / "manifest.parquet", people_of(read_table(faces, EXAMPLES)))
    with progress("images") as report:
        table = index_group(group, folder / "img", folder / "mask", known=known, report=report)
    write_table(index, table)
    return {"images": len(table)}


if __name__ == "__main__":
    run_job(snakemake, main)
