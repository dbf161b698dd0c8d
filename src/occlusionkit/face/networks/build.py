"""Makes the networks of the catalogue: normalised images in, scores of background and face out."""

from __future__ import annotations

from torch import Tensor, nn

from ...learning.resnet import resnet
from .catalogue import CnnSpec, NetworkSpec, SegformerSpec
from .heads import FcnHead, PyramidPooling, SeparableAspp, resized
from .segformer import Segformer

CLASSES = ("background", "face")

# Scores at the images' size: "face" (B, 2, H, W), and "auxiliary" of the same shape while training a network that has
# an auxiliary head.
Scores = dict[str, Tensor]


class CnnSegmenter(nn.Module):
    """PSPNet or DeepLabv3+: a dilated residual network of output stride 8, and its heads."""

    def __init__(self, spec: CnnSpec) -> None:
        super().__init__()
        self.backbone = resnet(spec.depth, width=spec.width, output_stride=8)
        first, _, third, last = self.backbone.channels
        channels, dropout = spec.channels, spec.dropout
        self.head: nn.Module = (
            PyramidPooling(last, len(CLASSES), channels=channels, dropout=dropout)
            if spec.family == "PSPNet"
            else SeparableAspp(last, first, len(CLASSES), channels=channels, dilations=spec.dilations, dropout=dropout)
        )
        self.uses_first_stage = spec.family == "DeepLabv3+"
        self.auxiliary = FcnHead(third, len(CLASSES), channels=max(spec.channels // 2, 8), dropout=spec.dropout)

    def forward(self, images: Tensor) -> Scores:
        """(B, 3, H, W) -> scores at (H, W)."""
        size_hw = images.shape[-2:]
        first, _, third, last = self.backbone.features(images)
        scores = self.head(last, first) if self.uses_first_stage else self.head(last)
        found = {"face": resized(scores, size_hw)}
        if self.training:
            found["auxiliary"] = resized(self.auxiliary(third), size_hw)
        return found


def build_network(spec: NetworkSpec) -> nn.Module:
    """A network with fresh weights, drawn from torch's current seed. It maps (B, 3, H, W) images to `Scores`."""
    return Segformer(spec, classes=len(CLASSES)) if isinstance(spec, SegformerSpec) else CnnSegmenter(spec)


def head_prefixes(spec: NetworkSpec) -> tuple[str, ...]:
    """Beginnings of the keys that pretrained weights do not bring."""
    return ("decode_head.",) if isinstance(spec, SegformerSpec) else ("head.", "auxiliary.")
