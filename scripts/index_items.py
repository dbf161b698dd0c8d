"""Read Occlusion-Person's two official pickles into one table."""

from functools import partial
from pathlib import Path
from typing import Any

from occlusionkit.acquire.stages import index_items, stage_dataset
from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job


def main(index: Path, annotations: Path, *, dataset: str, acquire: dict[str, Any] | None = None) -> dict[str, Any]:
    _, chosen = stage_dataset(acquire, dataset)
    table = index_items(chosen)
    write_table(annotations, table)
    return {"items": len(table)}


if __name__ == "__main__":
    run_job(snakemake, partial(main, acquire=snakemake.config.get("acquire")))
