"""Figures of re-ID: CMC curves with bands, and ranked lists with green frames for right answers, red for wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from ..artifacts import Table
from ..images import Image
from ..reid.bootstrap import curve_interval
from ..reid.feature_files import FeatureSet
from ..reid.protocols import SHIPPED
from ..reid.ranking import Ints, top_matches
from ..reid.schemas import MAX_RANK
from ..reid.splits import CANONICAL_SPLIT, half_split
from .charts import CHART_STYLE, save_chart
from .reid import METHODS, Measured, parse_model

_COLORS = ("#888888", "#4477aa", "#66ccee", "#aa3377", "#cc3311", "#228833", "#ccbb44", "#222222")
_RIGHT, _WRONG, _ASKED = (26, 140, 70), (215, 48, 39), (60, 60, 60)
_CROP_HW, _FRAME, _GAP = (120, 60), 4, 6
_PAPER_WHITE = 255


def mean_curve(
    items: Table, models: Sequence[str], *, shots: int, fusion: str
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(n, 50) hits of every item, averaged over trainings, and the items' identities (n,); canonical split only."""
    keep = (items["shots"] == shots) & (items["fusion"] == fusion) & np.isin(items["model"], list(models))
    keep &= np.isin(items["split"], (CANONICAL_SPLIT, SHIPPED))
    rows = items.take(np.flatnonzero(keep))
    names, place = np.unique(rows["item"].astype(str), return_inverse=True)
    curves = np.zeros((len(names), MAX_RANK))
    np.add.at(curves, place, rows["hits"])
    counts = np.bincount(place, minlength=len(names))
    people = np.zeros(len(names), np.int64)
    people[place] = rows["identity"]
    return curves / counts[:, None], people


