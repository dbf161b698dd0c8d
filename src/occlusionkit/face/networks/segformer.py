"""SegFormer (Xie et al., NeurIPS 2021), with the names and shapes of transformers' state dicts.

Written anew because importing transformers' costs every job of a workflow about 4 s of processor time, a third of what
the small network trains for; a test holds both together.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .catalogue import SegformerSpec
from .heads import resized

# Of the four stages: size and stride of the patches, and how much shorter the sequence is that is attended to.
_PATCHES = ((7, 4), (3, 2), (3, 2), (3, 2))
_REDUCTIONS = (8, 4, 2, 1)
_MLP_RATIO = 4


def _tokens(maps: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, H*W, C)."""
    return maps.flatten(2).transpose(1, 2)


def _maps(tokens: Tensor, size_hw: tuple[int, int]) -> Tensor:
    """(B, H*W, C) -> (B, C, H, W)."""
    return tokens.transpose(1, 2).unflatten(2, size_hw)


class PatchEmbeddings(nn.Module):
    """Overlapping patches, each to one token."""

    def __init__(self, inputs: int, channels: int, *, size: int, stride: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(inputs, channels, size, stride=stride, padding=size // 2)
        self.layer_norm = nn.LayerNorm(channels)

    def forward(self, maps: Tensor) -> tuple[Tensor, tuple[int, int]]:
        """(B, inputs, H, W) -> tokens (B, h*w, channels), (h, w)."""
        patches = self.proj(maps)
        return self.layer_norm(_tokens(patches)), (patches.shape[2], patches.shape[3])


class SequenceReduction(nn.Module):
    """Areas of `ratio` x `ratio` tokens to one."""

    def __init__(self, channels: int, *, ratio: int) -> None:
        super().__init__()
        self.sequence_reduction = nn.Conv2d(channels, channels, ratio, stride=ratio)
        self.layer_norm = nn.LayerNorm(channels)

    def forward(self, tokens: Tensor, size_hw: tuple[int, int]) -> Tensor:
        """(B, H*W, C) -> (B, H*W / ratio^2, C)."""
        return self.layer_norm(_tokens(self.sequence_reduction(_maps(tokens, size_hw))))


class Attention(nn.Module):
    """Self-attention whose keys and values come from a shortened sequence."""

    def __init__(self, channels: int, *, heads: int, ratio: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(channels, channels)
        self.k_proj = nn.Linear(channels, channels)
        self.v_proj = nn.Linear(channels, channels)
        self.o_proj = nn.Linear(channels, channels)
        self.sequence_reduction = SequenceReduction(channels, ratio=ratio) if ratio > 1 else None

    def forward(self, tokens: Tensor, size_hw: tuple[int, int]) -> Tensor:
        """(B, N, C) -> (B, N, C)."""
        short = tokens if self.sequence_reduction is None else self.sequence_reduction(tokens, size_hw)
        query, key, value = (
            one.unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, heads, N or shorter, C / heads)
            for one in (self.q_proj(tokens), self.k_proj(short), self.v_proj(short))
        )
        attended = functional.scaled_dot_product_attention(query, key, value)
        return self.o_proj(attended.transpose(1, 2).flatten(2))


class DepthwiseConvolution(nn.Module):
    """A 3x3 convolution of each channel by itself: it tells tokens where they are."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, tokens: Tensor, size_hw: tuple[int, int]) -> Tensor:
        """(B, H*W, C) -> (B, H*W, C)."""
        return _tokens(self.dwconv(_maps(tokens, size_hw)))


class Mlp(nn.Module):
    """Two linear layers with a convolution between them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, channels * _MLP_RATIO)
        self.dwconv = DepthwiseConvolution(channels * _MLP_RATIO)
        self.fc2 = nn.Linear(channels * _MLP_RATIO, channels)

    def forward(self, tokens: Tensor, size_hw: tuple[int, int]) -> Tensor:
        """(B, H*W, C) -> (B, H*W, C)."""
        return self.fc2(functional.gelu(self.dwconv(self.fc1(tokens), size_hw)))


class Block(nn.Module):
    """Attention and an MLP, each beside a shortcut, each left out for a sample with probability `drop_path` while
    training."""

    def __init__(self, channels: int, *, heads: int, ratio: int, drop_path: float) -> None:
        super().__init__()
        self.drop_path = drop_path
        self.layernorm_before = nn.LayerNorm(channels)
        self.attention = Attention(channels, heads=heads, ratio=ratio)
        self.layernorm_after = nn.LayerNorm(channels)
        self.mlp = Mlp(channels)

    def forward(self, tokens: Tensor, size_hw: tuple[int, int]) -> Tensor:
        """(B, H*W, C) -> (B, H*W, C)."""
        tokens = tokens + self._sometimes(self.attention(self.layernorm_before(tokens), size_hw))
        return tokens + self._sometimes(self.mlp(self.layernorm_after(tokens), size_hw))

    def _sometimes(self, branch: Tensor) -> Tensor:
        if not (self.training and self.drop_path):
            return branch
        kept = torch.rand(len(branch), 1, 1, device=branch.device) >= self.drop_path
        return branch * kept / (1 - self.drop_path)


class Stage(nn.Module):
    """Patches, some blocks, and a norm."""

    def __init__(self, inputs: int, channels: int, *, stage: int, heads: int, drop_paths: list[float]) -> None:
        super().__init__()
        size, stride = _PATCHES[stage]
        self.patch_embeddings = PatchEmbeddings(inputs, channels, size=size, stride=stride)
        self.blocks = nn.ModuleList(
            [Block(channels, heads=heads, ratio=_REDUCTIONS[stage], drop_path=drop) for drop in drop_paths]
        )
        self.layer_norm = nn.LayerNorm(channels)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, channels, H / stride, W / stride)."""
        tokens, size_hw = self.patch_embeddings(maps)
        for block in self.blocks:
            tokens = block(tokens, size_hw)
        return _maps(self.layer_norm(tokens), size_hw)


class Encoder(nn.Module):
    """The four stages, at 1/4, 1/8, 1/16 and 1/32 of the image."""

    def __init__(self, spec: SegformerSpec) -> None:
        super().__init__()
        total = sum(spec.blocks)
        drops = [spec.drop_path * number / max(1, total - 1) for number in range(total)]
        stages, inputs = [], 3
        for stage, (blocks, channels, heads) in enumerate(zip(spec.blocks, spec.channels, spec.heads, strict=True)):
            first = sum(spec.blocks[:stage])
            stages.append(Stage(inputs, channels, stage=stage, heads=heads, drop_paths=drops[first : first + blocks]))
            inputs = channels
        self.stages = nn.ModuleList(stages)

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, H, W) -> the stages' maps."""
        maps, found = images, []
        for stage in self.stages:
            maps = stage(maps)
            found.append(maps)
        return found


