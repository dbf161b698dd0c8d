"""Figures of the face room: what is trained on, what a network finds, where it fails, and how scores move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from ..artifacts.tables import Table
from ..artifacts.zips import StoredZip
from ..face.examples import read_example
from ..face.networks.catalogue import NETWORKS
from ..face.sources import TEST_SETS
from ..face.training_augment import sized, sized_mask
from ..images import Image, decode_image
from ..learning.record import Row
from .charts import CHART_STYLE, save_chart
from .drawing import caption, tile

Mask = NDArray[np.bool_]

_SIDE_PX = 176
_TRUTH = (40, 200, 90)
_MISSED, _WRONG = np.array([45, 110, 255], np.float32), np.array([240, 40, 40], np.float32)
_GRAY = 150


@dataclass(frozen=True)
class Predicted:
    """Masks and scores of one training on one test set. scores: a SCORES table;  masks: a zip of <stem>.png."""

    network: str
    training_set: str
    scores: Table
    masks: Path


@dataclass(frozen=True)
class Log:
    """The log of one training."""

    network: str
    training_set: str
    run: int
    rows: Sequence[Row]


def sample_sheet(groups: Mapping[str, Table], *, shown: Mapping[str, bool], each: int = 6) -> Image:
    """One row for each group: images with the outline of the visible face. The groups made from the same faces show the
    same faces, so a column can be compared.

    shown: whether a group's photographs may be shown; else their outlines stand on gray.
    """
    pictures = []
    for group, table in groups.items():
        chosen = np.unique(np.linspace(0, len(table) - 1, each).round().astype(int))
        row = [
            caption(outlined(*_read(table, number, shown=shown[group])), group if place == 0 else "")
            for place, number in enumerate(chosen.tolist())
        ]
        pictures += row + [_blank()] * (each - len(row))
    return tile(pictures, columns=each)


def prediction_sheet(examples: Table, predicted: Sequence[Predicted], stems: Sequence[str], *, shown: bool) -> Image:
    """One row for each test image: the image with the true outline, then what each training found. Hidden parts taken
    for the face are red, parts of the face that were missed blue."""
    rows = {stem: number for number, stem in enumerate(examples["stem"].tolist())}
    pictures = []
    for stem in stems:
        image, truth = _read(examples, rows[stem], shown=shown)
        pictures.append(caption(outlined(image, truth), "truth"))
        for one in predicted:
            title = f"{one.training_set}: {100 * _iou(one.scores, stem):.0f}%"
            pictures.append(caption(compared(image, truth, _mask(one.masks, stem)), title))
    return tile(pictures, columns=1 + len(predicted))


def typical_stems(scores: Table, *, amount: int) -> list[str]:
    """Images spread evenly over the hidden fraction, or over the face IoU where that is unknown; deterministic."""
    known = ~np.isnan(scores["hidden_fraction"])
    keys = scores["hidden_fraction"] if known.any() else scores["face_iou"]
    order = [row for row in np.lexsort((scores["stem"].astype(str), keys)).tolist() if not np.isnan(keys[row])]
    if not order:
        return []
    places = np.unique(np.linspace(0, len(order) - 1, amount).round().astype(int))
    return [str(scores["stem"][order[place]]) for place in places.tolist()]


def worst_stems(scores: Table, *, amount: int) -> list[str]:
    """Images with the lowest face IoU, the worst first; ties by name."""
    order = np.lexsort((scores["stem"].astype(str), np.nan_to_num(scores["face_iou"], nan=2.0)))
    return [str(scores["stem"][row]) for row in order[:amount]]


def outlined(image: Image, mask: Mask) -> Image:
    """A copy with a green line around the mask."""
    canvas = image.copy()
    edges, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(canvas, edges, -1, (255, 255, 255), 3, cv2.LINE_AA)
    cv2.drawContours(canvas, edges, -1, _TRUTH, 1, cv2.LINE_AA)
    return canvas


def compared(image: Image, truth: Mask, found: Mask) -> Image:
    """A copy, darker off the true face; what was wrongly taken for it is red, what was missed blue."""
    canvas = image.astype(np.float32)
    canvas[~truth] *= 0.45
    for where, color in ((found & ~truth, _WRONG), (truth & ~found, _MISSED)):
        canvas[where] = 0.35 * canvas[where] + 0.65 * color
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8)


def _read(table: Table, row: int, *, shown: bool) -> tuple[Image, Mask]:
    image, mask = read_example(
        Path(table["image"][row]), Path(table["mask"][row]), entirely_hidden=bool(table["face_pixels"][row] == 0)
    )
    if not shown:
        image = np.full_like(image, _GRAY)
    size_hw = _SIDE_PX, _SIDE_PX
    return sized(image, size_hw), sized_mask(mask, size_hw)


def _mask(masks: Path, stem: str) -> Mask:
    with StoredZip(masks) as archive:
        stored = decode_image(archive.read(f"{stem}.png"), where=f"{masks}[{stem}.png]")
    return sized_mask(stored[..., 0] > 0, (_SIDE_PX, _SIDE_PX))


def _iou(scores: Table, stem: str) -> float:
    return float(scores["face_iou"][scores["stem"] == stem][0])


def _blank() -> Image:
    return np.full((_SIDE_PX, _SIDE_PX, 3), 255, np.uint8)


def write_hidden_chart(path: Path, hidden: Table) -> None:
    """Face IoU against the hidden fraction: one panel for each test set, one line for each training set, bars of one
    standard deviation over seeds. hidden: FACE_BY_HIDDEN."""
    tests = [name for name in TEST_SETS if name in set(hidden["test_set"].tolist())]
    colors = _colors(hidden["training_set"].tolist())
    with plt.rc_context(CHART_STYLE):
        figure, axes = plt.subplots(1, len(tests), figsize=(4.6 * len(tests), 3.6), squeeze=False, sharey=True)
        for axis, test in zip(axes[0], tests, strict=True):
            for network, training_set in _lines(hidden, test):
                rows = (
                    (hidden["test_set"] == test)
                    & (hidden["network"] == network)
                    & (hidden["training_set"] == training_set)
                )
                middle = (hidden["low"][rows] + hidden["high"][rows]) / 2
                axis.errorbar(
                    100 * middle,
                    100 * hidden["face_iou"][rows],
                    yerr=100 * np.nan_to_num(hidden["face_iou_spread"][rows]),
                    color=colors[training_set],
                    marker="o",
                    markersize=4,
                    capsize=3,
                    label=_name(hidden, network, training_set),
                )
            axis.set_title(TEST_SETS[test], loc="left")
            axis.set_xlabel("hidden part of the face, %")
        axes[0][0].set_ylabel("face IoU, %")
        axes[0][-1].legend(frameon=False, fontsize=8)
        save_chart(figure, path)


def _lines(hidden: Table, test: str) -> list[tuple[str, str]]:
    rows = hidden["test_set"] == test
    return sorted(set(zip(hidden["network"][rows].tolist(), hidden["training_set"][rows].tolist(), strict=True)))


def _name(table: Table, network: str, training_set: str) -> str:
    several = len(set(table["network"].tolist())) > 1
    return f"{training_set}, {NETWORKS[network].family}" if several else training_set


def write_curves(path: Path, logs: Sequence[Log]) -> None:
    """Training loss and validation mIoU by step, one colour for each training set, one line for each run."""
    colors = _colors([log.training_set for log in logs])
    networks = sorted({log.network for log in logs})
    with plt.rc_context(CHART_STYLE):
        figure, axes = plt.subplots(len(networks), 2, figsize=(9.2, 3.4 * len(networks)), squeeze=False)
        for line, network in zip(axes, networks, strict=True):
            for log in (one for one in logs if one.network == network):
                label = log.training_set if log.run == 1 else None
                for axis, name, factor in ((line[0], "loss", 1), (line[1], "validation_miou", 100)):
                    rows = [row for row in log.rows if name in row]
                    steps, values = [row["step"] for row in rows], [factor * row[name] for row in rows]
                    axis.plot(steps, values, color=colors[log.training_set], linewidth=1.3, label=label, alpha=0.85)
            line[0].set_title(NETWORKS[network].label, loc="left")
            line[0].set_ylabel("training loss")
            line[1].set_ylabel("mIoU of the training set's own\nvalidation part, %")
            for axis in line:
                axis.set_xlabel("step")
            line[0].legend(frameon=False, fontsize=8)
        figure.tight_layout()
        save_chart(figure, path)


def _colors(names: Sequence[str]) -> dict[str, Any]:
    palette = plt.get_cmap("tab10")
    return {name: palette(number % 10) for number, name in enumerate(sorted(set(names)))}
