"""Put tables and figures into one self-contained HTML file."""

import json
from pathlib import Path
from typing import Any

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import DATASETS, RATES
from occlusionkit.jobs import run_job
from occlusionkit.tables.report import build_report
from occlusionkit.tables.sections import Picture


def main(
    datasets: Path,
    rates: Path,
    samples: Path,
    people: Path,
    rooms: Path,
    actions: Path,
    rates_chart: Path,
    threshold_chart: Path,
    capture: list[Path],
    report: Path,
    *,
    settings: dict[str, Any],
) -> None:
    pictures = [
        Picture(
            samples,
            "What the labels say",
            "Each view beside its depth map. Dots are visible joints (left blue, right orange), red crosses are hidden "
            "ones: there the depth map and the joint's own depth disagree by more than the threshold.",
        ),
        Picture(people, "People", "Every person of the dataset, in the view that shows most of their joints."),
        Picture(actions, "Actions", "One row for each action: different people, rooms and moments."),
        Picture(rooms, "Rooms", "Every room, from one of its eight cameras."),
        Picture(rates_chart, "Occlusion rates", "Occluded joints over in-image joints."),
        Picture(
            threshold_chart,
            "How the rate moves with the threshold",
            "Computed from the stored gaps, without rendering again. Under the absolute rule a surface far behind the "
            "joint counts as occlusion too.",
        ),
    ]
    sidecars = [json.loads(path.read_text()) for path in capture]
    ran = {
        "renderer": sorted({str(one["host"].get("renderer", "not recorded")) for one in sidecars}),
        "capture code": sorted({one["code"] for one in sidecars}),
        "python": sorted({one["host"]["python"] for one in sidecars}),
        **{
            name: sorted({one["host"]["packages"].get(name, "-") for one in sidecars}) for name in ("numpy", "unrealcv")
        },
    }
    build_report(
        report,
        datasets=read_table(datasets, DATASETS),
        rates=read_table(rates, RATES),
        pictures=pictures,
        settings=settings,
        provenance={name: ", ".join(values) for name, values in ran.items()},
    )


if __name__ == "__main__":
    run_job(snakemake, main)
