"""Put the images of all shards into the official images.zip, stored."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts.zips import merge_stored_zips
from occlusionkit.jobs import run_job


def main(shards: list[Path], archive: Path, *, prefix: str) -> dict[str, Any]:
    return {"members": merge_stored_zips(shards, archive, prefix=prefix)}


if __name__ == "__main__":
    run_job(snakemake, main)
