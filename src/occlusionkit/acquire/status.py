"""What each dataset needs next: absent, partial, verified or ready, and the one thing to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from occlusionkit.artifacts.tables import read_table

from .manifest import Dataset, SourceFile
from .schemas import FILE_CHECKS
from .settings import RESULTS, Settings
from .sources import archives_folder, instruction, local_candidates


@dataclass(frozen=True)
class Status:
    """state: absent, partial, fetched, verified, wrong or ready; `next_step` is a sentence for a person."""

    dataset: Dataset
    state: str
    present: int
    wrong: Mapping[str, str]
    missing: tuple[SourceFile, ...]
    next_step: str
    terms_accepted: bool


def checks_folder(dataset: str, results: Path = RESULTS) -> Path:
    """Where the hashes of a dataset's archives are kept (hidden: it holds times of change, which are no content)."""
    return results / "archives" / ".checks" / dataset


def index_path(dataset: str, results: Path = RESULTS) -> Path:
    """The index of files that says that a dataset's layout was checked."""
    return results / "index" / f"{dataset}.files.parquet"


def dataset_status(dataset: Dataset, settings: Settings, results: Path = RESULTS) -> Status:
    """Look at what lies on disk (sizes and recorded verdicts; nothing is hashed here)."""
    found = {file.name: path for file in dataset.fetched if (path := _find(file, settings, results)) is not None}
    missing = tuple(file for file in dataset.fetched if file.name not in found)
    verdicts = _verdicts(dataset, found, results)
    wrong = {name: problem for name, (verdict, problem) in sorted(verdicts.items()) if verdict == "wrong"}
    for file in dataset.fetched:
        size = found[file.name].stat().st_size if file.name in found else None
        if size is not None and (size == 0 or (file.bytes is not None and size != file.bytes)):
            wrong.setdefault(file.name, f"has {size:,} bytes" + (f", expected {file.bytes:,}" if file.bytes else ""))
    state = _state(dataset, len(found), wrong, verdicts, results)
    accepted = not dataset.restricted or settings.choice(dataset.name).accept_terms
    next_step = _next_step(dataset, state, missing, wrong, settings)
    return Status(dataset, state, len(found), wrong, missing, next_step, accepted)


def _find(file: SourceFile, settings: Settings, results: Path) -> Path | None:
    candidates = [archives_folder(file.dataset, results) / file.name, *local_candidates(file, settings)]
    return next((path for path in candidates if path.is_file()), None)


def _verdicts(dataset: Dataset, found: Mapping[str, Path], results: Path) -> dict[str, tuple[str, str]]:
    verdicts: dict[str, tuple[str, str]] = {}
    for name, path in found.items():
        record = checks_folder(dataset.name, results) / f"{name}.parquet"
        if record.is_file():
            table, stat = read_table(record, FILE_CHECKS), path.stat()
            if (int(table["bytes"][0]), int(table["mtime_ns"][0])) == (stat.st_size, stat.st_mtime_ns):
                verdicts[name] = (table["verdict"][0], table["problem"][0] or "")
    return verdicts


def _state(
    dataset: Dataset, present: int, wrong: Mapping[str, str], verdicts: Mapping[str, tuple[str, str]], results: Path
) -> str:
    if wrong:
        return "wrong"
    if index_path(dataset.name, results).is_file():
        return "ready"
    if present == 0:
        return "absent"
    if present < len(dataset.fetched):
        return "partial"
    return "verified" if len(verdicts) == present else "fetched"


def _next_step(
    dataset: Dataset, state: str, missing: tuple[SourceFile, ...], wrong: Mapping[str, str], settings: Settings
) -> str:
    if state == "ready":
        return "nothing: it is indexed and can be used"
    if wrong:
        name, problem = next(iter(wrong.items()))
        return f"delete and fetch again: {', '.join(sorted(wrong))}; {name} {problem}"
    by_hand_files = [file for file in missing if file.source in ("onedrive", "manual")]
    if dataset.restricted and not settings.choice(dataset.name).accept_terms:
        then = f". Then: {instruction(dataset, by_hand_files, settings)}" if by_hand_files else ""
        return (
            f"read {dataset.terms_page}; in your config set acquire: datasets: {dataset.name}: accept_terms: true{then}"
        )
    if by_hand_files and not settings.choice(dataset.name).address:
        return instruction(dataset, by_hand_files, settings)
    if missing:
        return f"occlusionkit acquire download {dataset.name}"
    return f"snakemake --cores 2 results/index/{dataset.name}.files.parquet"


def overview(statuses: Mapping[str, Status], *, width: int = 118) -> str:
    """All datasets on one screen: name, state, what it needs from the user, its licence."""
    rows = [("dataset", "state", "files", "needs", "licence")]
    for name, status in sorted(statuses.items()):
        dataset = status.dataset
        of = f" {status.present}/{len(dataset.fetched)}" if status.state == "partial" else ""
        licence = dataset.licence if dataset.enabled else f"OFF: {dataset.notice}"
        # `off` where somebody should think first: said here, because the end of a line may be cut.
        state = "off" if not dataset.enabled and status.state == "absent" else f"{status.state}{of}"
        rows.append((name, state, str(len(dataset.fetched)), _needs(status), licence))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join([*(cell.ljust(size) for cell, size in zip(row, widths, strict=False)), row[4]]) for row in rows]
    return "\n".join(line if len(line) <= width else line[: width - 3] + "..." for line in lines)


def _needs(status: Status) -> str:
    if status.state == "ready":
        return "nothing"
    if status.wrong:
        return f"{len(status.wrong)} wrong files replaced"
    steps = ["accept its terms"] if not status.terms_accepted else []
    if status.missing:
        by_hand = sum(file.source in ("onedrive", "manual") for file in status.missing)
        steps.append(f"fetch {by_hand} by hand" if by_hand else "download")
    return "; ".join(steps) or "extract and index"


def details(status: Status) -> str:
    """One dataset in full: terms, files that are missing or wrong, and the next step."""
    dataset = status.dataset
    lines = [
        f"{dataset.title} ({dataset.name}, {dataset.version})",
        f"  state    {status.state}: {status.present} of {len(dataset.fetched)} files are there",
        f"  licence  {dataset.licence}",
        f"  terms    {dataset.terms_page}",
        f"  page     {dataset.page}",
        *([f"  notice   {dataset.notice}"] if dataset.notice else []),
        *(f"  wrong    {name} {problem}" for name, problem in sorted(status.wrong.items())),
        *(f"  missing  {file.name}" for file in status.missing[:10]),
        *([f"  missing  ... and {len(status.missing) - 10} more"] if len(status.missing) > 10 else []),
        f"  next     {status.next_step}",
    ]
    return "\n".join(lines)
