"""The dataset comparison of Occlusion-Person's README, with the dataset at hand beside the published ones."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import numpy as np

from ..artifacts.schemas import DATASETS
from ..artifacts.tables import Table, make_table
from .formats import format_percent, write_views

_README = "Occlusion-Person README (Zhang et al., AdaFuse, IJCV 2020)"
# name, time instants, cameras, share of occluded joints (NaN: not stated)
_PUBLISHED = (
    ("Human3.6M", 784_000, 4, math.nan),
    ("Total Capture", 236_000, 8, math.nan),
    ("Panoptic", 36_000, 31, math.nan),
    ("Occlusion-Person", 73_000, 8, 0.203),
)


def dataset_table(index: Table, *, source: Literal["studio", "acquired"], name: str) -> Table:
    """The published rows, then this dataset's: instants, cameras and occluded share, as measured from its index."""
    instants = {(video, image) for video, image in zip(index["video_id"], index["image_id"], strict=True)}
    inside = int(index["in_image"].sum())
    occluded = int((index["in_image"] & ~index["visible"]).sum())
    note = f"measured here: {occluded:,} occluded of {inside:,} in-image joints, {len(index):,} images"
    rows = [
        *((*row, "published", _README) for row in _PUBLISHED),
        (
            name,
            len(instants),
            len(set(index["camera_id"].tolist())),
            occluded / inside if inside else math.nan,
            source,
            note,
        ),
    ]
    names, frames, cameras, rates, sources, published_in = zip(*rows, strict=True)
    return make_table(
        DATASETS,
        {
            "order": np.arange(len(rows)),
            "dataset": names,
            "source": sources,
            "frames": np.array(frames),
            "cameras": np.array(cameras),
            "occluded_rate": np.array(rates),
            "published_in": published_in,
        },
    )


def write_dataset_table(base: Path, table: Table) -> None:
    """Write the table and its views."""
    rows = [
        [name, f"{frames:,}", str(cameras), format_percent(rate), source, where]
        for name, frames, cameras, rate, source, where in zip(
            *(table[c] for c in ("dataset", "frames", "cameras", "occluded_rate", "source", "published_in")),
            strict=True,
        )
    ]
    write_views(base, table, header=["Dataset", "Frames", "Cameras", "Occluded joints", "Source", "Where"], rows=rows)


def write_rates(base: Path, rates: Table) -> None:
    """Write occlusion rates and their views."""
    rows = [
        [grouping, group, f"{inside:,}", f"{occluded:,}", format_percent(rate)]
        for grouping, group, inside, occluded, rate in zip(
            *(rates[c] for c in ("grouping", "group", "joints_in_image", "occluded", "rate")), strict=True
        )
    ]
    write_views(base, rates, header=["Grouping", "Group", "In-image joints", "Occluded", "Rate"], rows=rows)


def write_threshold_rates(base: Path, rates: Table) -> None:
    """Write the rates by threshold and their views."""
    rows = [
        [rule, f"{threshold:.2f}", f"{inside:,}", f"{occluded:,}", format_percent(rate)]
        for rule, threshold, inside, occluded, rate in zip(
            *(rates[c] for c in ("rule", "threshold_m", "joints_in_image", "occluded", "rate")), strict=True
        )
    ]
    write_views(base, rates, header=["Rule", "Threshold (m)", "In-image joints", "Occluded", "Rate"], rows=rows)
