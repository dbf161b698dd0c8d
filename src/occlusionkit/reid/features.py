"""Features of a dataset's images from a trained network: extracted once, scored as often as wanted without it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..artifacts import Table, read_table
from ..artifacts.tables import make_table
from ..learning.devices import pick_device, torch_set_up
from ..learning.seeds import item_rng
from .crops import read_resized
from .data import CROPS
from .feature_files import Features, write_features
from .methods import ModelCard
from .model import ReidNet, load_net
from .schemas import OCCLUSION_CALLS
from .simulator import BorderPool, SimulatorSettings, simulate_occlusion

# Images through the network at once: enough for a GPU, little enough for a laptop.
BATCH = 64


def scored_rows(rows: Table) -> Table:
    """The images that a protocol may ask for: all but those of a training part."""
    return rows.take(np.flatnonzero(rows["role"] != "train"))


def batches_of(images: NDArray[np.uint8], size: int = BATCH) -> Iterator[Tensor]:
    """(N, H, W, 3) uint8 -> (B, H, W, 3), in order, B at most `size`."""
    for start in range(0, len(images), size):
        yield torch.from_numpy(images[start : start + size])


def _each_batch(
    model: ReidNet, ask: Callable[[Tensor], Tensor], images: NDArray[np.uint8], *, device: str, threads: int
) -> NDArray[np.float32]:
    """What the model, moved to the device, answers to all images; ask: of a batch (B, H, W, 3) there."""
    chosen = pick_device(device)
    with torch_set_up(chosen, threads=threads, deterministic=chosen.type == "cuda"):
        model.to(chosen).eval()
        with torch.inference_mode():
            found = [ask(batch.to(chosen)).float().cpu() for batch in batches_of(images)]
    answers: NDArray[np.float32] = torch.cat(found).numpy()
    return answers


def embed_images(model: ReidNet, images: NDArray[np.uint8], *, device: str = "cpu", threads: int = 1) -> Features:
    """(N, H, W, 3) uint8 RGB in the network's size -> (N, D) float32 of unit length. The model stays on the device."""
    return _each_batch(model, model.embed, images, device=device, threads=threads)


def called_occluded(
    model: ReidNet, images: NDArray[np.uint8], *, device: str = "cpu", threads: int = 1
) -> NDArray[np.bool_]:
    """(N, H, W, 3) uint8 RGB -> (N,) bool, what the occlusion head says. ValueError for a network without that head."""
    if model.occlusion is None:
        raise ValueError(
            "called_occluded: expected a network with an occlusion head (methods mtl and afpb), found none"
        )
    head = model.occlusion
    scores = _each_batch(model, lambda batch: head(model.pooled(batch)), images, device=device, threads=threads)
    called: NDArray[np.bool_] = scores[:, 1] > scores[:, 0]
    return called


class ScoredImages:
    """A dataset's images that a protocol may ask for (rows, CROPS), read once for each size that networks want.

    index: CROPS;  images: the zip beside it.
    """

    def __init__(self, index: Path, images: Path) -> None:
        self.rows = scored_rows(read_table(index, CROPS))
        self._images = images
        self._of_size: dict[tuple[int, int], NDArray[np.uint8]] = {}

    def of_size(self, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
        """(N, H, W, 3) uint8 RGB, in the order of rows."""
        if size_hw not in self._of_size:
            paths = [str(path) for path in self.rows["path"]]
            self._of_size[size_hw] = read_resized(self._images, paths, size_hw=size_hw)
        return self._of_size[size_hw]


def extract_features(
    scored: ScoredImages,
    *,
    weights: Path,
    card: Path,
    out: Path,
    dataset: str,
    simulator: SimulatorSettings,
    device: str = "auto",
    threads: int = 1,
) -> tuple[Table, Table]:
    """Write out/features.npy and out/features.parquet (FEATURES) of every query, gallery and partial image.

    dataset: its name, to know whether its people are those the network was trained on.
    Returns that table and OCCLUSION_CALLS, which is empty for a network without an occlusion head.
    """
    model, known = load_net(weights, card)
    rows, pixels = scored.rows, scored.of_size(known.size_hw)
    features = embed_images(model, pixels, device=device, threads=threads)
    table = write_features(out, features, dict(rows.columns))
    calls = occlusion_calls(
        model, known, rows, pixels, dataset=dataset, simulator=simulator, device=device, threads=threads
    )
    return table, calls


def occlusion_calls(
    model: ReidNet,
    card: ModelCard,
    rows: Table,
    images: NDArray[np.uint8],
    *,
    dataset: str,
    simulator: SimulatorSettings,
    device: str = "auto",
    threads: int = 1,
) -> Table:
    """OCCLUSION_CALLS of a network on these images.

    Every whole image is also shown with a simulated patch; the law is that of the curriculum's end with probability 1,
    the draws depend on the image's number alone.
    """
    if model.occlusion is None:
        return make_table(OCCLUSION_CALLS, {column.name: [] for column in OCCLUSION_CALLS.columns})
    whole, occluded = np.flatnonzero(~rows["occluded"]), np.flatnonzero(rows["occluded"])
    shown = {"whole": images[whole], "occluded": images[occluded], "simulated": patched(images[whole], simulator)}
    own = (
        np.isin(rows["identity"], np.array(card.identities))
        if card.trained_on == dataset
        else np.zeros(len(rows), bool)
    )
    trained = {"whole": own[whole], "occluded": own[occluded], "simulated": own[whole]}
    found: list[tuple[str, str, int, int]] = []
    for kind, pictures in shown.items():
        right = called_occluded(model, pictures, device=device, threads=threads) == (kind != "whole")
        for people, chosen in (("trained", trained[kind]), ("held_out", ~trained[kind])):
            if chosen.any():
                found.append((people, kind, int(chosen.sum()), int(right[chosen].sum())))
    columns: dict[str, Any] = dict(zip(("people", "kind", "images", "right"), zip(*found, strict=True), strict=True))
    columns |= {name: np.array(columns[name]) for name in ("images", "right")}
    return make_table(OCCLUSION_CALLS, {**columns, "accuracy": columns["right"] / columns["images"]})


def patched(images: NDArray[np.uint8], simulator: SimulatorSettings) -> NDArray[np.uint8]:
    """Every image with a patch from another one's border."""
    law = dataclasses.replace(simulator.at(1.0), probability=1.0)
    pool = BorderPool(images)
    changed = [
        simulate_occlusion(image, pool, item_rng(0, 0, number), law, item=number)[0]
        for number, image in enumerate(images)
    ]
    return np.stack(changed)
