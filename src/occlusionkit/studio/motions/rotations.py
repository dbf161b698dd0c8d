"""Rotations as (..., 3, 3) matrices of column vectors: making, splitting and blending them. Radians."""

from __future__ import annotations

import numpy as np

from ...geometry import Array

X_AXIS, Y_AXIS, Z_AXIS = np.eye(3)


def unit(vectors: Array) -> Array:
    """(..., 3) -> (..., 3) of length 1. A zero vector has no direction: ValueError."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if (lengths < 1e-12).any():
        raise ValueError("unit: a vector of length 0 has no direction")
    directions: Array = vectors / lengths
    return directions


def about(axis: Array, angle_rad: Array | float) -> Array:
    """Rotation by an angle (...) about a unit axis (..., 3), right-handed (Rodrigues' formula) -> (..., 3, 3)."""
    axis, angle = np.broadcast_arrays(
        np.asarray(axis, dtype=np.float64), np.asarray(angle_rad, dtype=np.float64)[..., None]
    )
    sin, cos = np.sin(angle[..., :1])[..., None], np.cos(angle[..., :1])[..., None]
    skew = cross_matrix(axis)
    rotation: Array = cos * np.eye(3) + sin * skew + (1 - cos) * axis[..., :, None] * axis[..., None, :]
    return rotation


def cross_matrix(vectors: Array) -> Array:
    """(..., 3) -> (..., 3, 3): cross_matrix(a) @ b is the cross product a x b."""
    x, y, z = np.moveaxis(np.asarray(vectors, dtype=np.float64), -1, 0)
    zero = np.zeros_like(x)
    rows = [[zero, -z, y], [z, zero, -x], [-y, x, zero]]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def from_rotation_vector(vectors: Array) -> Array:
    """(..., 3), axis times angle -> (..., 3, 3)."""
    angles = np.linalg.norm(vectors, axis=-1)
    return about(vectors / np.maximum(angles, 1e-300)[..., None], angles)


def to_rotation_vector(rotations: Array) -> Array:
    """(..., 3, 3) -> (..., 3), axis times angle, angle in [0, pi]; at pi either of the two axes may come."""
    quaternions = to_quaternion(rotations)
    sine = np.linalg.norm(quaternions[..., 1:], axis=-1)
    angles = 2 * np.arctan2(sine, quaternions[..., 0])
    scale = np.where(sine > 1e-9, angles / np.maximum(sine, 1e-12), 2.0)
    vectors: Array = quaternions[..., 1:] * scale[..., None]
    return vectors


def to_quaternion(rotations: Array) -> Array:
    """(..., 3, 3) -> (..., 4) unit, real part first and not negative.

    The quaternion is the eigenvector of Bar-Itzhack's symmetric matrix (J. Guidance 23, 2000); here the largest of its
    four columns, which is the same for exact rotations and steady at every angle (Shepperd 1978).
    """
    m = np.asarray(rotations, dtype=np.float64)
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    a, b, c = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    d, e, f = m[..., 1, 0] + m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0], m[..., 2, 1] + m[..., 1, 2]
    columns = np.stack(
        [
            np.stack([1 + xx + yy + zz, a, b, c], axis=-1),
            np.stack([a, 1 + xx - yy - zz, d, e], axis=-1),
            np.stack([b, d, 1 - xx + yy - zz, f], axis=-1),
            np.stack([c, e, f, 1 - xx - yy + zz], axis=-1),
        ],
        axis=-2,
    )
    largest = np.argmax(np.stack([columns[..., k, k] for k in range(4)], axis=-1), axis=-1)
    quaternions = np.take_along_axis(columns, largest[..., None, None], axis=-2)[..., 0, :]
    quaternions = quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True)
    signed: Array = np.where(quaternions[..., :1] < 0, -quaternions, quaternions)
    return signed


def fraction_of(rotations: Array, weight: Array | float) -> Array:
    """The same turn, a fraction (...) of its angle: 0 gives the identity, 1 the rotation, by the shorter way."""
    return from_rotation_vector(to_rotation_vector(rotations) * np.asarray(weight, dtype=np.float64)[..., None])


def between(first: Array, second: Array, weight: Array | float) -> Array:
    """Spherical interpolation from first (weight 0) to second (weight 1); (..., 3, 3)."""
    blended: Array = first @ fraction_of(np.swapaxes(first, -1, -2) @ second, weight)
    return blended


def twist_angle(rotations: Array, axis: Array) -> Array:
    """The turn of (..., 3, 3) about a unit axis (3,), in (-pi, pi]: what is left once the axis was swung into place."""
    quaternions = to_quaternion(rotations)
    angles = 2 * np.arctan2(quaternions[..., 1:] @ np.asarray(axis), quaternions[..., 0])
    wrapped: Array = np.pi - (np.pi - angles) % (2 * np.pi)
    return wrapped


def frame(direction: Array, hinge: Array) -> Array:
    """Columns (direction, hinge, direction x hinge), orthonormal: hinge is made square to direction. (..., 3, 3)."""
    direction = unit(direction)
    hinge = unit(hinge - (hinge * direction).sum(-1, keepdims=True) * direction)
    return np.stack([direction, hinge, np.cross(direction, hinge)], axis=-1)


def shortest_arc(source: Array, target: Array) -> Array:
    """The smallest rotation that takes unit (..., 3) source to unit (..., 3) target; not defined for opposite ones."""
    cosine = (source * target).sum(-1)[..., None, None]
    if (cosine < -1 + 1e-9).any():
        raise ValueError("shortest_arc: opposite directions; the axis of a half turn is not defined")
    skew = cross_matrix(np.cross(source, target))
    rotation: Array = np.eye(3) + skew + skew @ skew / (1 + cosine)
    return rotation


def heading_lean_tilt(angles_deg: Array) -> Array:
    """(..., 3) degrees: turn left about Z, lean forward about X, tilt left about Y -> (..., 3, 3) = Rz Rx Ry.

    For a person who faces -Y with left at +X.
    """
    turn, lean, tilt = np.moveaxis(np.radians(angles_deg), -1, 0)
    rotation: Array = about(Z_AXIS, turn) @ about(X_AXIS, lean) @ about(Y_AXIS, tilt)
    return rotation
