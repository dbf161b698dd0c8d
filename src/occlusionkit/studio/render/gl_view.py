"""What a camera has to draw: which items, in which order, and where in the image a shadow may fall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...geometry import Array, Camera, camera_to_image, world_to_camera
from .gl_upload import Geometry
from .lens import NEAR_M, clip_matrix, distances_m, far_plane_m, in_view, near_reach_m

# Which faces of an item are drawn: those seen from their front, from their back, or both.
Sides = Literal["both", "fronts", "backs"]
# A rectangle of the image: left, top, width, height, px.
Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class View:
    """matrix (4, 4): world to clip space;  static, moving: the items of either geometry in the order of drawing."""

    camera: Camera
    matrix: Array
    static: tuple[tuple[int, Sides], ...]
    moving: tuple[int, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """The view's camera and planes by value: equal keys show the same of a room."""
        return (self.camera.size_hw, self.matrix.tobytes())


def view_of(camera: Camera, static: Geometry, moving: Geometry, *, near_m: float = NEAR_M) -> View:
    """Plan what to draw: near items first, the room's shell (which is behind all) last."""
    bounds = np.concatenate([static.batch.bounds, moving.batch.bounds])
    reach_m = max(far_plane_m(camera, bounds), 2 * near_m)
    # In powers of two, so that the planes stay as they are when people move.
    matrix = clip_matrix(camera, near_m=near_m, far_m=2.0 ** np.ceil(np.log2(reach_m)))
    seen, distance_m = in_view(matrix, bounds), distances_m(camera, bounds)
    shell = np.array([item.kind == "structure" for item in (*static.batch.items, *moving.batch.items)], dtype=bool)
    # Seen from inside of a thing, or from where the near plane cuts it open, its backs show.
    outside = distance_m > near_reach_m(camera) * near_m / NEAR_M
    order = [int(item) for item in np.lexsort((distance_m, shell)) if seen[item]]
    count = len(static.batch.items)
    return View(
        camera=camera,
        matrix=matrix,
        static=tuple((i, "fronts" if static.closed[i] and outside[i] else "both") for i in order if i < count),
        moving=tuple(i - count for i in order if i >= count),
    )


def rectangle_of(points: Array, camera: Camera) -> Rectangle | None:
    """Where in the image the hull of points (N, 3) m is: all of it, where some are behind the camera; None: nowhere."""
    seen = world_to_camera(points, camera)
    height, width = camera.size_hw
    if not len(points):
        return None
    if seen[:, 2].min() < NEAR_M:
        return 0, 0, width, height
    places = camera_to_image(seen, camera)
    left, top = (int(value) for value in np.clip(np.floor(places.min(axis=0)), 0, [width, height]))
    right, bottom = (int(value) for value in np.clip(np.ceil(places.max(axis=0)), 0, [width, height]))
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None
