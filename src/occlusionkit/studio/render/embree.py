"""Ray casting with embree: the same outputs as OpenGL without any system library. Depth is exact to float32."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Bools, Camera, camera_to_image, world_to_camera
from ..world import Frame, Output, World
from .batch import Batch, join, pack, texture_layers, visible_items
from .embree_color import Colors, make_colors, shown_colors
from .kept import Kept
from .lens import NEAR_M, pixel_rays
from .light import LAMP_RADIUS_M
from .rays import Hits, RayScene, interpolate
from .shadow import ShadowMap, light_camera
from .texels import TexturePyramid

KEPT_STATIC, KEPT_WORLDS, KEPT_TEXTURES = 3, 2, 3
LABELS: frozenset[Output] = frozenset({"depth", "instance", "part", "normal"})
# A picture is the mean of rays through four places of each pixel.
SAMPLES_PX = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))


@dataclass(frozen=True, eq=False)
class _Scene:
    """A world to cast rays at: what stays put, what moves, and both packed together (static faces first)."""

    static: RayScene
    moving: RayScene
    both: Batch

    def release(self) -> None:
        """Nothing to give back by hand."""


class EmbreeRenderer:
    """Draws worlds by casting rays, on one thread."""

    name = "embree"

    def __init__(self) -> None:
        self.description = f"embree: embreex {version('embreex')}"
        self._static: Kept[RayScene] = Kept(KEPT_STATIC)
        self._scenes: Kept[_Scene] = Kept(KEPT_WORLDS)
        self._colors: Kept[Colors] = Kept(KEPT_WORLDS)
        self._textures: Kept[TexturePyramid] = Kept(KEPT_TEXTURES)
        self._closed = False

    def __enter__(self) -> EmbreeRenderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget all scenes. The renderer can not be used afterwards; closing twice is harmless."""
        self._closed = True
        for kept in (self._colors, self._scenes, self._static, self._textures):
            kept.clear()

    def render(self, world: World, camera: Camera, *, outputs: frozenset[Output]) -> Frame:
        """What the camera sees, see Frame. outputs: which of rgb, depth, instance, part, normal."""
        if self._closed:
            raise ValueError("this renderer has been closed; open another one")
        scene = self._scenes.get((world,), lambda: self._make_scene(world))
        rgb = self._render_color(world, scene, camera) if "rgb" in outputs else None
        if not outputs & LABELS:
            return Frame(rgb=rgb)
        hits = _cast(scene, camera, pixel_rays(camera))
        hit, both, size_hw = hits.face >= 0, scene.both, camera.size_hw
        depth_m = instance = part = normal = None
        if "depth" in outputs:
            depth_m = np.where(hit, hits.distance, np.float32(0)).reshape(size_hw)
        if outputs & {"instance", "part"}:
            ids = _ids(both, hits).reshape(size_hw)
            instance = (ids & 0xFFFFFF).astype(np.int32) if "instance" in outputs else None
            part = (ids >> 24).astype(np.int32) if "part" in outputs else None
        if "normal" in outputs:
            normal = np.zeros((*size_hw, 3), np.float32)
            found = interpolate(both.normals, both.faces, hits.where(hit))
            found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
            normal[hit.reshape(size_hw)] = found
        return Frame(rgb=rgb, depth_m=depth_m, instance=instance, part=part, normal=normal)

    def render_many(self, world: World, cameras: Sequence[Camera], *, outputs: frozenset[Output]) -> list[Frame]:
        """The world from several cameras, in their order."""
        return [self.render(world, camera, outputs=outputs) for camera in cameras]

    def _render_color(self, world: World, scene: _Scene, camera: Camera) -> NDArray[np.uint8]:
        """(H, W, 3) sRGB, the mean of four rays a pixel."""
        textures = self._textures.get((world.textures,), lambda: TexturePyramid(world.textures))
        colors = self._colors.get(
            (world,), lambda: make_colors(world, scene.static.batch, scene.moving.batch, _shadow_map(world, scene))
        )
        total = np.zeros((*camera.size_hw, 3), np.float32)
        for offset_px in SAMPLES_PX:
            rays = pixel_rays(camera, offset_px=offset_px)
            hits = _cast(scene, camera, rays)
            total += shown_colors(scene.both, colors, textures, camera, rays, hits).reshape(total.shape)
        return np.round(total * np.float32(255 / len(SAMPLES_PX))).astype(np.uint8)

    def _make_scene(self, world: World) -> _Scene:
        layers = texture_layers(world.textures)
        items = visible_items(world, moves=False)
        static = self._static.get((*items, world.textures), lambda: RayScene(pack(items, layers)))
        moving = RayScene(pack(visible_items(world, moves=True), layers))
        return _Scene(static=static, moving=moving, both=join(static.batch, moving.batch))


def _cast(scene: _Scene, camera: Camera, rays: Array, *, near_m: float = NEAR_M) -> Hits:
    """Rays (H, W, 3) with camera z = 1 -> hits of both scenes, H * W of them; distance is planar depth, m.

    Rays start on the near plane. What moves is looked for only where its box is in the image.
    """
    directions = rays.reshape(-1, 3)
    origins = camera.center_world + near_m * directions
    static = scene.static.first_hits(origins, directions)
    chosen = np.flatnonzero(_may_show(scene.moving.batch, camera))
    moving = scene.moving.first_hits(origins[chosen], directions[chosen])
    closer = moving.distance < static.distance[chosen]
    pixels = chosen[closer]
    distance, face, u, v = static.distance.copy(), static.face.copy(), static.u.copy(), static.v.copy()
    distance[pixels], u[pixels], v[pixels] = moving.distance[closer], moving.u[closer], moving.v[closer]
    face[pixels] = moving.face[closer] + len(scene.static.batch.faces)
    return Hits(distance=distance + np.float32(near_m), face=face, u=u, v=v)


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


def _ids(both: Batch, hits: Hits) -> NDArray[np.uint32]:
    """(N,) part << 24 | instance at hits, 0 where nothing was hit. A face has the ids of its last vertex."""
    found = np.zeros(len(hits.face), np.uint32)
    hit = hits.face >= 0
    found[hit] = both.ids[both.faces[hits.face[hit], 2]]
    return found


def _shadow_map(world: World, scene: _Scene) -> ShadowMap | None:
    """What the key light sees of the world; None where nothing moves or nothing shines."""
    if not world.lights or not scene.moving.batch.items:
        return None
    camera = light_camera(world.lights[0], scene.moving.batch.bounds)
    hits = _cast(scene, camera, pixel_rays(camera), near_m=LAMP_RADIUS_M)
    return ShadowMap(
        camera=camera,
        depth_m=hits.distance.reshape(camera.size_hw),
        moving=(hits.face >= len(scene.static.batch.faces)).reshape(camera.size_hw),
    )
