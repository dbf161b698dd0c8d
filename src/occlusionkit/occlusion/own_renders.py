"""Label anyone's renders: depth maps, joints and cameras of any renderer in, one row per image and person out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np

from ..artifacts.schemas import LABELS
from ..artifacts.tables import Column, Schema, Table, make_table, write_table
from .labels import JointLabels, LabelRule, label_joints
from .own_inputs import (
    DepthKind,
    DepthUnit,
    Maps,
    OwnJoints,
    image_key,
    read_cameras,
    read_depth_m,
    read_instance,
    read_joints,
)

log = logging.getLogger(__name__)


def label_own_renders(
    depth: Path,
    joints: Path,
    cameras: Path,
    out: Path,
    *,
    rule: LabelRule,
    depth_unit: DepthUnit,
    depth_kind: DepthKind,
    png_step: float | None = None,
    masks: Path | None = None,
) -> Table:
    """Label every row of `joints` against its image's depth map, write the table to `out` and return it.

    depth, masks: a folder or zip with one .png, .npy or .npz per image;  joints: .npz or .parquet;  cameras: .npz or
    .json (formats: docs/labels.md).  depth_kind: planar (camera z) or ray (distance from the camera's centre).
    png_step: depth units per step of 16-bit PNG.  masks: instance ids; with them the table says what hides a joint.

    Raises ValueError or FileNotFoundError naming the file and the image at the first thing that does not fit; nothing
    is written then. Depth maps without joints are left out and counted in a warning.
    """
    for name, value, allowed in (("depth_unit", depth_unit, DepthUnit), ("depth_kind", depth_kind, DepthKind)):
        if value not in get_args(allowed):
            raise ValueError(f"{name}: expected one of {', '.join(get_args(allowed))}, found {value!r}")
    if png_step is not None and not 0 < png_step < np.inf:
        raise ValueError(f"png_step: expected {depth_unit} per step above 0, found {png_step}")
    given, views = read_joints(joints), read_cameras(cameras)
    if masks is not None and given.person is None:
        raise ValueError(f"{joints}: expected a column person (instance ids in the masks), found none")
    rows_by_image = _rows_by_image(given, joints)
    labels: dict[int, JointLabels] = {}
    with Maps(depth) as depths, Maps(masks or depth) as ids:
        unused = depths.keys - {image_key(image) for image in given.image}
        if unused:
            log.warning("%s: %d depth maps without joints are left out, such as %s", depth, len(unused), min(unused))
        for image, rows in rows_by_image.items():
            camera = views.of(image)
            depth_m = read_depth_m(depths, image, camera, unit=depth_unit, kind=depth_kind, png_step=png_step)
            instance = read_instance(ids, image, camera) if masks else np.zeros(camera.size_hw, np.int32)
            for row in rows:
                labels[row] = label_joints(
                    given.joints_3d_world[row],
                    camera,
                    depth_m,
                    instance,
                    person_instance=_person(given, row),
                    people=frozenset(_person(given, other) for other in rows),
                    joints=given.joint_names,
                    rule=rule,
                )
    table = _table(given, labels, own_labels_schema(given, rule, causes=masks is not None))
    write_table(out, table)
    return table


def _rows_by_image(given: OwnJoints, path: Path) -> Mapping[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, image in enumerate(given.image):
        rows.setdefault(image, []).append(row)
        if given.person is None and len(rows[image]) > 1:
            raise ValueError(f"{path}: {image} has two rows; several people in one image need a column person")
    return rows


def _person(given: OwnJoints, row: int) -> int:
    """The row's instance id; without ids there are no masks either, and every person is "0, the background"."""
    return 0 if given.person is None else int(given.person[row])


def own_labels_schema(given: OwnJoints, rule: LabelRule, *, causes: bool) -> Schema:
    """LABELS for any number of joints, telling the joints' names and the rule in the columns' descriptions.

    causes: whether there were masks; without them nobody knows what was hit, and the two columns are left out.
    """
    own = f", own thresholds {dict(rule.joint_thresholds_m)} m" if rule.joint_thresholds_m else ""
    docs = {
        "joints_2d": f"projected joints, also outside: {', '.join(given.joint_names)}",
        "visible": f"in_image and the gap agrees: {rule.rule}, {rule.threshold_m} m{own}",
    }
    labels = tuple(
        replace(column, shape=(len(given.joint_names), *column.shape[1:]), doc=docs.get(column.name, column.doc))
        for column in LABELS.columns
        if column.shape and (causes or column.name not in ("instance_hit", "hidden_by"))
    )
    image = Column("image", "string", "as in the joints' file")
    person = () if given.person is None else (Column("person", "int64", "instance id, as in the joints' file"),)
    return Schema(
        name="own_labels",
        doc="One row per image and person of someone's own renders.",
        key=("image",) if given.person is None else ("image", "person"),
        columns=(image, *person, *labels),
    )


def _table(given: OwnJoints, labels: Mapping[int, JointLabels], schema: Schema) -> Table:
    columns = {
        column.name: [getattr(labels[row], column.name) for row in range(len(given.image))]
        for column in schema.columns
        if column.shape
    }
    people = {} if given.person is None else {"person": given.person}
    return make_table(schema, {"image": given.image, **people, **columns})
