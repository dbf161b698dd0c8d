"""Scores of all datasets and protocols in; the re-ID tables out."""

from pathlib import Path

from occlusionkit.artifacts import read_table, write_bytes
from occlusionkit.jobs import run_job
from occlusionkit.reid.schemas import DRAWS, ITEMS, OCCLUSION_CALLS, SPLITS
from occlusionkit.reid.split_lists import published_splits
from occlusionkit.tables.reid import (
    Measured,
    ablation_table,
    comparison_table,
    differences_table,
    results_table,
    single_query_table,
)
from occlusionkit.tables.reid_heads import occlusion_head_table
from occlusionkit.tables.reid_views import (
    differences_view,
    occlusion_head_view,
    paper_view,
    results_view,
    single_query_view,
    write_view,
)


def main(
    scored: list[Path],
    draws: list[Path],
    splits: list[Path],
    calls: list[Path],
    results: list[Path],
    differences: list[Path],
    ablation: list[Path],
    comparison: list[Path],
    single_query: list[Path],
    heads: list[Path],
    split_lists: Path,
    *,
    measured: list[tuple[str, str, str, str]],
    heads_of: list[tuple[str, str]],
) -> None:
    scores = [
        Measured(dataset, layout, protocol, source, read_table(items_path, ITEMS), read_table(draws_path, DRAWS))
        for items_path, draws_path, (dataset, protocol, layout, source) in zip(scored, draws, measured, strict=True)
    ]
    layouts = {one.dataset: one.layout for one in scores}
    every = results_table(scores)
    apart = differences_table(scores)
    rebuilt, compared, single = (
        table(every, layouts) for table in (ablation_table, comparison_table, single_query_table)
    )
    told = occlusion_head_table(
        [(*of, read_table(path, OCCLUSION_CALLS)) for path, of in zip(calls, heads_of, strict=True)]
    )
    lists = {of[0]: read_table(path, SPLITS) for path, of in zip(splits, measured, strict=True) if of[1] == "icme18"}
    write_bytes(split_lists, published_splits(lists).encode())
    for paths, table, view in (
        (results, every, results_view(every)),
        (differences, apart, differences_view(apart)),
        (ablation, rebuilt, paper_view(rebuilt)),
        (comparison, compared, paper_view(compared, (1,))),
        (single_query, single, single_query_view(single)),
        (heads, told, occlusion_head_view(told)),
    ):
        write_view(paths[0].with_suffix(""), table, view)


if __name__ == "__main__":
    run_job(snakemake, main)
