"""Hashes of archive files: upstream's lists read, files hashed once, verdicts by name."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from occlusionkit.artifacts.atomic import atomic_output
from occlusionkit.artifacts.tables import Table, make_table, read_table, write_table

from .manifest import Dataset, SourceFile
from .progress import Progress
from .schemas import FILE_CHECKS

# One block is hashed by both algorithms while it is in the processor's cache.
BLOCK = 1 << 20

_GNU = re.compile(r"^(?P<digest>[0-9a-fA-F]{32}|[0-9a-fA-F]{64})[ \t]+\*?(?P<name>.+)$")
_BSD = re.compile(r"^(?:MD5|SHA256) ?\((?P<name>.+)\) ?= ?(?P<digest>[0-9a-fA-F]{32}|[0-9a-fA-F]{64})$")


@dataclass(frozen=True)
class Digest:
    """Size and hashes of one run of bytes; None for a hash that was not asked for."""

    bytes: int
    md5: str | None
    sha256: str | None


class Hasher:
    """MD5 and SHA-256 of one stream, block by block."""

    def __init__(self, *, md5: bool = True, sha256: bool = True) -> None:
        self._md5 = hashlib.md5(usedforsecurity=False) if md5 else None
        self._sha256 = hashlib.sha256() if sha256 else None
        self._chosen = [one for one in (self._md5, self._sha256) if one is not None]
        self._bytes = 0

    def update(self, block: bytes | memoryview) -> None:
        """Add the next bytes."""
        for one in self._chosen:
            one.update(block)
        self._bytes += len(block)

    def digest(self) -> Digest:
        """What was seen so far."""
        return Digest(
            self._bytes,
            self._md5.hexdigest() if self._md5 else None,
            self._sha256.hexdigest() if self._sha256 else None,
        )


def hasher_for(file: SourceFile) -> Hasher:
    """Only the hashes that were published for a file, for a check that keeps no record."""
    return Hasher(md5=file.md5 is not None, sha256=file.sha256 is not None)


def hash_stream(stream: BinaryIO, *, hasher: Hasher | None = None, progress: Progress | None = None) -> Digest:
    """Hash from the stream's position to its end."""
    hasher = hasher or Hasher()
    buffer = bytearray(BLOCK)
    view = memoryview(buffer)
    while count := stream.readinto(buffer):  # type: ignore[attr-defined]  # every binary file we open has it
        hasher.update(view[:count])
        if progress is not None:
            progress.update(count)
    return hasher.digest()


def hash_file(path: Path, *, progress: Progress | None = None) -> Digest:
    """Size, MD5 and SHA-256 of a file, read once."""
    with path.open("rb", buffering=0) as file:
        return hash_stream(file, progress=progress)


def copy_hashed(source: Path, target: Path, *, progress: Progress | None = None) -> Digest:
    """Copy a file atomically and return the digest of the bytes that were written, in one pass over the source."""
    hasher = Hasher()
    with source.open("rb", buffering=0) as read, atomic_output(target) as temporary, temporary.open("wb") as written:
        while block := read.read(BLOCK):
            hasher.update(block)
            written.write(block)
            if progress is not None:
                progress.update(len(block))
    return hasher.digest()


