"""Label one shard: frames, planar depth and masks in, one row per image with every joint's gap and label out."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import read_table, write_table
from occlusionkit.artifacts.schemas import FRAMES, INSTANCES
from occlusionkit.jobs import run_job
from occlusionkit.occlusion.labels import LabelRule
from occlusionkit.occlusion.stage import label_shard


def main(frames: Path, instances: Path, depth: Path, masks: Path, labels: Path, *, rule: dict[str, Any]) -> None:
    table = label_shard(read_table(frames, FRAMES), read_table(instances, INSTANCES), depth, masks, LabelRule(**rule))
    write_table(labels, table)


if __name__ == "__main__":
    run_job(snakemake, main)
