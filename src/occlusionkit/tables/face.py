"""Table 2 of the face paper: training sets by networks by test sets, published numbers beside those measured here."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..artifacts.tables import Table, make_table
from ..face.networks.catalogue import NETWORKS
from ..face.presets import TRAINING_SETS
from ..face.schemas import FACE_BY_HIDDEN, FACE_RESULTS
from ..face.score_folders import by_hidden_fraction, counts_of, set_scores
from ..face.sources import TEST_SETS
from .formats import format_spread, write_views

PUBLISHED_IN = "Voo, Jiang, Loy, CVPR Workshops 2022, Table 2 (single runs)"
_PUBLISHED = Path(__file__).parent / "published" / "face.csv"
METRICS = ("miou", "face_iou", "dice", "accuracy", "boundary_iou")
# Of the hidden fraction of a face. Few test faces are hidden by more than six tenths.
HIDDEN_EDGES = (0.0, 0.15, 0.3, 0.45, 0.6, 1.0)
FAMILIES = ("PSPNet", "DeepLabv3+", "SegFormer")


@dataclass(frozen=True)
class Measured:
    """Scores (a SCORES table) of one network, trained on one set with one seed, on one test set.

    source: studio, or where the test images come from otherwise;  images_seen: in training, each as often as it came.
    """

    network: str
    training_set: str
    seed: int
    test_set: str
    source: str
    images_seen: int
    scores: Table


def published_miou() -> dict[tuple[str, str, str], float]:
    """(training set, family, test set) -> mIoU, 0..1."""
    with _PUBLISHED.open(encoding="utf-8", newline="") as file:
        return {
            (row["training_set"], row["family"], row["test_set"]): float(row["miou"]) for row in csv.DictReader(file)
        }


def protocol_of(*, trained_on: str, size_px: int) -> str:
    """Why a published number may not be compared with one measured here."""
    faces = "rendered by the studio" if trained_on == "studio" else f"from {trained_on}"
    return f"training faces {faces}, another network and schedule, {size_px} px; equal steps for all training sets"


def results_table(measured: Sequence[Measured], *, protocol: str) -> Table:
    """One row for each test set, network, training set and metric: mean and spread over seeds, published mIoU beside.

    protocol: what a number here is, in words; it is why the published one may not be compared.
    """
    published, rows = published_miou(), []
    groups: dict[tuple[str, str, str, str], list[Measured]] = {}
    for one in measured:
        groups.setdefault((one.test_set, one.network, one.training_set, one.source), []).append(one)
    for (test_set, network, training_set, source), runs in groups.items():
        scores = [set_scores(counts_of(run.scores)) for run in runs]
        spec = NETWORKS[network]
        for metric in METRICS:
            values = np.array([one[metric] for one in scores])
            other = published.get((training_set, spec.family, test_set), math.nan) if metric == "miou" else math.nan
            rows.append(
                {
                    "test_set": test_set,
                    "network": network,
                    "training_set": training_set,
                    "metric": metric,
                    "source": source,
                    "label": spec.label,
                    "value": float(values.mean()),
                    "spread": _deviation(values),
                    "seeds": len(runs),
                    "images": len(runs[0].scores),
                    "images_seen": runs[0].images_seen,
                    "published_value": other,
                    "published_in": None if math.isnan(other) else f"{PUBLISHED_IN}, {spec.family}",
                    "mismatch": None if math.isnan(other) else protocol,
                }
            )
    return make_table(FACE_RESULTS, {c.name: [row[c.name] for row in rows] for c in FACE_RESULTS.columns})


def _deviation(values: np.ndarray) -> float:
    """Sample standard deviation; NaN for one run, which has none."""
    return float(values.std(ddof=1)) if len(values) > 1 else math.nan


def hidden_table(measured: Sequence[Measured], *, edges: Sequence[float] = HIDDEN_EDGES) -> Table:
    """Face IoU by how much of the face is hidden: mean and spread over seeds, in bins of the hidden fraction."""
    found: dict[tuple[str, str, str, float, float], list[dict[str, float]]] = {}
    for one in measured:
        for row in by_hidden_fraction(one.scores, edges):
            found.setdefault((one.test_set, one.network, one.training_set, row["low"], row["high"]), []).append(row)
    rows = [
        {
            "test_set": test_set,
            "network": network,
            "training_set": training_set,
            "low": low,
            "high": high,
            "images": int(runs[0]["images"]),
            "seeds": len(runs),
            "face_iou": float(np.mean([run["face_iou"] for run in runs])),
            "face_iou_spread": _deviation(np.array([run["face_iou"] for run in runs])),
            "miou": float(np.mean([run["miou"] for run in runs])),
        }
        for (test_set, network, training_set, low, high), runs in found.items()
    ]
    return make_table(FACE_BY_HIDDEN, {c.name: [row[c.name] for row in rows] for c in FACE_BY_HIDDEN.columns})


def table_2(results: Table) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the paper's layout: for each test set our networks' mIoU, then the three published ones.

    Images seen are those of our trainings, repeats counted: equal for all training sets, so a larger set gains nothing
    by longer training.
    """
    values = {
        (t, n, s): format_spread(v, d)
        for t, n, s, m, v, d in zip(
            *(results[c].tolist() for c in ("test_set", "network", "training_set", "metric", "value", "spread")),
            strict=True,
        )
        if m == "miou"
    }
    sources = dict(zip(results["test_set"].tolist(), results["source"].tolist(), strict=True))
    networks = [name for name in NETWORKS if name in set(results["network"].tolist())]
    published = published_miou()
    seen: dict[str, set[int]] = {}
    for name, images in zip(results["training_set"].tolist(), results["images_seen"].tolist(), strict=True):
        seen.setdefault(name, set()).add(images)
    header = ["Training data", "Images seen in training"]
    for test, title in TEST_SETS.items():
        header += [f"{title} ({sources[test]}): {NETWORKS[n].label}" for n in networks if test in sources]
        header.append(f"{title}, published: {' / '.join(FAMILIES)}")
    rows = []
    for name in TRAINING_SETS:
        row = [name, " / ".join(f"{images:,}" for images in sorted(seen.get(name, set()))) or "-"]
        for test in TEST_SETS:
            row += [values.get((test, n, name), "-") for n in networks if test in sources]
            row.append(" / ".join(f"{100 * published[name, family, test]:.2f}" for family in FAMILIES))
        rows.append(row)
    return header, rows


def write_results(base: Path, results: Table) -> None:
    """Write the long table and, as its views, the paper's layout."""
    header, rows = table_2(results)
    write_views(base, results, header=header, rows=rows)


def write_hidden(base: Path, table: Table) -> None:
    """Write face IoU by hidden fraction and its views."""
    names = ("test_set", "network", "training_set", "low", "high", "images", "face_iou", "face_iou_spread")
    rows = [
        [
            TEST_SETS.get(test, test),
            NETWORKS[network].label,
            training,
            f"{low:.2f} .. {high:.2f}",
            str(images),
            format_spread(iou, spread),
        ]
        for test, network, training, low, high, images, iou, spread in zip(
            *(table[name].tolist() for name in names), strict=True
        )
    ]
    header = ["Test set", "Network", "Training data", "Hidden fraction", "Images", "Face IoU, %"]
    write_views(base, table, header=header, rows=rows)
