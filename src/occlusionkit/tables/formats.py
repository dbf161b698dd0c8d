"""Views of a table for people: CSV, Markdown and LaTeX beside the Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..artifacts import write_bytes, write_table
from ..artifacts.tables import Table

_LATEX = {"&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}"}


def format_percent(value: float) -> str:
    """0.203 -> 20.3%; "-" for NaN."""
    return "-" if np.isnan(value) else f"{100 * value:.1f}%"


def format_spread(value: float, spread: float) -> str:
    """Fractions in percent, a mean with what it scatters by: 0.9012, 0.004 -> 90.12 ± 0.40; "-" for NaN."""
    if np.isnan(value):
        return "-"
    return f"{100 * value:.2f}" if np.isnan(spread) else f"{100 * value:.2f} ± {100 * spread:.2f}"


def to_markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, columns padded so that it reads well as plain text too."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = [header, ["-" * width for width in widths], *rows]
    return "".join("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |\n" for line in lines)


def to_latex(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A booktabs tabular, text escaped."""

    def line(cells: Sequence[str]) -> str:
        return " & ".join("".join(_LATEX.get(c, c) for c in cell) for cell in cells) + r" \\"

    body = [r"\toprule", line(header), r"\midrule", *map(line, rows), r"\bottomrule"]
    return "\n".join([rf"\begin{{tabular}}{{{'l' * len(header)}}}", *body, r"\end{tabular}", ""])


def write_views(base: Path, table: Table, *, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write base.parquet (the table), base.csv (its exact values), base.md and base.tex (header and rows as given)."""
    write_table(base.with_suffix(".parquet"), table)
    names = [column.name for column in table.schema.columns]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*(table[name].tolist() for name in names), strict=True))
    write_bytes(base.with_suffix(".csv"), text.getvalue().encode())
    write_bytes(base.with_suffix(".md"), to_markdown(header, rows).encode())
    write_bytes(base.with_suffix(".tex"), to_latex(header, rows).encode())
