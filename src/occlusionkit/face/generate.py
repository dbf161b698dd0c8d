"""One part of a set: its faces read, composed and written. A worker process runs this; see `sets` for the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ..artifacts.atomic import write_bytes
from ..artifacts.tables import write_table
from ..images import encode_jpeg, encode_png
from .blob import blob_mask
from .compose import Composite, compose
from .cutout import Cutout, cut_out
from .draws import Draws, draw_item
from .files import Face, Pair, read_face, read_image, read_occluder
from .manifest import Named, Row, made_row, manifest, skipped_row
from .settings import FaceSetSettings

# What to do with a face or mask that cannot be used: stop with the error, or leave the image out and say so in its row.
OnBad = Literal["stop", "skip"]


@dataclass(frozen=True)
class SetInputs:
    """faces: all of the set, sorted;  occluders: sorted, for NatOcc;  textures: class -> files, sorted, for RandOcc."""

    faces: tuple[Pair, ...]
    occluders: tuple[Pair, ...]
    textures: Mapping[str, tuple[Path, ...]]


class UnusableFaceError(ValueError):
    """A face or its mask that cannot be read or used; says which file, what was found and what was expected."""


def make_part(
    faces: Sequence[Pair], inputs: SetInputs, settings: FaceSetSettings, out: Path, part: Path, *, on_bad: OnBad
) -> tuple[int, int]:
    """Make the images of `faces` below `out` and then, whole, the table `part` of their rows. Returns made, skipped.

    Raises UnusableFaceError with on_bad "stop"; ValueError or FileNotFoundError for an occluder that cannot be used,
    whatever on_bad says; OSError where a file cannot be written.
    """
    rows: list[Row] = []
    for start in range(0, len(faces), settings.transfer.batch):
        readable = []
        for pair in faces[start : start + settings.transfer.batch]:
            try:
                readable.append((pair, read_face(pair, settings.source)))
            except (ValueError, FileNotFoundError) as error:
                if on_bad == "stop":
                    raise UnusableFaceError(str(error)) from error
                rows.append(skipped_row(Named(pair.stem, pair.image.name), str(error)))
        for pair, made in zip(
            (pair for pair, _ in readable), _make([f for _, f in readable], inputs, settings), strict=True
        ):
            rows.append(_written(pair, made, settings, out))
    write_table(part, manifest(rows))
    made_count = sum(row["status"] == "made" for row in rows)
    return made_count, len(rows) - made_count


@dataclass(frozen=True, eq=False)
class _Made:
    occluder: str
    draws: Draws
    composite: Composite


def _make(faces: Sequence[Face], inputs: SetInputs, settings: FaceSetSettings) -> list[_Made | None]:
    """A composite for each face, None where no draw hid a wanted fraction of the face."""
    done: list[_Made | None] = [None] * len(faces)
    waiting = list(range(len(faces)))
    low, high = settings.hidden_fraction
    for attempt in range(settings.attempts):
        if not waiting:
            break
        draws = [draw_item(settings, faces[n].stem, attempt=attempt) for n in waiting]
        names, cutouts = zip(*(_occluder(draw, inputs, settings) for draw in draws), strict=True)
        composites = compose([faces[n] for n in waiting], cutouts, draws, settings)
        for n, name, draw, composite in zip(waiting, names, draws, composites, strict=True):
            if low <= composite.hidden_fraction <= high:
                done[n] = _Made(name, draw, composite)
        waiting = [n for n in waiting if done[n] is None]
    return done


def _occluder(draws: Draws, inputs: SetInputs, settings: FaceSetSettings) -> tuple[str, Cutout]:
    """The name and cutout of the drawn occluder: uniform over the occluders, or over classes and then textures."""
    if settings.mode == "natocc":
        pair = inputs.occluders[int(draws.occluder * len(inputs.occluders))]
        return pair.image.name, cut_out(*read_occluder(pair, settings.source), where=str(pair.mask))
    assert draws.blob is not None  # drawn for every RandOcc image
    name, textures = list(inputs.textures.items())[int(draws.texture_class * len(inputs.textures))]
    path = textures[int(draws.occluder * len(textures))]
    side = settings.blob.canvas_px
    image = read_image(path)
    by = cv2.INTER_AREA if min(image.shape[:2]) > side else cv2.INTER_LINEAR
    square = cv2.resize(image, (side, side), interpolation=by)
    return f"{name}/{path.name}".lstrip("/"), cut_out(square, blob_mask(draws.blob, settings.blob), where=str(path))


def _written(pair: Pair, made: _Made | None, settings: FaceSetSettings, out: Path) -> Row:
    named = Named(pair.stem, pair.image.name, transfer=settings.transfer.method)
    if made is None:
        low, high = settings.hidden_fraction
        return skipped_row(named, f"hidden fraction not within {low:g}..{high:g} in {settings.attempts} attempts")
    for name, data in _encoded(pair.stem, made.composite, settings):
        write_bytes(out / name, data)
    return made_row(
        Named(pair.stem, pair.image.name, made.occluder, settings.transfer.method), made.draws, made.composite
    )


def _encoded(stem: str, composite: Composite, settings: FaceSetSettings) -> Iterator[tuple[str, bytes]]:
    """Relative path and bytes of each file of one image."""
    output = settings.output
    image, labels = composite.image, composite.labels
    if output.size_hw is not None:
        image = _to_size(image, output.size_hw, smooth=True)
        labels = _to_size(labels, output.size_hw, smooth=False)
    if settings.source.mask_kind == "binary":
        labels = labels * np.uint8(output.mask_value)
    if output.image_format == "jpg":
        yield f"img/{stem}.jpg", encode_jpeg(image, quality=output.jpeg_quality)
    else:
        yield f"img/{stem}.png", encode_png(image)
    yield f"mask/{stem}.png", encode_png(labels)
    for folder, plane, wanted in (
        ("occlusion_mask", composite.occluder, output.occlusion_mask),
        ("alpha", composite.alpha, output.alpha),
    ):
        if wanted:
            smooth = folder == "alpha"
            sized = plane if output.size_hw is None else _to_size(plane, output.size_hw, smooth=smooth)
            yield f"{folder}/{stem}.png", encode_png(sized)


def _to_size(plane: NDArray[np.uint8], size_hw: tuple[int, int], *, smooth: bool) -> NDArray[np.uint8]:
    """Images by area or linear, labels by the nearest pixel."""
    smaller = size_hw[0] < plane.shape[0]
    by = (cv2.INTER_AREA if smaller else cv2.INTER_LINEAR) if smooth else cv2.INTER_NEAREST_EXACT
    sized: NDArray[np.uint8] = cv2.resize(plane, size_hw[::-1], interpolation=by)
    return sized
