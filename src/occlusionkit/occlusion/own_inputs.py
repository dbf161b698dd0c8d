"""Readers of anyone's renders: depth maps, masks, joints and cameras in plain formats (docs/labels.md describes them).

Every reader checks what it reads and names the file, and the image in it, in its errors.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..artifacts.zips import StoredZip
from ..geometry import Array, Camera, planar_from_ray
from ..images import decode_png16

DepthUnit = Literal["m", "cm", "mm"]
DepthKind = Literal["planar", "ray"]
UNITS_PER_M: Mapping[str, float] = {"m": 1.0, "cm": 100.0, "mm": 1000.0}
_MAPS = (".png", ".npy", ".npz")


@dataclass(frozen=True, eq=False)
class StoredMap:
    """values (H, W) as stored;  where: file and member, for messages;  png: 16-bit steps rather than numbers."""

    values: NDArray[Any]
    where: str
    png: bool


class Maps:
    """A folder or zip with one .png, .npy or .npz per image, found by the image's path without its extension."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = None if path.is_dir() else StoredZip(path)
        names = self._zip.names if self._zip else sorted(p.relative_to(path).as_posix() for p in path.rglob("*"))
        self._names: dict[str, str] = {}
        for name in names:
            if PurePosixPath(name).suffix.lower() in _MAPS:
                other = self._names.setdefault(image_key(name), name)
                if other != name:
                    self.close()
                    raise ValueError(f"{path}: expected one file per image, found {other} and {name}")

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._names)

    def read(self, image: str) -> StoredMap:
        """An image's map. ValueError when there is none or it is no (H, W) of numbers."""
        if image_key(image) not in self._names:
            raise ValueError(
                f"{self.path}: expected {image_key(image)} with one of {', '.join(_MAPS)}, found none "
                f"({len(self._names)} maps); a map is named like its image"
            )
        name = self._names[image_key(image)]
        where = f"{self.path}[{name}]"
        data = self._zip.read(name) if self._zip else (self.path / name).read_bytes()
        return StoredMap(_decode(data, name, where), where, png=name.lower().endswith(".png"))

    def close(self) -> None:
        if self._zip:
            self._zip.close()

    def __enter__(self) -> Maps:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def image_key(image: str) -> str:
    """An image's path without its extension: what its maps share with it."""
    return str(PurePosixPath(image).with_suffix(""))


def _decode(data: bytes, name: str, where: str) -> NDArray[Any]:
    if name.lower().endswith(".png"):
        return decode_png16(data, where=where, what="depth or instance")
    loaded = _load_numpy(io.BytesIO(data), where)
    if isinstance(loaded, dict):
        if len(loaded) != 1:
            raise ValueError(f"{where}: expected a single array, found {sorted(loaded)}")
        (loaded,) = loaded.values()
    if loaded.ndim != 2 or loaded.dtype.kind not in "fiu":
        raise ValueError(f"{where}: expected (H, W) numbers, found {loaded.shape} {loaded.dtype}")
    return loaded


def _load_numpy(file: io.BytesIO | Path, where: str) -> dict[str, NDArray[Any]] | NDArray[Any]:
    """An .npy's array or an .npz's arrays by name."""
    try:
        loaded = np.load(file, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            return {name: loaded[name] for name in loaded.files}
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile) as error:
        if isinstance(error, FileNotFoundError):
            raise FileNotFoundError(f"{where}: expected a file, found none") from None
        raise ValueError(f"{where}: expected a whole .npy or .npz without objects, found: {error}") from error


