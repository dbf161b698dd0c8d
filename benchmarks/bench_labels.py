"""Labels: images/s per core from stored depth at 640x360, 15 joints each, reading zips and decoding included.

Side by side: `label_shard`, and a plain loop that reads depth map and mask anew for every joint. Prints both speeds and
their ratio; exits 1 below --target.    python benchmarks/bench_labels.py [--images 400] [--target 200]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from occlusionkit.artifacts.schemas import FRAMES, INSTANCES
from occlusionkit.artifacts.tables import Table, make_table
from occlusionkit.artifacts.zips import StoredZip, write_stored_zip
from occlusionkit.geometry import (
    Camera,
    camera_of,
    camera_to_image,
    camera_to_world,
    image_to_camera,
    in_image,
    intrinsics_from_hfov,
    look_at_rotation,
    world_to_camera,
)
from occlusionkit.images import decode_depth, decode_instance, encode_depth, encode_instance
from occlusionkit.occlusion.labels import LabelRule
from occlusionkit.occlusion.stage import image_member, label_shard
from occlusionkit.skeletons import OCCLUSION_PERSON

SIZE_HW = (360, 640)
CAMERAS = 8
PERSON, FURNITURE, BOARDS = 1, 40, 45


def draw_room(camera: Camera, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(H, W) float32 m and int32: a box-shaped room seen from inside, turned boards and leaves, a bumpy person.

    It costs a PNG decoder what a rendered room costs it (PNGs of about 95 kB of depth and 12 kB of ids, as the studio's
    rooms give at this size); flat colours would flatter it.
    """
    height, width = SIZE_HW
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    rays = image_to_camera(np.stack([x, y], -1), np.ones(SIZE_HW), camera)
    normals = camera.rotation_world_to_camera.T
    direction = rays @ normals.T
    depth, instance = np.full(SIZE_HW, np.inf), np.zeros(SIZE_HW, np.int32)
    for number, (axis, offset) in enumerate(((0, -4.0), (0, 4.0), (1, -4.0), (1, 4.0), (2, 0.0), (2, 2.7))):
        with np.errstate(divide="ignore"):
            distance = (offset - camera.center_world[axis]) / direction[..., axis]
        nearer = (distance > 0) & (distance < depth)
        depth[nearer], instance[nearer] = distance[nearer], 2 + number
    for board in range(BOARDS):
        turn, middle = rng.uniform(0, np.pi), rng.uniform([0, height * 0.3], [width, height])
        along = (x - middle[0]) * np.cos(turn) + (y - middle[1]) * np.sin(turn)
        across = (y - middle[1]) * np.cos(turn) - (x - middle[0]) * np.sin(turn)
        length, breadth = rng.uniform(20, 90), rng.choice([3, 30, 60])  # leaves, rails and doors
        surface = rng.uniform(1.8, 4.5) + along * rng.uniform(-2e-3, 2e-3) + across**2 * 2e-5
        nearer = (np.abs(along) < length) & (np.abs(across) < breadth * (1 - 0.3 * along / length)) & (surface < depth)
        depth[nearer], instance[nearer] = surface[nearer], FURNITURE + board
    oval = ((x - width / 2) / 60) ** 2 + ((y - height / 2) / 140) ** 2
    surface = 3.3 - 0.2 * np.sqrt(np.clip(1 - oval, 0, 1)) + 0.01 * np.sin(x / 5) * np.cos(y / 7)
    nearer = (oval < 1) & (surface < depth)
    depth[nearer], instance[nearer] = surface[nearer], PERSON
    return depth.astype(np.float32), instance


