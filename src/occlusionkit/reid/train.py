"""Training of the compared methods with the shared loop: pairs of views, identity and occlusion losses.

Each item is one training image seen twice: once clean, and once as the method has it (simulated occlusion, erased, or
clean again).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ..artifacts import Table, read_table, write_json
from ..images import Image
from ..learning.launch import train
from ..learning.loading import Batches
from ..learning.record import TrainingRecord
from ..learning.seeds import derived_seed, epoch_order
from ..learning.settings import TrainSettings
from ..learning.task import Batch, Part
from .augment import AugmentSettings, augment
from .checks import from_mapping
from .crops import read_resized
from .data import CROPS
from .erasing import ErasingSettings, erase
from .losses import balanced_cross_entropy, batch_hard_triplets
from .methods import LossSettings, Method, ModelCard, NetworkSettings, method_named, sections_of
from .model import ReidNet, build_net, load_backbone
from .simulator import BorderPool, PatchPool, SimulatorSettings, TexturePool, simulate_occlusion
from .splits import half_split
from .textures import read_textures

FACTORY = "occlusionkit.reid.train:task"

SECTIONS: Mapping[str, type[Any]] = {
    "network": NetworkSettings,
    "loss": LossSettings,
    "augment": AugmentSettings,
    "simulator": SimulatorSettings,
    "erasing": ErasingSettings,
}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """All that decides how a method is trained, besides the data, the loop's settings and the seed."""

    method: Method
    network: NetworkSettings
    loss: LossSettings
    augment: AugmentSettings
    simulator: SimulatorSettings
    erasing: ErasingSettings

    @classmethod
    def of(cls, method: str, sections: Mapping[str, Mapping[str, Any]]) -> Recipe:
        """From sections of the config, those that `sections_of` names; others are not looked at.

        Raises ValueError naming the section or setting that is missing, unknown or wrong.
        """
        chosen = method_named(method)
        missing = sorted(set(sections_of(chosen)) - set(sections))
        if missing:
            raise ValueError(f"reid: method {method} needs the sections {missing} of the config")
        made = {name: from_mapping(SECTIONS[name], sections.get(name, {})) for name in SECTIONS}
        return cls(method=chosen, **made)


def training_rows(rows: Table, people: Sequence[int] | None) -> NDArray[np.int64]:
    """Rows of a dataset to train on: both sides of these people, or without people the dataset's own training part.

    Partial-REID's hand-made crops are left out: they are cut from its occluded images. ValueError when fewer than two
    people are left, or one of `people` has no image.
    """
    if people is None:
        chosen = rows["role"] == "train"
    else:
        chosen = np.isin(rows["identity"], np.array(people)) & np.isin(rows["role"].astype(str), ["query", "gallery"])
        absent = sorted(set(people) - set(rows["identity"][chosen].tolist()))
        if absent:
            raise ValueError(
                f"reid: {len(absent)} of {len(people)} people to train on have no image, {absent[0]} first"
            )
    if len(set(rows["identity"][chosen].tolist())) < 2:
        part = "of the part `train`" if people is None else "of these people"
        raise ValueError(f"reid: expected images {part} of at least 2 people to train on, found {int(chosen.sum())}")
    return np.flatnonzero(chosen)


def split_people(index: Path, split: int | None) -> tuple[int, ...] | None:
    """Who is trained on in a half split of the people that are queries or in the gallery, which are those that the
    protocol icme18 splits; None for the dataset's training part."""
    if split is None:
        return None
    rows = read_table(index, CROPS)
    scored = np.isin(rows["role"].astype(str), ["query", "gallery"])
    return half_split(rows["identity"][scored].tolist(), split).train


