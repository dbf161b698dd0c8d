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
from .tone import display_from_root, srgb_decode

SAMPLES = 4


@dataclass(frozen=True, eq=False)
class Programs:
    """surface: textured, lit at vertices, shadowed by what moves;  shown: vertices bring the colour that is shown;
    labels: depth and ids;  normals: the same and normals."""

    surface: moderngl.Program
    shown: moderngl.Program
    labels: moderngl.Program
    normals: moderngl.Program


@dataclass(frozen=True, eq=False)
class Geometry:
    """A batch on the device. closed (I,): items whose backs nobody outside of them can see."""

    batch: Batch
    closed: NDArray[np.bool_]
    positions: moderngl.Buffer
    faces: moderngl.Buffer
    labels: moderngl.VertexArray
    normals: moderngl.VertexArray
    others: tuple[moderngl.Buffer, ...]

    def release(self) -> None:
        for array in (self.labels, self.normals):
            array.release()
        for buffer in (self.positions, self.faces, *self.others):
            buffer.release()


@dataclass(frozen=True, eq=False)
class Surface:
    """The colours of a batch on the device: one array per program that may draw its items."""

    surface: moderngl.VertexArray
    shown: moderngl.VertexArray
    buffers: tuple[moderngl.Buffer, ...]

    def release(self) -> None:
        self.surface.release()
        self.shown.release()
        for buffer in self.buffers:
            buffer.release()


@dataclass(frozen=True, eq=False)
class Targets:
    """Framebuffers of one image size: 4 samples a pixel, the same resolved, labels, labels with normals."""

    color: moderngl.Framebuffer
    resolved: moderngl.Framebuffer
    labels: moderngl.Framebuffer
    normals: moderngl.Framebuffer
    attachments: tuple[moderngl.Renderbuffer, ...]

    def release(self) -> None:
        for framebuffer in (self.color, self.resolved, self.labels, self.normals):
            framebuffer.release()
        for attachment in self.attachments:
            attachment.release()


def upload_geometry(context: moderngl.Context, programs: Programs, batch: Batch, closed: NDArray[np.bool_]) -> Geometry:
    positions, faces, ids, normals = (
        upload(context, values) for values in (batch.positions, batch.faces, batch.ids, batch.normals)
    )
    place, id_bytes = (positions, "3f", "position"), (ids, "4f1", "id_bytes")
    return Geometry(
        batch=batch,
        closed=closed,
        positions=positions,
        faces=faces,
        labels=context.vertex_array(programs.labels, [place, id_bytes], faces),
        normals=context.vertex_array(programs.normals, [place, id_bytes, (normals, "3f", "normal")], faces),
        others=(ids, normals),
    )


def upload_surface(
    context: moderngl.Context, programs: Programs, geometry: Geometry, light: VertexLight, *, exposure: float
) -> Surface:
    """Colours of a batch under a light. Items without a texture may be drawn by `shown`, if they move."""
    batch = geometry.batch
    albedo = batch.colors * np.float32(exposure)
    place = np.concatenate([batch.uvs, batch.layers[:, None].astype(np.float32)], axis=1)
    lit = upload(context, np.concatenate([place, albedo * light.ambient, albedo * light.key], axis=1))
    shown = upload(context, _shown(albedo * (light.ambient + light.key)))
    position = (geometry.positions, "3f", "position")
    return Surface(
        surface=context.vertex_array(
            programs.surface, [position, (lit, "3f 3f 3f", "texture_place", "ambient", "key")], geometry.faces
        ),
        shown=context.vertex_array(programs.shown, [position, (shown, "4f1", "shown")], geometry.faces),
        buffers=(lit, shown),
    )


def upload_textures(context: moderngl.Context, textures: Mapping[str, NDArray[np.uint8]]) -> moderngl.TextureArray:
    layers = texture_roots(textures)
    made = context.texture_array((layers.shape[2], layers.shape[1], len(layers)), 3, layers)
    made.build_mipmaps()
    # Blending two mipmap levels would make a CPU draw a quarter slower, and 4 samples a pixel hide the seams.
    made.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
    return made


def upload_cover(context: moderngl.Context, cover: NDArray[np.uint8]) -> moderngl.Texture:
    """(S, S, 4) -> a texture that is smooth inside and goes on beyond its border."""
    made = context.texture(cover.shape[1::-1], 4, np.ascontiguousarray(cover))
    made.filter = (moderngl.LINEAR, moderngl.LINEAR)
    made.repeat_x = made.repeat_y = False
    return made


def make_targets(context: moderngl.Context, size_hw: tuple[int, int]) -> Targets:
    size = size_hw[::-1]
    samples, resolved = context.renderbuffer(size, 4, samples=SAMPLES), context.renderbuffer(size, 4)
    samples_z, labels_z = context.depth_renderbuffer(size, samples=SAMPLES), context.depth_renderbuffer(size)
    depth, ids = context.renderbuffer(size, 1, dtype="f4"), context.renderbuffer(size, 4)
    normal = context.renderbuffer(size, 4, dtype="f4")
    return Targets(
        color=context.framebuffer([samples], samples_z),
        resolved=context.framebuffer([resolved]),
        labels=context.framebuffer([depth, ids], labels_z),
        normals=context.framebuffer([depth, ids, normal], labels_z),
        attachments=(samples, resolved, samples_z, labels_z, depth, ids, normal),
    )


def upload(context: moderngl.Context, values: NDArray[Any]) -> moderngl.Buffer:
    """OpenGL knows no empty buffer: an empty array gets a small one."""
    return context.buffer(np.ascontiguousarray(values)) if values.size else context.buffer(reserve=16)


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


def _shown(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(N, 3) linear light -> (N, 4) uint8, as it is shown, and 255."""
    shown = np.full((len(linear), 4), 255, np.uint8)
    shown[:, :3] = np.round(display_from_root(np.sqrt(linear)) * 255)
    return shown
