"""Occlusion-Person: `unrealcv/images.zip` (or `unrealcv/images/`) and `unrealcv/annot/unrealcv_<split>.pkl`.

The annotation items are read through the restricted unpickler and become one table in metres, in our frames
(facts of the layout: AdaFuse's loader; upstream never stated the unit, its thresholds and errors fit only mm).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from occlusionkit.artifacts.tables import Table, concatenate, make_table

from ..schemas import OCCLUSION_PERSON_ITEMS
from ..stores import FolderStore, Store, ZipStore
from .common import Entry, LayoutError, Problems, image_entry, is_image, make_index
from .item_stream import load_items, stream_items, without_collection

SPLITS = ("train", "validation")
_VIDEO = re.compile(r"^a\d+_sa\d+_s\d+_sce(?P<scene>\d+)$")
_IMAGE = re.compile(r"^(?P<video>a\d+_sa\d+_s\d+_sce(?P<scene>\d+))/(?P<camera>\d{2})_(?P<frame>\d{6})\.jpg$")
_MM_TO_M = 1e-3


def read_items(path: Path, *, split: str) -> Table:
    """One official PKL -> OCCLUSION_PERSON_ITEMS.

    Raises ValueError naming the file and the item for anything that is not as upstream's loader expects it.
    """
    tables: list[Table] = []

    def take(items: Sequence[Any]) -> None:
        first = int(tables[-1]["item"][-1]) + 1 if tables else 0
        tables.append(items_table(items, split=split, where=str(path), first=first))

    with without_collection():
        if stream_items(path, take) and tables:
            return concatenate(tables)
        tables.clear()
        return items_table(load_items(path), split=split, where=str(path))


def items_table(items: Sequence[Mapping[str, Any]], *, split: str, where: str, first: int = 0) -> Table:
    """Annotation items (lengths in mm) -> OCCLUSION_PERSON_ITEMS (m). `first`: position of the first in the file.

    Raises LayoutError naming item and key.
    """
    count = len(items)
    cameras = _values(items, "camera", where)
    if not all(isinstance(camera, dict) for camera in cameras):
        raise LayoutError(f"{where}: expected every item's camera to be a dictionary")
    in_camera = f"{where}, camera"
    video_ids = _texts(items, "video_id", where)
    intrinsics = np.zeros((count, 3, 3))
    intrinsics[:, 2, 2] = 1.0
    for name, row, column in (("fx", 0, 0), ("fy", 1, 1), ("cx", 0, 2), ("cy", 1, 2)):
        intrinsics[:, row, column] = _numbers(cameras, name, in_camera, np.float64)
    columns = {
        "split": [split] * count,
        "item": np.arange(first, first + count),
        "image": _texts(items, "image", where),
        "video_id": video_ids,
        "scene": _scenes(video_ids, where),
        "image_id": _numbers(items, "image_id", where, np.int64),
        **{name: _numbers(items, name, where, np.int32) for name in ("subject", "action", "subaction", "camera_id")},
        "joints_2d": _arrays(items, "joints_2d", (15, 2), where, np.float32),
        "joints_3d_camera": _arrays(items, "joints_3d", (15, 3), where, np.float32, _MM_TO_M),
        "joints_3d_world": _arrays(items, "joints_gt", (15, 3), where, np.float32, _MM_TO_M),
        "in_image": _flags(items, "joints_vis", where),
        "visible": _flags(items, "joints_vis_2d", where),
        "box_xyxy": _arrays(items, "box", (4,), where, np.float32),
        "center": _arrays(items, "center", (2,), where, np.float32),
        "scale": _arrays(items, "scale", (2,), where, np.float32),
        "intrinsics": intrinsics,
        "distortion_k": _arrays(cameras, "k", (3, 1), in_camera, np.float64).reshape(count, 3),
        "distortion_p": _arrays(cameras, "p", (2, 1), in_camera, np.float64).reshape(count, 2),
        "rotation_world_to_camera": _arrays(cameras, "R", (3, 3), in_camera, np.float64),
        "center_world": _arrays(cameras, "T", (3, 1), in_camera, np.float64, _MM_TO_M).reshape(count, 3),
    }
    return make_table(OCCLUSION_PERSON_ITEMS, columns)


def _values(items: Sequence[Mapping[str, Any]], name: str, where: str) -> list[Any]:
    try:
        return [item[name] for item in items]
    except KeyError:
        index = next(index for index, item in enumerate(items) if name not in item)
        raise LayoutError(f"{where}: item {index} has no {name!r}; it has {sorted(items[index])}") from None


def _arrays(
    items: Sequence[Mapping[str, Any]], name: str, shape: tuple[int, ...], where: str, dtype: type, factor: float = 1.0
) -> NDArray[Any]:
    """(N, *shape) of one dtype, times a factor."""
    values = _values(items, name, where)
    odd = next((i for i, v in enumerate(values) if not isinstance(v, np.ndarray) or v.shape != shape), None)
    if odd is not None:
        found = getattr(values[odd], "shape", type(values[odd]).__name__)
        raise LayoutError(f"{where}: item {odd}, {name}: expected an array of shape {shape}, found {found}")
    joined = np.concatenate(values).reshape(len(values), *shape)
    if joined.dtype.kind not in "fiub":
        raise LayoutError(f"{where}: {name}: expected numbers, found {joined.dtype}")
    if not np.isfinite(joined).all():
        bad = int(np.argwhere(~np.isfinite(joined).reshape(len(values), -1).all(axis=1))[0, 0])
        raise LayoutError(f"{where}: item {bad}, {name}: expected finite numbers, found {joined[bad].tolist()}")
    return (joined * factor if factor != 1.0 else joined).astype(dtype, copy=False)


def _flags(items: Sequence[Mapping[str, Any]], name: str, where: str) -> NDArray[np.bool_]:
    values = _arrays(items, name, (15, 1), where, np.float64).reshape(-1, 15)
    odd = np.argwhere(~np.isin(values, (0, 1)))
    if len(odd):
        item, joint = odd[0].tolist()
        raise LayoutError(f"{where}: item {item}, {name}: expected 0 or 1, found {values[item, joint]:g}")
    return values.astype(bool)


def _numbers(items: Sequence[Mapping[str, Any]], name: str, where: str, dtype: type) -> NDArray[Any]:
    values = np.array(_values(items, name, where)).reshape(-1)
    kinds = "iu" if np.dtype(dtype).kind == "i" else "fiu"
    if len(values) != len(items) or values.dtype.kind not in kinds:
        raise LayoutError(f"{where}: {name}: expected one number per item, found {values.dtype}")
    return values.astype(dtype)


def _texts(items: Sequence[Mapping[str, Any]], name: str, where: str) -> list[str]:
    values = _values(items, name, where)
    odd = next((index for index, value in enumerate(values) if not isinstance(value, str)), None)
    if odd is not None:
        raise LayoutError(f"{where}: item {odd}, {name}: expected text, found {type(values[odd]).__name__}")
    return values


def _scenes(video_ids: Sequence[str], where: str) -> NDArray[np.int32]:
    """The number after `sce`; each distinct video is parsed once."""
    known = {video: _VIDEO.match(video) for video in set(video_ids)}
    odd = sorted(video for video, match in known.items() if match is None)
    if odd:
        raise LayoutError(f"{where}: expected video_id like a05_sa01_s14_sce00, found {odd[0]!r}")
    scene = {video: int(match["scene"]) for video, match in known.items() if match}
    return np.array([scene[video] for video in video_ids], np.int32)


def check_items(table: Table, where: str) -> None:
    """Raise LayoutError unless names, flags, cameras, units and projections agree with each other."""
    problems = Problems(where)
    _check_names(table, problems)
    if (table["visible"] & ~table["in_image"]).any():
        item = int(np.argwhere((table["visible"] & ~table["in_image"]).any(axis=1))[0, 0])
        problems.add(f"item {item} has a visible joint that is not in the image: joints_vis and joints_vis_2d swapped?")
    rotation = table["rotation_world_to_camera"]
    if np.abs(rotation @ rotation.transpose(0, 2, 1) - np.eye(3)).max() > 1e-3 or (np.linalg.det(rotation) < 0).any():
        problems.add("camera R is no rotation (R times its transpose is not 1, or it mirrors)")
    _check_geometry(table, problems)
    problems.raise_any("compare with the published PKL's md5, or with the program that wrote it")


def _check_names(table: Table, problems: Problems) -> None:
    for image, video, frame, camera in zip(
        table["image"], table["video_id"], table["image_id"].tolist(), table["camera_id"].tolist(), strict=True
    ):
        match = _IMAGE.match(image)
        if match is None or match["video"] != video:
            problems.add(f"expected image <video_id>/<camera>_<frame>.jpg of video {video}, found {image!r}")
            return
        if (int(match["camera"]), int(match["frame"])) != (camera, frame):
            problems.add(f"{image}: its name and camera_id {camera}, image_id {frame} differ: fields swapped?")
            return


def _check_geometry(table: Table, problems: Problems) -> None:
    """Medians, as single labels may be off; 5 cm and 2 px are far above rounding and far below any mix-up."""
    world, camera_m = table["joints_3d_world"].astype(float), table["joints_3d_camera"].astype(float)
    depth_m = float(np.median(camera_m[..., 2]))
    if not 0.3 < depth_m < 50:
        problems.add(f"joints are {depth_m:g} m from the camera by the median: expected mm in the file, is it m or cm?")
        return
    moved = np.einsum("nij,nkj->nki", table["rotation_world_to_camera"], world - table["center_world"][:, None])
    off_m = float(np.median(np.linalg.norm(moved - camera_m, axis=-1)))
    if off_m > 0.05:
        problems.add(f"R (X - T) misses joints_3d by {off_m:.3f} m by the median: T must be the camera's centre")
    in_front = camera_m[..., 2] > 0.1
    projected = np.einsum("nij,nkj->nki", table["intrinsics"], camera_m)
    projected = projected[..., :2] / np.where(in_front, camera_m[..., 2], np.nan)[..., None]
    off_px = float(np.nanmedian(np.linalg.norm(projected - table["joints_2d"], axis=-1)))
    if not off_px < 2:
        problems.add(f"joints_3d projects {off_px:.1f} px away from joints_2d by the median: another camera or order")


def read_annotations(root: Path) -> Table:
    """Both official PKLs below a dataset's folder -> one checked table, train first."""
    folder = root / "unrealcv" / "annot"
    tables = []
    for split in SPLITS:
        path = folder / f"unrealcv_{split}.pkl"
        if not path.is_file():
            raise LayoutError(f"{path}: expected the {split} annotations, found no file")
        table = read_items(path, split=split)
        check_items(table, str(path))
        tables.append(table)
    return concatenate(tables)


