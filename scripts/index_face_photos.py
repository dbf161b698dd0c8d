"""Index photographs of faces with masks, each read once: a training group or a test set."""

from pathlib import Path
from typing import Any

from occlusionkit.acquire.schemas import DATASET_INDEX
from occlusionkit.artifacts import read_table, write_table
from occlusionkit.face.examples import index_group, index_pairs, of_portraits, pairs_of_release
from occlusionkit.face.progress import progress
from occlusionkit.jobs import run_job
from occlusionkit.studio.portraits.schemas import PORTRAITS


def main(
    folders: list[Path], portraits: list[Path], release: list[Path], index: Path, *, group: str, folder: str
) -> dict[str, Any]:
    with progress("images") as report:
        if release:
            pairs = pairs_of_release(read_table(release[0], DATASET_INDEX), Path(folder))
            table = index_pairs(group, pairs, report=report)
        else:
            images, masks = folders
            known = {"known": of_portraits(read_table(portraits[0], PORTRAITS), images)} if portraits else {}
            table = index_group(group, images, masks, report=report, **known)
    write_table(index, table)
    return {"images": len(table)}


if __name__ == "__main__":
    run_job(snakemake, main)
