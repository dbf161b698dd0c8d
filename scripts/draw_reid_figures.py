"""Scores, features and images in; CMC curves and ranked lists out."""

from functools import partial
from pathlib import Path

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.tables import make_table
from occlusionkit.jobs import run_job
from occlusionkit.reid.crops import read_images
from occlusionkit.reid.feature_files import read_features
from occlusionkit.reid.schemas import DRAWS, ITEMS
from occlusionkit.tables.figures import write_picture
from occlusionkit.tables.reid import Measured
from occlusionkit.tables.reid_figures import draw_ranked_lists, write_cmc_chart


def main(
    scored: list[Path],
    features: list[Path],
    tables: list[Path],
    images: Path,
    curves: Path,
    ranked: Path,
    *,
    measured: list[tuple[str, str, str, str]],
    examples: int,
    show_pictures: bool,
) -> None:
    no_draws = make_table(DRAWS, {column.name: [] for column in DRAWS.columns})
    write_cmc_chart(
        curves,
        [
            Measured(dataset, layout, protocol, source, read_table(path, ITEMS), no_draws)
            for path, (dataset, protocol, layout, source) in zip(scored, measured, strict=True)
        ],
    )
    models = {one.parent.name: read_features(one, table) for one, table in zip(features, tables, strict=True)}
    read = partial(read_images, images) if show_pictures else None
    write_picture(ranked, draw_ranked_lists(models, read, count=examples))


if __name__ == "__main__":
    run_job(snakemake, main)
