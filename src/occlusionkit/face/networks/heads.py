"""Heads of PSPNet and DeepLabv3+, and the auxiliary head of both: maps of a backbone in, class maps out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


def conv_norm(inputs: int, outputs: int, size: int = 3, *, dilation: int = 1) -> nn.Sequential:
    """Convolution that keeps the map's size, batch norm, ReLU."""
    padding = dilation * (size // 2)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, padding=padding, dilation=dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def separable_conv_norm(inputs: int, outputs: int, *, dilation: int = 1) -> nn.Sequential:
    """A 3x3 convolution of each channel by itself, then a 1x1 over channels, each with batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, padding=dilation, dilation=dilation, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.ReLU(inplace=True),
        *conv_norm(inputs, outputs, 1),
    )


def resized(maps: Tensor, size_hw: Sequence[int]) -> Tensor:
    """(B, C, h, w) -> (B, C, H, W), bilinear, pixel centres aligned as image resizing has it."""
    if tuple(maps.shape[-2:]) == tuple(size_hw):
        return maps
    return functional.interpolate(maps, size=tuple(size_hw), mode="bilinear", align_corners=False)


class GlobalAverage(nn.Module):
    """Means over `cells` x `cells` areas, a 1x1 convolution on them, and back to the map's size."""

    def __init__(self, inputs: int, outputs: int, *, cells: int) -> None:
        super().__init__()
        self.cells = cells
        self.project = conv_norm(inputs, outputs, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, h, w) -> (B, outputs, h, w)."""
        means = functional.adaptive_avg_pool2d(maps, self.cells)
        return resized(self.project(means), maps.shape[-2:])


class PyramidPooling(nn.Module):
    """PSPNet's head (Zhao et al., CVPR 2017): context of 1, 4, 9 and 36 areas beside the maps themselves."""

    def __init__(self, inputs: int, classes: int, *, channels: int, dropout: float) -> None:
        super().__init__()
        self.pools = nn.ModuleList([GlobalAverage(inputs, channels, cells=cells) for cells in (1, 2, 3, 6)])
        self.fuse = conv_norm(inputs + 4 * channels, channels)
        self.dropout = nn.Dropout2d(dropout)
        self.classify = nn.Conv2d(channels, classes, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, h, w) -> scores (B, classes, h, w)."""
        context = torch.cat([maps, *(pool(maps) for pool in self.pools)], dim=1)
        return self.classify(self.dropout(self.fuse(context)))


class SeparableAspp(nn.Module):
    """DeepLabv3+'s head (Chen et al., ECCV 2018): parallel dilated convolutions and a global mean, then a decoder that
    sharpens them with the first stage's maps."""

    def __init__(
        self, inputs: int, low_inputs: int, classes: int, *, channels: int, dilations: Sequence[int], dropout: float
    ) -> None:
        super().__init__()
        self.average = GlobalAverage(inputs, channels, cells=1)
        self.parallel = nn.ModuleList(
            [
                conv_norm(inputs, channels, 1)
                if dilation == 1
                else separable_conv_norm(inputs, channels, dilation=dilation)
                for dilation in dilations
            ]
        )
        self.fuse = conv_norm(channels * (1 + len(dilations)), channels)
        low_channels = max(channels * 48 // 512, 8)
        self.reduce = conv_norm(low_inputs, low_channels, 1)
        self.sharpen = nn.Sequential(
            separable_conv_norm(channels + low_channels, channels), separable_conv_norm(channels, channels)
        )
        self.dropout = nn.Dropout2d(dropout)
        self.classify = nn.Conv2d(channels, classes, 1)

    def forward(self, maps: Tensor, low: Tensor) -> Tensor:
        """maps (B, inputs, h, w), low (B, low_inputs, H, W) -> scores (B, classes, H, W)."""
        context = self.fuse(torch.cat([self.average(maps), *(one(maps) for one in self.parallel)], dim=1))
        joined = torch.cat([resized(context, low.shape[-2:]), self.reduce(low)], dim=1)
        return self.classify(self.dropout(self.sharpen(joined)))


class FcnHead(nn.Module):
    """One convolution and a classifier: the auxiliary head, used in training alone."""

    def __init__(self, inputs: int, classes: int, *, channels: int, dropout: float) -> None:
        super().__init__()
        self.convolve = conv_norm(inputs, channels)
        self.dropout = nn.Dropout2d(dropout)
        self.classify = nn.Conv2d(channels, classes, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, h, w) -> scores (B, classes, h, w)."""
        return self.classify(self.dropout(self.convolve(maps)))
