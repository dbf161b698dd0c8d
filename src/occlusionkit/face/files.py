"""Reading faces, masks, label maps, occluders and textures, and finding which belongs to which.

A stem is a file's name without its last extension: `img.0001.jpg` has the mask `img.0001.png`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..images import decode_image
from .settings import SourceSettings

Image = NDArray[np.uint8]
Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

IMAGE_EXTENSIONS = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
MASK_EXTENSIONS = (".bmp", ".png", ".tif", ".tiff")


@dataclass(frozen=True, eq=False)
class Face:
    """image (H, W, 3) RGB; labels (H, W): 0/1 for binary masks, classes otherwise; mask (H, W): where the face is."""

    stem: str
    image: Image
    labels: Labels
    mask: Mask


@dataclass(frozen=True)
class Pair:
    """mask: None where none was found; `missing` then says what was looked for."""

    stem: str
    image: Path
    mask: Path | None
    missing: str = ""


def list_images(folder: Path, *, what: str, extensions: tuple[str, ...] = IMAGE_EXTENSIONS) -> dict[str, Path]:
    """Stem -> file, sorted by stem, for the images directly in a folder; extensions in any case, hidden files left out.

    Raises FileNotFoundError for no folder, ValueError for no images and for two files of one stem.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: expected a folder of {what}, found none")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.suffix.lower() not in extensions or not path.is_file():
            continue
        if path.stem in found:
            raise ValueError(
                f"{folder}: expected one file for each stem, found {found[path.stem].name} and {path.name}; "
                "remove or rename one"
            )
        found[path.stem] = path
    if not found:
        raise ValueError(f"{folder}: expected {what} ({', '.join(extensions)}), found none")
    return dict(sorted(found.items()))


def pair_with_masks(images: Mapping[str, Path], masks: Path, *, what: str) -> tuple[Pair, ...]:
    """Each image with the mask of its stem, sorted by stem. Raises as `list_images` does."""
    known = list_images(masks, what=f"masks of {what}", extensions=MASK_EXTENSIONS)
    by_lower = {stem.lower(): path for stem, path in known.items()}
    pairs = []
    for stem, image in images.items():
        other = by_lower.get(stem.lower())
        near = f", found {other.name}, whose letters differ in case" if other and stem not in known else ", found none"
        pairs.append(Pair(stem, image, known.get(stem), f"{image}: expected the mask {masks / stem}.png{near}"))
    return tuple(pairs)


def pair_with_own_alpha(images: Mapping[str, Path]) -> tuple[Pair, ...]:
    """Occluders that bring their mask in their alpha channel."""
    return tuple(Pair(stem, path, path) for stem, path in images.items())