def parse_checksums(text: str, *, where: str) -> dict[str, str]:
    """File name -> lower-case hex digest from a list as md5sum or sha256sum print it, in any order.

    Folders before a name are dropped (upstream's `./data/`); CRLF, a byte-order mark, blank and `#` lines are fine.
    Raises ValueError naming the line for anything else, and for one name with two digests.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _GNU.match(line) or _BSD.match(line)
        if match is None:
            raise ValueError(f"{where}, line {number}: expected `<md5 or sha256>  <file>`, found {line[:80]!r}")
        name, digest = match["name"].replace("\\", "/").rsplit("/", 1)[-1], match["digest"].lower()
        if found.setdefault(name, digest) != digest:
            raise ValueError(f"{where}, line {number}: {name} stands there with two different hashes")
    if not found:
        raise ValueError(f"{where}: expected a list of checksums, found no line with one")
    return found


def read_checksums(path: Path) -> dict[str, str]:
    """`parse_checksums` of a file."""
    return parse_checksums(path.read_text(encoding="utf-8", errors="replace"), where=str(path))


def problem_with(file: SourceFile, found: Digest, siblings: Iterable[SourceFile] = ()) -> str | None:
    """What is wrong with the bytes found for a file, or None.

    `siblings`: the dataset's other files; bytes that are one of theirs are named as such (renamed or mixed parts).
    """
    if found.bytes == 0:
        return "is empty (0 bytes)"
    if file.bytes is not None and found.bytes != file.bytes:
        short = " (cut short?)" if found.bytes < file.bytes else ""
        return f"has {found.bytes:,} bytes, expected {file.bytes:,}{short}"
    for algorithm, expected, actual in (("md5", file.md5, found.md5), ("sha256", file.sha256, found.sha256)):
        if expected is not None and actual is None:
            raise ValueError(f"{file.name}: its {algorithm} is published, but was not computed")
        if expected is not None and expected != actual:
            twin = next((s.name for s in siblings if expected != getattr(s, algorithm) == actual), None)
            hint = f": these are the bytes of {twin}" if twin else " (damaged, or of another release)"
            return f"has {algorithm} {actual}, expected {expected}{hint}"
    return None


def verdict_for(file: SourceFile, problem: str | None) -> str:
    """ok, wrong, or unpublished when there is no hash to compare with."""
    if problem is not None:
        return "wrong"
    return "ok" if file.md5 or file.sha256 else "unpublished"


def check_file(
    dataset: Dataset, file: SourceFile, path: Path, *, digest: Digest | None = None, progress: Progress | None = None
) -> Table:
    """A FILE_CHECKS table of one row. `digest`: of these very bytes, when they were hashed as they came."""
    stat = path.stat()
    found = digest or hash_file(path, progress=progress)
    problem = problem_with(file, found, dataset.fetched)
    row = (
        dataset.name,
        file.name,
        str(path),
        found.bytes,
        stat.st_mtime_ns,
        found.md5,
        found.sha256,
        verdict_for(file, problem),
        problem,
    )
    return make_table(FILE_CHECKS, {c.name: [value] for c, value in zip(FILE_CHECKS.columns, row, strict=True)})


def cached_digest(record: Path, path: Path) -> Digest | None:
    """The hashes in a check table, if the file still has the size and the time of change that stand there."""
    if not record.is_file():
        return None
    table, stat = read_table(record, FILE_CHECKS), path.stat()
    if len(table) != 1 or (int(table["bytes"][0]), int(table["mtime_ns"][0])) != (stat.st_size, stat.st_mtime_ns):
        return None
    return Digest(stat.st_size, table["md5"][0], table["sha256"][0])


def verify_file(
    dataset: Dataset,
    file: SourceFile,
    path: Path,
    record: Path,
    *,
    caches: Iterable[Path] = (),
    progress: Progress | None = None,
) -> Table:
    """Check a file, write `record`, and return the table; hashes come from `caches` where they still hold.

    Raises FileNotFoundError when it is absent. A wrong file is not an error here: the verdict says so.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: missing part of {dataset.title}")
    digest = next((found for cache in caches if (found := cached_digest(cache, path)) is not None), None)
    table = check_file(dataset, file, path, digest=digest, progress=progress)
    write_table(record, table)
    return table


@dataclass(frozen=True)
class FolderReport:
    """A folder against a list: names, sorted, and for wrong ones the problem."""

    ok: tuple[str, ...] = ()
    unpublished: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything is there and nothing is wrong (extra files do not matter)."""
        return not self.missing and not self.wrong

    def lines(self) -> list[str]:
        """For people: one line per file that is not as it should be, then a count."""
        return [
            *(f"missing  {name}" for name in self.missing),
            *(f"wrong    {name} {problem}" for name, problem in sorted(self.wrong.items())),
            *(f"extra    {name} (not in the list; left alone)" for name in self.extra),
            f"{len(self.ok)} ok, {len(self.unpublished)} without a published hash, {len(self.missing)} missing, "
            f"{len(self.wrong)} wrong, {len(self.extra)} extra",
        ]


def compare_folder(
    folder: Path,
    expected: Mapping[str, SourceFile],
    *,
    progress: Progress | None = None,
    digests: Mapping[str, Digest] | None = None,
) -> FolderReport:
    """Hash the files of a folder that the list names and say what is missing, wrong or extra.

    digests: of files that were hashed already, by name. Hidden files are not looked at.
    """
    present = {entry.name for entry in os.scandir(folder) if entry.is_file() and not entry.name.startswith(".")}
    wrong: dict[str, str] = {}
    fine: dict[str, list[str]] = {"ok": [], "unpublished": []}
    for name in sorted(present & set(expected)):
        digest = (digests or {}).get(name) or hash_file(folder / name, progress=progress)
        problem = problem_with(expected[name], digest, expected.values())
        if problem is not None:
            wrong[name] = problem
        else:
            fine[verdict_for(expected[name], None)].append(name)
    return FolderReport(
        ok=tuple(fine["ok"]),
        unpublished=tuple(fine["unpublished"]),
        missing=tuple(sorted(set(expected) - present)),
        wrong=wrong,
        extra=tuple(sorted(present - set(expected))),
    )


def expected_from_list(checksums: Mapping[str, str], dataset: str) -> dict[str, SourceFile]:
    """A checksum list -> rows of a manifest, for folders that no manifest describes."""
    return {
        name: SourceFile(
            dataset,
            name,
            name,
            None,
            digest if len(digest) == 32 else None,
            digest if len(digest) == 64 else None,
            "manual",
            "",
            "place",
            name,
        )
        for name, digest in sorted(checksums.items())
    }
