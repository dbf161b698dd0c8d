"""Label one shard: its frames, depth maps and masks in, one row per image out."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ..artifacts.schemas import LABELS
from ..artifacts.tables import Table, make_table
from ..artifacts.zips import StoredZip
from ..geometry import camera_of
from ..images import decode_depth, decode_instance
from ..skeletons import OCCLUSION_PERSON
from .labels import JointLabels, LabelRule, label_joints

log = logging.getLogger(__name__)

# About every ten seconds at full size (1280x720).
LOG_EVERY = 1000


def label_shard(frames: Table, instances: Table, depth_zip: Path, masks_zip: Path, rule: LabelRule) -> Table:
    """Labels of every joint of every image of a shard, schema LABELS.

    frames, instances: tables FRAMES and INSTANCES.  depth_zip, masks_zip: stored zips with one 16-bit PNG per image,
    named like the image with .png for .jpg (`image_member`): planar depth in steps of 0.25 mm, instance ids.

    Raises ValueError naming the zip and its member, or the table's row, when the zips do not hold exactly the frames'
    images, an image cannot be decoded or has another size than its camera, or a mask shows an id that `instances` does
    not explain.
    """
    known, people = _ids_by_scene(instances)
    columns: dict[str, list[Any]] = {column.name: [] for column in LABELS.columns}
    with StoredZip(depth_zip) as depths, StoredZip(masks_zip) as masks:
        members = [image_member(image) for image in frames["image"]]
        for archive in (depths, masks):
            _check_members(archive, members)
        for row, member in enumerate(members):
            if row and row % LOG_EVERY == 0:
                log.info("%s: %d of %d images labelled", depth_zip.parent, row, len(members))
            frame = {name: values[row] for name, values in frames.columns.items()}
            labels = _label_frame(frame, member, depths, masks, people[int(frame["scene"])], rule)
            _check_hits(labels, known[int(frame["scene"])], where=f"{masks_zip}[{member}], scene {frame['scene']}")
            columns["image"].append(frame["image"])
            for name in columns.keys() - {"image"}:
                columns[name].append(getattr(labels, name))
    return make_table(LABELS, columns)


def image_member(image: str) -> str:
    """The member of depth.zip and masks.zip that belongs to an image: its path with .png as the extension."""
    return str(PurePosixPath(image).with_suffix(".png"))


def _ids_by_scene(instances: Table) -> tuple[dict[int, frozenset[int]], dict[int, frozenset[int]]]:
    """Scene -> ids of all its instances, and of its people; empty for a scene that the table does not have."""
    known: defaultdict[int, set[int]] = defaultdict(set)
    people: defaultdict[int, set[int]] = defaultdict(set)
    names = ("scene", "instance", "person")
    for scene, instance, person in zip(*(instances[name].tolist() for name in names), strict=True):
        known[scene].add(instance)
        if person:
            people[scene].add(instance)
    none: frozenset[int] = frozenset()
    return (
        defaultdict(lambda: none, {scene: frozenset(ids) for scene, ids in known.items()}),
        defaultdict(lambda: none, {scene: frozenset(ids) for scene, ids in people.items()}),
    )


def _check_members(archive: StoredZip, members: Collection[str]) -> None:
    missing, extra = sorted(set(members) - set(archive.names)), sorted(set(archive.names) - set(members))
    if missing or extra:
        raise ValueError(
            f"{archive.path}: expected one member per frame ({len(members)}), found {len(archive.names)}: "
            f"{len(missing)} missing {missing[:3]}, {len(extra)} without a frame {extra[:3]}; "
            "zip and frames are of different runs: capture this shard again"
        )


def _label_frame(
    frame: dict[str, Any], member: str, depths: StoredZip, masks: StoredZip, people: frozenset[int], rule: LabelRule
) -> JointLabels:
    person = int(frame["person_instance"])
    if person not in people:
        raise ValueError(
            f"frame {frame['image']}: person_instance {person} is no person of scene {frame['scene']} in the instances "
            f"table; expected one of {sorted(people)}"
        )
    camera = camera_of(frame)
    where_depth, where_mask = f"{depths.path}[{member}]", f"{masks.path}[{member}]"
    depth_m = decode_depth(depths.read(member), where=where_depth)
    instance = decode_instance(masks.read(member), where=where_mask)
    for where, shape in ((where_depth, depth_m.shape), (where_mask, instance.shape)):
        if shape != camera.size_hw:
            raise ValueError(f"{where}: expected the camera's {camera.size_hw} (height, width) px, found {shape}")
    return label_joints(
        frame["joints_3d_world"],
        camera,
        depth_m,
        instance,
        person_instance=person,
        people=people,
        joints=OCCLUSION_PERSON.joints,
        rule=rule,
    )


def _check_hits(labels: JointLabels, known: frozenset[int], *, where: str) -> None:
    """Id 0 is the background; every other id that a joint lands on must be known, or its cause would be a guess."""
    unknown = sorted(set(np.unique(labels.instance_hit).tolist()) - known - {0})
    if unknown:
        raise ValueError(f"{where}: expected ids of the instances table ({len(known)}), found also {unknown}")
