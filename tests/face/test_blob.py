"""The random blob, against the statistics of the published generator and its definition."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from occlusionkit.face.blob import Blob, blob_mask, blob_outline, draw_blob
from occlusionkit.face.settings import BlobSettings

SETTINGS = BlobSettings()


def test_drawn_points_keep_the_gap_rule_and_the_range():
    rng = np.random.default_rng(0)
    counts = set()
    for _ in range(300):
        blob = draw_blob(SETTINGS, rng)
        gaps = np.abs(np.diff(blob.vertices, axis=0).sum(axis=1))
        assert gaps.min() >= 0.7 / len(blob.vertices) or blob.tries == SETTINGS.tries
        counts.add(len(blob.vertices))
    assert counts == set(range(3, 16))


def test_tries_and_fill_are_those_of_the_published_generator():
    """3,000 draws of it: 6.3 tries on average, p99 34; a blob fills 56.7% of its box, sd 12.5. (A gap rule of
    Euclidean lengths would need 1.7 tries.)"""
    rng = np.random.default_rng(1)
    tries, fill = [], []
    for _ in range(1500):
        blob = draw_blob(SETTINGS, rng)
        mask = blob_mask(blob, SETTINGS)
        _, _, width, height = cv2.boundingRect(mask.view(np.uint8))
        tries.append(blob.tries)
        fill.append(mask.sum() / (width * height))
    assert np.mean(tries) == pytest.approx(6.3, abs=0.7)  # sd of the mean 0.18
    assert 26 <= np.percentile(tries, 99) <= 42
    assert np.mean(fill) == pytest.approx(0.567, abs=0.012)
    assert np.std(fill) == pytest.approx(0.125, abs=0.01)


def test_points_give_up_after_the_tries_and_say_so():
    blob = draw_blob(BlobSettings(min_gap=1.0, points=(15, 15), tries=3), np.random.default_rng(0))
    assert blob.tries == 3


def square(radius: float, edginess: float = 0.0) -> Blob:
    return Blob(np.array([[0.25, 0.25], [0.25, 0.75], [0.75, 0.75], [0.75, 0.25]]), radius, edginess, 1)


def test_curve_passes_through_its_vertices_and_is_closed():
    outline = blob_outline(square(0.3), samples_per_segment=50)
    assert outline.shape == (200, 2)
    np.testing.assert_allclose(outline[::50], square(0.3).vertices)
    np.testing.assert_allclose(outline[-1], outline[0])


def test_zero_radius_gives_the_polygon():
    mask = blob_mask(square(0.0), SETTINGS)
    assert mask.sum() == pytest.approx((512 / 2) ** 2, rel=0.02)
    assert mask[130:380, 130:380].all()


def test_smooth_square_bulges_like_a_circle():
    """Edginess 0 makes tangents the mean of both edges; control points at 0.3905 of the chord draw a circle."""
    chord = 0.5
    radius = chord / np.sqrt(2)
    handle = 4 / 3 * np.tan(np.pi / 8) * radius / chord
    mask = blob_mask(square(handle), SETTINGS)
    assert mask.sum() == pytest.approx(np.pi * (radius * 512) ** 2, rel=0.01)


def test_edginess_turns_tangents_towards_the_leaving_edge():
    """p = atan(edginess) / pi + 1/2: at edginess 1 a tangent is 3/4 of the leaving edge's angle, 1/4 of the other's."""
    outline = blob_outline(square(0.3, edginess=1.0), samples_per_segment=10_000)
    start = 10_000  # the second vertex, where the edges' angles are 90 (arriving) and 0 degrees (leaving)
    step = outline[start + 1] - outline[start]
    assert np.rad2deg(np.arctan2(step[1], step[0])) == pytest.approx(0.25 * 90, abs=0.1)
