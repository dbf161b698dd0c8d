"""Reading and writing images. BGR exists only in this module: everywhere else an image is RGB.

Depth on disk is a 16-bit PNG in steps of 0.25 mm, 0 where nothing was hit.
"""

from __future__ import annotations

import contextlib

import cv2
import numpy as np
from numpy.typing import NDArray

DEPTH_STEP_M = 0.00025
# 65,535 steps are 16.38 m; the limit is round so that it can be said to people.
DEPTH_LIMIT_M = 16.0

Image = NDArray[np.uint8]


def encode_jpeg(image: Image, *, quality: int) -> bytes:
    """(H, W, 3) uint8 RGB -> JPEG bytes. quality 1..100."""
    return _encode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])


def encode_png(image: NDArray[np.uint8] | NDArray[np.uint16], *, level: int = 1) -> bytes:
    """(H, W, 3) uint8 RGB or (H, W) uint8/uint16 -> PNG bytes. level: zlib's, 0..9."""
    stored = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    return _encode(".png", stored, [cv2.IMWRITE_PNG_COMPRESSION, level])


def encode_tiff(image: Image) -> bytes:
    """(H, W, 3) uint8 RGB -> TIFF bytes, little-endian, LZW."""
    lzw = 5  # the format's own number for it
    return _encode(".tif", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_TIFF_COMPRESSION, lzw])


def _encode(extension: str, stored: NDArray[np.generic], options: list[int]) -> bytes:
    ok, data = cv2.imencode(extension, stored, options)
    if not ok:
        raise ValueError(f"cannot encode {stored.shape} {stored.dtype} as {extension}")
    encoded: bytes = data.tobytes()
    return encoded


def decode_image(data: bytes, *, where: str) -> Image:
    """JPEG, PNG, ... bytes -> (H, W, 3) uint8 RGB. `where` names the file in the error."""
    rgb: Image = cv2.cvtColor(_decode(data, cv2.IMREAD_COLOR, where), cv2.COLOR_BGR2RGB)
    return rgb


def _decode(data: bytes, mode: int, where: str) -> NDArray[np.generic]:
    decoded: NDArray[np.generic] | None = None
    with contextlib.suppress(cv2.error):  # what OpenCV raises, rather than None, for an impossible size in the header
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), mode) if data else None
    if decoded is None:
        raise ValueError(
            f"{where}: expected an image, found {len(data)} bytes that cannot be decoded (cut or damaged?)"
        )
    return decoded


def encode_depth(depth_m: NDArray[np.float32]) -> bytes:
    """(H, W) planar depth in m, 0 = nothing hit -> 16-bit PNG in steps of 0.25 mm.

    Raises ValueError beyond 16 m, for negative depth and for NaN: none of them can be told apart from data later.
    """
    # NaN spreads through min and max and fails both comparisons.
    if not (depth_m.min(initial=0) >= 0 and depth_m.max(initial=0) <= DEPTH_LIMIT_M):
        known = depth_m[~np.isnan(depth_m)]
        span = f"{known.min():.3f}..{known.max():.3f} m" if len(known) else "no number"
        raise ValueError(
            f"depth: expected 0..{DEPTH_LIMIT_M} m, found {span} with {depth_m.size - len(known)} NaN; "
            "is it in another unit?"
        )
    return encode_png(np.rint(depth_m * np.float32(1 / DEPTH_STEP_M)).astype(np.uint16))


def decode_depth(data: bytes, *, where: str) -> NDArray[np.float32]:
    """16-bit PNG in steps of 0.25 mm -> (H, W) float32 m, 0 = nothing hit."""
    stored = decode_png16(data, where=where, what="depth")
    # 4,000 steps a metre is a whole number, 0.00025 is none in binary: dividing gives 12,000 steps as exactly 3 m.
    return stored.astype(np.float32) / np.float32(1 / DEPTH_STEP_M)


def encode_instance(instance: NDArray[np.int32]) -> bytes:
    """(H, W) instance ids 0..65535 -> 16-bit PNG."""
    if instance.min(initial=0) < 0 or instance.max(initial=0) > 0xFFFF:
        raise ValueError(f"instance ids: expected 0..65535, found {instance.min()}..{instance.max()}")
    return encode_png(instance.astype(np.uint16))


def decode_instance(data: bytes, *, where: str) -> NDArray[np.int32]:
    """16-bit PNG -> (H, W) int32 instance ids."""
    return decode_png16(data, where=where, what="instance").astype(np.int32)


def decode_png16(data: bytes, *, where: str, what: str) -> NDArray[np.uint16]:
    """16-bit PNG -> (H, W) uint16 as stored. ValueError for any other image; `what` it should hold is named there."""
    decoded = _decode(data, cv2.IMREAD_UNCHANGED, where)
    if decoded.dtype != np.uint16 or decoded.ndim != 2:
        raise ValueError(f"{where}: expected a (H, W) uint16 {what} PNG, found {decoded.shape} {decoded.dtype}")
    stored: NDArray[np.uint16] = decoded.astype(np.uint16, copy=False)
    return stored
