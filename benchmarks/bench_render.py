"""Both renderers on one furnished room, 640x360, eight cameras: milliseconds an image, wall and CPU.

    python benchmarks/bench_render.py [--room living_room] [--threads 2] [--repeats 5] [--results results]

Takes the people of a run (`make run`) where there are some, else a ball of as many faces. Every figure is the least of
the repeats. CPU time counts all threads: it hardly moves when other work shares the machine, wall time does.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from occlusionkit.geometry import Camera
from occlusionkit.studio.people import load_people
from occlusionkit.studio.render import bake_light, open_renderer
from occlusionkit.studio.rooms import build_room
from occlusionkit.studio.world import Item, Mesh, Output, World

SIZE_HW = (360, 640)
RGB: frozenset[Output] = frozenset({"rgb"})
LABELS: frozenset[Output] = frozenset({"depth", "instance", "part"})


@dataclass(frozen=True)
class Cost:
    """Milliseconds an image."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:7.1f} wall {self.cpu:7.1f} cpu"


def measure(draw: Callable[[], object], *, images: int, repeats: int) -> Cost:
    draw()  # compiles shaders, uploads what is kept
    wall, cpu = [], []
    for _ in range(repeats):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        draw()
        wall.append(time.perf_counter() - wall_start)
        cpu.append(time.process_time() - cpu_start)
    return Cost(wall=min(wall) / images * 1e3, cpu=min(cpu) / images * 1e3)


def ball(faces: int) -> Mesh:
    """A closed ball of about that many faces, 1.6 m high."""
    rings = int(np.sqrt(faces / 4))
    polar, around = np.meshgrid(
        np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, 2 * rings + 1), indexing="ij"
    )
    out = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=-1)
    normals = out.reshape(-1, 3).astype(np.float32)
    first = (np.arange(rings)[:, None] * (2 * rings + 1) + np.arange(2 * rings)).ravel()
    square = np.stack([first, first + 2 * rings + 1, first + 2 * rings + 2, first + 1], axis=1).astype(np.int32)
    count = len(normals)
    return Mesh(
        vertices=normals * np.float32([0.25, 0.25, 0.8]) + np.float32([0, 0, 0.8]),
        faces=np.concatenate([square[:, [0, 1, 2]], square[:, [0, 2, 3]]]),
        normals=normals,
        uvs=np.zeros((count, 2), np.float32),
        colors=np.full((count, 3), 0.5, np.float32),
        parts=np.zeros(count, np.int32),
    )


def build(room_name: str, results: Path) -> tuple[World, list[Camera]]:
    """A baked room with one person in the middle of its stage."""
    room = build_room(room_name)
    started = time.process_time()
    world = replace(room.world, baked=bake_light(room.world, seed=0).arrays())
    print(f"bake_light: {time.process_time() - started:.1f} s CPU for {room_name}")
    x, y = room.stage.center
    if (results / "studio/people.npz").is_file():
        body = load_people(results / "studio/people.npz")[0]
        mesh = body.mesh(body.rest_pose().placed(xy=(float(x), float(y)), yaw_rad=0.7))
    else:
        mesh = ball(30_000)
        mesh = replace(mesh, vertices=mesh.vertices + np.array([x, y, 0], np.float32))
    world = world.with_items(Item("person", "person", 1001, mesh, moves=True))
    print(f"{sum(len(item.mesh.faces) for item in world.items):,} faces, {len(mesh.faces):,} of them the person's")
    return world, [camera.camera(SIZE_HW) for camera in room.cameras]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--room", default="living_room")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--results", type=Path, default=Path("results"))
    options = parser.parse_args()
    world, cameras = build(options.room, options.results)

    def nudged(step: int) -> list[Camera]:
        """Other cameras each time, as when a camera flies: no layer is ever used twice."""
        return [replace(c, center_world=c.center_world + np.array([0, 0, 1e-4 * step])) for c in cameras]

    steps = iter(range(1, 10_000))
    with open_renderer("gl", threads=options.threads) as gl:
        print(f"{gl.description}, {options.threads} threads")

        def cost(draw: Callable[[], object]) -> Cost:
            return measure(draw, images=len(cameras), repeats=options.repeats)

        rows = {
            "labels (depth, instance, part)": cost(lambda: gl.render_many(world, cameras, outputs=LABELS)),
            "rgb": cost(lambda: gl.render_many(world, cameras, outputs=RGB)),
            "all, same instant again": cost(lambda: gl.render_many(world, cameras, outputs=RGB | LABELS)),
            "all, a new instant": cost(lambda: gl.render_many(replace(world), cameras, outputs=RGB | LABELS)),
            "all, new instant, cameras that moved": cost(
                lambda: gl.render_many(replace(world), nudged(next(steps)), outputs=RGB | LABELS)
            ),
        }
    for name, value in rows.items():
        print(f"gl      {name:38s} {value}")
    kept, moved = rows["all, a new instant"], rows["all, new instant, cameras that moved"]
    print(f"layers kept: {moved.cpu / kept.cpu:.2f} x less CPU;  {1e3 / kept.wall:.1f} images/s")

    with open_renderer("embree", threads=1) as embree:
        print(embree.description)
        for name, outputs in (("labels", LABELS), ("rgb", RGB)):
            value = measure(lambda: embree.render_many(world, cameras[:2], outputs=outputs), images=2, repeats=2)  # noqa: B023
            print(f"embree  {name:38s} {value}")


if __name__ == "__main__":
    main()
