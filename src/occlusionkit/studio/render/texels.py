"""Sampling textures in numpy, as OpenGL does: four texels of the mipmap level that fits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .tone import srgb_decode

Floats = NDArray[np.float32]


class TexturePyramid:
    """Square roots of linear albedo, at all sizes: levels[k] is (L, S / 2^k, S / 2^k, 3) uint8."""

    def __init__(self, textures: Mapping[str, NDArray[np.uint8]]) -> None:
        self.levels = [texture_roots(textures)]
        while min(self.levels[-1].shape[1:3]) > 1:
            fine = self.levels[-1]
            rows, columns = fine.shape[1] // 2, fine.shape[2] // 2
            quads = fine[:, : 2 * rows, : 2 * columns].reshape(len(fine), rows, 2, columns, 2, 3)
            self.levels.append(np.round(quads.mean(axis=(2, 4), dtype=np.float32)).astype(np.uint8))

    def release(self) -> None:
        """Nothing to give back by hand."""

    def roots(self, uvs: Floats, layers: NDArray[np.int32], texels: Floats) -> Floats:
        """Roots of albedo 0..1 (N, 3) at uvs (N, 2), in repeats. texels (N,): how many texels of the finest level a
        pixel is wide."""
        level = np.clip(np.round(np.log2(np.maximum(texels, 1))), 0, len(self.levels) - 1).astype(np.int64)
        found = np.ones((len(uvs), 3), np.float32)
        for index, texture in enumerate(self.levels):
            chosen = np.flatnonzero((level == index) & (layers > 0))  # layer 0 is plain white
            if len(chosen):
                found[chosen] = _bilinear(texture, uvs[chosen], layers[chosen])
        return found


def texture_roots(textures: Mapping[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """(L, S, S, 3) uint8, layers as in `texture_layers`: square roots of linear albedo, which filter nearly as light
    does and need no power to undo. ValueError where sizes differ."""
    if not textures:
        return np.full((1, 1, 1, 3), 255, np.uint8)
    shape = next(iter(textures.values())).shape
    for name, texture in textures.items():
        if texture.shape != shape or texture.dtype != np.uint8 or texture.shape[2:] != (3,):
            raise ValueError(f"texture {name}: expected {shape[:2]} x 3 uint8, found {texture.shape} {texture.dtype}")
    to_root = np.round(np.sqrt(srgb_decode(np.arange(256) / 255)) * 255).astype(np.uint8)
    return np.stack([np.full(shape, 255, np.uint8), *(to_root[textures[name]] for name in sorted(textures))])


def _bilinear(texture: NDArray[np.uint8], uvs: Floats, layers: NDArray[np.int32]) -> Floats:
    """(L, H, W, 3), repeating; texel centres are at (index + 0.5) / size."""
    size = np.array(texture.shape[2:0:-1])
    place = uvs * size - 0.5
    low = np.floor(place).astype(np.int64)
    across, down = (place - low).astype(np.float32).T[:, :, None]
    (left, top), (right, bottom) = (low % size).T, ((low + 1) % size).T
    above = texture[layers, top, left] * (1 - across) + texture[layers, top, right] * across
    beneath = texture[layers, bottom, left] * (1 - across) + texture[layers, bottom, right] * across
    mixed: Floats = (above * (1 - down) + beneath * down) / np.float32(255)
    return mixed
