"""Hashes of content, not of bytes: two runs that decode to the same agree here, whatever wrote them.

Outside of it: host facts in sidecars, logs, benchmarks, caches and the HTML report.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq

from .pickles import loads_plain_pickle

# Folders and files under results/ that say how a run went, not what it made.
NOT_CONTENT = ("logs", "benchmarks", ".cache", ".partial", ".snakemake", "report.html")
_IMAGES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}


def file_sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_hash(path: Path) -> str:
    """Hex digest of what a file decodes to: table rows, arrays, pixels, zip members; other files count by bytes."""
    if path.suffix == ".parquet":
        return _parquet_hash(path)
    if path.suffix == ".zip":
        return _zip_hash(path)
    return _bytes_hash(path.name, path.read_bytes())


def tree_hashes(root: Path) -> dict[str, str]:
    """Relative path -> content hash of every artifact below a results folder, sorted."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    relative = {path.relative_to(root): path for path in files}
    return {
        str(name): content_hash(path)
        for name, path in relative.items()
        if not any(part in NOT_CONTENT or part.startswith(".") for part in name.parts)
    }


def _bytes_hash(name: str, data: bytes) -> str:
    suffix = Path(name).suffix.lower()
    if suffix in _IMAGES:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
        return _value_hash(pixels) if pixels is not None else hashlib.sha256(data).hexdigest()
    if suffix == ".npz":
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return _value_hash({key: arrays[key] for key in arrays.files})
    if suffix == ".npy":
        return _value_hash(np.load(io.BytesIO(data), allow_pickle=False))
    if suffix == ".pkl":
        return _value_hash(loads_plain_pickle(data, where=name))
    if suffix == ".json":
        value = json.loads(data)
        if isinstance(value, dict) and value.get("kind") == "sidecar":
            value = {key: part for key, part in value.items() if key != "host"}
        return _value_hash(value)
    return hashlib.sha256(data).hexdigest()


def _parquet_hash(path: Path) -> str:
    table = pq.read_table(path).combine_chunks()
    digest = hashlib.sha256()
    for field, column in zip(table.schema, table.columns, strict=True):
        digest.update(f"{field.name}\0{field.type}\0{sorted((field.metadata or {}).items())}\n".encode())
        values = column.combine_chunks()
        flat = (
            values.flatten() if hasattr(values, "flatten") and str(field.type).startswith("fixed_size_list") else values
        )
        if str(flat.type) == "string":
            digest.update(json.dumps(flat.to_pylist()).encode())
        else:
            digest.update(np.ascontiguousarray(flat.to_numpy(zero_copy_only=False)).tobytes())
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
        array = np.ascontiguousarray(value)
        digest.update(f"a{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    else:
        digest.update(f"{type(value).__name__}:{value!r}\0".encode())
