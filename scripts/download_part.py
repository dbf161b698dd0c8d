"""Fetch one file of a dataset, or take it from the user's folder; it has its name only when size and hash are right."""

from functools import partial
from pathlib import Path
from typing import Any

from occlusionkit.acquire.download import download_file
from occlusionkit.acquire.stages import stage_dataset
from occlusionkit.jobs import run_job


def main(part: Path, *, row: dict[str, Any], acquire: dict[str, Any] | None = None) -> dict[str, Any]:
    settings, dataset = stage_dataset(acquire, row["dataset"])
    table = download_file(dataset, dataset.file(row["name"]), settings)
    return {name: table[name][0] for name in ("md5", "sha256", "verdict")} | {"bytes": int(table["bytes"][0])}


if __name__ == "__main__":
    # Where a file comes from is no parameter: with another mirror it is the same file, and nothing is done again.
    run_job(snakemake, partial(main, acquire=snakemake.config.get("acquire")))
