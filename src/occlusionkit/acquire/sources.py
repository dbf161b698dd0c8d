"""Where a file may be fetched from, once its terms are accepted; otherwise what exactly the user has to do.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from .manifest import Dataset, SourceFile
from .settings import RESULTS, Settings


class TermsError(ValueError):
    """A restricted dataset was asked for without its terms being accepted."""


class NeedsUserError(ValueError):
    """A file that no program can fetch is not where it should be."""


@dataclass(frozen=True)
class Local:
    """A file on this machine."""

    path: Path


@dataclass(frozen=True)
class Web:
    """A URL (http or https)."""

    url: str


@dataclass(frozen=True)
class Drive:
    """A file of Google Drive, which asks for a confirmation before it gives large files."""

    file_id: str


Source = Local | Web | Drive


def archives_folder(dataset: str, results: Path = RESULTS) -> Path:
    """The folder where a dataset's archives belong."""
    return results / "archives" / dataset


def find_dataset(manifest: Mapping[str, Dataset], name: str) -> Dataset:
    """The dataset of that name; KeyError naming the ones there are."""
    if name not in manifest:
        raise KeyError(f"unknown dataset {name!r}; the manifest has {', '.join(manifest)}")
    return manifest[name]


def check_names(manifest: Mapping[str, Dataset], settings: Settings) -> None:
    """Raise ValueError naming the datasets that the configuration mentions and no manifest has."""
    unknown = sorted((set(settings.fetch) | set(settings.datasets)) - set(manifest))
    if unknown:
        raise ValueError(f"acquire: unknown datasets {unknown}; the manifest has {', '.join(manifest)}")


def check_terms(dataset: Dataset, settings: Settings) -> None:
    """Raise TermsError unless the dataset is free or the user has accepted its terms."""
    if dataset.restricted and not settings.choice(dataset.name).accept_terms:
        notice = f" Note: {dataset.notice}." if dataset.notice else ""
        raise TermsError(
            f"{dataset.title}: its terms are not accepted. Licence: {dataset.licence}. Read {dataset.terms_page}, "
            f"then set acquire: datasets: {dataset.name}: accept_terms: true.{notice}"
        )


def local_candidates(file: SourceFile, settings: Settings) -> list[Path]:
    """Where the user may have put a file, in the order in which we look."""
    own = settings.choice(file.dataset).folder
    return [*([own / file.name] if own else []), settings.folder / file.dataset / file.name]


def locate(dataset: Dataset, file: SourceFile, settings: Settings) -> Source:
    """The first source that can serve a file: the user's folders, the user's address, the manifest's address.

    Raises TermsError, or NeedsUserError for a file that only a person can fetch and has not.
    """
    check_terms(dataset, settings)
    for path in local_candidates(file, settings):
        if path.is_file():
            return Local(path.absolute())
    base = settings.choice(dataset.name).address
    if base:
        return from_url(f"{base.rstrip('/')}/{quote(file.name)}")
    if file.source == "http":
        return from_url(file.address)
    if file.source == "gdrive":
        return Drive(file.address)
    raise NeedsUserError(instruction(dataset, _fetched_by_hand(dataset, settings), settings))


def _fetched_by_hand(dataset: Dataset, settings: Settings) -> list[SourceFile]:
    """All files that a person has yet to fetch: told at once, not one by one."""
    return [
        file
        for file in dataset.fetched
        if file.source in ("onedrive", "manual") and not any(p.is_file() for p in local_candidates(file, settings))
    ]


def from_url(url: str) -> Source:
    """http, https or file URL -> source. ValueError for any other scheme."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        return Web(url)
    if parts.scheme == "file":
        return Local(Path(unquote(parts.path)))
    raise ValueError(f"{url}: expected an http, https or file address; a folder goes into `folder`")


def instruction(dataset: Dataset, missing: Iterable[SourceFile], settings: Settings) -> str:
    """What a person must fetch and where it belongs, in one paragraph."""
    names = sorted(file.name for file in missing)
    pages = sorted({file.address for file in dataset.files if file.source in ("onedrive", "manual")})
    folder = settings.choice(dataset.name).folder or settings.folder / dataset.name
    some = ", ".join(names[:3]) + (
        f", ... {names[-1]}" if len(names) > 4 else f", {names[3]}" if len(names) == 4 else ""
    )
    return (
        f"{dataset.title}: {len(names)} of {len(dataset.fetched)} files must be fetched by hand: {some}. "
        f"{dataset.instructions}. Page: {' and '.join(pages) or dataset.page}. Put them into {folder}/, or name the "
        f"folder where they are in acquire: datasets: {dataset.name}: folder; then run again"
    )
