"""What a system shows in the report: its own part of the page, as plain text, tables and pictures."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

# "93.2", "-4.5 [-10.7, +1.4]", "57.27 / 81.40 / 89.66", "1,536", "90.12 ± 0.40", "-"
_NUMBERS = re.compile(r"[-+±\d.,/%\[\] ]+")
# Characters of a cell that is kept in one line.
_SHORT = 26


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


@dataclass(frozen=True)
class ShownTable:
    """A table as a person reads it: cells are text already.

    ours: numbers of the rows measured in this run;  grey: those of published values whose protocol is another one;
    grey_columns: numbers of columns that hold such values.
    ValueError where a row has not one cell for each column.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: str = ""
    ours: frozenset[int] = frozenset()
    grey: frozenset[int] = frozenset()
    grey_columns: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.header):
                raise ValueError(
                    f"table {self.title!r}, row {number}: expected {len(self.header)} cells, found {len(row)}"
                )

    def kinds(self) -> list[str]:
        """The classes of each column: "number", set flush right, "short" words in one line, or "words"; "grey"."""
        columns = list(zip(*self.rows, strict=True)) or [("",)] * len(self.header)
        kinds = [
            "number"
            if all(map(_NUMBERS.fullmatch, column))
            else "short"
            if max(map(len, column)) <= _SHORT
            else "words"
            for column in columns
        ]
        return [f"{kind} grey".strip() if i in self.grey_columns else kind for i, kind in enumerate(kinds)]

    def marked(self, number: int) -> str:
        """The class of a row: "ours", "grey" or none."""
        return "ours" if number in self.ours else "grey" if number in self.grey else ""


@dataclass(frozen=True)
class Section:
    """One system's part of the report.

    anchor: its address on the page;  note: what must be read before the numbers, such as what they were measured on.
    """

    anchor: str
    title: str
    text: str
    note: str = ""
    tables: Sequence[ShownTable] = field(default_factory=tuple)
    pictures: Sequence[Picture] = field(default_factory=tuple)
