"""The tables that acquiring writes."""

from __future__ import annotations

from occlusionkit.artifacts.tables import Column, Schema

FILE_CHECKS = Schema(
    "file_checks",
    "One archive file as it was found on disk, and how that compares with what was published.",
    ("dataset", "file"),
    (
        Column("dataset", "string", "dataset of the manifest"),
        Column("file", "string", "file name in the manifest"),
        Column("path", "string", "where it lay"),
        Column("bytes", "int64", "size", unit="B"),
        Column(
            "mtime_ns", "int64", "time of last change; with the size it says whether the hashes still hold", unit="ns"
        ),
        Column("md5", "string", "hex digest"),
        Column("sha256", "string", "hex digest"),
        Column("verdict", "string", "ok, unpublished (nobody published a hash) or wrong"),
        Column("problem", "string", "what is wrong, in words", nullable=True),
    ),
)

INVENTORY = Schema(
    "archive_inventory",
    "What one archive became: one row per file below the dataset's folder.",
    ("path",),
    (
        Column("path", "string", "path below the dataset's folder"),
        Column("archive", "string", "archive of the manifest"),
        Column("bytes", "int64", "size", unit="B"),
        Column("crc32", "string", "8 hex digits of the archive's checksum, where its format has one", nullable=True),
    ),
)

DATASET_INDEX = Schema(
    "dataset_index",
    "The files of a dataset in its official layout, after the layout was checked.",
    ("path",),
    (
        Column("path", "string", "path below the dataset's folder; `a.zip@/b` is member b of a.zip"),
        Column("kind", "string", "image, mask, annotation, video or motion"),
        Column("role", "string", "train, val, test, query, gallery, ... as the layout has it", nullable=True),
        Column("identity", "string", "person, class or sequence the layout files it under", nullable=True),
        Column("camera", "string", "camera, only where the layout names one", nullable=True),
        Column("bytes", "int64", "size", unit="B"),
        Column("size_hw", "float32", "height and width of an image, NaN for other files", (2,), "px", nullable=True),
    ),
)

# Occlusion-Person's annotation item (AdaFuse's loader), in this project's units and frames.
OCCLUSION_PERSON_ITEMS = Schema(
    "occlusion_person_items",
    "One image of Occlusion-Person with its 15 joints; row order of the official file is `item`.",
    ("split", "item"),
    (
        Column("split", "string", "train or validation"),
        Column("item", "int64", "position in the official list"),
        Column("image", "string", "member below images/: <video>/<camera>_<frame>.jpg"),
        Column("video_id", "string", "aAA_saSS_sPP_sceCC"),
        Column("image_id", "int64", "frame number"),
        Column("subject", "int32", "as delivered"),
        Column("action", "int32", "0 basketball, dance, dance2, martial, soccer, boxing, 6 exercise"),
        Column("subaction", "int32", "as delivered"),
        Column("scene", "int32", "the number after `sce` in video_id"),
        Column("camera_id", "int32", "0..7"),
        Column("joints_2d", "float32", "joints in the image", (15, 2), "px", "image"),
        Column("joints_3d_camera", "float32", "joints", (15, 3), "m", "camera"),
        Column("joints_3d_world", "float32", "joints", (15, 3), "m", "world"),
        Column("in_image", "bool", "joint inside the image (upstream's joints_vis)", (15,)),
        Column("visible", "bool", "inside and not occluded (upstream's joints_vis_2d)", (15,)),
        Column("box_xyxy", "float32", "person box", (4,), "px", "image"),
        Column("center", "float32", "box centre as delivered", (2,), "px", "image"),
        Column("scale", "float32", "box size / 200 as delivered", (2,)),
        Column("intrinsics", "float64", "camera matrix", (3, 3), "px"),
        Column("distortion_k", "float64", "radial terms as delivered; AdaFuse ignores them", (3,)),
        Column("distortion_p", "float64", "tangential terms as delivered", (2,)),
        Column("rotation_world_to_camera", "float64", "upstream's R", (3, 3)),
        Column("center_world", "float64", "camera centre: upstream's T", (3,), "m", "world"),
    ),
)
