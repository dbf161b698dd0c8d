"""7z archives, and whatever else 7-Zip reads: by its command, or by py7zr where that is not installed."""

from __future__ import annotations

import io
import lzma
import re
import subprocess
import zlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from .members import DamagedArchiveError, Member
from .progress import Progress
from .volumes import Volumes

_PERCENT = re.compile(rb"(\d{1,3})%")


class SevenZipCommand:
    """The 7-Zip command. It reads volumes by their first name."""

    def __init__(self, command: str, files: Sequence[Path], first: Path) -> None:
        self._command, self.files, self._first = command, tuple(files), first

    def members(self) -> list[Member]:
        done = self._run(["l", "-slt", "-ba", "-sccUTF-8"])
        # One block of `Key = value` lines per member; a block begins with its path.
        blocks = re.split(r"\n(?=Path = )", "\n" + done.stdout.decode("utf-8", "surrogateescape"))
        return [_listed(block) for block in blocks if block.strip()]

    def unpack(self, target: Path, total: int, progress: Progress) -> None:
        command = [
            self._command,
            "x",
            "-y",
            "-p-",
            "-bso0",
            "-bsp1",
            "-bse2",
            "-sccUTF-8",
            f"-o{target}",
            str(self._first),
        ]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as job:
            assert job.stdout is not None and job.stderr is not None
            shown = 0
            while block := job.stdout.read1(4096):  # type: ignore[attr-defined]  # it is a BufferedReader
                if percents := _PERCENT.findall(block):
                    now = total * min(int(percents[-1]), 100) // 100
                    progress.update(max(now - shown, 0))
                    shown = max(now, shown)
            problem = job.stderr.read()
        if job.returncode:
            raise self._damaged(problem)
        progress.update(total - shown)

    def _run(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [self._command, *arguments, "-p-", str(self._first)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise self._damaged(done.stderr or done.stdout)
        return done

    def _damaged(self, output: bytes) -> DamagedArchiveError | OSError:
        lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
        said = "; ".join(lines[:4]) or "no reason given"
        if "No space left" in said:
            return OSError(28, said)
        return DamagedArchiveError(f"{self._first}: 7z could not read it: {said}")


class Py7zr:
    """py7zr over the volumes; about half the speed of the command (facts: 64 against 134 MB/s)."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = tuple(files)

    def members(self) -> list[Member]:
        with self._reading() as archive:
            if archive.needs_password():
                raise DamagedArchiveError(f"{self.files[0]}: is encrypted: unpack it by hand, pack it again without")
            return [
                Member(
                    info.filename,
                    "folder" if info.is_directory else "link" if info.is_symlink else "file",
                    0 if info.is_directory else info.uncompressed,
                    None,
                    info.crc32,
                )
                for info in archive.list()
            ]

    def unpack(self, target: Path, total: int, progress: Progress) -> None:
        with self._reading() as archive:
            archive.extractall(path=target)
        progress.update(total)

    def _reading(self) -> _Reading:
        return _Reading(self.files)


class _Reading:
    """py7zr's archive for the length of a with block; its many errors become ours."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files

    def __enter__(self) -> Any:
        import py7zr

        self._errors = (py7zr.exceptions.ArchiveError, lzma.LZMAError, zlib.error, EOFError, ValueError, TypeError)
        self._volumes = Volumes(self._files)
        try:
            self._archive = py7zr.SevenZipFile(io.BufferedReader(self._volumes, 1 << 20), "r")
        except self._errors as error:
            self._volumes.close()
            raise self._damaged(error) from error
        return self._archive

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()
        self._volumes.close()
        if isinstance(error, self._errors) and not isinstance(error, DamagedArchiveError):
            raise self._damaged(error) from error

    def _damaged(self, error: BaseException) -> DamagedArchiveError:
        return DamagedArchiveError(
            f"{self._files[0]}: expected a whole 7z archive, found {type(error).__name__}: {error}: a part is missing, "
            "cut short, damaged or of another release"
        )


def _listed(block: str) -> Member:
    """One member of `7z l -slt`: `Key = value` lines."""
    values = dict(line.partition(" = ")[::2] for line in block.splitlines() if " = " in line)
    name, attributes = values["Path"], values.get("Attributes", "")
    if values.get("Encrypted") == "+":
        raise DamagedArchiveError(f"{name} is encrypted: unpack the archive by hand, pack it again without a password")
    # `D_ drwxr-xr-x`: Windows attributes, then those of Unix where the archive has them.
    unix = attributes.split()[-1] if " " in attributes else ""
    link = values.get("Symbolic Link", "")
    if values.get("Folder") == "+" or attributes.startswith("D") or unix.startswith("d"):
        return Member(name, "folder", 0)
    kind = "link" if link or unix.startswith("l") else "file" if unix[:1] in ("", "-") else "other"
    crc = int(values["CRC"], 16) if values.get("CRC") else None
    return Member(name, kind, int(values.get("Size") or 0), None, crc, link)
