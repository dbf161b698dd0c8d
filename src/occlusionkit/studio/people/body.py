"""A person that can be posed: the mesh, its skinning, and the one compact file that holds all of them.

Linear blend skinning, as anny's own: a vertex x with weights w_b goes to sum_b w_b (p_b + G_b (x - rest_b)), where
`pose_bones` gives G_b and p_b. Only numpy and scipy are needed here.
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...geometry import Array
from ..rig import Pose, Rig, joints_of, pose_bones
from ..world import Mesh
from .parts import PARTS, SURFACES

FORMAT = "occlusionkit people 1"

# What is stored of each body, by name: dtype, and shape with N vertices, M faces, W weights.
_ARRAYS: dict[str, tuple[type[np.generic], str]] = {
    "rest_heads": (np.float64, "B3"),
    "rest_vertices": (np.float32, "N3"),
    "faces": (np.uint16, "M3"),
    "weight_starts": (np.uint32, "I"),
    "weight_bones": (np.uint8, "W"),
    "weight_values": (np.float32, "W"),
    "colors": (np.uint16, "N3"),
    "parts": (np.uint8, "N"),
    "surfaces": (np.uint8, "N"),
    "welds": (np.uint16, "N"),
}


@dataclass(frozen=True, eq=False)
class Body:
    """One dressed person, at rest on z = 0, facing -Y.

    name "p01" ..; subject 1 ..; description in words; height_m barefoot and without hair; rig at rest for this body.
    rest_vertices (N, 3) float32 m;  faces (M, 3) int32, counter-clockwise from outside;
    weights (N, B) float32, sparse rows that sum to 1;  colors (N, 3) float32, linear albedo;
    parts, surfaces (N,) int32: see PARTS and SURFACES (a face has those of its last vertex);
    welds (N,) int32: vertices with the same number are one point of a smooth surface and share their normal.
    """

    name: str
    subject: int
    description: str
    height_m: float
    rig: Rig
    rest_vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    weights: sparse.csr_matrix
    colors: NDArray[np.float32]
    parts: NDArray[np.int32]
    surfaces: NDArray[np.int32]
    welds: NDArray[np.int32]

    def joints(self, pose: Pose) -> Array:
        """(15, 3) m, world, in OCCLUSION_PERSON's order."""
        return joints_of(self.rig, pose_bones(self.rig, pose.rotations, pose.root_m)[1])

    def mesh(self, pose: Pose, *, rest_vertices: NDArray[np.float32] | None = None) -> Mesh:
        """The posed person in world coordinates. Its uvs are 0: people carry vertex colours, not textures.

        rest_vertices (N, 3) m: where the surface is at rest when not as usual, such as with an expression on the face.
        """
        rest = self.rest_vertices if rest_vertices is None else rest_vertices
        vertices = skin_vertices(rest, self.weights, self.rig, pose)
        return Mesh(
            vertices=vertices,
            faces=self.faces,
            normals=self._normals(vertices),
            uvs=np.zeros((len(vertices), 2), np.float32),
            colors=self.colors,
            parts=self.parts,
        )

    def rest_pose(self) -> Pose:
        """The pose in which `mesh` gives the rest vertices."""
        bones = len(self.rig.names)
        return Pose(rotations=np.tile(np.eye(3), (bones, 1, 1)), root_m=np.array(self.rig.rest_heads[0]))

    @cached_property
    def _faces_around(self) -> sparse.csr_matrix:
        """(N, M) ones where a face touches a vertex or one welded to it."""
        corners = self.welds[self.faces.ravel()]
        owners = np.repeat(np.arange(len(self.faces)), 3)
        shape = (len(self.welds), len(self.faces))
        touches = sparse.csr_matrix((np.ones(len(corners), np.float32), (corners, owners)), shape=shape)
        return touches[self.welds]

    def _normals(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, 3) unit: the area-weighted mean of the faces around each vertex; +Z where these cancel out."""
        first, second, third = (vertices[self.faces[:, corner]] for corner in range(3))
        normals = self._faces_around @ np.cross(second - first, third - first)
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        flat = length < 1e-12
        unit: NDArray[np.float32] = np.where(flat, np.array([0, 0, 1], np.float32), normals / np.where(flat, 1, length))
        return unit


def skin_vertices(
    rest_vertices: NDArray[np.float32], weights: sparse.csr_matrix, rig: Rig, pose: Pose
) -> NDArray[np.float32]:
    """Linear blend skinning: rest vertices (N, 3) m and weights (N, B) -> posed vertices (N, 3) float32 m, world."""
    turned, heads = pose_bones(rig, pose.rotations, pose.root_m)
    shift = heads - (turned @ rig.rest_heads[:, :, None])[:, :, 0]
    # Rows of the transposed 3 x 4 matrix of each bone, so that a blended row is scaled by one coordinate of its vertex.
    columns = np.concatenate([turned.transpose(0, 2, 1), shift[:, None]], axis=1)  # (B, 4, 3)
    blended = (weights @ columns.reshape(len(columns), 12).astype(np.float32)).reshape(-1, 4, 3)
    x, y, z = (rest_vertices[:, axis, None] for axis in range(3))
    posed: NDArray[np.float32] = blended[:, 0] * x + blended[:, 1] * y + blended[:, 2] * z + blended[:, 3]
    return posed


def save_people(path: Path, people: tuple[Body, ...]) -> None:
    """Write people to one .npz file; equal people give equal bytes. Written beside `path`, then renamed onto it.

    ValueError where the people differ in their rig's names, or have more vertices than the format counts (65,535).
    """
    rig = people[0].rig
    members: dict[str, Array | NDArray[np.generic]] = {
        "format": np.array(FORMAT),
        "names": np.array([body.name for body in people]),
        "subjects": np.array([body.subject for body in people], np.int32),
        "descriptions": np.array([body.description for body in people]),
        "heights_m": np.array([body.height_m for body in people], np.float64),
        "bones": np.array(rig.names),
        "bone_parents": np.array(rig.parents, np.int32),
    }
    for body in people:
        if (body.rig.names, body.rig.parents) != (rig.names, rig.parents):
            raise ValueError(f"people {people[0].name} and {body.name} have different bones; one file holds one rig")
        if len(body.rest_vertices) > np.iinfo(np.uint16).max:
            raise ValueError(f"person {body.name}: expected at most 65535 vertices, found {len(body.rest_vertices)}")
        stored = {
            "rest_heads": body.rig.rest_heads,
            "weight_starts": body.weights.indptr,
            "weight_bones": body.weights.indices,
            "weight_values": body.weights.data,
            "colors": np.round(body.colors * np.iinfo(np.uint16).max),
        }
        for name, (dtype, _) in _ARRAYS.items():
            members[f"{body.name}.{name}"] = np.asarray(stored.get(name, getattr(body, name, None)), dtype)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with zipfile.ZipFile(partial, "w") as archive:
            for name, value in members.items():
                # A fixed date: the file's bytes must depend on the people alone.
                entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(entry, "w", force_zip64=True) as stream:
                    np.lib.format.write_array(stream, np.asarray(value, order="C"), allow_pickle=False)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_people(path: Path) -> tuple[Body, ...]:
    """Read what `save_people` wrote. ValueError, naming the file and the array, where it is not that."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise ValueError(f"{path}: expected a people file (.npz), found {error}; bake the people again") from error
    found = str(arrays.get("format", "no format"))
    if found != FORMAT:
        raise ValueError(f"{path}: expected {FORMAT!r}, found {found!r}; bake the people again")
    missing = {"names", "subjects", "descriptions", "heights_m", "bones", "bone_parents"} - arrays.keys()
    if missing:
        raise ValueError(f"{path}: the arrays {', '.join(sorted(missing))} are missing; bake the people again")
    names, parents = tuple(map(str, arrays["bones"])), tuple(map(int, arrays["bone_parents"]))
    return tuple(
        _body_from(
            path,
            arrays,
            name=str(name),
            subject=int(arrays["subjects"][i]),
            description=str(arrays["descriptions"][i]),
            height_m=float(arrays["heights_m"][i]),
            bones=(names, parents),
        )
        for i, name in enumerate(arrays["names"])
    )


