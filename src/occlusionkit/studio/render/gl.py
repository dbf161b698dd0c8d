"""OpenGL on EGL: Mesa's llvmpipe on CPUs, the driver's EGL on a GPU. Needs no display.

A room is seen again and again by the same few cameras while only people move in it. So what stays put is drawn once per
camera, into a layer that is kept: colour with 4 samples a pixel, and labels (planar depth, instance, part) and light
with one sample at each pixel's centre. A picture is a copy of the layer, dimmed where people throw their shadow
(shadow.frag.glsl), with the people drawn over it. All other light is worked out at vertices (light.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Camera
from ..world import Frame, Output, World
from .batch import pack, texture_layers, visible_items
from .closed import closed_items
from .contact import ContactMap, contact_map
from .gl_context import load_program, open_context, uniform
from .gl_upload import (
    Geometry,
    Programs,
    Surface,
    Target,
    color_target,
    label_target,
    layer_target,
    normal_target,
    resolved_target,
    upload,
    upload_geometry,
    upload_map,
    upload_surface,
    upload_textures,
)
from .gl_view import Rectangle, Sides, View, rectangle_of, view_of
from .kept import Kept
from .lens import cover_matrix
from .light import LAMP_RADIUS_M, BakedLight, exposure_of, moving_light, static_light
from .shadow import ShadowMap, light_camera

# How many rooms and instants stay on the device. A room is some 10 MB.
KEPT_ROOMS, KEPT_INSTANTS = 3, 2
# Layers take 13 MB a camera at 640 x 360, 51 MB at 1280 x 720; what pictures are drawn in takes about as much.
KEPT_LAYER_BYTES, KEPT_TARGET_BYTES = 512 << 20, 256 << 20
LABELS: frozenset[Output] = frozenset({"depth", "instance", "part"})


@dataclass(frozen=True, eq=False)
class _Shade:
    """What moving things take of the room's light.  reach (N, 3) m: points around all that they darken."""

    shadow: ShadowMap
    contact: ContactMap
    cover_texture: moderngl.Texture
    contact_texture: moderngl.Texture
    reach: Array


