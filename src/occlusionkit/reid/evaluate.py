"""Score a set of features under a protocol: one row per query or identity, one per draw, and what is reported."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..artifacts.tables import Table, make_table
from . import metrics as scores_of
from .bootstrap import by_identity, mean_interval
from .feature_files import FeatureSet
from .items import METRIC_NAMES, RANKS, item_scores
from .protocols import SHIPPED, Protocol, Settings, check_settings
from .ranking import Ints, Labels, rank_features, unit_rows
from .rerank import Reciprocal, rank_reciprocal
from .schemas import DRAWS, ITEMS, MAX_RANK, METRICS, SPLITS
from .shots import Picks, SetRanks, draw_images, rank_sets
from .splits import Split, half_split

# Market-1501's label of boxes that show nobody in particular: neither right nor wrong, so not in the gallery.
JUNK = -1


@dataclass(frozen=True, eq=False)
class Evaluation:
    """items: ITEMS;  draws: DRAWS, empty for single queries;  metrics: METRICS;  splits: SPLITS, empty where there are
    none;  facts: counts of what was left out or capped, for the sidecar."""

    items: Table
    draws: Table
    metrics: Table
    splits: Table
    facts: Mapping[str, Any]


def evaluate(
    features: FeatureSet,
    protocol: Protocol,
    settings: Settings,
    *,
    model: str = "features",
    allow_unmatched: bool = False,
) -> Evaluation:
    """Score features under a protocol.

    model: whose features they are, for the tables;  allow_unmatched: identities among the queries that the gallery does
    not show are counted and left out, instead of refused. Raises ValueError for no queries or no gallery, such
    identities, one image in both roles, no cameras where the protocol needs them.
    """
    check_settings(settings)
    _check_roles(features, settings.query_role, allow_unmatched=allow_unmatched)
    if protocol.kind == "sets" and settings.rerank:
        raise ValueError(f"{protocol.name}: re-ranking is for single queries; its sets are matched as they are")
    if protocol.kind == "sets":
        return _evaluate_sets(features, protocol, settings, model)
    return _evaluate_single(features, protocol, settings, model)


def _check_roles(features: FeatureSet, query_role: str, *, allow_unmatched: bool) -> None:
    query, gallery = features.rows_of(query_role), features.rows_of("gallery")
    for role, rows in ((query_role, query), ("gallery", gallery)):
        if not len(rows):
            there = dict(sorted(Counter(features.index["role"]).items()))
            raise ValueError(f"features: expected images with the role {role}, found none; there are {there}")
    identities = features.index["identity"]
    alone = sorted(set(identities[query].tolist()) - set(identities[gallery].tolist()))
    if alone and not allow_unmatched:
        raise ValueError(
            f"features: {len(alone)} of {len(set(identities[query].tolist()))} identities have query images but none "
            f"in the gallery, {alone[0]} first: no answer can be right; is the gallery whole? "
            "(--allow-unmatched counts them and leaves them out)"
        )
    digests = features.index["sha256"]
    known = {digest: row for row in query if (digest := digests[row]) is not None}
    both = next((row for row in gallery if digests[row] in known), None)
    if both is not None:
        paths = features.index["path"]
        raise ValueError(
            f"features: {paths[known[digests[both]]]} (query) and {paths[both]} (gallery) are the same file: "
            "it would find itself"
        )


def _evaluate_single(features: FeatureSet, protocol: Protocol, settings: Settings, model: str) -> Evaluation:
    index, query, gallery = features.index, features.rows_of(settings.query_role), features.rows_of("gallery")
    junk = index["identity"][gallery] == JUNK
    gallery = gallery[~junk]
    cameras: dict[str, Ints] = {}
    if protocol.cameras:
        codes = _camera_codes(index["camera"], np.concatenate([query, gallery]), protocol)
        cameras = {"query_cameras": codes[query], "gallery_cameras": codes[gallery]}
    labels = Labels(index["identity"][query], index["identity"][gallery], **cameras)
    sides = features.features[query], features.features[gallery]
    how: dict[str, Any] = {"ties": settings.ties, "device": settings.device}
    found = (
        rank_reciprocal(*sides, labels, Reciprocal(), **how)
        if settings.rerank
        else rank_features(*sides, labels, **how)
    )
    lost = scores_of.without_positives(found)
    kept = np.flatnonzero(found.positives > 0)
    tied = np.array([int((found.tied[a:b] > 0).sum()) for a, b in itertools.pairwise(found.offsets)])
    items = make_table(
        ITEMS,
        {
            **_constant(len(kept), split=SHIPPED, shots=0, draws=1),
            "model": [model] * len(kept),
            "fusion": ["none"] * len(kept),
            "item": index["path"][query[kept]],
            "identity": index["identity"][query[kept]],
            "hits": scores_of.hit_curves(found, max_rank=MAX_RANK)[kept],
            "average_precision": scores_of.average_precision(found)[kept],
            "average_precision_trapezoid": scores_of.average_precision_trapezoid(found)[kept],
            "inverse_negative_penalty": scores_of.inverse_negative_penalty(found)[kept],
            "positives": found.positives[kept],
            "tied": tied[kept],
        },
    )
    draws = make_table(DRAWS, {column.name: [] for column in DRAWS.columns})
    reported = _report(items, draws, protocol, settings, model, without_positives=len(lost))
    splits = make_table(SPLITS, {column.name: [] for column in SPLITS.columns})
    return Evaluation(
        items,
        draws,
        reported,
        splits,
        _facts(features, lost_queries=len(lost), settings=settings, junk=int(junk.sum())),
    )


def _camera_codes(cameras: NDArray[Any], used: Ints, protocol: Protocol) -> Ints:
    missing = [row for row in used if cameras[row] is None]
    if missing:
        raise ValueError(
            f"features: the protocol {protocol.name} leaves out images of the query's camera, but {len(missing)} of "
            f"{len(used)} images have no camera; for datasets without cameras choose transfer or supervised"
        )
    codes = {camera: number for number, camera in enumerate(sorted({str(cameras[row]) for row in used}))}
    return np.array([codes.get(str(camera), -1) for camera in cameras], dtype=np.int64)


def _evaluate_sets(features: FeatureSet, protocol: Protocol, settings: Settings, model: str) -> Evaluation:
    index = features.index
    query, gallery = features.rows_of(settings.query_role), features.rows_of("gallery")
    identities = index["identity"]
    gallery = gallery[identities[gallery] != JUNK]
    splits = _splits(identities[np.concatenate([query, gallery])], settings.splits)
    items: list[dict[str, Any]] = []
    draws: list[dict[str, Any]] = []
    short = unmatched = 0
    for split in splits:
        sides = [_images_by_identity(rows, index, split.test) for rows in (query, gallery)]
        both = sorted(set(sides[0]) & set(sides[1]))
        unmatched += len(set(sides[0]) - set(sides[1]))
        for shots in settings.shots:
            people = [
                person
                for person in both
                if settings.few != "drop" or min(len(sides[0][person]), len(sides[1][person])) >= shots
            ]
            short += sum(min(len(sides[0][person]), len(sides[1][person])) < shots for person in both)
            images = [[side[person] for person in people] for side in sides]
            if len(people) < 2:
                raise ValueError(
                    f"icme18, split {split.number}, N = {shots}: expected at least two identities to match, "
                    f"found {len(people)} with images enough on both sides"
                )
            for fusion, ranked in _rank_split(features, images, shots, split, settings):
                where = {"model": model, "split": split.number, "shots": shots, "fusion": fusion}
                items += _item_rows(where, people, ranked)
                draws += _draw_rows(where, ranked)
    tables = [make_table(schema, _columns(schema, rows)) for schema, rows in ((ITEMS, items), (DRAWS, draws))]
    reported = _report(tables[0], tables[1], protocol, settings, model, without_positives=unmatched)
    facts = _facts(features, lost_queries=unmatched, settings=settings, short_identities=short)
    return Evaluation(tables[0], tables[1], reported, split_table(splits), facts)


def _splits(identities: Ints, numbers: Sequence[int]) -> list[Split]:
    if tuple(numbers) == (SHIPPED,):
        return [Split(SHIPPED, (), tuple(sorted(set(identities.tolist()))))]
    return [half_split(identities.tolist(), number) for number in numbers]


def split_table(splits: Sequence[Split]) -> Table:
    """SPLITS: who is trained on and who is tested, for publication beside the scores."""
    rows = [
        {"split": split.number, "identity": identity, "part": part}
        for split in splits
        for part, people in (("train", split.train), ("test", split.test))
        for identity in people
    ]
    return make_table(SPLITS, _columns(SPLITS, rows))


def _images_by_identity(rows: Ints, index: Table, wanted: Sequence[int]) -> dict[int, Ints]:
    """Identity -> its rows in the order of their paths, whatever the order of the index: draws are to be the same."""
    keep = set(wanted)
    found: dict[int, list[int]] = {}
    for row in sorted(rows.tolist(), key=lambda row: str(index["path"][row])):
        if (person := int(index["identity"][row])) in keep:
            found.setdefault(person, []).append(row)
    return {person: np.array(images, dtype=np.int64) for person, images in sorted(found.items())}


def _rank_split(
    features: FeatureSet, images: list[list[Ints]], shots: int, split: Split, settings: Settings
) -> Iterator[tuple[str, SetRanks]]:
    """Ranks for each fusion; the draws are the same for all features, so methods can be compared draw by draw."""
    rows = [np.concatenate(side) for side in images]
    local = []
    for side in images:
        edges = np.cumsum([0, *(len(one) for one in side)])
        local.append([np.arange(a, b) for a, b in itertools.pairwise(edges)])
    # Where every identity has N images or fewer, all draws are the same one.
    exhausted = settings.few != "replace" and all(len(one) <= shots for side in images for one in side)
    draws = 1 if exhausted else settings.draws
    picks: list[Picks] = [
        draw_images(side, shots, draws, [split.number + 1, shots, number], few=settings.few)
        for number, side in enumerate(local)
    ]
    unit = [unit_rows(features.features[side], device=settings.device).double() for side in rows]
    products = [(a @ b.T).cpu().numpy() for a, b in ((unit[0], unit[1]), (unit[0], unit[0]), (unit[1], unit[1]))]
    # Of one image each, mean feature and nearest pair are the same.
    for fusion in settings.fusions if shots > 1 else settings.fusions[:1]:
        yield (
            fusion,
            rank_sets(
                products[0],
                *picks,
                fusion=fusion,
                within=(products[1], products[2]),
                ties=settings.ties,
                device=settings.device,
            ),
        )


def _item_rows(where: Mapping[str, Any], people: Sequence[int], found: SetRanks) -> Iterator[dict[str, Any]]:
    """One row for each identity, averaged over draws. With one positive all average precisions follow from its rank."""
    ranks = found.ranks
    hits = np.stack([(ranks <= rank).mean(axis=0) for rank in range(1, MAX_RANK + 1)], axis=1)
    plain = (1 / ranks).mean(axis=0)
    # (k - 1) / (rank - 1) is 0 for the only positive, but 1 where it stands first.
    trapezoid = np.where(ranks == 1, 1.0, 0.5 / ranks).mean(axis=0)
    for n, person in enumerate(people):
        yield {
            **where,
            "item": f"{person:06d}",
            "identity": person,
            "draws": len(ranks),
            "hits": hits[n],
            "average_precision": plain[n],
            "average_precision_trapezoid": trapezoid[n],
            "inverse_negative_penalty": plain[n],
            "positives": 1,
            "tied": int((found.tied[:, n] > 0).sum()),
        }


def _draw_rows(where: Mapping[str, Any], found: SetRanks) -> Iterator[dict[str, Any]]:
    for draw, ranks in enumerate(found.ranks):
        yield {
            **where,
            "draw": draw,
            "identities": len(ranks),
            **{f"rank_{rank}": float((ranks <= rank).mean()) for rank in RANKS},
            "mean_ap": float((1 / ranks).mean()),
        }


def _report(
    items: Table, draws: Table, protocol: Protocol, settings: Settings, model: str, *, without_positives: int
) -> Table:
    """METRICS for every split and, where there are several, for all of them together."""
    rows = []
    numbers = sorted(set(items["split"].tolist())) or [SHIPPED]
    groups: list[tuple[str, list[int]]] = [("none" if n == SHIPPED else str(n), [n]) for n in numbers]
    if len(numbers) > 1:
        groups.append(("all", numbers))
    # Without a single query that could be scored the metrics are still reported: NaN, with the count of those queries.
    cells = sorted({(int(s), str(f)) for s, f in zip(items["shots"], items["fusion"], strict=True)}) or [(0, "none")]
    for name, members in groups:
        for shots, fusion in cells:
            part = _select(items, members, shots, fusion)
            drawn = _select(draws, members, shots, fusion)
            shared = {
                "protocol": settings.title_of(protocol),
                "model": model,
                "split": name,
                "shots": shots,
                "fusion": fusion,
                "queries": len(part),
                "without_positives": without_positives,
                "tied": int(part["tied"].sum()),
                "draws": len(drawn),
                "ties": settings.ties,
            }
            for metric in METRIC_NAMES:
                interval = mean_interval(by_identity([item_scores(part, metric)], part["identity"]))
                spread = float(drawn[metric].std()) if len(drawn) > 1 and metric in drawn.columns else float("nan")
                values = {"value": interval.value, "low": interval.low, "high": interval.high, "draw_std": spread}
                rows.append({**shared, "metric": metric, **values})
    return make_table(METRICS, _columns(METRICS, rows))


def _select(table: Table, splits: Sequence[int], shots: int, fusion: str) -> Table:
    keep = np.isin(table["split"], splits) & (table["shots"] == shots) & (table["fusion"] == fusion)
    return table.take(np.flatnonzero(keep))


def _facts(features: FeatureSet, *, lost_queries: int, settings: Settings, **more: int) -> dict[str, Any]:
    return {
        "images": len(features),
        "dimensions": int(features.features.shape[1]),
        "features_verified": features.verified,
        "without_positives": lost_queries,
        "ties": settings.ties,
        **more,
    }


def _constant(count: int, **values: int) -> dict[str, Ints]:
    return {name: np.full(count, value, np.int64) for name, value in values.items()}


def _columns(schema: Any, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {column.name: [row[column.name] for row in rows] for column in schema.columns}
