"""Rays against a batch of items, with embree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from ...geometry import Array, Bools
from .batch import Batch

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Hits:
    """Where rays end first. distance (N,) float32, the ray's parameter, inf where nothing is hit;  face (N,) int32, -1
    there;  u, v (N,) float32: the hit is (1 - u - v) a + u b + v c of the face's vertices a, b, c."""

    distance: Floats
    face: Ints
    u: Floats
    v: Floats

    def where(self, chosen: Bools) -> Hits:
        """Only the hits of which chosen (N,) says so."""
        return Hits(distance=self.distance[chosen], face=self.face[chosen], u=self.u[chosen], v=self.v[chosen])


class RayScene:
    """A batch that rays can be cast at. Faces stop rays from both sides."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._empty = len(batch.faces) == 0
        self._scene = EmbreeScene()
        if not self._empty:
            TriangleMesh(self._scene, batch.positions, batch.faces)

    def release(self) -> None:
        """Nothing to give back by hand: embree's scene goes with this object."""

    def first_hits(self, origins: Array, directions: Array) -> Hits:
        """(N, 3) m, (N, 3) -> what each ray meets first."""
        count = len(origins)
        if self._empty or count == 0:
            none = np.zeros(count, np.float32)
            return Hits(distance=np.full(count, np.inf, np.float32), face=np.full(count, -1, np.int32), u=none, v=none)
        found = self._scene.run(_float32(origins), _float32(directions), output=True)
        missed = found["primID"] < 0
        distance = np.where(missed, np.float32(np.inf), found["tfar"])
        return Hits(distance=distance, face=found["primID"], u=found["u"], v=found["v"])

    def blocked(self, origins: Array, targets: Array) -> Bools:
        """(N, 3) m, (N, 3) m -> (N,): something lies strictly between the two points."""
        count = len(origins)
        if self._empty or count == 0:
            return np.zeros(count, bool)
        found = self._scene.run(
            _float32(origins), _float32(targets - origins), dists=np.ones(count, np.float32), query="OCCLUDED"
        )
        between: Bools = np.asarray(found) >= 0
        return between


def _float32(values: Array) -> Floats:
    return np.ascontiguousarray(values, dtype=np.float32)


def interpolate(values: Floats, faces: Ints, hits: Hits) -> Floats:
    """Vertex values (V, K) at hits (N, all of them of some face) -> (N, K)."""
    a, b, c = (values[faces[hits.face, corner]] for corner in range(3))
    u, v = hits.u[:, None], hits.v[:, None]
    mixed: Floats = a + u * (b - a) + v * (c - a)
    return mixed
