"""Masks from plain grounds: drawn hands, and real ones."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from occlusionkit.face.files import read_gray, read_image
from occlusionkit.face.plain_ground import GroundSettings, mask_on_plain_ground, write_masks
from occlusionkit.face.scores import count_masks, face_iou
from occlusionkit.images import decode_image, encode_jpeg

HANDS = Path(__file__).parents[3] / "shared/data/hands"
SETTINGS = GroundSettings()


def hand_on(ground: tuple[int, int, int], size_hw: tuple[int, int] = (240, 300)) -> tuple[np.ndarray, np.ndarray]:
    """A palm with three fingers, pale nails, and a soft gray shadow to its right; through JPEG."""
    mask = np.zeros(size_hw, np.uint8)
    cv2.rectangle(mask, (100, 0), (190, 110), 1, -1)
    for x in (115, 145, 175):
        cv2.line(mask, (x, 110), (x, 190), 1, 22)
    rng = np.random.default_rng(0)
    skin = np.array([200, 150, 120]) + cv2.GaussianBlur(rng.normal(0, 40, (*size_hw, 3)), (0, 0), 3)
    shadow = cv2.GaussianBlur(np.roll(mask, 14, axis=1).astype(np.float32), (0, 0), 8)[..., None]
    image = np.where(mask[..., None] > 0, skin, np.array(ground) * (1 - 0.25 * shadow))
    for x in (115, 145, 175):
        cv2.circle(image, (x, 188), 7, (228, 190, 180), -1)
    clipped = np.clip(image, 0, 255).astype(np.uint8)
    return decode_image(encode_jpeg(clipped, quality=85), where="hand"), mask > 0


@pytest.mark.parametrize("ground", [(255, 255, 255), (225, 228, 235), (60, 110, 60)])
def test_hand_is_cut_from_its_ground_without_its_shadow(ground):
    image, truth = hand_on(ground)
    found = mask_on_plain_ground(image, SETTINGS, where="hand")
    assert face_iou(count_masks(found, truth)) > 0.95
    assert found[188, 115]  # the nail
    assert not found[160, 130]  # the gap between fingers
    assert not found[60, 205]  # the shadow


def test_small_gray_holes_are_filled_and_white_gaps_stay():
    image, _ = hand_on((255, 255, 255))
    image[40:50, 140:150], image[70:80, 120:130] = (150, 150, 150), (255, 255, 255)
    settings = GroundSettings(max_hole=0.02)
    found = mask_on_plain_ground(image, settings, where="hand")
    assert found[40:50, 140:150].all()
    assert not found[73:77, 123:127].any()
    none = mask_on_plain_ground(image, GroundSettings(max_hole=0.0), where="hand")
    assert not none[43:47, 143:147].any()


def test_only_the_largest_thing_is_kept():
    image, truth = hand_on((255, 255, 255))
    image[200:215, 20:35] = (200, 60, 60)
    found = mask_on_plain_ground(image, SETTINGS, where="hand")
    assert not found[200:215, 20:35].any()
    assert found[truth].mean() > 0.97


def test_pictures_without_a_plain_ground_are_refused():
    rng = np.random.default_rng(0)
    patchwork = np.kron(rng.integers(0, 256, (6, 8, 3)), np.ones((20, 20, 1))).astype(np.uint8)
    with pytest.raises(ValueError, match=r"p\.jpg: expected a plain ground, found one colour on only \d+%"):
        mask_on_plain_ground(patchwork, SETTINGS, where="p.jpg")
    with pytest.raises(ValueError, match=r"p\.jpg: expected one thing on a plain ground, found a mask of 0\.0%"):
        mask_on_plain_ground(np.full((50, 60, 3), 240, np.uint8), SETTINGS, where="p.jpg")


@pytest.mark.parametrize("values", [{"border": 0.6}, {"min_chroma": 0.0}, {"clean_px": 0}, {"max_hole": 1.0}])
def test_wrong_settings_are_refused(values):
    with pytest.raises(ValueError, match="GroundSettings: expected"):
        GroundSettings(**values)


@pytest.mark.skipif(not HANDS.is_dir(), reason="the real hands of ../shared/data/hands are not here")
def test_real_hands_are_cut_whole(tmp_path):
    """Share of the frame, as cut and looked at; the wrist leaves through the upper border, nothing else touches it."""
    assert write_masks(HANDS, tmp_path, SETTINGS) == 3
    for name, share in (("f_d", 0.208), ("m_d", 0.271), ("m_p", 0.2235)):
        mask = read_gray(tmp_path / f"{name}.png") > 0
        assert mask.mean() == pytest.approx(share, abs=0.01)
        assert mask[0].any()
        assert not (mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())
        image = cv2.cvtColor(read_image(HANDS / f"{name}.jpg"), cv2.COLOR_RGB2HSV)
        # Sure skin (strongly coloured) is in, sure ground (white) is out.
        assert mask[image[..., 1] > 80].mean() > 0.995
        white = (image[..., 1] < 5) & (image[..., 2] > 250)
        assert mask[white].mean() < 0.002
