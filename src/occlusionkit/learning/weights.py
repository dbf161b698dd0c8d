"""Weights in files: plain state dicts, equal content in equal bytes, compared in full before a value is copied."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..artifacts.atomic import atomic_output

# How many names an error lists; a foreign network differs in hundreds.
NAMES_SHOWN = 4
_DAMAGE = (pickle.UnpicklingError, zipfile.BadZipFile, RuntimeError, EOFError, ValueError, KeyError, IndexError,
           TypeError, AttributeError)  # fmt: skip


def state_of(model: nn.Module) -> dict[str, Tensor]:
    """The network's parameters and buffers by name, copied to the CPU."""
    return {name: value.detach().to("cpu", copy=True).contiguous() for name, value in model.state_dict().items()}


def save_weights(weights: nn.Module | Mapping[str, Tensor], path: Path) -> None:
    """Write a state dict atomically. OSError when it cannot be written; the old file then stays."""
    state = state_of(weights) if isinstance(weights, nn.Module) else dict(weights)
    save_torch(state, path)


def save_torch(content: Any, path: Path) -> None:
    """torch.save, atomically, and through an open file: torch puts a path's name into the bytes."""
    with atomic_output(path) as temporary, temporary.open("wb") as file:
        try:
            torch.save(content, file)
        except RuntimeError as error:  # torch's writer trips over its own state when the file refuses a write
            if isinstance(error.__context__, OSError):
                raise error.__context__ from None
            raise


def load_torch(path: Path) -> Any:
    """What a file of torch holds, on the CPU; never code. ValueError when it is damaged or something else."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: expected weights, found no file") from None
    except _DAMAGE as error:
        found = _what_it_is(path)
        raise ValueError(f"{path}: expected a file of torch with tensors only, found {found}") from error


def _what_it_is(path: Path) -> str:
    """A file that torch refused, in the user's words; torch's own run over pages."""
    with path.open("rb") as file:
        start = file.read(2)
    size = f"{path.stat().st_size} bytes"
    if not start:
        return "an empty file; fetch or make it again"
    if start != b"PK":
        return f"another kind of file ({size}), or one of torch before 1.6 with more than tensors in it"
    if not zipfile.is_zipfile(path):
        return f"a file cut short or damaged ({size}); fetch or make it again"
    return "more than tensors, or damaged ones: whole objects may hold code and are not loaded; save its state dict"


def load_state(path: Path) -> dict[str, Tensor]:
    """A state dict from a file. ValueError when the file holds anything else."""
    state = load_torch(path)
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        found = f"the keys {_names(sorted(map(str, state)))}" if isinstance(state, Mapping) else type(state).__name__
        raise ValueError(f"{path}: expected a state dict (names and tensors), found {found}")
    return dict(state)


def load_weights(model: nn.Module, path: Path, *, ignore: Sequence[str] = ()) -> tuple[str, ...]:
    """Copy the weights of a file into `model`; every name and shape has to agree, else nothing is copied.

    ignore: prefixes of names that may be missing, too many or of another shape, such as "fc." for a classifier that
    this network does not have; those that fit are copied. Returns the names that were left out, sorted.
    Raises ValueError naming what is missing, unexpected or of another shape.
    """
    left_out = fit_state(model.state_dict(), state := load_state(path), where=str(path), ignore=ignore)
    model.load_state_dict({name: value for name, value in state.items() if name not in left_out}, strict=False)
    return left_out


def fit_state(
    wanted: Mapping[str, Tensor], found: Mapping[str, Tensor], *, where: str, ignore: Sequence[str] = ()
) -> tuple[str, ...]:
    """Names under an ignored prefix that do not fit; ValueError when any other name or shape differs."""
    missing, unexpected = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    reshaped = {name for name in wanted.keys() & found.keys() if wanted[name].shape != found[name].shape}
    differing = sorted(missing | unexpected | reshaped)
    left_out = tuple(name for name in differing if name.startswith(tuple(ignore)))
    kept = set(differing) - set(left_out)
    if kept:
        shapes = [f"{n} {tuple(found[n].shape)} for {tuple(wanted[n].shape)}" for n in sorted(reshaped & kept)]
        parts = (
            ("missing", sorted(missing & kept)),
            ("unexpected", sorted(unexpected & kept)),
            ("other shape", shapes),
        )
        told = "; ".join(f"{what}: {_names(names)}" for what, names in parts if names)
        raise ValueError(f"{where}: these are not the weights of this network ({told}); is it another architecture?")
    return left_out


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more
