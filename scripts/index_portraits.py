"""The tables of all sets of the studio's face data as one."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import read_table, write_table
from occlusionkit.jobs import run_job
from occlusionkit.studio.portraits.schemas import PORTRAITS
from occlusionkit.studio.portraits.sets import merged


def main(tables: list[Path], index: Path) -> dict[str, Any]:
    whole = merged([read_table(path, PORTRAITS) for path in tables])
    write_table(index, whole)
    return {"pictures": len(whole)}


if __name__ == "__main__":
    run_job(snakemake, main)