def open_images(root: Path) -> Store:
    """The images where they lie: `unrealcv/images.zip` or unpacked; names begin with `images/`."""
    archive, folder = root / "unrealcv" / "images.zip", root / "unrealcv" / "images"
    if archive.is_file():
        return ZipStore(archive)
    if folder.is_dir():
        return FolderStore(folder.parent)
    raise LayoutError(f"{root}: expected unrealcv/images.zip or unrealcv/images/, found neither")


def index_occlusion_person(root: Path, counts: Mapping[str, int]) -> Table:
    """Every image, checked against the annotations: DATASET_INDEX."""
    items, store = read_annotations(root), open_images(root)
    problems = Problems(str(root))
    annotated = dict(zip(items["image"], range(len(items)), strict=True))
    if len(annotated) != len(items):
        problems.add(
            f"{len(items) - len(annotated):,} images stand in the annotations twice (in train and validation?)"
        )
    images = [name for name in store.names if name.startswith("images/") and is_image(name)]
    absent = sorted(set(annotated) - {name.removeprefix("images/") for name in images})
    if absent:
        problems.add(f"{len(absent):,} annotated images are not in {store.where}, {absent[0]} first")
    problems.raise_any()
    prefix = "unrealcv/images.zip@/" if isinstance(store, ZipStore) else "unrealcv/"
    entries = [_entry(store, name, prefix, items, annotated) for name in images]
    _check_sizes(entries, items, annotated, prefix, problems)
    problems.expect_counts(
        counts, {"images": len(images), "actions": len(set(items["action"])), "cameras": len(set(items["camera_id"]))}
    )
    problems.raise_any()
    return make_index(entries)


