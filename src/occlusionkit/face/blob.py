"""RandOcc's shape: a closed curve of cubic Bezier segments through random points."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .settings import BlobSettings

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Blob:
    """vertices (N, 2), unit square, in the curve's order; radius and edginess as drawn; tries: draws it took."""

    vertices: Floats
    radius: float
    edginess: float
    tries: int


def draw_blob(settings: BlobSettings, rng: np.random.Generator) -> Blob:
    """Draw radius, edginess, and points until no two neighbours are too close; the last points when tries run out.

    The gap of two neighbours is |dx + dy|, not their distance, and the one from the last to the first is not tested:
    the published statistics of hidden faces are those of this rule.
    """
    radius, edginess = float(rng.uniform(*settings.radius)), float(rng.uniform(*settings.edginess))
    count = int(rng.integers(settings.points[0], settings.points[1], endpoint=True))
    tries, settled = 0, False
    while not settled and tries < settings.tries:
        tries += 1
        vertices = _around_centroid(rng.random((count, 2)))
        gaps = np.abs(np.diff(vertices, axis=0).sum(axis=1))
        settled = bool((gaps >= settings.min_gap / count).all())
    return Blob(vertices, radius, edginess, tries)


def _around_centroid(points: Floats) -> Floats:
    away = points - points.mean(axis=0)
    return points[np.argsort(np.arctan2(away[:, 0], away[:, 1]), kind="stable")]


def blob_outline(blob: Blob, *, samples_per_segment: int) -> Floats:
    """(N * samples, 2) points of the closed curve, unit square (it may leave it).

    The tangent at a vertex mixes the angles (0..2 pi) of the edge that leaves and the edge that arrives,
    p * out + (1 - p) * in with p = atan(edginess) / pi + 1/2, plus pi where they differ by more than pi. Control points
    lie on the tangents, `radius` times the chord away.
    """
    edges = np.roll(blob.vertices, -1, axis=0) - blob.vertices
    leaving = np.mod(np.arctan2(edges[:, 1], edges[:, 0]), 2 * np.pi)
    arriving = np.roll(leaving, 1)
    mix = np.arctan(blob.edginess) / np.pi + 0.5
    angle = mix * leaving + (1 - mix) * arriving + np.where(np.abs(arriving - leaving) > np.pi, np.pi, 0.0)
    tangent = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    start, end = blob.vertices, np.roll(blob.vertices, -1, axis=0)
    reach = blob.radius * np.linalg.norm(edges, axis=1, keepdims=True)
    controls = np.stack([start, start + reach * tangent, end - reach * np.roll(tangent, -1, axis=0), end])  # (4, N, 2)
    t = np.linspace(0, 1, samples_per_segment)
    basis = np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])  # (4, samples)
    outline: Floats = np.einsum("ks,knd->nsd", basis, controls).reshape(-1, 2)
    return outline


def blob_mask(blob: Blob, settings: BlobSettings) -> NDArray[np.bool_]:
    """(canvas, canvas) bool, filled by the even-odd rule; what leaves the canvas is cut."""
    outline = blob_outline(blob, samples_per_segment=settings.samples_per_segment)
    canvas = np.zeros((settings.canvas_px, settings.canvas_px), np.uint8)
    cv2.fillPoly(canvas, [np.rint(outline * settings.canvas_px).astype(np.int32)], 1)
    return canvas > 0
