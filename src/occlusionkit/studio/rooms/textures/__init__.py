"""Procedural surface textures: wood, cloth, plaster, tiles. 512 x 512 sRGB that tile without a seam.

Most are near white and carry only the surface's structure; the paint, dye or stain comes from the vertex colours that
multiply them. Noise is filtered in the Fourier domain, which makes it periodic by itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from . import cloth, pictures, walls, wood

_PAINTERS = wood.PAINTERS | cloth.PAINTERS | walls.PAINTERS | pictures.PAINTERS
TEXTURES: tuple[str, ...] = tuple(sorted(_PAINTERS))


class Textures(Mapping[str, NDArray[np.uint8]]):
    """Textures by name, painted when first looked at: who only asks where furniture stands does not wait for them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(sorted(names))

    def __getitem__(self, name: str) -> NDArray[np.uint8]:
        if name not in self._names:
            raise KeyError(name)
        return texture(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def texture(name: str) -> NDArray[np.uint8]:
    """(512, 512, 3) uint8 sRGB, tiling, read-only; the same bytes on every call. KeyError with the names there are.

    Row 0 is v = 0: v grows with the row, u with the column.
    """
    if name not in _PAINTERS:
        raise KeyError(f"no texture {name!r}; there are {', '.join(TEXTURES)}")
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    image = _PAINTERS[name](rng)
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=-1)
    painted = (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
    painted.setflags(write=False)
    return painted


__all__ = ["TEXTURES", "texture"]
