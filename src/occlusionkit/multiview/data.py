"""Occlusion-Person's official annotations <-> our index.

Official (facts read in AdaFuse's loader and the dataset's README): a pickle holds a list of items, one per image, the
eight cameras of an instant next to each other; millimetres; x_camera = R (X - T), so T is the camera's centre;
box sides are scale * 200. `joints_vis` is in_image, `joints_vis_2d` is visible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..artifacts.schemas import INDEX
from ..artifacts.tables import Table, make_table
from ..geometry import Array, Bools, Camera, camera_of, camera_to_image, world_to_camera
from ..skeletons import OCCLUSION_PERSON

MM_PER_M = 1000.0
SOURCE = "unrealcv"
SPLITS = ("train", "validation")
JOINTS = len(OCCLUSION_PERSON.joints)

# The box goes around the body, the joints lie inside it: flesh around each joint, and a head above the neck.
_FLESH_M = 0.12
_HEAD_ABOVE_NECK_M = 0.24
_KEYS = frozenset(
    ("image", "joints_2d", "joints_3d", "joints_gt", "joints_vis", "joints_vis_2d", "center", "scale", "box",
     "video_id", "image_id", "subject", "action", "subaction", "camera_id", "camera", "source")
)  # fmt: skip
_CAMERA_KEYS = frozenset(("R", "T", "fx", "fy", "cx", "cy", "k", "p"))
_SHAPES = {
    "joints_gt": (JOINTS, 3), "joints_3d": (JOINTS, 3), "joints_2d": (JOINTS, 2), "joints_vis": (JOINTS, 1),
    "joints_vis_2d": (JOINTS, 1), "box": (4,),
}  # fmt: skip

# How far an item's coordinates may contradict each other. Ours are float64; others may have been kept as float32, whose
# rounding reaches 0.001 mm and 0.001 px, or written with few decimals. A mirrored axis, another unit or a principal
# point half a pixel off is far beyond both.
_OURS_MM, _OURS_PX = 1e-3, 1e-3
_THEIRS_MM, _THEIRS_PX = 1.0, 0.1


def person_box_xyxy(joints_3d_world: Array, camera: Camera) -> Array:
    """(15, 3) m, one person -> (4,) px around the whole body, hidden parts too; it may reach outside the image.

    Each joint in front of the camera (z > 0.1 m), and a head above the neck, counts as a ball of 12 cm. NaN if none is.
    """
    neck, root = (joints_3d_world[OCCLUSION_PERSON.index(name)] for name in ("neck", "root"))
    up = (neck - root) / max(float(np.linalg.norm(neck - root)), 1e-9)
    points = world_to_camera(np.vstack([joints_3d_world, neck + _HEAD_ABOVE_NECK_M * up]), camera)
    points = points[points[:, 2] > 0.1]
    if len(points) == 0:
        return np.full(4, np.nan)
    centres = camera_to_image(points, camera)
    radii = _FLESH_M * np.diag(camera.intrinsics)[:2] / points[:, 2:]
    return np.concatenate([(centres - radii).min(axis=0), (centres + radii).max(axis=0)])


def make_index(frames: Table, labels: Table) -> Table:
    """Frames and labels of all shards -> the dataset's index, one row per image.

    Raises ValueError when the two do not describe the same images.
    """
    if frames["image"].tolist() != labels["image"].tolist():
        only = sorted(set(frames["image"]) ^ set(labels["image"]))
        raise ValueError(f"frames and labels: expected the same images, found {len(only)} in one only: {only[:3]}")
    cameras = [camera_of({n: frames[n][row] for n in frames.columns}) for row in range(len(frames))]
    joints = frames["joints_3d_world"]
    copied = {c.name: frames[c.name] for c in INDEX.columns if c.name in frames.columns}
    labelled = {c.name: labels[c.name] for c in labels.schema.columns}
    return make_table(
        INDEX,
        {
            **copied,
            **labelled,
            "joints_3d_camera": np.array([world_to_camera(j, c) for j, c in zip(joints, cameras, strict=True)]),
            "box_xyxy": np.array([person_box_xyxy(j, c) for j, c in zip(joints, cameras, strict=True)]),
        },
    )


def to_items(index: Table, *, split: str) -> list[dict[str, Any]]:
    """The official items of one split, frame-major with the cameras of an instant consecutive.

    Every item is checked: det R = +1, R (X - T) = joints_3d, projecting joints_3d gives joints_2d; and
    (action, subaction, subject, image_id) names one scene only, because the official loader drops the scene.
    """
    if split not in SPLITS:
        raise ValueError(f"split {split!r}: expected one of {list(SPLITS)}")
    rows = np.flatnonzero(index["split"] == split)
    order = sorted(rows, key=lambda r: (index["video_id"][r], index["image_id"][r], index["camera_id"][r]))
    check_unique_instants(index)
    items = [_item({name: values[row] for name, values in index.columns.items()}) for row in order]
    for item in items:
        _check_item(item, limit_mm=_OURS_MM, limit_px=_OURS_PX)
    return items


def check_unique_instants(index: Table) -> None:
    """ValueError when two scenes share (action, subaction, subject, image_id): the official grouping would mix them."""
    scenes: dict[tuple[int, ...], int] = {}
    names = ("action", "subaction", "subject", "image_id")
    for row in zip(*(index[name].tolist() for name in (*names, "scene")), strict=True):
        if scenes.setdefault(row[:-1], row[-1]) != row[-1]:
            raise ValueError(f"index: {names} {row[:-1]} stands in scenes {scenes[row[:-1]]} and {row[-1]}")


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    focal_x, focal_y = row["intrinsics"][0, 0], row["intrinsics"][1, 1]
    box = row["box_xyxy"]
    return {
        "image": row["image"],
        "joints_2d": row["joints_2d"].copy(),
        "joints_3d": row["joints_3d_camera"] * MM_PER_M,
        "joints_gt": row["joints_3d_world"] * MM_PER_M,
        "joints_vis": row["in_image"].astype(np.float64)[:, None],
        "joints_vis_2d": row["visible"].astype(np.float64)[:, None],
        "center": (box[:2] + box[2:]) / 2,
        "scale": (box[2:] - box[:2]) / 200,
        "box": box.copy(),
        "video_id": row["video_id"],
        "image_id": int(row["image_id"]),
        "subject": int(row["subject"]),
        "action": int(row["action"]),
        "subaction": int(row["subaction"]),
        "camera_id": int(row["camera_id"]),
        "camera": {
            "R": row["rotation_world_to_camera"].copy(),
            "T": row["center_world"][:, None] * MM_PER_M,
            "fx": np.float64(focal_x),
            "fy": np.float64(focal_y),
            "cx": np.float64(row["intrinsics"][0, 2]),
            "cy": np.float64(row["intrinsics"][1, 2]),
            "k": np.zeros((3, 1)),
            "p": np.zeros((2, 1)),
        },
        "source": SOURCE,
    }


def project_official(points_mm: Array, camera: Mapping[str, Any]) -> Array:
    """(N, 3) mm, camera frame -> (N, 2) px with the official camera's focal lengths, centre and distortion.

    Distortion is Human3.6M's: radial 1 + k0 r^2 + k1 r^4 + k2 r^6 and tangential p, zero in this dataset.
    """
    xy = points_mm[:, :2] / points_mm[:, 2:]
    r2 = (xy**2).sum(axis=1, keepdims=True)
    k, p = np.ravel(camera["k"]), np.ravel(camera["p"])
    radial = 1 + k[0] * r2 + k[1] * r2**2 + k[2] * r2**3
    tangential = 2 * (p[0] * xy[:, 1:] + p[1] * xy[:, :1])
    xy = xy * (radial + tangential) + np.outer(r2, p[::-1])
    scaled: Array = xy * [camera["fx"], camera["fy"]] + [camera["cx"], camera["cy"]]
    return scaled


def _check_item(item: Mapping[str, Any], *, limit_mm: float, limit_px: float) -> None:
    """ValueError unless R is a rotation and joints_gt, joints_3d and joints_2d are one pose seen by one camera."""
    camera = item["camera"]
    rotation = np.asarray(camera["R"], np.float64)
    if not (np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-5) and np.linalg.det(rotation) > 0):
        raise ValueError(
            f"{item['image']}: expected a rotation with det(R) = +1, found det {np.linalg.det(rotation):.6f} "
            f"and |R R' - 1| up to {np.abs(rotation @ rotation.T - np.eye(3)).max():.6f}"
        )
    in_camera = (item["joints_gt"] - np.reshape(camera["T"], 3)) @ rotation.T
    in_front = np.asarray(item["joints_3d"])[:, 2] > 0
    pixels = project_official(item["joints_3d"][in_front], camera)
    error_mm = np.abs(in_camera - item["joints_3d"]).max()
    error_px = np.abs(pixels - item["joints_2d"][in_front]).max(initial=0)
    if not (error_mm < limit_mm and error_px < limit_px):
        raise ValueError(
            f"{item['image']}: joints_gt, joints_3d and joints_2d disagree by {error_mm:.4f} mm, {error_px:.4f} px; "
            "are camera and joints of the same frame and handedness?"
        )


def from_items(items: Sequence[Mapping[str, Any]], *, split: str, size_hw: tuple[int, int] | None = None) -> Table:
    """Official items (real or the studio's) -> rows of our index; what a pickle does not hold is NaN or none.

    size_hw: images' size; None takes the real dataset's 720 x 1280. Raises ValueError naming the item for missing keys,
    wrong shapes, a left-handed R, or coordinates that do not agree with each other.
    """
    rows = [_row(position, item, split, size_hw or (720, 1280)) for position, item in enumerate(items)]
    return make_table(INDEX, {c.name: [row[c.name] for row in rows] for c in INDEX.columns})


def _check_layout(position: int, item: Mapping[str, Any]) -> None:
    missing = sorted(_KEYS - set(item)) + sorted(f"camera.{key}" for key in _CAMERA_KEYS - set(item.get("camera", ())))
    if missing:
        raise ValueError(f"item {position}: missing keys {missing}; expected an Occlusion-Person annotation")
    found = {name: np.shape(item[name]) for name in _SHAPES} | {"camera.R": np.shape(item["camera"]["R"])}
    for name, shape in (_SHAPES | {"camera.R": (3, 3)}).items():
        if found[name] != shape:
            raise ValueError(f"item {position}, {name}: expected {shape}, found {found[name]}")


def _row(position: int, item: Mapping[str, Any], split: str, size_hw: tuple[int, int]) -> dict[str, Any]:
    _check_layout(position, item)
    _check_item(item, limit_mm=_THEIRS_MM, limit_px=_THEIRS_PX)
    camera = item["camera"]
    inside: Bools = np.asarray(item["joints_vis"]).reshape(-1) > 0
    return {
        **{k: item[k] for k in ("image", "video_id", "image_id", "action", "subaction", "subject", "camera_id")},
        "scene": int(str(item["video_id"]).rsplit("sce", 1)[-1]),
        "split": split,
        "intrinsics": np.array([[camera["fx"], 0, camera["cx"]], [0, camera["fy"], camera["cy"]], [0, 0, 1.0]]),
        "rotation_world_to_camera": np.asarray(camera["R"], np.float64),
        "center_world": np.asarray(camera["T"], np.float64).reshape(3) / MM_PER_M,
        "size_hw": np.array(size_hw, np.int32),
        "joints_3d_world": np.asarray(item["joints_gt"]) / MM_PER_M,
        "joints_3d_camera": np.asarray(item["joints_3d"]) / MM_PER_M,
        "joints_2d": np.asarray(item["joints_2d"], np.float64),
        "gap_m": np.full(JOINTS, np.nan),
        "instance_hit": np.zeros(JOINTS, np.int32),
        "in_image": inside,
        "visible": inside & (np.asarray(item["joints_vis_2d"]).reshape(-1) > 0),
        "hidden_by": np.zeros(JOINTS, np.uint8),
        "box_xyxy": np.asarray(item["box"], np.float64),
    }
