"""The shadow of what moves, thrown by the key light: one small depth image seen from the light, per world.

The light looks at what moves through a cone that just holds it: whatever such a thing shadows lies in that cone too.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Bools, Camera, intrinsics_from_hfov, look_at_rotation, world_to_camera
from ..world import Light
from .contact import bilinear

Floats = NDArray[np.float32]

SIZE = 256
# The map in blocks, where only its outline counts.
BLOCK = 8
# A light amid people can not see all of them: at most this much to each side.
MAX_HALF_ANGLE = np.radians(75)
# The view is this much wider than what moves, for the shadow's soft edge.
MARGIN = 1.12
# Points this near behind what the light sees are not shadowed by it: the map's texels are about 1 cm wide.
BIAS_M = 0.02
# Widths (standard deviations, texels) of the shadow's edge where the thing touches what it shadows, and far below it.
SHARP_TEXELS, SOFT_TEXELS = 1.2, 6.0
# How much of the light that is not the key's a body takes away where it stands, and SOFT_AT_M below it.
CONTACT_DIMMING, FAR_DIMMING = 0.7, 0.45
# A shadow fades in over this distance below what throws it: 8 bits of depth are about 1 cm.
CONTACT_M = 0.025
# A shadow has its soft edge this far below what throws it, m.
SOFT_AT_M = 1.0


@dataclass(frozen=True, eq=False)
class ShadowMap:
    """camera: the light's view, SIZE x SIZE px;  depth_m (SIZE, SIZE) planar, of everything, inf where nothing was
    hit;  moving (SIZE, SIZE) bool: where that is something that moves."""

    camera: Camera
    depth_m: Floats
    moving: Bools

    def visibility(self, points: Array, normals: Array) -> Floats:
        """How much of the light points see, 0..1: the share of 13 places in the map that are not in front. (N,)"""
        seen = world_to_camera(points + np.float32(0.01) * normals, self.camera)
        depth_m = np.maximum(seen[:, 2], 1e-6)
        focal, middle = self.camera.intrinsics[0, 0], SIZE / 2
        place = seen[:, :2] / depth_m[:, None] * focal + middle
        total = np.zeros(len(points), np.float32)
        for offset in _DISC:
            column, row = np.clip(np.floor(place + offset), 0, SIZE - 1).astype(np.int64).T
            total += self.depth_m[row, column] + BIAS_M >= depth_m
        return total / np.float32(len(_DISC))

    def cover(self) -> NDArray[np.uint8]:
        """(SIZE, SIZE, 4) uint8 for static receivers: how much of the light is covered by what moves, with a sharp and
        with a soft edge; depth of what covers it, 0..255 from `depth_range_m`; 255. Nothing covers the border."""
        near_m, far_m = self.depth_range_m()
        mask = self.moving.astype(np.float32)
        sharp, soft = (cv2.GaussianBlur(mask, (0, 0), sigma) for sigma in (SHARP_TEXELS, SOFT_TEXELS))
        scaled = np.where(self.moving, (self.depth_m - near_m) / (far_m - near_m), 0).astype(np.float32)
        depth = cv2.GaussianBlur(scaled, (0, 0), SOFT_TEXELS) / np.maximum(soft, 1e-6)
        found = np.stack([sharp, soft, np.clip(depth, 0, 1), np.ones_like(mask)], axis=-1)
        found[[0, -1], :, :2] = found[:, [0, -1], :2] = 0
        return np.round(found * 255).astype(np.uint8)

    def reach(self, *, floor_m: float, far_m: float) -> Array:
        """Points (N, 3) m whose hull holds the shadow, soft edges included: where it begins, and where it ends on the
        floor (at height floor_m), or far_m away from the light where it never comes down."""
        soft = cv2.GaussianBlur(self.moving.astype(np.float32), (0, 0), SOFT_TEXELS) > 1 / 512
        blocks = (SIZE // BLOCK, BLOCK, SIZE // BLOCK, BLOCK)
        row, column = np.nonzero(soft.reshape(blocks).any(axis=(1, 3)))
        nearest = np.where(self.moving, self.depth_m, np.inf).reshape(blocks).min(axis=(1, 3))[row, column]
        nearest = np.where(np.isinf(nearest), self.depth_range_m()[0], nearest)
        inverse = np.linalg.inv(self.camera.intrinsics)
        points = []
        for x, y in np.ndindex(2, 2):
            corner = np.stack([(column + x) * BLOCK, (row + y) * BLOCK, np.ones(len(row))], axis=1)
            ray = corner @ inverse.T @ self.camera.rotation_world_to_camera
            fall = np.minimum(ray[:, 2], -1e-6)
            end = np.where(ray[:, 2] < -1e-6, (floor_m - self.camera.center_world[2]) / fall, far_m)
            points += [ray * nearest[:, None], ray * np.clip(end, nearest, np.maximum(far_m, nearest))[:, None]]
        return np.concatenate(points) + self.camera.center_world

    def depth_range_m(self) -> tuple[float, float]:
        """Nearest and farthest moving thing in the light's view, m; (0, 1) where there is none."""
        if not self.moving.any():
            return 0.0, 1.0
        depths = self.depth_m[self.moving]
        return float(depths.min()), float(max(depths.max(), depths.min() + 0.1))


