"""Evaluation as files: features in, scores out. Scripts and the command call this."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..artifacts import Table, write_bytes, write_json, write_table
from ..artifacts.tables import concatenate
from .evaluate import Evaluation, evaluate
from .feature_files import FeatureSet, read_features
from .layouts import layout_named
from .protocols import Settings, protocol_named
from .split_lists import splits_json


@dataclass(frozen=True)
class Outputs:
    """Files of one evaluation."""

    items: Path
    draws: Path
    metrics: Path
    splits: Path

    @classmethod
    def below(cls, folder: Path) -> Outputs:
        """Their names in a folder."""
        return cls(*(folder / f"{name}.parquet" for name in ("items", "draws", "metrics", "splits")))


def evaluate_files(
    features: Path,
    index: Path,
    protocol: str,
    settings: Settings,
    *,
    outputs: Outputs | None = None,
    model: str = "features",
    dataset: str | None = None,
    allow_unmatched: bool = False,
) -> Evaluation:
    """Score features.npy under a protocol; write items, draws, metrics (also .csv and .json) and splits (also .json).

    model: whose features they are;  dataset: name of a layout whose published numbers of images and identities the
    index must have. Raises what `read_features` and `evaluate` raise, and ValueError for other numbers.
    """
    given = read_features(features, index)
    if dataset is not None:
        check_counts(given, dataset, index)
    found = evaluate(given, protocol_named(protocol), settings, model=model, allow_unmatched=allow_unmatched)
    if outputs is not None:
        write_evaluation(found, outputs)
    return found


def evaluate_models(
    features: Mapping[str, tuple[Path, Path]], protocol: str, settings: Mapping[str, Settings], outputs: Outputs
) -> dict[str, Any]:
    """Score the features of several models under one protocol, into one set of tables.

    features: model -> features.npy and features.parquet;  settings: model -> how it is scored (a trained
    model is tested on the half split that it was trained on). Returns facts: by model.
    """
    if not features:
        raise ValueError("evaluate_models: expected at least one model, found none")
    found = {
        model: evaluate_files(*pair, protocol, settings[model], model=model) for model, pair in sorted(features.items())
    }
    every = list(found.values())
    splits = {int(number): one.splits for one in every for number in set(one.splits["split"].tolist())}
    merged = [one.take(one["split"] == number) for number, one in sorted(splits.items())]
    facts = {model: dict(one.facts) for model, one in found.items()}
    whole = Evaluation(
        items=concatenate([one.items for one in every]),
        draws=concatenate([one.draws for one in every]),
        metrics=concatenate([one.metrics for one in every]),
        splits=concatenate(merged) if merged else every[0].splits,
        facts=facts,
    )
    write_evaluation(whole, outputs)
    return facts


def check_counts(features: FeatureSet, dataset: str, where: Path) -> None:
    """ValueError when the index holds other numbers of query and gallery images or identities than the release."""
    expected = layout_named(dataset).counts
    index = features.index
    roles = {role: index["role"] == role for role in ("query", "gallery", "partial", "train")}
    tested = roles["query"] | roles["gallery"]
    actual = {
        **{role: int(rows.sum()) for role, rows in roles.items()},
        "query_identities": len(set(index["identity"][roles["query"]].tolist())),
        "identities": len(set(index["identity"][tested].tolist())),
    }
    # Features of training images are not needed, and the release's count of people may include theirs.
    compared = [name for name in expected if name in actual and not (name == "identities" and "train" in expected)]
    wrong = [
        f"{expected[name]:,} {name} and found {actual[name]:,}"
        for name in sorted(compared)
        if actual[name] != expected[name] and not (name in ("train", "partial") and actual[name] == 0)
    ]
    if wrong:
        raise ValueError(f"{where}: of {dataset} expected {'; '.join(wrong)}: other images than the published ones")


def write_evaluation(found: Evaluation, outputs: Outputs) -> None:
    """Write the tables; metrics and splits also for people and other programs."""
    for table, path in (
        (found.items, outputs.items),
        (found.draws, outputs.draws),
        (found.metrics, outputs.metrics),
        (found.splits, outputs.splits),
    ):
        write_table(path, table)
    rows = json_rows(found.metrics)
    write_bytes(outputs.metrics.with_suffix(".csv"), to_csv(found.metrics).encode())
    write_json(outputs.metrics.with_suffix(".json"), {"facts": dict(found.facts), "metrics": rows})
    write_bytes(outputs.splits.with_suffix(".json"), splits_json(found.splits).encode())


def json_rows(table: Table) -> list[dict[str, Any]]:
    """Rows of plain values; NaN as None, which JSON can say."""
    return [{name: _or_none(value) for name, value in row.items()} for row in table.rows()]


def _or_none(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def to_csv(table: Table) -> str:
    """A table of scalar columns as CSV with its exact values; nothing for NaN."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [column.name for column in table.schema.columns], lineterminator="\n")
    writer.writeheader()
    writer.writerows(json_rows(table))
    return text.getvalue()


def summary_lines(found: Evaluation, *, split: str | None = None) -> list[list[str]]:
    """Header and rows of what a person reads: percent with the 95% interval, one line per cell.

    split: which (default: all of them together, or the only one).
    """
    rows = json_rows(found.metrics)
    there = sorted({row["split"] for row in rows})
    chosen = split or ("all" if "all" in there else there[0])
    cells: dict[tuple[int, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        if row["split"] == chosen:
            cells.setdefault((row["shots"], row["fusion"]), {})[row["metric"]] = row
    header = ["N", "fusion", "rank-1", "rank-5", "rank-10", "rank-20", "mAP", "mAP (trapezoid)", "mINP", "queries"]
    names = ["rank_1", "rank_5", "rank_10", "rank_20", "mean_ap", "mean_ap_trapezoid", "minp"]
    lines = [header]
    for (shots, fusion), by_name in sorted(cells.items()):
        one = by_name["rank_1"]
        lines.append(
            [
                str(shots) if shots else "single",
                fusion.replace("_", " "),
                *(_percent(by_name[name], interval=name in ("rank_1", "mean_ap")) for name in names),
                str(one["queries"]),
            ]
        )
    return lines


def _percent(row: Mapping[str, Any], *, interval: bool) -> str:
    if row["value"] is None:
        return "-"
    text = f"{100 * row['value']:.2f}"
    return f"{text} [{100 * row['low']:.1f}, {100 * row['high']:.1f}]" if interval else text
