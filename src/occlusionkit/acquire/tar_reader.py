"""Members of a tar, plain or compressed: listed in a first pass, unpacked in a second."""

from __future__ import annotations

import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import IO

from .members import Blocks, DamagedArchiveError, Member
from .volumes import Slice, Volumes

READ_BYTES = 1 << 20
_ERRORS = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


class TarReader:
    """A tar in volumes. Raises DamagedArchiveError for one that does not come to its end."""

    def __init__(self, volumes: Volumes, label: str) -> None:
        self.label = label
        self._volumes = volumes
        try:
            with self._open() as archive:
                self.members = [tar_member(info) for info in archive]
                _check_end(archive)
        except _ERRORS as error:
            raise self._damaged(error) from error

    def with_link_targets(self) -> list[Member]:
        """The members: a tar's list names the targets already."""
        return list(self.members)

    def files(self, wanted: Sequence[Member]) -> Iterator[tuple[Member, Blocks, bool]]:
        """(member, its bytes, False: a compressed tar cannot start in the middle), in the order of the archive."""
        names = {member.name for member in wanted}
        try:
            with self._open() as archive:
                for info in archive:
                    if info.isreg() and info.name in names:
                        stream = archive.extractfile(info)
                        assert stream is not None  # only for what is no regular file
                        yield tar_member(info), partial(self._blocks, stream), False
        except _ERRORS as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk's, not the archive's
            raise self._damaged(error) from error

    def _blocks(self, stream: IO[bytes], _start: int) -> Iterator[bytes]:
        try:
            while block := stream.read(READ_BYTES):
                yield block
        except _ERRORS as error:
            raise self._damaged(error) from error

    def _open(self) -> tarfile.TarFile:
        # A slice of its own for each pass: closing it leaves the volumes open.
        stream = io.BufferedReader(Slice(self._volumes, 0, self._volumes.size), READ_BYTES)
        return tarfile.open(fileobj=stream, mode="r:*")

    def _damaged(self, error: BaseException) -> BaseException:
        if isinstance(error, DamagedArchiveError):
            return error
        return DamagedArchiveError(
            f"{self.label}: expected a whole tar, found {error or type(error).__name__}: a part is missing, cut short, "
            "damaged or of another release"
        )


def _check_end(archive: tarfile.TarFile) -> None:
    """Read on to the end: tarfile stops at its end mark, so that it neither misses a cut nor reaches a checksum.

    A plain tar that was cut between two members lacks the mark, a block of zeros; a compressed one has its checksum
    behind all data.
    """
    stream = archive.fileobj
    assert stream is not None
    if isinstance(stream, io.BufferedReader):
        stream.seek(archive.offset)
        if stream.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
            raise EOFError("no end mark")
    else:
        while stream.read(READ_BYTES):
            pass


def tar_member(info: tarfile.TarInfo) -> Member:
    """What a tar's header says."""
    if info.isreg():
        return Member(info.name, "file", info.size)
    if info.isdir():
        return Member(info.name, "folder", 0)
    if info.issym():
        return Member(info.name, "link", 0, link=info.linkname)
    # Hard links too: what they name may be outside, and data sets do not need them.
    return Member(info.name, "other", 0)