def write_shard(folder: Path, images: int) -> tuple[Table, Table, Path, Path]:
    """Frames, instances and the two zips of a shard of `images` synthetic views."""
    rng = np.random.default_rng(0)
    rows: list[dict[str, object]] = []
    with write_stored_zip(folder / "depth.zip") as depths, write_stored_zip(folder / "masks.zip") as masks:
        for number in range(images):
            angle = 2 * np.pi * number / CAMERAS
            center = np.array([3.2 * np.cos(angle), 3.2 * np.sin(angle), 1.6])
            rotation = look_at_rotation(center, np.array([0.0, 0.0, 1.0]))
            camera = Camera(intrinsics_from_hfov(80, SIZE_HW), rotation, center, SIZE_HW)
            depth, instance = draw_room(camera, rng)
            joints = camera_to_world(rng.uniform([-0.9, -1.2, 3.0], [0.9, 1.2, 3.6], (15, 3)), camera)
            image = f"a00_sa00_s01_sce00/{number % CAMERAS:02d}_{number // CAMERAS:06d}.jpg"
            depths.add(image_member(image), encode_depth(depth))
            masks.add(image_member(image), encode_instance(instance))
            rows.append(
                {
                    "image": image,
                    "video_id": "a00_sa00_s01_sce00",
                    **dict.fromkeys(("action", "subaction", "scene"), 0),
                    "image_id": number // CAMERAS,
                    "subject": 1,
                    "split": "train",
                    "clip": "basketball",
                    "camera_id": number % CAMERAS,
                    "intrinsics": camera.intrinsics,
                    "rotation_world_to_camera": camera.rotation_world_to_camera,
                    "center_world": camera.center_world,
                    "size_hw": SIZE_HW,
                    "joints_3d_world": joints,
                    "person_instance": PERSON,
                }
            )
    frames = make_table(FRAMES, {column.name: [row[column.name] for row in rows] for column in FRAMES.columns})
    ids = np.array([PERSON, *range(2, 8), *range(FURNITURE, FURNITURE + BOARDS)])
    instances = make_table(
        INSTANCES,
        {
            "scene": np.zeros(len(ids), int),
            "instance": ids,
            "name": [f"item {one}" for one in ids],
            "person": ids == PERSON,
        },
    )
    return frames, instances, folder / "depth.zip", folder / "masks.zip"


def label_naively(frames: Table, depth_zip: Path, masks_zip: Path, threshold_m: float) -> np.ndarray:
    """(N, 15) bool visible, by opening and decoding depth map and mask for every single joint."""
    visible = np.zeros((len(frames), len(OCCLUSION_PERSON.joints)), bool)
    for row, image in enumerate(frames["image"]):
        camera = camera_of({name: values[row] for name, values in frames.columns.items()})
        for joint, point in enumerate(frames["joints_3d_world"][row]):
            with StoredZip(depth_zip) as depths, StoredZip(masks_zip) as masks:
                depth_m = decode_depth(depths.read(image_member(image)), where=image)
                decode_instance(masks.read(image_member(image)), where=image)
            in_camera = world_to_camera(point, camera)
            pixel = camera_to_image(in_camera, camera)
            if in_image(pixel, size_hw=SIZE_HW) and in_camera[2] > 0:
                surface = depth_m[int(pixel[1]), int(pixel[0])]
                visible[row, joint] = surface > 0 and abs(in_camera[2] - surface) < threshold_m
    return visible


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """The median CPU time of `work`, which runs on one core, after one unmeasured run: other work does not count."""
    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--target", type=float, default=200, help="images/s per core that label_shard must reach")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        frames, instances, depth_zip, masks_zip = write_shard(Path(folder), arguments.images)
        few = frames.take(np.arange(max(3, arguments.images // 40)))
        labels = label_shard(frames, instances, depth_zip, masks_zip, LabelRule())
        if not np.array_equal(label_naively(few, depth_zip, masks_zip, 0.30), labels["visible"][: len(few)]):
            raise SystemExit("bench_labels: the two ways of labelling disagree")
        ours = arguments.images / median_seconds(
            lambda: label_shard(frames, instances, depth_zip, masks_zip, LabelRule()), repeats=5
        )
        naive = len(few) / median_seconds(lambda: label_naively(few, depth_zip, masks_zip, 0.30), repeats=3)
    print(f"label_shard                {ours:8.1f} images/s per core  (target {arguments.target:g})")
    print(f"reading anew per joint     {naive:8.1f} images/s per core")
    print(f"ratio                      {ours / naive:8.1f}")
    return 0 if ours >= arguments.target else 1


if __name__ == "__main__":
    sys.exit(main())
