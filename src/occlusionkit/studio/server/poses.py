"""Poses as text: JSON without spaces, in Unreal's axes and centimetres, exact to the last digit of a float64.

`{"root":[x,y,z],"bones":{"<bone>":[w,x,y,z],...}}`: where the root bone's head is, and each bone's rotation relative
to its parent, about axes that are the world's at rest. A bone that is left out stays as it is at rest.
"""

from __future__ import annotations

import json

import numpy as np

from ...geometry import Array
from ...unreal import points_from_unreal, points_to_unreal, rotation_from_unreal
from ..rig import Pose, Rig


def encode_pose(rig: Rig, pose: Pose) -> str:
    """A pose as text for `vset /studio/person/[str]/pose`. Bones at rest are left out."""
    rotations = np.asarray(pose.rotations, dtype=np.float64)
    if rotations.shape != (len(rig.names), 3, 3):
        raise ValueError(f"pose rotations: expected ({len(rig.names)}, 3, 3), found {rotations.shape}")
    quaternions = quaternions_from_rotations(rotation_from_unreal(rotations)).tolist()
    turned = (rotations != np.eye(3)).any(axis=(1, 2))
    bones = {name: q for name, q, turns in zip(rig.names, quaternions, turned, strict=True) if turns}
    return json.dumps({"root": points_to_unreal(pose.root_m).tolist(), "bones": bones}, separators=(",", ":"))


def decode_pose(rig: Rig, text: str) -> Pose:
    """The pose of a text; ValueError says what is wrong with it: keys, bones, counts, or numbers."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"pose: not JSON: {error}") from None
    if not isinstance(document, dict) or set(document) - {"root", "bones"} or "root" not in document:
        raise ValueError('pose: expected {"root":[x,y,z],"bones":{"name":[w,x,y,z],...}}')
    bones = document.get("bones", {})
    if not isinstance(bones, dict):
        raise ValueError('pose "bones": expected an object of [w,x,y,z] by bone name')
    rotations = np.tile(np.eye(3), (len(rig.names), 1, 1))
    if bones:
        unknown = sorted(set(bones) - set(rig.names))
        if unknown:
            raise ValueError(f"pose: the rig has no bone {', '.join(unknown[:5])}")
        quaternions = np.stack([_numbers(f"bone {name}", value, 4) for name, value in bones.items()])
        rotations[[rig.index(name) for name in bones]] = rotation_from_unreal(rotations_from_quaternions(quaternions))
    return Pose(rotations=rotations, root_m=points_from_unreal(_numbers("root", document["root"], 3)))


def quaternions_from_rotations(rotations: Array) -> Array:
    """(N, 3, 3) -> (N, 4) unit quaternions w, x, y, z, the largest component positive (Shepperd's method)."""
    m = np.asarray(rotations, dtype=np.float64)
    xx, yy, zz = m[:, 0, 0], m[:, 1, 1], m[:, 2, 2]
    # Row k of `candidates` is the quaternion times four times its own component k.
    w = np.stack([1 + xx + yy + zz, m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]], axis=1)
    x = np.stack([w[:, 1], 1 + xx - yy - zz, m[:, 0, 1] + m[:, 1, 0], m[:, 0, 2] + m[:, 2, 0]], axis=1)
    y = np.stack([w[:, 2], x[:, 2], 1 - xx + yy - zz, m[:, 1, 2] + m[:, 2, 1]], axis=1)
    z = np.stack([w[:, 3], x[:, 3], y[:, 3], 1 - xx - yy + zz], axis=1)
    candidates = np.stack([w, x, y, z], axis=1)
    largest = np.argmax(np.diagonal(candidates, axis1=1, axis2=2), axis=1)
    chosen = candidates[np.arange(len(m)), largest]
    quaternions: Array = chosen / np.linalg.norm(chosen, axis=1, keepdims=True)
    return quaternions


def rotations_from_quaternions(quaternions: Array) -> Array:
    """(N, 4) w, x, y, z, within 0.1% of unit length -> (N, 3, 3); ValueError for others."""
    lengths = np.linalg.norm(quaternions, axis=1, keepdims=True)
    if not np.allclose(lengths, 1, atol=1e-3):
        raise ValueError(
            f"quaternion: expected unit length, found {lengths.ravel()[np.abs(lengths.ravel() - 1).argmax()]:.4g}"
        )
    w, x, y, z = (quaternions / lengths).T
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], axis=1),
            np.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], axis=1),
            np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=1),
        ],
        axis=1,
    )


def _numbers(where: str, value: object, count: int) -> Array:
    """A JSON list of that many finite numbers."""
    numeric = isinstance(value, list) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    if not numeric or len(value) != count:  # type: ignore[arg-type]
        raise ValueError(f"pose {where}: expected {count} numbers, found {str(value)[:80]}")
    try:
        numbers = np.array(value, dtype=np.float64)
    except OverflowError:
        numbers = np.array([np.inf])
    if not np.isfinite(numbers).all() or np.abs(numbers).max() > 1e7:
        raise ValueError(f"pose {where}: expected finite numbers below 1e7, found {str(value)[:80]}")
    return numbers
