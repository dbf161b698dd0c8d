"""How a network is trained to segment faces: what is this system's own, beside the shared loop's settings. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..learning.settings import TrainSettings
from .networks.catalogue import network_spec
from .settings_files import replaced


@dataclass(frozen=True, kw_only=True)
class HardPixels:
    """Online hard example mining: only pixels whose true class has less than `threshold` of the probability count, but
    at least `min_kept_px` for each image of the batch."""

    threshold: float = 0.7
    min_kept_px: int = 10_000

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError(f"threshold: expected more than 0 and at most 1, found {self.threshold}")
        if self.min_kept_px < 1:
            raise ValueError(f"min_kept_px: expected at least 1, found {self.min_kept_px}")


@dataclass(frozen=True, kw_only=True)
class TrainingAugmentation:
    """Changes to a training image: each step's probability and range. The defaults are the paper's.

    brightness is added (0..255), contrast and saturation multiply, the hue is turned.
    """

    flip_probability: float = 0.5
    rotate_probability: float = 0.5
    rotate_deg: float = 30.0
    color_probability: float = 0.5
    brightness: float = 32.0
    contrast: tuple[float, float] = (0.5, 1.5)
    saturation: tuple[float, float] = (0.5, 1.5)
    hue_deg: float = 36.0

    def __post_init__(self) -> None:
        for name in ("flip_probability", "rotate_probability", "color_probability"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: expected 0..1, found {getattr(self, name)}")
        for name, high in (("rotate_deg", 180), ("brightness", 255), ("hue_deg", 180)):
            if not 0 <= getattr(self, name) <= high:
                raise ValueError(f"{name}: expected 0..{high}, found {getattr(self, name)}")
        for name in ("contrast", "saturation"):
            low, top = getattr(self, name)
            if not 0 <= low <= top <= 10:
                raise ValueError(f"{name}: expected a rising pair within 0..10, found {[low, top]}")


@dataclass(frozen=True, kw_only=True)
class FaceTraining:
    """steps_per_epoch: batches between two validations, for every training set the same: a larger set is not trained
    longer.  head_lr_scale: factor on the learning rate of what pretrained weights do not bring.
    hard_pixels: None trains on all pixels.  auxiliary_weight: of the auxiliary head's loss, where a network has one.
    """

    network: str
    size_px: int
    steps_per_epoch: int
    head_lr_scale: float = 1.0
    hard_pixels: HardPixels | None = None
    auxiliary_weight: float = 0.4
    augmentation: TrainingAugmentation = dataclasses.field(default_factory=TrainingAugmentation)

    def __post_init__(self) -> None:
        network_spec(self.network)
        if self.size_px < 32 or self.size_px % 32:
            raise ValueError(f"size_px: expected a multiple of 32, found {self.size_px}")
        if self.steps_per_epoch < 1:
            raise ValueError(f"steps_per_epoch: expected at least 1, found {self.steps_per_epoch}")
        if not self.head_lr_scale > 0:
            raise ValueError(f"head_lr_scale: expected more than 0, found {self.head_lr_scale}")
        if not self.auxiliary_weight >= 0:
            raise ValueError(f"auxiliary_weight: expected at least 0, found {self.auxiliary_weight}")


def face_training(values: Mapping[str, Any]) -> FaceTraining:
    """From plain values, nested as the dataclasses are. ValueError naming the key for unknown keys and wrong values."""
    given = dict(values)
    hard = given.pop("hard_pixels", None)
    for name in ("network", "size_px", "steps_per_epoch"):
        if name not in given:
            raise ValueError(f"{name}: missing from the settings of face training")
    start = FaceTraining(
        network=given.pop("network"), size_px=given.pop("size_px"), steps_per_epoch=given.pop("steps_per_epoch")
    )
    if hard is not None:
        start = dataclasses.replace(start, hard_pixels=replaced(HardPixels(), hard, "hard_pixels."))
    return replaced(start, given)


def face_training_values(settings: FaceTraining) -> dict[str, Any]:
    """Plain nested values: what `face_training` reads back to an equal value."""
    values = dataclasses.asdict(settings)
    for name in ("contrast", "saturation"):
        values["augmentation"][name] = list(values["augmentation"][name])
    return values


def read_schedule(
    schedule: Mapping[str, Any], *, network: str, size_px: int, seed: int
) -> tuple[FaceTraining, TrainSettings]:
    """One network's section of the config, face.schedules.<network>: this system's keys and the shared loop's.

    ValueError naming the section and the key.
    """
    own = {field.name for field in dataclasses.fields(FaceTraining)} - {"network", "size_px"}
    mine = {key: value for key, value in schedule.items() if key in own}
    shared = {key: value for key, value in schedule.items() if key not in own}
    try:
        if "seed" in shared or "network" in shared or "size_px" in shared:
            raise ValueError("seed, network, size_px: are given elsewhere, not in a schedule")
        return (
            face_training({"network": network, "size_px": size_px, **mine}),
            TrainSettings.of({"metric": "miou", **shared}, seed=seed),
        )
    except (ValueError, TypeError) as error:
        raise ValueError(f"face.schedules.{network}: {error}") from error
