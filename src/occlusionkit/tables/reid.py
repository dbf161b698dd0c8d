"""Re-ID numbers: what was measured with its intervals, differences between methods, and the paper's two tables."""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..artifacts.tables import Schema, Table, make_table
from ..reid.bootstrap import ByIdentity, Interval, by_identity, difference_interval, mean_interval
from ..reid.items import METRIC_NAMES, item_scores
from ..reid.methods import METHODS as TRAINED
from ..reid.protocols import SHIPPED
from ..reid.schemas import DIFFERENCES, PAPER_LAYOUT, PAPER_RANKS, PAPER_SHOTS, RESULTS, SINGLE_QUERY

_PUBLISHED = Path(__file__).parent / "published" / "reid.csv"
_MODEL = re.compile(r"^(?P<method>[a-z]+)-(?P<part>.+)-seed(?P<seed>\d+)$")

STRIPES = "stripes"
# Layout -> the dataset's name in published tables.
TITLES = {
    "occluded_reid": "Occluded-REID",
    "partial_reid": "Partial-REID",
    "p_dukemtmc_reid": "P-Duke",
    "p_ethz": "P-ETHZ",
    "market1501": "Market-1501",
}
# The published rows that our methods rebuild.
_PUBLISHED_AS = {
    "baseline": "ResNet-50",
    "os": "+OS",
    "mtl": "+multi-task",
    "afpb": "AFPB",
    "erasing": "random erasing (REDA)",
}
# Our methods in the order of tables: label, and the published row that each rebuilds.
METHODS: dict[str, tuple[str, str | None]] = {
    STRIPES: ("HSV stripes (no training)", None),
    **{name: (method.title, _PUBLISHED_AS.get(name)) for name, method in TRAINED.items()},
}
# Whose difference is tested: against the baseline, AFPB against what it must beat, training against none.
_PAIRS = (
    *((method, "baseline") for method in METHODS if method not in ("baseline", STRIPES)),
    ("afpb", "os"),
    ("afpb", "erasing"),
    ("strongafpb", "strong"),
    ("partsafpb", "parts"),
    ("baseline", STRIPES),
)
_TESTED = ("rank_1", "mean_ap")
INSIDE = "inside the noise"


@dataclass(frozen=True)
class Measured:
    """The scores of one dataset under one protocol, of all models. source: studio, or the folder that was given."""

    dataset: str
    layout: str
    protocol: str
    source: str
    items: Table
    draws: Table


@dataclass(frozen=True)
class _Who:
    """A method and what it was trained on, with its trainings: seed -> models (one for each half split)."""

    method: str
    trained_on: str
    trainings: Mapping[int, tuple[str, ...]]

    @property
    def seeds(self) -> int:
        return 0 if self.method == STRIPES else len(self.trainings)


def parse_model(model: str) -> tuple[str, str, int]:
    """Name -> (method, trained on, seed): stripes -> (stripes, nothing, 0); afpb-split0-seed2 -> (afpb, half, 2)."""
    if model == STRIPES:
        return STRIPES, "nothing", 0
    match = _MODEL.match(model)
    if match is None:
        raise ValueError(f"re-ID model: expected <method>-<part>-seed<n> or {STRIPES}, found {model!r}")
    part = "half" if re.fullmatch(r"split\d+", match["part"]) else match["part"]
    return match["method"], part, int(match["seed"])


def published_rows(table: str) -> list[dict[str, Any]]:
    """Rows of one published table (ablation, comparison, transfer); scores as fractions, NaN where there is none."""
    with _PUBLISHED.open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = [dict(row) for row in csv.DictReader(file) if row["table"] == table]
    for row in rows:
        row["shots"] = int(row["shots"])
        for name in ("rank_1", "rank_5", "rank_10", "mean_ap"):
            row[name] = float(row[name]) / 100 if row[name] else math.nan
    return rows


