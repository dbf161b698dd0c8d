"""Capture one shard of the plan through an UnrealCV server: the studio's own, a running game, or a binary."""

import tempfile
from pathlib import Path
from typing import Any

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import PLAN
from occlusionkit.capture.launch import open_server
from occlusionkit.capture.session import capture_shard
from occlusionkit.capture.shards import ShardPaths
from occlusionkit.jobs import run_job
from occlusionkit.studio.people import load_people


def main(
    plan: Path,
    people: Path,
    light: list[Path],
    motion_files: list[Path],
    images: Path,
    depth: Path,
    masks: Path,
    frames: Path,
    instances: Path,
    *,
    shard: int,
    server: str,
    renderer: str,
    size_hw: list[int],
    cameras: list[int],
    jpeg_quality: int,
    folder: str | None,
    seed: int,
    threads: int,
) -> dict[str, Any]:
    server_log = Path("results/logs/server") / f"{images.parent.parent.name}-{images.parent.name}.log"
    server_log.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="server-", dir=images.parent) as server_files,
        open_server(
            server,
            folder=Path(server_files),
            log=server_log,
            people=people,
            light=light[0].parent,
            renderer=renderer,
            threads=threads,
        ) as running,
        running.connect() as client,
    ):
        count = capture_shard(
            read_table(plan, PLAN),
            shard,
            client,
            ShardPaths(images, depth, masks, frames, instances),
            people=load_people(people),
            seed=seed,
            size_hw=(size_hw[0], size_hw[1]),
            cameras=cameras,
            jpeg_quality=jpeg_quality,
            motion_folder=Path(folder) if folder else None,
        )
        return {"images": count, "host": {"renderer": running.renderer}}


if __name__ == "__main__":
    run_job(snakemake, main)
