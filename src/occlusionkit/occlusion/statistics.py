"""Occlusion rates: always occluded joints over in-image joints, with both counts beside the rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..artifacts.schemas import RATES, THRESHOLDS
from ..artifacts.tables import Table, make_table
from ..geometry import Array, Bools
from ..skeletons import ACTIONS, OCCLUSION_PERSON
from .labels import HIDDEN_BY, is_visible


def occlusion_rates(index: Table) -> Table:
    """Rates by joint, camera, scene, action, subject, split and cause from an Occlusion-Person index.

    In the grouping "cause" the denominator stays all in-image joints, so the causes add up to the rate of "all"; an
    occluded joint without a gap (a release that holds labels only) has the cause "unknown".
    """
    inside: Bools = index["in_image"]
    occluded: Bools = inside & ~index["visible"]
    known: Bools = ~np.isnan(index["gap_m"])
    rows: list[tuple[str, str, int, int]] = [("all", "all", int(inside.sum()), int(occluded.sum()))]
    for position, joint in enumerate(OCCLUSION_PERSON.joints):
        rows.append(("joint", joint, int(inside[:, position].sum()), int(occluded[:, position].sum())))
    names: Mapping[str, Any] = {
        "camera": [f"{camera}" for camera in index["camera_id"]],
        "scene": [f"{scene:02d}" for scene in index["scene"]],
        "action": [ACTIONS[action] for action in index["action"]],
        "subject": [f"{subject:02d}" for subject in index["subject"]],
        "split": list(index["split"]),
    }
    for grouping, groups in names.items():
        rows.extend(_grouped(grouping, np.array(groups, dtype=object), inside, occluded))
    for cause, name in enumerate(HIDDEN_BY):
        label = "none (the surface is behind the joint)" if name == "none" else name
        of_cause = occluded & known & (index["hidden_by"] == cause)
        rows.append(("cause", label, int(inside.sum()), int(of_cause.sum())))
    rows.append(("cause", "unknown", int(inside.sum()), int((occluded & ~known).sum())))
    return _rates(rows)


def _grouped(grouping: str, groups: Any, inside: Bools, occluded: Bools) -> list[tuple[str, str, int, int]]:
    return [
        (grouping, str(group), int(inside[groups == group].sum()), int(occluded[groups == group].sum()))
        for group in sorted(set(groups))
    ]


def _rates(rows: Sequence[tuple[str, str, int, int]]) -> Table:
    grouping, group, inside, occluded = zip(*rows, strict=True)
    return make_table(
        RATES,
        {
            "grouping": grouping,
            "group": group,
            "joints_in_image": np.array(inside),
            "occluded": np.array(occluded),
            "rate": _ratio(np.array(occluded), np.array(inside)),
        },
    )


def _ratio(numerator: Any, denominator: Any) -> Array:
    """NaN, never 0, where nothing was counted."""
    with np.errstate(invalid="ignore"):
        ratio: Array = np.where(denominator > 0, numerator / np.maximum(denominator, 1), np.nan)
    return ratio


def threshold_rates(index: Table, thresholds_m: Sequence[float]) -> Table:
    """The occlusion rate at each threshold under both rules, from stored gaps; joints without one do not count."""
    inside: Bools = index["in_image"] & ~np.isnan(index["gap_m"])
    rows = [
        (rule, float(threshold), int((inside & ~is_visible(index["gap_m"], threshold_m=threshold, rule=rule)).sum()))
        for rule in ("absolute", "one_sided")
        for threshold in thresholds_m
    ]
    rules, thresholds, occluded = zip(*rows, strict=True)
    total = np.full(len(rows), inside.sum())
    return make_table(
        THRESHOLDS,
        {
            "rule": rules,
            "threshold_m": np.array(thresholds),
            "joints_in_image": total,
            "occluded": np.array(occluded),
            "rate": _ratio(np.array(occluded), total),
        },
    )
