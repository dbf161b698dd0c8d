"""The manifest: one row per dataset and one per file, with source, size, hashes, licence and what the file becomes.

Two CSV tables, `datasets.csv` and `files.csv`, built in or added by folder; both are checked on reading.
Standard library only: rule files read it at every start of Snakemake.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath

BUILT_IN = Path(__file__).parent / "manifest"

# http: address is a URL; gdrive: a Google Drive file id; onedrive, manual: a page that a person must visit;
# member: the file comes out of the archive and is listed for its hash alone, address is its name inside.
SOURCES = ("http", "gdrive", "onedrive", "manual", "member")
# extract: unpack into the folder `target`; place: the file itself becomes `target`; keep: comes with the archive.
ACTIONS = ("extract", "place", "keep")

_VOLUME = re.compile(r"^(?P<archive>.+)\.(?P<number>\d{3,})$")


@dataclass(frozen=True)
class SourceFile:
    """One file of a dataset. `bytes`, `md5`, `sha256` are None where nobody published them."""

    dataset: str
    name: str
    archive: str
    bytes: int | None
    md5: str | None
    sha256: str | None
    source: str
    address: str
    action: str
    target: str


@dataclass(frozen=True)
class Dataset:
    """A dataset and its files. `counts` are the official release's, by the names its layout check uses."""

    name: str
    title: str
    family: str
    version: str
    enabled: bool
    restricted: bool
    licence: str
    terms_page: str
    page: str
    counts: Mapping[str, int]
    instructions: str
    notice: str
    files: tuple[SourceFile, ...] = ()

    @property
    def fetched(self) -> tuple[SourceFile, ...]:
        """The files that must lie in the archives folder, sorted by name: all but the members of archives."""
        return tuple(sorted((f for f in self.files if f.source != "member"), key=lambda f: f.name))

    @property
    def archives(self) -> dict[str, tuple[SourceFile, ...]]:
        """Archive name -> its parts in order; a file that is no archive is an archive of one part."""
        grouped: dict[str, list[SourceFile]] = {}
        for file in self.fetched:
            grouped.setdefault(file.archive, []).append(file)
        return {name: tuple(sorted(parts, key=lambda f: volume_key(f.name))) for name, parts in sorted(grouped.items())}

    def members(self, archive: str) -> dict[str, SourceFile]:
        """Name inside the archive -> the row with its published hash."""
        return {f.address: f for f in self.files if f.source == "member" and f.archive == archive}

    def file(self, name: str) -> SourceFile:
        """The file of that name; KeyError naming the ones there are."""
        found = next((f for f in self.files if f.name == name), None)
        if found is None:
            raise KeyError(
                f"dataset {self.name}: has no file {name!r}; it has {len(self.files)}: "
                f"{', '.join(f.name for f in self.files[:5])} ..."
            )
        return found

    @property
    def scriptable(self) -> bool:
        """Whether a program can fetch every file."""
        return all(f.source in ("http", "gdrive") for f in self.fetched)


def volume_key(name: str) -> tuple[str, int]:
    """Sorts volumes by number (`.zip.2` never stands in a manifest, but `.1000` after `.999` may)."""
    match = _VOLUME.match(name)
    return (match["archive"], int(match["number"])) if match else (name, 0)


def read_manifest(added: Sequence[Path] = ()) -> dict[str, Dataset]:
    """Dataset name -> dataset, sorted, from the built-in tables and then the folders `added`.

    A dataset in an added folder replaces the built-in one of that name, with all of its files.
    Raises ValueError naming table, line and column for a row that does not fit.
    """
    found: dict[str, Dataset] = {}
    for folder in (BUILT_IN, *added):
        found.update(_read_folder(Path(folder)))
    return dict(sorted(found.items()))


