"""Replies of an UnrealCV server, as arrays: images in RGB, planar depth in metres, masks as instance ids."""

from __future__ import annotations

import ast
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..unreal import CM_PER_M

Buffer = bytes | bytearray | memoryview
Color = tuple[int, int, int]

# Unreal's scene depth is half precision: it saturates here, at 655 m, where nothing was hit.
SATURATED_CM = 65504.0
BMP_FILE_HEADER = struct.Struct("<2sIHHI")
BMP_INFO_HEADER = struct.Struct("<IiiHHI")


def decode_rgb(encoded: Buffer) -> NDArray[np.uint8]:
    """A bmp or png reply -> (H, W, 3) uint8 RGB."""
    return np.asarray(cv2.cvtColor(_decode_bgra(encoded), cv2.COLOR_BGRA2RGB), dtype=np.uint8)


def decode_depth_m(encoded: Buffer) -> NDArray[np.float32]:
    """An npy reply, planar cm -> (H, W) float32 planar m, 0 where nothing was hit."""
    depth_cm = decode_npy(encoded)
    if depth_cm.ndim == 3 and depth_cm.shape[2] == 1:
        depth_cm = depth_cm[..., 0]
    if depth_cm.ndim != 2:
        raise ValueError(f"depth reply: expected (H, W), found {depth_cm.shape}")
    depth_m = (depth_cm / np.float32(CM_PER_M)).astype(np.float32, copy=False)
    depth_m[~(depth_cm < SATURATED_CM)] = 0
    return depth_m


def decode_npy(encoded: Buffer) -> NDArray[np.floating]:
    """An npy reply of floats, as a view of it."""
    view = memoryview(encoded)
    if bytes(view[:6]) != b"\x93NUMPY" or len(view) < 12:
        raise ValueError(f"npy reply: expected the npy magic, found {bytes(view[:16])!r}")
    # Version 1 has a header length of 2 bytes, later ones of 4.
    start = 10 if view[6] == 1 else 12
    end = start + int.from_bytes(view[8:start], "little")
    try:
        header = ast.literal_eval(bytes(view[start:end]).decode("utf-8"))
        dtype, shape = np.dtype(header["descr"]), tuple(header["shape"])
        if dtype.kind != "f" or header["fortran_order"]:
            raise ValueError("expected floats in C order")
        values: NDArray[np.floating] = np.frombuffer(view, dtype, offset=end, count=math.prod(shape)).reshape(shape)
        return values
    except (ValueError, SyntaxError, KeyError, TypeError) as error:
        raise ValueError(f"npy reply of {len(view)} bytes: {error}; header {bytes(view[start:end])[:100]!r}") from None


def decode_color(text: str) -> Color:
    """`(R=255,G=1,B=2,A=255)` -> (255, 1, 2)."""
    try:
        channels = dict(part.split("=") for part in text.strip().strip("()").split(","))
        red, green, blue = (int(channels[name]) for name in "RGB")
    except (ValueError, KeyError):
        raise ValueError(f"colour reply: expected (R=..,G=..,B=..,A=..), found {text[:80]!r}") from None
    return red, green, blue


