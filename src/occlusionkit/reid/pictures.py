"""Person crops from bytes: 8-bit RGB, or a clear refusal. Colour is what re-identification lives on, so no colour space
is taken for another one."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import cv2
import numpy as np

from ..images import Image

_TIFF_PHOTOMETRIC, _TIFF_SEPARATED = 262, 5


@dataclass(frozen=True, eq=False)
class Crop:
    """image (H, W, 3) uint8 RGB;  grey: the file held one channel, which stands in all three."""

    image: Image
    grey: bool


def read_crop(data: bytes, *, where: str) -> Crop:
    """A whole image file -> its crop.

    Grey is spread over three channels and reported. Refused with a ValueError that begins with `where`: what cannot be
    decoded, no pixels, more than 8 bits, CMYK, transparency.
    """
    if is_cmyk(data):
        raise ValueError(
            f"{where}: expected an RGB image, found CMYK; its colours depend on a profile: convert it to RGB"
        )
    stored = None
    try:
        if data:
            stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        stored = None  # what OpenCV raises, rather than None, for an impossible size in the header
    if stored is None or stored.size == 0:
        raise ValueError(
            f"{where}: expected an image, found {len(data)} bytes that hold none; damaged, or an empty crop"
        )
    if stored.dtype != np.uint8:
        raise ValueError(
            f"{where}: expected 8 bits per channel, found {stored.dtype}; how to scale it is not known: convert it"
        )
    if stored.ndim == 2:
        return Crop(np.repeat(stored[:, :, None], 3, axis=2), grey=True)
    if stored.shape[2] == 4 and not (stored[:, :, 3] == 255).all():
        raise ValueError(f"{where}: expected an opaque image, found transparent pixels; flatten it onto a background")
    return Crop(np.ascontiguousarray(stored[:, :, 2::-1]), grey=False)


def is_cmyk(data: bytes) -> bool:
    """Whether a TIFF says that it holds inks, or a JPEG has four components: decoders turn both into some RGB."""
    if data[:4] in (b"II*\0", b"MM\0*"):
        return _tiff_photometric(data) == _TIFF_SEPARATED
    return data[:2] == b"\xff\xd8" and _jpeg_components(data) == 4


def _tiff_photometric(data: bytes) -> int | None:
    order = "<" if data[:2] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, start)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", data, start + 2 + 12 * number)
            if tag == _TIFF_PHOTOMETRIC:
                return int(value)
    except struct.error:
        pass  # cut short: decoding says so
    return None


def _jpeg_components(data: bytes) -> int | None:
    at = 2
    while at + 10 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        # Start of frame, any process: C0..CF without the tables C4, C8, CC.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return data[at + 9]
        at += 1 if marker == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def resize_crop(image: Image, size_hw: tuple[int, int]) -> Image:
    """(H, W, 3) stretched to `size_hw`, also where the aspect differs: what every baseline in the field does."""
    height, width = size_hw
    if image.shape[:2] == size_hw:
        return image
    smaller = height * width < image.shape[0] * image.shape[1]
    resized: Image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    return resized
