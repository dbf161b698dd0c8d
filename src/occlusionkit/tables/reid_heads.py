"""How well networks with an occlusion head tell occluded crops from whole ones: real and simulated occlusion apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..artifacts.tables import Table, make_table
from ..reid.schemas import OCCLUSION_HEAD
from .reid import parse_model


def occlusion_head_table(calls: Sequence[tuple[str, str, Table]]) -> Table:
    """(dataset, model, OCCLUSION_CALLS) of every network -> OCCLUSION_HEAD, means over trainings.

    A network that has no such head brings an empty table and no row.
    """
    found: dict[tuple[str, ...], list[tuple[float, int]]] = {}
    for dataset, model, table in calls:
        method, trained_on, _ = parse_model(model)
        columns = (table[name].tolist() for name in ("people", "kind", "accuracy", "images"))
        for people, kind, accuracy, images in zip(*columns, strict=True):
            found.setdefault((dataset, method, trained_on, people, kind), []).append((accuracy, images))
    names = ("dataset", "method", "trained_on", "people", "kind")
    rows = [
        {
            **dict(zip(names, key, strict=True)),
            "accuracy": float(np.mean([accuracy for accuracy, _ in values])),
            "seed_std": float(np.std([a for a, _ in values], ddof=1)) if len(values) > 1 else math.nan,
            "trainings": len(values),
            "images": round(float(np.mean([images for _, images in values]))),
        }
        for key, values in found.items()
    ]
    return make_table(OCCLUSION_HEAD, {c.name: [row[c.name] for row in rows] for c in OCCLUSION_HEAD.columns})
