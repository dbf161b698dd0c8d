"""Members of a zip, read by offset: stored ones without a copy in between, Deflate64 included."""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from .members import Blocks, DamagedArchiveError, Member
from .volumes import Slice, Volumes

READ_BYTES = 1 << 20
# A block of 4 MiB would be mapped and unmapped by the allocator each time: a third more processor time.
WRITE_BYTES = 1 << 20
# Linux's PATH_MAX: nothing longer can be a link's target.
LONGEST_LINK = 4096
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ENCRYPTED = 0x1
STORED, DEFLATED, DEFLATE64, BZIP2, LZMA = 0, 8, 9, 12, 14


class ZipReader:
    """A zip in volumes. Raises DamagedArchiveError for a file that has no readable list of members."""

    def __init__(self, volumes: Volumes, label: str) -> None:
        self.label = label
        self._volumes = volumes
        try:
            self._zip = zipfile.ZipFile(io.BufferedReader(Slice(volumes, 0, volumes.size), READ_BYTES))
        except (zipfile.BadZipFile, OSError, EOFError, struct.error, UnicodeDecodeError, NotImplementedError) as error:
            raise DamagedArchiveError(
                f"{label}: expected a whole zip, found {error}: a part is missing, cut short or of another release"
            ) from error
        # In the order of their bytes: the disk is read once, forwards.
        self._infos = sorted(self._zip.infolist(), key=lambda info: info.header_offset)
        self.members = [_member(info) for info in self._infos]
        encrypted = [info.filename for info in self._infos if info.flag_bits & _ENCRYPTED]
        if encrypted:
            raise DamagedArchiveError(
                f"{label}: {len(encrypted)} members are encrypted, {encrypted[0]!r} first: unpack it by hand with its "
                "password, pack it again without one"
            )
        self._by_name = dict(zip((member.name for member in self.members), self._infos, strict=True))

    @property
    def needs_tool(self) -> bool:
        """Whether a member is packed by a method that is not read here (Zstandard, PPMd, ...)."""
        known = (STORED, DEFLATED, DEFLATE64, BZIP2, LZMA)
        return any(info.compress_type not in known for info in self._infos)

    def with_link_targets(self) -> list[Member]:
        """The members, links with where they point: a zip keeps that as the link's bytes."""
        return [self._with_target(member) if member.kind == "link" else member for member in self.members]

    def files(self, wanted: Sequence[Member]) -> Iterator[tuple[Member, Blocks, bool]]:
        """(member, its bytes from an offset, whether that offset may be other than 0), in the order of the archive."""
        for member in wanted:
            yield member, partial(self.blocks, member), self._by_name[member.name].compress_type == STORED

    def _with_target(self, member: Member) -> Member:
        if member.bytes > LONGEST_LINK:
            return replace(member, kind="other")
        return replace(member, link=b"".join(self.blocks(member)).decode("utf-8", "surrogateescape"))

    def blocks(self, member: Member, start: int = 0) -> Iterator[bytes]:
        """The member's bytes from `start` (stored members only); at most one block more than it declares.

        Raises DamagedArchiveError when the packed bytes cannot be unpacked. The caller counts and checks the CRC.
        """
        info = self._by_name[member.name]
        try:
            yield from self._unpacked(info, start)
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
            if isinstance(error, DamagedArchiveError):
                raise
            raise DamagedArchiveError(f"{self.label}[{member.name}]: cannot be unpacked: {error}") from error

    def slice(self, member: Member) -> Slice:
        """A stored member as a seekable stream. ValueError for a compressed one."""
        info = self._by_name[member.name]
        if info.compress_type != STORED:
            raise ValueError(f"{self.label}[{member.name}]: expected a stored member, found a compressed one")
        return Slice(self._volumes, self._data_offset(info), info.file_size)

    def _unpacked(self, info: zipfile.ZipInfo, start: int) -> Iterator[bytes]:
        offset, left = self._data_offset(info), info.compress_size
        if info.compress_type == STORED:
            yield from self._raw(offset + start, left - start, WRITE_BYTES)
        elif info.compress_type == DEFLATED:
            yield from _inflated(self._raw(offset, left, READ_BYTES), info.file_size)
        elif info.compress_type == DEFLATE64:
            yield from _inflated64(self._raw(offset, left, READ_BYTES))
        elif info.compress_type == BZIP2:
            yield from _drained(bz2.BZ2Decompressor(), self._raw(offset, left, READ_BYTES))
        else:  # LZMA, whose header zipfile knows how to read; `needs_tool` kept the others away
            with self._zip.open(info) as file:
                while block := file.read(WRITE_BYTES):
                    yield block

    def _data_offset(self, info: zipfile.ZipInfo) -> int:
        header = b""
        while len(header) < _LOCAL_HEADER.size:
            more = self._volumes.read_at(info.header_offset + len(header), _LOCAL_HEADER.size - len(header))
            if not more:
                break
            header += more
        if len(header) < _LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
            raise DamagedArchiveError(f"{self.label}[{info.filename}]: its header is not where the list says")
        fields = _LOCAL_HEADER.unpack(header)
        return int(info.header_offset) + _LOCAL_HEADER.size + int(fields[9]) + int(fields[10])

    def _raw(self, offset: int, left: int, block_bytes: int) -> Iterator[bytes]:
        while left > 0:
            block = self._volumes.read_at(offset, min(left, block_bytes))
            if not block:
                raise EOFError("the archive ends inside of it")
            yield block
            offset += len(block)
            left -= len(block)


def _member(info: zipfile.ZipInfo) -> Member:
    mode = info.external_attr >> 16 if info.create_system == 3 else 0
    if info.is_dir():
        kind = "folder"
    elif stat.S_ISLNK(mode):
        kind = "link"
    elif stat.S_IFMT(mode) in (0, stat.S_IFREG):
        kind = "file"
    else:
        kind = "other"
    return Member(info.filename, kind, info.file_size, info.compress_size, info.CRC)


def _inflated(packed: Iterator[bytes], declared: int) -> Iterator[bytes]:
    """Deflate, giving at most WRITE_BYTES at a time, so that a bomb is noticed by its first block too many."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    given = 0
    for block in packed:
        while block and not inflater.eof:
            unpacked = inflater.decompress(block, WRITE_BYTES)
            block = inflater.unconsumed_tail
            if unpacked:
                yield unpacked
                given += len(unpacked)
            if given > declared:
                return
    while not inflater.eof and (rest := inflater.decompress(b"", WRITE_BYTES)):
        yield rest
    if not inflater.eof and given < declared:
        raise EOFError("its packed bytes end too early")


def _inflated64(packed: Iterator[bytes]) -> Iterator[bytes]:
    import inflate64  # comes with py7zr; only zips that Windows made of large files need it

    inflater = inflate64.Inflater()
    for block in packed:
        # In small bites: this one has no limit on what a call may return.
        for start in range(0, len(block), 1 << 14):
            if unpacked := inflater.inflate(block[start : start + (1 << 14)]):
                yield bytes(unpacked)


def _drained(decompressor: Any, packed: Iterator[bytes]) -> Iterator[bytes]:
    for block in packed:
        unpacked = decompressor.decompress(block, max_length=WRITE_BYTES)
        while unpacked:
            yield unpacked
            unpacked = (
                b""
                if decompressor.needs_input or decompressor.eof
                else decompressor.decompress(b"", max_length=WRITE_BYTES)
            )
