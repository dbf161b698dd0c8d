"""Pickles of plain data: read without running anything that the file names, written as official layouts want them."""

from __future__ import annotations

import codecs
import collections
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy._core import multiarray, numeric

from .atomic import write_bytes

# The whole vocabulary of an annotation pickle: arrays, scalars, bytes of protocol 2, ordered dictionaries.
_ALLOWED: dict[tuple[str, str], Callable[..., Any] | type] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): codecs.encode,
    ("builtins", "bytes"): bytes,
    ("__builtin__", "bytes"): bytes,
    ("collections", "OrderedDict"): collections.OrderedDict,
    **{
        (f"numpy.{core}.multiarray", name): getattr(multiarray, name)
        for core in ("core", "_core")
        for name in ("_reconstruct", "scalar")
    },
    **{
        (f"numpy.{core}.numeric", "_frombuffer"): getattr(numeric, "_frombuffer")  # noqa: B009
        for core in ("core", "_core")
    },
}


class UnsafePickleError(ValueError):
    """The file asks for something that plain data does not need."""


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise UnsafePickleError(f"it asks for {module}.{name}, which plain data does not need") from None


def load_plain_pickle(path: Path, *, limit_bytes: int = 8 << 30) -> Any:
    """Numbers, strings, lists, dicts and numpy arrays from a pickle of protocol 0-5, numpy 1 or 2, Python 2 (latin1).

    Raises ValueError naming the file when it is larger than `limit_bytes`, is cut short, or asks for anything else
    (UnsafePickleError); nothing that the file names is run.
    """
    size = path.stat().st_size
    if size > limit_bytes:
        raise ValueError(f"{path}: expected at most {limit_bytes} bytes of annotations, found {size}")
    with path.open("rb") as file:
        return _load(file, str(path))


def loads_plain_pickle(data: bytes, *, where: str = "pickle") -> Any:
    """As `load_plain_pickle`, from memory."""
    return _load(io.BytesIO(data), where)


def _load(file: Any, where: str) -> Any:
    try:
        return _PlainUnpickler(file, encoding="latin1").load()
    except UnsafePickleError as error:
        raise UnsafePickleError(f"{where}: refused: {error}") from None
    except (
        pickle.UnpicklingError,
        EOFError,
        MemoryError,
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        AttributeError,
    ) as error:
        raise ValueError(
            f"{where}: expected a whole pickle of plain data, found: {type(error).__name__}: {error}"
        ) from error


def dumps_compatible_pickle(value: Any) -> bytes:
    """Protocol 2 bytes that load under numpy 1 and 2 and in AdaFuse's Python.

    numpy 2 calls its core module `numpy._core`, which numpy before 1.26 does not know; every numpy knows `numpy.core`.
    A protocol-2 pickle names a global once, as text, at its first use, so that the first occurrence is the name itself.
    """
    data = pickle.dumps(value, protocol=2)
    for name in ("_reconstruct", "scalar"):
        data = data.replace(
            f"cnumpy._core.multiarray\n{name}\n".encode(), f"cnumpy.core.multiarray\n{name}\n".encode(), 1
        )
    return data


def write_compatible_pickle(path: Path, value: Any) -> None:
    """Write `dumps_compatible_pickle` atomically."""
    write_bytes(path, dumps_compatible_pickle(value))
