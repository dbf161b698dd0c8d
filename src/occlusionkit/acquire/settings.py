"""What the user decides about acquiring: where archives may come from, which terms are accepted, how hard to try.

Standard library only: rule files read it at every start of Snakemake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

RESULTS = Path("results")


@dataclass(frozen=True)
class Limits:
    """What an archive may expand to; beyond it is refused before a byte is written."""

    total_gib: float = 2000.0
    ratio: float = 200.0
    members: int = 5_000_000


@dataclass(frozen=True)
class Choice:
    """One dataset's settings. `folder`: its archives lie there; `address`: they lie below this URL."""

    accept_terms: bool = False
    folder: Path | None = None
    address: str | None = None


@dataclass(frozen=True)
class Settings:
    """The `acquire` section of the configuration, checked.

    fetch: datasets that the target `acquired` brings; manifests: folders with further manifest tables;
    folder: where the user puts archives of any dataset, as <folder>/<dataset>/<file>: outside of the results, because
    Snakemake deletes what it believes to be its own; local: "link" shares the bytes of a file that lies
    on this machine already, "copy" makes them ours; retries: attempts in a row that bring no byte;
    wait_s: pause before the second of them, doubled each time up to a minute.
    """

    fetch: tuple[str, ...] = ()
    manifests: tuple[Path, ...] = ()
    folder: Path = Path("archives")
    local: str = "link"
    retries: int = 8
    wait_s: float = 1.0
    timeout_s: float = 60.0
    limits: Limits = field(default_factory=Limits)
    datasets: Mapping[str, Choice] = field(default_factory=dict)

    def choice(self, dataset: str) -> Choice:
        """This dataset's settings, or the defaults."""
        return self.datasets.get(dataset, Choice())


def read_settings(section: Mapping[str, Any]) -> Settings:
    """The `acquire` section -> Settings. ValueError naming the key for unknown keys and values out of range."""
    known = _known(section, Settings, "acquire")
    datasets = {
        name: Choice(**_paths(_known(choice, Choice, f"acquire: datasets: {name}"), "folder"))
        for name, choice in sorted(known.pop("datasets", {}).items())
    }
    limits = Limits(**_known(known.pop("limits", {}), Limits, "acquire: limits"))
    known["fetch"] = tuple(known.get("fetch", ()))
    known["manifests"] = tuple(Path(folder) for folder in known.get("manifests", ()))
    settings = Settings(**_paths(known, "folder"), limits=limits, datasets=datasets)
    if settings.local not in ("link", "copy"):
        raise ValueError(f"acquire: local: expected link or copy, found {settings.local!r}")
    if settings.retries < 0 or settings.wait_s < 0 or settings.timeout_s <= 0:
        raise ValueError("acquire: expected retries >= 0, wait_s >= 0 and timeout_s > 0")
    return settings


def _known(section: Mapping[str, Any], kind: type, where: str) -> dict[str, Any]:
    names = [f.name for f in fields(kind)]
    unknown = sorted(set(section) - set(names))
    if unknown:
        raise ValueError(f"{where}: unknown keys {unknown}; expected some of {names}")
    return {name: value for name, value in section.items() if value is not None}


def _paths(section: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: Path(value) if name in names else value for name, value in section.items()}