def list_textures(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Class -> images, both sorted: one class for each folder with images (DTD), or "" for images in `folder` itself.

    Raises FileNotFoundError for no folder, ValueError where there is no image.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: expected a folder of textures, found none")
    classes = {}
    for part in (folder, *sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")):
        images = tuple(
            path for path in sorted(part.iterdir()) if path.suffix.lower() in IMAGE_EXTENSIONS and path.name[0] != "."
        )
        if images:
            classes["" if part == folder else part.name] = images
    if not classes:
        raise ValueError(f"{folder}: expected textures ({', '.join(IMAGE_EXTENSIONS)}) or folders of them, found none")
    return classes


def read_image(path: Path) -> Image:
    """(H, W, 3) uint8 RGB; gray becomes three equal channels.

    ValueError for what is no image, is damaged, has more than 8 bits, or is see-through anywhere.
    """
    image, alpha = _read_rgba(path)
    if alpha is not None and alpha.min() < 255:
        raise ValueError(f"{path}: expected an opaque image, found an alpha channel down to {alpha.min()}; flatten it")
    return image


def _read_rgba(path: Path) -> tuple[Image, Labels | None]:
    """Colour and alpha channel, None where there is none."""
    data = _read_bytes(path)
    if path.suffix.lower() in (".jpg", ".jpeg"):  # the cameras' turned-by tags are followed only without alpha
        return decode_image(data, where=str(path)), None
    stored = _decode_stored(data, path)
    if stored.ndim == 2:
        return cv2.cvtColor(stored, cv2.COLOR_GRAY2RGB), None
    if stored.shape[2] == 3:
        return cv2.cvtColor(stored, cv2.COLOR_BGR2RGB), None
    return cv2.cvtColor(stored, cv2.COLOR_BGRA2RGB), np.ascontiguousarray(stored[..., 3])


def _decode_stored(data: bytes, path: Path) -> Labels:
    """(H, W) or (H, W, 3 or 4) uint8 as stored; ValueError for damage and for more than 8 bits."""
    try:
        stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    except cv2.error:
        stored = None
    if stored is None:
        raise ValueError(f"{path}: expected an image, found {len(data)} bytes that cannot be decoded (cut or damaged?)")
    if stored.dtype != np.uint8:
        raise ValueError(f"{path}: expected 8 bits per channel, found {stored.dtype}; convert it")
    image: Labels = stored
    return image


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: expected an image, found no file") from None


def read_gray(path: Path) -> Labels:
    """(H, W) uint8 of a mask or label map: gray, or colour whose channels agree. ValueError for others."""
    stored = _decode_stored(_read_bytes(path), path)
    if stored.ndim == 2:
        return stored
    first, *others = (stored[..., channel] for channel in range(3))
    if any(not np.array_equal(first, other) for other in others):
        raise ValueError(f"{path}: expected a gray mask, found colours; is it the image?")
    return np.ascontiguousarray(first)


def binary_mask(values: Labels, *, where: str, soft_threshold: int | None) -> Mask:
    """(H, W) 0/1 or 0/255 -> bool. With soft_threshold, any values: True from it on (of 0..255).

    ValueError for other values without soft_threshold, and for a mask without any pixel set.
    """
    levels = np.flatnonzero(np.bincount(values.ravel(), minlength=256)).tolist()
    if levels in ([0], []):
        raise ValueError(f"{where}: expected a mask with some pixels set, found all zero")
    if set(levels) <= {0, 1}:
        return values > 0
    if soft_threshold is None and not set(levels) <= {0, 255}:
        middle = [level for level in levels if level not in (0, 255)]
        raise ValueError(
            f"{where}: expected the values 0 and 1 or 0 and 255, found also {', '.join(map(str, middle[:5]))}"
            f"{', ...' if len(middle) > 5 else ''}; for soft masks set source.soft_mask_threshold"
        )
    mask: Mask = values >= (128 if soft_threshold is None else soft_threshold)
    if not mask.any():
        raise ValueError(f"{where}: expected a mask with some pixels of {soft_threshold} or more, found none")
    return mask


def fitted(values: Labels, size_hw: tuple[int, ...], *, where: str, resize: bool) -> Labels:
    """Class labels at their image's size, by the nearest pixel.

    ValueError for another size unless `resize`, and for a frame of another shape always.
    """
    _check_size(values.shape, size_hw, where=where, resize=resize)
    sized: Labels = cv2.resize(values, size_hw[::-1], interpolation=cv2.INTER_NEAREST_EXACT)
    return sized


def fitted_mask(mask: Mask, size_hw: tuple[int, ...], *, where: str, resize: bool) -> Mask:
    """A binary mask at its image's size, interpolated and cut at half, which keeps edges smooth. Errors as `fitted`."""
    _check_size(mask.shape, size_hw, where=where, resize=resize)
    if mask.shape == size_hw:
        return mask
    sized: Mask = cv2.resize(mask.view(np.uint8) * 255, size_hw[::-1], interpolation=cv2.INTER_LINEAR) >= 128
    return sized


def _check_size(found: tuple[int, ...], expected: tuple[int, ...], *, where: str, resize: bool) -> None:
    if found == expected:
        return
    # Sides in the same proportion, but for rounding to whole pixels.
    alike = abs(found[0] * expected[1] - found[1] * expected[0]) <= max(*found, *expected)
    cure = "if it is the same picture, set source.resize_masks" if alike else "it is not of this picture"
    if not (resize and alike):
        raise ValueError(f"{where}: expected a mask of the image's size {expected}, found {found}; {cure}")


def read_face(pair: Pair, settings: SourceSettings) -> Face:
    """An image and its mask or label map. Errors name the file: see the functions that read them."""
    if pair.mask is None:
        raise FileNotFoundError(pair.missing)
    image, values, where = read_image(pair.image), read_gray(pair.mask), str(pair.mask)
    size_hw, resize = image.shape[:2], settings.resize_masks
    if settings.mask_kind == "binary":
        mask = binary_mask(values, where=where, soft_threshold=settings.soft_mask_threshold)
        mask = fitted_mask(mask, size_hw, where=where, resize=resize)
        return Face(pair.stem, image, mask.view(np.uint8), mask)
    values = fitted(values, size_hw, where=where, resize=resize)
    table = np.zeros(256, np.uint8)
    table[list(settings.face_classes)] = 1
    mask = cv2.LUT(values, table).view(np.bool_)
    if not mask.any():
        raise ValueError(
            f"{where}: expected some of the face classes {list(settings.face_classes)}, "
            f"found {np.unique(values)[:20].tolist()}"
        )
    return Face(pair.stem, image, values, mask)


def read_occluder(pair: Pair, settings: SourceSettings) -> tuple[Image, Mask]:
    """An occluder's photo and its mask: a file of its own, or the photo's alpha channel (at least half opaque)."""
    if pair.mask is None:
        raise FileNotFoundError(pair.missing)
    if pair.mask == pair.image:
        image, alpha = _read_rgba(pair.image)
        if alpha is None or alpha.max() < 128:
            raise ValueError(
                f"{pair.image}: expected an occluder with an alpha channel, as no folder of masks was given; "
                f"found {'none' if alpha is None else 'one that is see-through all over'}"
            )
        return image, alpha >= 128
    image, values = read_image(pair.image), read_gray(pair.mask)
    where = str(pair.mask)
    mask = binary_mask(values, where=where, soft_threshold=settings.soft_mask_threshold)
    return image, fitted_mask(mask, image.shape[:2], where=where, resize=settings.resize_masks)
