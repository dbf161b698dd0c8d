"""The report: one HTML file with its pictures inside, which opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from ..artifacts import write_bytes
from ..artifacts.tables import Table
from .formats import format_percent
from .sections import Picture, Section

_TEMPLATE = Path(__file__).with_name("report.html")


@dataclass(frozen=True)
class OcclusionPerson:
    """What the report shows of Occlusion-Person.

    datasets, rates: the tables of the same names;  settings: what of the config made the data, name -> value;
    provenance: what ran, name -> text (renderer, versions, code).
    """

    datasets: Table
    rates: Table
    pictures: Sequence[Picture]
    settings: Mapping[str, Any]
    provenance: Mapping[str, str]


def build_report(path: Path, *, occlusion_person: OcclusionPerson | None, sections: Sequence[Section] = ()) -> None:
    """Write the report: Occlusion-Person first where it was made, then the other systems' parts, in order."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["percent"] = format_percent
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    shown = {} if occlusion_person is None else _variables(occlusion_person)
    write_bytes(path, template.render(sections=sections, datasets=shown.pop("datasets", []), **shown).encode())


def _variables(part: OcclusionPerson) -> dict[str, Any]:
    rates = list(part.rates.rows())
    return {
        "datasets": list(part.datasets.rows()),
        "total": next(row for row in rates if row["grouping"] == "all"),
        "causes": [row for row in rates if row["grouping"] == "cause"],
        "groupings": {
            name: [row for row in rates if row["grouping"] == name]
            for name in ("joint", "camera", "scene", "action", "subject", "split")
        },
        "pictures": part.pictures,
        "settings": part.settings,
        "provenance": part.provenance,
    }
