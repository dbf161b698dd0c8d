"""Cameras as the server's clients see them: in Unreal's world, with a film size and a field of view of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...geometry import Camera
from ...unreal import camera_from_unreal, rotator_axes

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class StudioCamera:
    """A camera as Unreal has it: location_cm and rotator_deg (pitch, yaw, roll) in Unreal's world; horizontal FOV."""

    name: str
    location_cm: Vector = (0.0, 0.0, 0.0)
    rotator_deg: Vector = (0.0, 0.0, 0.0)
    hfov_deg: float = 90.0
    size_hw: tuple[int, int] = (480, 640)

    def camera(self) -> Camera:
        """The same camera in our world."""
        return camera_from_unreal(np.array(self.location_cm), self.rotator_deg, self.hfov_deg, self.size_hw)


def right_eye(left: StudioCamera, distance_cm: float) -> StudioCamera:
    """The camera beside another one, distance_cm along its right axis, turned alike."""
    right_axis = rotator_axes(*left.rotator_deg)[1]
    x, y, z = np.array(left.location_cm) + distance_cm * right_axis
    return replace(left, name="RightEye", location_cm=(float(x), float(y), float(z)))


def normalized_rotator(rotator_deg: Vector) -> Vector:
    """Each angle in (-180, 180], as Unreal gives them back."""
    pitch, yaw, roll = (angle if -180 < angle <= 180 else 180 - (180 - angle) % 360 for angle in rotator_deg)
    return pitch, yaw, roll
