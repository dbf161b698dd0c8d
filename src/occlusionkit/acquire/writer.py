"""One member's bytes into the staging folder: counted, checked against the archive's CRC and a published hash."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import BinaryIO

from .checksums import BLOCK, hasher_for, problem_with
from .manifest import SourceFile
from .members import Blocks, DamagedArchiveError, Member
from .progress import Progress
from .staging import Staging


def write_member(
    member: Member,
    blocks: Blocks,
    staging: Staging,
    progress: Progress,
    published: SourceFile | None = None,
    *,
    continued: bool = False,
) -> None:
    """Write a member and give it its name once its size, CRC and published hash agree.

    continued: `blocks` can start in the middle, so that bytes which an earlier run left are kept, after their CRC was
    taken from the disk again; when the whole then turns out wrong it is written once more from its start.
    Raises DamagedArchiveError, and OSError for the disk.
    """
    with staging.writing(member, continued=continued) as file:
        check = _Check(member, published, staging.label)
        if file.seek(0, 2):
            try:
                file.seek(0)
                check.take(iter(lambda: file.read(BLOCK), b""), progress)
                check.copy(blocks(check.bytes), file, progress)
                check.finish()
                return
            except DamagedArchiveError:
                file.seek(0)
                file.truncate()
                check = _Check(member, published, staging.label)
        check.copy(blocks(0), file, progress)
        check.finish()


class _Check:
    """Running size, CRC and hashes of one member."""

    def __init__(self, member: Member, published: SourceFile | None, label: str) -> None:
        self._member, self._published = member, published
        self._where = f"{label}[{member.name}]"
        self._hasher = hasher_for(published) if published is not None else None
        self._crc = 0
        self.bytes = 0

    def take(self, blocks: Iterable[bytes], progress: Progress) -> None:
        """Count bytes that are on the disk already."""
        for block in blocks:
            self._add(block)
            progress.update(len(block))

    def copy(self, blocks: Iterable[bytes], file: BinaryIO, progress: Progress) -> None:
        """Count bytes and write them."""
        for block in blocks:
            self._add(block)
            view = memoryview(block)
            while view:
                view = view[file.write(view) :]
            progress.update(len(block))

    def finish(self) -> None:
        """Raise DamagedArchiveError unless everything agrees."""
        member = self._member
        if self.bytes != member.bytes:
            raise DamagedArchiveError(f"{self._where}: has {self.bytes:,} bytes, the archive declares {member.bytes:,}")
        if member.crc32 is not None and self._crc != member.crc32:
            raise DamagedArchiveError(
                f"{self._where}: has CRC {self._crc:08x}, the archive says {member.crc32:08x}: it is damaged"
            )
        if self._hasher is not None and self._published is not None:
            problem = problem_with(self._published, self._hasher.digest())
            if problem is not None:
                raise DamagedArchiveError(f"{self._where}: {problem}")

    def _add(self, block: bytes) -> None:
        self.bytes += len(block)
        if self.bytes > self._member.bytes:
            raise DamagedArchiveError(
                f"{self._where}: expands beyond the {self._member.bytes:,} bytes that the archive declares"
            )
        if self._member.crc32 is not None:
            self._crc = zlib.crc32(block, self._crc)
        if self._hasher is not None:
            self._hasher.update(block)
