"""Where things and hands are when they are before a face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry import Array
from ..rooms.shapes import Shape
from .bust import Bust, HeadFrame
from .draws import turn_about
from .hands import HandPose, Side
from .things import Thing

# How far a held thing may lean to either side and turn from the camera, degrees; others 25 and 30.
_LEANS = {
    "cup": 12.0,
    "book": 14.0,
    "bottle": 40.0,
    "microphone": 28.0,
    "flower": 40.0,
    "ice_cream": 20.0,
    "banana": 180.0,
    "ball": 180.0,
}
_TURNS = {
    "phone": 18.0,
    "book": 25.0,
    "cup": 180.0,
    "bottle": 180.0,
    "ball": 180.0,
    "ice_cream": 180.0,
    "microphone": 180.0,
}
# Things that a fist can go around: where on their height, from below.
GRIPS = {"bottle": 0.3, "cup": 0.5, "fan": 0.06, "flower": 0.2, "ice_cream": 0.25, "microphone": 0.35, "paddle": 0.12,
         "phone": 0.35, "remote": 0.3, "spoon": 0.25, "stick": 0.45}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Before:
    """A place before the face. point (3,) m, world: on the face;  away (3,): unit, from the camera to it;
    right, up (3,): unit, as the camera's picture has them."""

    point: Array
    away: Array
    right: Array
    up: Array


def place_before(bust: Bust, frame: HeadFrame, camera_center: Array, rng: np.random.Generator, *, low: bool) -> Before:
    """Somewhere on the face, from brows to chin; low: about the mouth."""
    x = float(np.clip(rng.normal(0, 0.028), -0.06, 0.06))
    z = float(rng.uniform(-0.105, -0.05) if low else rng.uniform(-0.10, 0.035))
    point = frame.to_world(np.array([x, float(bust.relief.at(np.array(x), np.array(z))), z]))
    away = point - camera_center
    away /= np.linalg.norm(away)
    right = np.cross(away, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    return Before(point, away, right, np.cross(right, away))


def thing_matrix(thing: Thing, place: Before, rng: np.random.Generator) -> Array:
    """(4, 4): the thing held upright before the place, its front to the camera, clear of the nose."""
    lean = np.radians(_LEANS.get(thing.kind, 25.0) * rng.uniform(-1, 1))
    turn = np.radians(_TURNS.get(thing.kind, 30.0) * rng.uniform(-1, 1))
    upright = np.stack([place.right, place.away, place.up], axis=1)
    rotation = upright @ turn_about(np.array([0.0, 1, 0]), lean) @ turn_about(np.array([0.0, 0, 1]), turn)
    points = np.concatenate([shape.vertices for shape, _ in thing.parts.shapes]) @ rotation.T
    deep = float((points @ place.away).max())
    return _matrix(rotation, place.point - (deep + rng.uniform(0.025, 0.10)) * place.away)


def grip(thing: Thing, matrix: Array, place: Before, side: Side, rng: np.random.Generator) -> tuple[HandPose, Array]:
    """A fist around a thing that is held before a face: its pose, and (4, 4) from hand coordinates.

    matrix: where the thing is. The thumb is up, the back of the hand looks to the camera, and the forearm reaches in
    from the hand's own side. ValueError for a thing that is not in GRIPS.
    """
    if thing.kind not in GRIPS:
        raise ValueError(f"grip: expected one of {', '.join(GRIPS)}, found {thing.kind}")
    points = np.concatenate([shape.vertices for shape, _ in thing.parts.shapes])
    height = points[:, 2].min() + GRIPS[thing.kind] * np.ptp(points[:, 2])
    near = np.concatenate([_section(shape, height) for shape, _ in thing.parts.shapes])
    up = matrix[:3, 2]
    aside = place.right - (place.right @ up) * up
    aside /= np.linalg.norm(aside)
    toward = np.cross(aside, up)
    # How thick the thing is where the hand is: towards the camera, and across.
    middle = (near.min(axis=0) + near.max(axis=0)) / 2
    offset = (near - middle) @ matrix[:3, :3].T
    # A handle that looks at the camera goes into the hand.
    thick = min(float((offset @ toward).max()), 0.045)
    wide = float(np.ptp(offset @ aside)) / 2
    thumb = 1.0 if side == "L" else -1.0
    rotation = np.stack([thumb * up, toward, thumb * aside], axis=1)
    # The wrist hangs a little lower than the fist.
    rotation = turn_about(toward, -thumb * np.radians(rng.uniform(5, 35))) @ rotation
    bend = float(np.interp(wide, [0.005, 0.02, 0.045], [78.0, 58.0, 34.0]))
    bends = tuple((bend + rng.normal(0, 3, 4)).tolist())
    pose = HandPose(spread=0.1, bend_deg=bends, thumb_deg=float(rng.uniform(5, 25)))
    held = matrix[:3, :3] @ middle + matrix[:3, 3]
    origin = held + (max(thick, 0.006) + 0.012) * toward + thumb * min(wide, 0.02) * aside
    return pose, _matrix(rotation, origin)


def _section(shape: Shape, height_m: float) -> Array:
    """(n, 3) m: where a shape's edges pass a height."""
    edges = shape.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    start, end = shape.vertices[edges[:, 0]], shape.vertices[edges[:, 1]]
    below, above = start[:, 2] - height_m, end[:, 2] - height_m
    crosses = below * above < 0
    share = (below[crosses] / (below[crosses] - above[crosses]))[:, None]
    points: Array = start[crosses] + share * (end[crosses] - start[crosses])
    return points


def hand_matrix(place: Before, rng: np.random.Generator) -> Array:
    """(4, 4) from hand coordinates: a hand over the place, mostly palm on the face, reaching in from below or aside."""
    palm_to_face = rng.random() < 0.7
    back = -place.away if palm_to_face else place.away
    # The direction of the forearm, as a turn from straight down in the picture.
    turn = np.radians(np.clip(rng.normal(0, 50), -115, 115))
    wrist = -np.cos(turn) * place.up + np.sin(turn) * place.right
    across = np.cross(back, wrist)
    rotation = np.stack([across, back, wrist], axis=1)
    # The wrist is held off the face, the fingers on it.
    rotation = turn_about(across, np.radians(rng.uniform(-6, 22) * (-1 if palm_to_face else 1))) @ rotation
    rotation = rotation @ turn_about(np.array([0.0, 0, 1]), np.radians(rng.normal(0, 10)))
    along = rng.uniform(-0.05, 0.03)
    return _matrix(rotation, place.point - rng.uniform(0.035, 0.085) * place.away + along * wrist)


def _matrix(rotation: Array, origin: Array) -> Array:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, origin
    return matrix
