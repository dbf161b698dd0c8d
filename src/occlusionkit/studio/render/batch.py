"""Many items packed into few arrays: what is uploaded to OpenGL, and what rays are cast at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array
from ..world import Item, World

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

MAX_INSTANCE = (1 << 24) - 1
MAX_PART = 255


@dataclass(frozen=True, eq=False)
class Batch:
    """Items one after another, in the world's frame. N vertices, M faces, I items.

    positions (N, 3) m;  normals (N, 3) unit;  uvs (N, 2) in texture repeats;  colors (N, 3) linear albedo;
    layers (N,) index of the texture, 0 is plain white;  ids (N,) uint32: part << 24 | instance;
    faces (M, 3) into the vertices;  first_face (I + 1,), first_vertex (I + 1,): item i has faces first_face[i] up to
    first_face[i + 1];  bounds (I, 2, 3) m, low and high corner.
    """

    items: tuple[Item, ...]
    positions: Floats
    normals: Floats
    uvs: Floats
    colors: Floats
    layers: Ints
    ids: NDArray[np.uint32]
    faces: Ints
    first_face: Ints
    first_vertex: Ints
    bounds: Array

    def item_of_face(self, faces: Ints) -> Ints:
        """Face numbers -> index of the item that each belongs to."""
        found: Ints = (np.searchsorted(self.first_face, faces, side="right") - 1).astype(np.int32)
        return found


def visible_items(world: World, *, moves: bool) -> tuple[Item, ...]:
    """The items to draw, in the world's order; those without faces are left out, there is nothing to see of them."""
    return tuple(item for item in world.items if item.visible and item.moves == moves and len(item.mesh.faces))


def texture_layers(textures: Mapping[str, NDArray[np.uint8]]) -> dict[str | None, int]:
    """Texture name -> layer; None (no texture) is layer 0, plain white."""
    return {None: 0, **{name: layer for layer, name in enumerate(sorted(textures), start=1)}}


def pack(items: Sequence[Item], layers: Mapping[str | None, int]) -> Batch:
    """Items -> one Batch, in their order. ValueError where an item can not be drawn: it says which, and why."""
    for item in items:
        check_item(item, layers)
    meshes = [item.mesh for item in items]
    first_vertex = _starts([len(mesh.vertices) for mesh in meshes])
    first_face = _starts([len(mesh.faces) for mesh in meshes])
    placed = [place(item) for item in items]
    positions = _join([positions for positions, _ in placed], 3)
    return Batch(
        items=tuple(items),
        positions=positions,
        normals=_join([normals for _, normals in placed], 3),
        uvs=_join([item.mesh.uvs / np.float32(item.material.texture_size_m) for item in items], 2),
        colors=_join([mesh.colors for mesh in meshes], 3),
        layers=_join_ints([np.full(len(i.mesh.vertices), layers[i.material.texture]) for i in items]),
        ids=_join_ints([item.mesh.parts << 24 | item.instance for item in items]).view(np.uint32),
        faces=np.concatenate(
            [np.zeros((0, 3), np.int32)] + [m.faces + o for m, o in zip(meshes, first_vertex, strict=False)]
        ),
        first_face=first_face,
        first_vertex=first_vertex,
        bounds=np.array([[p.min(axis=0), p.max(axis=0)] for p, _ in placed], dtype=np.float64).reshape(-1, 2, 3),
    )


def join(first: Batch, second: Batch) -> Batch:
    """Two batches as one, the first one's items, vertices and faces first."""
    vertices, faces = np.int32(len(first.positions)), np.int32(len(first.faces))
    return Batch(
        items=first.items + second.items,
        positions=np.concatenate([first.positions, second.positions]),
        normals=np.concatenate([first.normals, second.normals]),
        uvs=np.concatenate([first.uvs, second.uvs]),
        colors=np.concatenate([first.colors, second.colors]),
        layers=np.concatenate([first.layers, second.layers]),
        ids=np.concatenate([first.ids, second.ids]),
        faces=np.concatenate([first.faces, second.faces + vertices]),
        first_face=np.concatenate([first.first_face, second.first_face[1:] + faces]),
        first_vertex=np.concatenate([first.first_vertex, second.first_vertex[1:] + vertices]),
        bounds=np.concatenate([first.bounds, second.bounds]),
    )


def place(item: Item) -> tuple[Floats, Floats]:
    """An item's vertices and unit normals in the world's frame, both (N, 3) float32."""
    mesh, matrix = item.mesh, np.asarray(item.local_to_world, dtype=np.float64)
    if np.array_equal(matrix, np.eye(4)):
        return mesh.vertices, mesh.normals
    positions = mesh.vertices @ matrix[:3, :3].T + matrix[:3, 3]
    normals = mesh.normals @ np.linalg.inv(matrix[:3, :3])  # the inverse transpose, applied to rows
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return positions.astype(np.float32), normals.astype(np.float32)


def check_item(item: Item, layers: Mapping[str | None, int]) -> None:
    """ValueError, naming the item, for what a renderer can not draw."""
    mesh, texture = item.mesh, item.material.texture
    if not 0 < item.instance <= MAX_INSTANCE:
        raise ValueError(f"item {item.name}: expected an instance of 1..{MAX_INSTANCE}, found {item.instance}")
    if texture not in layers:
        known = ", ".join(name for name in layers if name is not None) or "none"
        raise ValueError(f"item {item.name}: its texture {texture!r} is not in the world's textures ({known})")
    if len(mesh.vertices) and not 0 <= mesh.parts.min() <= mesh.parts.max() <= MAX_PART:
        raise ValueError(f"item {item.name}: expected parts of 0..{MAX_PART}, found {_extent(mesh.parts)}")
    if len(mesh.faces) and not 0 <= mesh.faces.min() <= mesh.faces.max() < len(mesh.vertices):
        raise ValueError(
            f"item {item.name}: expected faces of vertices 0..{len(mesh.vertices) - 1}, found {_extent(mesh.faces)}"
        )
    if not np.isfinite(mesh.vertices).all():
        raise ValueError(f"item {item.name}: expected finite vertices, found NaN or infinity")


def _extent(values: Ints) -> str:
    return f"{values.min()}..{values.max()}"


def _starts(counts: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _join(arrays: Sequence[Floats], width: int) -> Floats:
    return np.concatenate([np.zeros((0, width), np.float32), *arrays])


def _join_ints(arrays: Sequence[NDArray[np.integer]]) -> Ints:
    return np.concatenate([np.zeros(0, np.int32), *arrays]).astype(np.int32)
