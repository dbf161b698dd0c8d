"""Where the visible face is, by a trained network: any image size in, a mask of that size out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..learning.weights import load_weights
from .files import Image, Mask
from .model_card import ModelCard
from .networks.build import build_network
from .networks.catalogue import network_spec
from .settings_files import replaced
from .training_augment import normalised, sized

Probability = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class TestTime:
    """Probabilities are averaged over these factors on the network's input size, and over mirrored images with flip.
    The paper's protocol has .5, .75, 1, 1.25, 1.5, 1.75 and flip."""

    __test__ = False  # its name is no test's

    scales: tuple[float, ...] = (1.0,)
    flip: bool = False
    threshold: float = 0.5
    batch: int = 16

    def __post_init__(self) -> None:
        if not self.scales or not all(0.1 <= scale <= 4 for scale in self.scales):
            raise ValueError(f"test_time.scales: expected factors in 0.1..4, found {list(self.scales)}")
        if not 0 < self.threshold < 1:
            raise ValueError(f"test_time.threshold: expected a probability in (0, 1), found {self.threshold}")
        if self.batch < 1:
            raise ValueError(f"test_time.batch: expected at least 1, found {self.batch}")


def load_network(weights: Path, card: ModelCard, *, device: torch.device) -> nn.Module:
    """The network in evaluation mode. ValueError naming keys or shapes for weights of another architecture."""
    network = build_network(network_spec(card.network))
    load_weights(network, weights, ignore=())
    return network.to(device).eval()


def face_probabilities(
    network: nn.Module, images: Sequence[Image], *, size_px: int, test_time: TestTime, device: torch.device
) -> list[Probability]:
    """Images (H, W, 3) uint8 RGB of any sizes -> the probability of the face, each at its image's size."""
    batch = torch.from_numpy(np.stack([normalised(sized(image, (size_px, size_px))) for image in images])).to(device)
    with torch.inference_mode():
        total = torch.zeros(len(images), size_px, size_px, device=device)
        views = 0
        for scale in test_time.scales:
            side = max(32, round(size_px * scale / 32) * 32)
            scaled = batch if side == size_px else _resized(batch, side)
            for flipped in (False, True) if test_time.flip else (False,):
                scores = network(scaled.flip(-1) if flipped else scaled)["face"].float()
                face = scores.softmax(dim=1)[:, 1]
                total += _resized((face.flip(-1) if flipped else face).unsqueeze(1), size_px)[:, 0]
                views += 1
        means = (total / views).cpu().numpy()
    return [
        cv2.resize(mean, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        for mean, image in zip(means, images, strict=True)
    ]


def _resized(maps: torch.Tensor, side: int) -> torch.Tensor:
    if maps.shape[-1] == side:
        return maps
    return nn.functional.interpolate(maps, size=(side, side), mode="bilinear", align_corners=False)


def face_mask(probability: Probability, *, threshold: float) -> Mask:
    """Where the face has at least `threshold` of the probability."""
    mask: Mask = probability >= threshold
    return mask


@contextmanager
def inference_threads(threads: int) -> Iterator[None]:
    """torch and OpenCV on so many threads; put back afterwards."""
    before = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])


def read_test_time(values: Mapping[str, Any]) -> TestTime:
    """From plain values. ValueError naming the key for unknown keys and wrong values."""
    return replaced(TestTime(), values, "test_time.")
