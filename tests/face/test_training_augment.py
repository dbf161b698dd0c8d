"""Training augmentation: draws follow their probabilities, images and masks move together, colours by hand."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.face.training_augment import (
    TrainingDraw,
    augmented,
    draw_augmentation,
    normalised,
    sized,
    sized_mask,
)
from occlusionkit.face.training_settings import TrainingAugmentation

NOTHING = TrainingDraw(False, None, None, None, False, None, None)


def changed(**draws) -> TrainingDraw:
    return TrainingDraw(**(NOTHING.__dict__ | draws))


def picture(size_hw=(40, 56)) -> tuple[np.ndarray, np.ndarray]:
    """A red blob off the middle on gray, and its mask."""
    image = np.full((*size_hw, 3), 90, np.uint8)
    mask = np.zeros(size_hw, np.bool_)
    mask[8:20, 30:50] = True
    image[mask] = (200, 40, 30)
    return image, mask


def test_draws_keep_to_their_probabilities_and_ranges():
    rng = np.random.default_rng(0)
    settings = TrainingAugmentation(rotate_probability=0.2, rotate_deg=20, contrast=(0.8, 1.1))
    draws = [draw_augmentation(settings, rng) for _ in range(4000)]
    angles = [draw.rotate_deg for draw in draws if draw.rotate_deg is not None]
    contrasts = [draw.contrast for draw in draws if draw.contrast is not None]
    assert np.mean([draw.flipped for draw in draws]) == pytest.approx(0.5, abs=0.03)
    assert len(angles) / 4000 == pytest.approx(0.2, abs=0.03)
    assert len(contrasts) / 4000 == pytest.approx(0.5, abs=0.03)
    assert np.abs(angles).max() <= 20 < np.abs(angles).max() + 0.1
    assert 0.8 <= min(contrasts) < 0.805
    assert 1.095 < max(contrasts) <= 1.1


def test_a_probability_of_one_step_does_not_move_the_draws_of_the_others():
    often, never = (
        draw_augmentation(TrainingAugmentation(rotate_probability=p), np.random.default_rng(3)) for p in (1.0, 0.0)
    )
    assert often.rotate_deg is not None
    assert never.rotate_deg is None
    assert often.__dict__ | {"rotate_deg": None} == never.__dict__


def test_nothing_drawn_changes_nothing():
    image, mask = picture()
    same, same_mask = augmented(image, mask, NOTHING)
    assert np.array_equal(same, image)
    assert np.array_equal(same_mask, mask)


@pytest.mark.parametrize(
    "draw", [changed(flipped=True), changed(rotate_deg=25.0), changed(flipped=True, rotate_deg=-30.0)]
)
def test_the_mask_moves_with_the_image(draw):
    image, mask = augmented(*picture(), draw)
    red = (image[..., 0] > 160) & (image[..., 1] < 80)
    agreed = np.count_nonzero(red & mask) / np.count_nonzero(red | mask)
    assert agreed > 0.9
    assert not np.array_equal(mask, picture()[1])


def test_turning_is_clockwise_on_the_image():
    image, mask = np.zeros((41, 41, 3), np.uint8), np.zeros((41, 41), np.bool_)
    mask[2:8, 18:23] = True  # above the middle
    _, turned = augmented(image, mask, changed(rotate_deg=30.0))
    rows, columns = np.nonzero(turned)
    # From above, 15 px off the middle: 30 degrees clockwise is to the right by 7.5 and 13 above.
    assert columns.mean() - 20 == pytest.approx(15 * np.sin(np.radians(30)), abs=0.7)
    assert 20 - rows.mean() == pytest.approx(15 * np.cos(np.radians(30)), abs=0.7)


def test_colours_by_hand():
    image = np.array([[[100, 150, 200]]], np.uint8)
    mask = np.ones((1, 1), np.bool_)

    def after(**draws) -> list[int]:
        return augmented(image, mask, changed(**draws))[0][0, 0].tolist()

    assert after(brightness=-20.0) == [80, 130, 180]
    assert after(contrast=1.2) == [120, 180, 240]
    assert after(brightness=10.0, contrast=1.5) == [165, 240, 255]
    # Value 200, saturation (200 - 100) / 200 halved: the channels move halfway to 200.
    assert after(saturation=0.5) == [150, 175, 200]
    # Hue 210 degrees turned by 150 is red: 200, then 100 for both others.
    assert after(hue_deg=150.0) == [200, 100, 100]


def test_contrast_last_is_clipped_after_the_hue_step_only():
    image, mask = np.full((1, 1, 3), 200, np.uint8), np.ones((1, 1), np.bool_)
    early = augmented(image, mask, changed(contrast=1.5, saturation=1.0))[0]
    late = augmented(image, mask, changed(contrast=0.5, contrast_last=True, brightness=100.0, saturation=1.0))[0]
    assert early[0, 0, 0] == 255
    assert late[0, 0, 0] == 128  # 300 is cut to 255 for the colour step, then halved


def test_normalising_uses_imagenets_numbers_and_puts_channels_first():
    values = normalised(np.array([[[255, 0, 127]]], np.uint8))
    assert values.shape == (3, 1, 1)
    assert values.dtype == np.float32
    assert values.ravel().tolist() == pytest.approx(
        [(1 - 0.485) / 0.229, -0.456 / 0.224, (127 / 255 - 0.406) / 0.225], rel=1e-5
    )


def test_sizes_by_areas_and_masks_by_halves():
    image = np.array([[0, 0, 255, 255], [0, 100, 255, 255]], np.uint8)[..., None].repeat(3, axis=2)
    assert sized(image, (1, 2))[..., 0].tolist() == [[25, 255]]
    mask = np.array([[1, 0, 1, 0], [0, 0, 1, 0]], np.bool_)
    assert sized_mask(mask, (1, 2)).tolist() == [[False, True]]
    assert sized(image, (2, 4)) is image
    assert sized(image, (4, 8)).shape == (4, 8, 3)
