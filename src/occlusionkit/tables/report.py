"""The report: one HTML file with its pictures inside, which opens offline."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from ..artifacts import write_bytes
from ..artifacts.tables import Table
from .formats import format_percent

_TEMPLATE = Path(__file__).with_name("report.html")


@dataclass(frozen=True)
class Picture:
    """A figure file with its title and what to see in it."""

    path: Path
    title: str
    text: str

    @property
    def data_uri(self) -> str:
        kind = "jpeg" if self.path.suffix in (".jpg", ".jpeg") else "png"
        return f"data:image/{kind};base64,{base64.b64encode(self.path.read_bytes()).decode()}"


def build_report(
    path: Path,
    *,
    datasets: Table,
    rates: Table,
    pictures: Sequence[Picture],
    settings: Mapping[str, Any],
    provenance: Mapping[str, str],
) -> None:
    """Write the report.

    datasets, rates: the tables of the same names;  settings: what of the config made the data, name -> value;
    provenance: what ran, name -> text (renderer, versions, code).
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["percent"] = format_percent
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    html = template.render(
        datasets=_rows(datasets),
        total=next(row for row in _rows(rates) if row["grouping"] == "all"),
        causes=[row for row in _rows(rates) if row["grouping"] == "cause"],
        groupings={
            name: [row for row in _rows(rates) if row["grouping"] == name]
            for name in ("joint", "camera", "scene", "action", "subject", "split")
        },
        pictures=pictures,
        settings=settings,
        provenance=provenance,
    )
    write_bytes(path, html.encode())


def _rows(table: Table) -> list[dict[str, Any]]:
    names = [column.name for column in table.schema.columns]
    return [
        {name: value.item() if isinstance(value, np.generic) else value for name, value in zip(names, row, strict=True)}
        for row in zip(*(table[name] for name in names), strict=True)
    ]
