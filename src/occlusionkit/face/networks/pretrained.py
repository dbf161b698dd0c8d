"""Weights to begin with: torchvision's of a ResNet, or a published SegFormer's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from ...learning.weights import fit_state, load_state
from .build import head_prefixes
from .catalogue import NetworkSpec, SegformerSpec

# Published SegFormer checkpoints keep the names that transformers gave its modules until version 5.
_RENAMED = (
    (r"^segformer\.encoder\.patch_embeddings\.(\d+)\.", r"segformer.stages.\1.patch_embeddings."),
    (r"^segformer\.encoder\.block\.(\d+)\.(\d+)\.", r"segformer.stages.\1.blocks.\2."),
    (r"^segformer\.encoder\.layer_norm\.(\d+)\.", r"segformer.stages.\1.layer_norm."),
    (r"\.layer_norm_1\.", ".layernorm_before."),
    (r"\.layer_norm_2\.", ".layernorm_after."),
    (r"\.attention\.self\.query\.", ".attention.q_proj."),
    (r"\.attention\.self\.key\.", ".attention.k_proj."),
    (r"\.attention\.self\.value\.", ".attention.v_proj."),
    (r"\.attention\.self\.sr\.", ".attention.sequence_reduction.sequence_reduction."),
    (r"\.attention\.self\.layer_norm\.", ".attention.sequence_reduction.layer_norm."),
    (r"\.attention\.output\.dense\.", ".attention.o_proj."),
    (r"\.mlp\.dense1\.", ".mlp.fc1."),
    (r"\.mlp\.dense2\.", ".mlp.fc2."),
    (r"^decode_head\.linear_c\.(\d+)\.", r"decode_head.linear_projections.\1."),
)


def load_pretrained(network: nn.Module, spec: NetworkSpec, path: Path) -> tuple[str, ...]:
    """Copy a file's weights into the part of a network that sees; its heads stay as they are where the file has none.

    Returns the names that were left out, sorted. ValueError naming keys or shapes for weights of another network.
    """
    state = load_state(path)
    if isinstance(spec, SegformerSpec):
        inner, state = network, renamed(state)
        ignore: tuple[str, ...] = ("classifier.", *head_prefixes(spec))
    else:
        inner, ignore = network.backbone, ("fc.",)
    left_out = fit_state(inner.state_dict(), state, where=str(path), ignore=ignore)
    inner.load_state_dict({name: value for name, value in state.items() if name not in left_out}, strict=False)
    return left_out


def renamed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A SegFormer's weights under the names of transformers 5, which are ours; new names stay."""
    found = {}
    for name, value in state.items():
        for pattern, replacement in _RENAMED:
            name = re.sub(pattern, replacement, name)
        found[name] = value
    return found
