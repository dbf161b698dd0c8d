"""A re-identification dataset in its official layout -> one row per image, after every image was opened.

Who a person is comes from the file's name and must agree with its folder. Where a dataset has no cameras none are made
up: the second number in `007_03.tif` is the image's.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..acquire.layouts.common import LayoutError, Problems, is_image
from ..acquire.layouts.reid import index_market1501
from ..acquire.stores import FolderStore, Store
from ..artifacts.tables import Schema, Table, make_table
from .layouts import Layout, MarketStyle, TwoSided
from .pictures import read_crop
from .schemas import FEATURES, ROLES

# What FEATURES says of an image, before there are features.
CROPS = Schema(
    name="reid_crops",
    doc="One row per image of a re-identification dataset, after its layout was checked and every image was opened.",
    key=("path",),
    columns=tuple(column for column in FEATURES.columns if column.name not in ("row", "feature_sha256")),
)

_NUMBERED = re.compile(r"^(?P<identity>\d+)_(?P<number>\d+)$")
_NAMED = re.compile(r"^(?P<identity>\d+)_(?P<rest>.+)$")


@dataclass(frozen=True, eq=False)
class Dataset:
    """rows: CROPS, sorted by path;  root: what paths start at;  grey: paths of one-channel images, which were spread
    over three;  repeated: groups of paths with equal pixels within one person's side."""

    rows: Table
    root: Path
    grey: tuple[str, ...]
    repeated: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Named:
    """What an image's path says."""

    path: str
    identity: int
    role: str
    occluded: bool
    number: int | None
    camera: str | None


def read_dataset(folder: Path, layout: Layout, *, counts: Mapping[str, int] | None = None) -> Dataset:
    """Check and index a dataset. `counts`: what the release must hold (`layout.counts`); None takes what is there.

    Raises FileNotFoundError for no folder; LayoutError for another folder, names that do not fit, a person among the
    queries only, other counts; ValueError for an image that cannot be used, or one that stands under two people or in
    two roles.
    """
    root = dataset_root(folder, layout)
    named = _market(root) if isinstance(layout, MarketStyle) else _two_sided(root, layout)
    if counts is not None:
        problems = Problems(str(root))
        problems.expect_counts(counts, count_images(named))
        problems.raise_any("if this is no full copy of the release, set counts: any")
    return _open_all(root, FolderStore(root), named)


def describe(dataset: Dataset) -> dict[str, Any]:
    """What a job's record says of a dataset: how many images of each role, which were grey, which stand twice."""
    roles = Counter(dataset.rows["role"].tolist())
    return {
        "images": len(dataset.rows),
        "identities": len(set(dataset.rows["identity"].tolist())),
        "roles": dict(sorted(roles.items())),
        "grey": list(dataset.grey),
        "repeated": [list(group) for group in dataset.repeated],
    }