def read_depth_m(
    maps: Maps, image: str, camera: Camera, *, unit: DepthUnit, kind: DepthKind, png_step: float | None
) -> Array:
    """(H, W) planar depth in m, 0 where nothing was hit (stored as 0 or infinity).

    png_step: how many units one step of a 16-bit PNG is; without it a PNG is refused.
    """
    stored = maps.read(image)
    _check_size(stored, camera)
    if stored.png and png_step is None:
        raise ValueError(f"{stored.where}: expected to be told how many {unit} one step of a 16-bit PNG is (png_step)")
    depth_m: Array = stored.values * ((png_step or 1.0) if stored.png else 1.0) / UNITS_PER_M[unit]
    depth_m = np.where(np.isposinf(depth_m), 0.0, depth_m)
    if not depth_m.min(initial=0) >= 0:
        raise ValueError(
            f"{stored.where}: expected depth of 0 or more, found {int(np.isnan(depth_m).sum())} NaN and "
            f"{int((depth_m < 0).sum())} negative numbers; nothing hit is 0 or infinity"
        )
    return planar_from_ray(depth_m, camera) if kind == "ray" else depth_m


def read_instance(maps: Maps, image: str, camera: Camera) -> NDArray[np.int32]:
    """(H, W) instance ids, 0 = background."""
    stored = maps.read(image)
    _check_size(stored, camera)
    low, high = stored.values.min(initial=0), stored.values.max(initial=0)
    if stored.values.dtype.kind not in "iu" or low < 0 or high > np.iinfo(np.int32).max:
        raise ValueError(
            f"{stored.where}: expected whole instance ids of 0 or more, found {stored.values.dtype} {low} .. {high}"
        )
    return stored.values.astype(np.int32)


def _check_size(stored: StoredMap, camera: Camera) -> None:
    if stored.values.shape != camera.size_hw:
        raise ValueError(
            f"{stored.where}: expected the camera's {camera.size_hw} (height, width) px, found {stored.values.shape}"
        )


@dataclass(frozen=True, eq=False)
class OwnJoints:
    """N rows: image, joints_3d_world (N, J, 3) m, person (N,) instance id or None; joint_names: J names."""

    image: tuple[str, ...]
    joints_3d_world: Array
    person: NDArray[np.int64] | None
    joint_names: tuple[str, ...]


def read_joints(path: Path) -> OwnJoints:
    """Joints from .npz or .parquet with `image`, `joints_3d_world`, and perhaps `person` and (npz) `joint_names`."""
    columns = _columns(path, ("image", "joints_3d_world"))
    joints = _numbers(path, "joints_3d_world", columns["joints_3d_world"])
    if joints.ndim == 2 and joints.shape[1] % 3 == 0:
        joints = joints.reshape(len(joints), -1, 3)
    if joints.ndim != 3 or joints.shape[1] < 1 or joints.shape[2] != 3:
        raise ValueError(f"{path}, joints_3d_world: expected (images, joints, 3) m, found {joints.shape}")
    images = tuple(str(image) for image in np.asarray(columns["image"]).reshape(-1))
    names = tuple(str(n) for n in columns.get("joint_names", [f"joint_{n}" for n in range(joints.shape[1])]))
    person = columns.get("person")
    if person is not None:
        person = np.asarray(person)
        if person.dtype.kind not in "iu" or person.min(initial=1) < 1:
            raise ValueError(f"{path}, person: expected instance ids of 1 or more, found {person.dtype}")
        person = person.astype(np.int64)
    lengths = {"image": len(images), "joints_3d_world": len(joints)}
    lengths |= {} if person is None else {"person": len(person)}
    if len(set(lengths.values())) > 1 or len(names) != joints.shape[1] or len(set(names)) < len(names):
        raise ValueError(
            f"{path}: expected columns of one length and {joints.shape[1]} different joint names, "
            f"found {lengths}, names {list(names)}"
        )
    wrong = np.flatnonzero(~np.isfinite(joints).all(axis=(1, 2)))
    if len(wrong):
        raise ValueError(f"{path}[{images[wrong[0]]}], joints_3d_world: expected finite numbers, found NaN or infinity")
    return OwnJoints(image=images, joints_3d_world=joints, person=person, joint_names=names)


