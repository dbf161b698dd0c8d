"""Hash the content of every artifact below results/."""

from pathlib import Path

from occlusionkit.audit.hashes import write_hashes
from occlusionkit.jobs import run_job


def main(made: list[Path], hashes: Path) -> None:
    write_hashes(Path("results"), hashes)


if __name__ == "__main__":
    run_job(snakemake, main)
