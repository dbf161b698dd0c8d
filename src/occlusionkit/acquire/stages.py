"""The workflow's stages of acquiring a dataset, as functions of names and folders: download, verify, extract, index.

results/archives/<dataset>/<file>             the archives, as published
results/archives/.checks/<dataset>/           their hashes (hidden: times of change are no content)
results/data/<dataset>/                       the official layout
results/index/<dataset>.files.parquet         its files, after the layout was checked
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from occlusionkit.artifacts.tables import Table, concatenate, make_table

from .checksums import verify_file
from .download import forget_finished, places
from .extract import extract_archive, inventory, staging_for
from .layouts.families import index_dataset
from .layouts.occlusion_person import read_annotations
from .manifest import Dataset, SourceFile, read_manifest
from .members import Member
from .schemas import INVENTORY
from .settings import RESULTS, Settings, read_settings
from .sources import archives_folder, check_names, find_dataset


class WrongFileInPlaceError(ValueError):
    """A file in the archives folder is not the one that was published."""


def configured(section: dict[str, Any] | None) -> tuple[Settings, dict[str, Dataset]]:
    """The `acquire` section of the configuration -> settings and the manifest that they name.

    Raises ValueError also for a dataset that no manifest has.
    """
    settings = read_settings(section or {})
    manifest = read_manifest(settings.manifests)
    check_names(manifest, settings)
    return settings, manifest


def data_folder(dataset: str, results: Path = RESULTS) -> Path:
    """Where a dataset's official layout lies."""
    return results / "data" / dataset


def verify_part(dataset: Dataset, file: SourceFile, record: Path, results: Path = RESULTS) -> Table:
    """Check one file of the archives folder and write `record`.

    What the download hashed on its way is not hashed again. Raises WrongFileInPlaceError naming the file.
    """
    path = archives_folder(dataset.name, results) / file.name
    table = verify_file(dataset, file, path, record, caches=[places(dataset.name, file.name, results).record])
    if table["verdict"][0] == "wrong":
        problem = table["problem"][0]
        record.unlink()
        raise WrongFileInPlaceError(f"{dataset.title}: {path} {problem}: delete it and run again")
    forget_finished(dataset.name, file.name, results)
    return table


def unpack(dataset: Dataset, archive: str, settings: Settings, results: Path = RESULTS) -> Table:
    """Bring one verified archive into the dataset's folder; returns its INVENTORY, paths below that folder."""
    rows = dataset.archives[archive]
    parts = [archives_folder(dataset.name, results) / row.name for row in rows]
    if rows[0].action == "place":
        return _place(parts[0], data_folder(dataset.name, results), rows[0])
    below = data_folder(dataset.name, results) / rows[0].target
    table = extract_archive(
        parts,
        below,
        staging_for(parts, dataset.name, archive, results),
        limits=settings.limits,
        published_members=dataset.members(archive),
    )
    return _moved_below(table, rows[0].target)


def _place(source: Path, folder: Path, row: SourceFile) -> Table:
    """A file that is no archive: linked into the layout under its official name."""
    target = folder / row.target
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.partial-{os.getpid()}")
    temporary.unlink(missing_ok=True)
    # Relative, so that the results folder can be moved as a whole.
    temporary.symlink_to(os.path.relpath(source, target.parent))
    temporary.replace(target)
    return inventory([Member(row.target, "file", source.stat().st_size)], row.archive)


def _moved_below(table: Table, target: str) -> Table:
    if target in ("", "."):
        return table
    columns = {name: table[name] for name in ("archive", "bytes", "crc32")}
    return make_table(INVENTORY, {**columns, "path": [f"{target}/{path}" for path in table["path"]]})


def index_files(dataset: Dataset, inventories: list[Table], results: Path = RESULTS) -> Table:
    """Check the official layout and index its files; the inventories say what must still be there."""
    folder = data_folder(dataset.name, results)
    listed = concatenate(inventories)
    absent = [path for path in listed["path"].tolist() if not os.path.lexists(folder / path)]
    if absent:
        raise FileNotFoundError(f"{folder}: {len(absent)} unpacked files are gone, {absent[0]} first: extract again")
    return index_dataset(dataset, folder)


def index_items(dataset: Dataset, results: Path = RESULTS) -> Table:
    """The annotations of a dataset of Occlusion-Person's family as one table."""
    if dataset.family != "occlusion_person":
        raise ValueError(f"{dataset.title}: only Occlusion-Person's family has an item table, this is {dataset.family}")
    return read_annotations(data_folder(dataset.name, results))


def stage_dataset(settings_section: dict[str, Any] | None, name: str) -> tuple[Settings, Dataset]:
    """Settings and one dataset, for a script."""
    settings, manifest = configured(settings_section)
    return settings, find_dataset(manifest, name)
