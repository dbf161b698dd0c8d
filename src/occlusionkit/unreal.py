"""Unreal's frame and ours: the one place where centimetres, left-handed axes and rotators are converted.

Unreal world: left-handed, X forward, Y right, Z up, centimetres; a rotator is (pitch, yaw, roll) in degrees.
Ours: right-handed, Z up, metres. The two differ by a mirror of Y and a factor of 100: X_ours = S X_unreal / 100 with
S = diag(1, -1, 1). Worked number: Unreal (100, 200, 300) cm is ours (1, -2, 3) m.
"""

from __future__ import annotations

import numpy as np

from .geometry import Array, Camera, intrinsics_from_hfov

MIRROR_Y = np.diag([1.0, -1.0, 1.0])
CM_PER_M = 100.0


def points_from_unreal(points_cm: Array) -> Array:
    """(..., 3) cm, Unreal world -> (..., 3) m, our world."""
    converted: Array = np.asarray(points_cm, dtype=np.float64) @ MIRROR_Y / CM_PER_M
    return converted


def points_to_unreal(points_m: Array) -> Array:
    """(..., 3) m, our world -> (..., 3) cm, Unreal world."""
    converted: Array = np.asarray(points_m, dtype=np.float64) @ MIRROR_Y * CM_PER_M
    return converted


def rotation_from_unreal(rotation_unreal: Array) -> Array:
    """(..., 3, 3) rotation of Unreal vectors -> the same turn of our vectors (an involution: also the way back)."""
    converted: Array = MIRROR_Y @ np.asarray(rotation_unreal, dtype=np.float64) @ MIRROR_Y
    return converted


def rotator_axes(pitch_deg: float, yaw_deg: float, roll_deg: float) -> Array:
    """Rows: forward, right and up of a rotator, in Unreal's world. (3, 3), det +1 as a matrix of numbers.

    Yaw about world Z (positive to the right), then pitch (positive up), then roll (positive clockwise from behind).
    """
    (cp, cy, cr), (sp, sy, sr) = (f(np.radians([pitch_deg, yaw_deg, roll_deg])) for f in (np.cos, np.sin))
    return np.array(
        [
            [cp * cy, cp * sy, sp],
            [sr * sp * cy - cr * sy, sr * sp * sy + cr * cy, -sr * cp],
            [-(cr * sp * cy + sr * sy), cy * sr - cr * sp * sy, cr * cp],
        ]
    )


def rotation_to_rotator(rotation_unreal: Array) -> tuple[float, float, float]:
    """(3, 3) rotation of Unreal column vectors -> (pitch, yaw, roll) in degrees. Roll is 0 where pitch is +-90."""
    forward, right, _ = np.asarray(rotation_unreal, dtype=np.float64).T
    level = np.hypot(forward[0], forward[1])
    pitch = np.arctan2(forward[2], level)
    if level < 1e-12:
        return float(np.degrees(pitch)), float(np.degrees(np.arctan2(-right[0], right[1]))), 0.0
    yaw = np.arctan2(forward[1], forward[0])
    # Against the axes before rolling, and not from right[2] and up[2]: near the poles rounding makes yaw loose, and
    # this roll makes up for it, so that the whole rotation stays right.
    _, right_level, up_level = rotator_axes(float(np.degrees(pitch)), float(np.degrees(yaw)), 0.0)
    roll = np.arctan2(-(right @ up_level), right @ right_level)
    return float(np.degrees(pitch)), float(np.degrees(yaw)), float(np.degrees(roll))


def camera_from_unreal(
    location_cm: Array, rotator_deg: tuple[float, float, float], hfov_deg: float, size_hw: tuple[int, int]
) -> Camera:
    """The camera that an Unreal camera actor is, in our world.

    location_cm (3,) Unreal world; rotator_deg (pitch, yaw, roll); hfov_deg horizontal; size_hw px.
    """
    forward, right, up = rotator_axes(*rotator_deg)
    # Rows (right, down, forward) have det -1 in Unreal's left-handed world; the mirror makes it +1.
    rotation = np.stack([right, -up, forward]) @ MIRROR_Y
    return Camera(
        intrinsics=intrinsics_from_hfov(hfov_deg, size_hw),
        rotation_world_to_camera=rotation,
        center_world=points_from_unreal(location_cm),
        size_hw=size_hw,
    )


def camera_to_unreal(camera: Camera) -> tuple[Array, tuple[float, float, float]]:
    """(location in cm (3,), rotator (pitch, yaw, roll) in degrees) of one of our cameras."""
    right, down, forward = camera.rotation_world_to_camera @ MIRROR_Y
    axes = np.stack([forward, right, -down], axis=1)
    return points_to_unreal(camera.center_world), rotation_to_rotator(axes)