def _columns(path: Path, required: tuple[str, ...]) -> dict[str, Any]:
    """Columns by name from .npz or .parquet."""
    if path.suffix == ".npz":
        loaded = _load_numpy(path, str(path))
        columns: dict[str, Any] = loaded if isinstance(loaded, dict) else {}
    elif path.suffix == ".parquet":
        columns = _parquet_columns(path)
    else:
        raise ValueError(f"{path}: expected .npz or .parquet, found {path.suffix or 'no extension'}")
    missing = sorted(set(required) - set(columns))
    if missing:
        raise ValueError(f"{path}: missing columns {missing}, found {sorted(columns)}")
    return columns


def _parquet_columns(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected a file, found none")
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{path}: expected a whole Parquet table, found: {error}") from error
    return {name: table.column(name).to_pylist() for name in table.column_names}


def _numbers(path: Path, name: str, values: Any) -> Array:
    try:
        return np.array(values, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}, {name}: expected numbers of one shape in every row, found: {error}") from error


@dataclass(frozen=True, eq=False)
class OwnCameras:
    """One camera for all images, or one for each by name."""

    path: Path
    shared: Camera | None
    by_image: Mapping[str, Camera]

    def of(self, image: str) -> Camera:
        if self.shared is not None:
            return self.shared
        if image not in self.by_image:
            raise ValueError(f"{self.path}: expected a camera of {image}, found none ({len(self.by_image)} cameras)")
        return self.by_image[image]


_CAMERA_KEYS = ("intrinsics", "rotation_world_to_camera", "center_world", "size_hw")


def read_cameras(path: Path) -> OwnCameras:
    """Cameras from .npz (arrays with a row per `image`, or without `image` one camera) or .json (a list, or one)."""
    rows = _json_rows(path) if path.suffix == ".json" else _npz_rows(path)
    cameras: dict[str, Camera] = {}
    for row in rows:
        image = str(row.get("image", ""))
        if image in cameras:
            raise ValueError(f"{path}: camera of {image!r} given twice")
        cameras[image] = _camera(row, where=f"{path}[{image}]" if image else str(path))
    if "" in cameras and len(cameras) > 1:
        raise ValueError(f"{path}: expected `image` for every camera, or a single camera, found a mixture")
    return OwnCameras(path=path, shared=cameras.get(""), by_image=cameras)


def _json_rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected a file, found none")
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: expected JSON, found: {error}") from error
    rows = value if isinstance(value, list) else [value]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{path}: expected one camera or a list of cameras (objects), found {type(value).__name__}")
    return rows


def _npz_rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix != ".npz":
        raise ValueError(f"{path}: expected .npz or .json, found {path.suffix or 'no extension'}")
    arrays = _columns(path, _CAMERA_KEYS)
    if "image" not in arrays:
        return [{name: arrays[name] for name in _CAMERA_KEYS}]
    images = arrays["image"].reshape(-1)
    lengths = {name: len(arrays[name]) if np.ndim(arrays[name]) else 0 for name in _CAMERA_KEYS}
    if set(lengths.values()) != {len(images)}:
        raise ValueError(f"{path}: expected {len(images)} rows, one per image, in every array, found {lengths}")
    return [{"image": image, **{n: arrays[n][row] for n in _CAMERA_KEYS}} for row, image in enumerate(images)]


def _camera(row: Mapping[str, Any], where: str) -> Camera:
    missing = sorted(set(_CAMERA_KEYS) - set(row))
    unknown = sorted(set(row) - set(_CAMERA_KEYS) - {"image"})
    if missing or unknown:
        raise ValueError(f"{where}: missing {missing}, unknown {unknown}; a camera has {', '.join(_CAMERA_KEYS)}")
    try:
        height, width = (int(side) for side in np.asarray(row["size_hw"]).reshape(-1))
        return Camera(row["intrinsics"], row["rotation_world_to_camera"], row["center_world"], (height, width))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from error