class Pairs:
    """Training images by number, each as a clean and a second view; numbers go on through the epochs.

    images (N, H, W, 3) uint8;  labels (N,) class;  occluded (N,) bool, of the real image.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        occluded: NDArray[np.bool_],
        recipe: Recipe,
        pool: PatchPool,
        *,
        epochs: int,
    ) -> None:
        self.images, self.labels, self.occluded = images, labels, occluded
        self._recipe, self._pool, self._epochs = recipe, pool, epochs

    def __len__(self) -> int:
        return len(self.images) * self._epochs

    def load(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """views (2, H, W, 3) uint8;  label;  occluded (2,) int64, of each view."""
        epoch, item = divmod(index, len(self.images))
        # The clean view draws the same in every method; what the second one draws must not move it.
        other = np.random.Generator(np.random.Philox(key=int(rng.integers(2**63))))
        clean = augment(self.images[item], rng, self._recipe.augment)
        second, hidden = self._second(item, other, progress=epoch / max(1, self._epochs - 1))
        real = bool(self.occluded[item])
        return {
            "views": np.stack([clean, second]),
            "label": int(self.labels[item]),
            "occluded": np.array([real, real or hidden], np.int64),
        }

    def _second(self, item: int, rng: np.random.Generator, *, progress: float) -> tuple[Image, bool]:
        view = augment(self.images[item], rng, self._recipe.augment)
        copy = "clean" if self.occluded[item] else self._recipe.method.copy
        if copy == "simulated":
            law = self._recipe.simulator.at(progress)
            view, hidden = simulate_occlusion(view, self._pool, rng, law, item=item)
            return view, bool(hidden.any())
        if copy == "erased":
            view, hidden = erase(view, rng, self._recipe.erasing)
            return view, bool(hidden.any())
        return view, False

    def share_occluded(self) -> float:
        """Of all views of the training, as expected; the curriculum's end counts."""
        real = float(self.occluded.mean())
        chance = {"simulated": self._recipe.simulator.probability, "erased": self._recipe.erasing.probability}
        return real + (1 - real) * chance.get(self._recipe.method.copy, 0.0) / 2


