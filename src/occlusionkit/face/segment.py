"""Face masks for a folder of anyone's images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..artifacts.atomic import write_bytes
from ..images import encode_jpeg, encode_png
from .evaluate import predictions
from .files import Image, Mask, list_images, read_image
from .generate import OnBad
from .predict import TestTime
from .progress import Report

_TINT = np.array([40, 200, 90], np.float32)


@dataclass(frozen=True)
class Segmented:
    """made: how many masks were written;  skipped: file -> why it has none."""

    made: int
    skipped: dict[str, str]


def segment_folder(
    network: nn.Module,
    images: Path,
    out: Path,
    *,
    size_px: int,
    test_time: TestTime,
    device: torch.device,
    overlays: bool = False,
    on_bad: OnBad = "stop",
    report: Report | None = None,
) -> Segmented:
    """Write out/<stem>.png, 0/255 at the image's own size, for every image of a folder; with overlays also
    out/overlay/<stem>.jpg, the face tinted.

    Raises FileExistsError where `out` holds anything, FileNotFoundError for no folder of images, and with on_bad "stop"
    ValueError naming an image that cannot be used; "skip" goes on, and says which.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out}: expected an empty folder or none, found files; choose another or delete it")
    found = list_images(images, what="images")
    skipped: dict[str, str] = {}
    made = 0
    for batch in _batches(found, test_time.batch, skipped, on_bad=on_bad):
        masks = predictions(network, [one for _, one in batch], size_px=size_px, test_time=test_time, device=device)
        for (stem, image), mask in zip(batch, masks, strict=True):
            write_bytes(out / f"{stem}.png", encode_png(mask.view(np.uint8) * np.uint8(255), level=9))
            if overlays:
                write_bytes(out / "overlay" / f"{stem}.jpg", encode_jpeg(tinted(image, mask), quality=92))
        made += len(batch)
        if report is not None:
            report(made + len(skipped), len(found))
    return Segmented(made, skipped)


def tinted(image: Image, mask: Mask) -> Image:
    """A copy of (H, W, 3) with the masked pixels half green."""
    canvas = image.astype(np.float32)
    canvas[mask] = canvas[mask] * 0.5 + _TINT * 0.5
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8)


def _batches(
    found: dict[str, Path], size: int, skipped: dict[str, str], *, on_bad: OnBad
) -> Iterator[Sequence[tuple[str, Image]]]:
    """Readable images, some at a time; what cannot be read is added to `skipped`."""
    batch: list[tuple[str, Image]] = []
    for stem, path in found.items():
        try:
            batch.append((stem, read_image(path)))
        except ValueError as error:
            if on_bad == "stop":
                raise
            skipped[path.name] = str(error)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
