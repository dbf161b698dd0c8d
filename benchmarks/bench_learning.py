"""The training loop: its cost over a bare loop, and how fast images come from a stored zip and from a folder.

One core, CPU time, median of interleaved repeats. The loop trains a small ResNet with everything on (deterministic,
log, checkpoint an epoch); the bare loop is the five lines that do nothing else. Exits 1 above --overhead or when the
zip is slower than --zip times the folder.    python benchmarks/bench_learning.py [--images 1000] [--steps 40]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from occlusionkit.artifacts.zips import write_stored_zip
from occlusionkit.images import encode_jpeg
from occlusionkit.learning.loading import Batches, StoredImages
from occlusionkit.learning.loop import fit
from occlusionkit.learning.resnet import resnet
from occlusionkit.learning.settings import TrainSettings
from occlusionkit.learning.task import Batch, Part, one_group

# Crops of people, as re-identification trains on.
CROP_HW = (256, 128)
BATCH_SIZE = 16
CLASSES = 10


class Crops:
    """Decoded images, flipped or not."""

    def __init__(self, images: StoredImages) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images.names)

    def load(self, index: int, rng: np.random.Generator) -> Mapping[str, Any]:
        image = self.images.image(self.images.names[index])
        return {"image": cv2.flip(image, 1) if rng.random() < 0.5 else image, "label": index % CLASSES}


class Held:
    """A task whose batches are in memory: what is left of the loop's time is the loop's."""

    def __init__(self, steps: int) -> None:
        rng = np.random.default_rng(0)
        images = rng.normal(size=(steps, BATCH_SIZE, 3, 64, 32)).astype(np.float32)
        labels = rng.integers(0, CLASSES, (steps, BATCH_SIZE))
        self.batches = [
            {"image": torch.from_numpy(x), "label": torch.from_numpy(y)} for x, y in zip(images, labels, strict=True)
        ]

    def build(self) -> nn.Module:
        return resnet(18, width=0.25, classes=CLASSES)

    def groups(self, model: nn.Module) -> list[tuple[list[nn.Parameter], float]]:
        return one_group(model)

    def loader(self, epoch: int, part: Part) -> list[Batch]:
        return list(self.batches)

    def steps(self, part: Part) -> int:
        return len(self.batches)

    def loss(self, model: nn.Module, batch: Batch, epoch: int) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        return nn.functional.cross_entropy(model(batch["image"]), batch["label"]), {}

    def validate(self, model: nn.Module) -> dict[str, float]:
        return {}


def train_bare(task: Held, epochs: int) -> None:
    torch.manual_seed(0)
    model = task.build().train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    for _ in range(epochs):
        for batch in task.batches:
            loss, _ = task.loss(model, batch, 0)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def train_with_loop(task: Held, epochs: int, folder: Path) -> None:
    settings = TrainSettings(epochs=epochs, batch_size=BATCH_SIZE, lr=0.01)
    fit(task, settings, out=folder / "out", partial=folder / "partial", device="cpu", report=lambda _: None)


def medians(works: list[Callable[[], object]], repeats: int) -> list[float]:
    """Median CPU seconds of each, run in turn so that a busy machine slows all alike; one unmeasured round before."""
    times: list[list[float]] = [[] for _ in works]
    for round_number in range(repeats + 1):
        for work, found in zip(works, times, strict=True):
            started = time.process_time()
            work()
            if round_number:
                found.append(time.process_time() - started)
    return [statistics.median(found) for found in times]


def write_images(folder: Path, count: int) -> tuple[Path, Path]:
    """The same JPEGs in a folder and in a stored zip: smooth noise, about 11 kB each, no less than real crops."""
    rng = np.random.default_rng(0)
    (folder / "images").mkdir()
    with write_stored_zip(folder / "images.zip") as archive:
        for number in range(count):
            coarse = rng.integers(0, 256, (32, 16, 3), dtype=np.uint8)
            image = cv2.resize(coarse, CROP_HW[::-1], interpolation=cv2.INTER_CUBIC)
            data = encode_jpeg(image, quality=90)
            (folder / "images" / f"{number:06d}.jpg").write_bytes(data)
            archive.add(f"{number:06d}.jpg", data)
    return folder / "images", folder / "images.zip"


def load_all(path: Path) -> None:
    images = StoredImages(path)
    for _ in Batches(Crops(images), batch_size=BATCH_SIZE, seed=0).epoch(0, Part()):
        pass
    images.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=40, help="steps an epoch, three epochs")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--overhead", type=float, default=1.1, help="the loop's time over the bare loop's, at most")
    parser.add_argument(
        "--zip", type=float, default=0.8, help="images/s from the zip over those from a folder, at least"
    )
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder, archive = write_images(Path(name), arguments.images)
        folder_s, zip_s = medians([lambda: load_all(folder), lambda: load_all(archive)], arguments.repeats)
        task, epochs = Held(arguments.steps), 3
        bare_s, loop_s = medians(
            [lambda: train_bare(task, epochs), lambda: train_with_loop(task, epochs, Path(name))], arguments.repeats
        )
    whole = arguments.images // BATCH_SIZE * BATCH_SIZE
    steps = epochs * arguments.steps
    print(f"batches from a folder      {whole / folder_s:8.0f} images/s per core  (JPEG {CROP_HW[1]}x{CROP_HW[0]})")
    print(f"batches from a stored zip  {whole / zip_s:8.0f} images/s per core")
    print(f"ratio                      {folder_s / zip_s:8.2f}  (target {arguments.zip:g})")
    print(f"bare loop                  {1e3 * bare_s / steps:8.2f} ms a step")
    print(f"learning.loop.fit          {1e3 * loop_s / steps:8.2f} ms a step, with {epochs} checkpoints")
    print(f"ratio                      {loop_s / bare_s:8.3f}  (target {arguments.overhead:g})")
    return 0 if loop_s / bare_s <= arguments.overhead and folder_s / zip_s >= arguments.zip else 1


if __name__ == "__main__":
    sys.exit(main())
