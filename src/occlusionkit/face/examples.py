"""Images with masks to train on and to test with: which there are, that each can be used, and how they are split.

A *group* is what came about in one way: clean photographs, occluded ones, one generated set, one test set. A training
set (`presets.TRAINING_SETS`) is some groups together.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..artifacts.hashing import file_sha256
from ..artifacts.tables import Table, concatenate, make_table, read_table
from .files import Image, Mask, Pair, binary_mask, fitted_mask, list_images, pair_with_masks, read_gray, read_image
from .progress import Report
from .schemas import EXAMPLES, MANIFEST


@dataclass(frozen=True)
class Known:
    """What is known of an image besides its files: who it shows, and how much of the face is hidden."""

    person: str | None = None
    hidden_fraction: float = math.nan


def index_group(
    group: str,
    images: Path,
    masks: Path,
    *,
    known: Callable[[str], Known] = lambda stem: Known(),
    report: Report | None = None,
) -> Table:
    """One row of EXAMPLES for each image of a folder, sorted by stem, after reading each image and mask once.

    known: stem -> what is known of it. Raises FileNotFoundError or ValueError, naming the file, for whatever
    `read_example` refuses, a missing mask, and two files of one stem.
    """
    pairs = pair_with_masks(list_images(images, what=f"faces ({group})"), masks, what="faces")
    return index_pairs(group, pairs, known=known, report=report)


def index_pairs(
    group: str,
    pairs: Sequence[Pair],
    *,
    known: Callable[[str], Known] = lambda stem: Known(),
    report: Report | None = None,
) -> Table:
    """As `index_group`, for pairs that were found already."""
    rows = []
    for done, pair in enumerate(pairs, start=1):
        rows.append(_row(group, pair, known(pair.stem)))
        if report is not None:
            report(done, len(pairs))
    return make_table(EXAMPLES, {column.name: [row[column.name] for row in rows] for column in EXAMPLES.columns})


def _row(group: str, pair: Pair, known: Known) -> dict[str, Any]:
    if pair.mask is None:
        raise FileNotFoundError(pair.missing)
    image, mask = read_example(pair.image, pair.mask, entirely_hidden=known.hidden_fraction == 1)
    return {
        "group": group,
        "stem": pair.stem,
        "image": str(pair.image),
        "mask": str(pair.mask),
        "image_sha256": file_sha256(pair.image),
        "mask_sha256": file_sha256(pair.mask),
        "person": known.person,
        "height": image.shape[0],
        "width": image.shape[1],
        "face_pixels": int(np.count_nonzero(mask)),
        "hidden_fraction": known.hidden_fraction,
    }


def read_example(image: Path, mask: Path, *, entirely_hidden: bool = False) -> tuple[Image, Mask]:
    """(H, W, 3) uint8 RGB and where the visible face is, (H, W) bool.

    Masks hold 0/1 or 0/255; one of another size is resized where its frame has the image's shape (CelebAMask-HQ's have
    half the size).  entirely_hidden: the mask may be all zero.
    Raises ValueError or FileNotFoundError naming the file for damage, see-through images, and other masks.
    """
    photo, values = read_image(image), read_gray(mask)
    if entirely_hidden and not values.any():
        face = np.zeros(values.shape, np.bool_)
    else:
        face = binary_mask(values, where=str(mask), soft_threshold=None)
    return photo, fitted_mask(face, photo.shape[:2], where=str(mask), resize=True)


def pairs_of_release(files: Table, folder: Path) -> tuple[Pair, ...]:
    """Images and masks of an acquired release (acquire's DATASET_INDEX) below `folder`, paired by stem.

    ValueError for a release that holds no images with masks of their stems.
    """
    sides: dict[str, dict[str, Path]] = {"image": {}, "mask": {}}
    for path, kind in zip(files["path"].tolist(), files["kind"].tolist(), strict=True):
        if kind in sides:
            sides[kind][Path(path).stem] = folder / path
    if not sides["image"] or set(sides["image"]) != set(sides["mask"]):
        raise ValueError(
            f"{folder}: expected images and masks of the same stems, found {len(sides['image'])} images and "
            f"{len(sides['mask'])} masks"
        )
    return tuple(Pair(stem, path, sides["mask"][stem]) for stem, path in sorted(sides["image"].items()))


def of_portraits(portraits: Table, images: Path) -> Callable[[str], Known]:
    """What the studio's index (PORTRAITS) knows of the images of a folder, which it names from its data folder on.

    ValueError for an image that it does not hold.
    """
    columns = ("image", "stem", "identity", "hidden_fraction")
    found = {
        stem: Known(identity, float(hidden))
        for image, stem, identity, hidden in zip(*(portraits[name].tolist() for name in columns), strict=True)
        if images.as_posix().endswith(Path(image).parent.as_posix())
    }

    def known(stem: str) -> Known:
        if stem not in found:
            raise ValueError(f"{images}: {stem} is not in the studio's index of portraits; render the set again")
        return found[stem]

    return known


def of_manifest(manifest: Path, people: Mapping[str, str | None]) -> Callable[[str], Known]:
    """What a generated set's manifest knows of its images; people: of the faces that it was made from, by stem."""
    table = read_table(manifest, MANIFEST, columns=["stem", "hidden_fraction"])
    hidden = dict(zip(table["stem"].tolist(), table["hidden_fraction"].tolist(), strict=True))
    return lambda stem: Known(people.get(stem), hidden[stem])


def people_of(examples: Table) -> dict[str, str | None]:
    """Stem -> person of the rows of EXAMPLES."""
    return dict(zip(examples["stem"].tolist(), examples["person"].tolist(), strict=True))


def is_held_out(unit: str, *, share: float, seed: int) -> bool:
    """Whether a person (or a photograph, where people are unknown) belongs to the part that checkpoints are chosen on.

    By its name alone: all images made of one face are on one side, and on the same side in every training set.
    """
    digest = hashlib.sha256(f"validation\0{seed}\0{unit}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def split_examples(groups: Sequence[Table], *, validation_share: float, seed: int) -> tuple[Table, Table]:
    """Rows to train on, and rows to choose a checkpoint with, each sorted by group and stem.

    ValueError where one of them would be empty.
    """
    table = concatenate(list(groups))
    table = table.take(np.lexsort((table["stem"].astype(str), table["group"].astype(str))))
    units = [person or stem for person, stem in zip(table["person"], table["stem"], strict=True)]
    held = np.array([is_held_out(unit, share=validation_share, seed=seed) for unit in units], np.bool_)
    if held.all() or not held.any():
        raise ValueError(
            f"training images: expected some to train on and some to validate with, found {int((~held).sum())} and "
            f"{int(held.sum())}; change face.validation_share (now {validation_share}), or add images"
        )
    return table.take(~held), table.take(held)
