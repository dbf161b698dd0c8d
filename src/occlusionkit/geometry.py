"""Cameras and projections. The only place that turns world points into camera points and pixels.

World: right-handed, Z up, metres.  Camera: x right, y down, z forward, metres.
Image: edge convention, the first pixel spans 0..1 with its centre at (0.5, 0.5); a point's pixel is its `floor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera without distortion.

    intrinsics (3, 3) px, edge convention;  rotation_world_to_camera (3, 3), det +1;  center_world (3,) m;
    size_hw: image height and width in px.
    """

    intrinsics: Array
    rotation_world_to_camera: Array
    center_world: Array
    size_hw: tuple[int, int]

    def __post_init__(self) -> None:
        for name, shape in (("intrinsics", (3, 3)), ("rotation_world_to_camera", (3, 3)), ("center_world", (3,))):
            value = np.array(getattr(self, name), dtype=np.float64)
            if value.shape != shape or not np.isfinite(value).all():
                raise ValueError(f"camera {name}: expected finite {shape}, found {value.shape}: {value.tolist()}")
            value.setflags(write=False)
            object.__setattr__(self, name, value)
        rotation = self.rotation_world_to_camera
        if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-6) or np.linalg.det(rotation) < 0:
            raise ValueError(
                f"camera rotation_world_to_camera: expected orthonormal with det +1, "
                f"found det {np.linalg.det(rotation):.6f}; a left-handed (Unreal) rotation must be mirrored first"
            )
        height, width = self.size_hw
        if height < 1 or width < 1:
            raise ValueError(f"camera size_hw: expected at least 1 x 1 px, found {height} x {width}")


def camera_of(row: Mapping[str, Any]) -> Camera:
    """The camera of one row of a table that has the camera columns (named like Camera's fields)."""
    height, width = row["size_hw"]
    return Camera(row["intrinsics"], row["rotation_world_to_camera"], row["center_world"], (int(height), int(width)))


def intrinsics_from_hfov(hfov_deg: float, size_hw: tuple[int, int]) -> Array:
    """(3, 3) px with square pixels and a centred principal point; 90 deg at 640 px wide gives a focal of 320 px."""
    if not 0 < hfov_deg < 180:
        raise ValueError(f"horizontal field of view: expected degrees in (0, 180), found {hfov_deg}")
    height, width = size_hw
    focal_px = width / 2 / np.tan(np.radians(hfov_deg) / 2)
    return np.array([[focal_px, 0, width / 2], [0, focal_px, height / 2], [0, 0, 1.0]])


def world_to_camera(points_world: Array, camera: Camera) -> Array:
    """(..., 3) m, world -> (..., 3) m, camera."""
    rotated: Array = (np.asarray(points_world) - camera.center_world) @ camera.rotation_world_to_camera.T
    return rotated


def camera_to_world(points_camera: Array, camera: Camera) -> Array:
    """(..., 3) m, camera -> (..., 3) m, world."""
    rotated: Array = np.asarray(points_camera) @ camera.rotation_world_to_camera + camera.center_world
    return rotated


def camera_to_image(points_camera: Array, camera: Camera) -> Array:
    """(..., 3) m, camera -> (..., 2) px. Points at or behind the camera's plane (z <= 0) become NaN."""
    points = np.asarray(points_camera, dtype=np.float64)
    depth_m = np.where(points[..., 2:] > 0, points[..., 2:], np.nan)
    image: Array = (points / depth_m) @ camera.intrinsics[:2].T
    return image


def image_to_camera(points_image: Array, depth_m: Array, camera: Camera) -> Array:
    """(..., 2) px and (...) planar depth in m -> (..., 3) m, camera. The inverse of `camera_to_image`."""
    points = np.asarray(points_image, dtype=np.float64)
    homogeneous = np.concatenate([points, np.ones_like(points[..., :1])], axis=-1)
    rays: Array = homogeneous @ np.linalg.inv(camera.intrinsics).T
    return rays * np.asarray(depth_m)[..., None]


def planar_from_ray(ray_distance_m: Array, camera: Camera) -> Array:
    """(H, W) distance from the camera's centre along each pixel's ray, m -> (H, W) planar depth (camera z), m.

    A pixel's ray goes through its centre. At 90 deg FOV, 16:9 and 3 m the two differ by 1.57 m in the corner.
    """
    height, width = camera.size_hw
    if np.shape(ray_distance_m) != camera.size_hw:
        raise ValueError(f"ray distance: expected the camera's {camera.size_hw}, found {np.shape(ray_distance_m)}")
    centres = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=-1)
    rays = image_to_camera(centres, np.ones(camera.size_hw), camera)
    planar: Array = ray_distance_m / np.linalg.norm(rays, axis=-1)
    return planar


def in_image(points_image: Array, *, size_hw: tuple[int, int]) -> Bools:
    """(..., 2) px -> (...) bool: 0 <= x < W and 0 <= y < H. NaN is outside."""
    x, y = np.moveaxis(np.asarray(points_image), -1, 0)
    inside: Bools = (x >= 0) & (x < size_hw[1]) & (y >= 0) & (y < size_hw[0])
    return inside


def look_at_rotation(center_world: Array, target_world: Array) -> Array:
    """(3,) m, (3,) m -> (3, 3) world-to-camera rotation looking at the target with the image's top towards +Z."""
    forward = np.asarray(target_world, dtype=np.float64) - np.asarray(center_world, dtype=np.float64)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    if np.linalg.norm(forward) < 1e-9 or np.linalg.norm(right) < 1e-9 * np.linalg.norm(forward):
        raise ValueError(f"look_at_rotation: target {target_world} is at the camera or straight above or below it")
    forward, right = forward / np.linalg.norm(forward), right / np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward])
