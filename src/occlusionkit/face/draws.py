"""Everything that is drawn for one image of a set, from generators made of the set's seed and name, the image's stem,
and what is drawn: so that switching one thing on (say, the colour transfer) leaves all other draws as they were."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .augment import (
    Affine,
    Blur,
    Brightness,
    draw_affine,
    draw_blur,
    draw_brightness,
    draw_jpeg_quality,
)
from .blob import Blob, draw_blob
from .settings import FaceSetSettings
from .transfer_job import draw_directions


@dataclass(frozen=True, eq=False)
class Draws:
    """occluder, texture_class: 0..1, where in the sorted lists;  center_x, center_y: 0..1 of the face box;
    opacity: 1 unless see-through;  directions: of the colour transfer, None without one."""

    attempt: int
    occluder: float
    texture_class: float
    blob: Blob | None
    directions: NDArray[np.float64] | None
    area_fraction: float
    center_x: float
    center_y: float
    opacity: float
    occluder_blur: Blur | None
    occluder_jpeg_quality: int | None
    occluder_affine: Affine | None
    occluder_brightness: Brightness | None
    image_blur: Blur | None
    image_flipped: bool
    image_brightness: Brightness | None


def rng_for(seed: int, *what: str | int) -> np.random.Generator:
    """A generator that depends on its arguments alone, on every machine."""
    digest = hashlib.sha256(json.dumps([seed, *what]).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


def item_rng(settings: FaceSetSettings, stem: str, attempt: int, purpose: str) -> np.random.Generator:
    return rng_for(settings.seed, settings.name, stem, attempt, purpose)


def draw_item(settings: FaceSetSettings, stem: str, *, attempt: int = 0) -> Draws:
    """All draws for the image `stem`; attempt: 0, and counting up where draws were thrown away."""

    def rng(purpose: str) -> np.random.Generator:
        return item_rng(settings, stem, attempt, purpose)

    texture_class, occluder = rng("occluder").random(2)
    place, see_through = rng("placement"), rng("transparency")
    changes, finish = rng("occluder augmentation"), rng("image augmentation")
    placement, transparency = settings.placement, settings.transparency
    has_transfer = settings.transfer.method != "none"
    image = settings.image
    return Draws(
        attempt=attempt,
        occluder=float(occluder),
        texture_class=float(texture_class),
        blob=draw_blob(settings.blob, rng("blob")) if settings.mode == "randocc" else None,
        directions=draw_directions(settings.transfer, rng("transfer")) if has_transfer else None,
        area_fraction=float(place.uniform(*placement.area_fraction)),
        center_x=float(place.uniform(*placement.center_x)),
        center_y=float(place.uniform(*placement.center_y)),
        opacity=float(see_through.uniform(*transparency.opacity))
        if see_through.random() < transparency.probability
        else 1.0,
        occluder_blur=draw_blur(settings.occluder.blur, changes),
        occluder_jpeg_quality=draw_jpeg_quality(settings.occluder.jpeg, changes),
        occluder_affine=draw_affine(settings.occluder.affine, changes),
        occluder_brightness=draw_brightness(settings.occluder.brightness, changes),
        image_blur=draw_blur(image.blur, finish) if image.enabled else None,
        image_flipped=image.enabled and bool(finish.random() < image.flip_probability),
        image_brightness=draw_brightness(image.brightness, finish) if image.enabled else None,
    )
