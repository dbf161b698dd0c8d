"""Hashes of content, not of bytes: two runs that decode to the same agree here, whatever wrote them.

Outside of it: host facts in sidecars, logs, benchmarks, caches and the HTML report.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import pickle
import zipfile
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .pickles import UnsafePickleError, loads_plain_pickle

# What stands directly under results/ and says how a run went, or was computed from the rest, not what it made.
NOT_CONTENT = ("logs", "benchmarks", "audit", "server", "archives", "report.html")
_IMAGES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}
_DAMAGE = (pa.ArrowException, OSError, ValueError, KeyError, EOFError, NotImplementedError, zlib.error,
           zipfile.BadZipFile, pickle.UnpicklingError, cv2.error)  # fmt: skip


def file_sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_sha256(folder: Path) -> str:
    """Hex digest of the names and bytes of all files below a folder, hidden ones left out."""
    digest = hashlib.sha256()
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    for name in names:
        if not any(part.startswith(".") for part in name.parts):
            digest.update(f"{name.as_posix()}\0{file_sha256(folder / name)}\n".encode())
    return digest.hexdigest()


def content_hash(path: Path) -> str:
    """Hex digest of what a file decodes to: table rows, arrays, pixels, zip members; other files count by bytes, and so
    do pickles of more than plain data, which are never loaded.

    Raises FileNotFoundError, or ValueError naming the file when it cannot be decoded.
    """
    try:
        if path.suffix == ".parquet":
            return _parquet_hash(path)
        if path.suffix == ".zip":
            return _zip_hash(path)
        return _bytes_hash(path.name, path.read_bytes())
    except FileNotFoundError:
        raise
    except _DAMAGE as error:
        raise ValueError(f"{path}: expected a whole {path.suffix} file, found: {error}; is it damaged?") from error


def artifact_files(root: Path) -> dict[str, Path]:
    """Path relative to a results folder, with slashes -> file, sorted, for everything that is content.

    Left out: hidden files and folders (caches, half-done work) and NOT_CONTENT. Raises FileNotFoundError for no folder.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"{root}: expected a results folder, found none")
    files = {path.relative_to(root): path for path in root.rglob("*") if path.is_file()}
    return {
        name.as_posix(): files[name]
        for name in sorted(files)
        if name.parts[0] not in NOT_CONTENT and not any(part.startswith(".") for part in name.parts)
    }


def _bytes_hash(name: str, data: bytes) -> str:
    suffix = Path(name).suffix.lower()
    if suffix in _IMAGES:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
        if pixels is None:
            raise ValueError(f"{name} is no image")
        return _value_hash(pixels)
    if suffix == ".npz":
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return _value_hash({key: arrays[key] for key in arrays.files})
    if suffix == ".npy":
        return _value_hash(np.load(io.BytesIO(data), allow_pickle=False))
    if suffix == ".pkl":
        with contextlib.suppress(UnsafePickleError):  # someone else's objects: not loaded, and counted by bytes
            return _value_hash(loads_plain_pickle(data, where=name))
        return hashlib.sha256(data).hexdigest()
    if suffix == ".json":
        value = json.loads(data)
        if isinstance(value, dict) and value.get("kind") == "sidecar":
            value = {key: part for key, part in value.items() if key != "host"}
        return _value_hash(value)
    return hashlib.sha256(data).hexdigest()


def _parquet_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with pq.ParquetFile(path) as file:
        for field in file.schema_arrow:  # one column in memory at a time
            digest.update(f"{field.name}\0{field.type}\0{sorted((field.metadata or {}).items())}\n".encode())
            values = file.read(columns=[field.name]).column(field.name).combine_chunks()
            flat = values.flatten() if pa.types.is_fixed_size_list(field.type) else values
            # Numbers have one representation; for text and anything else, that of Python's lists.
            array = flat.to_numpy(zero_copy_only=False)
            number = array.dtype.kind in "biuf"
            digest.update(np.ascontiguousarray(array).data if number else repr(flat.to_pylist()).encode())
    return digest.hexdigest()


def _zip_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            digest.update(f"{name}\0{_bytes_hash(name, archive.read(name))}\n".encode())
    return digest.hexdigest()


def _value_hash(value: Any) -> str:
    digest = hashlib.sha256()
    _feed(digest, value)
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    if isinstance(value, dict):
        digest.update(f"d{len(value)}".encode())
        for key in sorted(value, key=str):
            _feed(digest, key)
            _feed(digest, value[key])
    elif isinstance(value, (list, tuple)):
        digest.update(f"l{len(value)}".encode())
        for one in value:
            _feed(digest, one)
    elif isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value, order="C")
        digest.update(f"a{array.dtype.str}{array.shape}".encode())
        if array.dtype.hasobject:  # its bytes are addresses
            _feed(digest, array.tolist())
        else:
            digest.update(array.tobytes())
    else:
        digest.update(f"{type(value).__name__}:{value!r}\0".encode())
