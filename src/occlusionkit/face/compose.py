"""From faces, occluders and draws to finished images and labels. No files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .augment import apply_blur, apply_brightness, apply_jpeg, turn_matrix
from .cutout import Cutout, blackened, bleed, box_of, resized, warped
from .draws import Draws, item_rng
from .files import Face
from .paste import angle_around_deg, paste, paste_compat
from .settings import FaceSetSettings
from .transfer_job import TransferJob
from .transport_upstream import transfer_as_upstream

Image = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Composite:
    """image (H, W, 3) RGB; labels (H, W): 0/1 or classes, without what is hidden; occluder, alpha (H, W) 0..255.

    center_px (x, y), scale and rotation_deg: what became of the draws, before any flip. hidden_fraction: hidden pixels
    of the face over all of them.
    """

    image: Image
    labels: NDArray[np.uint8]
    occluder: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    face_pixels: int
    hidden_fraction: float
    center_px: tuple[float, float]
    scale: float
    rotation_deg: float


def compose(
    faces: Sequence[Face], cutouts: Sequence[Cutout], draws: Sequence[Draws], settings: FaceSetSettings
) -> list[Composite]:
    """One composite for each face. How faces are grouped into calls changes no number."""
    colored = _in_face_colors(faces, cutouts, draws, settings)
    return [_composite(*one, settings) for one in zip(faces, colored, draws, strict=True)]


def _in_face_colors(
    faces: Sequence[Face], cutouts: Sequence[Cutout], draws: Sequence[Draws], settings: FaceSetSettings
) -> list[Cutout]:
    method = settings.transfer.method
    if method == "none":
        return list(cutouts)
    if method == "upstream":
        return [_as_upstream(*one, settings) for one in zip(faces, cutouts, draws, strict=True)]
    jobs = [
        TransferJob(cutout.image, cutout.mask, face.image[face.mask], draw.directions)  # type: ignore[arg-type]
        for face, cutout, draw in zip(faces, cutouts, draws, strict=True)
    ]
    from .transport import transfer_colors  # torch: sets without a transfer start sooner

    images = transfer_colors(jobs, settings.transfer)
    return [Cutout(image, cutout.coverage) for image, cutout in zip(images, cutouts, strict=True)]


def _as_upstream(face: Face, cutout: Cutout, draws: Draws, settings: FaceSetSettings) -> Cutout:
    x, y, width, height = box_of(face.mask, where=face.stem)
    box = (slice(y, y + height), slice(x, x + width))
    rng = item_rng(settings, face.stem, draws.attempt, "black ratio")
    assert draws.directions is not None  # drawn whenever a transfer is asked for
    image = transfer_as_upstream(blackened(cutout).image, face.image[box], face.mask[box], draws.directions, rng)
    return Cutout(image, cutout.coverage)


def _composite(face: Face, cutout: Cutout, draws: Draws, settings: FaceSetSettings) -> Composite:
    x, y, width, height = box_of(face.mask, where=face.stem)
    cut_height, cut_width = cutout.coverage.shape
    scale = float(np.sqrt(width * height / (cut_width * cut_height) * draws.area_fraction))
    center = (x + draws.center_x * width, y + draws.center_y * height)
    rotation = 0.0
    if settings.placement.rotate_around_center:
        rotation = angle_around_deg((x + width / 2, y + height / 2), center)
    prepare, put = (_prepared_compat, paste_compat) if settings.compat else (_prepared, paste)
    ready = prepare(cutout, draws, scale=scale, rotation_deg=rotation)
    pasted = put(face.image, ready, center=center, opacity=draws.opacity, edge=settings.edge)
    hidden_face = int(np.count_nonzero(pasted.hidden & face.mask))
    face_pixels = int(np.count_nonzero(face.mask))
    labels = face.labels.copy()
    labels[pasted.hidden] = settings.source.occluder_class if settings.source.mask_kind == "classes" else 0
    image, (labels, occluder, alpha) = _finished(pasted.image, (labels, pasted.occluder, pasted.alpha), draws)
    return Composite(
        image=image,
        labels=labels,
        occluder=occluder,
        alpha=alpha,
        face_pixels=face_pixels,
        hidden_fraction=hidden_face / face_pixels,
        center_px=center,
        scale=scale,
        rotation_deg=rotation,
    )


def _prepared(cutout: Cutout, draws: Draws, *, scale: float, rotation_deg: float) -> Cutout:
    """The occluder as it is pasted: bled, resized, changed, and turned by one interpolation for both affine steps."""
    ready = _changed(resized(bleed(cutout), scale), draws)
    matrix = np.eye(2) if draws.occluder_affine is None else draws.occluder_affine.matrix
    if rotation_deg:
        matrix = turn_matrix(rotation_deg) @ matrix
    turned = ready if np.array_equal(matrix, np.eye(2)) else warped(ready, matrix)
    return _brightened(turned, draws)


def _prepared_compat(cutout: Cutout, draws: Draws, *, scale: float, rotation_deg: float) -> Cutout:
    """As upstream: black around the occluder is blurred and interpolated into it, and the mask of the affine step is
    not interpolated while the colours are."""
    ready = _changed(resized(blackened(cutout), scale, compat=True), draws)
    if draws.occluder_affine is not None:
        matrix = draws.occluder_affine.matrix
        ready = warped(ready, matrix, nearest_mask=True, border=cv2.BORDER_CONSTANT)
    ready = _brightened(ready, draws)
    return warped(ready, turn_matrix(rotation_deg), border=cv2.BORDER_CONSTANT) if rotation_deg else ready


def _changed(cutout: Cutout, draws: Draws) -> Cutout:
    image = cutout.image
    if draws.occluder_blur is not None:
        image = apply_blur(image, draws.occluder_blur)
    if draws.occluder_jpeg_quality is not None:
        image = apply_jpeg(image, draws.occluder_jpeg_quality)
    return Cutout(image, cutout.coverage)


def _brightened(cutout: Cutout, draws: Draws) -> Cutout:
    if draws.occluder_brightness is None:
        return cutout
    mean = float(np.mean(cv2.mean(cutout.image, mask=cutout.coverage)[:3]))
    return Cutout(apply_brightness(cutout.image, draws.occluder_brightness, mean=mean), cutout.coverage)


def _finished(
    image: Image, planes: tuple[NDArray[np.uint8], ...], draws: Draws
) -> tuple[Image, tuple[NDArray[np.uint8], ...]]:
    """The whole-image augmentation; a flip turns the planes too."""
    if draws.image_blur is not None:
        image = apply_blur(image, draws.image_blur)
    if draws.image_flipped:
        image, planes = cv2.flip(image, 1), tuple(cv2.flip(plane, 1) for plane in planes)
    if draws.image_brightness is not None:
        mean = float(np.mean(cv2.mean(image)[:3])) if draws.image_brightness.relative_to == "mean" else 255.0
        image = apply_brightness(image, draws.image_brightness, mean=mean)
    return image, planes