def shadow_on(places: Array, cover: NDArray[np.uint8], depth_range_m: tuple[float, float]) -> tuple[Floats, Floats]:
    """What is left of the ambient and of the key light, (N,) each, at places (N, 3): (x w, y w, w) in a cover map.

    The same as shadow.frag.glsl, which says it once more for OpenGL.
    """
    ambient, key = np.ones(len(places), np.float32), np.ones(len(places), np.float32)
    depth_m = np.maximum(places[:, 2], 1e-6)
    share = places[:, :2] / depth_m[:, None]
    inside = np.flatnonzero((places[:, 2] > 1e-3) & (share > 0).all(axis=1) & (share < 1).all(axis=1))
    sharp, soft, depth = bilinear(cover[..., :3], share[inside] * SIZE - 0.5).T
    near_m, far_m = depth_range_m
    below = places[inside, 2] - (near_m + (far_m - near_m) * depth)
    away = np.clip(below / SOFT_AT_M, 0, 1)
    covered = (sharp + (soft - sharp) * away) * np.clip(below / CONTACT_M, 0, 1)
    ambient[inside] = 1 - (CONTACT_DIMMING + (FAR_DIMMING - CONTACT_DIMMING) * away) * covered
    key[inside] = 1 - covered
    return ambient, key


def light_camera(light: Light, bounds: Array) -> Camera:
    """The view from a light that just holds boxes (N, 2, 3) m, with a margin for the shadow's soft edge."""
    low, high = bounds[:, 0].min(axis=0), bounds[:, 1].max(axis=0)
    center = np.array(light.position, dtype=np.float64)
    corners = np.array(np.meshgrid(*np.stack([low, high]).T)).reshape(3, -1).T
    target = (low + high) / 2
    if np.linalg.norm(target - center) < 1e-6:
        target = center - [0, 0, 1]
    straight = np.linalg.norm((target - center)[:2]) < 1e-3 * np.linalg.norm(target - center)
    if straight:  # look_at_rotation knows no up there
        target = target + np.array([0.01 * np.linalg.norm(target - center), 0, 0])
    rotation = look_at_rotation(center, target)
    seen = (corners - center) @ rotation.T
    angles = np.arctan2(np.abs(seen[:, :2]).max(axis=1), seen[:, 2])
    half_angle = min(float(np.arctan(MARGIN * np.tan(min(angles.max(), MAX_HALF_ANGLE)))), MAX_HALF_ANGLE)
    size_hw = (SIZE, SIZE)
    return Camera(intrinsics_from_hfov(float(np.degrees(2 * half_angle)), size_hw), rotation, center, size_hw)


# 13 places in a disc of radius 2 texels, so that a body's own shadow has a soft edge.
_DISC = np.array(
    [(x, y) for x in (-2, -1, 0, 1, 2) for y in (-2, -1, 0, 1, 2) if abs(x) + abs(y) <= 2], dtype=np.float32
)