def results_table(measured: Sequence[Measured]) -> Table:
    """RESULTS of everything measured: on the canonical split, and on all splits where there are several."""
    published = {
        (row["dataset"], row["method"], row["shots"], rank): (row[rank], row["published_in"])
        for row in (*published_rows("ablation"), *published_rows("comparison"))
        for rank in ("rank_1", "rank_5", "rank_10")
    }
    rows = []
    for one in measured:
        for who, shots, fusion in _cells(one):
            for label, splits in _split_groups(one, who, shots, fusion):
                drawn = _draws_of(one, who, shots, fusion, splits)
                parts = _parts(one, who, shots, fusion, splits)
                for metric in METRIC_NAMES:
                    scores = _scores(parts, metric)
                    interval = mean_interval(scores)
                    known = METHODS[who.method][1]
                    value, where = published.get((TITLES[one.layout], str(known), shots, metric), (math.nan, None))
                    rows.append(
                        {
                            **_where(one, shots, fusion, label, metric),
                            "method": who.method,
                            "trained_on": who.trained_on,
                            "source": one.source,
                            "value": interval.value,
                            "low": interval.low,
                            "high": interval.high,
                            "seed_std": _seed_std(scores),
                            "draw_std": _draw_std(drawn, metric),
                            "seeds": who.seeds,
                            "identities": len(scores.identities),
                            "queries": int(scores.counts.sum()),
                            "published_value": value if fusion == "mean_feature" else math.nan,
                            "published_in": where if fusion == "mean_feature" else None,
                            "mismatch": _mismatch(one) if fusion == "mean_feature" and where else None,
                        }
                    )
    return _table(RESULTS, rows)


def differences_table(measured: Sequence[Measured]) -> Table:
    """DIFFERENCES of the pairs of methods that the question is about, on the splits that both were tested on."""
    rows = []
    for one in measured:
        cells = _cells(one)
        for first, shots, fusion in cells:
            for second, *cell in cells:
                if cell != [shots, fusion] or not _compared(first, second):
                    continue
                shared = sorted(
                    set(_splits_of(one, first, shots, fusion)) & set(_splits_of(one, second, shots, fusion))
                )
                if not shared:
                    continue
                sides = [_parts(one, who, shots, fusion, shared) for who in (first, second)]
                for metric in _TESTED:
                    found = difference_interval(*(_scores(parts, metric) for parts in sides))
                    rows.append(
                        {
                            **_where(one, shots, fusion, _label(shared), metric),
                            "method": first.method,
                            "against": second.method,
                            "trained_on": first.trained_on,
                            "difference": found.value,
                            "low": found.low,
                            "high": found.high,
                            "verdict": verdict(found),
                        }
                    )
    return _table(DIFFERENCES, rows)


def verdict(difference: Interval) -> str:
    """better, worse, or inside the noise: whether the 95% interval of a difference leaves out zero."""
    if not difference.excludes_zero:
        return INSIDE
    return "better" if difference.value > 0 else "worse"


def ablation_table(results: Table, layouts: Mapping[str, str]) -> Table:
    """The paper's ablation, every published row, with ours below those of the same dataset. layouts: by dataset."""
    rows = []
    for title in ("Occluded-REID", "Partial-REID", "P-Duke", "P-ETHZ"):
        rows += _published_layout("ablation", title)
        rows += _measured_layout(results, layouts, title, PAPER_SHOTS)
    return _numbered(PAPER_LAYOUT, rows)


def comparison_table(results: Table, layouts: Mapping[str, str]) -> Table:
    """The paper's comparison at N = 1, with ours below those of the same dataset."""
    rows = []
    for title in ("Occluded-REID", "Partial-REID"):
        rows += _published_layout("comparison", title)
        rows += _measured_layout(results, layouts, title, (1,))
    return _numbered(PAPER_LAYOUT, rows)


