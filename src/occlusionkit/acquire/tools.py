"""Formats that another program reads: 7z, zips spanned as .z01, rar. Listed, checked, unpacked, and compared."""

from __future__ import annotations

import shutil
import stat
import subprocess
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from .checksums import hash_file, problem_with
from .manifest import SourceFile
from .members import DamagedArchiveError, Member, check_hash_names, check_members
from .progress import Progress, progress_bar
from .settings import Limits
from .seven_zip import Py7zr, SevenZipCommand
from .staging import Staging, files_below
from .tar_reader import tar_member

_SEVEN_ZIP = ("7z", "7zz", "7za")


class ToolMissingError(OSError):
    """No program on this machine reads the format; the message says which one to install."""


class Tool(Protocol):
    """A program that lists and unpacks one archive."""

    files: tuple[Path, ...]

    def members(self) -> list[Member]:
        """What the archive says it holds."""

    def unpack(self, target: Path, total: int, progress: Progress) -> None:
        """Everything into an empty folder; DamagedArchiveError when the program fails."""


def seven_zip_command() -> str | None:
    """The path of the 7-Zip command, None where there is none."""
    return next((path for name in _SEVEN_ZIP if (path := shutil.which(name)) is not None), None)


def tool_for(kind: str, parts: Sequence[Path]) -> Tool:
    """The program for an archive. kind: 7z, spanned, rar, or zip (packed by a method that only 7-Zip knows).

    Raises ToolMissingError.
    """
    command = seven_zip_command()
    files = [*sorted(parts[0].parent.glob(f"{parts[0].stem}.z[0-9]*")), *parts] if kind == "spanned" else list(parts)
    if kind == "rar":
        bsdtar = shutil.which("bsdtar")
        if bsdtar is None:
            raise ToolMissingError(
                f"{parts[0]}: rar archives need the bsdtar command (apt install libarchive-tools); or unpack it by "
                "hand and pack it as a zip"
            )
        return BsdTar(bsdtar, parts)
    if command is not None:
        return SevenZipCommand(command, files, parts[0])
    if kind == "7z":
        return Py7zr(files)
    what = "a zip spanned over .z01, .z02, ..." if kind == "spanned" else "a zip packed by an uncommon method"
    raise ToolMissingError(f"{parts[0]}: {what} needs the 7z command (apt install p7zip-full)")


def unpack_by_tool(
    kind: str,
    parts: Sequence[Path],
    staging: Staging,
    limits: Limits,
    hashes: Mapping[str, SourceFile],
    *,
    done: Callable[[Sequence[Member]], bool],
) -> list[Member]:
    """List, check, unpack into staging, and compare what came with the list. `done`: whether nothing is left to do.

    Raises as `extract_archive` does, and ToolMissingError.
    """
    tool = tool_for(kind, parts)
    members = tool.members()
    check_members(staging.label, members, sum(file.stat().st_size for file in tool.files), limits)
    check_hash_names(members, hashes, staging.label)
    if done(members):
        return members
    files = [member for member in members if member.kind == "file"]
    if not (staging.tree.is_dir() and all(staging.finished(member) for member in files)):
        fresh = staging.root / "by-tool"
        for folder in (fresh, staging.tree):
            shutil.rmtree(folder, ignore_errors=True)
        total = sum(member.bytes for member in files)
        staging.need_space(total)
        fresh.mkdir(parents=True)
        with progress_bar(f"unpack {staging.label}", total) as progress:
            tool.unpack(fresh, total, progress)
        _compare(fresh, members, hashes, staging.label)
        fresh.rename(staging.tree)
    return members


def _compare(tree: Path, members: Sequence[Member], hashes: Mapping[str, SourceFile], label: str) -> None:
    """Raise DamagedArchiveError unless the folder holds exactly the listed files, in size and published hash."""
    expected = {str(member.path): member for member in members if member.kind != "folder"}
    found = files_below(tree)
    odd = sorted(found.keys() ^ expected.keys())
    if odd:
        raise DamagedArchiveError(f"{label}: unpacked files and its list differ in {len(odd)} names, {odd[0]!r} first")
    for path, member in expected.items():
        status = found[path]
        if stat.S_ISLNK(status.st_mode) != (member.kind == "link"):
            raise DamagedArchiveError(f"{label}[{member.name}]: a link where the list has a file, or the reverse")
        if member.kind == "file" and status.st_size != member.bytes:
            raise DamagedArchiveError(f"{label}[{member.name}]: has another size than the list says")
    for name, published in hashes.items():
        problem = problem_with(published, hash_file(tree / next(m.path for m in members if m.name == name)))
        if problem is not None:
            raise DamagedArchiveError(f"{label}[{name}]: {problem}")


class BsdTar:
    """libarchive's bsdtar: lists by turning the archive into a tar stream, and refuses to leave the folder itself."""

    def __init__(self, command: str, files: Sequence[Path]) -> None:
        self._command, self.files = command, tuple(files)

    def members(self) -> list[Member]:
        command = [self._command, "-cf", "-", "--format=pax", f"@{self.files[0]}"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as job:
            try:
                with tarfile.open(fileobj=job.stdout, mode="r|") as archive:
                    found = [tar_member(info) for info in archive]
            except tarfile.TarError as error:
                job.kill()
                raise DamagedArchiveError(f"{self.files[0]}: bsdtar could not read it: {error}") from error
            assert job.stderr is not None
            said = job.stderr.read()
        if job.returncode:
            raise self._damaged(said)
        return found

    def unpack(self, target: Path, total: int, progress: Progress) -> None:
        command = [self._command, "-xf", str(self.files[0]), "-C", str(target)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            raise self._damaged(done.stderr)
        progress.update(total)

    def _damaged(self, said: bytes) -> DamagedArchiveError:
        return DamagedArchiveError(
            f"{self.files[0]}: bsdtar could not read it: {said.decode('utf-8', 'replace')[:300]}"
        )
