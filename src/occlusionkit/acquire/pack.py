"""Pack a dataset as upstream packed Occlusion-Person: a zip cut into volumes, checksum lists, and a manifest.

What `pack_release` writes can be served from any folder and taken back through download, checksum and extraction.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from occlusionkit.artifacts.atomic import write_bytes

from .checksums import Digest, copy_hashed, hash_file
from .manifest import Dataset, SourceFile, write_manifest_tables
from .volumes import VolumeWriter

_EPOCH = (1980, 1, 1, 0, 0, 0)
_COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Release:
    """What was written, by file name."""

    folder: Path
    parts: Mapping[str, Digest]
    members: Mapping[str, Digest]
    placed: Mapping[str, Digest]


def pack_volumes(source: Path, out: Path, *, stem: str, volume_bytes: int) -> list[Path]:
    """A file or folder -> a stored zip, cut into `<out>/<stem>.001`, ...; equal input gives equal bytes.

    Members are sorted, their times are the zip epoch. Nothing is left in `out` when the packing fails.
    Raises ValueError for an empty source, and FileExistsError when `out` has volumes of that name already.
    """
    files = [source] if source.is_file() else sorted(path for path in source.rglob("*") if path.is_file())
    if not files:
        raise ValueError(f"{source}: expected a file or a folder with files, found none")
    out.mkdir(parents=True, exist_ok=True)
    if old := sorted(out.glob(f"{stem}.[0-9]*")):
        raise FileExistsError(f"{out}: has {old[0].name} already; pack into an empty folder")
    writer = VolumeWriter(out, stem, volume_bytes)
    try:
        with writer, zipfile.ZipFile(writer, "w", zipfile.ZIP_STORED) as archive:
            for path in files:
                name = path.name if source.is_file() else path.relative_to(source).as_posix()
                _add(archive, path, name)
    except BaseException:
        for part in writer.parts:
            part.unlink(missing_ok=True)
        raise
    return writer.parts


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.external_attr = 0o644 << 16
    info.create_system = 3
    large = path.stat().st_size >= zipfile.ZIP64_LIMIT
    with path.open("rb") as read, archive.open(info, "w", force_zip64=large) as written:
        while block := read.read(_COPY_BYTES):
            written.write(block)


def pack_occlusion_person(
    dataset_folder: Path, out: Path, *, name: str, volume_bytes: int, address: str = ""
) -> Release:
    """An Occlusion-Person layout (`unrealcv/images.zip`, `unrealcv/annot/*.pkl`) -> a release like upstream's in `out`.

    Writes `occlusion_person.zip.NNN`, the PKLs, `checksum.txt` (md5sum's format, `./data/` prefixes, in no order),
    `extra_checksum.txt`, and a manifest (`datasets.csv`, `files.csv`) with which a dataset called `name` is taken back.
    address: the URL it will be served from; it may be set later in the configuration. The manifest comes last: a
    folder without it is no release.
    """
    images = dataset_folder / "unrealcv" / "images.zip"
    annotations = sorted((dataset_folder / "unrealcv" / "annot").glob("*.pkl"))
    if not images.is_file() or not annotations:
        raise ValueError(f"{dataset_folder}: expected unrealcv/images.zip and unrealcv/annot/*.pkl")
    stem = "occlusion_person.zip"
    parts = {path.name: hash_file(path) for path in pack_volumes(images, out, stem=stem, volume_bytes=volume_bytes)}
    placed = {path.name: copy_hashed(path, out / path.name) for path in annotations}
    members = {images.name: hash_file(images)}
    # Upstream's list stands in the order of `find`; ours by digest, so that no reader can rely on an order.
    listed = sorted((digest.md5, part) for part, digest in parts.items())
    write_bytes(out / "checksum.txt", "".join(f"{md5}  ./data/{part}\n" for md5, part in listed).encode())
    extra = "".join(f"{digest.md5}  {file}\n" for file, digest in {**members, **placed}.items())
    write_bytes(out / "extra_checksum.txt", extra.encode())
    write_manifest_tables(out, [_release_dataset(name, address, stem, parts, members, placed)])
    return Release(out, parts, members, placed)


def _release_dataset(
    name: str,
    address: str,
    stem: str,
    parts: Mapping[str, Digest],
    members: Mapping[str, Digest],
    placed: Mapping[str, Digest],
) -> Dataset:
    def row(file: str, digest: Digest, archive: str, source: str, where: str, action: str, target: str) -> SourceFile:
        return SourceFile(name, file, archive, digest.bytes, digest.md5, digest.sha256, source, where, action, target)

    def url(file: str) -> str:
        return f"{address.rstrip('/')}/{file}"

    source = "http" if address else "manual"
    rows = [
        *(row(f, d, stem, source, url(f), "extract", "unrealcv") for f, d in parts.items()),
        *(row(f, d, stem, "member", f, "keep", f"unrealcv/{f}") for f, d in members.items()),
        *(row(f, d, f, source, url(f), "place", f"unrealcv/annot/{f}") for f, d in placed.items()),
    ]
    return Dataset(
        name=name,
        title=f"Occlusion-Person layout, {name}",
        family="occlusion_person",
        version="studio",
        enabled=True,
        restricted=False,
        licence="as its maker says",
        terms_page="",
        page="",
        counts={},
        instructions="Point acquire: datasets: <name>: folder or address at the release",
        notice="rendered by this project's studio or by its user: not the published dataset",
        files=tuple(rows),
    )
