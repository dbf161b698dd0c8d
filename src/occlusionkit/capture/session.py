"""Capturing one shard: every instant is posed on the server and seen by all cameras within one batch.

While the server draws an instant, the one before is decoded here and encoded on a second thread.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from ..artifacts.tables import Table
from ..geometry import Array, Camera
from ..studio.motions import folder_motions
from ..studio.people import Body
from ..studio.rooms import ROOMS, build_room
from .actors import Actors, actors_of
from .client import CameraPlace, UnrealClient, read_views, view_commands
from .decoding import InstanceTable
from .plan import Take, image_name
from .shards import ShardPaths, ShardWriter, write_shard
from .takes import Performance, perform

log = logging.getLogger(__name__)

# Ids in the masks: the room's objects from 1 in the server's order, people by their subject number from here.
PERSON_INSTANCE = 1000
# Batches sent ahead of the one being read: the server never waits, and memory holds two instants.
_IN_FLIGHT = 2


@dataclass(frozen=True, eq=False)
class _Scene:
    """A loaded room with its person: the cameras, by id, as the server has them, and what mask colours mean."""

    cameras: Mapping[int, Camera]
    instances: InstanceTable
    person: str
    actors: Actors


def capture_shard(
    plan: Table,
    shard: int,
    client: UnrealClient,
    paths: ShardPaths,
    *,
    people: Sequence[Body],
    seed: int,
    size_hw: tuple[int, int],
    cameras: Sequence[int],
    jpeg_quality: int,
    motion_folder: Path | None = None,
) -> int:
    """Capture the instants that the plan gives to one shard and write its files; returns the number of images.

    Raises ServerGone or ServerSilent when the server ends or stops answering,
    UnrealError when it refuses a command, PlacementError when a person fits nowhere; the shard's files are then absent.
    """
    files = folder_motions(motion_folder) if motion_folder else []
    bodies = {body.subject: body for body in people}
    count = 0
    with write_shard(paths, jpeg_quality=jpeg_quality) as writer:
        for video_id, numbers in groupby(np.flatnonzero(plan["shard"] == shard), key=lambda row: plan["video_id"][row]):
            instants = [{name: plan[name][row] for name in plan.columns} for row in numbers]
            take = _take(instants[0], by_file=motion_folder is not None)
            # All instants of the take, not only this shard's: its place must not depend on the sharding.
            seconds = plan["clip_seconds"][plan["video_id"] == video_id].tolist()
            # The server builds the room while we do: each takes about a second.
            client.submit([f"vset /action/game/level {ROOMS[take.scene]}"])
            room, body = build_room(ROOMS[take.scene]), bodies[take.subject]
            performance = perform(take, room=room, body=body, seconds=seconds, seed=seed, files=files)
            log.info("%s: %s in %s, %d instants", video_id, body.name, room.name, len(instants))
            scene = _set_the_scene(client, performance, writer, size_hw, cameras)
            count += _capture_take(client, performance, scene, instants, writer)
    return count


def _take(instant: Mapping[str, Any], *, by_file: bool) -> Take:
    return Take(
        split=str(instant["split"]),
        **{name: int(instant[name]) for name in ("scene", "subject", "action", "subaction")},
        clip=str(instant["clip"]) if by_file else "",
    )


def _capture_take(
    client: UnrealClient,
    performance: Performance,
    scene: _Scene,
    instants: Sequence[Mapping[str, Any]],
    writer: ShardWriter,
) -> int:
    camera_ids = list(scene.cameras)
    waiting: deque[Mapping[str, Any]] = deque()
    for instant in (*instants, None):
        if instant is not None:
            pose = performance.pose(float(instant["clip_seconds"]))
            client.submit(
                [
                    scene.actors.pose_command(scene.person, performance.body.rig, pose),
                    scene.actors.joints_command(scene.person),
                    *view_commands(camera_ids),
                ]
            )
            waiting.append(instant)
        while waiting and (instant is None or len(waiting) >= _IN_FLIGHT):
            done = waiting.popleft()
            _, joints, *replies = client.collect()
            joints_3d_world = scene.actors.read_joints(joints)
            for camera_id, view in zip(camera_ids, read_views(replies, instances=scene.instances), strict=True):
                writer.add(_frame_row(done, camera_id, scene.cameras[camera_id], joints_3d_world), view)
    return len(instants) * len(scene.cameras)


def _frame_row(instant: Mapping[str, Any], camera_id: int, camera: Camera, joints_3d_world: Array) -> dict[str, Any]:
    kept = ("video_id", "image_id", "action", "subaction", "subject", "scene", "split", "clip")
    return {
        **{name: instant[name] for name in kept},
        "image": image_name(str(instant["video_id"]), camera_id, int(instant["image_id"])),
        "camera_id": camera_id,
        "intrinsics": camera.intrinsics,
        "rotation_world_to_camera": camera.rotation_world_to_camera,
        "center_world": camera.center_world,
        "size_hw": np.array(camera.size_hw, np.int32),
        "joints_3d_world": joints_3d_world,
        "person_instance": PERSON_INSTANCE + int(instant["subject"]),
    }


def _set_the_scene(
    client: UnrealClient,
    performance: Performance,
    writer: ShardWriter,
    size_hw: tuple[int, int],
    camera_ids: Sequence[int],
) -> _Scene:
    """Wait for the room (empty of people when it comes), put up cameras, bring the person in, learn the colours."""
    room, scene = performance.room, performance.take.scene
    client.collect()
    places = [CameraPlace(c.location_cm, c.rotator_deg, c.hfov_deg, size_hw) for c in room.cameras]
    client.place_cameras(places)
    ids = {name: number for number, name in enumerate(client.object_colors(), start=1)}
    actors, person = actors_of(client), performance.body.name
    client.ask(actors.spawn_command(person))
    colors = client.object_colors()
    ids[person] = PERSON_INSTANCE + performance.take.subject
    for name, number in ids.items():
        writer.add_instance(scene, number, name, person=name == person)
    # The server's own word on where its cameras are, to UnrealCV's three decimals.
    cameras = {index: client.camera_place(index).camera() for index in sorted(camera_ids)}
    return _Scene(cameras=cameras, instances=InstanceTable.of_objects(colors, ids), person=person, actors=actors)
