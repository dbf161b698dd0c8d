"""Baked light as a file: made once per room by the workflow, read by every server."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...artifacts.atomic import atomic_output
from ..world import World
from .light import BakedLight


def save_light(path: Path, light: BakedLight) -> None:
    """Write an npz atomically; equal light gives equal bytes."""
    with atomic_output(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **light.arrays())


def load_light(path: Path) -> BakedLight:
    """Read what `save_light` wrote. FileNotFoundError or ValueError names the file."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected a room's baked light, found no file; run the rule bake_light")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return BakedLight.from_arrays({name: arrays[name] for name in arrays.files})
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"{path}: {error}; delete it and run the rule bake_light again") from error


def with_light(world: World, light: BakedLight) -> World:
    """The world lit by its bake. ValueError where the bake is of other items than the world's still ones."""
    still = {item.name: len(item.mesh.vertices) for item in world.items if not item.moves}
    baked = {name: len(values) for name, values in light.items.items()}
    differing = sorted(name for name in baked if still.get(name) != baked[name])
    if differing:
        raise ValueError(
            f"world {world.name}: its baked light is of another room or version, differing in "
            f"{', '.join(differing[:5])}; run the rule bake_light again"
        )
    return replace(world, baked=light.arrays())
