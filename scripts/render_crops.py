"""Render the crops of one part of the made-up people: official names in one zip, who and how hidden in one table."""

from pathlib import Path
from typing import Any

from occlusionkit.jobs import run_job
from occlusionkit.studio.crops.files import CropsPlan, render_part
from occlusionkit.studio.people import load_people
from occlusionkit.studio.render import open_renderer


def main(
    identities: Path,
    passers: Path,
    images: Path,
    crops: Path,
    *,
    people: int,
    each_side: int,
    market_images: int,
    renderer: str,
    seed: int,
    threads: int,
) -> dict[str, Any]:
    plan = CropsPlan(occluded_reid=people, images=each_side, market_images=market_images, seed=seed)
    opened = open_renderer(renderer, threads=threads)
    try:
        return render_part(opened, load_people(identities), load_people(passers), plan, images, crops)
    finally:
        opened.close()


if __name__ == "__main__":
    run_job(snakemake, main)
