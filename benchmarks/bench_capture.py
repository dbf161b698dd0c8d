"""Capture through the UnrealCV server, beside the bare renderer: the same takes drawn, read and encoded in one process.

    python benchmarks/bench_capture.py [--takes 2] [--instants 50] [--threads 2] [--repeats 3] [--results results]

Both write RGB (4x antialiased) as JPEG, depth and masks as 16-bit PNG into stored zips, 640x360, eight cameras. Needs
the people and the baked light of a run (`make run`). Prints images/s and the ratio of the two (asked: at most 1.5).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from occlusionkit.artifacts.tables import Table
from occlusionkit.capture.client import View
from occlusionkit.capture.launch import start_embedded
from occlusionkit.capture.plan import PlanSize, plan_takes
from occlusionkit.capture.session import capture_shard
from occlusionkit.capture.shards import ShardPaths, write_shard
from occlusionkit.capture.takes import perform, plan_table
from occlusionkit.studio.people import load_people
from occlusionkit.studio.render import open_renderer
from occlusionkit.studio.render.lightfile import load_light, with_light
from occlusionkit.studio.rooms import ROOMS, build_room
from occlusionkit.studio.world import Item

SIZE_HW = (360, 640)
OUTPUTS = frozenset({"rgb", "depth", "instance"})


def shard_paths(folder: Path) -> ShardPaths:
    return ShardPaths(*(folder / n for n in ("images.zip", "depth.zip", "masks.zip", "f.parquet", "i.parquet")))


def bare(folder: Path, results: Path, size: PlanSize, threads: int) -> tuple[int, float]:
    """Draw, read and encode in this process; the shard writer encodes on its second thread here as well."""
    people = {body.subject: body for body in load_people(results / "studio/people.npz")}
    renderer = open_renderer("auto", threads=threads)
    images, seconds = 0, 0.0
    for number, take in enumerate(plan_takes(size)):
        room, body = build_room(ROOMS[take.scene]), people[take.subject]
        moments = [frame * size.frame_step_s for frame in range(size.frames_per_sequence)]
        performance = perform(take, room=room, body=body, seconds=moments, seed=1)
        world = with_light(room.world, load_light(results / f"studio/light/{room.index}.npz"))
        cameras = [camera.camera(SIZE_HW) for camera in room.cameras]
        person = Item(name=body.name, kind="person", instance=1001, mesh=body.mesh(performance.pose(0)), moves=True)
        renderer.render(world.with_items(person), cameras[0], outputs=OUTPUTS)  # uploads the room once
        (folder / f"{number}").mkdir()
        started = time.perf_counter()
        with write_shard(shard_paths(folder / f"{number}"), jpeg_quality=92) as writer:
            for frame, moment in enumerate(moments):
                pose = performance.pose(moment)
                posed = Item(name=body.name, kind="person", instance=1001, mesh=body.mesh(pose), moves=True)
                instant = world.with_items(posed)
                for index, camera in enumerate(cameras):
                    seen = renderer.render(instant, camera, outputs=OUTPUTS)
                    writer.add(row(take.video_id, frame, index, camera, body.joints(pose)), view_of(seen))
                    images += 1
        seconds += time.perf_counter() - started
    renderer.close()
    return images, seconds


def view_of(frame) -> View:
    return View(rgb=frame.rgb, depth_m=frame.depth_m, instance=frame.instance)


def row(video_id, frame, index, camera, joints) -> dict:
    return {
        **dict.fromkeys(("action", "subaction", "subject", "scene"), 0),
        "image": f"{video_id}/{index:02d}_{frame:06d}.jpg",
        "video_id": video_id, "image_id": frame, "split": "train", "clip": "bench", "camera_id": index,
        "intrinsics": camera.intrinsics, "rotation_world_to_camera": camera.rotation_world_to_camera,
        "center_world": camera.center_world, "size_hw": np.array(camera.size_hw, np.int32),
        "joints_3d_world": joints, "person_instance": 1001,
    }  # fmt: skip


def served(folder: Path, results: Path, size: PlanSize, threads: int) -> tuple[int, float]:
    """The capture job's own code over the wire, room loading and placing included; starting the server is not."""
    plan: Table = plan_table(size, folder=None, unlisted="skip")[0]
    people = load_people(results / "studio/people.npz")
    options = {"people": results / "studio/people.npz", "light": results / "studio/light", "threads": threads}
    with (
        start_embedded(folder=folder / "server", log=folder / "server.log", **options) as server,
        server.connect() as client,
    ):
        started = time.perf_counter()
        images = capture_shard(
            plan, 0, client, shard_paths(folder),
            people=people, seed=1, size_hw=SIZE_HW, cameras=range(8), jpeg_quality=92,
        )  # fmt: skip
        return images, time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instants", type=int, default=50, help="of each take; the full-size run has 50")
    parser.add_argument("--takes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--results", type=Path, default=Path("results"))
    options = parser.parse_args()
    size = PlanSize(options.takes, options.instants, 0.1, 10**6, (7, 8), (11, 12, 13))
    rates: dict[str, list[float]] = {"bare": [], "served": []}
    for _ in range(options.repeats):
        for name, way in (("bare", bare), ("served", served)):
            with tempfile.TemporaryDirectory() as folder:
                images, seconds = way(Path(folder), options.results, size, options.threads)
            rates[name].append(images / seconds)
            print(f"{name}: {images} images in {seconds:.2f} s, {images / seconds:.1f} images/s")
    middle = {name: statistics.median(values) for name, values in rates.items()}
    print(f"median: bare {middle['bare']:.1f}, through the server {middle['served']:.1f} images/s")
    print(f"ratio of times, server / bare: {middle['bare'] / middle['served']:.2f} (asked: at most 1.5)")


if __name__ == "__main__":
    main()
