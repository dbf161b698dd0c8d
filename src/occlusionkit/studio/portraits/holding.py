"""Where things and hands are when they are before a face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry import Array
from .bust import Bust, HeadFrame
from .draws import turn_about
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
