"""`occlusionkit acquire ...`: what each dataset needs, and every stage by hand on any files."""

from __future__ import annotations

import errno
import shutil
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from .checksums import compare_folder, expected_from_list, read_checksums, verify_file
from .download import download_file
from .extract import extract_archive, staging_for
from .layouts.families import FAMILIES, index_dataset
from .manifest import Dataset, SourceFile
from .pack import pack_occlusion_person, pack_volumes
from .settings import RESULTS, Limits, Settings
from .sources import check_terms, find_dataset
from .stages import configured
from .status import checks_folder, dataset_status, details, overview
from .volumes import find_volumes

app = typer.Typer(help="Published datasets: status, download, checksums, archives.", no_args_is_help=True)

ConfigFile = Annotated[
    Path, typer.Option("--configfile", help="Its `acquire` section says which terms are accepted and where files lie.")
]
CONFIG = Path("config.yaml")


def _configured(path: Path) -> tuple[Settings, dict[str, Dataset]]:
    config: Any = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if path != CONFIG and not path.is_file():
        raise typer.BadParameter(f"{path}: no such file", param_hint="--configfile")
    try:
        return configured((config or {}).get("acquire"))
    except (ValueError, OSError) as error:
        raise typer.BadParameter(str(error), param_hint="--configfile") from error


def _dataset(manifest: dict[str, Dataset], name: str) -> Dataset:
    try:
        return find_dataset(manifest, name)
    except KeyError as error:
        raise typer.BadParameter(str(error.args[0]), param_hint="DATASET") from error


@app.command()
def datasets(
    name: Annotated[str | None, typer.Argument(help="One dataset, in full.")] = None,
    configfile: ConfigFile = CONFIG,
) -> None:
    """What is there of each dataset, and what to do next."""
    settings, manifest = _configured(configfile)
    if name is not None:
        typer.echo(details(dataset_status(_dataset(manifest, name), settings)))
        return
    # As wide as the terminal; where there is none (a pipe), a line is cut only when it is very long.
    width = shutil.get_terminal_size((118, 24)).columns
    typer.echo(overview({key: dataset_status(value, settings) for key, value in manifest.items()}, width=width))
    typer.echo("One in full, with its pages, files and next step: occlusionkit datasets NAME")


@app.command()
def download(
    name: Annotated[str, typer.Argument(metavar="DATASET")],
    parts: Annotated[list[str] | None, typer.Argument(help="Only these files; default all.")] = None,
    configfile: ConfigFile = CONFIG,
) -> None:
    """Fetch a dataset's files into results/archives/. Interrupted, it goes on where it stopped."""
    settings, manifest = _configured(configfile)
    dataset = _dataset(manifest, name)
    check_terms(dataset, settings)
    for file in _chosen(dataset, parts):
        table = download_file(dataset, file, settings)
        typer.echo(f"{table['verdict'][0]:12} {table['path'][0]}")


def _chosen(dataset: Dataset, names: list[str] | None) -> tuple[SourceFile, ...]:
    unknown = sorted(set(names or ()) - {file.name for file in dataset.fetched})
    if unknown:
        raise typer.BadParameter(f"{dataset.name} has no file {unknown}", param_hint="PARTS")
    return tuple(file for file in dataset.fetched if not names or file.name in names)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A folder of archives; or the name of a dataset.")],
    checksums: Annotated[
        Path | None, typer.Option(help="A list as md5sum or sha256sum write it; in any order, with any folders.")
    ] = None,
    configfile: ConfigFile = CONFIG,
) -> None:
    """Say which files are missing, wrong or extra; exit status 1 when any is missing or wrong."""
    if checksums is not None:
        expected = expected_from_list(read_checksums(checksums), folder.name)
        report = compare_folder(_expect_folder(folder), expected)
        lines, complete = report.lines(), report.complete
    else:
        lines, complete = _verify_dataset(str(folder), configfile)
    for line in lines:
        typer.echo(line)
    if not complete:
        raise typer.Exit(1)


