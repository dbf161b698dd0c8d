"""Bake the still light of one room."""

from pathlib import Path

from occlusionkit.jobs import run_job
from occlusionkit.studio.render.bake import bake_light
from occlusionkit.studio.render.lightfile import save_light
from occlusionkit.studio.rooms import ROOMS, build_room


def main(light: Path, *, scene: int, rays: int, seed: int) -> None:
    save_light(light, bake_light(build_room(ROOMS[scene]).world, rays=rays, seed=seed))


if __name__ == "__main__":
    run_job(snakemake, main)
