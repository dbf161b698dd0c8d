"""Unpack one archive, in volumes or whole, into a folder: listed first, staged, checked, then moved as one.

A run that was killed goes on where it stopped: finished members are not unpacked again, and a stored member of many
gigabytes (Occlusion-Person's images.zip) is continued in its middle. 7z archives start anew: their members share
streams.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from occlusionkit.artifacts.tables import Table, make_table

from .gate import VerifyAhead
from .manifest import SourceFile
from .members import DamagedArchiveError, Member, check_hash_names, check_members
from .progress import progress_bar
from .schemas import INVENTORY
from .settings import RESULTS, Limits
from .staging import Staging
from .tar_reader import TarReader
from .tools import unpack_by_tool
from .volumes import Volumes, check_listed, check_volumes
from .writer import write_member
from .zip_reader import ZipReader

_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b", "tar"),
    (b"BZh", "tar"),
    (b"\xfd7zXZ\x00", "tar"),
)


def archive_format(parts: Sequence[Path]) -> str:
    """zip, spanned (a zip over .z01, .z02, ...), 7z, tar (also compressed) or rar, from the first bytes.

    Raises ValueError saying what the file is instead.
    """
    if len(parts) == 1 and parts[0].with_suffix(".z01").is_file() and parts[0].suffix.lower() == ".zip":
        return "spanned"
    with parts[0].open("rb") as file:
        head = file.read(512)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[257:262] == b"ustar":
        return "tar"
    if not head:
        raise DamagedArchiveError(f"{parts[0]}: is empty (0 bytes): fetch it again")
    what = (
        "a web page: the download went wrong"
        if head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html"))
        else f"a file that begins with {head[:8]!r}"
    )
    raise DamagedArchiveError(f"{parts[0]}: expected a zip, 7z, tar or rar archive, found {what}")


def staging_for(parts: Sequence[Path], dataset: str, archive: str, results: Path = RESULTS) -> Staging:
    """The staging folder of an archive in its present state; folders of other states of it are removed."""
    folder = results / ".partial" / "extract" / dataset
    state = [(part.name, part.stat().st_size, part.stat().st_mtime_ns) for part in parts]
    root = folder / f"{archive}-{hashlib.sha256(repr(state).encode()).hexdigest()[:12]}"
    for old in sorted(folder.glob(f"{archive}-????????????")) if folder.is_dir() else []:
        if old != root:
            Staging(old, archive).discard()
    return Staging(root, archive)


def extract_archive(
    parts: Sequence[Path],
    target: Path,
    staging: Staging,
    *,
    limits: Limits | None = None,
    published: Mapping[str, SourceFile] | None = None,
    published_members: Mapping[str, SourceFile] | None = None,
) -> Table:
    """Unpack an archive into `target`; returns an INVENTORY of what it became, paths relative to `target`.

    parts: its volumes in order. published: hashes of the parts, checked while unpacking (leave it out when they were
    checked before); published_members: hashes of members, by name inside.
    Raises DamagedArchiveError, ArchiveRefusedError, VolumeError, WrongPartError, ConflictError, or OSError (disk full).
    After any of them `target` has nothing new in it, and what was unpacked and checked waits in the staging folder.
    """
    parts = check_volumes(parts)
    check_listed(parts, published or {})
    with contextlib.ExitStack() as stack:
        gate = stack.enter_context(VerifyAhead(parts, published)) if published is not None else None
        try:
            members = _unpack(parts, staging, target, limits or Limits(), gate, published_members or {})
            if gate is not None:
                gate.finish()
        except DamagedArchiveError:
            if gate is not None:
                gate.finish()  # a wrong part explains more than what it broke
            raise
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise OSError(
                    errno.ENOSPC,
                    f"{staging.label}: the disk of {staging.root} is full ({error.strerror}); what was "
                    "unpacked is kept: free some space and run again to continue",
                ) from error
            raise
    staging.publish(target)
    return inventory(members, staging.label)


def inventory(members: Sequence[Member], archive: str) -> Table:
    """Files (and links) of an archive as an INVENTORY."""
    files = [member for member in members if member.kind != "folder"]
    return make_table(
        INVENTORY,
        {
            "path": [str(member.path) for member in files],
            "archive": [archive] * len(files),
            "bytes": [member.bytes for member in files],
            "crc32": [None if member.crc32 is None else f"{member.crc32:08x}" for member in files],
        },
    )


def _unpack(
    parts: Sequence[Path],
    staging: Staging,
    target: Path,
    limits: Limits,
    gate: VerifyAhead | None,
    hashes: Mapping[str, SourceFile],
) -> list[Member]:
    """Every member into staging, unless an earlier run has done so; returns the list."""
    kind = archive_format(parts)
    if kind in ("7z", "spanned", "rar"):
        if gate is not None:
            gate.finish()  # these formats are read by another program, or not in order
        return unpack_by_tool(kind, parts, staging, limits, hashes, done=lambda m: _done_before(staging, m, target))
    with Volumes(parts, before_read=gate.wait if gate else None) as volumes:
        reader = ZipReader(volumes, staging.label) if kind == "zip" else TarReader(volumes, staging.label)
        if isinstance(reader, ZipReader) and reader.needs_tool:
            return unpack_by_tool(kind, parts, staging, limits, hashes, done=lambda m: _done_before(staging, m, target))
        members = reader.with_link_targets()
        check_members(staging.label, members, volumes.size, limits)
        check_hash_names(members, hashes, staging.label)
        if gate is not None:
            gate.start_holding()
        if _done_before(staging, members, target):
            return members
        files = [member for member in members if member.kind == "file"]
        waiting = [member for member in files if not staging.finished(member)]
        staging.need_space(sum(member.bytes for member in waiting))
        with progress_bar(f"unpack {staging.label}", sum(member.bytes for member in files)) as progress:
            progress.update(sum(m.bytes for m in files) - sum(m.bytes for m in waiting))
            for member, blocks, continued in reader.files(waiting):
                write_member(member, blocks, staging, progress, hashes.get(member.name), continued=continued)
        absent = [member.name for member in files if not staging.finished(member)]
        if absent:
            raise DamagedArchiveError(
                f"{staging.label}: ended without {len(absent)} of its members, {absent[0]!r} first"
            )
        staging.make_folders_and_links(members)
    return members


def _done_before(staging: Staging, members: Sequence[Member], target: Path) -> bool:
    """Whether an earlier run unpacked everything, and what it published (or was publishing) is all still there."""
    if not staging.complete:
        return False
    published = Staging(staging.root, staging.label)
    published.tree = target
    if all(m.kind != "file" or published.finished(m) or staging.finished(m) for m in members):
        return True
    staging.complete = False
    return False
