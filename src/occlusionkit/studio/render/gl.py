"""OpenGL on EGL: Mesa's llvmpipe on CPUs, the driver's EGL on a GPU. Needs no display.

Two passes per camera: colour with 4 samples a pixel, and labels (planar depth, instance and part, normals) with one
sample at each pixel's centre. What does not move is packed into one vertex buffer and stays uploaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Camera
from ..world import Frame, Output, World
from .batch import Batch, pack, texture_layers, visible_items
from .kept import Kept
from .lens import clip_matrix, far_plane_m, in_view
from .shading import VertexLight, plain_exposure, plain_light, srgb_decode

SAMPLES = 4
# How many rooms, instants, texture sets and image sizes stay uploaded. A room is some 10 MB.
KEPT_STATIC, KEPT_MOVING, KEPT_TEXTURES, KEPT_SIZES = 3, 2, 3, 4


class EglMissing(RuntimeError):
    """No OpenGL context could be made."""


@dataclass(frozen=True, eq=False)
class _Drawable:
    """A batch on the device."""

    batch: Batch
    color: moderngl.VertexArray
    labels: moderngl.VertexArray
    normals: moderngl.VertexArray
    buffers: tuple[moderngl.Buffer, ...]

    def release(self) -> None:
        for array in (self.color, self.labels, self.normals):
            array.release()
        for buffer in self.buffers:
            buffer.release()


@dataclass(frozen=True, eq=False)
class _Targets:
    """Framebuffers of one image size: 4 samples a pixel, the same resolved, labels, labels with normals."""

    color: moderngl.Framebuffer
    resolved: moderngl.Framebuffer
    labels: moderngl.Framebuffer
    normals: moderngl.Framebuffer
    attachments: tuple[Any, ...]

    def release(self) -> None:
        for thing in (self.color, self.resolved, self.labels, self.normals, *self.attachments):
            thing.release()


class GlRenderer:
    """Draws worlds with OpenGL. Belongs to the thread that made it. Close it, or use it in a `with`."""

    name = "gl"

    def __init__(self, *, device_index: int = 0) -> None:
        self._context = _open_context(device_index)
        info = self._context.info
        self.description = f"gl: {info['GL_RENDERER']}, OpenGL {info['GL_VERSION']}"
        self._context.enable(moderngl.DEPTH_TEST)
        self._color_program = self._program("surface")
        self._label_program = self._program("labels")
        self._normal_program = self._program("labels_normal")
        self._static: Kept[_Drawable] = Kept(KEPT_STATIC)
        self._moving: Kept[_Drawable] = Kept(KEPT_MOVING)
        self._textures: Kept[moderngl.TextureArray] = Kept(KEPT_TEXTURES)
        self._targets: Kept[_Targets] = Kept(KEPT_SIZES)

    def __enter__(self) -> GlRenderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give everything back. The renderer can not be used afterwards; closing twice is harmless."""
        for kept in (self._static, self._moving, self._textures, self._targets):
            kept.clear()
        self._context.release()

    def render(self, world: World, camera: Camera, *, outputs: frozenset[Output]) -> Frame:
        """What the camera sees, see Frame. outputs: which of rgb, depth, instance, part, normal."""
        drawables = self._drawables(world)
        targets = self._targets.get((camera.size_hw,), lambda: self._make_targets(camera.size_hw))
        matrix = clip_matrix(camera, far_m=far_plane_m(camera, np.concatenate([d.batch.bounds for d in drawables])))
        rgb = depth_m = ids = normal = None
        if "rgb" in outputs:
            self._texture_array(world.textures).use(0)
            self._draw(targets.color, self._color_program, matrix, [(d.batch, d.color) for d in drawables])
            self._context.copy_framebuffer(targets.resolved, targets.color)
        if "normal" in outputs:
            self._draw(targets.normals, self._normal_program, matrix, [(d.batch, d.normals) for d in drawables])
        elif outputs & {"depth", "instance", "part"}:
            self._draw(targets.labels, self._label_program, matrix, [(d.batch, d.labels) for d in drawables])
        if "rgb" in outputs:
            rgb = np.ascontiguousarray(_read(targets.resolved, 0, 4, np.uint8)[..., :3])
        if "depth" in outputs:
            depth_m = _read(targets.labels, 0, 1, np.float32)[..., 0]
        if outputs & {"instance", "part"}:
            ids = _read(targets.labels, 1, 4, np.uint8).view(np.uint32)[..., 0]
        if "normal" in outputs:
            normal = np.ascontiguousarray(_read(targets.normals, 2, 4, np.float32)[..., :3])
        return Frame(
            rgb=rgb,
            depth_m=depth_m,
            instance=None if ids is None or "instance" not in outputs else (ids & 0xFFFFFF).astype(np.int32),
            part=None if ids is None or "part" not in outputs else (ids >> 24).astype(np.int32),
            normal=normal,
        )

    def _program(self, name: str) -> moderngl.Program:
        folder = files(__package__) / "shaders"
        vertex, fragment = ((folder / f"{name}.{stage}.glsl").read_text("utf-8") for stage in ("vert", "frag"))
        return self._context.program(vertex_shader=vertex, fragment_shader=fragment)

    def _drawables(self, world: World) -> list[_Drawable]:
        layers = texture_layers(world.textures)
        static = visible_items(world, moves=False)
        return [
            self._static.get(
                (*static, world.lights, world.textures), lambda: self._upload(world, pack(static, layers))
            ),
            self._moving.get((world,), lambda: self._upload(world, pack(visible_items(world, moves=True), layers))),
        ]

    def _upload(self, world: World, batch: Batch) -> _Drawable:
        light = plain_light(batch.positions, batch.normals, world.lights)
        shaded = _color_vertices(batch, light, exposure=plain_exposure(world.lights))
        make = self._buffer
        positions, ids, normals = make(batch.positions), make(batch.ids), make(batch.normals)
        surface, faces = make(shaded), make(batch.faces)
        place, id_bytes = (positions, "3f", "position"), (ids, "4f1", "id_bytes")
        array = self._context.vertex_array
        return _Drawable(
            batch=batch,
            color=array(self._color_program, [place, (surface, "3f 3f 3f", "texture_place", "ambient", "key")], faces),
            labels=array(self._label_program, [place, id_bytes], faces),
            normals=array(self._normal_program, [place, id_bytes, (normals, "3f", "normal")], faces),
            buffers=(positions, ids, normals, surface, faces),
        )

    def _buffer(self, values: NDArray[Any]) -> moderngl.Buffer:
        # OpenGL knows no empty buffer.
        return self._context.buffer(np.ascontiguousarray(values)) if values.size else self._context.buffer(reserve=16)

    def _draw(
        self,
        target: moderngl.Framebuffer,
        program: moderngl.Program,
        matrix: Array,
        things: list[tuple[Batch, moderngl.VertexArray]],
    ) -> None:
        """Clear the target and draw, item by item, what is in view."""
        target.use()
        target.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        _uniform(program, "world_to_clip").write(np.ascontiguousarray(matrix.T, dtype=np.float32))
        for batch, vertices in things:
            for item in np.flatnonzero(in_view(matrix, batch.bounds)):
                first, last = 3 * batch.first_face[item], 3 * batch.first_face[item + 1]
                vertices.render(vertices=int(last - first), first=int(first))

    def _texture_array(self, textures: Mapping[str, NDArray[np.uint8]]) -> moderngl.TextureArray:
        return self._textures.get((textures,), lambda: self._make_textures(textures))

    def _make_textures(self, textures: Mapping[str, NDArray[np.uint8]]) -> moderngl.TextureArray:
        layers = texture_roots(textures)
        made = self._context.texture_array((layers.shape[2], layers.shape[1], len(layers)), 3, layers)
        made.build_mipmaps()
        made.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return made

    def _make_targets(self, size_hw: tuple[int, int]) -> _Targets:
        size, context = size_hw[::-1], self._context
        samples, samples_z = (
            context.renderbuffer(size, 4, samples=SAMPLES),
            context.depth_renderbuffer(size, samples=SAMPLES),
        )
        resolved, labels_z = context.renderbuffer(size, 4), context.depth_renderbuffer(size)
        depth, ids = context.renderbuffer(size, 1, dtype="f4"), context.renderbuffer(size, 4)
        normal = context.renderbuffer(size, 4, dtype="f4")
        return _Targets(
            color=context.framebuffer([samples], samples_z),
            resolved=context.framebuffer([resolved]),
            labels=context.framebuffer([depth, ids], labels_z),
            normals=context.framebuffer([depth, ids, normal], labels_z),
            attachments=(samples, samples_z, resolved, labels_z, depth, ids, normal),
        )