def dataset_root(folder: Path, layout: Layout) -> Path:
    """The dataset's own folder: `folder`, or the one inside it that has one of the dataset's names."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: expected the folder of {layout.title}, found none")
    inside = [folder / name for name in layout.roots if (folder / name).is_dir()]
    if len(inside) > 1:
        raise LayoutError(
            f"{folder}: expected one copy of {layout.title}, found {[path.name for path in inside]}; name one"
        )
    return inside[0] if inside else folder


def count_images(named: list[_Named]) -> dict[str, int]:
    """Images by role and people, under the names that releases are counted by."""
    images = Counter(one.role for one in named)
    people = {role: {one.identity for one in named if one.role == role} for role in ROLES}
    return {
        "images": len(named),
        "identities": len({one.identity for one in named}),
        **{role: images[role] for role in ROLES},
        **{f"{role}_identities": len(people[role]) for role in ROLES},
    }


def _two_sided(root: Path, layout: TwoSided) -> list[_Named]:
    problems, named = Problems(str(root)), list[_Named]()
    places = {
        f"{part}/{side}" if part else side: ("train" if part == "train" else role, role != "gallery")
        for part in layout.parts
        for role, side in layout.sides.items()
    }
    for path in FolderStore(root).names:
        if not is_image(path):
            continue
        place = next((one for one in places if path.startswith(f"{one}/")), None)
        if place is None:
            problems.add(f"{path} lies in none of {', '.join(places)}")
        else:
            role, occluded = places[place]
            _add_named(named, problems, layout, path, path.removeprefix(f"{place}/"), role, occluded)
    for place in places:
        if not any(one.path.startswith(f"{place}/") for one in named):
            problems.add(f"expected images in {place}/, found none: is this the folder of {layout.title}?")
    _check_matches(named, problems)
    problems.raise_any(f"is it another dataset? The layout is {layout.name}")
    return named if layout.numbered else _number(named)


def _add_named(
    named: list[_Named], problems: Problems, layout: TwoSided, path: str, below: str, role: str, occluded: bool
) -> None:
    stem, _, suffix = below.rpartition(".")
    *folders, stem = stem.split("/")
    match = (_NUMBERED if layout.numbered else _NAMED).match(stem)
    if f".{suffix.lower()}" not in layout.suffixes:
        problems.add(f"{path}: {layout.title} holds {' or '.join(layout.suffixes)} files")
    elif len(folders) != layout.nested:
        problems.add(f"{path}: expected {'a folder for each person' if layout.nested else 'no folders in the side'}")
    elif match is None:
        problems.add(f"{path}: expected <person>_<{'number' if layout.numbered else '...'}>.{suffix}, person in digits")
    elif folders and (not folders[0].isdigit() or int(folders[0]) != int(match["identity"])):
        problems.add(f"{path}: its name says person {match['identity']}, its folder {folders[0]}")
    else:
        number = int(match["number"]) if layout.numbered else None
        named.append(_Named(path, int(match["identity"]), role, occluded, number, None))


def _market(root: Path) -> list[_Named]:
    table = index_market1501(root, {})
    named = []
    for path, role, identity, camera in zip(*(table[n] for n in ("path", "role", "identity", "camera")), strict=True):
        if identity == "-1":  # by the protocol neither right nor wrong; the people of 0000 are wrong answers
            continue
        named.append(_Named(str(path), int(identity), str(role), False, None, str(camera)))
    return _number(named)


def _number(named: list[_Named]) -> list[_Named]:
    """Images of one person and role, counted from 1 in the order of their names."""
    seen: Counter[tuple[bool, str, int]] = Counter()
    numbered = []
    for one in sorted(named, key=lambda one: one.path):
        seen[one.occluded, one.role, one.identity] += 1
        place = seen[one.occluded, one.role, one.identity]
        numbered.append(_Named(one.path, one.identity, one.role, one.occluded, place, one.camera))
    return numbered


def _check_matches(named: list[_Named], problems: Problems) -> None:
    people = {role: {one.identity for one in named if one.role == role} for role in ROLES}
    for role in ("query", "partial"):
        alone = people[role] - people["gallery"]
        if alone:
            problems.add(
                f"{len(alone)} of {len(people[role])} people are in {role} but not in gallery, {min(alone)} first"
            )
    both = people["train"] & (people["query"] | people["gallery"])
    if both:
        problems.add(f"{len(both)} people are in train and test, {min(both)} first")


def _open_all(root: Path, store: Store, named: list[_Named]) -> Dataset:
    """Open every image: its size, its hash, and whether its pixels stand elsewhere too."""
    sha256, sizes, grey = [], [], []
    by_pixels: dict[bytes, list[_Named]] = defaultdict(list)
    for one in named:
        data = store.read(one.path)
        crop = read_crop(data, where=f"{root}/{one.path}")
        sha256.append(hashlib.sha256(data).hexdigest())
        sizes.append(crop.image.shape[:2])
        grey += [one.path] * crop.grey
        by_pixels[hashlib.sha256(repr(crop.image.shape).encode() + crop.image.tobytes()).digest()].append(one)
    return Dataset(_rows(named, sha256, sizes), root, tuple(grey), _repeated(root, by_pixels))


def _repeated(root: Path, by_pixels: Mapping[bytes, list[_Named]]) -> tuple[tuple[str, ...], ...]:
    groups = [group for group in by_pixels.values() if len(group) > 1]
    for group in groups:
        if len({(one.identity, one.role) for one in group}) > 1:
            first, other = (
                group[0],
                next(o for o in group if (o.identity, o.role) != (group[0].identity, group[0].role)),
            )
            raise ValueError(
                f"{root}: {first.path} and {other.path} are the same picture, as person {first.identity} "
                f"({first.role}) and person {other.identity} ({other.role}): one of them is in the wrong place"
            )
    return tuple(tuple(one.path for one in group) for group in groups)


def _rows(named: list[_Named], sha256: list[str], sizes: list[tuple[int, ...]]) -> Table:
    size_hw = np.array(sizes, np.int64).reshape(-1, 2)
    return make_table(
        CROPS,
        {
            "path": [one.path for one in named],
            "sha256": sha256,
            "identity": np.array([one.identity for one in named], np.int64),
            "role": [one.role for one in named],
            "occluded": np.array([one.occluded for one in named], bool),
            "index": np.array([one.number for one in named], np.int64),
            "camera": [one.camera for one in named],
            "width": size_hw[:, 1],
            "height": size_hw[:, 0],
        },
    )
