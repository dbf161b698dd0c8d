"""Joints and depth drawn on pictures. Visible joints are dots, hidden ones red crosses."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ..geometry import Array, Bools
from ..images import Image
from ..skeletons import Skeleton

_LEFT, _RIGHT, _MIDDLE = (64, 156, 255), (255, 170, 50), (250, 250, 250)
_HIDDEN = (235, 30, 40)
# Sub-pixel drawing: cv2 takes coordinates in 1/16 px.
_SHIFT = 4


def _color(joint: str) -> tuple[int, int, int]:
    return {"l": _LEFT, "r": _RIGHT}.get(joint[0] if joint != "root" else "", _MIDDLE)


def _fixed(point: Array) -> tuple[int, int]:
    # Edge convention to cv2's pixel centres.
    x, y = np.round((np.asarray(point) - 0.5) * (1 << _SHIFT)).astype(int)
    return int(x), int(y)


def draw_joints(image: Image, joints_2d: Array, *, in_image: Bools, visible: Bools, skeleton: Skeleton) -> Image:
    """A copy of (H, W, 3) uint8 with the skeleton: left blue, right orange, hidden joints as red crosses.

    joints_2d (J, 2) px, edge convention; bones are drawn where both ends are in the image, thinner where one is hidden.
    """
    canvas = image.copy()
    unit = max(image.shape[0] / 360, 0.5)
    for child, parent in enumerate(skeleton.parents):
        if parent >= 0 and in_image[child] and in_image[parent]:
            seen = bool(visible[child] and visible[parent])
            color = _color(skeleton.joints[child]) if seen else (150, 150, 150)
            _line(canvas, joints_2d[parent], joints_2d[child], color, max(1, round((2 if seen else 1) * unit)))
    for joint in np.flatnonzero(in_image):
        if visible[joint]:
            centre, radius = _fixed(joints_2d[joint]), round(3.2 * unit * (1 << _SHIFT))
            cv2.circle(canvas, centre, radius, (20, 20, 20), -1, cv2.LINE_AA, _SHIFT)
            cv2.circle(canvas, centre, radius * 3 // 4, _color(skeleton.joints[joint]), -1, cv2.LINE_AA, _SHIFT)
        else:
            arm = 4.5 * unit
            for color, thickness in (((255, 255, 255), round(4 * unit)), (_HIDDEN, round(2 * unit))):
                for direction in ([1, 1], [1, -1]):
                    offset = arm * np.array(direction)
                    _line(canvas, joints_2d[joint] - offset, joints_2d[joint] + offset, color, max(1, thickness))
    return canvas


def _line(canvas: Image, start: Array, end: Array, color: tuple[int, int, int], thickness: int) -> None:
    cv2.line(canvas, _fixed(start), _fixed(end), color, thickness, cv2.LINE_AA, _SHIFT)


def draw_depth(depth_m: NDArray[np.float32], *, near_m: float, far_m: float) -> Image:
    """(H, W) m -> (H, W, 3) uint8: near is bright, far is dark, black where nothing was hit."""
    scaled = np.clip((far_m - depth_m) / max(far_m - near_m, 1e-6), 0, 1)
    colored: Image = cv2.cvtColor(
        cv2.applyColorMap((255 * scaled).astype(np.uint8), cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB
    )
    colored[depth_m <= 0] = 0
    return colored


def tile(images: Sequence[Image], *, columns: int, gap: int = 4, background: int = 255) -> Image:
    """Images of one size in rows of `columns`, `gap` px apart."""
    height, width = images[0].shape[:2]
    rows = -(-len(images) // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), background, np.uint8)
    for position, image in enumerate(images):
        top, left = (position // columns) * (height + gap), (position % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = image
    return sheet


def caption(image: Image, text: str) -> Image:
    """A copy with a line of text in a dark band at the foot."""
    canvas = image.copy()
    height = canvas.shape[0]
    band = max(14, height // 16)
    canvas[height - band :] = canvas[height - band :] // 4
    cv2.putText(
        canvas, text, (6, height - band // 3), cv2.FONT_HERSHEY_SIMPLEX, band / 40, (255, 255, 255), 1, cv2.LINE_AA
    )
    return canvas