@dataclass(frozen=True)
class InstanceTable:
    """Which id each mask colour stands for. ids: 1.. ; 0 is the background, black or of an object not in the table
    (those are named in `background`)."""

    ids: Mapping[Color, int]
    background: frozenset[Color] = frozenset({(0, 0, 0)})

    def __post_init__(self) -> None:
        wrong = {color: number for color, number in self.ids.items() if number < 1 or color in self.background}
        if wrong:
            raise ValueError(f"instance table: expected ids from 1 and no background colour, found {wrong}")

    @classmethod
    def of_objects(cls, colors: Mapping[str, Color], ids: Mapping[str, int]) -> InstanceTable:
        """From each object's colour and the id that it is to have. Objects without an id become background.

        ValueError where a colour stands for two objects that must be told apart.
        """
        by_color: dict[Color, tuple[str, int]] = {}
        for name, color in colors.items():
            other, number = by_color.setdefault(color, (name, ids.get(name, 0)))
            if number != ids.get(name, 0):
                raise ValueError(
                    f"objects {other} and {name} have one mask colour, {color}: set another on one of them"
                )
        background = frozenset({(0, 0, 0), *(color for color, (_, number) in by_color.items() if number == 0)})
        return cls({color: number for color, (_, number) in by_color.items() if number}, background)

    def decode(self, encoded: Buffer) -> NDArray[np.int32]:
        """A bmp or png reply -> (H, W) int32. ValueError where a pixel has a colour that the table does not know."""
        bgra = _decode_bgra(encoded)
        packed = np.ascontiguousarray(bgra).view("<u4")[..., 0] & 0xFFFFFF
        # Masks are long runs of one colour: look colours up once a run.
        flat = packed.ravel()
        starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1]).astype(np.int64)
        known = {_packed(color): number for color, number in self.ids.items()} | dict.fromkeys(
            map(_packed, self.background), 0
        )
        keys = np.array(sorted(known), dtype=np.uint32)
        numbers = np.array([known[key] for key in keys.tolist()], dtype=np.int32)
        run_colors = flat[starts]
        places = np.minimum(np.searchsorted(keys, run_colors), len(keys) - 1)
        strange = np.flatnonzero(keys[places] != run_colors)
        if len(strange):
            row, column = divmod(int(starts[strange[0]]), packed.shape[1])
            blue, green, red = bgra[row, column, :3].tolist()
            raise ValueError(
                f"mask reply: no object has the colour ({red}, {green}, {blue}) of pixel x={column}, y={row}; "
                f"ask for the objects' colours again after spawning or recolouring"
            )
        lengths = np.diff(starts, append=len(flat))
        return np.repeat(numbers[places], lengths).reshape(packed.shape)


def decode_locations(text: str, count: int) -> tuple[float, ...]:
    """Numbers separated by blanks; ValueError unless there are that many."""
    try:
        numbers = tuple(float(word) for word in text.split())
    except ValueError:
        numbers = ()
    if len(numbers) != count:
        raise ValueError(f"reply: expected {count} numbers, found {text[:80]!r}")
    return numbers


def _packed(color: Color) -> int:
    red, green, blue = color
    return red << 16 | green << 8 | blue


def _decode_bgra(encoded: Buffer) -> NDArray[np.uint8]:
    """A bmp or png reply -> (H, W, 4) uint8 BGRA, rows from the top."""
    view = memoryview(encoded)
    if bytes(view[:2]) == b"BM" and len(view) >= BMP_FILE_HEADER.size + BMP_INFO_HEADER.size:
        offset = BMP_FILE_HEADER.unpack_from(view)[4]
        _, width, height, _, bits, compression = BMP_INFO_HEADER.unpack_from(view, BMP_FILE_HEADER.size)
        # OpenCV reads these as well, but at a copy and a flip.
        if bits == 32 and compression == 0 and len(view) >= offset + width * abs(height) * 4:
            pixels = np.frombuffer(view, np.uint8, offset=offset, count=width * abs(height) * 4)
            pixels = pixels.reshape(abs(height), width, 4)
            return pixels if height < 0 else pixels[::-1]
    image = cv2.imdecode(np.frombuffer(view, np.uint8), cv2.IMREAD_UNCHANGED) if len(view) else None
    if image is None or image.dtype != np.uint8 or image.ndim != 3:
        raise ValueError(
            f"image reply of {len(view)} bytes: expected a bmp or png in colour, found {bytes(view[:16])!r}"
        )
    return np.asarray(image if image.shape[2] == 4 else cv2.cvtColor(image, cv2.COLOR_BGR2BGRA), dtype=np.uint8)


__all__: Sequence[str] = (
    "InstanceTable", "decode_color", "decode_depth_m", "decode_locations", "decode_npy", "decode_rgb",
)  # fmt: skip
