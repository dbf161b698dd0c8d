"""What an archive says it holds, and the refusals that come before a byte of it is written."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from .manifest import SourceFile
from .settings import Limits

# Below this an archive may be as dense as it likes: a text of zeros is no bomb.
RATIO_FROM_BYTES = 1 << 30
_DRIVE_LETTER = re.compile(r"^[A-Za-z]:")
# Unicode's category Cc, whole.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class ArchiveRefusedError(ValueError):
    """The list of members holds something that must not be unpacked."""


class DamagedArchiveError(ValueError):
    """The archive cannot be read to its end, or its bytes do not have the checksum that it gives."""


# A member's bytes from an offset to its end.
Blocks = Callable[[int], Iterator[bytes]]


@dataclass(frozen=True)
class Member:
    """One entry. kind: file, folder, link or other; name as the archive has it; link: where a link points.

    packed_bytes: None where members share a stream; crc32: None where the format has none.
    """

    name: str
    kind: str
    bytes: int
    packed_bytes: int | None = None
    crc32: int | None = None
    link: str = ""

    @cached_property
    def path(self) -> PurePosixPath:
        """The clean relative path: `\\` counts as a separator, `.` and doubled separators drop out."""
        return PurePosixPath(self.name.replace("\\", "/"))


def check_members(where: str, members: Sequence[Member], archive_bytes: int, limits: Limits) -> None:
    """Raise ArchiveRefusedError, naming up to five members, unless all of them may be unpacked into one folder.

    Refused are: absolute names, names with `..`, control characters or over-long parts; links that leave the folder,
    devices; two members of one name, also when only case or Unicode form differ, or one below a file or link; more
    members or bytes than the limits; members that share packed bytes; an expansion beyond the ratio limit.
    """
    if len(members) > limits.members:
        raise ArchiveRefusedError(f"{where}: has {len(members):,} members, the limit is {limits.members:,}")
    problems = [f"{m.name!r} {problem}" for m in members if (problem := _name_problem(m))]
    problems += _clashes(members)
    if problems:
        more = f" and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise ArchiveRefusedError(f"{where}: refused, nothing was unpacked: {'; '.join(problems[:5])}{more}")
    _check_expansion(where, members, archive_bytes, limits)


def _name_problem(member: Member) -> str | None:
    path, name = member.path, member.name
    if not path.parts:
        return None if member.kind == "folder" else "has no name"
    if path.is_absolute() or _DRIVE_LETTER.match(name):
        return "is an absolute name"
    if ".." in path.parts:
        return "climbs out of its folder"
    if _CONTROL.search(name):
        return "has control characters in its name"
    if any(len(part.encode("utf-8", "surrogateescape")) > 255 for part in path.parts):
        return "has a name longer than 255 bytes"
    if member.kind == "other":
        return "is neither file, folder nor link"
    if member.kind == "link" and not _stays_inside(path, member.link):
        return f"links out of the archive, to {member.link!r}"
    return None


def _stays_inside(path: PurePosixPath, link: str) -> bool:
    target = PurePosixPath(link)
    if not link or target.is_absolute():
        return False
    depth = len(path.parts) - 1
    for part in target.parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return False
    return True


def _key(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(path)).casefold()


def _clashes(members: Sequence[Member]) -> list[str]:
    leaves = Counter(_key(m.path) for m in members if m.kind != "folder")
    spellings: dict[str, set[str]] = {}
    for member in members:
        spellings.setdefault(_key(member.path), set()).add(str(member.path))
    problems = [
        f"{sorted(spellings[key])[0]!r} is there {count} times"
        if len(spellings[key]) == 1
        else f"{sorted(spellings[key])} differ only in case or Unicode form"
        for key, count in leaves.items()
        if count > 1
    ]
    parents = {_key(parent) for path in {m.path.parent for m in members} for parent in (path, *path.parents)}
    folders = {_key(m.path) for m in members if m.kind == "folder"}
    problems += [
        f"{sorted(spellings[key])[0]!r} is a file or link and a folder"
        for key in leaves
        if key in parents or key in folders
    ]
    return problems


def _check_expansion(where: str, members: Sequence[Member], archive_bytes: int, limits: Limits) -> None:
    total = sum(member.bytes for member in members)
    if total > limits.total_gib * 2**30:
        raise ArchiveRefusedError(
            f"{where}: expands to {total / 2**30:,.1f} GiB, the limit is {limits.total_gib:,.0f} GiB "
            "(acquire: limits: total_gib)"
        )
    packed = sum(member.packed_bytes or 0 for member in members)
    if packed > archive_bytes:
        raise ArchiveRefusedError(f"{where}: its members claim {packed:,} packed bytes of {archive_bytes:,}: a bomb")
    if total > RATIO_FROM_BYTES and total > limits.ratio * archive_bytes:
        raise ArchiveRefusedError(
            f"{where}: {archive_bytes:,} bytes expand to {total:,}, more than {limits.ratio:g} times: a bomb? "
            "(acquire: limits: ratio)"
        )


def check_hash_names(members: Sequence[Member], hashes: Mapping[str, SourceFile], label: str) -> None:
    """Raise DamagedArchiveError when a member with a published hash is not in the archive."""
    absent = sorted(set(hashes) - {member.name for member in members})
    if absent:
        raise DamagedArchiveError(f"{label}: expected {absent} in it, found {[m.name for m in members[:5]]}")
