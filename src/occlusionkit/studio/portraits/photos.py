"""Photographs of hands, of everyday things and of textures, from (seed, kind, number)."""

from __future__ import annotations

import numpy as np

from ...geometry import Array, Camera, intrinsics_from_hfov, look_at_rotation
from ..world import Item, Light, Renderer, World
from .backdrops import draw_backdrop
from .cast import Cast, patterns_of
from .draws import rng_for
from .hands import Hand, draw_hand_pose, hand_mesh, hand_of
from .patterns import TEST_CLASSES, TRAIN_CLASSES, Image, paint_pattern
from .picture import Gloss, Picture, Shine, draw_exposure, draw_lights, exposed, in_front_of, take_shot
from .things import build_thing

# The hand in a picture of one, and its gloss: the parts of its mesh have no names.
_HAND = 1
_FOREARM_M = 0.2
_SKIN, _NOBODY = Shine(_HAND, {0: Gloss(0.05, 10.0)}), Shine(0, {})


def make_hand(renderer: Renderer, cast: Cast, *, number: int, size_px: int) -> Picture:
    """A hand on white ground, fingers down, as the 11k Hands are photographed. 4 : 3, size_px high."""
    rng = rng_for(cast.seed, "hands", number)
    body = cast.bodies[number % len(cast.bodies)]
    hand: Hand = hand_of(body, "L" if rng.random() < 0.5 else "R", forearm_m=_FOREARM_M)
    mesh = hand_mesh(hand, draw_hand_pose(rng))
    # Framed from the finger tips to somewhere about the wrist: the forearm leaves the picture.
    framed = mesh.vertices[mesh.vertices[:, 2] < rng.uniform(0.085, 0.125)]
    size_hw = (size_px, size_px * 4 // 3)
    camera = _photo_camera(rng, framed, size_hw=size_hw, behind=bool(rng.random() < 0.5), fill=0.9)
    lights = _table_lights(rng, camera)
    shot = take_shot(
        renderer, World("hand", (Item("hand", "person", _HAND, mesh, moves=True),), lights), camera, shine=_SKIN
    )
    white = np.full((*camera.size_hw, 3), rng.uniform(236, 254)) * (1 + rng.normal(0, 0.004, 3))
    ground = np.clip(np.round(white), 0, 255).astype(np.uint8)
    image = exposed(in_front_of(ground, shot), draw_exposure(rng, spread=0.5), rng)
    return Picture(image, shot.instance > 0, hand_owners=(hand.owner,))


def make_object(renderer: Renderer, cast: Cast, *, number: int, size_px: int) -> Picture:
    """An everyday thing by itself, before some background."""
    rng = rng_for(cast.seed, "objects", number)
    thing = build_thing(cast.things[number % len(cast.things)], rng, textures=cast.textures)
    items = thing.items("thing", first_instance=1, local_to_world=np.eye(4))
    points = np.concatenate([item.mesh.vertices for item in items])
    camera = _photo_camera(rng, points, size_hw=(size_px, size_px), behind=False, fill=0.8)
    textures = patterns_of(cast, thing.textures, size_px=size_px)
    shot = take_shot(
        renderer, World("thing", tuple(items), _table_lights(rng, camera), textures), camera, shine=_NOBODY
    )
    image = in_front_of(draw_backdrop(rng, size_px=size_px), shot)
    image = exposed(image, draw_exposure(rng, spread=0.5), rng)
    return Picture(image, shot.instance > 0, occluders=(thing.kind,), textures=thing.textures)


def _photo_camera(
    rng: np.random.Generator, points: Array, *, size_hw: tuple[int, int], behind: bool, fill: float
) -> Camera:
    """A camera 0.9 m away that sees all points (N, 3), which then span `fill` of the picture; from -Y, or from +Y."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle = np.asarray((low + high) / 2, np.float64)
    azimuth, elevation = np.radians(rng.normal(0, 6)), np.radians(rng.normal(4, 6))
    side = 1.0 if behind else -1.0
    direction = np.array(
        [np.sin(azimuth) * np.cos(elevation), side * np.cos(azimuth) * np.cos(elevation), np.sin(elevation)]
    )
    center = middle + 0.9 * direction
    rotation = look_at_rotation(center, middle)
    seen = (points - center) @ rotation.T
    on_plane = seen[:, :2] / seen[:, 2:]
    span = np.ptp(on_plane, axis=0)
    height, width = size_hw
    focal = fill * float(min(width / span[0], height / span[1]))
    intrinsics = intrinsics_from_hfov(90, size_hw)
    intrinsics[0, 0] = intrinsics[1, 1] = focal
    intrinsics[:2, 2] = np.array([width, height]) / 2 - focal * (on_plane.min(axis=0) + span / 2)
    return Camera(intrinsics, rotation, center, size_hw)


def _table_lights(rng: np.random.Generator, camera: Camera) -> tuple[Light, ...]:
    toward = camera.center_world / np.linalg.norm(camera.center_world)
    azimuth = float(np.degrees(np.arctan2(toward[0], -toward[1])))
    return draw_lights(rng, target=np.zeros(3), azimuth_deg=azimuth)


def make_texture(cast: Cast, *, number: int, size_px: int) -> tuple[str, Image]:
    """The number-th texture of the split: its name, and the picture."""
    classes = TRAIN_CLASSES if cast.split == "train" else TEST_CLASSES
    name = f"{classes[number % len(classes)]}_{number // len(classes) + 1:04d}"
    return name, paint_pattern(name, seed=cast.seed, size_px=size_px)
