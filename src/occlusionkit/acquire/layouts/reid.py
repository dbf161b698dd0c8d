"""Person re-identification: datasets with an occluded and a whole side, and Market-1501.

Identities come from file names and must agree with the folder; the number after an identity in the two-sided sets is
the image's, not a camera's: they have no camera, and none is made up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from occlusionkit.artifacts.tables import Table

from ..stores import FolderStore
from .common import Entry, LayoutError, Problems, image_entry, is_image, make_index

SIDES = {"occluded_body_images": "query", "whole_body_images": "gallery", "partial_body_images": "partial"}
_TWO_SIDED = re.compile(r"^(?P<identity>[^_/]+)_(?P<rest>[^/]+)\.\w+$")
_MARKET = re.compile(r"^(?P<identity>-1|\d{4})_c(?P<camera>\d+)s\d+_\d+_\d+\.jpg(\.jpg)?$")
_MARKET_ROLES = {"bounding_box_train": "train", "query": "query", "bounding_box_test": "gallery"}
_MARKET_CAMERAS = 6


def index_reid_sides(root: Path, counts: Mapping[str, int]) -> Table:
    """Occluded-REID, Partial-REID, P-ETHZ (`occluded_body_images/`, `whole_body_images/`), P-DukeMTMC-reID (the same
    below `train/` and `test/`). Role: query (occluded), gallery (whole), partial; with `train_` before it below train/.
    """
    store, problems = FolderStore(root), Problems(str(root))
    entries = [entry for name in store.names if is_image(name) and (entry := _sided(store, name, problems)) is not None]
    roles = {role for entry in entries if (role := entry.role) is not None}
    for folder, role in SIDES.items():
        if role != "partial" and role not in roles:
            problems.add(f"no images in a folder {folder}/: is this the dataset's folder?")
    problems.raise_any()
    _check_pairs(entries, problems)
    by_role = Counter(entry.role for entry in entries)
    identities = {entry.identity for entry in entries}
    problems.expect_counts(
        counts,
        {
            "images": len(entries),
            "identities": len(identities),
            "query": by_role["query"],
            "gallery": by_role["gallery"],
            "partial": by_role["partial"],
        },
    )
    problems.raise_any()
    return make_index(entries)


def _sided(store: FolderStore, name: str, problems: Problems) -> Entry | None:
    parts = name.split("/")
    side = next((part for part in parts if part in SIDES), None)
    if side is None:
        problems.add(f"{name} lies in none of {', '.join(SIDES)}")
        return None
    below = parts[parts.index(side) + 1 :]
    match = _TWO_SIDED.match(below[-1])
    if match is None or len(below) > 2:
        problems.add(f"{name}: expected <identity>_<number>.<suffix>, in a folder of the identity or of the side")
        return None
    if len(below) == 2 and below[0] != match["identity"]:
        problems.add(f"{name}: its name says identity {match['identity']}, its folder {below[0]}")
        return None
    role = ("train_" if "train" in parts[: parts.index(side)] else "") + SIDES[side]
    return image_entry(store, name, role=role, identity=match["identity"])


def _check_pairs(entries: list[Entry], problems: Problems) -> None:
    """A query without a match in the gallery cannot be scored; many of them mean that a folder is not the gallery."""
    query = {entry.identity for entry in entries if entry.role == "query"}
    gallery = {entry.identity for entry in entries if entry.role == "gallery"}
    alone = sorted(str(identity) for identity in query - gallery)
    if alone:
        images = sum(entry.role == "gallery" for entry in entries)
        problems.add(
            f"{len(alone)} of {len(query)} query identities have no gallery image, {alone[0]} first; "
            f"the gallery has {images} images: a wrong or half-unpacked folder"
        )


def index_market1501(root: Path, counts: Mapping[str, int]) -> Table:
    """Market-1501: `bounding_box_train/`, `query/`, `bounding_box_test/` (gallery, with junk -1 and others 0000)."""
    store, problems = FolderStore(root), Problems(str(root))
    entries: list[Entry] = []
    for name in store.names:
        folder, file = [*name.split("/")[-2:]] if "/" in name else ["", name]
        if folder not in _MARKET_ROLES or not is_image(name):
            continue  # hand-drawn boxes (gt_bbox), multi-query images (gt_query) and the readme are not used
        match = _MARKET.match(file)
        if match is None:
            problems.add(f"{name}: expected <identity>_c<camera>s<sequence>_<frame>_<box>.jpg")
        else:
            labels = {"role": _MARKET_ROLES[folder], "identity": match["identity"], "camera": match["camera"]}
            entries.append(image_entry(store, name, **labels))
    if not entries:
        raise LayoutError(f"{root}: expected images in {', '.join(_MARKET_ROLES)}, found none: is this its folder?")
    high = sorted({int(entry.camera or 0) for entry in entries if int(entry.camera or 0) > _MARKET_CAMERAS})
    if high:
        problems.add(
            f"cameras {high[:5]} beyond {_MARKET_CAMERAS}: an image index was written where the camera belongs"
        )
    _check_pairs(entries, problems)
    by_role = Counter(entry.role for entry in entries)
    people = {role: {e.identity for e in entries if e.role == role} for role in _MARKET_ROLES.values()}
    both = sorted(str(identity) for identity in people["train"] & people["query"])
    if both:
        problems.add(f"{len(both)} identities are in train and query, {both[0]} first")
    problems.expect_counts(
        counts,
        {
            "train": by_role["train"],
            "query": by_role["query"],
            "gallery": by_role["gallery"],
            "train_identities": len(people["train"]),
            "query_identities": len(people["query"]),
        },
    )
    problems.raise_any()
    return make_index(entries)
