"""The colour transfer of `transport`, pixel by pixel: every pixel of both sides, all directions, nothing reduced.

Slow (about ten seconds for a large hand), in NumPy, and sharing no code with the fast one: what it is held to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float64]


def solve_pixels(colors: Floats, target_colors: Floats, directions: Floats) -> Floats:
    """(N, 3) and (M, 3) colours, directions (S, D, 3) -> (N, 3) displacement of each pixel.

    Along a direction, the i-th smallest of N takes the target's quantile at (i + 0.5) / N.
    """
    moved = colors.copy()
    at = (np.arange(len(colors)) + 0.5) / len(colors)
    knots = (np.arange(len(target_colors)) + 0.5) / len(target_colors)
    for along in directions:
        step = np.zeros_like(moved)
        for direction in along:
            position = moved @ direction
            order = np.argsort(position, kind="stable")
            wanted = np.interp(at, knots, np.sort(target_colors @ direction))
            shift = np.empty_like(position)
            shift[order] = wanted - position[order]
            step += shift[:, None] * direction
        moved += step / len(along)
    return moved - colors


def smooth_exactly(shift: Floats, mask: NDArray[np.bool_], *, sigma: float, radius: int) -> Floats:
    """(H, W, 3) -> Gaussian mean over the mask's pixels within `radius` rows and columns; zero beyond the border."""
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)

    def blur(values: Floats) -> Floats:
        rows = ndimage.correlate1d(values, taps, axis=0, mode="constant")
        both: Floats = ndimage.correlate1d(rows, taps, axis=1, mode="constant")
        return both

    weight = blur(mask.astype(float))[..., None]
    total = blur(shift * mask[..., None])
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)


def transfer_exactly(
    occluder: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    face_colors: NDArray[np.uint8],
    directions: Floats,
    *,
    sigma: float,
    radius: int,
) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 occluder in the colours (M, 3) of the face, changed within mask (H, W) only."""
    shift = np.zeros(occluder.shape)
    shift[mask] = solve_pixels(occluder[mask] / 255.0, face_colors / 255.0, directions) * 255.0
    smooth = smooth_exactly(shift, mask, sigma=sigma, radius=radius)
    new = np.clip(np.rint(occluder + smooth), 0, 255).astype(np.uint8)
    return np.where(mask[..., None], new, occluder)
