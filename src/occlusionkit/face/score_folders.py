"""Scoring a folder of predicted masks against a folder of true ones, image by image and as a set."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..artifacts.tables import Table, make_table, read_table
from .files import MASK_EXTENSIONS, Labels, Mask, list_images, read_gray
from .progress import Report
from .schemas import MANIFEST, SCORES
from .scores import METRICS, MaskCounts, boundary_iou, count_masks, face_iou, miou

# Ten bins of a tenth; faces without occlusion stand apart.
HIDDEN_EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
BOOTSTRAP_DRAWS = 1000

_COUNTS = tuple(column.name for column in SCORES.columns[1:7])


def score_folders(
    masks: Path,
    truth: Path,
    *,
    face_classes: Sequence[int] | None = None,
    manifest: Path | None = None,
    report: Report | None = None,
) -> Table:
    """One row of SCORES for each true mask.

    face_classes: None reads masks of 0/1 or 0/255 (an all-zero one has no face), else label maps of these classes.
    manifest: of the generated set, for the hidden fractions. Raises FileNotFoundError or ValueError, naming the file,
    for a true mask without a predicted one (or the other way round), other sizes, and other values.
    """
    wanted = list_images(truth, what="true masks", extensions=MASK_EXTENSIONS)
    found = list_images(masks, what="predicted masks", extensions=MASK_EXTENSIONS)
    for there, here, folder in ((wanted, found, masks), (found, wanted, truth)):
        missing = [stem for stem in there if stem not in here]
        if missing:
            raise FileNotFoundError(f"{folder}: expected a mask for {missing[0]}, found none ({len(missing)} missing)")
    hidden = _hidden_fractions(manifest) if manifest is not None else {}
    rows = []
    for done, stem in enumerate(wanted, start=1):
        counts = count_masks(_face_of(found[stem], face_classes), _truth_of(wanted[stem], found[stem], face_classes))
        rows.append(score_row(stem, counts, hidden.get(stem, math.nan)))
        if report is not None:
            report(done, len(wanted))
    return make_table(SCORES, {column.name: [row[column.name] for row in rows] for column in SCORES.columns})


def _truth_of(truth: Path, predicted: Path, face_classes: Sequence[int] | None) -> Mask:
    mask, other = _face_of(truth, face_classes), read_gray(predicted)
    if mask.shape != other.shape:
        raise ValueError(f"{predicted}: expected a mask of the true one's size {mask.shape}, found {other.shape}")
    return mask


def _face_of(path: Path, face_classes: Sequence[int] | None) -> Mask:
    values: Labels = read_gray(path)
    if face_classes is not None:
        return np.isin(values, face_classes)
    levels = np.flatnonzero(np.bincount(values.ravel(), minlength=256)).tolist()
    if not (set(levels) <= {0, 1} or set(levels) <= {0, 255}):
        raise ValueError(f"{path}: expected the values 0 and 1 or 0 and 255, found {levels[:8]}; is it a label map?")
    return values > 0


def _hidden_fractions(path: Path) -> Mapping[str, float]:
    table = read_table(path, MANIFEST, columns=["stem", "hidden_fraction"])
    return dict(zip(table["stem"].tolist(), table["hidden_fraction"].tolist(), strict=True))


def score_row(stem: str, counts: MaskCounts, hidden_fraction: float) -> dict[str, Any]:
    """One row of SCORES."""
    return {
        "stem": stem,
        **dict(zip(_COUNTS, counts.values(), strict=True)),
        "face_iou": face_iou(counts),
        "miou": miou(counts),
        "boundary_iou": boundary_iou(counts),
        "hidden_fraction": hidden_fraction,
    }


def counts_of(table: Table) -> list[MaskCounts]:
    """The pixel counts of each row of a SCORES table."""
    return [MaskCounts(*row) for row in zip(*(table[name].tolist() for name in _COUNTS), strict=True)]


def set_scores(counts: Iterable[MaskCounts]) -> dict[str, float]:
    """Every metric of the summed counts."""
    total = reduce(add, counts, MaskCounts())
    return {name: metric(total) for name, metric in METRICS.items()}


def spread_of(values: NDArray[np.float64]) -> dict[str, float]:
    """How a per-image score is distributed; NaN is left out and counted."""
    known = values[~np.isnan(values)]
    names = ("p5", "p25", "median", "p75", "p95")
    points = np.percentile(known, [5, 25, 50, 75, 95]) if len(known) else np.full(5, np.nan)
    return {
        "images": float(len(known)),
        "without_a_value": float(len(values) - len(known)),
        "mean": float(known.mean()) if len(known) else math.nan,
        "sd": float(known.std()) if len(known) else math.nan,
        **{name: float(value) for name, value in zip(names, points, strict=True)},
    }


def by_hidden_fraction(table: Table, edges: Sequence[float] = HIDDEN_EDGES) -> list[dict[str, float]]:
    """Scores of the summed counts in bins of the hidden fraction: [low, high), the last one with its end; bins without
    images are left out, and so are images of unknown hidden fraction."""
    counts, hidden = counts_of(table), table["hidden_fraction"]
    bins = []
    for low, high in itertools.pairwise(edges):
        inside = (hidden >= low) & ((hidden < high) | ((hidden == high) & (high == edges[-1])))
        chosen = [count for count, keep in zip(counts, inside, strict=True) if keep]
        if chosen:
            bins.append({"low": low, "high": high, "images": float(len(chosen)), **set_scores(chosen)})
    return bins


def bootstrap_interval(
    counts: Sequence[MaskCounts],
    metric: Callable[[MaskCounts], float],
    rng: np.random.Generator,
    *,
    draws: int = BOOTSTRAP_DRAWS,
    level: float = 0.95,
) -> tuple[float, float]:
    """Percentile interval of a set's score, images drawn with replacement. NaN for no images."""
    if not counts:
        return math.nan, math.nan
    values = np.array([count.values() for count in counts], np.int64)
    shares = rng.multinomial(len(values), np.full(len(values), 1 / len(values)), size=draws)
    scores = [metric(MaskCounts(*map(int, total))) for total in shares @ values]
    low, high = np.percentile(scores, [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)


def summary(table: Table, *, seed: int = 0) -> dict[str, Any]:
    """Set scores with their 95% intervals, per-image spread, and scores by hidden fraction, NaN as null."""
    counts, rng = counts_of(table), np.random.default_rng(seed)
    intervals = {name: bootstrap_interval(counts, METRICS[name], rng) for name in ("miou", "face_iou", "boundary_iou")}
    whole = {
        "images": len(table),
        "set": set_scores(counts),
        "interval_95": {name: list(pair) for name, pair in intervals.items()},
        "per_image": {name: spread_of(table[name]) for name in ("face_iou", "miou", "boundary_iou")},
        "by_hidden_fraction": by_hidden_fraction(table),
    }
    without_nan: dict[str, Any] = _null_for_nan(whole)
    return without_nan


def _null_for_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _null_for_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_null_for_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
