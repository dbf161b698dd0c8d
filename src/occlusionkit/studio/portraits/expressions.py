"""Expressions: smooth movements of a face's surface about its own landmarks, at rest, in head coordinates.

Each is a bump or a turn that fades out around the eyes, the brows or the mouth. Sizes are those of an adult's face.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array
from ..people import SURFACES
from .bust import CLASSES, Bust
from .draws import turn_about

# The axis on which the jaw turns, y and z m; how far it opens at 1.
_JAW_HINGE_M, _JAW_DEG = (0.075, -0.035), 13.0


@dataclass(frozen=True)
class Expression:
    """All 0..1 but `corners`, -1 (down) .. 1 (a smile): its strength."""

    corners: float = 0.0
    jaw: float = 0.0
    brows_up: float = 0.0
    frown: float = 0.0
    squint: float = 0.0
    pout: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value, low = getattr(self, field.name), -1 if field.name == "corners" else 0
            if not low <= value <= 1:
                raise ValueError(f"expression {field.name}: expected {low} .. 1, found {value}")


def draw_expression(rng: np.random.Generator) -> Expression:
    """Mostly calm or friendly, now and then a stronger one."""
    kind = str(
        rng.choice(
            ["calm", "smile", "laugh", "surprise", "cross", "sad", "pout"], p=[0.3, 0.28, 0.12, 0.1, 0.08, 0.07, 0.05]
        )
    )
    a, b, c = rng.uniform(0, 1, 3)
    if kind == "smile":
        return Expression(corners=0.35 + 0.65 * a, squint=0.35 * b, jaw=0.12 * c)
    if kind == "laugh":
        return Expression(corners=0.6 + 0.4 * a, squint=0.3 + 0.4 * b, jaw=0.2 + 0.35 * c)
    if kind == "surprise":
        return Expression(jaw=0.1 + 0.6 * a, brows_up=0.5 + 0.5 * b)
    if kind == "cross":
        return Expression(corners=-0.5 * a, frown=0.5 + 0.5 * b, squint=0.4 * c)
    if kind == "sad":
        return Expression(corners=-0.4 - 0.6 * a, brows_up=0.4 * b)
    if kind == "pout":
        return Expression(pout=0.4 + 0.6 * a, frown=0.3 * b)
    return Expression(corners=0.2 * (a - 0.3), jaw=0.06 * b, squint=0.2 * c)


def moved_vertices(bust: Bust, expression: Expression) -> NDArray[np.float32]:
    """(N, 3) m: the bust's rest vertices with that expression on its face."""
    if expression == Expression():
        return bust.body.rest_vertices
    points = bust.body.rest_vertices.astype(np.float64) - bust.eyes
    moved = _opened(bust, points, expression.jaw)
    mouth, corner_x, corner_z = _mouth(bust)
    side = np.sign(points[:, 0])[:, None] * np.array([1.0, 0, 0])
    front = _fade(points[:, 1], 0.02, 0.07)[:, None]
    x, z = np.abs(points[:, 0]), points[:, 2]
    out, up, forward = side, np.array([0.0, 0, 1]), np.array([0.0, -1, 0])

    def bump(at_x: float, at_z: float, width_x: float, width_z: float | None = None) -> Array:
        shape: Array = np.exp(-(((x - at_x) / width_x) ** 2 + ((z - at_z) / (width_z or width_x)) ** 2) / 2)
        return shape[:, None] * front

    corner = bump(corner_x, corner_z, 0.011)
    if expression.corners > 0:
        smile = expression.corners
        moved += smile * corner * (0.005 * out + 0.0065 * up - 0.003 * forward)
        moved += smile * bump(0.045, corner_z + 0.032, 0.016) * (0.0035 * up + 0.0035 * forward)
    else:
        moved += expression.corners * corner * (0.001 * out + 0.006 * up)
    moved += expression.pout * bump(0.0, mouth[2], 0.014, 0.011) * (0.006 * forward)
    moved -= expression.pout * corner * (0.004 * out)
    eyeballs = np.isin(bust.body.surfaces, [SURFACES["sclera"], SURFACES["iris"]])[:, None]
    lids = np.where(eyeballs, 0.0, 1.0)
    moved += expression.brows_up * bump(0.033, 0.022, 0.024, 0.012) * lids * (0.007 * up)
    moved += expression.frown * bump(0.014, 0.019, 0.011) * lids * (-0.0045 * up - 0.003 * out + 0.001 * forward)
    eye_x = float(abs(bust.eye_left[0] - bust.eye_right[0])) / 2
    moved += expression.squint * bump(eye_x, 0.007, 0.014, 0.0045) * lids * (-0.0034 * up + 0.0010 * forward)
    moved += expression.squint * bump(eye_x, -0.010, 0.014, 0.0045) * lids * (0.0026 * up + 0.0008 * forward)
    # Teeth stay with the skull.
    teeth = bust.teeth
    moved[teeth] = points[teeth]
    return (moved + bust.eyes).astype(np.float32)


def _mouth(bust: Bust) -> tuple[Array, float, float]:
    """The mouth's middle (3,), and its corners' x (to either side) and z, m."""
    lips = bust.body.rest_vertices[bust.body.parts == CLASSES["lip"]] - bust.eyes
    corners = lips[np.argsort(-np.abs(lips[:, 0]))[:6]]
    return bust.mouth - bust.eyes, float(np.abs(corners[:, 0]).mean()), float(corners[:, 2].mean())


def _opened(bust: Bust, points: Array, jaw: float) -> Array:
    """The jaw turned about its hinge: what is below the line on which the lips meet goes with it."""
    mouth, corner_x, corner_z = _mouth(bust)
    x = np.abs(points[:, 0])
    line = np.interp(x, [0.0, corner_x, 2 * corner_x], [mouth[2], corner_z, corner_z])
    # The lips part sharply between the corners; beside them the cheek stretches.
    blend = np.interp(x, [0.5 * corner_x, 0.95 * corner_x, 2.2 * corner_x], [0.0006, 0.006, 0.022])
    # Where lips touch, what looks up belongs to the lower one and what looks down to the upper one.
    height = points[:, 2] - line - 0.004 * bust.rest_normals[:, 2]
    below = _fade(height, -blend, blend)
    goes = below * _fade(x, 0.045, 0.078) * _fade(points[:, 1], 0.03, 0.075) * _fade(-points[:, 2], 0.125, 0.17)
    hinge = np.array([0.0, *_JAW_HINGE_M])
    turned = (points - hinge) @ turn_about(np.array([1.0, 0, 0]), np.radians(_JAW_DEG * jaw)).T + hinge
    opened: Array = points + goes[:, None] * (turned - points)
    return opened


def _fade(value: Array, low: float | Array, high: float | Array) -> Array:
    """1 below low, 0 above high, smooth between."""
    share = np.clip((value - low) / np.maximum(np.asarray(high) - low, 1e-9), 0, 1)
    faded: Array = 1 - share * share * (3 - 2 * share)
    return faded
