"""Faces and what hides them: CelebAMask-HQ, RealOcc, COFW, 11k Hands, textures (DTD), cut-out COCO objects."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from occlusionkit.artifacts.tables import Table

from ..stores import FolderStore
from .common import Entry, LayoutError, Problems, image_entry, is_image, make_index, only_folder

_CELEBA_MASK = re.compile(r"^(?P<number>\d{5})_(?P<part>[a-z_]+)\.png$")
CELEBA_PARTS = frozenset(
    {"skin", "l_brow", "r_brow", "l_eye", "r_eye", "eye_g", "l_ear", "r_ear", "ear_r"}
    | {"nose", "mouth", "u_lip", "l_lip", "neck", "neck_l", "cloth", "hair", "hat"}
)
# MATLAB 7.3 files are HDF5 behind a text header of 512 bytes.
_HDF5 = b"\x89HDF\r\n\x1a\n"


def index_celebamask_hq(root: Path, counts: Mapping[str, int]) -> Table:
    """`CelebA-HQ-img/<n>.jpg` and `CelebAMask-HQ-mask-anno/<n // 2000>/<n:05d>_<part>.png`, masks of half the size."""
    folder = only_folder(root, ("CelebAMask-HQ", "."), "CelebAMask-HQ")
    only_folder(folder, ("CelebA-HQ-img",), "CelebAMask-HQ")
    store, problems = FolderStore(folder), Problems(str(folder))
    entries = []
    for name in filter(is_image, store.names):
        path = PurePosixPath(name)
        if path.parts[0] == "CelebA-HQ-img":
            entries.append(image_entry(store, name, identity=path.stem))
        elif path.parts[0] == "CelebAMask-HQ-mask-anno":
            match = _CELEBA_MASK.match(path.name)
            if match is None or match["part"] not in CELEBA_PARTS:
                problems.add(f"{name}: expected <number>_<part>.png with one of the 18 parts")
            else:
                number = str(int(match["number"]))
                entries.append(image_entry(store, name, kind="mask", role=match["part"], identity=number))
    images = {entry.identity for entry in entries if entry.kind == "image"}
    masked = {entry.identity for entry in entries if entry.kind == "mask"}
    _report(sorted(map(str, masked - images)), "have masks but no image", problems)
    _report(sorted(map(str, images - masked)), "have an image but no mask", problems)
    problems.expect_counts(counts, {"images": len(images)})
    problems.raise_any()
    return make_index(entries)


def index_image_mask_pairs(root: Path, counts: Mapping[str, int]) -> Table:
    """RealOcc, RealOcc-Wild, COCO occluders: a folder of images and one of masks with the same stems and sizes."""
    store, problems = FolderStore(root), Problems(str(root))
    sides: dict[str, dict[str, Entry]] = {"image": {}, "mask": {}}
    for name in filter(is_image, store.names):
        kind = _side(PurePosixPath(name).parts[:-1])
        if kind is not None:
            sides[kind][PurePosixPath(name).stem] = image_entry(
                store, name, kind=kind, identity=PurePosixPath(name).stem
            )
    if not all(sides.values()):
        raise LayoutError(f"{root}: expected a folder of images and one of masks, found {_tops(store)}")
    images, masks = sides["image"], sides["mask"]
    _report(sorted(set(images) - set(masks)), "have no mask", problems)
    _report(sorted(set(masks) - set(images)), "have a mask but no image", problems)
    for stem in sorted(set(images) & set(masks)):
        if images[stem].size_hw != masks[stem].size_hw:
            problems.add(f"{images[stem].path} is {images[stem].size_hw}, its mask {masks[stem].size_hw}")
    problems.expect_counts(counts, {"images": len(images)})
    problems.raise_any()
    return make_index([*images.values(), *masks.values()])


def _side(folders: Sequence[str]) -> str | None:
    """mask or image, by the nearest folder that says so."""
    for folder in reversed(folders):
        if "mask" in folder.lower():
            return "mask"
        if "image" in folder.lower() or "img" in folder.lower():
            return "image"
    return None


def index_hands_11k(root: Path, counts: Mapping[str, int]) -> Table:
    """`Hands/Hand_*.jpg`, all in the table `HandInfo.csv` (column imageName)."""
    folder = only_folder(root, ("Hands",), "11k Hands")
    table = root / "HandInfo.csv"
    if not table.is_file():
        raise LayoutError(f"{table}: expected the table of hands, found no file")
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = {row.get("imageName", ""): row for row in csv.DictReader(file)}
    store, problems = FolderStore(folder), Problems(str(root))
    images = [name for name in store.names if is_image(name)]
    _report(sorted(set(rows) - set(images)), "of HandInfo.csv are missing", problems)
    _report(sorted(set(images) - set(rows)), "are not in HandInfo.csv", problems)
    problems.expect_counts(counts, {"images": len(images)})
    problems.raise_any()
    return make_index(
        [
            image_entry(
                store, name, prefix="Hands/", role=rows[name].get("aspectOfHand"), identity=rows[name].get("id")
            )
            for name in images
        ]
    )


def index_dtd(root: Path, counts: Mapping[str, int]) -> Table:
    """`dtd/images/<class>/<class>_<number>.jpg`."""
    folder = only_folder(root, ("dtd",), "DTD")
    store, problems = FolderStore(folder), Problems(str(folder))
    entries = []
    for name in (n for n in store.names if n.startswith("images/") and is_image(n)):
        path = PurePosixPath(name)
        if not path.name.startswith(f"{path.parent.name}_"):
            problems.add(f"{name}: its name does not begin with its class {path.parent.name}")
        entries.append(image_entry(store, name, prefix="dtd/", identity=path.parent.name))
    classes = Counter(entry.identity for entry in entries)
    problems.expect_counts(counts, {"images": len(entries), "classes": len(classes)})
    problems.raise_any()
    if not entries:
        raise LayoutError(f"{folder}: expected images/<class>/, found {_tops(store)}")
    return make_index(entries)


def index_cofw(root: Path, counts: Mapping[str, int]) -> Table:
    """`COFW_train_color.mat`, `COFW_test_color.mat`: MATLAB 7.3 (HDF5) files with images and 29 landmarks each."""
    del counts  # they are inside of the files, which the reader of this dataset opens
    problems, entries = Problems(str(root)), []
    for split in ("train", "test"):
        found = sorted(root.rglob(f"COFW_{split}_color.mat"))
        if len(found) != 1:
            problems.add(f"expected one COFW_{split}_color.mat, found {len(found)}")
            continue
        with found[0].open("rb") as file:
            head = file.read(520)
        if _HDF5 not in (head[:8], head[512:520]):
            problems.add(f"{found[0].name}: expected a MATLAB 7.3 (HDF5) file, found {head[:8]!r}")
        size = found[0].stat().st_size
        entries.append(Entry(found[0].relative_to(root).as_posix(), "annotation", size, role=split))
    problems.raise_any()
    return make_index(entries)


def _report(names: Sequence[str], what: str, problems: Problems) -> None:
    if names:
        problems.add(f"{len(names):,} {what}, {names[0]} first")


def _tops(store: FolderStore) -> list[str]:
    return sorted({name.split("/")[0] for name in store.names})[:8]
