"""Every table of the capture, labelling and dataset stages: columns, units, frames."""

from __future__ import annotations

from ..skeletons import OCCLUSION_PERSON
from .tables import Column, Schema

_JOINTS = len(OCCLUSION_PERSON.joints)

_INSTANT = (
    Column("video_id", "string", "aAA_saSS_sPP_sceCC: action, subaction, subject, scene"),
    Column("image_id", "int32", "frame of the clip; (action, subaction, subject, image_id) is unique over all scenes"),
    Column("action", "int32", "index into skeletons.ACTIONS"),
    Column("subaction", "int32", "counts the takes of one action by one subject"),
    Column("subject", "int32", "person, 1.."),
    Column("scene", "int32", "room, 0.."),
    Column("split", "string", "train or validation: no scene and no subject is in both"),
)

PLAN = Schema(
    name="plan",
    doc="One row per instant to capture, in the order in which shards take them.",
    key=("instant",),
    columns=(
        Column("instant", "int32", "0.., the order of capture"),
        *_INSTANT,
        Column("clip", "string", "name of the motion: action and subaction, or the motion file's stem"),
        Column("clip_seconds", "float64", "time of this instant in the clip", unit="s"),
        Column("shard", "int32", "which job captures it"),
    ),
)

_CAMERA = (
    Column("intrinsics", "float64", "pinhole matrix, edge convention", shape=(3, 3), unit="px"),
    Column("rotation_world_to_camera", "float64", "det +1", shape=(3, 3)),
    Column("center_world", "float64", "camera centre", shape=(3,), unit="m", frame="world"),
    Column("size_hw", "int32", "image height and width", shape=(2,), unit="px"),
)

FRAMES = Schema(
    name="frames",
    doc="One row per captured image of a shard: who, where, which camera, where the joints are.",
    key=("image",),
    columns=(
        Column("image", "string", "member of images.zip: video_id/camera_frame.jpg"),
        *_INSTANT,
        Column("clip", "string", "name of the motion"),
        Column("camera_id", "int32", "0..7"),
        *_CAMERA,
        Column("joints_3d_world", "float64", "the 15 joints", shape=(_JOINTS, 3), unit="m", frame="world"),
        Column("person_instance", "int32", "the person's id in masks.zip"),
    ),
)

INSTANCES = Schema(
    name="instances",
    doc="What the ids in a shard's masks are.",
    key=("scene", "instance"),
    columns=(
        Column("scene", "int32", "room, 0.."),
        Column("instance", "int32", "id in masks.zip, 1.."),
        Column("name", "string", "the object's name on the server"),
        Column("person", "bool", "a person, as opposed to furniture or the building"),
    ),
)

_LABEL = (
    Column("joints_2d", "float64", "projected joints, also outside", shape=(_JOINTS, 2), unit="px", frame="image"),
    Column("gap_m", "float64", "joint depth minus surface depth; NaN outside the image, -inf where nothing was hit",
           shape=(_JOINTS,), unit="m", nullable=True),
    Column("instance_hit", "int32", "instance at the joint's pixel, 0 for none or outside", shape=(_JOINTS,)),
    Column("in_image", "bool", "the joint projects into the image, in front of the camera", shape=(_JOINTS,)),
    Column("visible", "bool", "in_image and the gap agrees with the rule", shape=(_JOINTS,)),
    Column("hidden_by", "uint8", "index into labels.HIDDEN_BY; none for visible joints and where the surface is behind",
           shape=(_JOINTS,)),
)  # fmt: skip

LABELS = Schema(
    name="labels",
    doc="One row per image of a shard: every joint's gap, what was hit, and the label.",
    key=("image",),
    columns=(Column("image", "string", "member of images.zip"), *_LABEL),
)

INDEX = Schema(
    name="occlusion_person_index",
    doc="One row per image of an Occlusion-Person dataset, from the studio or the real one.",
    key=("image",),
    columns=(
        Column("image", "string", "path below images/"),
        *_INSTANT,
        Column("camera_id", "int32", "0..7"),
        *_CAMERA,
        Column("joints_3d_world", "float64", "the 15 joints", shape=(_JOINTS, 3), unit="m", frame="world"),
        Column("joints_3d_camera", "float64", "the 15 joints", shape=(_JOINTS, 3), unit="m", frame="camera"),
        *_LABEL,
        Column(
            "box_xyxy",
            "float64",
            "around the whole body, may reach outside; NaN when it is behind the camera",
            shape=(4,),
            unit="px",
            frame="image",
            nullable=True,
        ),
    ),
)

RATES = Schema(
    name="occlusion_rates",
    doc="Share of in-image joints that are occluded, by one grouping at a time.",
    key=("grouping", "group"),
    columns=(
        Column("grouping", "string", "all, joint, camera, scene, action, subject, split or cause"),
        Column("group", "string", "the value of the grouping"),
        Column("joints_in_image", "int64", "the denominator"),
        Column("occluded", "int64", "the numerator"),
        Column("rate", "float64", "occluded / joints_in_image; NaN where nothing was counted", nullable=True),
    ),
)

THRESHOLDS = Schema(
    name="threshold_rates",
    doc="How the occlusion rate moves with the depth threshold and the rule.",
    key=("rule", "threshold_m"),
    columns=(
        Column("rule", "string", "absolute (the paper's) or one_sided"),
        Column("threshold_m", "float64", "depth agreement", unit="m"),
        Column("joints_in_image", "int64", "the denominator"),
        Column("occluded", "int64", "the numerator"),
        Column("rate", "float64", "occluded / joints_in_image", nullable=True),
    ),
)

DATASETS = Schema(
    name="dataset_table",
    doc="The dataset comparison of the paper, with what was measured here beside it.",
    key=("order",),
    columns=(
        Column("order", "int32", "row"),
        Column("dataset", "string", "name"),
        Column("source", "string", "published, studio or acquired (from archives)"),
        Column("frames", "int64", "time instants"),
        Column("cameras", "int32", "views of each instant"),
        Column("occluded_rate", "float64", "share of in-image joints occluded; NaN where not stated", nullable=True),
        Column("published_in", "string", "where the numbers stand, or how they were measured"),
    ),
)

TABLES = (PLAN, FRAMES, INSTANCES, LABELS, INDEX, RATES, THRESHOLDS, DATASETS)