def _body_from(
    path: Path,
    arrays: dict[str, NDArray[np.generic]],
    *,
    name: str,
    subject: int,
    description: str,
    height_m: float,
    bones: tuple[tuple[str, ...], tuple[int, ...]],
) -> Body:
    stored = {key: arrays.get(f"{name}.{key}") for key in _ARRAYS}
    _check_arrays(f"{path}: person {name}", stored, bone_count=len(bones[0]))
    sizes = (len(stored["rest_vertices"]), len(bones[0]))  # type: ignore[arg-type]
    weights = sparse.csr_matrix(
        (stored["weight_values"], stored["weight_bones"], stored["weight_starts"]), shape=sizes, dtype=np.float32
    )
    rest_heads = np.asarray(stored["rest_heads"], np.float64)
    return Body(
        name=name,
        subject=subject,
        description=description,
        height_m=height_m,
        rig=Rig(names=bones[0], parents=bones[1], rest_heads=rest_heads),
        rest_vertices=np.asarray(stored["rest_vertices"], np.float32),
        faces=np.asarray(stored["faces"], np.int32),
        weights=weights,
        colors=np.asarray(stored["colors"], np.float32) / np.float32(np.iinfo(np.uint16).max),
        parts=np.asarray(stored["parts"], np.int32),
        surfaces=np.asarray(stored["surfaces"], np.int32),
        welds=np.asarray(stored["welds"], np.int32),
    )


