"""Count: the dataset table, occlusion rates by group and cause, and rates by threshold, from the index."""

from pathlib import Path
from typing import Any

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import INDEX
from occlusionkit.jobs import run_job
from occlusionkit.occlusion.statistics import occlusion_rates, threshold_rates
from occlusionkit.tables.datasets import dataset_table, write_dataset_table, write_rates, write_threshold_rates


def main(
    index: Path,
    datasets: list[Path],
    rates: list[Path],
    thresholds: list[Path],
    *,
    thresholds_m: list[float],
    source: str,
) -> dict[str, Any]:
    table = read_table(index, INDEX)
    name = "Occlusion-Person (studio)" if source == "studio" else f"Occlusion-Person (acquired: {source})"
    write_dataset_table(
        datasets[0], dataset_table(table, source="studio" if source == "studio" else "acquired", name=name)
    )
    by_group = occlusion_rates(table)
    write_rates(rates[0], by_group)
    write_threshold_rates(thresholds[0], threshold_rates(table, thresholds_m))
    total = by_group.take(by_group["grouping"] == "all")
    return {"occluded": int(total["occluded"][0]), "joints_in_image": int(total["joints_in_image"][0])}


if __name__ == "__main__":
    run_job(snakemake, main)