def texture_roots(textures: Mapping[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """(L, S, S, 3) uint8, layers as in `texture_layers`: square roots of linear albedo, which filter nearly as light
    does and need no power to undo. ValueError where sizes differ."""
    if not textures:
        return np.full((1, 1, 1, 3), 255, np.uint8)
    shape = next(iter(textures.values())).shape
    for name, texture in textures.items():
        if texture.shape != shape or texture.dtype != np.uint8 or texture.shape[2:] != (3,):
            raise ValueError(f"texture {name}: expected {shape[:2]} x 3 uint8, found {texture.shape} {texture.dtype}")
    to_root = np.round(np.sqrt(srgb_decode(np.arange(256) / 255)) * 255).astype(np.uint8)
    return np.stack([np.full(shape, 255, np.uint8), *(to_root[textures[name]] for name in sorted(textures))])


def _color_vertices(batch: Batch, light: VertexLight, *, exposure: float) -> NDArray[np.float32]:
    """(N, 9): texture place (u, v, layer), then albedo times ambient and key light, exposed."""
    albedo = batch.colors * np.float32(exposure)
    return np.concatenate(
        [batch.uvs, batch.layers[:, None].astype(np.float32), albedo * light.ambient, albedo * light.key], axis=1
    )


def _read(framebuffer: moderngl.Framebuffer, attachment: int, components: int, dtype: type) -> NDArray[Any]:
    """(H, W, components), top row first."""
    values: NDArray[Any] = np.empty((framebuffer.height, framebuffer.width, components), dtype)
    kind = "f4" if dtype is np.float32 else "f1"
    framebuffer.read_into(values, components=components, attachment=attachment, alignment=1, dtype=kind)
    return values


def _uniform(program: moderngl.Program, name: str) -> moderngl.Uniform:
    found = program[name]
    assert isinstance(found, moderngl.Uniform), name
    return found


def _open_context(device_index: int) -> moderngl.Context:
    """A context of its own, without a display. The names with a version need no -dev packages."""
    try:
        settings: dict[str, Any] = {
            "backend": "egl",
            "libgl": "libGL.so.1",
            "libegl": "libEGL.so.1",
            "device_index": device_index,
        }
        return moderngl.create_context(require=330, standalone=True, **settings)
    except Exception as error:  # glcontext raises bare Exceptions
        raise EglMissing(
            f"OpenGL on EGL could not be started ({error}). On Debian or Ubuntu: "
            "apt-get install --no-install-recommends libegl1 libgl1 libgl1-mesa-dri; on a GPU, the driver's EGL; "
            "or set renderer: embree, which needs neither"
        ) from error