def _check_arrays(where: str, stored: dict[str, NDArray[np.generic] | None], *, bone_count: int) -> None:
    """ValueError unless every array is there with its dtype, shape and range."""
    sizes = {"B": bone_count, "3": 3}
    for key, letter in (("rest_vertices", "N"), ("faces", "M"), ("weight_values", "W")):
        array = stored[key]
        sizes[letter] = -1 if array is None else len(array)
    sizes["I"] = sizes["N"] + 1
    for key, (dtype, letters) in _ARRAYS.items():
        array, expected = stored[key], tuple(sizes[letter] for letter in letters)
        if array is None or array.dtype != dtype or array.shape != expected:
            found = "nothing" if array is None else f"{array.shape} {array.dtype}"
            raise ValueError(f"{where}: {key}: expected {expected} {np.dtype(dtype)}, found {found}")
    limits = {
        "faces": sizes["N"],
        "welds": sizes["N"],
        "weight_bones": bone_count,
        "parts": max(PARTS.values()) + 1,
        "surfaces": max(SURFACES.values()) + 1,
    }
    for key, limit in limits.items():
        largest = int(np.max(np.asarray(stored[key], np.int64), initial=0))
        if largest >= limit:
            raise ValueError(f"{where}: {key}: expected values below {limit}, found {largest}")
    starts = np.asarray(stored["weight_starts"], np.int64)
    if starts[0] != 0 or starts[-1] != sizes["W"] or (np.diff(starts) < 1).any():
        raise ValueError(f"{where}: weight_starts: expected to rise from 0 to {sizes['W']}, at least one per vertex")
    sums = np.add.reduceat(np.asarray(stored["weight_values"], np.float64), starts[:-1])
    if not np.allclose(sums, 1, atol=1e-4):
        raise ValueError(
            f"{where}: weight_values: expected rows that sum to 1, found {sums.min():.4f} .. {sums.max():.4f}"
        )
    for key in ("rest_vertices", "rest_heads"):
        if not np.isfinite(np.asarray(stored[key], np.float64)).all():
            raise ValueError(f"{where}: {key}: expected finite metres, found NaN or infinity")
