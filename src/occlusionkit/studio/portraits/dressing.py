"""A posed bust as items of a world: skin and hair with textures of their own, clothes with their vertex colours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..rig import Pose
from ..world import Item, Material, Mesh
from .bust import CLASSES, Bust
from .expressions import Expression, moved_vertices
from .skin import SKIN_SPAN_M, hair_uvs, paint_hair, paint_skin, raised_colors, skin_uvs

# Item -> what of a person it shows, and its instance id.
_GROUPS = {
    "skin": ("skin", "brow", "eye", "lip", "beard", "mouth", "neck"),
    "hair": ("hair",),
    "cloth": ("cloth", "limb"),
}
PERSON = 1  # of the item "skin", which alone holds the face
_INSTANCES = {"skin": PERSON, "hair": 2, "cloth": 3}
FIRST_FREE_INSTANCE = 4


@dataclass(frozen=True, eq=False)
class _Piece:
    """Of a bust's mesh: which vertices (n,), faces into those (m, 3), their uvs (n, 2), colors (n, 3), material."""

    vertices: NDArray[np.integer]
    faces: NDArray[np.int32]
    uvs: NDArray[np.float32]
    colors: NDArray[np.float32]
    material: Material


@dataclass(frozen=True, eq=False)
class Dressed:
    """A bust ready for portraits. textures: name -> (S, S, 3) uint8."""

    bust: Bust
    textures: dict[str, NDArray[np.uint8]]
    _pieces: dict[str, _Piece]

    def items(self, pose: Pose, expression: Expression) -> tuple[Item, ...]:
        """The posed person's items."""
        mesh = self.bust.body.mesh(pose, rest_vertices=moved_vertices(self.bust, expression))
        return tuple(
            Item(name, "person", _INSTANCES[name], _piece_of(mesh, piece), material=piece.material, moves=True)
            for name, piece in self._pieces.items()
        )


def dressed(bust: Bust, *, seed: int, texture_px: int) -> Dressed:
    """Paint a bust's textures and find which of its faces carry them."""
    body = bust.body
    names = {"skin": f"skin {bust.name}", "hair": f"hair {bust.name}"}
    textures = {
        names["skin"]: paint_skin(bust, seed=seed, size_px=texture_px),
        names["hair"]: paint_hair(bust, seed=seed, size_px=texture_px),
    }
    materials = {
        "skin": Material(names["skin"], SKIN_SPAN_M, 0.5),
        "hair": Material(names["hair"], 1.0, 0.55),
        "cloth": Material(None, 1.0, 0.95),
    }
    uvs = {"skin": skin_uvs(bust), "hair": hair_uvs(bust), "cloth": np.zeros((len(body.parts), 2), np.float32)}
    raised = raised_colors(body.colors)
    pieces = {}
    for name, classes in _GROUPS.items():
        faces = body.faces[np.isin(body.parts[body.faces[:, 2]], [CLASSES[one] for one in classes])]
        if not len(faces):
            continue
        used, renumbered = np.unique(faces, return_inverse=True)
        colors = body.colors if name == "cloth" else raised
        small = renumbered.reshape(-1, 3).astype(np.int32)
        pieces[name] = _Piece(used, small, uvs[name][used], colors[used], materials[name])
    return Dressed(bust, textures, pieces)


def _piece_of(mesh: Mesh, piece: _Piece) -> Mesh:
    return replace(
        mesh,
        vertices=mesh.vertices[piece.vertices],
        faces=piece.faces,
        normals=mesh.normals[piece.vertices],
        uvs=piece.uvs,
        colors=piece.colors,
        parts=mesh.parts[piece.vertices],
    )
