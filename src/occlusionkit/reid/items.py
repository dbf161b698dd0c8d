"""The metrics of scored queries, by name, and how a row of the items table stands for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..artifacts.tables import Table

RANKS = (1, 5, 10, 20)
# Metric -> the column of ITEMS whose mean it is.
SCORES = {
    "mean_ap": "average_precision",
    "mean_ap_trapezoid": "average_precision_trapezoid",
    "minp": "inverse_negative_penalty",
}
METRIC_NAMES = (*(f"rank_{rank}" for rank in RANKS), *SCORES)


def item_scores(items: Table, metric: str) -> NDArray[np.float64]:
    """(n,) the metric's score of every row of ITEMS; its mean is the metric."""
    if metric in SCORES:
        return np.asarray(items[SCORES[metric]], np.float64)
    return np.asarray(items["hits"][:, int(metric.removeprefix("rank_")) - 1], np.float64)
