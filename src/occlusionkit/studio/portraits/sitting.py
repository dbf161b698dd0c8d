"""A person before a camera: pose, expression, view and light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry import Camera
from ..world import Item, Light
from .bust import HeadFrame, draw_head_pose, head_frame, pose_of
from .dressing import Dressed
from .expressions import draw_expression
from .framing import View, aligned_view, portrait_camera, wild_view
from .picture import draw_lights


@dataclass(frozen=True, eq=False)
class Sitting:
    """A person before a camera, nothing before the face yet."""

    person: Dressed
    frame: HeadFrame
    camera: Camera
    items: tuple[Item, ...]
    lights: tuple[Light, ...]
    yaw_deg: float


def sit(person: Dressed, rng: np.random.Generator, *, size_px: int, wild: bool) -> Sitting:
    """Pose a person and set up camera and lights; wild: as faces come, not as portrait photographers take them."""
    bust = person.bust
    head = draw_head_pose(rng, spread=1.5 if wild else 1.0)
    pose, expression = pose_of(bust, head), draw_expression(rng)
    frame = head_frame(bust, pose)
    view: View = (wild_view if wild else aligned_view)(rng)
    camera = portrait_camera(bust, frame, view, size_px=size_px)
    lights = draw_lights(rng, target=frame.origin, azimuth_deg=view.azimuth_deg)
    facing, away = -frame.rotation[:, 1], camera.center_world - frame.origin
    cosine = facing @ away / np.linalg.norm(away)
    return Sitting(
        person,
        frame,
        camera,
        person.items(pose, expression),
        lights,
        yaw_deg=float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))),
    )
