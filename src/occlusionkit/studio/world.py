"""What a renderer draws: an immutable world of meshes, materials and lights, and what it gives back.

A world knows no renderer, and no renderer knows what a person or a sofa is. Metres, right-handed, Z up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..geometry import Array, Camera

Kind = Literal["structure", "furniture", "person", "object"]
Output = Literal["rgb", "depth", "instance", "part", "normal"]


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles with what is needed to shade them. Compared by identity, so that a renderer can keep it uploaded.

    vertices (N, 3) float32 m;  faces (M, 3) int32, counter-clockwise from outside;  normals (N, 3) float32, unit;
    uvs (N, 2) float32 in metres along the surface (divided by the material's texture_size_m when sampled);
    colors (N, 3) float32, linear-light albedo 0..1, multiplied with the texture;
    parts (N,) int32, body part ids; a face has the part of its last vertex, 0 where the mesh has no parts.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    normals: NDArray[np.float32]
    uvs: NDArray[np.float32]
    colors: NDArray[np.float32]
    parts: NDArray[np.int32]

    def __post_init__(self) -> None:
        count = len(self.vertices)
        expected: tuple[tuple[str, tuple[int, ...], type], ...] = (
            ("vertices", (count, 3), np.float32),
            ("faces", (len(self.faces), 3), np.int32),
            ("normals", (count, 3), np.float32),
            ("uvs", (count, 2), np.float32),
            ("colors", (count, 3), np.float32),
            ("parts", (count,), np.int32),
        )
        for name, shape, dtype in expected:
            value = getattr(self, name)
            if value.shape != shape or value.dtype != dtype:
                raise ValueError(f"mesh {name}: expected {shape} {np.dtype(dtype)}, found {value.shape} {value.dtype}")


@dataclass(frozen=True)
class Material:
    """texture: a key of World.textures, or None for plain vertex colours; roughness 0 (mirror) .. 1 (chalk)."""

    texture: str | None = None
    texture_size_m: float = 1.0
    roughness: float = 0.85


@dataclass(frozen=True, eq=False)
class Item:
    """One thing with one instance id: a wall, a sofa, a person.

    instance: 1.. and unique in a world (0 is the background);  local_to_world (4, 4): rigid with scale.
    moves: False for what stays put while a room is loaded (its light is baked), True for people and moved objects.
    """

    name: str
    kind: Kind
    instance: int
    mesh: Mesh
    material: Material = field(default_factory=Material)
    local_to_world: Array = field(default_factory=lambda: np.eye(4))
    visible: bool = True
    moves: bool = False
    # (R, G, B) 0..255 in the object mask; None takes instance_color(instance).
    mask_color: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Light:
    """A lamp or a window: position m; color linear RGB, its length is the strength; radius_m softens its shadow."""

    name: str
    position: tuple[float, float, float]
    color: tuple[float, float, float]
    radius_m: float = 0.15


@dataclass(frozen=True, eq=False)
class World:
    """One instant. Nothing in it changes: `with_items` makes the next one.

    textures: name -> (S, S, 3) uint8 sRGB, all of one size S, tiling.  lights[0] is the key light, whose shadow moves.
    baked: the light of what stays put, worked out before (studio.render.BakedLight.arrays); None: plain light.
    """

    name: str
    items: tuple[Item, ...]
    lights: tuple[Light, ...]
    textures: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    baked: Mapping[str, NDArray[np.floating]] | None = None

    def __post_init__(self) -> None:
        for what in ("name", "instance"):
            counts = Counter(str(getattr(item, what)) for item in self.items)
            repeated = sorted(value for value, count in counts.items() if count > 1)
            if repeated:
                raise ValueError(f"world {self.name}: item {what} repeated: {', '.join(repeated)}")

    def item(self, name: str) -> Item:
        """The item of that name; KeyError with the names there are."""
        for item in self.items:
            if item.name == name:
                return item
        raise KeyError(f"world {self.name} has no item {name!r}; it has {', '.join(i.name for i in self.items)}")

    def with_items(self, *items: Item) -> World:
        """The same world with these items added, or put in place of those of the same name."""
        new = {item.name: item for item in items}
        kept = tuple(new.pop(item.name, item) for item in self.items)
        return replace(self, items=kept + tuple(new.values()))

    def without(self, *names: str) -> World:
        return replace(self, items=tuple(item for item in self.items if item.name not in names))


@dataclass(frozen=True, eq=False)
class Frame:
    """What one camera sees of one world; what was not asked for is None.

    rgb (H, W, 3) uint8 sRGB, antialiased;  depth_m (H, W) float32 planar camera z, m, 0 where nothing was hit;
    instance (H, W) int32, 0 where nothing was hit;  part (H, W) int32;  normal (H, W, 3) float32, world, unit or 0.
    All but rgb are taken at pixel centres, without antialiasing.
    """

    rgb: NDArray[np.uint8] | None = None
    depth_m: NDArray[np.float32] | None = None
    instance: NDArray[np.int32] | None = None
    part: NDArray[np.int32] | None = None
    normal: NDArray[np.float32] | None = None


class Renderer(Protocol):
    """Draws worlds. `name` is "gl" or "embree"; `description` says what drew (recorded in every sidecar)."""

    name: str
    description: str

    def render(self, world: World, camera: Camera, *, outputs: frozenset[Output]) -> Frame: ...

    def render_many(self, world: World, cameras: Sequence[Camera], *, outputs: frozenset[Output]) -> list[Frame]:
        """The world from several cameras, in their order; the same pictures as one by one."""
        ...

    def close(self) -> None: ...


def instance_color(instance: int) -> tuple[int, int, int]:
    """The mask colour of an instance id 1..65535, never black, all different: the id's 24 bits interleaved.

    Bit k of the id goes to bit 7 - k // 3 of channel k % 3, so neighbouring ids differ strongly.
    """
    if not 0 < instance < 1 << 24:
        raise ValueError(f"instance: expected 1..{(1 << 24) - 1}, found {instance}")
    channels = [0, 0, 0]
    for bit in range(24):
        channels[bit % 3] |= (instance >> bit & 1) << (7 - bit // 3)
    return channels[0], channels[1], channels[2]
