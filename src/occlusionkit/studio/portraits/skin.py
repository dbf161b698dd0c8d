"""What skin and hair look like near by: textures painted for one head, and where on the head they lie.

Skin texture coordinates: u runs around the head (metres at _SKULL_RADIUS_M from an axis behind the face), v upwards,
both from the lower left corner of a square of SKIN_SPAN_M that holds the face; it repeats behind the ears. The texture
multiplies the vertex colours, so it can only darken: its plain tone is _PLAIN, and vertex colours are raised by that.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .bust import CLASSES, Bust
from .draws import rng_for

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

SKIN_SPAN_M = 0.30
_AXIS_Y_M, _SKULL_RADIUS_M, _LOW_Z_M = 0.06, 0.085, -0.17
_PLAIN = 0.86
# Strands go round the crown this many times.
_HAIR_REPEATS = 4
# Regions are looked up on a grid this coarse.
_COARSE = 100


def skin_uvs(bust: Bust) -> NDArray[np.float32]:
    """(N, 2) of every vertex, in m."""
    points = bust.body.rest_vertices - bust.eyes
    around = np.arctan2(points[:, 0], _AXIS_Y_M - points[:, 1]) * _SKULL_RADIUS_M
    return np.stack([around + SKIN_SPAN_M / 2, points[:, 2] - _LOW_Z_M], axis=1).astype(np.float32)


def hair_uvs(bust: Bust) -> NDArray[np.float32]:
    """(N, 2) of every vertex, in repeats: around the crown, and from it downwards."""
    points = bust.body.rest_vertices - bust.eyes - np.array([0.0, 0.085, 0.03])
    around = np.arctan2(points[:, 0], -points[:, 1]) / (2 * np.pi)
    down = np.arctan2(np.hypot(points[:, 0], points[:, 1]), points[:, 2]) / np.pi
    # Hair that hangs goes straight down.
    return np.stack([around * _HAIR_REPEATS, np.where(down > 0.5, 0.5 - points[:, 2] / 0.35, down)], axis=1).astype(
        np.float32
    )


@dataclass(frozen=True, eq=False)
class _Face:
    """A head's regions on the coarse grid of the texture: (R, C) shares 0..1; hollow: how deep it lies among its
    surroundings, m."""

    brow: Floats
    beard: Floats
    lip: Floats
    hollow: Floats


def _face_map(bust: Bust) -> _Face:
    uvs, parts = skin_uvs(bust), bust.body.parts
    points = bust.body.rest_vertices - bust.eyes
    away = np.hypot(points[:, 0], points[:, 1] - _AXIS_Y_M)
    cell = np.floor(uvs / SKIN_SPAN_M * _COARSE).astype(np.int64)
    inside = ((cell >= 0) & (cell < _COARSE)).all(axis=1) & (points[:, 1] < 0.1)

    def share(name: str, spread: float) -> Floats:
        chosen = inside & (parts == CLASSES[name])
        found = np.zeros((_COARSE, _COARSE))
        found[cell[chosen, 1], cell[chosen, 0]] = 1
        return np.asarray(cv2.GaussianBlur(cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((3, 3))), (0, 0), spread))

    bare = inside & np.isin(parts, [CLASSES[name] for name in ("skin", "brow", "eye", "lip", "beard", "neck")])
    outside = bare & (away > _outermost(cell[bare], away[bare])[cell[:, 1] % _COARSE, cell[:, 0] % _COARSE] - 0.008)
    total, count = np.zeros((_COARSE, _COARSE)), np.zeros((_COARSE, _COARSE))
    np.add.at(total, (cell[outside, 1], cell[outside, 0]), away[outside])
    np.add.at(count, (cell[outside, 1], cell[outside, 0]), 1.0)
    near, far = (
        cv2.GaussianBlur(total, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(count, (0, 0), sigma), 1e-6)
        for sigma in (1.3, 4.5)
    )
    # Far from any vertex both are 0 / 0.
    known = np.clip(cv2.GaussianBlur(count, (0, 0), 1.3) / 0.02, 0, 1)
    hollow = (far - near) * known
    return _Face(share("brow", 0.7), share("beard", 1.5), share("lip", 0.8), np.asarray(hollow))


def _outermost(cell: NDArray[np.int64], away: Floats) -> Floats:
    """(R, C) m: how far the outermost points reach around each cell: a head has an inside too, mouth and sockets."""
    reach = np.zeros((_COARSE, _COARSE))
    np.maximum.at(reach, (cell[:, 1], cell[:, 0]), away)
    return np.asarray(cv2.dilate(reach, np.ones((5, 5))))


def paint_skin(bust: Bust, *, seed: int, size_px: int) -> Image:
    """(S, S, 3) uint8: the skin texture of one head. Row 0 is v = 0."""
    rng = rng_for(seed, "skin", bust.name)
    face = _face_map(bust)
    fine = {name: _enlarged(getattr(face, name), size_px) for name in ("brow", "beard", "lip", "hollow")}
    ticks = (np.arange(size_px) + 0.5) / size_px * SKIN_SPAN_M
    x, z = np.meshgrid(ticks - SKIN_SPAN_M / 2, ticks + _LOW_Z_M)
    tone = np.full((size_px, size_px, 3), _PLAIN)
    # Blood under the skin: cheeks, nose, ears and chin are redder, temples and eye sockets less so.
    red = np.zeros_like(x)
    for spot_x, spot_z, width, strength in (
        (0.042, -0.045, 0.022, 1.0),
        (0.0, -0.042, 0.012, 0.8),
        (0.0, -0.10, 0.018, 0.4),
    ):
        red += strength * np.exp(-((np.abs(x) - spot_x) ** 2 + (z - spot_z) ** 2) / (2 * width**2))
    red += 0.22 * _periodic_noise(rng, size_px, 0.012)
    flush = rng.uniform(0.2, 1.0)
    tone += flush * red[..., None] * np.array([0.02, -0.045, -0.04])
    # Towards the top of the head the texture's columns meet: no grain there, it would become streaks.
    grain = 0.020 * _periodic_noise(rng, size_px, 0.008) + 0.022 * _periodic_noise(rng, size_px, 0.0011)
    tone *= 1 + (grain * np.clip((0.105 - z) / 0.04, 0, 1))[..., None]
    # Hollows see less light: beside the nose, under the lip, around the eyes.
    # Not under the chin, at the ears and on the crown, where vertices are sparse or the texture lies aslant.
    fades = np.clip((z + 0.128) / 0.02, 0, 1) * np.clip((0.078 - np.abs(x)) / 0.03, 0, 1)
    fades *= np.clip((0.075 - z) / 0.03, 0, 1)
    shade = np.clip(fine["hollow"] / 0.010, -0.35, 1) * fades
    tone *= (
        1 - 0.34 * np.maximum(shade, 0)[..., None] * np.array([0.8, 1.0, 1.08]) - 0.10 * np.minimum(shade, 0)[..., None]
    )
    socket = np.exp(-(((np.abs(x) - 0.036) / 0.02) ** 2 + ((z + 0.013) / 0.008) ** 2))
    tone *= 1 - rng.uniform(0.02, 0.14) * socket[..., None] * np.array([0.8, 1.0, 0.9])
    tone = _spotted(tone, rng, x, z)
    # Hairs of brows reach beyond their painted shape; stubble is dots.
    strands = _periodic_noise(rng, size_px, 0.0010, 0.0035)
    near_brow = np.clip(fine["brow"] * 1.3, 0, 1)
    tone *= 1 - 0.35 * (near_brow * np.clip(0.4 + 0.5 * strands, 0, 1))[..., None]
    dots = np.clip(_periodic_noise(rng, size_px, 0.0009) - 0.4, 0, 1.5)
    tone *= 1 - 0.30 * (np.clip(fine["beard"], 0, 1) * dots)[..., None]
    # Lips are creased, and darker where they meet.
    creases = _periodic_noise(rng, size_px, 0.0012, 0.005)
    tone *= 1 - fine["lip"][..., None] * (0.05 + 0.035 * creases)[..., None]
    return np.round(np.clip(tone, 0, 1) * 255).astype(np.uint8)


def _spotted(tone: Floats, rng: np.random.Generator, x: Floats, z: Floats) -> Floats:
    """Freckles on some, a few moles on many."""
    freckled = rng.random() < 0.25
    spots = [(rng.normal(0, 0.035), rng.normal(-0.03, 0.018), rng.uniform(0.0006, 0.0013), rng.uniform(0.05, 0.2))
             for _ in range(90 if freckled else 0)]  # fmt: skip
    spots += [(rng.uniform(-0.09, 0.09), rng.uniform(-0.11, 0.06), rng.uniform(0.0008, 0.0018), rng.uniform(0.3, 0.6))
              for _ in range(rng.poisson(2.2))]  # fmt: skip
    step = float(x[0, 1] - x[0, 0])
    for spot_x, spot_z, radius, strength in spots:
        column, row = round((spot_x - x[0, 0]) / step), round((spot_z - z[0, 0]) / step)
        reach = int(3 * radius / step) + 2
        near = np.s_[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
        # A spot smaller than a texel is as dark as its share of it.
        width = max(radius, 0.6 * step)
        dark = (
            strength
            * (radius / width) ** 2
            * np.exp(-((x[near] - spot_x) ** 2 + (z[near] - spot_z) ** 2) / (2 * width**2))
        )
        tone[near] *= 1 - dark[..., None] * np.array([0.7, 1.0, 1.0])
    return tone


def paint_hair(bust: Bust, *, seed: int, size_px: int) -> Image:
    """(S, S, 3) uint8: strands, tiling. Lighter in a band below the crown, where combed hair shines."""
    rng = rng_for(seed, "hair", bust.name)
    if "curly" in bust.body.description:
        value = 0.62 + 0.16 * _periodic_noise(rng, size_px, 0.010) + 0.12 * _periodic_noise(rng, size_px, 0.004)
    else:
        value = (
            0.62 + 0.14 * _periodic_noise(rng, size_px, 0.004, 0.12) + 0.10 * _periodic_noise(rng, size_px, 0.012, 0.3)
        )
        v = (np.arange(size_px) + 0.5) / size_px
        value = value * (0.9 + 0.28 * np.exp(-(((v - 0.27) / 0.07) ** 2)))[:, None]
    tone = np.clip(value, 0.12, 1)[..., None] * np.array([1.0, 0.985, 0.96])
    painted: Image = np.round(tone * 255).astype(np.uint8)
    return painted


def _enlarged(coarse: Floats, size_px: int) -> Floats:
    return np.asarray(cv2.resize(coarse, (size_px, size_px), interpolation=cv2.INTER_CUBIC))


def _periodic_noise(rng: np.random.Generator, size_px: int, along_u_m: float, along_v_m: float | None = None) -> Floats:
    """(S, S) tiling noise of mean 0 and deviation 1 with blotches of about that size, on a grid no finer than they."""
    spans = [max(SKIN_SPAN_M / size, 1.0) for size in (along_v_m or along_u_m, along_u_m)]
    rows, columns = (int(np.clip(2 ** np.ceil(np.log2(span * 2)), 8, size_px)) for span in spans)
    rough = rng.standard_normal((rows, columns), dtype=np.float32)
    vertical, horizontal = np.fft.fftfreq(rows)[:, None] * rows, np.fft.rfftfreq(columns)[None] * columns
    falloff = np.exp(-2.0 * ((vertical / spans[0]) ** 2 + (horizontal / spans[1]) ** 2)).astype(np.float32)
    smooth = np.fft.irfft2(np.fft.rfft2(rough) * falloff, s=rough.shape)
    smooth = (smooth - smooth.mean()) / max(float(smooth.std()), 1e-9)
    wrapped = np.pad(smooth, 2, mode="wrap")
    scale = (size_px / columns, size_px / rows)
    whole = cv2.resize(wrapped, None, fx=scale[0], fy=scale[1], interpolation=cv2.INTER_CUBIC)
    left, top = round(2 * scale[0]), round(2 * scale[1])
    return np.asarray(whole[top : top + size_px, left : left + size_px])


def raised_colors(colors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear vertex colours such that the plain tone of a skin texture shows them as they were."""
    # Textures are sRGB: their plain tone in linear light.
    plain = ((_PLAIN + 0.055) / 1.055) ** 2.4
    return (colors / np.float32(plain)).astype(np.float32)