def write_cmc_chart(path: Path, measured: Sequence[Measured], *, max_rank: int = 20) -> None:
    """One panel for each protocol and N (mean features): mean over trainings, 95% band over people."""
    panels = [(one, shots) for one in measured for shots in sorted(set(one.items["shots"].tolist()))]
    columns = min(len(panels), 4)
    rows = -(-len(panels) // columns)
    with plt.rc_context(CHART_STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=(3.6 * columns, 3.2 * rows), squeeze=False, sharey=True)
        for axis, (one, shots) in zip(axes.flat, panels, strict=False):
            _draw_panel(axis, one, shots, max_rank)
        for axis in list(axes.flat)[len(panels) :]:
            axis.axis("off")
        for axis in axes[:, 0]:
            axis.set_ylabel("found, % of queries")
        known = {
            label: line for axis in axes.flat for line, label in zip(*axis.get_legend_handles_labels(), strict=True)
        }
        figure.legend(known.values(), known.keys(), loc="outside lower center", ncols=len(known), frameon=False)
        figure.get_layout_engine() or figure.set_layout_engine("constrained")
        save_chart(figure, path)


def _draw_panel(axis: Any, one: Measured, shots: int, max_rank: int) -> None:
    groups: dict[tuple[str, str], list[str]] = {}
    for model in sorted(set(one.items["model"].tolist())):
        method, trained_on, _ = parse_model(model)
        groups.setdefault((method, trained_on), []).append(model)
    people = 0
    for number, method in enumerate(METHODS):
        for (name, trained_on), models in groups.items():
            if name != method:
                continue
            curves, identities = mean_curve(one.items, models, shots=shots, fusion="mean_feature" if shots else "none")
            if not len(curves):
                continue
            people, ranks = len(set(identities.tolist())), np.arange(1, max_rank + 1)
            low, high = curve_interval(curves, identities)
            label = METHODS[method][0] + ("" if trained_on in ("half", "nothing") else f" ({trained_on})")
            axis.fill_between(
                ranks, 100 * low[:max_rank], 100 * high[:max_rank], color=_COLORS[number], alpha=0.13, lw=0
            )
            axis.plot(ranks, 100 * curves.mean(axis=0)[:max_rank], color=_COLORS[number], label=label, lw=1.6)
    what = f"N = {shots}" if shots else "single query"
    axis.set_title(f"{one.dataset} ({one.source}), {one.protocol}\n{what}, {people} people", loc="left", fontsize=10)
    axis.set_xlabel("rank")
    axis.set_xlim(1, max_rank)
    axis.set_xticks([1, 5, 10, 15, 20] if max_rank == 20 else [1, max_rank])
    axis.set_ylim(0, 100)
    axis.grid(alpha=0.25, lw=0.6)


def example_queries(features: FeatureSet, count: int) -> tuple[Ints, Ints]:
    """Rows of `count` queries and of the whole gallery that they are ranked against, of the canonical test half.

    The first image of people evenly spaced in the list: nobody chose them for their results.
    """
    index = features.index
    tested = set(index["identity"][features.rows_of("query")].tolist())
    if len(tested) >= 4:
        tested = set(half_split(tested, CANONICAL_SPLIT).test)
    keep = np.isin(index["identity"], sorted(tested))
    gallery = np.array([row for row in features.rows_of("gallery") if keep[row]], dtype=np.int64)
    first: dict[int, int] = {}
    for row in sorted(features.rows_of("query").tolist(), key=lambda row: str(index["path"][row])):
        if keep[row]:
            first.setdefault(int(index["identity"][row]), row)
    people = sorted(first)
    chosen = [
        people[n] for n in np.unique(np.linspace(0, len(people) - 1, min(count, len(people))).round().astype(int))
    ]
    return np.array([first[person] for person in chosen], dtype=np.int64), gallery


def draw_ranked_lists(
    models: Mapping[str, FeatureSet],
    read: Callable[[Sequence[str]], list[Image]] | None,
    *,
    count: int,
    shown: int = 8,
) -> Image:
    """One row for each query, one block for each model: the query, then its best gallery images, best first.

    models: by name, of the same images;  read: paths -> images, None where pictures must not be shown: the frames then
    hold the identities' numbers.
    """
    paths = {name: features.index["path"].tolist() for name, features in models.items()}
    if any(other != next(iter(paths.values())) for other in paths.values()):
        raise ValueError(f"ranked lists: expected features of the same images from {', '.join(models)}")
    found: dict[str, list[tuple[int, list[int]]]] = {}
    for name, features in models.items():
        query, gallery = example_queries(features, count)
        best, _ = top_matches(features.features[query], features.features[gallery], shown)
        found[name] = [(row, matches.tolist()) for row, matches in zip(query.tolist(), gallery[best], strict=True)]
    index = next(iter(models.values())).index
    wanted = sorted({row for lists in found.values() for row, matches in lists for row in (row, *matches)})
    crops = dict(zip(wanted, _crops(index, wanted, read), strict=True))
    blocks = [_block("query", [[_framed(crops[row], _ASKED)] for row, _ in next(iter(found.values()))])]
    for name, lists in found.items():
        answers = [[_framed(crops[m], _verdict_color(index, row, m)) for m in matches] for row, matches in lists]
        blocks.append(_block(METHODS[parse_model(name)[0]][0], answers))
    sheet: Image = np.concatenate(blocks, axis=1)
    return sheet


def _verdict_color(index: Table, query: int, match: int) -> tuple[int, int, int]:
    return _RIGHT if index["identity"][match] == index["identity"][query] else _WRONG


def _block(title: str, rows: Sequence[Sequence[Image]]) -> Image:
    """Rows of tiles under a title, with a margin to the right."""

    def spaced(tile: Image) -> Image:
        return np.pad(tile, ((0, _GAP), (0, _GAP), (0, 0)), constant_values=_PAPER_WHITE)

    body = np.concatenate([np.concatenate([spaced(tile) for tile in tiles], axis=1) for tiles in rows])
    head: Image = np.full((22, body.shape[1], 3), _PAPER_WHITE, np.uint8)
    cv2.putText(head, title, (2, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.48, (30, 30, 30), 1, cv2.LINE_AA)
    block: Image = np.pad(np.concatenate([head, body]), ((_GAP, 0), (_GAP, _GAP), (0, 0)), constant_values=_PAPER_WHITE)
    return block


def _crops(index: Table, rows: Sequence[int], read: Callable[[Sequence[str]], list[Image]] | None) -> list[Image]:
    """Every row's crop at the figure's size, or a card with the identity's number."""
    height, width = _CROP_HW
    if read is not None:
        pictures = read([str(index["path"][row]) for row in rows])
        return [cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA) for picture in pictures]
    cards: list[Image] = []
    for row in rows:
        card: Image = np.full((height, width, 3), 235, np.uint8)
        text = str(index["identity"][row])
        cv2.putText(card, text, (6, height // 2), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (60, 60, 60), 1, cv2.LINE_AA)
        cards.append(card)
    return cards


def _framed(crop: Image, color: tuple[int, int, int]) -> Image:
    """The frame of a right answer is twice as wide as the others: colours need not be told apart."""
    margin = 0 if color == _RIGHT else _FRAME // 2
    framed: Image = np.full((crop.shape[0] + 2 * _FRAME, crop.shape[1] + 2 * _FRAME, 3), _PAPER_WHITE, np.uint8)
    framed[margin : len(framed) - margin, margin : framed.shape[1] - margin] = color
    framed[_FRAME:-_FRAME, _FRAME:-_FRAME] = crop
    return framed
