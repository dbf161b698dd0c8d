"""The compared methods by name: what stands beside each clean image in a batch, and which losses look at it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .checks import choice, fraction, number

Copy = Literal["clean", "simulated", "erased"]


@dataclass(frozen=True, kw_only=True)
class Method:
    """One way to train.

    copy: what a whole-body image's second view in the batch is; an occluded image's second view is clean always, so all
    methods see the same images equally often.  occlusion_head: the second task, occluded or not (the paper's OBC).
    strong: label smoothing, batch-normalised neck and batch-hard triplets, as in the "bag of tricks" of 2019.
    parts: the feature is made of those of horizontal stripes (Sun et al., ECCV 2018): what hides the legs spoils the
    legs' share of it only.
    """

    name: str
    title: str
    copy: Copy
    occlusion_head: bool = False
    strong: bool = False
    parts: bool = False

    @property
    def needs_occluded(self) -> bool:
        """Whether training needs images that are really occluded: the second task would else have one class only."""
        return self.occlusion_head and self.copy == "clean"


_ALL = (
    Method(name="baseline", title="baseline", copy="clean"),
    Method(name="os", title="+ occlusion simulator", copy="simulated"),
    Method(name="mtl", title="+ multi-task", copy="clean", occlusion_head=True),
    Method(name="afpb", title="AFPB (both)", copy="simulated", occlusion_head=True),
    Method(name="erasing", title="random erasing", copy="erased"),
    Method(name="strong", title="strong baseline", copy="erased", strong=True),
    Method(name="strongafpb", title="strong baseline + AFPB", copy="simulated", occlusion_head=True, strong=True),
    Method(name="parts", title="horizontal parts", copy="clean", parts=True),
    Method(name="partsafpb", title="horizontal parts + AFPB", copy="simulated", occlusion_head=True, parts=True),
)
METHODS: Mapping[str, Method] = {method.name: method for method in _ALL}


def method_named(name: str) -> Method:
    """The method of that name; ValueError listing the names."""
    if name not in METHODS:
        raise ValueError(f"reid: expected a method among {', '.join(METHODS)}; found {name!r}")
    return METHODS[name]


def sections_of(method: Method) -> tuple[str, ...]:
    """The config's sections that a method's training depends on: a change of any other leaves it as it is."""
    return ("network", "loss", "augment", *{"simulated": ("simulator",), "erased": ("erasing",)}.get(method.copy, ()))


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """The network: a ResNet of `depth` and `width` (1 is the published one) that looks at crops of `size_hw`.

    last_stride: 1 keeps twice the resolution in the last stage.  parts: stripes of the last stage, for methods that
    look at parts.  pretrained: weights of the backbone, a path, or None to begin at random.
    """

    depth: int = 50
    width: float = 1.0
    last_stride: int = 2
    size_hw: tuple[int, int] = (256, 128)
    parts: int = 4
    pretrained: str | None = None

    def __post_init__(self) -> None:
        number(self, "depth", 18, 101)
        number(self, "width", 0.05, 4)
        number(self, "last_stride", 1, 2)
        number(self, "parts", 2, 64)
        if len(self.size_hw) != 2 or not all(16 <= side <= 2048 for side in self.size_hw):
            raise ValueError(f"NetworkSettings.size_hw: expected height and width in 16..2048 px, found {self.size_hw}")

    def parts_of(self, method: Method) -> int:
        """How many stripes a method's feature is made of; ValueError where they would not be equally high."""
        if not method.parts:
            return 1
        height = math.ceil(self.size_hw[0] / (16 * self.last_stride))
        if height % self.parts:
            raise ValueError(
                f"network.parts: expected a divisor of {height}, which is how high the last stage of size_hw "
                f"{list(self.size_hw)} with last_stride {self.last_stride} is; found {self.parts}"
            )
        return self.parts


@dataclass(frozen=True, kw_only=True)
class LossSettings:
    """CE of the identity, + occlusion_weight * CE of the occlusion (methods with that head), + triplet_weight *
    triplets (strong methods).

    smoothing: of the identity labels of strong methods.  margin: of the triplets.  images_each: of a person, together
    in a batch of a strong method.  head_rate: learning rate of the heads over that of the backbone.
    """

    occlusion_weight: float = 0.5
    smoothing: float = 0.1
    triplet_weight: float = 1.0
    margin: float = 0.3
    images_each: int = 4
    head_rate: float = 10.0

    def __post_init__(self) -> None:
        fraction(self, "smoothing")
        for name in ("occlusion_weight", "triplet_weight", "margin"):
            number(self, name, 0, 100)
        number(self, "images_each", 2, 1000)
        number(self, "head_rate", 0.001, 1000)


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a file of weights needs beside it to be a network again: model.json.

    identities: people it was trained to tell apart, in the order of its classes.  parts: stripes of its feature.
    """

    method: str
    depth: int
    width: float
    last_stride: int
    size_hw: tuple[int, int]
    neck: bool
    occlusion_head: bool
    identities: tuple[int, ...]
    trained_on: str
    parts: int = 1

    def __post_init__(self) -> None:
        choice(self, "method", METHODS)

    def to_json(self) -> dict[str, object]:
        """As JSON has it: lists for tuples."""
        values = dataclasses.asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
