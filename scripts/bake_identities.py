"""Bake one shard of the made-up identities: bodies, clothes and weights in one file, as for the 13 people."""

from pathlib import Path

from occlusionkit.jobs import run_job
from occlusionkit.studio.people.identities import bake_identities


def main(people: Path, *, first: int, amount: int, seed: int) -> None:
    bake_identities(people, cache=Path("results/.cache"), count=amount, seed=seed, first=first)


if __name__ == "__main__":
    run_job(snakemake, main)
