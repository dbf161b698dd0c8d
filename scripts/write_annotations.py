"""Write unrealcv_train.pkl and unrealcv_validation.pkl, the official annotations, from the index."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.pickles import write_compatible_pickle
from occlusionkit.artifacts.schemas import INDEX
from occlusionkit.jobs import run_job
from occlusionkit.multiview.data import to_items


def main(index: Path, train: Path, validation: Path) -> dict[str, Any]:
    table = read_table(index, INDEX)
    counts = {}
    for split, path in (("train", train), ("validation", validation)):
        items = to_items(table, split=split)
        write_compatible_pickle(path, items)
        counts[split] = len(items)
    return counts


if __name__ == "__main__":
    run_job(snakemake, main)
