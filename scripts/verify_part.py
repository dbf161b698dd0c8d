"""Hash one file of a dataset, unless its download did, and compare it with what was published."""

from functools import partial
from pathlib import Path
from typing import Any

from occlusionkit.acquire.stages import stage_dataset, verify_part
from occlusionkit.jobs import run_job


def main(fetched: Path, record: Path, *, row: dict[str, Any], acquire: dict[str, Any] | None = None) -> dict[str, Any]:
    _, dataset = stage_dataset(acquire, row["dataset"])
    table = verify_part(dataset, dataset.file(row["name"]), record)
    return {name: table[name][0] for name in ("md5", "sha256", "verdict")} | {"bytes": int(table["bytes"][0])}


if __name__ == "__main__":
    run_job(snakemake, partial(main, acquire=snakemake.config.get("acquire")))
