"""Re-ID tables as people read them: percent, intervals in brackets, published rows beside ours and marked as such."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from ..artifacts.tables import Table
from ..reid.schemas import PAPER_RANKS, PAPER_SHOTS
from .formats import write_views
from .reid import INSIDE, METHODS

Cells = tuple[list[str], list[list[str]]]


def results_view(results: Table) -> Cells:
    """One line for each dataset, protocol, method and N: rank-1, rank-5, rank-10 and mAP, with what they scatter by."""
    by_cell: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = {}
    keys = ("dataset", "source", "protocol", "splits", "shots", "fusion", "method", "trained_on")
    for row in results.rows():
        by_cell.setdefault(tuple(row[key] for key in keys), {})[row["metric"]] = row
    order = list(METHODS)
    lines = []
    for key, cell in sorted(by_cell.items(), key=lambda pair: (*pair[0][:6], order.index(pair[0][6]), pair[0][7])):
        dataset, source, protocol, splits, shots, fusion, method, trained_on = key
        first = cell["rank_1"]
        lines.append(
            [
                f"{dataset} ({source})",
                protocol,
                splits,
                _shots(shots, fusion),
                METHODS[method][0] + ("" if trained_on in ("half", "nothing") else f" ({trained_on})"),
                _interval(first),
                _percent(cell["rank_5"]["value"]),
                _percent(cell["rank_10"]["value"]),
                _percent(cell["mean_ap"]["value"]),
                _percent(first["seed_std"]),
                _percent(first["draw_std"]),
                str(first["seeds"]) if first["seeds"] else "-",
                str(first["identities"]),
            ]
        )
    header = [
        *("Dataset", "Protocol", "Splits", "N", "Method", "rank-1 [95%]", "rank-5", "rank-10", "mAP"),
        *("± seeds", "± draws", "Seeds", "People"),
    ]
    return header, lines


def differences_view(differences: Table) -> Cells:
    """One line for each pair of methods and N: how far apart, and whether that is beyond the noise."""
    lines = []
    for row in differences.rows():
        sign = f"{100 * row['difference']:+.1f} [{100 * row['low']:+.1f}, {100 * row['high']:+.1f}]"
        lines.append(
            [
                f"{row['dataset']}, {row['protocol']}, splits {row['splits']}",
                _shots(row["shots"], row["fusion"]),
                row["metric"].replace("rank_", "rank-").replace("mean_ap", "mAP"),
                f"{METHODS[row['method']][0]} - {METHODS[row['against']][0]}",
                sign,
                row["verdict"] if row["verdict"] == INSIDE else f"{row['verdict']}, beyond the noise",
            ]
        )
    return ["Where", "N", "Metric", "Difference of", "Points [95%]", "In words"], lines


def paper_view(table: Table, shots: tuple[int, ...] = PAPER_SHOTS) -> Cells:
    """The paper's layout: a column for each N with rank-1 / 5 / 10; ours with the interval of rank-1 at N = 1."""
    lines = []
    for row in table.rows():
        cells = [" / ".join(_percent(row[f"n{n}_rank_{rank}"]) for rank in PAPER_RANKS) for n in shots]
        ours = row["source"] != "published"
        lines.append(
            [
                row["dataset"],
                f"{row['method']}" + (f", {row['seeds']} seeds" if row["seeds"] > 1 else ""),
                *(cell.replace("- / - / -", "-") for cell in cells),
                f"[{100 * row['n1_low']:.1f}, {100 * row['n1_high']:.1f}]" if ours else "-",
                f"measured here on {row['source']} images" if ours else row["published_in"],
            ]
        )
    columns = [f"N = {n}: rank-1 / 5 / 10" for n in shots]
    return ["Dataset", "Method", *columns, "95% of rank-1, N = 1", "Where"], lines


def single_query_view(table: Table) -> Cells:
    """Single-query protocols, ours first; published rows say where they stand and what to know."""
    lines = []
    for row in table.rows():
        where = row["published_in"] or f"measured here on {row['source']} images"
        interval = "" if math.isnan(row["rank_1_low"]) else _bracket(row["rank_1_low"], row["rank_1_high"])
        lines.append(
            [
                row["dataset"],
                row["protocol"],
                row["method"],
                f"{_percent(row['rank_1'])}{interval}",
                _percent(row["mean_ap"]),
                _percent(row["mean_ap_trapezoid"]),
                where + (f"; {row['remark']}" if row["remark"] else ""),
            ]
        )
    return ["Dataset", "Protocol", "Method", "rank-1 [95%]", "mAP", "mAP (trapezoid)", "Where"], lines


def occlusion_head_view(table: Table) -> Cells:
    """One line for each method and kind of image; chance is 50%."""
    lines = [
        [
            row["dataset"],
            METHODS[row["method"]][0] + ("" if row["trained_on"] == "half" else f" ({row['trained_on']})"),
            "not trained on" if row["people"] == "held_out" else "trained on",
            row["kind"],
            _percent(row["accuracy"]),
            _percent(row["seed_std"]),
            str(row["images"]),
        ]
        for row in table.rows()
    ]
    return ["Dataset", "Method", "People", "Images", "Right, %", "± trainings", "Count"], lines


def write_view(base: Path, table: Table, view: Cells) -> None:
    """base.parquet and .csv hold the table, .md and .tex the view."""
    write_views(base, table, header=view[0], rows=view[1])


def _shots(shots: int, fusion: str) -> str:
    return "single query" if shots == 0 else f"{shots}, {fusion.replace('_', ' ')}"


def _percent(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.2f}"


def _bracket(low: float, high: float) -> str:
    return f" [{100 * low:.1f}, {100 * high:.1f}]"


def _interval(row: dict[str, Any]) -> str:
    return _percent(row["value"]) + ("" if math.isnan(row["low"]) else _bracket(row["low"], row["high"]))
