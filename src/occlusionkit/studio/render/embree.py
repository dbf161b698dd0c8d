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
from .shadow import SIZE, ShadowMap, light_camera
from .texels import TexturePyramid

KEPT_STATIC, KEPT_WORLDS, KEPT_TEXTURES = 3, 2, 3
# Where neighbouring pixels differ, a pixel is the mean of rays through these four places in it.
SAMPLES_PX = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))
# They differ where faces turn by more than 20 degrees, or are this much farther, as a share of their depth.
EDGE_COSINE, EDGE_DEPTH_SHARE = 0.94, 0.05


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
        pixels = np.arange(camera.size_hw[0] * camera.size_hw[1])
        hits = _cast(scene, camera, _rays(camera, pixels))
        rgb = self._render_color(world, scene, camera, hits) if "rgb" in outputs else None
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

    def _render_color(self, world: World, scene: _Scene, camera: Camera, centers: Hits) -> NDArray[np.uint8]:
        """(H, W, 3) sRGB: one ray a pixel, those of the labels, and where edges are the mean of four instead."""
        textures = self._textures.get((world.textures,), lambda: TexturePyramid(world.textures))
        colors = self._colors.get(
            (world,), lambda: make_colors(world, scene.static.batch, scene.moving.batch, _shadow_map(world, scene))
        )

        def shown(rays: Rays, hits: Hits) -> NDArray[np.float32]:
            return shown_colors(scene.both, colors, textures, camera, rays.directions, hits)

        picture = shown(_rays(camera, np.arange(len(centers.face))), centers)
        edges = np.flatnonzero(_edges(scene.both, centers, camera.size_hw))
        samples = [_rays(camera, edges, offset_px=offset_px) for offset_px in SAMPLES_PX]
        picture[edges] = sum(shown(rays, _cast(scene, camera, rays)) for rays in samples) / np.float32(len(samples))
        return np.round(picture * 255).astype(np.uint8).reshape(*camera.size_hw, 3)

    def _make_scene(self, world: World) -> _Scene:
        layers = texture_layers(world.textures)
        items = visible_items(world, moves=False)
        static = self._static.get((*items, world.textures), lambda: RayScene(pack(items, layers)))
        moving = RayScene(pack(visible_items(world, moves=True), layers))
        return _Scene(static=static, moving=moving, both=join(static.batch, moving.batch))


@dataclass(frozen=True, eq=False)
class Rays:
    """pixels (N,): row * W + column;  directions (N, 3): in the world, with camera z = 1."""

    pixels: NDArray[np.int64]
    directions: Array


def _rays(camera: Camera, pixels: NDArray[np.int64], *, offset_px: tuple[float, float] = (0.5, 0.5)) -> Rays:
    return Rays(pixels, pixel_rays(camera, offset_px=offset_px).reshape(-1, 3)[pixels])


def _cast(scene: _Scene, camera: Camera, rays: Rays, *, near_m: float = NEAR_M) -> Hits:
    """The hits of N rays among both scenes; distance is planar depth, m.

    Rays start on the near plane. What moves is looked for only where its box is in the image.
    """
    origins = camera.center_world + near_m * rays.directions
    static = scene.static.first_hits(origins, rays.directions)
    chosen = np.flatnonzero(_may_show(scene.moving.batch, camera)[rays.pixels])
    moving = scene.moving.first_hits(origins[chosen], rays.directions[chosen])
    closer = moving.distance < static.distance[chosen]
    nearer = chosen[closer]
    distance, face, u, v = static.distance.copy(), static.face.copy(), static.u.copy(), static.v.copy()
    distance[nearer], u[nearer], v[nearer] = moving.distance[closer], moving.u[closer], moving.v[closer]
    face[nearer] = moving.face[closer] + len(scene.static.batch.faces)
    return Hits(distance=distance + np.float32(near_m), face=face, u=u, v=v)


def _edges(both: Batch, hits: Hits, size_hw: tuple[int, int]) -> Bools:
    """(H * W,): pixels beside one of another thing, one turned otherwise, or one much nearer or farther."""
    hit = (hits.face >= 0).reshape(size_hw)
    item = np.where(hit, both.item_of_face(hits.face).reshape(size_hw), -1)
    corners = both.positions[both.faces[hits.face]] if len(both.faces) else np.zeros((hit.size, 3, 3), np.float32)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    normals = normals.reshape(*size_hw, 3)
    depth_m = np.where(hit, hits.distance.reshape(size_hw), np.float32(1e6))
    edges = np.zeros(size_hw, bool)
    for here, there in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        differs = item[here] != item[there]
        differs |= np.einsum("ijk,ijk->ij", normals[here], normals[there]) < EDGE_COSINE
        differs |= np.abs(depth_m[here] - depth_m[there]) > EDGE_DEPTH_SHARE * np.minimum(depth_m[here], depth_m[there])
        edges[here] |= differs
        edges[there] |= differs
    return edges.ravel()


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
    hits = _cast(scene, camera, _rays(camera, np.arange(SIZE * SIZE)), near_m=LAMP_RADIUS_M)
    return ShadowMap(
        camera=camera,
        depth_m=hits.distance.reshape(camera.size_hw),
        moving=(hits.face >= len(scene.static.batch.faces)).reshape(camera.size_hw),
    )
