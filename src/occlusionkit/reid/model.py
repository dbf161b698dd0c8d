"""The network of AFPB and of its rivals: one feature, and heads for who it is and whether it is occluded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ..learning.resnet import resnet
from ..learning.weights import fit_state, load_state, load_weights
from .augment import MEAN, STD
from .checks import from_mapping
from .methods import ModelCard

_BACKBONE = "backbone."


@dataclass
class Outputs:
    """features (B, C) pooled, before any neck;  identity (B, people) and occlusion (B, 2) scores before softmax."""

    features: Tensor
    identity: Tensor
    occlusion: Tensor | None


class ReidNet(nn.Module):
    """A ResNet, global average pooling, and linear heads on the one feature.

    neck: batch normalisation without bias between the feature and the identity head (Luo et al., 2019); matching then
    uses what leaves the neck.
    parts: horizontal stripes of the last stage that are pooled apart; their features, from the head down, are the one.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        *,
        depth: int,
        width: float,
        last_stride: int,
        people: int,
        occlusion_head: bool,
        neck: bool,
        parts: int = 1,
    ) -> None:
        super().__init__()
        self.backbone = resnet(depth, width=width, last_stride=last_stride)
        self.parts = parts
        channels = self.backbone.channels[-1] * parts
        self.neck = nn.BatchNorm1d(channels) if neck else None
        if self.neck is not None:
            self.neck.bias.requires_grad_(False)
        self.identity = nn.Linear(channels, people, bias=not neck)
        self.occlusion = nn.Linear(channels, 2) if occlusion_head else None
        self.register_buffer("mean", torch.from_numpy(255 * MEAN), persistent=False)
        self.register_buffer("std", torch.from_numpy(255 * STD), persistent=False)

    def _normalised(self, images: Tensor) -> Tensor:
        """(B, H, W, 3) uint8 RGB -> (B, 3, H, W); permuted last, which is channels-last memory for nothing."""
        return ((images.float() - self.mean) / self.std).permute(0, 3, 1, 2)

    def pooled(self, images: Tensor) -> Tensor:
        """(B, H, W, 3) uint8 RGB -> (B, C), C being the parts times the backbone's channels."""
        if self.parts == 1:
            features: Tensor = self.backbone(self._normalised(images))
            return features
        stripes = self.last_map(images).unflatten(2, (self.parts, -1))  # (B, channels, parts, h / parts, w)
        return stripes.mean(dim=(3, 4)).transpose(1, 2).flatten(1)

    def last_map(self, images: Tensor) -> Tensor:
        """(B, H, W, 3) uint8 RGB -> (B, channels, h, w), whose means over the parts' positions are `pooled`."""
        stages: list[Tensor] = self.backbone.features(self._normalised(images))
        return stages[-1]

    def forward(self, images: Tensor) -> Outputs:
        """(B, H, W, 3) uint8 RGB -> all that the losses look at."""
        features = self.pooled(images)
        judged = features if self.neck is None else self.neck(features)
        return Outputs(features, self.identity(judged), None if self.occlusion is None else self.occlusion(features))

    def embed(self, images: Tensor) -> Tensor:
        """(B, H, W, 3) uint8 RGB -> (B, C) of unit length: what is compared, by their cosine."""
        features = self.pooled(images)
        judged = features if self.neck is None else self.neck(features)
        return nn.functional.normalize(judged, dim=1)


def build_net(card: ModelCard) -> ReidNet:
    """A fresh network as the card says, in channels-last memory."""
    model = ReidNet(
        depth=card.depth,
        width=card.width,
        last_stride=card.last_stride,
        people=len(card.identities),
        occlusion_head=card.occlusion_head,
        neck=card.neck,
        parts=card.parts,
    )
    arranged: ReidNet = model.to(memory_format=torch.channels_last)
    return arranged


def load_backbone(model: ReidNet, path: Path) -> None:
    """Begin with another network's backbone: torchvision's or timm's state dict, or a checkpoint of this room (MARS).

    Their heads belong to other people and are left out. ValueError naming what does not fit.
    """
    state = load_state(path)
    own = {name.removeprefix(_BACKBONE): value for name, value in state.items() if name.startswith(_BACKBONE)}
    found = own or {name: value for name, value in state.items() if not name.startswith("fc.")}
    fit_state(model.backbone.state_dict(), found, where=str(path))
    model.backbone.load_state_dict(found)


def load_net(weights: Path, card: Path | None = None) -> tuple[ReidNet, ModelCard]:
    """A trained network, in evaluation mode, from its weights and the model.json beside them (or `card`).

    Raises FileNotFoundError for a missing file; ValueError for weights of another network, among them one that was
    trained on another number of people than the card says.
    """
    known = read_card(card or weights.with_name("model.json"))
    model = build_net(known)
    load_weights(model, weights)
    return model.eval(), known


def read_card(path: Path) -> ModelCard:
    """A model.json; ValueError naming the file when it is none."""
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: expected the description that training writes beside weights.pt, found no file; copy it there"
        )
    try:
        return from_mapping(ModelCard, json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: expected the description of a re-ID network, found: {error}") from error
