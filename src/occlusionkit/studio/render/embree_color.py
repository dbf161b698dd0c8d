"""Colours at ray hits: the lighting model of light.py and shadow.py, without OpenGL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Bools, Camera
from ..world import World
from .batch import Batch
from .contact import AMBIENT_TAKEN, KEY_TAKEN, ContactMap, contact_map
from .lens import cover_matrix
from .light import BakedLight, exposure_of, moving_light, static_light
from .rays import Hits, interpolate
from .shadow import ShadowMap, shadow_on
from .texels import TexturePyramid
from .tone import display_from_root

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Colors:
    """Of all vertices of a world, static ones first: ambient (N, 3) and key (N, 3), albedo and exposure included.

    texels_per_m (I,): of each item;  static_faces: how many faces do not move;  shadow, cover, contact: what
    moving things take of the light;
    shown (N, 3): as it is shown, 0..1, for moving items without a texture, `plain` (I,) bool.
    """

    ambient: Floats
    key: Floats
    shown: Floats
    plain: Bools
    texels_per_m: Floats
    static_faces: int
    shadow: ShadowMap | None
    cover: NDArray[np.uint8] | None
    contact: ContactMap | None

    def release(self) -> None:
        """Nothing to give back by hand."""


def make_colors(world: World, static: Batch, moving: Batch, shadow: ShadowMap | None) -> Colors:
    baked = None if world.baked is None else BakedLight.from_arrays(world.baked)
    lights = static_light(world, static, baked), moving_light(world, moving, baked, shadow)
    albedo = np.concatenate([static.colors, moving.colors]) * np.float32(exposure_of(world, baked))
    ambient = albedo * np.concatenate([light.ambient for light in lights])
    key = albedo * np.concatenate([light.key for light in lights])
    size = next((texture.shape[0] for texture in world.textures.values()), 1)
    items = (*static.items, *moving.items)
    return Colors(
        ambient=ambient,
        key=key,
        shown=display_from_root(np.sqrt(ambient + key)).astype(np.float32),
        plain=np.array([item.moves and item.material.texture is None for item in items], dtype=bool),
        texels_per_m=np.array([size / item.material.texture_size_m for item in items], dtype=np.float32),
        static_faces=len(static.faces),
        shadow=shadow,
        cover=None if shadow is None else shadow.cover(),
        contact=None if shadow is None else contact_map(moving),
    )


def shown_colors(
    both: Batch, colors: Colors, textures: TexturePyramid, camera: Camera, directions: Array, hits: Hits
) -> Floats:
    """(N, 3) as shown, 0..1, for rays (N, 3) with camera z = 1 and their N hits; black where there is none."""
    found = np.zeros((len(hits.face), 3), np.float32)
    item = np.where(hits.face >= 0, both.item_of_face(hits.face), 0)
    plain = (hits.face >= 0) & colors.plain[item] if len(both.items) else np.zeros(len(item), bool)
    found[plain] = interpolate(colors.shown, both.faces, hits.where(plain))
    lit = (hits.face >= 0) & ~plain
    chosen = hits.where(lit)
    if not len(chosen.face):
        return found
    directions = np.asarray(directions[lit], dtype=np.float32)
    texels = _texels_per_pixel(both, colors.texels_per_m[item[lit]], camera, directions, chosen)
    uvs = interpolate(both.uvs, both.faces, chosen)
    root = textures.roots(uvs, both.layers[both.faces[chosen.face, 0]], texels)
    ambient = interpolate(colors.ambient, both.faces, chosen)
    key = interpolate(colors.key, both.faces, chosen)
    if colors.shadow is not None and colors.cover is not None and colors.contact is not None:
        points = camera.center_world + directions * chosen.distance[:, None]
        into_cover = cover_matrix(colors.shadow.camera)
        places = points @ into_cover[:, :3].T + into_cover[:, 3]
        of_ambient, of_key = shadow_on(places, colors.cover, colors.shadow.depth_range_m())
        taken = colors.contact.taken(points)
        static = chosen.face < colors.static_faces
        ambient *= np.where(static, of_ambient * (1 - AMBIENT_TAKEN * taken), 1)[:, None]
        key *= np.where(static, of_key * (1 - KEY_TAKEN * taken), 1)[:, None]
    found[lit] = display_from_root(root * np.sqrt(ambient + key))
    return found


def _texels_per_pixel(both: Batch, texels_per_m: Floats, camera: Camera, directions: Floats, hits: Hits) -> Floats:
    """(N,) how many texels a pixel spans at its hit, along the surface's steeper direction."""
    a, b, c = (both.positions[both.faces[hits.face, corner]] for corner in range(3))
    normals = np.cross(b - a, c - a)
    facing = np.abs(np.einsum("ij,ij->i", normals, directions))
    facing /= np.maximum(np.linalg.norm(normals, axis=1) * np.linalg.norm(directions, axis=1), 1e-12)
    pixel_m = hits.distance / np.float32(camera.intrinsics[0, 0])
    found: Floats = texels_per_m * pixel_m / np.maximum(facing, 0.05)
    return found
