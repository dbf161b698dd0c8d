"""Losses on one batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def balanced_cross_entropy(scores: Tensor, labels: Tensor, *, share_of_ones: float) -> Tensor:
    """Cross-entropy of two classes that count the same, however often each occurs.

    scores (B, 2), labels (B,) of 0 and 1; share_of_ones: of all labels of the training, inside (0, 1). -> ()
    """
    weights = scores.new_tensor([0.5 / (1 - share_of_ones), 0.5 / share_of_ones])
    each = nn.functional.cross_entropy(scores, labels, reduction="none")
    return (weights[labels] * each).mean()


def batch_hard_triplets(features: Tensor, labels: Tensor, *, margin: float) -> Tensor:
    """Batch-hard triplet loss (Hermans, Beyer, Leibe; arXiv 1703.07737), Euclidean. features (B, D), labels (B,) -> ()

    For each image: its farthest positive may be no farther than its nearest negative less the margin. Images without a
    positive or a negative in the batch count for nothing; with none left the loss is 0.
    """
    distances = torch.cdist(features, features, compute_mode="donot_use_mm_for_euclid_dist")
    same = labels[:, None] == labels[None, :]
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    positives, negatives = same & ~itself, ~same
    usable = positives.any(dim=1) & negatives.any(dim=1)
    farthest = distances.masked_fill(~positives, -torch.inf).amax(dim=1)
    nearest = distances.masked_fill(~negatives, torch.inf).amin(dim=1)
    each = nn.functional.relu(torch.where(usable, farthest - nearest, torch.zeros_like(nearest)) + margin)
    return (each * usable).sum() / usable.sum().clamp(min=1)
