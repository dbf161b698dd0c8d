"""Whole sets of face data in the official layouts: pictures, masks, and the table of what they are."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ...artifacts.tables import Table, concatenate, make_table
from ...images import encode_jpeg, encode_png
from ...jobs import end_with_parent
from ..people import Body, load_people
from ..people.identities import identity_name, test_identities, train_identities
from ..render import Choice, open_renderer
from ..world import Renderer
from .cast import Cast, Split
from .folders import FOLDERS, TEST_SETS
from .photos import make_hand, make_object, make_texture
from .picture import Picture
from .portrait import Commission, make_portrait
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


@dataclass(frozen=True)
class Order:
    """What a set is made of. dataset: a key of FOLDERS;  folders: where its pictures go, by the keys of FOLDERS;
    people: files of baked identities, of which there are `identities` in all (none for things and textures);
    renderer: auto, gl or embree."""

    dataset: str
    amount: int
    size_px: int
    seed: int
    folders: Mapping[str, Path]
    people: tuple[Path, ...] = ()
    identities: int = 0
    renderer: Choice = "auto"

    @property
    def split(self) -> Split:
        return "test" if self.dataset in TEST_SETS else "train"


@dataclass(frozen=True)
class Made:
    """table: of PORTRAITS;  renderer: what drew."""

    table: Table
    renderer: str


def write_set(order: Order, *, workers: int = 1) -> Made:
    """Make all pictures of a set in its folders, which exist. workers: processes; any number gives the same bytes.

    Masks hold 0 and 255 in training sets, 0 and 1 in test sets, as the published ones do. ValueError for an unknown set
    and where people are missing.
    """
    if order.dataset not in FOLDERS:
        raise ValueError(f"set of face data: expected one of {', '.join(FOLDERS)}, found {order.dataset!r}")
    rows: dict[int, dict[str, Any]] = {}
    drawn_by: set[str] = set()
    said = time.monotonic()
    with _pictures(order, workers) as made:
        for number, row, renderer in made:
            rows[number] = row
            drawn_by.add(renderer)
            if time.monotonic() - said > _SAID_EVERY_S:
                log.info("%s: %d of %d pictures", order.dataset, len(rows), order.amount)
                said = time.monotonic()
    log.info("%s: %d pictures", order.dataset, len(rows))
    columns = {column.name: [rows[number][column.name] for number in sorted(rows)] for column in PORTRAITS.columns}
    return Made(make_table(PORTRAITS, columns), ", ".join(sorted(drawn_by)))


Numbered = tuple[int, dict[str, Any], str]


@contextlib.contextmanager
def _pictures(order: Order, workers: int) -> Iterator[Iterable[Numbered]]:
    """Yield what makes the pictures: each as its number, its row, and what drew it, in any order."""
    if workers == 1:
        with Maker.opened(order) as maker:
            yield map(maker.numbered, range(order.amount))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(order,)) as pool:
        # A person's pictures go to one worker: who sits again is dressed already.
        size = max(1, order.amount // (8 * workers))
        yield pool.map(_work, range(order.amount), chunksize=size)


# What makes the pictures of a worker process; set once, in workers only.
_MAKER: Maker | None = None


def _start_worker(order: Order) -> None:
    global _MAKER
    cv2.setNumThreads(1)
    _MAKER = Maker.open(order)
    end_with_parent()


def _work(number: int) -> Numbered:
    assert _MAKER is not None  # the pool starts every worker with _start_worker
    return _MAKER.numbered(number)


@dataclass(frozen=True, eq=False)
class Maker:
    """A renderer and those who may be in a set's pictures, ready to make one after another."""

    order: Order
    cast: Cast
    renderer: Renderer | None

    @staticmethod
    def open(order: Order) -> Maker:
        """Close the renderer when done, or use `opened`."""
        needs_people = order.dataset not in ("objects", "textures")
        cast = (
            read_cast(order.people, split=order.split, identities=order.identities, seed=order.seed)
            if needs_people
            else Cast(split=order.split, bodies=(), seed=order.seed)
        )
        renderer = None if order.dataset == "textures" else open_renderer(order.renderer, threads=1)
        return Maker(order, cast, renderer)

    @staticmethod
    @contextlib.contextmanager
    def opened(order: Order) -> Iterator[Maker]:
        maker = Maker.open(order)
        try:
            yield maker
        finally:
            if maker.renderer is not None:
                maker.renderer.close()

    def numbered(self, number: int) -> Numbered:
        """Make one picture, with its masks, in the order's folders."""
        stem, picture = self.picture(number)
        order, one = self.order, 1 if self.order.split == "test" else 255
        inside = f"{stem.rpartition('_')[0]}/{stem}" if order.dataset == "textures" else stem
        image = order.folders["images"] / f"{inside}.jpg"
        image.parent.mkdir(exist_ok=True)
        image.write_bytes(encode_jpeg(picture.image, quality=_JPEG_QUALITY))
        for kind, mask in (("masks", picture.mask), ("whole_masks", picture.whole)):
            if kind in order.folders and mask is not None:
                (order.folders[kind] / f"{stem}.png").write_bytes(encode_png(mask.astype(np.uint8) * one))
        drawn_by = "none" if self.renderer is None else self.renderer.description
        return number, _row(order, stem, inside, picture), drawn_by

    def picture(self, number: int) -> tuple[str, Picture]:
        """One picture and its stem."""
        order = self.order
        if self.renderer is None:
            name, image = make_texture(self.cast, number=number, size_px=order.size_px)
            return name, Picture(image, np.zeros(image.shape[:2], bool), textures=(name,))
        if order.dataset == "hands":
            hand = make_hand(self.renderer, self.cast, number=number, size_px=order.size_px)
            return f"Hand_{number:07d}", hand
        if order.dataset == "objects":
            return f"{number:06d}", make_object(self.renderer, self.cast, number=number, size_px=order.size_px)
        commission = Commission(
            dataset=order.dataset,
            number=number,
            size_px=order.size_px,
            occluded=order.dataset != "clean",
            wild=order.dataset == "realocc_wild",
        )
        return f"{number:05d}", make_portrait(self.renderer, self.cast, commission)


def _row(order: Order, stem: str, inside: str, picture: Picture) -> dict[str, Any]:
    images, masks = FOLDERS[order.dataset]["images"], FOLDERS[order.dataset].get("masks")
    face = 0 if picture.whole is None else int(picture.whole.sum())
    visible = int((picture.mask & picture.whole).sum()) if picture.whole is not None else 0
    return {
        "dataset": order.dataset,
        "stem": stem,
        "image": f"{images}/{inside}.jpg",
        "mask": None if masks is None else f"{masks}/{stem}.png",
        "split": order.split,
        "identity": picture.identity,
        "occluders": ",".join(picture.occluders),
        "hand_owners": ",".join(picture.hand_owners),
        "textures": ",".join(picture.textures),
        "face_pixels": face,
        "hidden_fraction": 1 - visible / face if face else float("nan"),
        "yaw_deg": picture.yaw_deg,
    }


def merged(tables: Sequence[Table]) -> Table:
    """The tables of several sets as one."""
    whole = concatenate(tables)
    return make_table(PORTRAITS, whole.columns)