@dataclass(frozen=True, eq=False)
class _Instant:
    """The colours of what moves in one world, and the shade that it throws (None where there is none)."""

    surface: Surface
    shade: _Shade | None

    def release(self) -> None:
        self.surface.release()
        if self.shade is not None:
            self.shade.cover_texture.release()
            self.shade.contact_texture.release()


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Where one picture lies on the device until it is read back."""

    resolved: Target | None
    labels: Target | None
    normals: Target | None


class GlRenderer:
    """Draws worlds with OpenGL. Belongs to the thread that made it. Close it, or use it in a `with`."""

    name = "gl"

    def __init__(self, *, device_index: int = 0) -> None:
        self._context = context = open_context(device_index)
        self.description = f"gl: {context.info['GL_RENDERER']}, OpenGL {context.info['GL_VERSION']}"
        # Our images are upside down for OpenGL (lens.clip_matrix), so fronts turn clockwise.
        context.front_face = "cw"
        context.blend_func = moderngl.DST_COLOR, moderngl.ZERO
        self._programs = Programs(
            surface=load_program(context, "surface", "surface"),
            shown=load_program(context, "shown", "shown"),
            labels=load_program(context, "labels", "labels"),
            layer=load_program(context, "surface", "layer"),
            normals=load_program(context, "normals", "normals"),
            shadow=load_program(context, "shadow", "shadow"),
        )
        for unit, name in enumerate(("depth_m", "ambient", "key", "cover", "contact")):
            uniform(self._programs.shadow, name).value = unit
        self._whole_image = context.vertex_array(self._programs.shadow, [])
        self._static: Kept[Geometry] = Kept(KEPT_ROOMS)
        self._rooms: Kept[Surface] = Kept(KEPT_ROOMS)
        self._textures: Kept[moderngl.TextureArray] = Kept(KEPT_ROOMS)
        self._moving: Kept[Geometry] = Kept(KEPT_INSTANTS)
        self._instants: Kept[_Instant] = Kept(KEPT_INSTANTS)
        self._layers: Kept[Target] = Kept(KEPT_LAYER_BYTES, weigh=lambda target: target.bytes_held)
        self._targets: Kept[Target] = Kept(KEPT_TARGET_BYTES, weigh=lambda target: target.bytes_held)
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
        with self._context:
            for kept in (self._instants, self._rooms, self._textures, self._moving, self._static):
                kept.clear()
            self._layers.clear()
            self._targets.clear()
        self._context.release()

    def render(self, world: World, camera: Camera, *, outputs: frozenset[Output]) -> Frame:
        """What the camera sees, see Frame. outputs: which of rgb, depth, instance, part, normal."""
        return self.render_many(world, [camera], outputs=outputs)[0]

    def render_many(self, world: World, cameras: Sequence[Camera], *, outputs: frozenset[Output]) -> list[Frame]:
        """The world from several cameras, in their order. One picture is drawn while the one before is read back."""
        if self._closed:
            raise ValueError("this renderer has been closed; open another one")
        frames: list[Frame] = []
        waiting: _Drawn | None = None
        with self._context:  # another renderer of this thread may have been at work
            for index, camera in enumerate(cameras):
                drawn = self._draw(world, camera, outputs, slot=index % 2)
                if waiting is not None:
                    frames.append(_collect(waiting, outputs))
                waiting = drawn
            if waiting is not None:
                frames.append(_collect(waiting, outputs))
        return frames

    # Drawing

    def _draw(self, world: World, camera: Camera, outputs: frozenset[Output], *, slot: int) -> _Drawn:
        static, moving = self._static_geometry(world), self._moving_geometry(world)
        view = view_of(camera, static, moving)
        return _Drawn(
            resolved=self._draw_color(world, view, static, moving, slot) if "rgb" in outputs else None,
            labels=self._draw_labels(world, view, static, moving, slot) if outputs & LABELS else None,
            normals=self._draw_normals(view, static, moving, slot) if "normal" in outputs else None,
        )

    def _draw_color(self, world: World, view: View, static: Geometry, moving: Geometry, slot: int) -> Target:
        programs, size_hw = self._programs, view.camera.size_hw
        instant = self._instants.get((world,), lambda: self._make_instant(world, static, moving))
        layer = self._layer("color", world, view, static)
        target = self._target("color", size_hw, slot)
        self._context.copy_framebuffer(target.framebuffer, layer.source)
        if instant.shade is not None:
            rectangle = rectangle_of(instant.shade.reach, view.camera)
            if rectangle is not None:
                self._throw_shade(view, rectangle, self._layer("labels", world, view, static), target, instant.shade)
        self._use(target, programs.surface, view)
        self._use(target, programs.shown, view)
        self._texture_array(world).use(0)
        # Backs last: nearly all of them are hidden by then.
        sides: tuple[Sides, ...] = ("fronts", "backs")
        for side in sides:
            for item in view.moving:
                textured = moving.batch.items[item].material.texture is not None
                array = instant.surface.surface if textured else instant.surface.shown
                self._draw_item(array, moving, item, side)
        resolved = self._target("resolved", size_hw, slot)
        self._context.copy_framebuffer(resolved.framebuffer, target.framebuffer)
        return resolved

    def _draw_labels(self, world: World, view: View, static: Geometry, moving: Geometry, slot: int) -> Target:
        layer = self._layer("labels", world, view, static)
        target = self._target("labels", view.camera.size_hw, slot)
        self._context.copy_framebuffer(target.framebuffer, layer.source)
        self._use(target, self._programs.labels, view)
        for item in view.moving:
            self._draw_item(moving.labels, moving, item, "both")
        return target

    def _draw_normals(self, view: View, static: Geometry, moving: Geometry, slot: int) -> Target:
        """Seldom asked for, so drawn whole every time."""
        target = self._target("normals", view.camera.size_hw, slot)
        self._use(target, self._programs.normals, view)
        target.framebuffer.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        everything: tuple[tuple[int, Sides], ...] = tuple((item, "both") for item in view.moving)
        for geometry, items in ((moving, everything), (static, view.static)):
            normals = upload(self._context, geometry.batch.normals)
            content = [(geometry.positions, "3f", "position"), (normals, "3f", "normal")]
            array = self._context.vertex_array(self._programs.normals, content, geometry.faces)
            for item, sides in items:
                self._draw_item(array, geometry, item, sides)
            array.release()
            normals.release()
        return target

    def _throw_shade(self, view: View, rectangle: Rectangle, light: Target, target: Target, shade: _Shade) -> None:
        """Dim what is shown of the room where people keep light out."""
        depth, _, ambient, key = light.textures
        textures = (depth, ambient, key, shade.cover_texture, shade.contact_texture)
        for unit, texture in enumerate(textures):
            texture.use(unit)
        camera, program = view.camera, self._programs.shadow
        into_cover, contact = cover_matrix(shade.shadow.camera), shade.contact
        rays = camera.rotation_world_to_camera.T @ np.linalg.inv(camera.intrinsics)
        near_m, far_m = shade.shadow.depth_range_m()
        _write_matrix(program, "pixel_to_cover", into_cover[:, :3] @ rays)
        _write_matrix(program, "pixel_to_world", rays)
        uniform(program, "camera_in_cover").value = tuple(into_cover @ np.append(camera.center_world, 1))
        uniform(program, "camera_center").value = tuple(camera.center_world)
        uniform(program, "cover_depth").value = (near_m, far_m - near_m)
        uniform(program, "contact_low").value = tuple(contact.low)
        uniform(program, "contact_size").value = (contact.span_m, contact.height_m)
        context = self._context
        target.framebuffer.scissor = rectangle
        target.framebuffer.use()
        context.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        context.enable(moderngl.BLEND)
        self._whole_image.render(vertices=3)
        context.disable(moderngl.BLEND)
        target.framebuffer.scissor = 0, 0, *target.framebuffer.size

    def _use(self, target: Target, program: moderngl.Program, view: View) -> None:
        """Draw into a target, with a z-buffer, by a program, from a view."""
        _write_matrix(program, "world_to_clip", view.matrix)
        target.framebuffer.use()
        self._context.enable(moderngl.DEPTH_TEST)

    def _draw_item(self, array: moderngl.VertexArray, geometry: Geometry, item: int, sides: Sides) -> None:
        if sides == "both":
            self._context.disable(moderngl.CULL_FACE)
        else:
            self._context.enable(moderngl.CULL_FACE)
            self._context.cull_face = "back" if sides == "fronts" else "front"
        first, end = geometry.batch.first_face[item : item + 2].tolist()
        array.render(vertices=3 * (end - first), first=3 * first)

    # What is kept on the device, made when first asked for

    def _layer(self, kind: str, world: World, view: View, static: Geometry) -> Target:
        """The room alone, as a camera sees it: "color" or "labels" (with the light)."""
        made_of = (kind.encode(), static, world.lights, world.baked, world.textures, *view.key)
        return self._layers.get(made_of, lambda: self._make_layer(kind, world, view, static))

    def _make_layer(self, kind: str, world: World, view: View, static: Geometry) -> Target:
        room = self._rooms.get((static, world.lights, world.baked), lambda: self._light_room(world, static))
        make, program, array = (
            (color_target, self._programs.surface, room.surface)
            if kind == "color"
            else (layer_target, self._programs.layer, room.layer)
        )
        target = make(self._context, view.camera.size_hw)
        self._use(target, program, view)
        self._texture_array(world).use(0)
        target.framebuffer.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        for item, sides in view.static:
            self._draw_item(array, static, item, sides)
        return target

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
        shadow, baked = self._shadow_map(world, static, moving), _baked(world)
        light = moving_light(world, moving.batch, baked, shadow)
        surface = upload_surface(self._context, self._programs, moving, light, exposure=exposure_of(world, baked))
        if shadow is None:
            return _Instant(surface=surface, shade=None)
        low, high = _extent(static if static.batch.items else moving)
        reach = shadow.reach(floor_m=float(low[2]), far_m=float(np.linalg.norm(high - low)))
        contact = contact_map(moving.batch)
        shade = _Shade(
            shadow=shadow,
            contact=contact,
            cover_texture=upload_map(self._context, shadow.cover()),
            contact_texture=upload_map(self._context, contact.values),
            reach=np.concatenate([reach, contact.corners()]),
        )
        return _Instant(surface=surface, shade=shade)

    def _shadow_map(self, world: World, static: Geometry, moving: Geometry) -> ShadowMap | None:
        """What the key light sees of the world; None where nothing moves or nothing shines."""
        if not world.lights or not moving.batch.items:
            return None
        camera = light_camera(world.lights[0], moving.batch.bounds)
        view = view_of(camera, static, moving, near_m=LAMP_RADIUS_M)
        target = self._target("labels", camera.size_hw, 0)
        self._use(target, self._programs.labels, view)
        target.framebuffer.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        for item in view.moving:
            self._draw_item(moving.labels, moving, item, "both")
        for item, sides in view.static:
            self._draw_item(static.labels, static, item, sides)
        depth_m, ids = _read_depth(target), _read_ids(target)
        instances = [item.instance for item in moving.batch.items]
        return ShadowMap(
            camera=camera,
            depth_m=np.where(depth_m > 0, depth_m, np.float32(np.inf)),
            moving=np.isin(ids & 0xFFFFFF, instances),
        )

    def _texture_array(self, world: World) -> moderngl.TextureArray:
        return self._textures.get((world.textures,), lambda: upload_textures(self._context, world.textures))

    def _target(self, kind: str, size_hw: tuple[int, int], slot: int) -> Target:
        make = {
            "color": color_target,
            "resolved": resolved_target,
            "labels": label_target,
            "normals": normal_target,
        }[kind]
        return self._targets.get((kind.encode(), size_hw, slot), lambda: make(self._context, size_hw))


def _extent(geometry: Geometry) -> tuple[Array, Array]:
    """Low and high corner of all items, (3,) m each."""
    return geometry.batch.bounds[:, 0].min(axis=0), geometry.batch.bounds[:, 1].max(axis=0)


def _baked(world: World) -> BakedLight | None:
    return None if world.baked is None else BakedLight.from_arrays(world.baked)


def _write_matrix(program: moderngl.Program, name: str, matrix: Array) -> None:
    """OpenGL keeps matrices one column after another."""
    uniform(program, name).write(np.ascontiguousarray(matrix.T, dtype=np.float32))


def _collect(drawn: _Drawn, outputs: frozenset[Output]) -> Frame:
    """Read back what was drawn; waits until it has been."""
    rgb = depth_m = ids = normal = None
    if drawn.resolved is not None:
        rgb = cv2.cvtColor(_read(drawn.resolved, 0, 4, np.uint8), cv2.COLOR_RGBA2RGB)
    if drawn.labels is not None and "depth" in outputs:
        depth_m = _read_depth(drawn.labels)
    if drawn.labels is not None and outputs & {"instance", "part"}:
        ids = _read_ids(drawn.labels)
    if drawn.normals is not None:
        normal = np.ascontiguousarray(_read(drawn.normals, 0, 4, np.float32)[..., :3])
    return Frame(
        rgb=rgb,
        depth_m=depth_m,
        instance=(ids & 0xFFFFFF).astype(np.int32) if ids is not None and "instance" in outputs else None,
        part=(ids >> 24).astype(np.int32) if ids is not None and "part" in outputs else None,
        normal=normal,
    )


def _read_depth(target: Target) -> NDArray[np.float32]:
    return _read(target, 0, 1, np.float32)[..., 0]


def _read_ids(target: Target) -> NDArray[np.uint32]:
    return _read(target, 1, 4, np.uint8).view(np.uint32)[..., 0]


def _read(target: Target, attachment: int, components: int, dtype: type) -> NDArray[Any]:
    """(H, W, components), top row first."""
    width, height = target.framebuffer.size
    values: NDArray[Any] = np.empty((height, width, components), dtype)
    kind = "f4" if dtype is np.float32 else "f1"
    target.framebuffer.read_into(values, components=components, attachment=attachment, alignment=1, dtype=kind)
    return values
