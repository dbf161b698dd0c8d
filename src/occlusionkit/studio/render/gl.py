"""OpenGL on EGL: Mesa's llvmpipe on CPUs, the driver's EGL on a GPU. Needs no display.

Two passes per camera: colour with 4 samples a pixel, and labels (planar depth, instance and part, normals) with one
sample at each pixel's centre. All light is worked out at vertices, so that a fragment is a texture times a colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Camera
from ..world import Frame, Output, World
from .batch import pack, texture_layers, visible_items
from .closed import closed_items
from .gl_context import load_program, open_context, uniform
from .gl_upload import (
    Geometry,
    Programs,
    Surface,
    Targets,
    make_targets,
    upload_cover,
    upload_geometry,
    upload_surface,
    upload_textures,
)
from .kept import Kept
from .lens import NEAR_M, clip_matrix, cover_matrix, distances_m, far_plane_m, in_view, near_reach_m
from .light import LAMP_RADIUS_M, BakedLight, exposure_of, moving_light, static_light
from .shadow import ShadowMap, light_camera

# How many rooms, instants, texture sets and image sizes stay uploaded. A room is some 10 MB.
KEPT_STATIC, KEPT_MOVING, KEPT_TEXTURES, KEPT_SIZES = 3, 2, 3, 4
LABELS: frozenset[Output] = frozenset({"depth", "instance", "part", "normal"})
Sides = Literal["both", "fronts", "backs"]


@dataclass(frozen=True, eq=False)
class _Instant:
    """The colours of what moves in one world, and the shadow it throws."""

    surface: Surface
    cover: moderngl.Texture
    cover_matrix: Array
    cover_depth: tuple[float, float]

    def release(self) -> None:
        self.surface.release()
        self.cover.release()


@dataclass(frozen=True, eq=False)
class _View:
    """A camera's clip matrix (4, 4), and of each geometry: the items in view, near ones first, and whether the backs of
    an item's faces can be left out."""

    matrix: Array
    static: list[tuple[int, Sides]]
    moving: list[int]


