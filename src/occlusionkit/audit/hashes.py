"""Lists of content hashes: write one for a results folder, compare two.

`results/audit/hashes.tsv` has one line per artifact: path, content hash, and whether it depends on how the work was cut
into shards (files of one shard, the plan, sidecars that name shards). All others are the same for any shard size.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from ..artifacts.atomic import write_bytes
from ..artifacts.hashing import artifact_files, content_hash

_HEADER = ("path", "content_hash", "per_shard")
_SHARD_FOLDER = re.compile(r"shard-\d+")


@dataclass(frozen=True)
class Entry:
    """One artifact. damage: "" or why it cannot be decoded; then content_hash is ""."""

    content_hash: str
    per_shard: bool
    damage: str = ""


@dataclass(frozen=True)
class Comparison:
    """Paths that differ between an expected and a found list, sorted; altered ones with the reason.

    same: how many agree;  left_out: how many were not compared because they depend on the sharding.
    """

    missing: tuple[str, ...]
    altered: Mapping[str, str]
    extra: tuple[str, ...]
    same: int
    left_out: int

    @property
    def equal(self) -> bool:
        return not (self.missing or self.altered or self.extra)


def hash_results(root: Path) -> dict[str, Entry]:
    """Path -> entry of every artifact below a results folder, sorted; files that cannot be decoded are marked."""
    return {name: _entry(name, path) for name, path in artifact_files(root).items()}


def _entry(name: str, path: Path) -> Entry:
    try:
        return Entry(content_hash(path), depends_on_sharding(name, path))
    except ValueError as error:
        return Entry("", _is_in_shard(name), damage=str(error))


def depends_on_sharding(name: str, path: Path) -> bool:
    """Whether another shard size gives another file: it lies in a shard's folder, has a column "shard" (the plan), or
    is a sidecar that names shards. name: the path relative to the results folder."""
    if _is_in_shard(name):
        return True
    if path.suffix == ".parquet":
        return "shard" in pq.read_schema(path).names
    if path.suffix == ".json":
        value = json.loads(path.read_bytes())
        hashed = {key: part for key, part in value.items() if key != "host"} if isinstance(value, dict) else {}
        return hashed.get("kind") == "sidecar" and "shard" in json.dumps([hashed["inputs"], hashed["parameters"]])
    return False


def _is_in_shard(name: str) -> bool:
    return any(_SHARD_FOLDER.fullmatch(part) for part in name.split("/"))


def write_hashes(root: Path, out: Path) -> None:
    """Write the list of a results folder (tab-separated, sorted by path).

    Raises ValueError naming the files that cannot be decoded: a list that vouches for them would be worthless.
    """
    entries = hash_results(root)
    damaged = [entry.damage for entry in entries.values() if entry.damage]
    if damaged:
        raise ValueError(f"{root}: {len(damaged)} damaged artifacts: {'; '.join(damaged[:3])}; make them again")
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows((name, entry.content_hash, "yes" if entry.per_shard else "no") for name, entry in entries.items())
    write_bytes(out, text.getvalue().encode())


def read_hashes(path: Path) -> dict[str, Entry]:
    """A list that `write_hashes` wrote. Raises ValueError naming file and line for anything else."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected a list of content hashes, found no file")
    lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), delimiter="\t"))
    if not lines or tuple(lines[0]) != _HEADER:
        raise ValueError(f"{path}: expected the columns {' '.join(_HEADER)}, found {lines[:1]}; is it hashes.tsv?")
    entries: dict[str, Entry] = {}
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != 3 or line[2] not in ("yes", "no") or not re.fullmatch("[0-9a-f]{64}", line[1]):
            raise ValueError(f"{path}, line {number}: expected path, 64 hex digits and yes or no, found {line}")
        if line[0] in entries:
            raise ValueError(f"{path}, line {number}: {line[0]} is listed twice")
        entries[line[0]] = Entry(line[1], line[2] == "yes")
    return entries


def compare_hashes(
    expected: Mapping[str, Entry], found: Mapping[str, Entry], *, ignore_sharding: bool = False
) -> Comparison:
    """What is missing from, altered in, or extra in `found`.

    ignore_sharding: leave out what depends on the shard size in either list, to compare runs of different shard sizes.
    """
    per_shard = {name for entries in (expected, found) for name, entry in entries.items() if entry.per_shard}
    left_out = per_shard if ignore_sharding else set()
    before, after = expected.keys() - left_out, found.keys() - left_out
    altered = {name: _difference(expected[name], found[name]) for name in sorted(before & after)}
    altered = {name: reason for name, reason in altered.items() if reason}
    return Comparison(
        missing=tuple(sorted(before - after)),
        altered=altered,
        extra=tuple(sorted(after - before)),
        same=len(before & after) - len(altered),
        left_out=len(left_out),
    )


def _difference(expected: Entry, found: Entry) -> str:
    """Why two entries are not the same, or ""."""
    if expected.damage or found.damage:
        return expected.damage or found.damage
    if expected.content_hash != found.content_hash:
        return f"expected {expected.content_hash[:16]}, found {found.content_hash[:16]}"
    return ""
