"""What a furniture builder returns: meshes by material, and the solids that people must keep out of.

A piece stands on the floor (z = 0) about its own origin and faces -Y, as people do at rest; its back is towards +Y.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array
from ..world import Item, Kind, Material, Mesh
from .shapes import Shape, Vector
from .solids import Point, Solid, placed_solid, turn_about_z


@dataclass(frozen=True)
class Finish:
    """A surface: what it is called, its sRGB colour as "#rrggbb", and the texture that the colour multiplies.

    Where top_color is given, the colour runs from `color` at the shape's foot to top_color at its head.
    """

    name: str
    color: str
    texture: str | None = None
    texture_size_m: float = 1.0
    roughness: float = 0.85
    top_color: str | None = None

    @property
    def material(self) -> Material:
        return Material(self.texture, self.texture_size_m, self.roughness)

    def darkened(self, share: float) -> Finish:
        """In shadow: every sRGB channel times `share`."""
        channels = (round(int(self.color[start : start + 2], 16) * share) for start in (1, 3, 5))
        return replace(self, color="#" + "".join(f"{channel:02x}" for channel in channels))

    def tinted(self, color: str) -> Finish:
        return replace(self, color=color)


Part = tuple[Shape, Finish]


@dataclass(frozen=True, eq=False)
class Piece:
    """meshes: (suffix, mesh, material), one for each material, the main one first with an empty suffix."""

    meshes: tuple[tuple[str, Mesh, Material], ...]
    solids: tuple[Solid, ...]


@dataclass(frozen=True, eq=False)
class Placed:
    """A piece in a room: at m, turned counter-clockwise by yaw_deg (90: it faces +X, its back to the west wall)."""

    name: str
    piece: Piece
    at: Point
    yaw_deg: float = 0.0
    kind: Kind = "furniture"

    @property
    def solids(self) -> tuple[Solid, ...]:
        yaw_rad = float(np.radians(self.yaw_deg))
        return tuple(placed_solid(solid, at=self.at, yaw_rad=yaw_rad) for solid in self.piece.solids)

    def items(self, first_instance: int) -> list[Item]:
        """One item for each material; instances count up from first_instance."""
        local_to_world = np.eye(4)
        local_to_world[:3, :3] = turn_about_z(float(np.radians(self.yaw_deg)))
        local_to_world[:3, 3] = self.at
        return [
            Item(
                name=f"{self.name}_{suffix}" if suffix else self.name,
                kind=self.kind,
                instance=first_instance + index,
                mesh=mesh,
                material=material,
                local_to_world=local_to_world,
            )
            for index, (suffix, mesh, material) in enumerate(self.piece.meshes)
        ]


def place(
    name: str, piece: Piece, x: float, y: float, yaw_deg: float = 0.0, *, z: float = 0.0, kind: Kind = "furniture"
) -> Placed:
    return Placed(name, piece, (x, y, z), yaw_deg, kind)


class Parts:
    """The shapes of a piece that is being built, each with its finish."""

    def __init__(self) -> None:
        self.shapes: list[Part] = []

    def add(self, finish: Finish, *shapes: Shape) -> None:
        self.shapes += [(shape, finish) for shape in shapes]

    def turned(self, degrees: float) -> Parts:
        """All turned about Z, counter-clockwise from above."""
        return self._mapped(lambda shape: shape.turned("z", degrees))

    def moved(self, by: Vector) -> Parts:
        return self._mapped(lambda shape: shape.moved(by))

    def _mapped(self, change: Callable[[Shape], Shape]) -> Parts:
        changed = Parts()
        changed.shapes = [(change(shape), finish) for shape, finish in self.shapes]
        return changed

    def extend(self, others: Parts) -> None:
        self.shapes += others.shapes


def assemble(parts: Parts, solids: Sequence[Solid] = ()) -> Piece:
    """Parts of one material become one mesh; the piece's first material is its main one."""
    groups: dict[Material, list[Part]] = {}
    for shape, finish in parts.shapes:
        groups.setdefault(finish.material, []).append((shape, finish))
    suffixes: list[str] = []
    for group in groups.values():
        suffix, number = group[0][1].name, 2
        while suffix in suffixes:
            suffix, number = f"{group[0][1].name}{number}", number + 1
        suffixes.append(suffix)
    suffixes[0] = ""
    meshes = zip(suffixes, (colored_mesh(group) for group in groups.values()), groups, strict=True)
    return Piece(tuple(meshes), tuple(solids))


def single(finish: Finish, shape: Shape, solids: Sequence[Solid] = ()) -> Piece:
    """A piece of one shape."""
    parts = Parts()
    parts.add(finish, shape)
    return assemble(parts, solids)


def colored_mesh(parts: Sequence[Part]) -> Mesh:
    """Shapes of one material as one mesh, each in its finish's colour."""
    counts = [len(shape.vertices) for shape, _ in parts]
    starts = np.cumsum([0, *counts])[:-1]
    return Mesh(
        vertices=_f32([shape.vertices for shape, _ in parts]),
        faces=np.concatenate([shape.faces + start for (shape, _), start in zip(parts, starts, strict=True)]).astype(
            np.int32
        ),
        normals=_f32([shape.normals for shape, _ in parts]),
        uvs=_f32([shape.uvs for shape, _ in parts]),
        colors=_f32([_vertex_colors(shape, finish) for shape, finish in parts]),
        parts=np.zeros(sum(counts), np.int32),
    )


def _vertex_colors(shape: Shape, finish: Finish) -> Array:
    foot, head = linear_rgb(finish.color), linear_rgb(finish.top_color or finish.color)
    heights = shape.vertices[:, 2]
    up = (heights - heights.min()) / max(float(np.ptp(heights)), 1e-9)
    colors: Array = foot + up[:, None] * (head - foot)
    return colors


def linear_rgb(color: str) -> Array:
    """ "#rrggbb" (sRGB, IEC 61966-2-1) -> (3,) linear light, 0..1."""
    if len(color) != 7 or not color.startswith("#"):
        raise ValueError(f"colour: expected '#rrggbb', found {color!r}")
    encoded = np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear: Array = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return linear


def _f32(arrays: list[Array]) -> NDArray[np.float32]:
    return np.concatenate(arrays).astype(np.float32)
