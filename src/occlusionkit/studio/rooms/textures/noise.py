"""What textures are painted with: periodic noise, pixel grids, joints."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

SIZE = 512
Tones = NDArray[np.float64]  # 0..1, (512, 512) or (512, 512, 3)
Painter = Callable[[np.random.Generator], Tones]


def noise(rng: np.random.Generator, grain_px: tuple[float, float]) -> Tones:
    """(512, 512) periodic Gaussian noise, mean 0, deviation 1, with blotches of about (along u, along v) px."""
    frequency = np.fft.fftfreq(SIZE)
    falloff = (np.pi * grain_px[1] * frequency[:, None]) ** 2 + (np.pi * grain_px[0] * frequency[None, :]) ** 2
    smooth = np.fft.ifft2(np.fft.fft2(rng.standard_normal((SIZE, SIZE))) * np.exp(-falloff / 2)).real
    smooth -= smooth.mean()
    result: Tones = smooth / smooth.std()
    return result


def uv_grid() -> tuple[Tones, Tones]:
    """u, v (512, 512) in 0..1 at pixel centres."""
    ticks = (np.arange(SIZE) + 0.5) / SIZE
    u, v = np.meshgrid(ticks, ticks)
    return u, v


def line(position: Tones, width: float) -> Tones:
    """1 within `width` of a whole number, falling to 0 over half a width: a joint or a seam."""
    distance = np.abs(position - np.round(position))
    return np.clip(1.5 - distance / (width / 2), 0, 1)


def warm(value: Tones, warmth: float = 0.35) -> Tones:
    """Darker is redder, as wood and leather are: (512, 512) -> (512, 512, 3)."""
    value = np.clip(value, 0.0, 1.0)
    return np.stack([value, value ** (1 + warmth / 2), value ** (1 + warmth)], axis=-1)
