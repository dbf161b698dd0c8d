"""Tables of the face room: the manifest of a generated set, and the scores of predicted masks."""

from __future__ import annotations

from ..artifacts.tables import Column, Schema


def _drawn(name: str, doc: str, unit: str = "") -> Column:
    """A number that not every row has: NaN where it was not drawn, or the image was skipped."""
    return Column(name, "float64", doc, unit=unit, nullable=True)


def _blur(prefix: str) -> tuple[Column, ...]:
    return (
        _drawn(f"{prefix}_blur_size_px", "kernel size; NaN: not blurred", "px"),
        _drawn(f"{prefix}_blur_sigma_x_px", "", "px"),
        _drawn(f"{prefix}_blur_sigma_y_px", "", "px"),
        _drawn(f"{prefix}_blur_angle_deg", "turn of the kernel", "deg"),
        _drawn(f"{prefix}_blur_beta", "1 is a Gaussian"),
    )


def _brightness(prefix: str) -> tuple[Column, ...]:
    return (
        _drawn(f"{prefix}_contrast", "relative change; NaN: not changed"),
        _drawn(f"{prefix}_brightness", "share of the mean or of 255 that is added"),
    )


MANIFEST = Schema(
    name="face_set",
    doc="One row per source image of a generated set: what was pasted, every number drawn, and what came of it.",
    key=("stem",),
    columns=(
        Column("stem", "string", "names the outputs img/<stem>.jpg, mask/<stem>.png, ..."),
        Column("status", "string", "made or skipped"),
        Column("reason", "string", "why it was skipped", nullable=True),
        Column("source", "string", "file name of the face"),
        Column("occluder", "string", "file name of the occluder or texture, with its class's folder", nullable=True),
        Column("transfer", "string", "colour transfer used: none, sot or upstream", nullable=True),
        Column("attempt", "int32", "draws thrown away before for what they hid of the face"),
        Column("face_pixels", "int64", "of the source's mask; 0 where skipped"),
        _drawn("hidden_fraction", "hidden pixels of the face over all of them"),
        _drawn("area_fraction", "occluder box over face box, drawn"),
        _drawn("scale", "factor on the occluder's own size"),
        _drawn("center_x_px", "of the occluder, before any flip", "px"),
        _drawn("center_y_px", "of the occluder, before any flip", "px"),
        _drawn("rotation_deg", "clockwise, towards the face's centre", "deg"),
        _drawn("opacity", "1 unless see-through"),
        _drawn("blob_points", "vertices of the blob"),
        _drawn("blob_radius", "control points' distance over the chord"),
        _drawn("blob_edginess", ""),
        _drawn("blob_tries", "draws of its points"),
        *_blur("occluder"),
        _drawn("occluder_jpeg_quality", "NaN: not through JPEG"),
        _drawn("occluder_scale_x", "affine step; NaN: none"),
        _drawn("occluder_scale_y", "affine step"),
        _drawn("occluder_rotate_deg", "affine step, clockwise", "deg"),
        _drawn("occluder_shear_x_deg", "affine step", "deg"),
        _drawn("occluder_shear_y_deg", "affine step", "deg"),
        *_brightness("occluder"),
        *_blur("image"),
        Column("image_flipped", "bool", "left and right exchanged"),
        *_brightness("image"),
    ),
)

SCORES = Schema(
    name="face_scores",
    doc="One row per scored image: pixel counts of the face against the truth, and what follows from them.",
    key=("stem",),
    columns=(
        Column("stem", "string", "file name without its last extension"),
        Column("true_positive", "int64", "face in both", unit="px"),
        Column("false_positive", "int64", "face in the prediction alone", unit="px"),
        Column("false_negative", "int64", "face in the truth alone", unit="px"),
        Column("true_negative", "int64", "face in neither", unit="px"),
        Column("boundary_both", "int64", "edge band of the face in both", unit="px"),
        Column("boundary_either", "int64", "edge band of the face in either", unit="px"),
        _drawn("face_iou", "NaN where neither mask has a face"),
        _drawn("miou", "mean of face IoU and background IoU"),
        _drawn("boundary_iou", "IoU of the two edge bands"),
        _drawn("hidden_fraction", "from the set's manifest; NaN where unknown"),
    ),
)

EXAMPLES = Schema(
    name="face_examples",
    doc="One row per image of a group (photographs, a generated set, a test set), every one read and found usable.",
    key=("group", "stem"),
    columns=(
        Column("group", "string", "clean, occluded, ..., the name of a generated set, or of a test set"),
        Column("stem", "string", "file name without its last extension"),
        Column("image", "string", "path of the image, from the working folder"),
        Column("mask", "string", "path of the mask, from the working folder"),
        Column("image_sha256", "string", "of the image's bytes"),
        Column("mask_sha256", "string", "of the mask's bytes"),
        Column("person", "string", "who it shows, where that is known", nullable=True),
        Column("height", "int32", "of the image", unit="px"),
        Column("width", "int32", "of the image", unit="px"),
        Column("face_pixels", "int64", "visible face in the mask", unit="px"),
        _drawn("hidden_fraction", "hidden pixels of the face over all of them; NaN where unknown"),
    ),
)

_RUN = (
    Column("test_set", "string", "realocc, realocc_wild or cofw"),
    Column("network", "string", "name in the catalogue of networks"),
    Column("training_set", "string", "name in the paper's Table 2"),
)

FACE_RESULTS = Schema(
    name="face_results",
    doc="One row per number of the face table: measured here, with the published one that stands in its place.",
    key=("test_set", "network", "training_set", "metric"),
    columns=(
        *_RUN,
        Column("metric", "string", "miou (mean over face and background), face_iou, dice, accuracy, boundary_iou"),
        Column("source", "string", "of the test images: studio, or the folder or dataset that was given"),
        Column("label", "string", "the network in words"),
        _drawn("value", "of the whole test set, mean over seeds"),
        _drawn("spread", "sample standard deviation over seeds; NaN for one seed"),
        Column("seeds", "int32", "training runs"),
        Column("images", "int32", "of the test set"),
        Column("images_seen", "int64", "in training, each as often as it came: equal for all training sets"),
        _drawn("published_value", "the paper's, of the same family of networks; NaN where it has none"),
        Column("published_in", "string", "where it stands", nullable=True),
        Column("mismatch", "string", "why the two may not be compared", nullable=True),
    ),
)

FACE_BY_HIDDEN = Schema(
    name="face_by_hidden",
    doc="Scores in bins of the hidden fraction of the face.",
    key=("test_set", "network", "training_set", "low"),
    columns=(
        *_RUN,
        Column("low", "float64", "least hidden fraction of the bin"),
        Column("high", "float64", "end of the bin, itself outside but for the last one"),
        Column("images", "int32", "of the test set in the bin"),
        Column("seeds", "int32", "training runs"),
        _drawn("face_iou", "of the bin's summed pixels, mean over seeds"),
        _drawn("face_iou_spread", "sample standard deviation over seeds; NaN for one seed"),
        _drawn("miou", "of the bin's summed pixels, mean over seeds"),
    ),
)
