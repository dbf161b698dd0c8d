"""Scores of a predicted face mask against the true one: pixel counts, and pure functions of them.

Counts add up over images and over shards; a score of summed counts is that of the whole set. What nothing was counted
for is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

# Of the image's diagonal: how far Boundary IoU's band reaches into a mask (Cheng et al., CVPR 2021).
BOUNDARY_SHARE = 0.02


@dataclass(frozen=True)
class MaskCounts:
    """Pixels of one image or of many. boundary_both, boundary_either: of the two masks' edge bands."""

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0
    true_negative: int = 0
    boundary_both: int = 0
    boundary_either: int = 0

    def __add__(self, other: MaskCounts) -> MaskCounts:
        return MaskCounts(*(mine + theirs for mine, theirs in zip(self.values(), other.values(), strict=True)))

    def values(self) -> tuple[int, ...]:
        return (
            self.true_positive,
            self.false_positive,
            self.false_negative,
            self.true_negative,
            self.boundary_both,
            self.boundary_either,
        )


def count_masks(predicted: Mask, truth: Mask, *, boundary_share: float = BOUNDARY_SHARE) -> MaskCounts:
    """(H, W) bool, True for the face. ValueError for two sizes."""
    if predicted.shape != truth.shape or predicted.ndim != 2:
        raise ValueError(f"masks: expected two (H, W) of one size, found {predicted.shape} and {truth.shape}")
    both, either = int(np.count_nonzero(predicted & truth)), int(np.count_nonzero(predicted | truth))
    width_px = max(1, round(boundary_share * float(np.hypot(*truth.shape))))
    bands = edge_band(predicted, width_px), edge_band(truth, width_px)
    return MaskCounts(
        true_positive=both,
        false_positive=int(np.count_nonzero(predicted)) - both,
        false_negative=int(np.count_nonzero(truth)) - both,
        true_negative=truth.size - either,
        boundary_both=int(np.count_nonzero(bands[0] & bands[1])),
        boundary_either=int(np.count_nonzero(bands[0] | bands[1])),
    )


def edge_band(mask: Mask, width_px: int) -> Mask:
    """The mask's pixels within width_px (rows or columns) of its edge; beyond the frame counts as not the mask."""
    padded = cv2.copyMakeBorder(mask.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width_px)[1:-1, 1:-1]
    band: Mask = mask & (inner == 0)
    return band


def face_iou(counts: MaskCounts) -> float:
    return _ratio(counts.true_positive, counts.true_positive + counts.false_positive + counts.false_negative)


def background_iou(counts: MaskCounts) -> float:
    return _ratio(counts.true_negative, counts.true_negative + counts.false_positive + counts.false_negative)


def miou(counts: MaskCounts) -> float:
    """Mean over the classes face and background; NaN where either has no pixel in both masks."""
    return (face_iou(counts) + background_iou(counts)) / 2


def precision(counts: MaskCounts) -> float:
    return _ratio(counts.true_positive, counts.true_positive + counts.false_positive)


def recall(counts: MaskCounts) -> float:
    return _ratio(counts.true_positive, counts.true_positive + counts.false_negative)


def f_score(counts: MaskCounts, *, beta: float = 1.0) -> float:
    """Of the face; beta 1 is the Dice coefficient, more weighs recall higher."""
    weight = beta**2
    top = (1 + weight) * counts.true_positive
    return _ratio(top, top + weight * counts.false_negative + counts.false_positive)


def dice(counts: MaskCounts) -> float:
    """Of the face: 2 |A and B| / (|A| + |B|)."""
    return f_score(counts)


def mean_dice(counts: MaskCounts) -> float:
    """Over face and background, as MMSegmentation's mDice and mFscore."""
    swapped = MaskCounts(counts.true_negative, counts.false_negative, counts.false_positive, counts.true_positive)
    return (dice(counts) + dice(swapped)) / 2


def accuracy(counts: MaskCounts) -> float:
    return _ratio(counts.true_positive + counts.true_negative, sum(counts.values()[:4]))


def boundary_iou(counts: MaskCounts) -> float:
    return _ratio(counts.boundary_both, counts.boundary_either)


METRICS = {
    "miou": miou,
    "face_iou": face_iou,
    "background_iou": background_iou,
    "dice": dice,
    "mean_dice": mean_dice,
    "precision": precision,
    "recall": recall,
    "accuracy": accuracy,
    "boundary_iou": boundary_iou,
}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
