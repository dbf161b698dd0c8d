"""Rank a folder of gallery crops for each crop of a folder of queries, with a trained network. No labels are needed."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..acquire.layouts.common import is_image
from ..acquire.stores import FolderStore
from ..artifacts import Table, write_bytes, write_table
from ..artifacts.tables import Column, Schema, make_table
from ..images import Image
from .feature_files import Features
from .features import embed_images
from .model import load_net
from .pictures import read_crop, resize_crop
from .ranked_page import Shown, ranked_page

# Of the similarities of one block of queries with the whole gallery.
_BLOCK_BYTES = 64 << 20
_LABEL = re.compile(r"^(-?\d+)_")

RANKED = Schema(
    name="reid_ranked",
    doc="The best gallery images of every query.",
    key=("query", "rank"),
    columns=(
        Column("query", "string", "path below the folder of queries"),
        Column("rank", "int32", "1 is the best; equal similarities stand in the order of gallery paths"),
        Column("gallery", "string", "path below the folder of the gallery"),
        Column("similarity", "float64", "cosine of the features, -1..1"),
        Column("same_person", "string", "yes or no by the file names, null without labels", nullable=True),
    ),
)


@dataclass(frozen=True, eq=False)
class Crops:
    """paths: below the folder, sorted;  images: as they are, (H, W, 3) uint8 RGB;  people: from the names, or None."""

    folder: Path
    paths: tuple[str, ...]
    images: tuple[Image, ...]
    people: tuple[int, ...] | None


def read_crops(folder: Path, *, labelled: bool) -> Crops:
    """Every image below `folder`. labelled: names begin with the person's number and an underscore.

    Raises FileNotFoundError or NotADirectoryError for no folder; ValueError for none inside, one that cannot be used,
    or a name without a number.
    """
    store = FolderStore(folder)
    paths = tuple(name for name in store.names if is_image(name))
    if not paths:
        raise ValueError(f"{folder}: expected person crops (.jpg, .png, .tif, .bmp), found no image")
    images = tuple(read_crop(store.read(path), where=f"{folder}/{path}").image for path in paths)
    return Crops(folder, paths, images, tuple(_person(folder, path) for path in paths) if labelled else None)


def _person(folder: Path, path: str) -> int:
    match = _LABEL.match(path.rsplit("/", 1)[-1])
    if match is None:
        raise ValueError(
            f"{folder}/{path}: expected a name that begins with the person's number and _, such as 0007_2.jpg, as "
            "--labelled says; leave the option out for crops without labels"
        )
    return int(match[1])


def best_matches(query: Features, gallery: Features, *, top: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(Q, D) and (G, D) of unit length -> gallery rows (Q, K) and their cosines (Q, K), K = min(top, G), best first.

    Equal cosines stand in the order of gallery rows. Queries are taken in blocks, so memory does not grow with Q.
    """
    keep = min(top, len(gallery))
    rows, scores = np.empty((len(query), keep), np.int64), np.empty((len(query), keep), np.float32)
    block = max(1, _BLOCK_BYTES // (4 * len(gallery)))
    for start in range(0, len(query), block):
        part = slice(start, start + block)
        similarity = query[part] @ gallery.T
        rows[part] = np.argsort(-similarity, axis=1, kind="stable")[:, :keep]
        scores[part] = np.take_along_axis(similarity, rows[part], axis=1)
    return rows, scores


def rank_folders(
    query: Path,
    gallery: Path,
    *,
    weights: Path,
    out: Path,
    card: Path | None = None,
    top: int = 10,
    labelled: bool = False,
    shown: int = 200,
    device: str = "auto",
    threads: int = 1,
) -> Table:
    """Write out/ranked.parquet (RANKED), out/ranked.csv and out/ranked.html, and return the table.

    top: gallery images a query;  shown: queries on the page, from the first. Both folders are read in full before the
    network runs. Raises what `read_crops` and `load_net` raise; ValueError when both folders are the same.
    """
    if query.resolve() == gallery.resolve():
        raise ValueError(f"{query}: expected two folders, found the same one as query and gallery")
    model, known = load_net(weights, card)
    asked, among = read_crops(query, labelled=labelled), read_crops(gallery, labelled=labelled)

    def embed(crops: Crops) -> Features:
        pixels = np.stack([resize_crop(image, known.size_hw) for image in crops.images])
        return embed_images(model, pixels, device=device, threads=threads)

    rows, scores = best_matches(embed(asked), embed(among), top=top)
    table = ranked_table(asked, among, rows, scores)
    page = ranked_page(
        [_shown(asked, among, number, rows[number], scores[number]) for number in range(min(shown, len(rows)))],
        title=f"{query.name} in {gallery.name}",
        network=f"{known.method}, ResNet-{known.depth} (width {known.width:g}), trained on {known.trained_on}",
        queries=len(rows),
        gallery=len(among.paths),
        right=_right_first(table),
    )
    write_table(out / "ranked.parquet", table)
    write_bytes(out / "ranked.csv", _csv(table).encode())
    write_bytes(out / "ranked.html", page.encode())
    return table


def ranked_table(query: Crops, gallery: Crops, rows: NDArray[np.int64], scores: NDArray[np.float32]) -> Table:
    """RANKED from what `best_matches` found."""
    keep = rows.shape[1]
    asked = np.repeat(np.arange(len(rows)), keep).tolist()
    found = rows.ravel().tolist()
    return make_table(
        RANKED,
        {
            "query": [query.paths[number] for number in asked],
            "rank": np.tile(np.arange(1, keep + 1), len(rows)),
            "gallery": [gallery.paths[number] for number in found],
            "similarity": scores.ravel().astype(np.float64),
            "same_person": [_same(query, gallery, a, b) for a, b in zip(asked, found, strict=True)],
        },
    )


def _same(query: Crops, gallery: Crops, asked: int, found: int) -> str | None:
    if query.people is None or gallery.people is None:
        return None
    return "yes" if query.people[asked] == gallery.people[found] else "no"


def _shown(
    query: Crops, gallery: Crops, number: int, rows: NDArray[np.int64], scores: NDArray[np.float32]
) -> tuple[Shown, list[Shown]]:
    answers = [
        Shown(gallery.paths[row], gallery.images[row], score, _same(query, gallery, number, row))
        for row, score in zip(rows.tolist(), scores.tolist(), strict=True)
    ]
    return Shown(query.paths[number], query.images[number], None, None), answers


def _right_first(table: Table) -> tuple[int, int] | None:
    """Queries whose first answer is right, and all queries; None without labels."""
    first = table["same_person"][table["rank"] == 1]
    return None if None in first else (int((first == "yes").sum()), len(first))


def _csv(table: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [column.name for column in table.schema.columns]
    writer.writerow(names)
    for row in zip(*(table[name].tolist() for name in names), strict=True):
        writer.writerow(["" if cell is None else f"{cell:.6f}" if isinstance(cell, float) else cell for cell in row])
    return text.getvalue()
