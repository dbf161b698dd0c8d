"""The paper's Table 2 with what was measured here, and scores by hidden fraction."""

from pathlib import Path

from occlusionkit.artifacts import read_table
from occlusionkit.face.schemas import SCORES
from occlusionkit.jobs import run_job
from occlusionkit.tables.face import Measured, hidden_table, protocol_of, results_table, write_hidden, write_results


def main(
    scores: list[Path],
    results: list[Path],
    hidden: list[Path],
    *,
    measured: list[tuple[str, str, int, str]],
    sources: dict[str, str],
    images_seen: dict[str, int],
    trained_on: str,
    size_px: int,
) -> None:
    rows = [
        Measured(
            network, training_set, run, test_set, sources[test_set], images_seen[network], read_table(path, SCORES)
        )
        for path, (network, training_set, run, test_set) in zip(scores, measured, strict=True)
    ]
    protocol = protocol_of(trained_on=trained_on, size_px=size_px)
    write_results(results[0].with_suffix(""), results_table(rows, protocol=protocol))
    write_hidden(hidden[0].with_suffix(""), hidden_table(rows))


if __name__ == "__main__":
    run_job(snakemake, main)
