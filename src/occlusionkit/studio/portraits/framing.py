"""Cameras for portraits: aligned as CelebA-HQ's crops are, or as faces come in the wild."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry import Array, Camera, look_at_rotation
from .bust import Bust, HeadFrame


@dataclass(frozen=True)
class View:
    """Where the camera stands, seen from the face: azimuth_deg to the person's left of straight ahead, elevation_deg
    above, distance_m from the eyes.  roll_deg: of the picture, clockwise;  zoom: 1 as aligned, smaller shows more;
    shift: of the face's place in the picture, in pictures' sides (right, down)."""

    azimuth_deg: float
    elevation_deg: float
    distance_m: float
    roll_deg: float = 0.0
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)


def portrait_camera(bust: Bust, frame: HeadFrame, view: View, *, size_px: int) -> Camera:
    """A square picture whose eyes are level and whose face is centred.

    The square is that of CelebA-HQ (Karras et al. 2018, appendix C): centred on the eyes' middle plus a tenth of the
    way to the mouth, its half side the larger of 2 x the eyes' distance and 1.8 x the way from eyes to mouth, along
    the mean of the line of the eyes and the perpendicular of the way to the mouth.
    """
    azimuth, elevation = np.radians([view.azimuth_deg, view.elevation_deg])
    # The person at rest faces -Y with the left at +X; the head's own turn does not move the camera's goal.
    heading = np.array([np.sin(azimuth), -np.cos(azimuth), 0.0])
    direction = np.cos(elevation) * heading + np.array([0.0, 0.0, np.sin(elevation)])
    center = frame.origin + view.distance_m * direction
    look = look_at_rotation(center, frame.origin)
    left, right, mouth = (
        _on_plane(frame.to_world(point - bust.eyes), center, look)
        for point in (bust.eye_left, bust.eye_right, bust.mouth)
    )
    # In the image the person's right eye is on the left.
    eyes, across, down = (left + right) / 2, left - right, mouth - (left + right) / 2
    along = across + np.array([down[1], -down[0]])
    along *= max(2.0 * np.hypot(*across), 1.8 * np.hypot(*down)) / np.hypot(*along)
    middle, half = eyes + 0.1 * down, np.hypot(*along) / view.zoom
    roll = np.arctan2(along[1], along[0]) - np.radians(view.roll_deg)
    cos, sin = np.cos(roll), np.sin(roll)
    upright = np.array([[cos, sin], [-sin, cos]])
    focal = size_px / 2 / half
    offset = size_px * (0.5 + np.asarray(view.shift)) - focal * upright @ middle
    intrinsics = np.array([[focal, 0, offset[0]], [0, focal, offset[1]], [0, 0, 1.0]])
    rolled = np.eye(3)
    rolled[:2, :2] = upright
    return Camera(intrinsics, rolled @ look, center, (size_px, size_px))


def _on_plane(point: Array, center: Array, look: Array) -> Array:
    """(2,) where a point is on the camera's plane z = 1."""
    seen = look @ (point - center)
    on_plane: Array = seen[:2] / seen[2]
    return on_plane


def aligned_view(rng: np.random.Generator) -> View:
    """A portrait photographer's camera."""
    return View(
        azimuth_deg=float(np.clip(rng.normal(0, 14), -34, 34)),
        elevation_deg=float(np.clip(rng.normal(2, 5), -10, 14)),
        distance_m=float(rng.uniform(0.75, 1.6)),
        roll_deg=float(rng.normal(0, 1.5)),
    )


def wild_view(rng: np.random.Generator) -> View:
    """A passer-by's camera: farther, tilted, from the side, the face anywhere."""
    zoom = float(rng.uniform(0.45, 0.92))
    room = 0.5 - 0.36 * zoom
    return View(
        azimuth_deg=float(np.clip(rng.normal(0, 28), -58, 58)),
        elevation_deg=float(np.clip(rng.normal(4, 11), -20, 32)),
        distance_m=float(rng.uniform(0.9, 2.6)),
        roll_deg=float(np.clip(rng.normal(0, 14), -35, 35)),
        zoom=zoom,
        shift=(float(rng.uniform(-room, room)), float(rng.uniform(-0.6 * room, room))),
    )
