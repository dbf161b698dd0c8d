"""From a world to a picture: render it, put something behind it, and take it as a camera does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Bools, Camera
from ..world import Light, Renderer, World

Image = NDArray[np.uint8]
# Sub-pixels to each side by which the share of a pixel that things cover is counted. Odd, so that the middle one is
# the pixel's centre, where labels are taken.
_FINER = 3


@dataclass(frozen=True, eq=False)
class Shot:
    """premultiplied (H, W, 3) uint8: on black;  cover (H, W) 0..1: how much of each pixel things cover;
    instance, part (H, W): at pixel centres."""

    premultiplied: Image
    cover: NDArray[np.float32]
    instance: NDArray[np.int32]
    part: NDArray[np.int32]


def take_shot(renderer: Renderer, world: World, camera: Camera) -> Shot:
    """What the camera sees of a world without background."""
    frame = renderer.render(world, camera, outputs=frozenset({"rgb", "instance", "part"}))
    finer = renderer.render(world, finer_camera(camera), outputs=frozenset({"instance"}))
    assert frame.rgb is not None and frame.instance is not None and frame.part is not None
    assert finer.instance is not None
    height, width = camera.size_hw
    covered = (finer.instance > 0).reshape(height, _FINER, width, _FINER)
    cover = covered.mean(axis=(1, 3), dtype=np.float32)
    return Shot(frame.rgb, cover, frame.instance, frame.part)


def labels_of(renderer: Renderer, world: World, camera: Camera) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """instance and part (H, W) at pixel centres."""
    frame = renderer.render(world, camera, outputs=frozenset({"instance", "part"}))
    assert frame.instance is not None and frame.part is not None
    return frame.instance, frame.part


def finer_camera(camera: Camera) -> Camera:
    """The same view with _FINER times the pixels to each side."""
    scale = np.diag([_FINER, _FINER, 1.0])
    height, width = camera.size_hw
    return replace(camera, intrinsics=scale @ camera.intrinsics, size_hw=(_FINER * height, _FINER * width))


def in_front_of(backdrop: Image, shot: Shot) -> Image:
    """The shot on a backdrop (H, W, 3)."""
    behind = (1 - shot.cover[..., None]) * backdrop
    return np.clip(np.round(shot.premultiplied + behind), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Exposure:
    """gain, gamma: of sRGB values;  white (3,): gains of the channels;  blur_px: standard deviation at 160 px;
    noise: standard deviation, levels of 255."""

    gain: float
    gamma: float
    white: tuple[float, float, float]
    blur_px: float
    noise: float


def draw_exposure(rng: np.random.Generator, *, spread: float = 1.0) -> Exposure:
    """How a camera takes the picture; spread 2 is a hurried one."""
    warmth = float(rng.normal(0, 0.03 * spread))
    return Exposure(
        gain=float(np.exp(rng.normal(0.04, 0.09 * spread))),
        gamma=float(np.exp(rng.normal(0, 0.07 * spread))),
        white=(1 + warmth, 1 + float(rng.normal(0, 0.008)), 1 - warmth),
        blur_px=float(rng.uniform(0.25, 0.45 + 0.25 * spread)),
        noise=float(rng.uniform(0.8, 1.5 + 2.0 * spread)),
    )


def exposed(image: Image, exposure: Exposure, rng: np.random.Generator) -> Image:
    """The picture (H, W, 3) as that camera takes it."""
    light = (image.astype(np.float32) / 255) ** exposure.gamma * exposure.gain * np.array(exposure.white, np.float32)
    sigma = exposure.blur_px * max(image.shape[:2]) / 160
    soft = cv2.GaussianBlur(light, (0, 0), sigma) * 255
    grain = cv2.GaussianBlur(rng.standard_normal(image.shape, dtype=np.float32), (0, 0), 0.6)
    noisy = soft + exposure.noise / 0.5 * grain
    return np.clip(np.round(noisy), 0, 255).astype(np.uint8)


def draw_lights(rng: np.random.Generator, *, target: Array, azimuth_deg: float) -> tuple[Light, ...]:
    """A key light, a weaker one from the other side, now and then one from behind; azimuth_deg: the camera's."""
    side = float(rng.choice([-1.0, 1.0]))
    key_deg = azimuth_deg + side * rng.uniform(5, 65)
    contrast = rng.uniform(0.15, 0.7)
    lights = [_light("key", rng, target, key_deg, rng.uniform(8, 50), strength=3.0)]
    lights.append(
        _light(
            "fill", rng, target, azimuth_deg - side * rng.uniform(20, 75), rng.uniform(-5, 30), strength=3.0 * contrast
        )
    )
    if rng.random() < 0.4:
        lights.append(
            _light("rim", rng, target, azimuth_deg + rng.uniform(120, 240), rng.uniform(15, 50), strength=1.6)
        )
    return tuple(lights)


def _light(
    name: str, rng: np.random.Generator, target: Array, azimuth_deg: float, elevation_deg: float, *, strength: float
) -> Light:
    azimuth, elevation, distance = np.radians(azimuth_deg), np.radians(elevation_deg), rng.uniform(1.4, 2.6)
    direction = np.array([np.cos(elevation) * np.sin(azimuth), -np.cos(elevation) * np.cos(azimuth), np.sin(elevation)])
    warmth = rng.normal(0, 0.09)
    color = strength * distance**2 / 4 * np.array([1 + warmth, 1.0, 1 - warmth])
    x, y, z = (target + distance * direction).tolist()
    return Light(name, (x, y, z), tuple(np.maximum(color, 0.02).tolist()))


def face_mask(instance: NDArray[np.int32], part: NDArray[np.int32], *, person: int, classes: tuple[int, ...]) -> Bools:
    """(H, W): where the nearest thing is this person's face."""
    found: Bools = (instance == person) & np.isin(part, classes)
    return found
