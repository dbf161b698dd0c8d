"""Images as UnrealCV sends them: BMP (BGRA, alpha 255), PNG (RGBA), NPY, and instance ids painted in mask colours."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ...unreal import CM_PER_M, MIRROR_Y
from ..world import Frame, Output, World, instance_color

Pixel = TypeVar("Pixel", bound=np.generic)

BMP_HEADER_BYTES = 54
# Asked for every item of every mask: looked up, that is half of what painting a mask takes.
_instance_color = cache(instance_color)
# Where nothing is hit Unreal's half-precision scene depth saturates; our worlds say 0 there.
NOTHING_HIT_CM = 65504.0


def encode_bmp(rgb: NDArray[np.uint8]) -> bytearray:
    """(H, W, 3) uint8 RGB -> a 32-bit BMP, rows from top to bottom.

    Alpha is 255 throughout: clients tell binary from text by the failure to decode UTF-8, and 0xFF never decodes.
    """
    encoded, pixels = _bmp_canvas(rgb.shape[0], rgb.shape[1])
    cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA, dst=pixels)
    return encoded


def encode_mask_bmp(instance: NDArray[np.int32], palette: NDArray[np.uint32]) -> bytearray:
    """(H, W) int32 and `mask_palette` -> a 32-bit BMP of mask colours."""
    encoded, pixels = _bmp_canvas(*instance.shape)
    pixels.view("<u4")[..., 0] = palette.take(instance)
    return encoded


def encode_png(rgb: NDArray[np.uint8]) -> bytes:
    """(H, W, 3) uint8 RGB -> an RGBA PNG (unrealcv's decoder drops the last channel, whatever it is)."""
    # Level 1: a third of the default's time for a file a few percent larger.
    done, encoded = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise ValueError(f"png: OpenCV could not encode {rgb.shape} {rgb.dtype}")
    return encoded.tobytes()


def encode_npy(array: NDArray[np.float32]) -> bytearray:
    """Any float32 array -> npy version 1.0, little-endian, C order."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {array.shape}, }}"
    # The array starts at a multiple of 64 bytes: 10 before the header, which ends in a newline.
    padded = header.ljust(-(-(10 + len(header) + 1) // 64) * 64 - 11) + "\n"
    encoded = bytearray(10 + len(padded) + array.nbytes)
    encoded[: 10 + len(padded)] = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode("ascii")
    np.frombuffer(encoded, dtype="<f4", offset=10 + len(padded)).reshape(array.shape)[...] = array
    return encoded


def depth_to_unreal(depth_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) planar m, 0 where nothing was hit -> planar cm, 65504 there."""
    depth_cm = depth_m * np.float32(CM_PER_M)
    depth_cm[depth_m == 0] = NOTHING_HIT_CM
    return depth_cm


def normals_to_unreal(normal: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W, 3) unit or 0, our world -> the same in Unreal's world."""
    return normal * np.diag(MIRROR_Y).astype(np.float32)


def normals_to_rgb(normal_unreal: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(H, W, 3) unit or 0 -> uint8: -1..1 becomes 0..255; black where nothing was hit."""
    hit = normal_unreal.any(axis=-1, keepdims=True)
    return np.where(hit, np.rint((normal_unreal + 1) * 127.5), 0).astype(np.uint8)


def mask_colors(world: World) -> dict[int, tuple[int, int, int]]:
    """Instance id -> (R, G, B) of every item, hidden ones included."""
    return {item.instance: item.mask_color or _instance_color(item.instance) for item in world.items}


def mask_palette(world: World) -> NDArray[np.uint32]:
    """Table from instance id to a BGRA pixel (alpha 255), read as little-endian uint32; id 0 is black."""
    colors = mask_colors(world)
    palette = np.full(max(colors, default=0) + 1, 0xFF000000, dtype="<u4")
    for instance, (red, green, blue) in colors.items():
        palette[instance] = 0xFF000000 | red << 16 | green << 8 | blue
    return palette


def mask_rgb(instance: NDArray[np.int32], palette: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """(H, W) int32 and `mask_palette` -> (H, W, 3) uint8 RGB."""
    bgra = palette.take(instance).view(np.uint8).reshape(*instance.shape, 4)
    return np.ascontiguousarray(bgra[..., 2::-1])


@dataclass(frozen=True)
class ImageMode:
    """What one image command has drawn, and how it is written in each format, the first being the usual one."""

    output: Output
    encoders: Mapping[str, Callable[[Frame, World], bytes | bytearray]]


def _drawn(array: NDArray[Pixel] | None) -> NDArray[Pixel]:
    assert array is not None, "the renderer left out an output that it was asked for"
    return array


def _mask_png(frame: Frame, world: World) -> bytes:
    return encode_png(mask_rgb(_drawn(frame.instance), mask_palette(world)))


def _mask_bmp(frame: Frame, world: World) -> bytearray:
    return encode_mask_bmp(_drawn(frame.instance), mask_palette(world))


def _normal_rgb(frame: Frame) -> NDArray[np.uint8]:
    return normals_to_rgb(normals_to_unreal(_drawn(frame.normal)))


OBJECT_MASK = ImageMode("instance", {"png": _mask_png, "bmp": _mask_bmp})
IMAGE_MODES: Mapping[str, ImageMode] = {
    "lit": ImageMode(
        "rgb",
        {
            "png": lambda frame, _: encode_png(_drawn(frame.rgb)),
            "bmp": lambda frame, _: encode_bmp(_drawn(frame.rgb)),
        },
    ),
    "depth": ImageMode("depth", {"npy": lambda frame, _: encode_npy(depth_to_unreal(_drawn(frame.depth_m)))}),
    "normal": ImageMode(
        "normal",
        {
            "png": lambda frame, _: encode_png(_normal_rgb(frame)),
            "bmp": lambda frame, _: encode_bmp(_normal_rgb(frame)),
            "npy": lambda frame, _: encode_npy(normals_to_unreal(_drawn(frame.normal))),
        },
    ),
    "object_mask": OBJECT_MASK,
    "seg": OBJECT_MASK,
}


def _bmp_canvas(height: int, width: int) -> tuple[bytearray, NDArray[np.uint8]]:
    """A BMP with its headers written, and its pixels (H, W, 4) BGRA to be filled in place."""
    size = BMP_HEADER_BYTES + height * width * 4
    encoded = bytearray(size)
    file_header = struct.pack("<2sIHHI", b"BM", size, 0, 0, BMP_HEADER_BYTES)
    # A negative height says that the first row is the top one.
    info_header = struct.pack("<IiiHHIIiiII", 40, width, -height, 1, 32, 0, height * width * 4, 0, 0, 0, 0)
    encoded[:BMP_HEADER_BYTES] = file_header + info_header
    return encoded, np.frombuffer(encoded, dtype=np.uint8, offset=BMP_HEADER_BYTES).reshape(height, width, 4)