class GlRenderer:
    """Draws worlds with OpenGL. Belongs to the thread that made it. Close it, or use it in a `with`."""

    name = "gl"

    def __init__(self, *, device_index: int = 0) -> None:
        self._context = open_context(device_index)
        info = self._context.info
        self.description = f"gl: {info['GL_RENDERER']}, OpenGL {info['GL_VERSION']}"
        self._context.enable(moderngl.DEPTH_TEST)
        # Our images are upside down for OpenGL (lens.clip_matrix), so fronts turn clockwise.
        self._context.front_face = "cw"
        self._programs = Programs(
            surface=load_program(self._context, "surface"),
            shown=load_program(self._context, "shown"),
            labels=load_program(self._context, "labels"),
            normals=load_program(self._context, "labels_normal"),
        )
        uniform(self._programs.surface, "albedo_roots").value = 0
        uniform(self._programs.surface, "cover").value = 1
        self._static: Kept[Geometry] = Kept(KEPT_STATIC)
        self._static_surfaces: Kept[Surface] = Kept(KEPT_STATIC)
        self._moving: Kept[Geometry] = Kept(KEPT_MOVING)
        self._instants: Kept[_Instant] = Kept(KEPT_MOVING)
        self._textures: Kept[moderngl.TextureArray] = Kept(KEPT_TEXTURES)
        self._targets: Kept[Targets] = Kept(KEPT_SIZES)
        self._closed = False

    def __enter__(self) -> GlRenderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give everything back. The renderer can not be used afterwards; closing twice is harmless."""
        if self._closed:
            return
        self._closed = True
        for kept in (self._instants, self._static_surfaces, self._static, self._moving, self._textures, self._targets):
            kept.clear()
        self._context.release()

    def render(self, world: World, camera: Camera, *, outputs: frozenset[Output]) -> Frame:
        """What the camera sees, see Frame. outputs: which of rgb, depth, instance, part, normal."""
        return self.render_many(world, [camera], outputs=outputs)[0]

    def render_many(self, world: World, cameras: Sequence[Camera], *, outputs: frozenset[Output]) -> list[Frame]:
        """The world from several cameras, in their order. One picture is drawn while the one before is read back."""
        if self._closed:
            raise ValueError("this renderer has been closed; open another one")
        frames: list[Frame] = []
        drawn: Targets | None = None
        for index, camera in enumerate(cameras):
            targets = self._target(camera.size_hw, index % 2)
            self._draw(world, camera, targets, outputs)
            if drawn is not None:
                frames.append(_collect(drawn, outputs))
            drawn = targets
        if drawn is not None:
            frames.append(_collect(drawn, outputs))
        return frames

    def _draw(self, world: World, camera: Camera, targets: Targets, outputs: frozenset[Output]) -> None:
        static, moving = self._static_geometry(world), self._moving_geometry(world)
        view = _view(camera, static, moving)
        if "rgb" in outputs:
            self._draw_color(world, view, static, moving, targets)
        if outputs & LABELS:
            self._draw_labels(view, static, moving, targets, normals="normal" in outputs)

    def _draw_color(self, world: World, view: _View, static: Geometry, moving: Geometry, targets: Targets) -> None:
        programs = self._programs
        instant = self._instants.get((world,), lambda: self._make_instant(world, static, moving))
        room = self._static_surfaces.get((static, world.lights, world.baked), lambda: self._light_room(world, static))
        textures = self._textures.get((world.textures,), lambda: upload_textures(self._context, world.textures))
        textures.use(0)
        instant.cover.use(1)
        _write_matrix(programs.shown, "world_to_clip", view.matrix.T)
        _write_matrix(programs.surface, "world_to_clip", view.matrix.T)
        _write_matrix(programs.surface, "world_to_cover", instant.cover_matrix)
        uniform(programs.surface, "cover_depth").value = instant.cover_depth
        targets.color.use()
        targets.color.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        # What moves comes first, it is mostly in front; its backs last, when nearly all of them are hidden.
        people = [(item, _array(moving, instant.surface, item)) for item in view.moving]
        for item, array in people:
            self._draw_item(array, moving, item, "fronts")
        for item, sides in view.static:
            self._draw_item(room.surface, static, item, sides)
        for item, array in people:
            self._draw_item(array, moving, item, "backs")
        self._context.copy_framebuffer(targets.resolved, targets.color)

    def _draw_labels(self, view: _View, static: Geometry, moving: Geometry, targets: Targets, *, normals: bool) -> None:
        target = targets.normals if normals else targets.labels
        _write_matrix(self._programs.normals if normals else self._programs.labels, "world_to_clip", view.matrix.T)
        target.use()
        target.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        for item in view.moving:
            self._draw_item(moving.normals if normals else moving.labels, moving, item, "both")
        for item, sides in view.static:
            self._draw_item(static.normals if normals else static.labels, static, item, sides)

    def _draw_item(self, array: moderngl.VertexArray, geometry: Geometry, item: int, sides: Sides) -> None:
        if sides == "both":
            self._context.disable(moderngl.CULL_FACE)
        else:
            self._context.enable(moderngl.CULL_FACE)
            self._context.cull_face = "back" if sides == "fronts" else "front"
        first, end = geometry.batch.first_face[item : item + 2].tolist()
        array.render(vertices=3 * (end - first), first=3 * first)

    def _static_geometry(self, world: World) -> Geometry:
        items = visible_items(world, moves=False)

        def make() -> Geometry:
            batch = pack(items, texture_layers(world.textures))
            return upload_geometry(self._context, self._programs, batch, closed_items(batch))

        return self._static.get((*items, world.textures), make)

    def _moving_geometry(self, world: World) -> Geometry:
        def make() -> Geometry:
            batch = pack(visible_items(world, moves=True), texture_layers(world.textures))
            # To find out whether a body is closed would take longer, every instant, than drawing its backs.
            return upload_geometry(self._context, self._programs, batch, np.zeros(len(batch.items), bool))

        return self._moving.get((world,), make)

    def _light_room(self, world: World, static: Geometry) -> Surface:
        baked = _baked(world)
        light = static_light(world, static.batch, baked)
        return upload_surface(self._context, self._programs, static, light, exposure=exposure_of(world, baked))

    def _make_instant(self, world: World, static: Geometry, moving: Geometry) -> _Instant:
        shadow = self._shadow_map(world, static, moving)
        baked = _baked(world)
        light = moving_light(world, moving.batch, baked, shadow)
        surface = upload_surface(self._context, self._programs, moving, light, exposure=exposure_of(world, baked))
        if shadow is None:
            nothing = upload_cover(self._context, np.zeros((1, 1, 4), np.uint8))
            return _Instant(surface, nothing, np.eye(3, 4), (0.0, 1.0))
        near_m, far_m = shadow.depth_range_m()
        cover = upload_cover(self._context, shadow.cover())
        return _Instant(surface, cover, cover_matrix(shadow.camera), (near_m, far_m - near_m))

    def _shadow_map(self, world: World, static: Geometry, moving: Geometry) -> ShadowMap | None:
        """What the key light sees of the world; None where nothing moves or nothing shines."""
        if not world.lights or not moving.batch.items:
            return None
        camera = light_camera(world.lights[0], moving.batch.bounds)
        targets = self._target(camera.size_hw, 0)
        self._draw_labels(_view(camera, static, moving, near_m=LAMP_RADIUS_M), static, moving, targets, normals=False)
        depth_m, ids = _read_depth(targets), _read_ids(targets)
        instances = [item.instance for item in moving.batch.items]
        return ShadowMap(
            camera=camera,
            depth_m=np.where(depth_m > 0, depth_m, np.float32(np.inf)),
            moving=np.isin(ids & 0xFFFFFF, instances),
        )

    def _target(self, size_hw: tuple[int, int], slot: int) -> Targets:
        return self._targets.get((size_hw, slot), lambda: make_targets(self._context, size_hw))


def _view(camera: Camera, static: Geometry, moving: Geometry, *, near_m: float = NEAR_M) -> _View:
    bounds = np.concatenate([static.batch.bounds, moving.batch.bounds])
    matrix = clip_matrix(camera, near_m=near_m, far_m=max(far_plane_m(camera, bounds), 2 * near_m))
    seen, distance = in_view(matrix, bounds), distances_m(camera, bounds)
    # Seen from inside of a thing, or from where the near plane cuts it open, its backs show.
    outside = distance > near_reach_m(camera) * near_m / NEAR_M
    order = [int(item) for item in np.argsort(distance, kind="stable") if seen[item]]
    count = len(static.batch.items)
    return _View(
        matrix=matrix,
        static=[(i, "fronts" if static.closed[i] and outside[i] else "both") for i in order if i < count],
        moving=[i - count for i in order if i >= count],
    )


def _array(moving: Geometry, surface: Surface, item: int) -> moderngl.VertexArray:
    return surface.shown if moving.batch.items[item].material.texture is None else surface.surface


def _baked(world: World) -> BakedLight | None:
    return None if world.baked is None else BakedLight.from_arrays(world.baked)


def _write_matrix(program: moderngl.Program, name: str, columns: Array) -> None:
    """columns: the matrix as OpenGL keeps it, one column after another."""
    uniform(program, name).write(np.ascontiguousarray(columns, dtype=np.float32))


def _collect(targets: Targets, outputs: frozenset[Output]) -> Frame:
    """Read back what was drawn; waits until it has been."""
    depth_m = _read_depth(targets) if "depth" in outputs else None
    ids = _read_ids(targets) if outputs & {"instance", "part"} else None
    normal = _read(targets.normals, 2, 4, np.float32)[..., :3] if "normal" in outputs else None
    rgb = cv2.cvtColor(_read(targets.resolved, 0, 4, np.uint8), cv2.COLOR_RGBA2RGB) if "rgb" in outputs else None
    return Frame(
        rgb=rgb,
        depth_m=depth_m,
        instance=(ids & 0xFFFFFF).astype(np.int32) if ids is not None and "instance" in outputs else None,
        part=(ids >> 24).astype(np.int32) if ids is not None and "part" in outputs else None,
        normal=None if normal is None else np.ascontiguousarray(normal),
    )


def _read_depth(targets: Targets) -> NDArray[np.float32]:
    return _read(targets.labels, 0, 1, np.float32)[..., 0]


def _read_ids(targets: Targets) -> NDArray[np.uint32]:
    return _read(targets.labels, 1, 4, np.uint8).view(np.uint32)[..., 0]


def _read(framebuffer: moderngl.Framebuffer, attachment: int, components: int, dtype: type) -> NDArray[Any]:
    """(H, W, components), top row first."""
    values: NDArray[Any] = np.empty((framebuffer.height, framebuffer.width, components), dtype)
    kind = "f4" if dtype is np.float32 else "f1"
    framebuffer.read_into(values, components=components, attachment=attachment, alignment=1, dtype=kind)
    return values
