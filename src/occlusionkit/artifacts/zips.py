"""Stored (uncompressed) zips: many small images in one file, read in place. Same members, same bytes."""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from .atomic import atomic_output

# The earliest time a zip can hold: the clock must not be part of the bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class StoredZipWriter:
    """Adds members one by one; a name twice is refused."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names: set[str] = set()

    def add(self, name: str, data: bytes) -> None:
        if name in self._names:
            raise ValueError(f"{self._archive.filename}: member {name!r} added twice")
        self._names.add(name)
        self._archive.writestr(_member(name), data)


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_EPOCH)
    info.compress_type = zipfile.ZIP_STORED
    info.external_attr = 0o644 << 16
    info.create_system = 3
    return info


@contextlib.contextmanager
def write_stored_zip(path: Path) -> Iterator[StoredZipWriter]:
    """Write a zip atomically: it has its name only once it is whole."""
    with atomic_output(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        yield StoredZipWriter(archive)


class StoredZip:
    """A zip open for reading. One per process and thread: zipfile's handle is shared state."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise FileNotFoundError(f"{path}: expected a zip, found no file") from None
        except zipfile.BadZipFile as error:
            raise ValueError(f"{path}: expected a whole zip, found: {error}; delete it and run again") from error
        self.names: tuple[str, ...] = tuple(self._archive.namelist())
        if len(set(self.names)) < len(self.names):
            repeated = next(name for name in self.names if self.names.count(name) > 1)
            self.close()
            raise ValueError(f"{path}: expected every member once, found {repeated!r} twice; make the zip again")

    def read(self, name: str) -> bytes:
        """The member's bytes, CRC checked. KeyError when there is none, ValueError when it is damaged or encrypted."""
        try:
            return self._archive.read(name)
        except KeyError:
            raise KeyError(f"{self.path}: has no member {name!r} ({len(self.names)} members)") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise ValueError(f"{self.path}[{name}]: cannot read this member: {error}; make the zip again") from error

    def close(self) -> None:
        self._archive.close()

    def __enter__(self) -> StoredZip:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def merge_stored_zips(sources: Sequence[Path], target: Path, *, prefix: str = "") -> int:
    """Copy every member of the sources into one stored zip, names sorted over all, `prefix` put before each name.

    Returns the number of members. Needs the memory of one member at a time. A name in two sources is refused.
    """
    with contextlib.ExitStack() as stack:
        archives = [stack.enter_context(StoredZip(path)) for path in sources]
        members = sorted((name, index) for index, archive in enumerate(archives) for name in archive.names)
        writer = stack.enter_context(write_stored_zip(target))
        for name, index in members:
            writer.add(prefix + name, archives[index].read(name))
    return len(members)
