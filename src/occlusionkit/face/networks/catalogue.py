"""Which networks there are, by name: plain numbers, so that rules and tables can read them without torch."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# The column of the paper's Table 2 that a network stands in.
Family = Literal["PSPNet", "DeepLabv3+", "SegFormer"]


@dataclass(frozen=True, kw_only=True)
class CnnSpec:
    """PSPNet or DeepLabv3+ on a residual network of output stride 8, with an auxiliary FCN head on its third stage.

    width: factor on the backbone's channels (torchvision's weights fit width 1);  channels: of the heads;
    dilations: of DeepLabv3+'s parallel convolutions, 1 being a plain 1x1.
    """

    family: Family
    label: str
    depth: int
    width: float = 1.0
    channels: int = 512
    dilations: tuple[int, ...] = (1, 12, 24, 36)
    dropout: float = 0.1


@dataclass(frozen=True, kw_only=True)
class SegformerSpec:
    """SegFormer: blocks, channels and heads of its four stages, and channels of its decoder."""

    family: Family = "SegFormer"
    label: str
    blocks: tuple[int, int, int, int]
    channels: tuple[int, int, int, int]
    heads: tuple[int, int, int, int] = (1, 2, 5, 8)
    decoder_channels: int
    dropout: float = 0.1
    drop_path: float = 0.1


NetworkSpec = CnnSpec | SegformerSpec

NETWORKS: Mapping[str, NetworkSpec] = {
    "pspnet_r50": CnnSpec(family="PSPNet", label="PSPNet, ResNet-50", depth=50),
    "pspnet_r101": CnnSpec(family="PSPNet", label="PSPNet, ResNet-101", depth=101),
    "pspnet_tiny": CnnSpec(
        family="PSPNet", label="PSPNet-tiny (ResNet-18, a quarter as wide)", depth=18, width=0.25, channels=64
    ),
    "deeplabv3plus_r50": CnnSpec(family="DeepLabv3+", label="DeepLabv3+, ResNet-50", depth=50),
    "deeplabv3plus_r101": CnnSpec(family="DeepLabv3+", label="DeepLabv3+, ResNet-101", depth=101),
    # At 128 px its last maps have 16 x 16 cells: dilations of 12 to 36 would reach past them.
    "deeplabv3plus_tiny": CnnSpec(
        family="DeepLabv3+",
        label="DeepLabv3+-tiny (ResNet-18, a quarter as wide)",
        depth=18,
        width=0.25,
        channels=64,
        dilations=(1, 3, 6, 9),
    ),
    "segformer_b0": SegformerSpec(
        label="SegFormer, MiT-B0", blocks=(2, 2, 2, 2), channels=(32, 64, 160, 256), decoder_channels=256
    ),
    "segformer_b2": SegformerSpec(
        label="SegFormer, MiT-B2", blocks=(3, 4, 6, 3), channels=(64, 128, 320, 512), decoder_channels=768
    ),
    "segformer_b5": SegformerSpec(
        label="SegFormer, MiT-B5", blocks=(3, 6, 40, 3), channels=(64, 128, 320, 512), decoder_channels=768
    ),
    "segformer_tiny": SegformerSpec(
        label="SegFormer-tiny (1 block a stage, 16-64 channels)",
        blocks=(1, 1, 1, 1),
        channels=(16, 32, 48, 64),
        heads=(1, 2, 3, 4),
        decoder_channels=64,
        dropout=0.0,
        drop_path=0.0,
    ),
}


def network_spec(name: str) -> NetworkSpec:
    """ValueError with the names there are, for another one."""
    if name not in NETWORKS:
        near = difflib.get_close_matches(name, NETWORKS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(NETWORKS)}"
        raise ValueError(f"network {name!r}: {hint}")
    return NETWORKS[name]
