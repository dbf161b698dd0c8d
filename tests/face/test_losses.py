"""Segmentation losses: cross-entropy, and which pixels count as hard."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from occlusionkit.face.losses import segmentation_loss
from occlusionkit.face.training_settings import HardPixels


def scores_of(probabilities: list[float]) -> torch.Tensor:
    """(1, 2, 1, N) scores that give class 1 these probabilities."""
    p = torch.tensor(probabilities)
    return torch.stack([torch.log1p(-p), torch.log(p)])[None, :, None]


def test_without_hard_pixels_it_is_the_mean_cross_entropy():
    scores, labels = torch.randn(2, 2, 5, 7), torch.randint(0, 2, (2, 5, 7))
    assert segmentation_loss(scores, labels, None) == pytest.approx(float(functional.cross_entropy(scores, labels)))


@pytest.mark.parametrize(
    ("kept", "counted"),
    [(1, (0.1, 0.5)), (2, (0.1, 0.5)), (3, (0.1, 0.5, 0.8)), (99, (0.1, 0.5, 0.8, 0.95))],
)
def test_pixels_below_the_threshold_count_but_so_many_at_least(kept, counted):
    labels = torch.ones(1, 1, 4, dtype=torch.int64)
    loss = segmentation_loss(scores_of([0.95, 0.1, 0.8, 0.5]), labels, HardPixels(threshold=0.7, min_kept_px=kept))
    assert float(loss) == pytest.approx(-sum(map(math.log, counted)) / len(counted), rel=1e-5)


def test_the_least_number_is_for_each_image_of_the_batch():
    scores = torch.cat([scores_of([0.9, 0.95, 0.99]), scores_of([0.8, 0.97, 0.98])])
    loss = segmentation_loss(scores, torch.ones(2, 1, 3, dtype=torch.int64), HardPixels(threshold=0.1, min_kept_px=1))
    assert float(loss) == pytest.approx(-(math.log(0.8) + math.log(0.9)) / 2, rel=1e-5)


def test_only_hard_pixels_have_a_gradient():
    scores = scores_of([0.95, 0.1, 0.8, 0.5]).requires_grad_()
    segmentation_loss(
        scores, torch.ones(1, 1, 4, dtype=torch.int64), HardPixels(threshold=0.7, min_kept_px=1)
    ).backward()
    assert (scores.grad.abs().sum(1)[0, 0] > 0).tolist() == [False, True, False, True]


@pytest.mark.parametrize("values", [{"threshold": 0.0}, {"threshold": 1.5}, {"min_kept_px": 0}])
def test_impossible_settings_are_refused(values):
    with pytest.raises(ValueError, match="expected"):
        HardPixels(**values)
