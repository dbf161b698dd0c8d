"""Whole sets of face data in the official layouts: pictures, masks, and the table of what they are."""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...artifacts.tables import Table, concatenate, make_table
from ...images import encode_jpeg, encode_png
from ..people import Body, load_people
from ..people.identities import identity_name, test_identities, train_identities
from ..world import Renderer
from .folders import FOLDERS
from .scenes import Cast, Picture, Split, make_hand, make_object, make_portrait, make_texture
from .schemas import PORTRAITS

log = logging.getLogger(__name__)

_JPEG_QUALITY = 95
_SAID_EVERY_S = 20.0


@contextlib.contextmanager
def whole_folders(stage: Path, **folders: Path) -> Iterator[dict[str, Path]]:
    """Yield empty folders of the same keys below `stage`, which take the places of `folders` when the body ends well.

    What stood there is deleted. stage: on the same file system; what a killed job left in it is deleted first.
    """
    if stage.exists():
        shutil.rmtree(stage)
    staged = {name: stage / name for name in folders}
    for folder in staged.values():
        folder.mkdir(parents=True)
    yield staged
    for name, folder in folders.items():
        if folder.exists():
            shutil.rmtree(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged[name].replace(folder)
    shutil.rmtree(stage)


def read_cast(people: Sequence[Path], *, split: Split, identities: int, seed: int) -> Cast:
    """The people of one split out of the files of baked identities. ValueError where somebody is missing."""
    numbers = (train_identities if split == "train" else test_identities)(identities)
    wanted = {identity_name(number) for number in numbers}
    bodies: dict[str, Body] = {body.name: body for path in people for body in load_people(path) if body.name in wanted}
    missing = sorted(wanted - bodies.keys())
    if missing or not wanted:
        raise ValueError(
            f"{len(people)} files of identities: expected {len(wanted)} for {split}, missing {missing[:3]}; bake again"
        )
    return Cast(split=split, bodies=tuple(bodies[name] for name in sorted(bodies)), seed=seed)


def write_faces(
    renderer: Renderer,
    cast: Cast,
    *,
    dataset: str,
    amount: int,
    size_px: int,
    images: Path,
    masks: Path,
    whole_masks: Path | None = None,
) -> Table:
    """Portraits: `clean`, `occluded`, `realocc` or `realocc_wild`. whole_masks: also masks that count what is before
    the face as face. Test masks hold 0 and 1, training masks 0 and 255, as the published ones do."""
    one = 1 if cast.split == "test" else 255
    with_things = dataset != "clean"

    def make(number: int) -> dict[str, Any]:
        picture = make_portrait(
            renderer,
            cast,
            kind=dataset,
            number=number,
            size_px=size_px,
            occluded=with_things,
            wild=dataset == "realocc_wild",
        )
        stem = f"{number:05d}"
        _write_pair(images, masks, stem, picture, one=one)
        if whole_masks is not None and picture.whole is not None:
            (whole_masks / f"{stem}.png").write_bytes(encode_png(picture.whole.astype(np.uint8) * one))
        return _row(dataset, cast.split, stem, picture)

    return _each(make, amount, what=dataset)


def write_hands(renderer: Renderer, cast: Cast, *, amount: int, size_px: int, images: Path, masks: Path) -> Table:
    """Hands on white ground, fingers down."""

    def make(number: int) -> dict[str, Any]:
        picture = make_hand(renderer, cast, number=number, size_px=size_px)
        stem = f"Hand_{number:07d}"
        _write_pair(images, masks, stem, picture, one=255)
        return _row("hands", cast.split, stem, picture)

    return _each(make, amount, what="hands")


def write_objects(renderer: Renderer, cast: Cast, *, amount: int, size_px: int, images: Path, masks: Path) -> Table:
    """Everyday things."""

    def make(number: int) -> dict[str, Any]:
        picture = make_object(renderer, cast, number=number, size_px=size_px)
        stem = f"{number:06d}"
        _write_pair(images, masks, stem, picture, one=255)
        return _row("objects", cast.split, stem, picture)

    return _each(make, amount, what="objects")


def write_textures(cast: Cast, *, amount: int, size_px: int, images: Path) -> Table:
    """Textures in a folder for each class."""

    def make(number: int) -> dict[str, Any]:
        name, image = make_texture(cast, number=number, size_px=size_px)
        folder = images / name.rpartition("_")[0]
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.jpg").write_bytes(encode_jpeg(image, quality=_JPEG_QUALITY))
        empty = Picture(image, np.zeros(image.shape[:2], bool), textures=(name,))
        return _row("textures", cast.split, name, empty)

    return _each(make, amount, what="textures")


def _write_pair(images: Path, masks: Path, stem: str, picture: Picture, *, one: int) -> None:
    (images / f"{stem}.jpg").write_bytes(encode_jpeg(picture.image, quality=_JPEG_QUALITY))
    (masks / f"{stem}.png").write_bytes(encode_png(picture.mask.astype(np.uint8) * one))


def _row(dataset: str, split: Split, stem: str, picture: Picture) -> dict[str, Any]:
    images, masks = FOLDERS[dataset]["images"], FOLDERS[dataset].get("masks")
    face = 0 if picture.whole is None else int(picture.whole.sum())
    visible = int((picture.mask & picture.whole).sum()) if picture.whole is not None else 0
    inside = f"{stem.rpartition('_')[0]}/{stem}" if dataset == "textures" else stem
    return {
        "dataset": dataset,
        "stem": stem,
        "image": f"{images}/{inside}.jpg",
        "mask": None if masks is None else f"{masks}/{stem}.png",
        "split": split,
        "identity": picture.identity,
        "occluders": ",".join(picture.occluders),
        "hand_owners": ",".join(picture.hand_owners),
        "textures": ",".join(picture.textures),
        "face_pixels": face,
        "hidden_fraction": 1 - visible / face if face else float("nan"),
        "yaw_deg": picture.yaw_deg,
    }


def _each(make: Callable[[int], dict[str, Any]], amount: int, *, what: str) -> Table:
    """Make the pictures 0 .. amount - 1, saying now and then how far it is."""
    rows, said = [], time.monotonic()
    for number in range(amount):
        rows.append(make(number))
        if time.monotonic() - said > _SAID_EVERY_S:
            log.info("%s: %d of %d pictures", what, number + 1, amount)
            said = time.monotonic()
    log.info("%s: %d pictures", what, amount)
    return make_table(PORTRAITS, {column.name: [row[column.name] for row in rows] for column in PORTRAITS.columns})


def merged(tables: Sequence[Table]) -> Table:
    """The tables of several sets as one."""
    whole = concatenate(tables)
    return make_table(PORTRAITS, whole.columns)