def single_query_table(results: Table, layouts: Mapping[str, str]) -> Table:
    """Single-query results measured here, then later methods on the real data, by dataset."""
    rows: list[dict[str, Any]] = []
    for title in TITLES.values():
        for key, cell in _by_method(results, layouts, title, single=True).items():
            _, method, trained_on, source, protocol = key
            first = cell[0, "rank_1"]
            rows.append(
                {
                    "dataset": f"{title} ({source})",
                    "protocol": protocol,
                    "method": f"{METHODS[method][0]}" + ("" if method == STRIPES else f", trained on {trained_on}"),
                    "source": source,
                    "seeds": first["seeds"],
                    "rank_1": first["value"],
                    "rank_1_low": first["low"],
                    "rank_1_high": first["high"],
                    "mean_ap": cell[0, "mean_ap"]["value"],
                    "mean_ap_trapezoid": cell[0, "mean_ap_trapezoid"]["value"],
                    "published_in": None,
                    "remark": None,
                }
            )
        for row in published_rows("transfer"):
            if row["dataset"] == title:
                blank = dict.fromkeys(("rank_1_low", "rank_1_high", "mean_ap_trapezoid"), math.nan)
                kept = {name: row[name] for name in ("protocol", "method", "rank_1", "mean_ap", "published_in")}
                remark = row["remark"] or None
                rows.append({"dataset": title, "source": "published", "seeds": 0, "remark": remark, **kept, **blank})
    return _numbered(SINGLE_QUERY, rows)


# How models, splits and rows are put together


def _cells(one: Measured) -> list[tuple[_Who, int, str]]:
    """Every method with each (shots, fusion) that it was scored at."""
    found: dict[tuple[str, str], dict[int, list[str]]] = {}
    for model in sorted(set(one.items["model"].tolist())):
        method, trained_on, seed = parse_model(model)
        if method not in METHODS:
            raise ValueError(f"re-ID tables: expected a method among {', '.join(METHODS)}; found {method!r}")
        found.setdefault((method, trained_on), {}).setdefault(seed, []).append(model)
    order = list(METHODS)
    cells = sorted({(int(s), str(f)) for s, f in zip(one.items["shots"], one.items["fusion"], strict=True)})
    return [
        (_Who(method, trained_on, {seed: tuple(models) for seed, models in sorted(by_seed.items())}), shots, fusion)
        for (method, trained_on), by_seed in sorted(found.items(), key=lambda pair: (order.index(pair[0][0]), pair[0]))
        for shots, fusion in cells
    ]


def _rows(table: Table, models: Sequence[str], shots: int, fusion: str) -> NDArray[np.int64]:
    keep = np.isin(table["model"], list(models)) & (table["shots"] == shots) & (table["fusion"] == fusion)
    return np.flatnonzero(keep)


def _splits_of(one: Measured, who: _Who, shots: int, fusion: str) -> list[int]:
    """Splits on which every training of the method was tested."""
    by_seed = [set(one.items["split"][_rows(one.items, models, shots, fusion)]) for models in who.trainings.values()]
    return sorted(int(split) for split in set.intersection(*by_seed))


def _split_groups(one: Measured, who: _Who, shots: int, fusion: str) -> Iterator[tuple[str, list[int]]]:
    splits = _splits_of(one, who, shots, fusion)
    if splits:
        yield _label(splits[:1]), splits[:1]
    if len(splits) > 1:
        yield _label(splits), splits


def _label(splits: Sequence[int]) -> str:
    if list(splits) == [SHIPPED]:
        return "none"
    runs = list(range(splits[0], splits[-1] + 1))
    return f"{splits[0]}-{splits[-1]}" if list(splits) == runs and len(runs) > 1 else ",".join(map(str, splits))


def _parts(one: Measured, who: _Who, shots: int, fusion: str, splits: Sequence[int]) -> list[Table]:
    """Items of every training, in one order."""
    parts = []
    for models in who.trainings.values():
        rows = _rows(one.items, models, shots, fusion)
        rows = rows[np.isin(one.items["split"][rows], list(splits))]
        keys = list(zip(one.items["split"][rows].tolist(), one.items["item"][rows].tolist(), strict=True))
        parts.append(one.items.take(rows[np.array(sorted(range(len(rows)), key=keys.__getitem__), dtype=np.int64)]))
    return parts


def _scores(parts: Sequence[Table], metric: str) -> ByIdentity:
    """Scores by training and identity."""
    return by_identity([item_scores(part, metric) for part in parts], parts[0]["identity"])


def _draws_of(one: Measured, who: _Who, shots: int, fusion: str, splits: Sequence[int]) -> Table:
    rows = _rows(one.draws, list(itertools.chain(*who.trainings.values())), shots, fusion)
    return one.draws.take(rows[np.isin(one.draws["split"][rows], list(splits))])


