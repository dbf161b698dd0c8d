"""Pasting: image and label agree at edges, and by how much `compat` does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.face.cutout import Cutout
from occlusionkit.face.paste import angle_around_deg, paste, paste_compat
from occlusionkit.face.settings import EdgeSettings

EDGE = EdgeSettings()
PLAIN = EdgeSettings(erode_px=1, blur_px=1, band_iterations=0)
FACE = np.zeros((80, 100, 3), np.uint8)


def board(size_hw: tuple[int, int] = (30, 40), value: int = 200) -> Cutout:
    """A board that fills its canvas."""
    return Cutout(np.full((*size_hw, 3), value, np.uint8), np.full(size_hw, 255, np.uint8))


def test_without_softening_the_board_lies_where_it_should():
    pasted = paste(FACE, board(), center=(50.0, 30.0), opacity=1.0, edge=PLAIN)
    expected = np.zeros(FACE.shape[:2], bool)
    expected[15:45, 30:70] = True
    assert np.array_equal(pasted.hidden, expected)
    assert np.array_equal(pasted.image[..., 0], expected * np.uint8(200))
    assert np.array_equal(pasted.alpha, expected * np.uint8(255))


@pytest.mark.parametrize("center", [(0.0, 0.0), (100.0, 80.0), (3.0, 78.0)])
def test_occluder_is_cut_at_the_frame(center):
    pasted = paste(FACE, board(), center=center, opacity=1.0, edge=PLAIN)
    y, x = np.mgrid[:80, :100] + 0.5
    expected = (np.abs(x - center[0]) < 20) & (np.abs(y - center[1]) < 15)
    assert np.array_equal(pasted.hidden, expected)


def test_occluder_larger_than_the_frame_covers_it():
    pasted = paste(FACE, board((300, 400)), center=(50.0, 40.0), opacity=1.0, edge=EDGE)
    assert pasted.hidden.all()
    assert (pasted.image == 200).all()


def test_occluder_outside_the_frame_changes_nothing():
    pasted = paste(FACE, board(), center=(-200.0, 40.0), opacity=1.0, edge=EDGE)
    assert not pasted.hidden.any()
    assert np.array_equal(pasted.image, FACE)


@given(st.integers(20, 60), st.integers(15, 60), st.floats(5, 95), st.floats(5, 75))
def test_label_is_hidden_where_the_image_is_more_than_half_occluder(width, height, x, y):
    edge = EdgeSettings(band_iterations=0)
    pasted = paste(FACE, board((height, width), value=255), center=(x, y), opacity=1.0, edge=edge)
    assert np.array_equal(pasted.hidden, pasted.image[..., 0] >= 128)


def test_the_blurred_band_softens_four_pixels_on_each_side_and_moves_no_edge():
    face = np.random.default_rng(0).integers(0, 100, FACE.shape, dtype=np.uint8)
    plain = paste(face, board(value=255), center=(50.0, 40.0), opacity=1.0, edge=EdgeSettings(band_iterations=0))
    pasted = paste(face, board(value=255), center=(50.0, 40.0), opacity=1.0, edge=EDGE)
    assert np.array_equal(pasted.hidden, plain.hidden)
    left = int(np.flatnonzero(plain.hidden[40]).min())
    changed = (pasted.image != plain.image).any(axis=2)[30:50, : left + 20].any(axis=0)
    assert (np.flatnonzero(changed).min(), np.flatnonzero(changed).max()) == (left - 4, left + 3)
    mixed = paste(FACE, board(value=255), center=(50.0, 40.0), opacity=1.0, edge=EDGE)
    assert np.array_equal(mixed.image[40, :, 0] >= 128, mixed.hidden[40])


def test_compat_label_reaches_beyond_what_the_image_shows():
    soft = Cutout(np.full((40, 50, 3), 255, np.uint8), np.zeros((40, 50), np.uint8))
    soft.coverage[8:32, 10:40] = 255
    edge = EdgeSettings(band_iterations=0)
    ours = paste(FACE, soft, center=(50.0, 40.0), opacity=1.0, edge=edge)
    theirs = paste_compat(FACE, soft, center=(50.0, 40.0), opacity=1.0, edge=edge)
    assert np.array_equal(ours.image, theirs.image)
    assert ours.hidden.sum() == (theirs.image[..., 0] >= 128).sum()
    assert theirs.hidden.sum() == 24 * 30
    assert ours.hidden.sum() < 24 * 30  # eroded by one pixel all around


def test_compat_cuts_hard_where_the_occluder_touches_its_canvas():
    edge = EdgeSettings(band_iterations=0)
    theirs = paste_compat(FACE, board(value=255), center=(50.0, 40.0), opacity=1.0, edge=edge)
    ours = paste(FACE, board(value=255), center=(50.0, 40.0), opacity=1.0, edge=edge)
    assert set(np.unique(theirs.image)) == {0, 255}
    assert len(np.unique(ours.image)) > 2


def test_opacity_mixes_colours_and_leaves_the_label():
    face = np.full((80, 100, 3), 100, np.uint8)
    pasted = paste(face, board(), center=(50.0, 40.0), opacity=0.4, edge=EDGE)
    assert pasted.image[40, 50].tolist() == [140, 140, 140]
    assert pasted.hidden[40, 50]
    assert pasted.alpha[40, 50] == 102
    assert np.array_equal(pasted.hidden, paste(face, board(), center=(50.0, 40.0), opacity=1.0, edge=EDGE).hidden)


def test_far_from_the_occluder_no_pixel_changes():
    face = np.random.default_rng(0).integers(0, 256, FACE.shape, dtype=np.uint8)
    before = face.copy()
    pasted = paste(face, board(), center=(20.0, 20.0), opacity=0.7, edge=EDGE)
    assert np.array_equal(face, before)
    assert np.array_equal(pasted.image[45:, 50:], face[45:, 50:])
    assert not np.array_equal(pasted.image[:40, :45], face[:40, :45])


@pytest.mark.parametrize(
    ("center", "angle"), [((0, -5), 0), ((5, 0), 90), ((0, 5), 180), ((-5, 0), 270), ((5, -5), 45), ((0, 0), 0)]
)
def test_angle_is_clockwise_from_up(center, angle):
    assert angle_around_deg((10.0, 20.0), (10.0 + center[0], 20.0 + center[1])) == pytest.approx(angle)
