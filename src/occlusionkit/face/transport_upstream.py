"""The colour transfer as upstream does it, step by step, quirks included: for `transfer.method: upstream` and timing.

Nothing is masked: the black around the occluder is transported too. About 30 s per image on one core, most of it in a
filter of 61 x 61 taps whose intensity weights are inert, as its two sigmas are swapped (30 px and 16 on a scale of 1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

SIGMA_SPACE = 30
SIGMA_INTENSITY = 16.0


def prepare_target(face: Pixels, face_mask: NDArray[np.bool_], occluder: Pixels, rng: np.random.Generator) -> Pixels:
    """The face box (h, w, 3), black where face_mask is False, at the size of the occluder (H, W, 3), recoloured.

    Part of the black is painted in the face's mean colour, by the "black ratio" of the two images; bright pixels are
    dulled to mean + one standard deviation. Both over the face's non-zero values.
    """
    size_wh = (occluder.shape[1], occluder.shape[0])
    target = cv2.resize(
        np.where(face_mask[..., None], face, 0).astype(np.uint8), size_wh, interpolation=cv2.INTER_LANCZOS4
    )
    inside = cv2.resize(face_mask.astype(np.uint8), size_wh, interpolation=cv2.INTER_LANCZOS4) > 0
    channels = [target[..., channel] for channel in range(3)]
    mean = np.array([values[values > 0].mean() if values.any() else 0.0 for values in channels])
    spread = np.array([values[values > 0].std() if values.any() else 0.0 for values in channels])
    black = int((occluder == 0).sum())
    dark = int((target < mean / 2).sum())
    ratio = min(dark / black - 1 if black else 1.0, 1.0)
    painted: Pixels = target.copy()
    if ratio > 0:
        painted[~inside & (rng.random(inside.shape) < ratio)] = mean.astype(np.uint8)
    limit = mean + spread
    painted[(painted > limit).any(axis=2)] = np.clip(limit, 0, 255).astype(np.uint8)
    return painted


def solve_unmasked(source: Floats, target: Floats, directions: Floats) -> Floats:
    """(N, 3) and (N, 3) colours 0..1, directions (S, D, 3) -> (N, 3) new colours. Both are sorted every time."""
    moved = source.copy()
    for along in directions:
        advance = np.zeros_like(moved)
        for direction in along:
            position, wanted = moved @ direction, target @ direction
            order, target_order = np.argsort(position, kind="stable"), np.argsort(wanted, kind="stable")
            advance[order] += (wanted[target_order] - position[order])[:, None] * direction
        moved += advance / len(along)
    return moved


def bilateral_rows(
    values: NDArray[np.float32], shifts: Sequence[int], *, sigma_space: int, sigma_intensity: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(H, W) -> weighted sum and weight over the taps of these row shifts; borders wrap."""
    total, weight = np.zeros_like(values), np.zeros_like(values)
    for down in shifts:
        for right in range(-sigma_space, sigma_space + 1):
            other = np.roll(values, (down, right), axis=(0, 1))
            near = math.exp(-(down**2 + right**2) / (2 * sigma_space**2))
            tap = near * np.exp(-((other - values) ** 2) / (2 * sigma_intensity**2))
            total += tap * other
            weight += tap
    return total, weight


def bilateral_wrapped(values: NDArray[np.float32], *, sigma_space: int, sigma_intensity: float) -> NDArray[np.float32]:
    """(H, W) -> the bilateral filter, its window cut at one sigma."""
    shifts = range(-sigma_space, sigma_space + 1)
    total, weight = bilateral_rows(values, shifts, sigma_space=sigma_space, sigma_intensity=sigma_intensity)
    return total / weight


def transfer_as_upstream(
    occluder: Pixels, face: Pixels, face_mask: NDArray[np.bool_], directions: Floats, rng: np.random.Generator
) -> Pixels:
    """occluder (H, W, 3) uint8, black around it; face box (h, w, 3) with its mask (h, w) -> (H, W, 3) uint8."""
    target = prepare_target(face, face_mask, occluder, rng)
    source = occluder.reshape(-1, 3) / 255.0
    solved = solve_unmasked(source, target.reshape(-1, 3) / 255.0, directions)
    change = (solved - source).reshape(occluder.shape).astype(np.float32)
    smooth = [
        bilateral_wrapped(
            np.ascontiguousarray(change[..., channel]), sigma_space=SIGMA_SPACE, sigma_intensity=SIGMA_INTENSITY
        )
        for channel in range(3)
    ]
    return (np.clip(occluder / 255.0 + np.stack(smooth, axis=-1), 0, 1) * 255).astype(np.uint8)
