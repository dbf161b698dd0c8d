"""COCO-style datasets: an annotation JSON per split and a folder of images that it describes; and OCPose's lists."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from occlusionkit.artifacts.tables import Table

from ..stores import FolderStore
from .common import Entry, LayoutError, Problems, image_entry, is_image, make_index


@dataclass(frozen=True)
class CocoSplit:
    """One split: its annotation file, its image folder, how many keypoints a person has, and keys each image needs."""

    name: str
    annotations: str
    images: str
    keypoints: int
    image_keys: tuple[str, ...] = ()


COCO2017 = tuple(
    CocoSplit(f"{split}2017", f"annotations/person_keypoints_{split}2017.json", f"{split}2017", 17)
    for split in ("train", "val")
)
CROWDPOSE = tuple(
    CocoSplit(split, f"json/crowdpose_{split}.json", "images", 14, ("crowdIndex",))
    for split in ("train", "val", "test")
)
OCHUMAN = tuple(
    CocoSplit(split, f"ochuman_coco_format_{split}_range_0.00_1.00.json", "images", 17) for split in ("val", "test")
)


def index_coco2017(root: Path, counts: Mapping[str, int]) -> Table:
    """COCO 2017: `train2017/`, `val2017/`, `annotations/`."""
    return _index(root, COCO2017, counts)


def index_crowdpose(root: Path, counts: Mapping[str, int]) -> Table:
    """CrowdPose: `images/`, `json/crowdpose_{train,val,test}.json` with `crowdIndex` and 14 joints."""
    return _index(root, CROWDPOSE, counts)


def index_ochuman(root: Path, counts: Mapping[str, int]) -> Table:
    """OCHuman in its COCO format: `images/` and two annotation files, 17 joints."""
    return _index(root, OCHUMAN, counts)


def index_ocpose(root: Path, counts: Mapping[str, int]) -> Table:
    """OCPose: `train_list.txt`, `test_list.txt` and the images they name, wherever below the folder they lie.

    The annotation schema was never published; nothing is assumed about it here.
    """
    store, problems = FolderStore(root), Problems(str(root))
    images = {name.rsplit("/", 1)[-1]: name for name in store.names if is_image(name)}
    lists = {split: _names(root / f"{split}_list.txt") for split in ("train", "test")}
    both = sorted(set(lists["train"]) & set(lists["test"]))
    if both:
        problems.add(f"{len(both)} images are in both lists, {both[0]} first")
    entries = []
    for split, names in lists.items():
        absent = [name for name in names if name not in images]
        if absent:
            problems.add(f"{len(absent)} images of {split}_list.txt are missing, {absent[0]} first")
        entries += [image_entry(store, images[name], role=split) for name in names if name in images]
    problems.expect_counts(counts, {split: len(names) for split, names in lists.items()})
    problems.raise_any()
    return make_index(entries)


def _names(path: Path) -> list[str]:
    if not path.is_file():
        raise LayoutError(f"{path}: expected the list of images, found no file")
    return [line.split()[0].rsplit("/", 1)[-1] for line in path.read_text().splitlines() if line.strip()]


def _index(root: Path, splits: Sequence[CocoSplit], counts: Mapping[str, int]) -> Table:
    store, problems = FolderStore(root), Problems(str(root))
    entries: dict[str, Entry] = {}
    found: dict[str, int] = {}
    for split in splits:
        described = _read(root / split.annotations)
        found[split.name] = len(described["images"])
        _check_annotations(described, split, problems)
        for image in described["images"]:
            entry = _image(store, split, image, problems)
            if entry is not None and entries.setdefault(entry.path, entry) is not entry:
                problems.add(f"{entry.path} is in the splits {entries[entry.path].role} and {split.name}")
        size = (root / split.annotations).stat().st_size
        entries[split.annotations] = Entry(split.annotations, "annotation", size, role=split.name)
    problems.expect_counts(counts, found)
    problems.raise_any()
    return make_index(list(entries.values()))


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise LayoutError(f"{path}: expected an annotation file, found none")
    try:
        described = json.loads(path.read_bytes())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise LayoutError(f"{path}: expected JSON, found: {error}; fetch it again") from error
    lists = isinstance(described, dict) and all(isinstance(described.get(k), list) for k in ("images", "annotations"))
    if not lists:
        raise LayoutError(f"{path}: expected lists `images` and `annotations`, found {type(described).__name__}")
    return dict(described)


def _image(store: FolderStore, split: CocoSplit, image: Mapping[str, Any], problems: Problems) -> Entry | None:
    name = f"{split.images}/{image.get('file_name')}"
    lacking = [key for key in ("id", "file_name", "height", "width", *split.image_keys) if key not in image]
    if lacking:
        problems.add(f"{split.annotations}: image {image.get('id')} has no {', '.join(lacking)}")
        return None
    try:
        entry = image_entry(store, name, role=split.name)
    except KeyError:
        problems.add(f"{name} is annotated and missing")
        return None
    if entry.size_hw != (image["height"], image["width"]):
        swapped = entry.size_hw == (image["width"], image["height"])
        problems.add(
            f"{name} has height and width {entry.size_hw}, its annotation says {(image['height'], image['width'])}"
            + (": width and height are swapped" if swapped else "")
        )
    return entry


def _check_annotations(described: Mapping[str, Any], split: CocoSplit, problems: Problems) -> None:
    ids = {image.get("id") for image in described["images"]}
    if len(ids) != len(described["images"]):
        problems.add(f"{split.annotations}: image ids repeat")
    for annotation in described["annotations"]:
        where = f"{split.annotations}: annotation {annotation.get('id')}"
        if annotation.get("image_id") not in ids:
            problems.add(f"{where} belongs to image {annotation.get('image_id')}, which is not listed")
            return
        numbers = len(annotation.get("keypoints", ()))
        if numbers not in (0, 3 * split.keypoints):
            problems.add(f"{where} has {numbers} keypoint numbers, expected {3 * split.keypoints}")
            return
        if len(annotation.get("bbox", ())) != 4:
            problems.add(f"{where} has no bbox of 4 numbers")
            return
