"""How a camera spoils what it sees: white balance, exposure, contrast, blur and noise. Each camera in its own way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ...geometry import Array
from ...images import Image

# The weights of red, green and blue in how light a pixel is (ITU-R BT.601).
LUMA = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Look:
    """gains: of red, green and blue in the encoded picture;  exposure: of all three;  contrast: about middle grey;
    saturation: 0 grey .. 1 as it is;  blur_px: a Gaussian's standard deviation, as a share of the picture's height in
    1/1000;  noise: standard deviation, levels of 255."""

    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0
    blur_per_mille: float = 0.0
    noise: float = 0.0


def varied(look: Look, rng: np.random.Generator) -> Look:
    """The look of one picture: clouds, automatic exposure and white balance wander about the camera's own."""
    stray = np.exp(rng.normal(0, 0.03, 3))
    red, green, blue = (float(gain * off) for gain, off in zip(look.gains, stray, strict=True))
    return replace(
        look,
        gains=(red, green, blue),
        exposure=look.exposure * float(np.exp(rng.normal(0, 0.1))),
        blur_per_mille=look.blur_per_mille * float(rng.uniform(0.6, 1.6)),
        noise=look.noise * float(rng.uniform(0.7, 1.4)),
    )


def spoiled(image: Image, look: Look, rng: np.random.Generator) -> Image:
    """(H, W, 3) uint8 -> the same as this camera shows it. rng draws the noise."""
    light: Array = image.astype(np.float32) / 255
    if look.blur_per_mille > 0:
        sigma = look.blur_per_mille * image.shape[0] / 1000
        light = cv2.GaussianBlur(light, (0, 0), max(sigma, 0.05))
    light = light * (look.exposure * np.array(look.gains, np.float32))
    grey = (light @ LUMA.astype(np.float32))[..., None]
    light = grey + look.saturation * (light - grey)
    light = 0.5 + look.contrast * (light - 0.5)
    light = light + rng.normal(0, look.noise / 255, image.shape).astype(np.float32)
    shown: Image = np.round(np.clip(light, 0, 1) * 255).astype(np.uint8)
    return shown