def grouped_order(labels: NDArray[np.int64], *, each: int, seed: int, epoch: int) -> list[int]:
    """An epoch's items with `each` images of a person one after the other, people in turn; for triplets.

    Every image comes once; people whose number of images is no multiple of `each` have some repeated to fill up.
    """
    groups: list[list[int]] = []
    for label in sorted(set(labels.tolist())):
        own = np.flatnonzero(labels == label)
        own = own[epoch_order(len(own), seed=derived_seed(seed, "person", int(label)), epoch=epoch)]
        filled = np.resize(own, -(-len(own) // each) * each)
        groups += [filled[start : start + each].tolist() for start in range(0, len(filled), each)]
    return [item for group in epoch_order(len(groups), seed=seed, epoch=epoch) for item in groups[int(group)]]


class ReidTask:
    """What the training loop is told: see learning.task.Task."""

    def __init__(self, pairs: Pairs, recipe: Recipe, card: ModelCard, settings: TrainSettings) -> None:
        self._pairs, self._recipe, self._card = pairs, recipe, card
        self._share = pairs.share_occluded()
        if card.occlusion_head and not 0 < self._share < 1:
            raise ValueError(
                f"reid: method {card.method} learns to tell occluded from whole images, but {self._share:.0%} of what "
                "it would see is occluded; train on both sides, or let the simulator occlude some"
            )
        count = len(pairs.images)

        def order(epoch: int) -> list[int]:
            if recipe.method.strong:
                own = grouped_order(pairs.labels, each=recipe.loss.images_each, seed=settings.seed, epoch=epoch)
            else:
                own = [int(item) for item in epoch_order(count, seed=settings.seed, epoch=epoch)]
            return [epoch * count + item for item in own]

        self._batches = Batches(
            pairs, batch_size=settings.batch_size, seed=settings.seed, workers=settings.workers, order=order
        )

    def build(self) -> nn.Module:
        """The network, with the pretrained backbone where one is named."""
        model = build_net(self._card)
        if self._recipe.network.pretrained:
            load_backbone(model, Path(self._recipe.network.pretrained))
        return model

    def groups(self, model: nn.Module) -> list[tuple[list[nn.Parameter], float]]:
        """The backbone at the plain rate, what is new at `head_rate` times that."""
        assert isinstance(model, ReidNet)
        backbone = list(model.backbone.parameters())
        known = {id(parameter) for parameter in backbone}
        heads = [p for p in model.parameters() if id(p) not in known and p.requires_grad]
        return [(backbone, 1.0), (heads, self._recipe.loss.head_rate)]

    def loader(self, epoch: int, part: Part) -> Iterable[Batch]:
        return self._batches.epoch(epoch, part)

    def steps(self, part: Part) -> int:
        return self._batches.steps(part)

    def loss(self, model: nn.Module, batch: Batch, epoch: int) -> tuple[Tensor, dict[str, Tensor]]:
        """L = CE_identity + occlusion_weight CE_occlusion, and triplets for strong methods."""
        settings, method = self._recipe.loss, self._recipe.method
        images = batch["views"].flatten(0, 1)  # (2 B, H, W, 3): views of one image stand together
        labels = batch["label"].repeat_interleave(2)
        occluded = batch["occluded"].flatten()
        found = model(images)
        smoothing = settings.smoothing if method.strong else 0.0
        identity = nn.functional.cross_entropy(found.identity, labels, label_smoothing=smoothing)
        right = (found.identity.detach().argmax(dim=1) == labels).float()
        scalars = {"identity": identity.detach(), "identity_accuracy": right.mean()}
        total = identity
        if found.occlusion is not None:
            occlusion = balanced_cross_entropy(found.occlusion, occluded, share_of_ones=self._share)
            total = total + settings.occlusion_weight * occlusion
            told = (found.occlusion.detach().argmax(dim=1) == occluded).float()
            scalars |= {"occlusion": occlusion.detach(), "occlusion_accuracy": told.mean()}
        if method.strong:
            triplets = batch_hard_triplets(found.features, labels, margin=settings.margin)
            total = total + settings.triplet_weight * triplets
            scalars["triplets"] = triplets.detach()
        return total, scalars

    def validate(self, model: nn.Module) -> dict[str, float]:
        """Nothing: the last epoch is kept. Choosing one by the test people would be tuning on the test set."""
        return {}


def task(
    *,
    index: str,
    images: str,
    people: Sequence[int] | None,
    method: str,
    sections: Mapping[str, Mapping[str, Any]],
    textures: str | None,
    trained_on: str,
    data: str,
    settings: TrainSettings,
) -> ReidTask:
    """The task from plain values, for learning.launch; see `train_method`. data: digest of the images, which is there
    so that a checkpoint made from others is not gone on from."""
    recipe = Recipe.of(method, sections)
    rows = read_table(Path(index), CROPS)
    rows = rows.take(training_rows(rows, people))
    if data != data_digest(rows):
        raise ValueError(f"{index}: its images changed since this training was planned; start it again")
    card = make_card(rows, recipe, trained_on=trained_on)
    paths = [str(path) for path in rows["path"]]
    pixels = read_resized(Path(images), paths, size_hw=recipe.network.size_hw)
    pool: PatchPool = TexturePool(read_textures(Path(textures))) if textures else BorderPool(pixels)
    labels = np.searchsorted(np.array(card.identities), rows["identity"])
    pairs = Pairs(pixels, labels, rows["occluded"], recipe, pool, epochs=settings.epochs)
    return ReidTask(pairs, recipe, card, settings)


def data_digest(rows: Table) -> str:
    """Which images these rows are, by path and content."""
    digest = hashlib.sha256()
    for path, sha256 in zip(rows["path"], rows["sha256"], strict=True):
        digest.update(f"{path}\0{sha256}\n".encode())
    return digest.hexdigest()


def make_card(rows: Table, recipe: Recipe, *, trained_on: str) -> ModelCard:
    """What stands beside the weights. rows: those trained on; its people, ascending, are the classes."""
    network, method = recipe.network, recipe.method
    return ModelCard(
        method=method.name,
        depth=network.depth,
        width=network.width,
        last_stride=network.last_stride,
        size_hw=network.size_hw,
        neck=method.strong,
        occlusion_head=method.occlusion_head,
        identities=tuple(sorted(set(rows["identity"].tolist()))),
        trained_on=trained_on,
        parts=network.parts_of(method),
    )


def train_method(
    *,
    index: Path,
    images: Path,
    out: Path,
    partial: Path,
    people: Sequence[int] | None,
    method: str,
    sections: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any],
    textures: str | None,
    trained_on: str,
    seed: int,
    device: str = "auto",
    threads: int = 1,
    processes: int = 1,
) -> TrainingRecord:
    """Train one method and write weights.pt, log.csv, training.json and model.json to `out`.

    index, images: of the dataset trained on (CROPS and its zip);  people: to train on, None for its training part;
    sections: the config's network, loss, augment, simulator and erasing;  settings: TrainSettings, whose batch_size
    counts images (each is seen twice);  textures: a folder to cut patches from instead of the training images' borders;
    partial: where a killed training goes on from.
    """
    loop = TrainSettings.of(settings, seed=seed)
    if loop.keep != "last":
        raise ValueError("reid.train.keep: expected last; choosing an epoch by the test people would be tuning on them")
    rows = read_table(index, CROPS)
    rows = rows.take(training_rows(rows, people))
    card = make_card(rows, Recipe.of(method, sections), trained_on=trained_on)
    parameters = {
        "index": str(index),
        "images": str(images),
        "people": None if people is None else list(people),
        "method": method,
        "sections": {name: dict(section) for name, section in sections.items()},
        "textures": textures,
        "trained_on": trained_on,
        "data": data_digest(rows),
    }
    record = train(
        FACTORY, parameters, loop, out=out, partial=partial, device=device, threads=threads, processes=processes
    )
    write_json(out / "model.json", card.to_json())
    return record