def _verify_dataset(name: str, configfile: Path) -> tuple[list[str], bool]:
    """By the manifest, with hashes kept for the next time."""
    settings, manifest = _configured(configfile)
    dataset = _dataset(manifest, name)
    folder = settings.choice(name).folder or RESULTS / "archives" / name
    lines: list[str] = []
    verdicts: Counter[str] = Counter()
    for file in dataset.fetched:
        path, record = folder / file.name, checks_folder(name) / f"{file.name}.parquet"
        if not path.is_file():
            lines.append(f"missing      {file.name}")
            verdicts["missing"] += 1
            continue
        table = verify_file(dataset, file, path, record, caches=[record])
        verdicts[table["verdict"][0]] += 1
        lines.append(f"{table['verdict'][0]:12} {file.name} {table['problem'][0] or ''}".rstrip())
    lines.append(
        f"{folder}: {verdicts['ok']} ok, {verdicts['unpublished']} without a published hash, "
        f"{verdicts['missing']} missing, {verdicts['wrong']} wrong"
    )
    return lines, not (verdicts["missing"] or verdicts["wrong"])


@app.command()
def extract(
    archive: Annotated[Path, typer.Argument(help="An archive, or any one of its volumes.")],
    target: Annotated[Path, typer.Argument(help="A folder; what is there already stays.")],
    checksums: Annotated[
        Path | None, typer.Option(help="Published hashes of the volumes, checked while unpacking.")
    ] = None,
    state: Annotated[Path, typer.Option(help="Where half-done work is kept, to go on later.")] = RESULTS,
    max_gib: Annotated[float, typer.Option(help="Refuse archives that expand beyond this.")] = Limits().total_gib,
) -> None:
    """Unpack zip, 7z, tar.* or rar, whole or in volumes: all of it or nothing."""
    if not archive.exists() and not archive.parent.is_dir():
        raise typer.BadParameter(f"{archive}: no such file", param_hint="ARCHIVE")
    parts = find_volumes(archive)
    published = expected_from_list(read_checksums(checksums), archive.name) if checksums else None
    staging = staging_for(parts, "by-hand", parts[0].name, state)
    table = extract_archive(parts, target, staging, limits=Limits(total_gib=max_gib), published=published)
    typer.echo(f"{target}: {len(table):,} files, {int(table['bytes'].sum()):,} bytes")


@app.command()
def pack(
    source: Annotated[Path, typer.Argument(help="A file or folder; or a dataset in Occlusion-Person's layout.")],
    out: Annotated[Path, typer.Argument(help="An empty folder for the volumes.")],
    volume_mb: Annotated[float, typer.Option(min=0.001, help="Size of a volume, MB.")] = 1000.0,
    name: Annotated[str, typer.Option(help="What the dataset will be called in its manifest.")] = "my_occlusion_person",
    address: Annotated[str, typer.Option(help="The URL that OUT will be served from.")] = "",
) -> None:
    """Cut a dataset into volumes with checksum lists, as upstream published Occlusion-Person."""
    volume_bytes = int(volume_mb * 1e6)
    if (source / "unrealcv").is_dir():
        release = pack_occlusion_person(source, out, name=name, volume_bytes=volume_bytes, address=address)
        typer.echo(f"{out}: {len(release.parts)} volumes, checksum.txt, and a manifest of dataset {name}")
    else:
        parts = pack_volumes(source, out, stem=f"{source.name}.zip", volume_bytes=volume_bytes)
        typer.echo(f"{out}: {len(parts)} volumes")


@app.command("check")
def check_layout(
    family: Annotated[str, typer.Argument(help="A family of layouts, or a dataset of the manifest.")],
    folder: Annotated[Path, typer.Argument(help="The dataset's folder.")],
    configfile: ConfigFile = CONFIG,
) -> None:
    """Check a folder against an official layout and say what is in it."""
    _, manifest = _configured(configfile)
    if family in manifest:
        index = index_dataset(manifest[family], folder)
    elif family in FAMILIES:
        index = FAMILIES[family](_expect_folder(folder), {})
    else:
        raise typer.BadParameter(f"expected one of {', '.join(FAMILIES)} or a dataset", param_hint="FAMILY")
    roles: dict[tuple[str, str], int] = {}
    for kind, role in zip(index["kind"], index["role"], strict=True):
        roles[kind, role or "-"] = roles.get((kind, role or "-"), 0) + 1
    for (kind, role), count in sorted(roles.items()):
        typer.echo(f"{count:9,}  {kind:10}  {role}")


def _expect_folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"{folder}: expected a folder")
    return folder