def _entry(store: Store, name: str, prefix: str, items: Table, annotated: Mapping[str, int]) -> Entry:
    row = annotated.get(name.removeprefix("images/"))
    match = _IMAGE.match(name.removeprefix("images/"))
    return image_entry(
        store,
        name,
        prefix=prefix,
        role=items["split"][row] if row is not None else None,
        identity=match["video"] if match else None,
        camera=str(int(match["camera"])) if match else None,
    )


def _check_sizes(
    entries: Sequence[Entry], items: Table, annotated: Mapping[str, int], prefix: str, problems: Problems
) -> None:
    """All images of one size, and that size fits the joints that are said to be inside."""
    sizes = sorted({entry.size_hw for entry in entries if entry.size_hw is not None})
    if len(sizes) != 1:
        problems.add(f"expected images of one size, found {len(sizes)}: {sizes[:4]}")
        return
    height, width = sizes[0]
    inside = items["joints_2d"][items["in_image"]]
    if len(inside) and not ((inside >= 0) & (inside <= (width, height))).all():
        swapped = bool(((inside >= 0) & (inside <= (height, width))).all())
        hint = "width and height are swapped" if swapped else f"the largest are {inside.max(axis=0).tolist()}"
        problems.add(f"images are {width} x {height}, but joints that are `inside` lie beyond: {hint}")
