"""Bake the 13 people of the studio: bodies, clothes and weights in one file, after which posing needs numpy only."""

from pathlib import Path

from occlusionkit.jobs import run_job
from occlusionkit.studio.people.bake import bake_people


def main(people: Path) -> None:
    bake_people(people, cache=Path("results/.cache"))


if __name__ == "__main__":
    run_job(snakemake, main)
