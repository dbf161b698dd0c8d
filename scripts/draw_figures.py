"""Draw: sample views with hidden joints, people, rooms, actions, and charts of the occlusion rates."""

from pathlib import Path

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import INDEX, RATES, THRESHOLDS
from occlusionkit.artifacts.zips import StoredZip
from occlusionkit.jobs import run_job
from occlusionkit.tables import figures


def main(
    index: Path,
    archives: list[Path],
    rates: Path,
    thresholds: Path,
    samples: Path,
    people: Path,
    rooms: Path,
    actions: Path,
    rates_chart: Path,
    threshold_chart: Path,
    *,
    shown: int,
    folder: str,
) -> None:
    table = read_table(index, INDEX)
    depth = Path(folder) / "depth.zip"
    with StoredZip(Path(folder) / "images.zip") as views:
        # A published release has no depth.
        depths = StoredZip(depth) if depth.is_file() else None
        figures.write_picture(samples, figures.draw_samples(table, views, depths, count=shown))
        figures.write_picture(people, figures.draw_people(table, views))
        figures.write_picture(rooms, figures.draw_rooms(table, views))
        figures.write_picture(actions, figures.draw_actions(table, views))
    by_group = read_table(rates, RATES)
    figures.write_rates_chart(rates_chart, by_group, ("joint", "scene", "action", "cause"))
    figures.write_threshold_chart(threshold_chart, read_table(thresholds, THRESHOLDS))


if __name__ == "__main__":
    run_job(snakemake, main)
