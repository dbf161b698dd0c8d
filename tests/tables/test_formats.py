"""Tables for people: cells, Markdown, LaTeX, CSV."""

from __future__ import annotations

import csv
import math

import numpy as np

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import THRESHOLDS
from occlusionkit.artifacts.tables import make_table
from occlusionkit.tables.datasets import write_threshold_rates
from occlusionkit.tables.formats import format_percent, to_latex, to_markdown


def test_percent_of_nothing_counted_is_a_dash():
    assert (format_percent(0.203), format_percent(math.nan), format_percent(0.0)) == ("20.3%", "-", "0.0%")


def test_markdown_columns_line_up():
    text = to_markdown(["a", "long name"], [["first", "1"], ["x", "22"]])
    assert {len(line) for line in text.splitlines()} == {len("| first | long name |")}


def test_latex_escapes_what_would_break_it():
    text = to_latex(["rate_%", "n & m"], [["50%", "{x}"]])
    assert r"rate\_\% & n \& m \\" in text and r"50\% & \{x\} \\" in text
    assert text.startswith("\\begin{tabular}{ll}\n\\toprule\n")


def test_csv_holds_exact_values_and_all_views_are_written(tmp_path):
    table = make_table(
        THRESHOLDS,
        {
            "rule": ["absolute", "absolute"],
            "threshold_m": np.array([0.3, 0.1]),
            "joints_in_image": np.array([3, 0]),
            "occluded": np.array([1, 0]),
            "rate": np.array([1 / 3, np.nan]),
        },
    )
    write_threshold_rates(tmp_path / "t", table)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".md", ".parquet", ".tex"]
    rows = list(csv.DictReader((tmp_path / "t.csv").open()))
    assert float(rows[1]["rate"]) == 1 / 3 and float(rows[1]["threshold_m"]) == 0.3
    assert "33.3%" in (tmp_path / "t.md").read_text()
    assert read_table(tmp_path / "t.parquet", THRESHOLDS)["threshold_m"].tolist() == [0.1, 0.3]
