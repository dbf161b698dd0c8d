"""What lies on the device: vertex buffers of batches, textures, framebuffers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from .batch import Batch
from .light import VertexLight
from .texels import texture_roots
from .tone import display_from_root

SAMPLES = 4


@dataclass(frozen=True, eq=False)
class Programs:
    """surface: textured, lit at vertices;  shown: vertices bring the colour that is shown;  labels: depth and ids;
    layer: labels and both lights of what stays put;  normals;  shadow: dims what is shown already."""

    surface: moderngl.Program
    shown: moderngl.Program
    labels: moderngl.Program
    layer: moderngl.Program
    normals: moderngl.Program
    shadow: moderngl.Program


@dataclass(frozen=True, eq=False)
class Geometry:
    """A batch on the device. closed (I,): items whose backs nobody outside of them can see."""

    batch: Batch
    closed: NDArray[np.bool_]
    positions: moderngl.Buffer
    ids: moderngl.Buffer
    faces: moderngl.Buffer
    labels: moderngl.VertexArray

    def release(self) -> None:
        self.labels.release()
        for buffer in (self.positions, self.ids, self.faces):
            buffer.release()


@dataclass(frozen=True, eq=False)
class Surface:
    """The colours of a batch on the device: one array for each program that may draw it."""

    surface: moderngl.VertexArray
    layer: moderngl.VertexArray
    shown: moderngl.VertexArray
    buffers: tuple[moderngl.Buffer, ...]

    def release(self) -> None:
        for array in (self.surface, self.layer, self.shown):
            array.release()
        for buffer in self.buffers:
            buffer.release()


@dataclass(frozen=True, eq=False)
class Target:
    """A framebuffer and what is attached to it; `source`: the part of it that is copied into pictures."""

    framebuffer: moderngl.Framebuffer
    source: moderngl.Framebuffer
    textures: tuple[moderngl.Texture, ...]
    buffers: tuple[moderngl.Renderbuffer, ...]
    bytes_held: int

    def release(self) -> None:
        for framebuffer in {self.framebuffer, self.source}:
            framebuffer.release()
        for texture in self.textures:
            texture.release()
        for buffer in self.buffers:
            buffer.release()


def color_target(context: moderngl.Context, size_hw: tuple[int, int]) -> Target:
    """4 samples a pixel, with a z-buffer."""
    size = size_hw[::-1]
    color, z = context.renderbuffer(size, 4, samples=SAMPLES), context.depth_renderbuffer(size, samples=SAMPLES)
    framebuffer = context.framebuffer([color], z)
    return Target(framebuffer, framebuffer, (), (color, z), 8 * SAMPLES * size[0] * size[1])


def resolved_target(context: moderngl.Context, size_hw: tuple[int, int]) -> Target:
    """One colour a pixel, the mean of its samples."""
    color = context.renderbuffer(size_hw[::-1], 4)
    framebuffer = context.framebuffer([color])
    return Target(framebuffer, framebuffer, (), (color,), 4 * size_hw[0] * size_hw[1])


def label_target(context: moderngl.Context, size_hw: tuple[int, int]) -> Target:
    """Depth (float32 m) and ids (4 bytes) at pixel centres, with a z-buffer."""
    size = size_hw[::-1]
    depth, ids = context.renderbuffer(size, 1, dtype="f4"), context.renderbuffer(size, 4)
    z = context.depth_renderbuffer(size)
    framebuffer = context.framebuffer([depth, ids], z)
    return Target(framebuffer, framebuffer, (), (depth, ids, z), 12 * size[0] * size[1])


def layer_target(context: moderngl.Context, size_hw: tuple[int, int]) -> Target:
    """As `label_target`, then ambient and key light (linear, float16). textures: depth, ids, ambient, key."""
    size = size_hw[::-1]
    depth, ids = context.texture(size, 1, dtype="f4"), context.texture(size, 4)
    ambient, key = context.texture(size, 4, dtype="f2"), context.texture(size, 4, dtype="f2")
    textures, z = (depth, ids, ambient, key), context.depth_renderbuffer(size)
    for texture in textures:
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
    whole, labels = context.framebuffer(list(textures), z), context.framebuffer([depth, ids], z)
    return Target(whole, labels, textures, (z,), 28 * size[0] * size[1])


def normal_target(context: moderngl.Context, size_hw: tuple[int, int]) -> Target:
    """World normals, float32, with a z-buffer."""
    size = size_hw[::-1]
    normal, z = context.renderbuffer(size, 4, dtype="f4"), context.depth_renderbuffer(size)
    framebuffer = context.framebuffer([normal], z)
    return Target(framebuffer, framebuffer, (), (normal, z), 20 * size[0] * size[1])


def upload_geometry(context: moderngl.Context, programs: Programs, batch: Batch, closed: NDArray[np.bool_]) -> Geometry:
    positions, ids, faces = (upload(context, values) for values in (batch.positions, batch.ids, batch.faces))
    place, id_bytes = (positions, "3f", "position"), (ids, "4f1", "id_bytes")
    labels = context.vertex_array(programs.labels, [place, id_bytes], faces)
    return Geometry(batch=batch, closed=closed, positions=positions, ids=ids, faces=faces, labels=labels)


def upload_surface(
    context: moderngl.Context, programs: Programs, geometry: Geometry, light: VertexLight, *, exposure: float
) -> Surface:
    """Colours of a batch under a light."""
    batch = geometry.batch
    albedo = batch.colors * np.float32(exposure)
    ambient, key = albedo * light.ambient, albedo * light.key
    place = np.concatenate([batch.uvs, batch.layers[:, None].astype(np.float32)], axis=1)
    lit = upload(context, np.concatenate([place, ambient, key], axis=1))
    shown = upload(context, _shown(ambient + key))
    position, id_bytes = (geometry.positions, "3f", "position"), (geometry.ids, "4f1", "id_bytes")
    attributes = (lit, "3f 3f 3f", "texture_place", "ambient", "key")
    array = context.vertex_array
    return Surface(
        surface=array(programs.surface, [position, attributes], geometry.faces),
        layer=array(programs.layer, [position, id_bytes, attributes], geometry.faces),
        shown=array(programs.shown, [position, (shown, "4f1", "shown")], geometry.faces),
        buffers=(lit, shown),
    )


def upload_textures(context: moderngl.Context, textures: Mapping[str, NDArray[np.uint8]]) -> moderngl.TextureArray:
    layers = texture_roots(textures)
    made = context.texture_array((layers.shape[2], layers.shape[1], len(layers)), 3, layers)
    made.build_mipmaps()
    # Blending two mipmap levels would make a CPU draw a quarter slower, and 4 samples a pixel hide the seams.
    made.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
    return made


def upload_map(context: moderngl.Context, values: NDArray[np.uint8]) -> moderngl.Texture:
    """(S, S, C) -> a texture that is smooth inside and goes on beyond its border."""
    made = context.texture(values.shape[1::-1], values.shape[2], np.ascontiguousarray(values))
    made.filter = (moderngl.LINEAR, moderngl.LINEAR)
    made.repeat_x = made.repeat_y = False
    return made


def upload(context: moderngl.Context, values: NDArray[Any]) -> moderngl.Buffer:
    """OpenGL knows no empty buffer: an empty array gets a small one."""
    return context.buffer(np.ascontiguousarray(values)) if values.size else context.buffer(reserve=16)


def _shown(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(N, 3) linear light -> (N, 4) uint8, as it is shown, and 255."""
    shown = np.full((len(linear), 4), 255, np.uint8)
    shown[:, :3] = np.round(display_from_root(np.sqrt(linear)) * 255)
    return shown
