"""From a world to a picture: render it, put something behind it, and take it as a camera does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Bools, Camera, camera_to_world, image_to_camera
from ..world import Frame, Light, Renderer, World

Image = NDArray[np.uint8]
# Sub-pixels to each side by which the share of a pixel that things cover is counted. Odd, so that the middle one is
# the pixel's centre, where labels are taken.
_FINER = 3


@dataclass(frozen=True, eq=False)
class Picture:
    """image (H, W, 3);  mask (H, W): visible face, or the thing shown;  whole (H, W): the face with nothing before it;
    the rest as in the table of portraits."""

    image: Image
    mask: Bools
    whole: Bools | None = None
    identity: str | None = None
    occluders: tuple[str, ...] = ()
    hand_owners: tuple[str, ...] = ()
    textures: tuple[str, ...] = ()
    yaw_deg: float = float("nan")


@dataclass(frozen=True, eq=False)
class Shot:
    """premultiplied (H, W, 3) uint8: on black;  cover (H, W) 0..1: how much of each pixel things cover;
    instance, part (H, W): at pixel centres."""

    premultiplied: Image
    cover: NDArray[np.float32]
    instance: NDArray[np.int32]
    part: NDArray[np.int32]


def take_shot(renderer: Renderer, world: World, camera: Camera, *, shine: Shine) -> Shot:
    """What the camera sees of a world without background. The renderer draws no highlights: they are added here."""
    frame = renderer.render(world, camera, outputs=frozenset({"rgb", "depth", "instance", "part", "normal"}))
    finer = renderer.render(world, finer_camera(camera), outputs=frozenset({"instance"}))
    assert frame.rgb is not None and frame.instance is not None and frame.part is not None
    assert finer.instance is not None
    height, width = camera.size_hw
    covered = (finer.instance > 0).reshape(height, _FINER, width, _FINER)
    cover = covered.mean(axis=(1, 3), dtype=np.float32)
    highlights = cover[..., None] * highlights_of(frame, world, camera, shine)
    rgb = np.clip(np.round(frame.rgb + highlights), 0, 255).astype(np.uint8)
    return Shot(rgb, cover, frame.instance, frame.part)


@dataclass(frozen=True)
class Gloss:
    """strength: of a highlight, 0..1 of white under light of strength 1;  sharpness: its exponent (Blinn-Phong)."""

    strength: float
    sharpness: float


@dataclass(frozen=True)
class Shine:
    """How things shine: those of one instance by the parts of its mesh, all others by the roughness of their items."""

    instance: int
    parts: Mapping[int, Gloss]


def gloss_of(roughness: float) -> Gloss:
    """Of a material: chalk shines not at all."""
    smooth = 1 - roughness
    return Gloss(strength=0.55 * smooth**1.5, sharpness=float(np.clip(2 / max(roughness, 0.05) ** 3, 3, 400)))


def highlights_of(frame: Frame, world: World, camera: Camera, shine: Shine) -> NDArray[np.float32]:
    """(H, W, 3) levels of 255 to add: reflections of the world's lights (Blinn 1977), without their shadows."""
    assert frame.depth_m is not None and frame.normal is not None
    assert frame.instance is not None and frame.part is not None
    strength, sharpness = _gloss_maps(frame, world, shine)
    rows, columns = np.nonzero(strength)
    found = np.zeros((*camera.size_hw, 3), np.float32)
    normals = frame.normal[rows, columns]
    pixels = np.stack([columns + 0.5, rows + 0.5], axis=1)
    points = camera_to_world(image_to_camera(pixels, frame.depth_m[rows, columns], camera), camera).astype(np.float32)
    to_camera = _unit(camera.center_world.astype(np.float32) - points)
    # Backs of cloth are seen as well: their normals look away.
    normals *= np.where(np.einsum("ij,ij->i", normals, to_camera) < 0, np.float32(-1), np.float32(1))[:, None]
    total = np.zeros_like(points)
    for light in world.lights:
        offset = np.asarray(light.position, np.float32) - points
        to_light = _unit(offset)
        half = _unit(to_light + to_camera)
        facing = np.maximum(np.einsum("ij,ij->i", normals, half), 0) ** sharpness[rows, columns]
        lit = np.clip(4 * np.einsum("ij,ij->i", normals, to_light), 0, 1)
        nearness = 1 / np.einsum("ij,ij->i", offset, offset)
        total += (facing * lit * nearness)[:, None] * np.asarray(light.color, np.float32)
    found[rows, columns] = 255 * strength[rows, columns, None] * np.minimum(total, 1.5)
    return found


def _gloss_maps(frame: Frame, world: World, shine: Shine) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """strength and sharpness (H, W); strength 0 where nothing shines."""
    assert frame.instance is not None and frame.part is not None
    items = {item.instance: gloss_of(item.material.roughness) for item in world.items}
    of_item = np.zeros((max(items) + 1, 2), np.float32)
    for instance, gloss in items.items():
        of_item[instance] = gloss.strength, gloss.sharpness
    of_part = np.zeros((256, 2), np.float32)
    for part, gloss in shine.parts.items():
        of_part[part] = gloss.strength, gloss.sharpness
    by_part = (frame.instance == shine.instance)[..., None]
    both = np.where(by_part, of_part[frame.part], of_item[frame.instance])
    return both[..., 0], both[..., 1]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    unit: NDArray[np.float32] = vectors / np.maximum(length, np.float32(1e-9))
    return unit


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
        gain=float(np.exp(rng.normal(0.05, 0.08 * spread))),
        gamma=float(np.exp(rng.normal(0.15, 0.08 * spread))),
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
    taken: Image = np.clip(np.round(noisy), 0, 255).astype(np.uint8)
    return taken


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
