"""Pickles of plain data: read without running anything that the file names, written as official layouts want them."""

from __future__ import annotations

import collections
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy._core import multiarray, numeric

from .atomic import write_bytes


class UnsafePickleError(ValueError):
    """The file asks for something that plain data does not need."""


# A pickle may call what it names with any arguments, and set attributes on it. So it is given these stand-ins, which do
# only what an honest file asks of them and have no attributes to set.


class _Latin1Bytes:
    """`_codecs.encode(text, "latin1")`: how protocols 0-2 spell bytes. Other codecs are refused."""

    __slots__ = ()

    def __call__(self, text: str, codec: str) -> bytes:
        if codec not in ("latin1", "latin-1"):
            raise UnsafePickleError(f"it asks for the codec {codec!r}, which plain data does not need")
        return text.encode("latin1")


class _EmptyBytes:
    """`bytes()`: how protocols 0-2 spell empty bytes. `bytes(10**12)` would ask for a terabyte."""

    __slots__ = ()

    def __call__(self, *given: object) -> bytes:
        if given:
            raise UnsafePickleError("it builds bytes from arguments, which plain data does not need")
        return b""


class _ArrayFromBuffer:
    """How protocol 5 spells arrays."""

    __slots__ = ()

    def __call__(self, buffer: Any, dtype: Any, shape: Any, order: Any, *axes: Any) -> Any:
        return getattr(numeric, "_frombuffer")(buffer, dtype, shape, order, *axes)  # noqa: B009


# The whole vocabulary of an annotation pickle: arrays, scalars, bytes, ordered dictionaries; numpy 1 and 2.
_ALLOWED: dict[tuple[str, str], Callable[..., Any] | type] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _Latin1Bytes(),
    ("builtins", "bytes"): _EmptyBytes(),
    ("__builtin__", "bytes"): _EmptyBytes(),
    ("collections", "OrderedDict"): collections.OrderedDict,
    **{
        (f"numpy.{core}.multiarray", name): getattr(multiarray, name)
        for core in ("core", "_core")
        for name in ("_reconstruct", "scalar")
    },
    **{(f"numpy.{core}.numeric", "_frombuffer"): _ArrayFromBuffer() for core in ("core", "_core")},
}


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
        OverflowError,
        RecursionError,
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
    A protocol-2 pickle names a global once, as text, at its first use. Raises ValueError for values that need any other
    of numpy's inner functions, or that hold such a name as a string: it could not be told from the name itself.
    """
    data = pickle.dumps(value, protocol=2)
    for name in ("_reconstruct", "scalar"):
        new, old = (f"cnumpy.{core}.multiarray\n{name}\n".encode() for core in ("_core", "core"))
        if data.count(new) > 1 or old in data:
            raise ValueError(f"cannot write a pickle for numpy 1: a string of the data spells {name}'s global name")
        data = data.replace(new, old)
    if b"numpy._core" in data:
        raise ValueError("cannot write a pickle for numpy 1: it would name numpy._core; use plain arrays and scalars")
    return data


def write_compatible_pickle(path: Path, value: Any) -> None:
    """Write `dumps_compatible_pickle` atomically."""
    write_bytes(path, dumps_compatible_pickle(value))
