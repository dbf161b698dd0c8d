"""From a shot to a crop: the picture, a detector's box, how much of the person is hidden, 128 x 64 px."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Camera, camera_to_image, world_to_camera
from ...images import Image
from ..render.batch import place
from ..world import Item, Renderer
from .looks import spoiled, varied
from .shots import PERSON, Shot
from .sites import SiteCamera

CROP_HW = (128, 64)
# Around a person's box, px: what a jittered box may reach into.
MARGIN_SHARE = 0.1
# How a detector's box strays from the person's: its middle and its size, standard deviations as shares of the box.
SHIFT_SHARE, SCALE_SHARE = 0.03, 0.05
# A detector sees only what is not hidden: how far, at most, it shrinks the box towards that.
DRAWN_TO_VISIBLE = 0.5


@dataclass(frozen=True, eq=False)
class Crop:
    """image (128, 64, 3) uint8 RGB;  hidden_fraction of the person's pixels;  box_xyxy (4,) px of the camera's picture;
    person_px: how many pixels the person has there when nothing is in front."""

    image: Image
    hidden_fraction: float
    box_xyxy: Array
    person_px: int


def take(renderer: Renderer, shot: Shot, rng: np.random.Generator) -> Crop:
    """Render a shot, box and crop it. ValueError where the person is not in the picture."""
    full = person_box(shot.person, shot.camera)
    window = _window(full, shot.camera.size_hw)
    camera = windowed(shot.camera.camera, window)
    seen = renderer.render(shot.world, camera, outputs=frozenset({"rgb", "instance"}))
    alone = renderer.render(shot.alone, camera, outputs=frozenset({"instance"}))
    if seen.rgb is None or seen.instance is None or alone.instance is None:
        raise RuntimeError(f"renderer {renderer.name} left out what was asked for")
    whole, visible = alone.instance == PERSON, seen.instance == PERSON
    if not whole.any():
        raise ValueError(f"crop of {shot.person.name} by camera {shot.camera.number}: nobody is in the picture")
    box = detector_box(whole, visible & whole, rng) + np.tile(window[:2], 2)
    box = np.clip(box, np.tile(window[:2], 2), np.tile(window[2:], 2))
    picture = spoiled(seen.rgb, varied(shot.camera.look, rng), rng)
    hidden = 1 - np.count_nonzero(visible & whole) / np.count_nonzero(whole)
    return Crop(cropped(picture, box - np.tile(window[:2], 2)), float(hidden), box, int(np.count_nonzero(whole)))


def person_box(person: Item, camera: SiteCamera) -> Array:
    """(4,) px, x y x y: around the person's vertices as the camera projects them."""
    positions, _ = place(person)
    points = camera_to_image(world_to_camera(positions.astype(np.float64), camera.camera), camera.camera)
    found: Array = np.concatenate([points.min(axis=0), points.max(axis=0)])
    return found


def _window(box: Array, size_hw: tuple[int, int]) -> NDArray[np.int64]:
    """(4,) whole px: the box with a margin, within the picture."""
    margin = MARGIN_SHARE * (box[3] - box[1])
    low, high = np.floor(box[:2] - margin), np.ceil(box[2:] + margin)
    limit = np.array(size_hw[::-1])
    found: NDArray[np.int64] = np.concatenate([np.clip(low, 0, limit - 1), np.clip(high, 1, limit)]).astype(np.int64)
    return found


def windowed(camera: Camera, window: NDArray[np.int64]) -> Camera:
    """The camera that sees just these pixels of another one's picture; window (4,) whole px, x y x y."""
    intrinsics = camera.intrinsics.copy()
    intrinsics[:2, 2] -= window[:2]
    size_hw = (int(window[3] - window[1]), int(window[2] - window[0]))
    return Camera(intrinsics, camera.rotation_world_to_camera, camera.center_world, size_hw)


def detector_box(whole: NDArray[np.bool_], visible: NDArray[np.bool_], rng: np.random.Generator) -> Array:
    """(4,) px: a detector's box around a person, whole and visible being their masks (H, W).

    Between the box of the whole person and that of what shows of them, shifted and scaled a little, wide enough to be
    a person's: at least 0.4 of its height.
    """
    body = _extent(whole)
    shown = _extent(visible) if visible.any() else body
    box = body + rng.uniform(0, DRAWN_TO_VISIBLE) * (shown - body)
    size, middle = box[2:] - box[:2], (box[:2] + box[2:]) / 2
    size[0] = max(size[0], 0.4 * size[1])
    middle = middle + rng.normal(0, SHIFT_SHARE, 2) * size
    size = size * (1.06 + rng.normal(0, SCALE_SHARE, 2))
    found: Array = np.concatenate([middle - size / 2, middle + size / 2])
    return found


def _extent(mask: NDArray[np.bool_]) -> Array:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=np.float64)


def cropped(picture: Image, box: Array) -> Image:
    """The box (4,) px of a picture, stretched to 128 x 64 as the published crops are."""
    left, top = np.floor(box[:2]).astype(int)
    right, bottom = np.ceil(box[2:]).astype(int)
    piece = picture[max(top, 0) : bottom, max(left, 0) : right]
    height, width = CROP_HW
    shrinks = piece.shape[0] > height
    resized: Image = cv2.resize(piece, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return resized
