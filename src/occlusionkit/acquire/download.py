"""Fetch one file: resumed where it stopped, checked in size and hash before it gets its name.

A download lives in two files below the results' `.partial` folder until it is whole: the bytes, and beside them what
the server said about them (URL, validator, length), without which they are never continued. Snakemake deletes the
outputs of a job that was killed, so what is finished stays there under a second name (a hard link) until the next
stage has seen it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from occlusionkit.artifacts.tables import Table, write_table

from . import drive
from .checksums import Digest, cached_digest, check_file, copy_hashed, hash_file, problem_with, verdict_for
from .manifest import Dataset, SourceFile
from .progress import progress_bar
from .settings import RESULTS, Settings
from .sources import Drive, Local, locate
from .transfer import Transfer, TransferError, WrongFileError


class DownloadError(OSError):
    """The file could not be fetched; the message names it, the address, and what to do."""


@dataclass(frozen=True)
class Places:
    """Where one file's download lives on disk."""

    target: Path
    partial: Path
    record: Path
    lock: Path

    @property
    def finished(self) -> Path:
        """The whole file's second name."""
        return self.partial.with_suffix(".whole")

    @property
    def state(self) -> Path:
        """What the server said about the partial bytes."""
        return self.partial.with_suffix(".json")


def places(dataset: str, name: str, results: Path = RESULTS) -> Places:
    """The paths of one file's download."""
    folder = results / ".partial" / "archives" / dataset
    return Places(
        target=results / "archives" / dataset / name,
        partial=folder / f"{name}.part",
        record=folder / f"{name}.check.parquet",
        lock=folder / f"{name}.lock",
    )


def download_file(
    dataset: Dataset,
    file: SourceFile,
    settings: Settings,
    results: Path = RESULTS,
    *,
    drive_address: str = drive.DRIVE_ADDRESS,
) -> Table:
    """Bring a file to results/archives/<dataset>/<file> and return its FILE_CHECKS row.

    Local files are linked or copied, others downloaded. A second job for the same file waits for the first and takes
    its result. Raises TermsError, NeedsUserError, or DownloadError; after any of them no file has the name.
    """
    at = places(dataset.name, file.name, results)
    source = locate(dataset, file, settings)
    with _locked(at.lock):
        if (done := _take_finished(dataset, file, at)) is not None:
            return done
        if isinstance(source, Local):
            return _place_local(dataset, file, source.path, at, settings)
        url = drive.first_url(source.file_id, base=drive_address) if isinstance(source, Drive) else source.url
        digest = _fetch(dataset, file, url, at, settings, confirm=isinstance(source, Drive))
        _publish(at.partial, at)
        at.state.unlink(missing_ok=True)
        return _record(dataset, file, at, digest)


def forget_finished(dataset: str, name: str, results: Path = RESULTS) -> None:
    """Drop the second name of a finished file: called by the next stage, which has it as a recorded input."""
    at = places(dataset, name, results)
    at.finished.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Held by one process at a time on this machine, given back by the kernel when it dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _take_finished(dataset: Dataset, file: SourceFile, at: Places) -> Table | None:
    """The result of an earlier run or of a job that was faster, if its record still fits its bytes."""
    for path in (at.target, at.finished):
        digest = cached_digest(at.record, path) if path.is_file() else None
        if digest is not None and problem_with(file, digest) is None:
            if path == at.finished:
                _publish(at.finished, at)
            return _record(dataset, file, at, digest)
    return None


def _record(dataset: Dataset, file: SourceFile, at: Places, digest: Digest) -> Table:
    table = check_file(dataset, file, at.target, digest=digest)
    write_table(at.record, table)
    return table


def _publish(path: Path, at: Places) -> None:
    """Give the whole file its name, keeping the second one where the file system has hard links."""
    at.target.parent.mkdir(parents=True, exist_ok=True)
    if path != at.finished:
        path.replace(at.finished)
    try:
        at.target.unlink(missing_ok=True)
        os.link(at.finished, at.target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK):
            raise
        at.finished.replace(at.target)  # no hard links here: a killed workflow may have to fetch this file again


def _place_local(dataset: Dataset, file: SourceFile, path: Path, at: Places, settings: Settings) -> Table:
    """Link to, or copy, a file that lies on this machine already."""
    if not path.is_file():
        raise DownloadError(f"{dataset.title}: {path}: expected {file.name} there, found no file")
    at.target.parent.mkdir(parents=True, exist_ok=True)
    with progress_bar(file.name, path.stat().st_size) as progress:
        if settings.local == "copy":
            _need_space(path.stat().st_size, at.target.parent, file.name)
            digest = copy_hashed(path, at.finished, progress=progress)
        else:
            digest = hash_file(path, progress=progress)
    problem = problem_with(file, digest, dataset.fetched)
    if problem is not None:
        at.finished.unlink(missing_ok=True)
        raise DownloadError(f"{dataset.title}: {path} {problem}; replace it and run again")
    if settings.local == "copy":
        _publish(at.finished, at)
    else:
        at.target.unlink(missing_ok=True)
        # A symbolic link, not a hard one: it shows where the bytes are, and crosses file systems.
        at.target.symlink_to(path)
    return _record(dataset, file, at, digest)


def _fetch(dataset: Dataset, file: SourceFile, url: str, at: Places, settings: Settings, *, confirm: bool) -> Digest:
    """The whole, verified file at `at.partial`. Wrong bytes are thrown away and fetched once more, then refused."""
    problem = ""
    for _ in range(2):
        digest = _transfer(dataset, file, url, at, settings, confirm=confirm)
        found = problem_with(file, digest, dataset.fetched)
        if found is None:
            return digest
        at.partial.unlink(missing_ok=True)
        at.state.unlink(missing_ok=True)
        problem = found
    raise DownloadError(
        f"{dataset.title}: {url} was fetched twice and {file.name} {problem}; nothing was kept. The address serves "
        f"another file: ask its owner, or name one that serves the right one in acquire: datasets: {dataset.name}"
    )


def _transfer(dataset: Dataset, file: SourceFile, url: str, at: Places, settings: Settings, *, confirm: bool) -> Digest:
    transfer = Transfer(
        url=url,
        partial=at.partial,
        state=at.state,
        expected_bytes=file.bytes,
        hash_is_known=verdict_for(file, None) == "ok",
        confirm=confirm,
        retries=settings.retries,
        wait_s=settings.wait_s,
        timeout_s=settings.timeout_s,
        need_space=lambda count: _need_space(count, at.partial.parent, file.name),
    )
    try:
        with progress_bar(file.name, file.bytes) as progress:
            return transfer.run(progress)
    except WrongFileError as error:
        raise DownloadError(f"{dataset.title}: {file.name} from {url}: {error}; see {dataset.page}") from error
    except TransferError as error:
        raise DownloadError(
            f"{dataset.title}: {file.name} from {url}: {error}; what came is kept: run again to continue"
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DownloadError(
                error.errno,
                f"{dataset.title}: {file.name}: the disk of {at.partial.parent} is full; "
                "what came is kept: free some space and run again to continue",
            ) from error
        raise


def _need_space(count: int, folder: Path, name: str) -> None:
    free = shutil.disk_usage(folder).free
    if count > free:
        raise OSError(errno.ENOSPC, f"{name} needs {count:,} bytes, {folder} has {free:,} free")
