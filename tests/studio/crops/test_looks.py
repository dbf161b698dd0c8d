"""What cameras do to colours, worked out by hand."""

from __future__ import annotations

import numpy as np

from occlusionkit.studio.crops.looks import Look, spoiled, varied


def shown(color, look):
    image = np.full((6, 4, 3), color, np.uint8)
    result = spoiled(image, look, np.random.default_rng(0))
    assert result.shape == image.shape
    assert result.dtype == np.uint8
    assert (result == result[0, 0]).all()
    return result[0, 0].tolist()


def test_a_faultless_camera_changes_nothing():
    assert shown((10, 120, 250), Look()) == [10, 120, 250]


def test_gains_and_exposure_scale_and_clip():
    assert shown((100, 100, 200), Look(gains=(1.1, 1.0, 0.5), exposure=2.0)) == [220, 200, 200]
    assert shown((200, 100, 200), Look(exposure=2.0)) == [255, 200, 255]


def test_contrast_turns_about_middle_grey():
    # 127.5 + 0.5 * (27.5 - 127.5) = 77.5, which rounds to even; 127.5 + 0.5 * (227 - 127.5) = 177.25
    assert shown((27, 127, 227), Look(contrast=0.5)) == [77, 127, 177]


def test_without_saturation_all_is_as_grey_as_it_is_light():
    # 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2
    assert shown((200, 100, 50), Look(saturation=0.0)) == [124, 124, 124]


def test_noise_has_its_size_and_blur_keeps_the_mean():
    grey = np.full((120, 80, 3), 128, np.uint8)
    noisy = spoiled(grey, Look(noise=5.0), np.random.default_rng(1)).astype(float)
    assert abs(noisy.std() - 5) < 0.3
    edge = np.zeros((100, 60, 3), np.uint8)
    edge[:, 30:] = 200
    blurred = spoiled(edge, Look(blur_per_mille=20), np.random.default_rng(1))
    assert abs(blurred.mean() - 100) < 0.5
    # 20 per mille of 100 rows are 2 px: the step is no longer one.
    assert 60 < blurred[50, 29, 0] < 100 < blurred[50, 30, 0] < 140


def test_pictures_of_one_camera_differ_but_stay_its_own():
    look = Look((1.1, 1.0, 0.9), 0.9, 1.0, 1.0, 2.0, 4.0)
    drawn = [varied(look, np.random.default_rng(n)) for n in range(400)]
    assert drawn[5] == varied(look, np.random.default_rng(5))
    gains = np.array([one.gains for one in drawn])
    np.testing.assert_allclose(np.log(gains).mean(axis=0), np.log(look.gains), atol=0.01)
    assert gains.std(axis=0).min() > 0.02
