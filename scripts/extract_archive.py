"""Unpack one archive, or the volumes of one, into the dataset's folder and list what came."""

from functools import partial
from pathlib import Path
from typing import Any

from occlusionkit.acquire.stages import stage_dataset, unpack
from occlusionkit.artifacts import write_table
from occlusionkit.jobs import run_job


def main(
    verified: list[Path], inventory: Path, *, dataset: str, archive: str, acquire: dict[str, Any] | None = None
) -> dict[str, Any]:
    settings, chosen = stage_dataset(acquire, dataset)
    table = unpack(chosen, archive, settings)
    write_table(inventory, table)
    return {"files": len(table), "bytes": int(table["bytes"].sum())}


if __name__ == "__main__":
    run_job(snakemake, partial(main, acquire=snakemake.config.get("acquire")))
