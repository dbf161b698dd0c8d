"""What happens to a training image and its mask: flip, turn, colours, as in the paper's training (MMSegmentation's
PhotoMetricDistortion). Draws are apart from what they do, so a test can see both."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .files import Image, Mask
from .training_settings import TrainingAugmentation

# Of ImageNet's photographs, RGB, in units of 255: what pretrained backbones expect.
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


@dataclass(frozen=True)
class TrainingDraw:
    """What was drawn for one image; None where a step is left out. Angles in degrees, clockwise on the image."""

    flipped: bool
    rotate_deg: float | None
    brightness: float | None
    contrast: float | None
    contrast_last: bool
    saturation: float | None
    hue_deg: float | None


def draw_augmentation(settings: TrainingAugmentation, rng: np.random.Generator) -> TrainingDraw:
    """All draws of one image, always as many numbers, so that one probability does not shift the next draw."""
    chosen = rng.random(6)
    spans = (
        (-settings.rotate_deg, settings.rotate_deg),
        (-settings.brightness, settings.brightness),
        settings.contrast,
        settings.saturation,
        (-settings.hue_deg, settings.hue_deg),
    )
    values = [float(rng.uniform(low, high)) for low, high in spans]
    probabilities = (settings.rotate_probability, *[settings.color_probability] * 4)
    kept = [value if chosen[n + 1] < probabilities[n] else None for n, value in enumerate(values)]
    return TrainingDraw(
        flipped=bool(chosen[0] < settings.flip_probability),
        rotate_deg=kept[0],
        brightness=kept[1],
        contrast=kept[2],
        contrast_last=bool(rng.random() < 0.5),
        saturation=kept[3],
        hue_deg=kept[4],
    )


def augmented(image: Image, mask: Mask, draw: TrainingDraw) -> tuple[Image, Mask]:
    """(H, W, 3) uint8 RGB and (H, W) -> the same, changed. What turns in from outside is black and no face."""
    if draw.flipped:
        image, mask = image[:, ::-1], mask[:, ::-1]
    if draw.rotate_deg is not None:
        image, mask = _turned(image, mask, draw.rotate_deg)
    return _recolored(image, draw), np.ascontiguousarray(mask)


def _turned(image: Image, mask: Mask, angle_deg: float) -> tuple[Image, Mask]:
    height, width = mask.shape
    # cv2 turns anticlockwise, and about pixel centres.
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -angle_deg, 1.0)
    turned = cv2.warpAffine(np.ascontiguousarray(image), matrix, (width, height), flags=cv2.INTER_LINEAR)
    labels = cv2.warpAffine(np.ascontiguousarray(mask).view(np.uint8), matrix, (width, height), flags=cv2.INTER_NEAREST)
    return turned, labels > 0


def _recolored(image: Image, draw: TrainingDraw) -> Image:
    values = image.astype(np.float32)
    if draw.brightness is not None:
        values = values + np.float32(draw.brightness)
    if draw.contrast is not None and not draw.contrast_last:
        values = values * np.float32(draw.contrast)
    if draw.saturation is not None or draw.hue_deg is not None:
        # Of float images in 0..1, cv2 has hue in degrees 0..360, saturation and value in 0..1.
        hsv = cv2.cvtColor(np.clip(values, 0, 255) / np.float32(255), cv2.COLOR_RGB2HSV)
        if draw.saturation is not None:
            hsv[..., 1] = np.minimum(hsv[..., 1] * np.float32(draw.saturation), 1)
        if draw.hue_deg is not None:
            hsv[..., 0] = (hsv[..., 0] + np.float32(draw.hue_deg)) % 360
        values = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * np.float32(255)
    if draw.contrast is not None and draw.contrast_last:
        values = values * np.float32(draw.contrast)
    recolored: Image = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return recolored


def normalised(image: Image) -> NDArray[np.float32]:
    """(H, W, 3) uint8 RGB -> (3, H, W) float32 with ImageNet's mean and deviation."""
    scaled = (image.astype(np.float32) / np.float32(255) - MEAN) / DEVIATION
    return np.ascontiguousarray(scaled.transpose(2, 0, 1))


def sized(image: Image, size_hw: tuple[int, int]) -> Image:
    """(H, W, 3) -> size_hw, the frame squeezed as it must: by areas where it shrinks, bilinear where it grows."""
    if image.shape[:2] == size_hw:
        return image
    shrinks = image.shape[0] >= size_hw[0] and image.shape[1] >= size_hw[1]
    resized: Image = cv2.resize(image, size_hw[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return resized


def sized_mask(mask: Mask, size_hw: tuple[int, int]) -> Mask:
    """(H, W) bool -> size_hw: the face where it covers at least half of a pixel."""
    if mask.shape == size_hw:
        return mask
    return sized(mask.view(np.uint8) * np.uint8(255), size_hw) >= 128
