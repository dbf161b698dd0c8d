"""A trained network's masks of a test set, and their scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..artifacts.tables import Table, make_table
from ..artifacts.zips import write_stored_zip
from ..images import encode_png
from .examples import read_example
from .files import Image, Mask
from .predict import TestTime, face_mask, face_probabilities
from .progress import Report
from .schemas import SCORES
from .score_folders import score_row
from .scores import count_masks


def predictions(
    network: nn.Module, images: Sequence[Image], *, size_px: int, test_time: TestTime, device: torch.device
) -> list[Mask]:
    """Masks of images of any size, each at its image's size."""
    found = face_probabilities(network, images, size_px=size_px, test_time=test_time, device=device)
    return [face_mask(one, threshold=test_time.threshold) for one in found]


def evaluate(
    network: nn.Module,
    examples: Table,
    *,
    size_px: int,
    test_time: TestTime,
    device: torch.device,
    masks: Path | None = None,
    report: Report | None = None,
) -> Table:
    """Scores of a network on a group of images, one row of SCORES each, at every image's own size.

    masks: a stored zip to write the predicted masks to, <stem>.png, 0/255. Raises as `read_example` does.
    """
    rows, files = [], []
    done = 0
    for batch in _batches(examples, test_time.batch):
        predicted = predictions(
            network, [image for _, image, _ in batch], size_px=size_px, test_time=test_time, device=device
        )
        for (row, _, truth), mask in zip(batch, predicted, strict=True):
            stem = str(examples["stem"][row])
            rows.append(score_row(stem, count_masks(mask, truth), float(examples["hidden_fraction"][row])))
            files.append((f"{stem}.png", encode_png(mask.view(np.uint8) * np.uint8(255), level=9)))
        done += len(batch)
        if report is not None:
            report(done, len(examples))
    if masks is not None:
        with write_stored_zip(masks) as archive:
            for name, data in files:
                archive.add(name, data)
    return make_table(SCORES, {column.name: [row[column.name] for row in rows] for column in SCORES.columns})


def _batches(examples: Table, size: int) -> Iterator[list[tuple[int, Image, Mask]]]:
    for start in range(0, len(examples), size):
        yield [(row, *_read(examples, row)) for row in range(start, min(start + size, len(examples)))]


def _read(examples: Table, row: int) -> tuple[Image, Mask]:
    hidden = examples["face_pixels"][row] == 0
    return read_example(Path(examples["image"][row]), Path(examples["mask"][row]), entirely_hidden=bool(hidden))
