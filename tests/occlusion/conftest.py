"""A small shard whose labels are known: two views of one person, half of it behind a board."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from occlusionkit.artifacts.schemas import FRAMES, INSTANCES
from occlusionkit.artifacts.tables import Table, make_table
from occlusionkit.artifacts.zips import write_stored_zip
from occlusionkit.geometry import Camera, camera_to_world, image_to_camera, intrinsics_from_hfov, look_at_rotation
from occlusionkit.images import encode_depth, encode_instance

SIZE_HW = (24, 40)
PERSON, OTHER, BOARD, WALL = 1, 2, 3, 4


@dataclass(frozen=True)
class Shard:
    """Inputs of label_shard, and the arrays that the zips were made of, by image."""

    frames: Table
    instances: Table
    depth_zip: Path
    masks_zip: Path
    depth_m: dict[str, np.ndarray]
    instance: dict[str, np.ndarray]


def view(angle: float) -> Camera:
    center = np.array([4 * np.cos(angle), 4 * np.sin(angle), 1.5])
    rotation = look_at_rotation(center, np.array([0.0, 0.0, 1.0]))
    return Camera(intrinsics_from_hfov(80, SIZE_HW), rotation, center, SIZE_HW)


@pytest.fixture
def shard(tmp_path) -> Shard:
    rows, depths, masks = [], {}, {}
    for camera_id in range(2):
        camera = view(camera_id * 2.0)
        # Joint j sits in the middle of pixel (2 + 2 j, 10), 0.125 m behind the surface at 4 m.
        pixels = np.stack([2.5 + 2 * np.arange(15), np.full(15, 10.5)], axis=1)
        joints = camera_to_world(image_to_camera(pixels, np.full(15, 4.125), camera), camera)
        depth_m, instance = np.full(SIZE_HW, 6.0, np.float32), np.full(SIZE_HW, WALL, np.int32)
        depth_m[10], instance[10] = 4.0, PERSON
        # A board hides joints 0..3, another person joint 4, joint 14 is left to the wall 2 m behind it.
        depth_m[10, :10], instance[10, :10] = 2.0, BOARD
        depth_m[10, 10:12], instance[10, 10:12] = 3.0, OTHER
        depth_m[10, 30:], instance[10, 30:] = 6.0, WALL
        image = f"a00_sa00_s01_sce05/{camera_id:02d}_000000.jpg"
        depths[image], masks[image] = depth_m, instance
        rows.append(
            {
                "image": image,
                "video_id": "a00_sa00_s01_sce05",
                **dict.fromkeys(("image_id", "action", "subaction"), 0),
                "subject": 1,
                "scene": 5,
                "split": "train",
                "clip": "basketball",
                "camera_id": camera_id,
                "intrinsics": camera.intrinsics,
                "rotation_world_to_camera": camera.rotation_world_to_camera,
                "center_world": camera.center_world,
                "size_hw": SIZE_HW,
                "joints_3d_world": joints,
                "person_instance": PERSON,
            }
        )
    for name, maps, encode in (("depth", depths, encode_depth), ("masks", masks, encode_instance)):
        with write_stored_zip(tmp_path / f"{name}.zip") as archive:
            for image, values in maps.items():
                archive.add(image.replace(".jpg", ".png"), encode(values))
    instances = make_table(
        INSTANCES,
        {
            "scene": [5] * 4 + [6],
            "instance": [PERSON, OTHER, BOARD, WALL, 9],
            "name": ["person_a", "person_b", "board", "wall", "elsewhere"],
            "person": [True, True, False, False, True],
        },
    )
    return Shard(
        frames=make_table(FRAMES, {column.name: [row[column.name] for row in rows] for column in FRAMES.columns}),
        instances=instances,
        depth_zip=tmp_path / "depth.zip",
        masks_zip=tmp_path / "masks.zip",
        depth_m=depths,
        instance=masks,
    )
