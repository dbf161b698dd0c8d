"""Files of a dataset read where they lie: in a folder, a zip, or a stored zip inside volumes; unpacked nowhere."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from occlusionkit.artifacts.zips import StoredZip

from .members import DamagedArchiveError
from .volumes import Volumes, find_volumes
from .zip_reader import ZipReader


class Store(Protocol):
    """Named files; names are relative, with `/`, and sorted."""

    where: str
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        """A whole file. KeyError when there is none of that name."""

    def head(self, name: str, count: int) -> bytes:
        """Its first bytes, without a check of its CRC."""

    def size(self, name: str) -> int:
        """Its size in bytes."""


class FolderStore:
    """The files below a folder, hidden ones left out."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder}: expected a folder, found {'a file' if folder.exists() else 'nothing'}")
        self.where = str(folder)
        self._folder = folder
        self.names = tuple(
            sorted(
                path.relative_to(folder).as_posix()
                for path in folder.rglob("*")
                if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
            )
        )

    def read(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def head(self, name: str, count: int) -> bytes:
        with self._path(name).open("rb") as file:
            return file.read(count)

    def size(self, name: str) -> int:
        return self._path(name).stat().st_size

    def _path(self, name: str) -> Path:
        path = self._folder / name
        if not path.is_file():
            raise KeyError(f"{self.where}: has no file {name!r} ({len(self.names)} files)")
        return path


class ZipStore:
    """The members of a zip; one per process and thread."""

    def __init__(self, path: Path) -> None:
        self.where = str(path)
        # StoredZip checks that the zip is whole and words its errors; sizes and heads need the open archive itself.
        self._zip = StoredZip(path)
        self._archive = zipfile.ZipFile(path)
        self.names = tuple(sorted(name for name in self._zip.names if not name.endswith("/")))

    def read(self, name: str) -> bytes:
        return self._zip.read(name)

    def head(self, name: str, count: int) -> bytes:
        with self._archive.open(name) as file:
            return file.read(count)

    def size(self, name: str) -> int:
        return self._archive.getinfo(name).file_size

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()
        self._archive.close()


class NestedZipStore:
    """The members of a stored zip inside a zip in volumes: `images.zip` of Occlusion-Person without unpacking it."""

    def __init__(self, first_volume: Path, inner: str) -> None:
        self.where = f"{first_volume}[{inner}]"
        self._volumes = Volumes(find_volumes(first_volume))
        reader = ZipReader(self._volumes, str(first_volume))
        member = next((m for m in reader.members if m.name == inner), None)
        if member is None:
            raise KeyError(f"{first_volume}: has no member {inner!r}, found {[m.name for m in reader.members[:5]]}")
        try:
            self._archive = zipfile.ZipFile(io.BufferedReader(reader.slice(member)))
        except zipfile.BadZipFile as error:
            raise DamagedArchiveError(f"{self.where}: expected a whole zip, found: {error}") from error
        self.names = tuple(sorted(name for name in self._archive.namelist() if not name.endswith("/")))

    def read(self, name: str) -> bytes:
        try:
            return self._archive.read(name)
        except zipfile.BadZipFile as error:
            raise DamagedArchiveError(f"{self.where}[{name}]: damaged member: {error}") from error

    def head(self, name: str, count: int) -> bytes:
        with self._archive.open(name) as file:
            return file.read(count)

    def size(self, name: str) -> int:
        return self._archive.getinfo(name).file_size

    def close(self) -> None:
        """Close the volumes."""
        self._archive.close()
        self._volumes.close()


def below(store: Store, folder: str) -> Sequence[str]:
    """Names that lie below a folder of the store."""
    prefix = folder.rstrip("/") + "/"
    return [name for name in store.names if name.startswith(prefix)]