class Projection(nn.Module):
    """One stage's channels to the decoder's."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.proj = nn.Linear(inputs, channels)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, h, w) -> (B, channels, h, w)."""
        return _maps(self.proj(_tokens(maps)), (maps.shape[2], maps.shape[3]))


class DecodeHead(nn.Module):
    """All stages' maps at the first one's size, joined and classified."""

    def __init__(self, spec: SegformerSpec, classes: int) -> None:
        super().__init__()
        channels = spec.decoder_channels
        self.linear_projections = nn.ModuleList([Projection(inputs, channels) for inputs in spec.channels])
        self.linear_fuse = nn.Conv2d(4 * channels, channels, 1, bias=False)
        self.batch_norm = nn.BatchNorm2d(channels)
        self.dropout = nn.Dropout(spec.dropout)
        self.classifier = nn.Conv2d(channels, classes, 1)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """The stages' maps -> scores (B, classes, H / 4, W / 4)."""
        size_hw = maps[0].shape[-2:]
        joined = [resized(project(one), size_hw) for project, one in zip(self.linear_projections, maps, strict=True)]
        # The published weights join the deepest stage first.
        fused = functional.relu(self.batch_norm(self.linear_fuse(torch.cat(joined[::-1], dim=1))))
        return self.classifier(self.dropout(fused))


class Segformer(nn.Module):
    """Encoder and decoder."""

    def __init__(self, spec: SegformerSpec, *, classes: int) -> None:
        super().__init__()
        self.segformer = Encoder(spec)
        self.decode_head = DecodeHead(spec, classes)
        self.apply(_initialise)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """(B, 3, H, W) -> {"face": scores (B, classes, H, W)}; the network's own are at a quarter of that."""
        return {"face": resized(self.decode_head(self.segformer(images)), images.shape[-2:])}


def _initialise(module: nn.Module) -> None:
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        nn.init.normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