def _read_folder(folder: Path) -> dict[str, Dataset]:
    rows: dict[str, list[SourceFile]] = {}
    names: set[tuple[str, str]] = set()
    for where, row in _rows(folder / "files.csv", [f.name for f in fields(SourceFile)]):
        file = _source_file(where, row)
        if (file.dataset, file.name) in names:
            raise ValueError(f"{where}: file {file.name} stands twice in dataset {file.dataset}")
        names.add((file.dataset, file.name))
        rows.setdefault(file.dataset, []).append(file)
    columns = [f.name for f in fields(Dataset) if f.name != "files"]
    datasets: dict[str, Dataset] = {}
    for where, row in _rows(folder / "datasets.csv", columns):
        if row["name"] in datasets:
            raise ValueError(f"{where}: dataset {row['name']} stands twice")
        datasets[row["name"]] = _dataset(where, row, tuple(rows.pop(row["name"], ())))
    if rows:
        raise ValueError(f"{folder / 'files.csv'}: files of datasets that datasets.csv does not have: {sorted(rows)}")
    return datasets


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected a manifest table, found no file")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if reader.fieldnames is None or list(reader.fieldnames) != list(columns):
            raise ValueError(f"{path}: expected the columns {list(columns)}, found {reader.fieldnames}")
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if None in row or None in row.values():
                raise ValueError(f"{where}: expected {len(columns)} cells, found more or fewer")
            yield where, row


def _source_file(where: str, row: Mapping[str, str]) -> SourceFile:
    if row["bytes"] and not row["bytes"].isdigit():
        raise ValueError(f"{where}, column bytes: expected a number or nothing, found {row['bytes']!r}")
    for column, digits in (("md5", 32), ("sha256", 64)):
        if row[column] and not re.fullmatch(rf"[0-9a-f]{{{digits}}}", row[column]):
            raise ValueError(f"{where}, column {column}: expected {digits} hex digits, found {row[column]!r}")
    for column, allowed in (("source", SOURCES), ("action", ACTIONS)):
        if row[column] not in allowed:
            raise ValueError(f"{where}, column {column}: expected one of {allowed}, found {row[column]!r}")
    if "/" in row["name"] or row["name"] in ("", ".", "..") or row["name"].startswith("."):
        raise ValueError(f"{where}, column name: expected a plain file name, found {row['name']!r}")
    target = PurePosixPath(row["target"])
    if target.is_absolute() or ".." in target.parts:
        raise ValueError(f"{where}, column target: expected a path inside the dataset, found {row['target']!r}")
    return SourceFile(
        dataset=row["dataset"],
        name=row["name"],
        archive=row["archive"] or row["name"],
        bytes=int(row["bytes"]) if row["bytes"] else None,
        md5=row["md5"] or None,
        sha256=row["sha256"] or None,
        source=row["source"],
        address=row["address"],
        action=row["action"],
        target=row["target"],
    )


def _dataset(where: str, row: Mapping[str, str], files: tuple[SourceFile, ...]) -> Dataset:
    if not re.fullmatch(r"[a-z0-9_]+", row["name"]):
        raise ValueError(f"{where}, column name: expected a-z, 0-9 and _, found {row['name']!r}")
    for column in ("enabled", "restricted"):
        if row[column] not in ("yes", "no"):
            raise ValueError(f"{where}, column {column}: expected yes or no, found {row[column]!r}")
    try:
        counts = json.loads(row["counts"] or "{}")
    except json.JSONDecodeError as error:
        raise ValueError(f"{where}, column counts: expected a JSON object, found {row['counts']!r}") from error
    if not files:
        raise ValueError(f"{where}: dataset {row['name']} has no file in files.csv")
    if row["restricted"] == "yes" and not (row["licence"] and row["terms_page"]):
        raise ValueError(f"{where}: a restricted dataset needs its licence and the page of its terms")
    text = {name: row[name] for name in ("title", "family", "version", "licence", "terms_page", "page")}
    return Dataset(
        name=row["name"],
        enabled=row["enabled"] == "yes",
        restricted=row["restricted"] == "yes",
        counts=counts,
        instructions=row["instructions"],
        notice=row["notice"],
        files=files,
        **text,
    )


def write_manifest_tables(folder: Path, datasets: Sequence[Dataset]) -> None:
    """Write `datasets.csv` and `files.csv` that `read_manifest` reads back equal."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = [f.name for f in fields(Dataset) if f.name != "files"]
    _write_rows(
        folder / "datasets.csv",
        columns,
        [
            {
                **{name: getattr(dataset, name) for name in columns},
                "enabled": "yes" if dataset.enabled else "no",
                "restricted": "yes" if dataset.restricted else "no",
                "counts": json.dumps(dict(dataset.counts), sort_keys=True),
            }
            for dataset in datasets
        ],
    )
    names = [f.name for f in fields(SourceFile)]
    rows = [{name: getattr(file, name) for name in names} for dataset in datasets for file in dataset.files]
    _write_rows(folder / "files.csv", names, [{k: "" if v is None else v for k, v in row.items()} for row in rows])


def _write_rows(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
