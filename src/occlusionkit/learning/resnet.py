"""Residual networks (He et al., CVPR 2016; stride in the 3x3 convolution, "v1.5") with the names and shapes of
torchvision's state dicts, so that its weights can be loaded."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

# Depth -> (blocks of the four stages, are they bottlenecks).
DEPTHS = {
    18: ((2, 2, 2, 2), False),
    34: ((3, 4, 6, 3), False),
    50: ((3, 4, 6, 3), True),
    101: ((3, 4, 23, 3), True),
}


def _conv(inputs: int, outputs: int, size: int, *, stride: int = 1, dilation: int = 1) -> nn.Conv2d:
    """A convolution without bias that keeps the extent at stride 1."""
    padding = dilation * (size // 2)
    return nn.Conv2d(inputs, outputs, size, stride=stride, padding=padding, dilation=dilation, bias=False)


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(_conv(inputs, outputs, 1, stride=stride), nn.BatchNorm2d(outputs))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut; the first has the stride and the dilation of what comes before."""

    expansion = 1

    def __init__(self, inputs: int, channels: int, *, stride: int, first_dilation: int, dilation: int) -> None:
        super().__init__()
        self.conv1 = _conv(inputs, channels, 3, stride=stride, dilation=first_dilation)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = _conv(channels, channels, 3, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _shortcut(inputs, channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, channels, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(y)) + shortcut)


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions beside a shortcut; four times as many channels leave as are worked on.

    dilation: taken for the sake of one signature; the only 3x3 convolution is the one that may have a stride.
    """

    expansion = 4

    def __init__(self, inputs: int, channels: int, *, stride: int, first_dilation: int, dilation: int) -> None:
        super().__init__()
        outputs = channels * self.expansion
        self.conv1 = _conv(inputs, channels, 1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = _conv(channels, channels, 3, stride=stride, dilation=first_dilation)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = _conv(channels, outputs, 1)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, 4 channels, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        return self.relu(self.bn3(self.conv3(y)) + shortcut)


Block = Callable[..., nn.Module]


class ResNet(nn.Module):
    """Stem and four stages. `channels` and `strides` are those of the four feature maps."""

    def __init__(
        self,
        *,
        blocks: tuple[int, int, int, int],
        bottleneck: bool,
        base: int,
        stage_strides: tuple[int, int, int, int],
        stage_dilations: tuple[int, int, int, int],
        classes: int | None,
    ) -> None:
        """base: channels of the stem;  stage_strides: of the first block of each stage;  stage_dilations: of the 3x3
        convolutions behind its stride (the one with the stride has that of the stage before, as in torchvision);
        classes: None for no classifier."""
        super().__init__()
        block = Bottleneck if bottleneck else BasicBlock
        self.conv1 = nn.Conv2d(3, base, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(base)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        inputs, before, stride = base, 1, 4
        channels: list[int] = []
        strides: list[int] = []
        for stage in range(4):
            width, dilation = base * 2**stage, stage_dilations[stage]
            layers = [block(inputs, width, stride=stage_strides[stage], first_dilation=before, dilation=dilation)]
            inputs = width * block.expansion
            rest = {"stride": 1, "first_dilation": dilation, "dilation": dilation}
            layers += [block(inputs, width, **rest) for _ in range(1, blocks[stage])]
            self.add_module(f"layer{stage + 1}", nn.Sequential(*layers))
            before, stride = dilation, stride * stage_strides[stage]
            channels.append(inputs)
            strides.append(stride)
        self.channels, self.strides = tuple(channels), tuple(strides)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(inputs, classes) if classes else None
        self._initialise()

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def features(self, x: Tensor) -> list[Tensor]:
        """(B, 3, H, W) -> the four stages' maps, (B, channels[i], H / strides[i], W / strides[i]), rounded up."""
        y = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        maps = []
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            y = stage(y)
            maps.append(y)
        return maps

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, classes) scores, or without a classifier the pooled features (B, channels[-1])."""
        pooled = torch.flatten(self.avgpool(self.features(x)[-1]), 1)
        return pooled if self.fc is None else self.fc(pooled)


def resnet(
    depth: int, *, width: float = 1.0, output_stride: int = 32, last_stride: int = 2, classes: int | None = None
) -> ResNet:
    """A ResNet of depth 18, 34, 50 or 101, initialised from torch's generator.

    width: factor on all channels (rounded to multiples of 8); 1 is torchvision's;
    output_stride: 32, or 16 or 8 with dilation in place of the last one or two strides, as for segmentation;
    last_stride: 1 leaves the last stage at stride 16 without dilation, as in re-identification (output_stride 32 only);
    classes: adds torchvision's classifier `fc`.
    """
    if depth not in DEPTHS:
        raise ValueError(f"depth: expected one of {', '.join(map(str, DEPTHS))}, found {depth}")
    if output_stride not in (8, 16, 32):
        raise ValueError(f"output_stride: expected 8, 16 or 32, found {output_stride}")
    if last_stride not in (1, 2) or (last_stride == 1 and output_stride != 32):
        raise ValueError(
            f"last_stride: expected 2, or 1 with output stride 32; found {last_stride} with {output_stride}"
        )
    if not width > 0:
        raise ValueError(f"width: expected more than 0, found {width}")
    blocks, bottleneck = DEPTHS[depth]
    strides, dilations = {
        32: ((1, 2, 2, last_stride), (1, 1, 1, 1)),
        16: ((1, 2, 2, 1), (1, 1, 1, 2)),
        8: ((1, 2, 1, 1), (1, 1, 2, 4)),
    }[output_stride]
    return ResNet(
        blocks=blocks,
        bottleneck=bottleneck,
        base=max(8, 8 * round(64 * width / 8)),
        stage_strides=strides,
        stage_dilations=dilations,
        classes=classes,
    )
