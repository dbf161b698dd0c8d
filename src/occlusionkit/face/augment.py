"""Small photometric and geometric changes: what is drawn, and what it does. Drawing and doing are apart, so that a
manifest can say what happened."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..images import decode_image, encode_jpeg
from .settings import AffineSettings, BlurSettings, BrightnessSettings, BrightnessUnit, JpegSettings

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Blur:
    """noise (size, size): factors on the kernel's weights."""

    size_px: int
    sigma_x_px: float
    sigma_y_px: float
    angle_deg: float
    beta: float
    noise: Floats


@dataclass(frozen=True)
class Brightness:
    contrast: float
    brightness: float
    relative_to: BrightnessUnit


@dataclass(frozen=True)
class Affine:
    scale_x: float
    scale_y: float
    rotate_deg: float
    shear_x_deg: float
    shear_y_deg: float

    @property
    def matrix(self) -> Floats:
        """(2, 2): scales, then shears, then turns clockwise on the image (x right, y down)."""
        scale = np.diag([self.scale_x, self.scale_y])
        shear = np.array([[1, np.tan(np.deg2rad(self.shear_x_deg))], [np.tan(np.deg2rad(self.shear_y_deg)), 1]])
        turned: Floats = turn_matrix(self.rotate_deg) @ shear @ scale
        return turned


def turn_matrix(angle_deg: float) -> Floats:
    """(2, 2) rotation of image points (x right, y down), clockwise as seen."""
    cos, sin = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    return np.array([[cos, -sin], [sin, cos]])


def draw_blur(settings: BlurSettings, rng: np.random.Generator) -> Blur | None:
    """None with probability 1 - settings.probability. Sizes are odd; beta is as often below 1 as above where its range
    holds 1, and uniform on either side."""
    if rng.random() >= settings.probability:
        return None
    low, high = settings.kernel_px
    size = int(low + 2 * rng.integers(0, (high - low) // 2, endpoint=True))
    sigma_x, sigma_y = rng.uniform(*settings.sigma_px, size=2)
    angle = rng.uniform(*settings.angle_deg)
    least, most = settings.beta
    if least < 1 < most:
        least, most = (least, 1.0) if rng.random() < 0.5 else (1.0, most)
    beta = rng.uniform(least, most)
    noise = rng.uniform(*settings.noise, size=(size, size))
    return Blur(size, float(sigma_x), float(sigma_y), float(angle), float(beta), noise)


def draw_jpeg_quality(settings: JpegSettings, rng: np.random.Generator) -> int | None:
    """None with probability 1 - settings.probability."""
    if rng.random() >= settings.probability:
        return None
    return int(rng.integers(settings.quality[0], settings.quality[1], endpoint=True))


def draw_affine(settings: AffineSettings, rng: np.random.Generator) -> Affine | None:
    """None with probability 1 - settings.probability. All five numbers are independent."""
    if rng.random() >= settings.probability:
        return None
    scale_x, scale_y = rng.uniform(*settings.scale, size=2)
    rotate = rng.uniform(*settings.rotate_deg)
    shear_x, shear_y = rng.uniform(*settings.shear_deg, size=2)
    return Affine(float(scale_x), float(scale_y), float(rotate), float(shear_x), float(shear_y))


def draw_brightness(settings: BrightnessSettings, rng: np.random.Generator) -> Brightness | None:
    """None with probability 1 - settings.probability."""
    if rng.random() >= settings.probability:
        return None
    contrast, brightness = rng.uniform(*settings.contrast), rng.uniform(*settings.brightness)
    return Brightness(float(contrast), float(brightness), settings.relative_to)


def blur_kernel(blur: Blur) -> Floats:
    """(size, size) weights that sum to 1: exp(-0.5 * q ** beta) times the noise, q the squared distance from the centre
    in units of the turned Gaussian's sigmas; beta 1 is a plain Gaussian, more is flatter with a steeper rim."""
    reach = np.arange(blur.size_px) - blur.size_px // 2
    x, y = np.meshgrid(reach, reach)
    turn = turn_matrix(blur.angle_deg)
    covariance = turn @ np.diag([blur.sigma_x_px**2, blur.sigma_y_px**2]) @ turn.T
    points = np.stack([x, y], axis=-1)
    distance = np.einsum("hwi,ij,hwj->hw", points, np.linalg.inv(covariance), points)
    # A far tap of a narrow, steep kernel is exactly 0; its exponent need not be finite.
    with np.errstate(over="ignore", under="ignore"):
        weights = np.exp(-0.5 * distance**blur.beta) * blur.noise
    kernel: Floats = weights / weights.sum()
    return kernel


def apply_blur(image: Image, blur: Blur) -> Image:
    """(H, W, 3) -> the same size; borders are mirrored."""
    blurred: Image = cv2.filter2D(image, -1, blur_kernel(blur), borderType=cv2.BORDER_REFLECT_101)
    return blurred


def apply_jpeg(image: Image, quality: int) -> Image:
    """Through JPEG once."""
    return decode_image(encode_jpeg(image, quality=quality), where="JPEG augmentation")


def apply_brightness(image: Image, change: Brightness, *, mean: float) -> Image:
    """value * (1 + contrast) + brightness * (mean or 255), rounded and cut to 0..255. `mean`: of the pixels that
    count."""
    reference = mean if change.relative_to == "mean" else 255.0
    table = np.arange(256) * (1 + change.contrast) + change.brightness * reference
    changed: Image = cv2.LUT(image, np.clip(np.rint(table), 0, 255).astype(np.uint8))
    return changed
