"""A camera as rasterisers and ray casters want it. Pixel (row, col) is sampled at its centre (col + 0.5, row + 0.5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Camera

# Unreal's default near plane: what is nearer than 10 cm is not drawn, by either renderer.
NEAR_M = 0.10


def clip_matrix(camera: Camera, *, far_m: float, near_m: float = NEAR_M) -> Array:
    """(4, 4) float64, world m -> OpenGL clip space with w = planar depth.

    The image's top row goes to y = -1, OpenGL's bottom: what is read back starts with the top row, as arrays do.
    """
    height, width = camera.size_hw
    extrinsics = np.eye(4)
    extrinsics[:3, :3] = camera.rotation_world_to_camera
    extrinsics[:3, 3] = -camera.rotation_world_to_camera @ camera.center_world
    projection = np.zeros((4, 4))
    projection[0, :3] = 2 / width * camera.intrinsics[0]
    projection[1, :3] = 2 / height * camera.intrinsics[1]
    projection[:2, 2] -= 1
    projection[2, 2:] = (far_m + near_m) / (far_m - near_m), -2 * far_m * near_m / (far_m - near_m)
    projection[3, 2] = 1
    return projection @ extrinsics


def far_plane_m(camera: Camera, bounds_world: Array) -> float:
    """Just beyond the farthest corner of bounds (N, 2, 3) m (low and high corners), at least 1 m: z-buffers are
    scarce in precision."""
    if len(bounds_world) == 0:
        return 1.0
    low, high = bounds_world[:, 0].min(axis=0), bounds_world[:, 1].max(axis=0)
    forward = camera.rotation_world_to_camera[2]
    reach = np.where(forward > 0, high, low) - camera.center_world
    return max(1.0, 1.01 * float(reach @ forward))


def in_view(matrix: Array, bounds_world: Array) -> NDArray[np.bool_]:
    """(4, 4) clip matrix and boxes (N, 2, 3) m -> (N,) bool: False only where the whole box is outside one plane."""
    corner = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)])
    corners = np.take_along_axis(bounds_world, np.broadcast_to(corner, (len(bounds_world), 8, 3)), axis=1)
    clip = corners @ matrix[:, :3].T + matrix[:, 3]  # (N, 8, 4)
    position, w = clip[..., :3], clip[..., 3:]
    outside = (position < -w).all(axis=1) | (position > w).all(axis=1)  # (N, 3)
    inside: NDArray[np.bool_] = np.logical_not(outside.any(axis=-1))
    return inside


def pixel_rays(camera: Camera, *, offset_px: tuple[float, float] = (0.5, 0.5)) -> Array:
    """(H, W, 3) float64 directions in the world with camera z = 1, so that a ray's parameter is planar depth.

    offset_px: where in its pixel a ray goes through, (x, y); (0.5, 0.5) is the centre.
    """
    height, width = camera.size_hw
    inverse = np.linalg.inv(camera.intrinsics)
    across = np.arange(width)[:, None] + offset_px[0]
    down = np.arange(height)[:, None] + offset_px[1]
    camera_rays = (across * inverse[:, 0])[None] + (down * inverse[:, 1])[:, None] + inverse[:, 2]
    rays: Array = camera_rays @ camera.rotation_world_to_camera
    return rays


def near_reach_m(camera: Camera) -> float:
    """How far from the camera's centre the near plane's farthest visible point is, m."""
    height, width = camera.size_hw
    corners = np.array([[x, y, 1.0] for x in (0, width) for y in (0, height)]) @ np.linalg.inv(camera.intrinsics).T
    return NEAR_M * float(np.linalg.norm(corners, axis=1).max())


def distances_m(camera: Camera, bounds_world: Array) -> Array:
    """(N,) m from the camera's centre to the nearest point of boxes (N, 2, 3); 0 inside."""
    nearest = np.clip(camera.center_world, bounds_world[:, 0], bounds_world[:, 1])
    distances: Array = np.linalg.norm(nearest - camera.center_world, axis=-1)
    return distances


def cover_matrix(camera: Camera) -> Array:
    """(3, 4) world m -> (x w, y w, w): x and y from 0 to 1 across the camera's image, y downwards, w planar depth."""
    rotation, (height, width) = camera.rotation_world_to_camera, camera.size_hw
    extrinsics = np.concatenate([rotation, (-rotation @ camera.center_world)[:, None]], axis=1)
    found: Array = np.diag([1 / width, 1 / height, 1.0]) @ camera.intrinsics @ extrinsics
    return found
