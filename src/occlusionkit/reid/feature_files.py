"""Features on disk: features.npy beside features.parquet, tied together row by row with digests."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..artifacts import Table, atomic_output, read_table, write_table
from ..artifacts.tables import make_table
from .schemas import FEATURES, ROLES

Features = NDArray[np.float32]

# What an index in CSV must have, and what it may have with the value that stands in where it has not.
_CSV_NEEDED = ("path", "identity", "role")
_CSV_OPTIONAL = ("sha256", "feature_sha256", "occluded", "index", "camera", "width", "height")


@dataclass(frozen=True, eq=False)
class FeatureSet:
    """features (N, D) float32, finite;  index: table FEATURES with N rows in the same order.

    verified: whether the index has digests of the features, and they agree.
    """

    features: Features
    index: Table
    verified: bool = True

    def __len__(self) -> int:
        return len(self.index)

    def rows_of(self, role: str) -> NDArray[np.int64]:
        """Rows with that role, ascending."""
        return np.flatnonzero(self.index["role"] == role)


def row_digests(features: Features) -> list[str]:
    """SHA-256 of every row's bytes as little-endian float32."""
    stored = np.ascontiguousarray(features, dtype="<f4")
    return [hashlib.sha256(row.data).hexdigest() for row in stored]


def feature_set(features: Features, rows: Mapping[str, Any], *, where: str = "features") -> FeatureSet:
    """Features with their index, made here.

    features (N, D) float32;  rows: the columns of FEATURES without `row` and `feature_sha256`, N values each, in the
    order of the features. Raises ValueError for NaN or infinite features, and for what the schema refuses.
    """
    _check_features(features, where, [str(path) for path in rows["path"]])
    given = {"row": np.arange(len(features)), "feature_sha256": row_digests(features)}
    return FeatureSet(features, make_table(FEATURES, {**rows, **given}))


def write_features(folder: Path, features: Features, rows: Mapping[str, Any]) -> Table:
    """Write folder/features.npy and folder/features.parquet, and return the latter. Arguments: as `feature_set`."""
    index = feature_set(features, rows, where=f"{folder}/features.npy").index
    with atomic_output(folder / "features.npy") as temporary, temporary.open("wb") as file:
        np.save(file, features, allow_pickle=False)
    write_table(folder / "features.parquet", index)
    return index


def read_features(features: Path, index: Path) -> FeatureSet:
    """Read features.npy and its index, and check that they belong together.

    features: .npy, (N, D) floats;  index: Parquet of schema FEATURES, or CSV with a header: path, identity, role, and
    optionally sha256, feature_sha256, occluded, index, camera, width, height; N rows in the order of the features.
    Raises FileNotFoundError, or ValueError naming file and row: not an array of that kind, NaN, another number of
    rows, a row whose digest is that of other features, an image listed twice, an unknown role.
    """
    values = _read_array(features)
    table, digests_known = _read_csv(index) if index.suffix.lower() == ".csv" else (read_table(index, FEATURES), True)
    if len(values) != len(table):
        raise ValueError(
            f"{features} has {len(values)} rows, {index} has {len(table)}: expected one row per image in both, "
            "in the same order; are they of the same extraction?"
        )
    paths = [str(path) for path in table["path"]]
    _check_features(values, str(features), paths)
    seen = Counter(paths)
    twice = sorted(path for path, count in seen.items() if count > 1)
    if twice:
        raise ValueError(f"{index}: {len(twice)} images are listed more than once, {twice[0]} first")
    unknown = sorted(set(table["role"]) - set(ROLES))
    if unknown:
        raise ValueError(f"{index}: expected roles {', '.join(ROLES)}; found {unknown[0]!r}")
    if digests_known:
        _check_digests(values, table, features, index)
    return FeatureSet(values, table, verified=digests_known)


def _read_array(path: Path) -> Features:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected features as .npy, found no file")
    try:
        values = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise ValueError(f"{path}: expected a .npy array of floats, found: {error}") from error
    if not isinstance(values, np.ndarray) or values.ndim != 2 or values.dtype.kind != "f" or 0 in values.shape:
        found = f"{values.shape} {values.dtype}" if isinstance(values, np.ndarray) else "an archive of arrays"
        raise ValueError(f"{path}: expected (images, dimensions) floats, found {found}")
    return np.asarray(values, dtype=np.float32)


def _check_features(values: Features, where: str, paths: list[str]) -> None:
    if values.ndim != 2 or values.dtype != np.float32 or len(values) != len(paths):
        raise ValueError(f"{where}: expected ({len(paths)}, D) float32, found {values.shape} {values.dtype}")
    finite = np.isfinite(values).all(axis=1)
    if not finite.all():
        row = int(np.flatnonzero(~finite)[0])
        raise ValueError(
            f"{where}: {int((~finite).sum())} of {len(values)} rows have NaN or infinite features, row {row} "
            f"({paths[row]}) first; they cannot be ranked: extract them again"
        )
    empty = ~values.any(axis=1)
    if empty.any():
        row = int(np.flatnonzero(empty)[0])
        raise ValueError(f"{where}: row {row} ({paths[row]}) is all zeros: it has no direction to compare")


def _check_digests(values: Features, table: Table, features: Path, index: Path) -> None:
    wrong = [n for n, digest in enumerate(row_digests(values)) if digest != table["feature_sha256"][n]]
    if wrong:
        raise ValueError(
            f"{features} and {index} do not belong together: {len(wrong)} of {len(table)} rows have other features "
            f"than the index was written for, row {wrong[0]} ({table['path'][wrong[0]]}) first; "
            "use the pair of one extraction"
        )


def _read_csv(path: Path) -> tuple[Table, bool]:
    """The table, and whether it has digests of features."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected an index as Parquet or CSV, found no file")
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or ())
        rows = list(reader)
    missing, unknown = (
        [n for n in _CSV_NEEDED if n not in names],
        sorted(set(names) - {*_CSV_NEEDED, *_CSV_OPTIONAL, "row"}),
    )
    if missing or unknown:
        raise ValueError(
            f"{path}: expected columns {', '.join(_CSV_NEEDED)} and optionally {', '.join(_CSV_OPTIONAL)}; "
            f"missing {missing}, unknown {unknown}"
        )

    def whole(name: str, default: int) -> list[int]:
        return [_whole(row.get(name) or str(default), f"{path}, line {n + 2}, {name}") for n, row in enumerate(rows)]

    known = "feature_sha256" in names
    columns = {
        "row": np.arange(len(rows)),
        "path": [row["path"] for row in rows],
        "sha256": [row.get("sha256") or None for row in rows],
        "feature_sha256": [row.get("feature_sha256") or "" for row in rows],
        "identity": np.array(whole("identity", 0), dtype=np.int64),
        "role": [row["role"] for row in rows],
        "occluded": np.array([_truth(row.get("occluded"), row["role"]) for row in rows], dtype=bool),
        "index": np.array(whole("index", 0), dtype=np.int64),
        "camera": [row.get("camera") or None for row in rows],
        "width": np.array(whole("width", 0), dtype=np.int64),
        "height": np.array(whole("height", 0), dtype=np.int64),
    }
    return make_table(FEATURES, columns), known


def _whole(text: str, where: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{where}: expected a whole number, found {text!r}") from None


def _truth(text: str | None, role: str) -> bool:
    return role in ("query", "partial") if text in (None, "") else str(text).lower() in ("1", "true", "yes")
