"""What segmentation is trained with: cross-entropy over background and face, on hard pixels alone if wanted."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .training_settings import HardPixels


def segmentation_loss(scores: Tensor, labels: Tensor, hard: HardPixels | None) -> Tensor:
    """scores (B, C, H, W), labels (B, H, W) int64 -> mean cross-entropy, over all pixels or over the hard ones.

    MMSegmentation divides by the number of all pixels instead, which lets the step shrink as pixels become easy.
    """
    losses = functional.cross_entropy(scores.float(), labels, reduction="none")  # (B, H, W)
    if hard is None:
        return losses.mean()
    # The cross-entropy of a pixel is -log of its true class's probability.
    probabilities = torch.exp(-losses.detach()).flatten()
    kept = min(hard.min_kept_px * len(labels), probabilities.numel())
    limit = torch.kthvalue(probabilities, kept).values.clamp(min=hard.threshold)
    chosen = (probabilities <= limit).float()
    return (losses.flatten() * chosen).sum() / chosen.sum()
