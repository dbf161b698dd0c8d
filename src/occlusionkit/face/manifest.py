"""Rows of a set's manifest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..artifacts.tables import Table, make_table
from .augment import Affine, Blur, Brightness
from .blob import Blob
from .compose import Composite
from .draws import Draws
from .schemas import MANIFEST

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Named:
    """What a row says besides numbers: file names, and the transfer that was used."""

    stem: str
    source: str
    occluder: str | None = None
    transfer: str | None = None


def made_row(named: Named, draws: Draws, composite: Composite) -> Row:
    """The row of a finished image."""
    return _row(
        named,
        status="made",
        attempt=draws.attempt,
        face_pixels=composite.face_pixels,
        hidden_fraction=composite.hidden_fraction,
        scale=composite.scale,
        center_x_px=composite.center_px[0],
        center_y_px=composite.center_px[1],
        rotation_deg=composite.rotation_deg,
        **_drawn(draws),
    )


def skipped_row(named: Named, reason: str) -> Row:
    """The row of a source that gave no image."""
    return _row(named, status="skipped", reason=reason)


def manifest(rows: Sequence[Row]) -> Table:
    """Rows -> table, sorted by stem."""
    return make_table(MANIFEST, {c.name: [row[c.name] for row in rows] for c in MANIFEST.columns})


def _row(named: Named, **known: Any) -> Row:
    empty: dict[str, Any] = {"string": None, "int32": 0, "int64": 0, "bool": False, "float64": math.nan}
    row = {column.name: empty[column.dtype] for column in MANIFEST.columns}
    return row | {
        "stem": named.stem,
        "source": named.source,
        "occluder": named.occluder,
        "transfer": named.transfer,
        **known,
    }


def _drawn(draws: Draws) -> dict[str, Any]:
    return {
        "area_fraction": draws.area_fraction,
        "opacity": draws.opacity,
        "image_flipped": draws.image_flipped,
        "occluder_jpeg_quality": math.nan if draws.occluder_jpeg_quality is None else draws.occluder_jpeg_quality,
        **_of_blob(draws.blob),
        **_of_blur("occluder", draws.occluder_blur),
        **_of_affine(draws.occluder_affine),
        **_of_brightness("occluder", draws.occluder_brightness),
        **_of_blur("image", draws.image_blur),
        **_of_brightness("image", draws.image_brightness),
    }


def _of_blob(blob: Blob | None) -> dict[str, float]:
    if blob is None:
        return {}
    return {
        "blob_points": len(blob.vertices),
        "blob_radius": blob.radius,
        "blob_edginess": blob.edginess,
        "blob_tries": blob.tries,
    }


def _of_blur(prefix: str, blur: Blur | None) -> dict[str, float]:
    if blur is None:
        return {}
    return {
        f"{prefix}_blur_size_px": blur.size_px,
        f"{prefix}_blur_sigma_x_px": blur.sigma_x_px,
        f"{prefix}_blur_sigma_y_px": blur.sigma_y_px,
        f"{prefix}_blur_angle_deg": blur.angle_deg,
        f"{prefix}_blur_beta": blur.beta,
    }


def _of_affine(affine: Affine | None) -> dict[str, float]:
    if affine is None:
        return {}
    return {
        "occluder_scale_x": affine.scale_x,
        "occluder_scale_y": affine.scale_y,
        "occluder_rotate_deg": affine.rotate_deg,
        "occluder_shear_x_deg": affine.shear_x_deg,
        "occluder_shear_y_deg": affine.shear_y_deg,
    }


def _of_brightness(prefix: str, change: Brightness | None) -> dict[str, float]:
    if change is None:
        return {}
    return {f"{prefix}_contrast": change.contrast, f"{prefix}_brightness": change.brightness}