def _draw_std(draws: Table, metric: str) -> float:
    """Within a training, averaged over trainings: what repeating the protocol's draws and splits moves. NaN where all
    images are taken and there is one draw only."""
    if metric not in draws.columns:
        return math.nan
    seeds = np.array([parse_model(model)[2] for model in draws["model"]])
    repeats = [draws[metric][seeds == seed] for seed in sorted(set(seeds.tolist()))]
    return float(np.sqrt(np.mean([one.var() for one in repeats]))) if any(len(one) > 1 for one in repeats) else math.nan


def _seed_std(scores: ByIdentity) -> float:
    if len(scores.totals) < 2:
        return math.nan
    return float((scores.totals.sum(axis=1) / scores.counts.sum()).std(ddof=1))


def _compared(first: _Who, second: _Who) -> bool:
    same = first.trained_on == second.trained_on or second.method == STRIPES
    return same and (first.method, second.method) in _PAIRS


def _where(one: Measured, shots: int, fusion: str, splits: str, metric: str) -> dict[str, Any]:
    return {
        "dataset": one.dataset,
        "protocol": one.protocol,
        "shots": shots,
        "fusion": fusion,
        "splits": splits,
        "metric": metric,
    }


def _mismatch(one: Measured) -> str:
    if one.source == "studio":
        return "rendered people instead of the real dataset; another network, no pre-training on MARS, another split"
    return "the paper's split, fusion and training were never published; no pre-training on MARS"


def _by_method(
    results: Table, layouts: Mapping[str, str], title: str, *, single: bool
) -> dict[tuple[str, str, str, str, str], dict[tuple[int, str], dict[str, Any]]]:
    """(dataset, method, trained on, source, protocol) -> (shots, metric) -> row, of the canonical split."""
    names = [column.name for column in results.schema.columns]
    found: dict[tuple[str, str, str, str, str], dict[tuple[int, str], dict[str, Any]]] = {}
    for values in zip(*(results[name].tolist() for name in names), strict=True):
        row = dict(zip(names, values, strict=True))
        fusion = "none" if single else "mean_feature"
        if TITLES[layouts[row["dataset"]]] != title or row["fusion"] != fusion or row["splits"] not in ("0", "none"):
            continue
        key = (row["dataset"], row["method"], row["trained_on"], row["source"], row["protocol"])
        found.setdefault(key, {})[row["shots"], row["metric"]] = row
    order = list(METHODS)
    return dict(sorted(found.items(), key=lambda pair: (pair[0][0], pair[0][4], order.index(pair[0][1]), pair[0][2])))


def _measured_layout(
    results: Table, layouts: Mapping[str, str], title: str, shots: Sequence[int]
) -> list[dict[str, Any]]:
    rows = []
    for (_, method, _, source, _), cell in _by_method(results, layouts, title, single=False).items():
        scores = {
            f"n{n}_rank_{rank}": cell[n, f"rank_{rank}"]["value"] if (n, f"rank_{rank}") in cell else math.nan
            for n in shots
            for rank in PAPER_RANKS
        }
        first = cell.get((1, "rank_1"), {"low": math.nan, "high": math.nan, "seeds": 0})
        rows.append(
            {
                "dataset": f"{title} ({source})",
                "method": METHODS[method][0],
                "source": source,
                "seeds": first["seeds"],
                **scores,
                "n1_low": first["low"],
                "n1_high": first["high"],
            }
        )
    return rows


def _published_layout(table: str, title: str) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in published_rows(table):
        if row["dataset"] == title:
            blank = {"dataset": title, "method": row["method"], "source": "published", "seeds": 0}
            one = found.setdefault(row["method"], blank | {"published_in": row["published_in"]})
            one |= {f"n{row['shots']}_rank_{rank}": row[f"rank_{rank}"] for rank in PAPER_RANKS}
    return list(found.values())


def _numbered(schema: Schema, rows: Sequence[Mapping[str, Any]]) -> Table:
    blank = {column.name: None if column.dtype == "string" else math.nan for column in schema.columns}
    return _table(schema, [{**blank, **row, "order": number} for number, row in enumerate(rows)])


def _table(schema: Schema, rows: Sequence[Mapping[str, Any]]) -> Table:
    return make_table(schema, {column.name: [row[column.name] for row in rows] for column in schema.columns})
