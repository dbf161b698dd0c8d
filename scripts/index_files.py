"""Check a dataset's official layout and index its files."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from occlusionkit.acquire.schemas import INVENTORY
from occlusionkit.acquire.stages import index_files, stage_dataset
from occlusionkit.artifacts import read_table, write_table
from occlusionkit.jobs import run_job


def main(
    inventories: list[Path], index: Path, *, dataset: str, counts: dict[str, int], acquire: dict[str, Any] | None = None
) -> dict[str, Any]:
    _, chosen = stage_dataset(acquire, dataset)
    chosen = replace(chosen, counts=counts)
    table = index_files(chosen, [read_table(path, INVENTORY) for path in inventories])
    write_table(index, table)
    return {"files": len(table)}


if __name__ == "__main__":
    run_job(snakemake, partial(main, acquire=snakemake.config.get("acquire")))
