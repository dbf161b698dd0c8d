"""Ray casting with embree: the same outputs as OpenGL without any system library. Depth is exact to float32."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from ...geometry import Array, Bools, Camera, camera_to_image, world_to_camera
from ..world import Frame, Output, World
from .batch import Batch, join, pack, texture_layers, visible_items
from .kept import Kept
from .lens import NEAR_M, pixel_rays
from .rays import Hits, RayScene, interpolate

KEPT_STATIC, KEPT_WORLDS = 3, 2


@dataclass(frozen=True, eq=False)
class _Scene:
    """A world to cast rays at: what stays put, what moves, and both packed together (static faces first)."""

    static: RayScene
    moving: RayScene
    both: Batch

    def release(self) -> None:
        """Nothing to give back by hand."""


class EmbreeRenderer:
    """Draws worlds by casting rays."""

    name = "embree"

    def __init__(self) -> None:
        self.description = f"embree: embreex {version('embreex')}"
        self._static: Kept[RayScene] = Kept(KEPT_STATIC)
        self._scenes: Kept[_Scene] = Kept(KEPT_WORLDS)

    def __enter__(self) -> EmbreeRenderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget all scenes. Closing twice is harmless."""
        self._static.clear()
        self._scenes.clear()

    def render(self, world: World, camera: Camera, *, outputs: frozenset[Output]) -> Frame:
        """What the camera sees, see Frame. outputs: which of rgb, depth, instance, part, normal."""
        scene = self._scenes.get((world,), lambda: self._make_scene(world))
        depth_m = instance = part = normal = None
        if outputs & {"depth", "instance", "part", "normal"}:
            hits = _cast(scene, camera, pixel_rays(camera))
            hit, both, size_hw = hits.face >= 0, scene.both, camera.size_hw
            if "depth" in outputs:
                depth_m = np.where(hit, hits.distance, np.float32(0)).reshape(size_hw)
            if outputs & {"instance", "part"}:
                ids = np.where(hit, both.ids[both.faces[hits.face, 2]], np.uint32(0)).reshape(size_hw)
                instance = (ids & 0xFFFFFF).astype(np.int32) if "instance" in outputs else None
                part = (ids >> 24).astype(np.int32) if "part" in outputs else None
            if "normal" in outputs:
                found = interpolate(both.normals, both.faces, hits)
                found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
                normal = np.where(hit[:, None], found, np.float32(0)).reshape(*size_hw, 3)
        return Frame(depth_m=depth_m, instance=instance, part=part, normal=normal)

    def _make_scene(self, world: World) -> _Scene:
        layers = texture_layers(world.textures)
        items = visible_items(world, moves=False)
        static = self._static.get((*items, world.textures), lambda: RayScene(pack(items, layers)))
        moving = RayScene(pack(visible_items(world, moves=True), layers))
        return _Scene(static=static, moving=moving, both=join(static.batch, moving.batch))


def _cast(scene: _Scene, camera: Camera, rays: Array) -> Hits:
    """Rays (H, W, 3) with camera z = 1 -> hits of both scenes, H * W of them; distance is planar depth, m.

    Rays start on the near plane. What moves is looked for only where its box is in the image.
    """
    directions = rays.reshape(-1, 3)
    origins = camera.center_world + NEAR_M * directions
    nearest = scene.static.first_hits(origins, directions)
    chosen = np.flatnonzero(_may_show(scene.moving.batch, camera))
    moving = scene.moving.first_hits(origins[chosen], directions[chosen])
    closer = moving.distance < nearest.distance[chosen]
    for name in ("distance", "face", "u", "v"):
        values = getattr(moving, name)
        if name == "face":
            values = values + np.int32(len(scene.static.batch.faces))
        getattr(nearest, name)[chosen[closer]] = values[closer]
    return Hits(distance=nearest.distance + np.float32(NEAR_M), face=nearest.face, u=nearest.u, v=nearest.v)


def _may_show(batch: Batch, camera: Camera) -> Bools:
    """(H * W,): the pixels inside the image boxes of a batch's items; all, where a box reaches behind the camera."""
    found = np.zeros(camera.size_hw, bool)
    for low_high in batch.bounds:
        corners = world_to_camera(np.stack(np.meshgrid(*low_high.T, indexing="ij"), axis=-1).reshape(-1, 3), camera)
        if corners[:, 2].min() < NEAR_M:
            return np.ones(found.size, bool)
        points = camera_to_image(corners, camera)
        left, top = np.maximum(np.floor(points.min(axis=0)).astype(int) - 1, 0)
        right, bottom = np.maximum(np.ceil(points.max(axis=0)).astype(int) + 1, 0)
        found[top:bottom, left:right] = True
    return found.ravel()
