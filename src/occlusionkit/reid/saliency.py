"""Where a network finds what makes two pictures alike: exact shares of the cosine, position by position.

The feature is the mean of the last stage's map, and the cosine with another feature is linear in it. So the cosine is a
sum over positions, and each position's term says how much it speaks for (or against) the match; no gradient is needed
and nothing is approximated. With a neck, its affine map (in evaluation mode) is applied at every position.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..images import Image
from ..learning.devices import torch_set_up
from .feature_files import Features
from .features import BATCH, batches_of
from .model import ReidNet

Maps = NDArray[np.float32]


def evidence_maps(model: ReidNet, images: NDArray[np.uint8], references: Features, *, threads: int = 1) -> Maps:
    """(N, H, W, 3) uint8 RGB and N features of unit length (N, D) to compare with -> (N, h, w) float32.

    A map's sum is the cosine of the image's feature with its reference; h, w are those of the network's last stage.
    """
    if len(images) != len(references):
        raise ValueError(
            f"evidence_maps: expected a reference for each of {len(images)} images, found {len(references)}"
        )
    wanted = torch.from_numpy(np.ascontiguousarray(references)).split(BATCH)
    device = torch.device("cpu")
    with torch_set_up(device, threads=threads, deterministic=False), torch.inference_mode():
        model.to(device).eval()
        maps = [_maps(model, batch, other) for batch, other in zip(batches_of(images), wanted, strict=True)]
    found: Maps = torch.cat(maps).numpy()
    return found


def _maps(model: ReidNet, images: Tensor, references: Tensor) -> Tensor:
    """(B, H, W, 3), (B, D) -> (B, h, w)."""
    stripes = model.last_map(images).unflatten(2, (model.parts, -1))  # (B, C, parts, h, w), h being a stripe's
    positions = stripes.permute(0, 3, 4, 2, 1)  # (B, h, w, parts, C): the last two are the feature
    if model.neck is not None:
        positions = model.neck(positions.flatten(3).flatten(0, 2)).reshape(positions.shape)
    features = positions.mean(dim=(1, 2)).flatten(1)  # (B, D): affine maps and means change places
    terms = torch.einsum("bhwpc,bpc->bphw", positions, references.unflatten(1, (model.parts, -1)))
    count = positions.shape[1] * positions.shape[2]
    return terms.flatten(1, 2) / (features.norm(dim=1)[:, None, None] * count)


def share_inside(maps: Maps, hidden: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much of the evidence for a match lies on a region, over the region's share of the picture; 1 is blind to it.

    maps (N, h, w), of which the positive terms count;  hidden (N, H, W) bool. -> (N,), NaN where nothing is hidden or
    nothing speaks for the match.
    """
    found = np.full(len(maps), np.nan)
    for number, (terms, region) in enumerate(zip(maps, hidden, strict=True)):
        # The share of each position's cell that the region covers.
        cells = cv2.resize(region.astype(np.float32), terms.shape[::-1], interpolation=cv2.INTER_AREA)
        positive = np.maximum(terms, 0)
        if region.any() and positive.sum() > 0:
            found[number] = (positive * cells).sum() / positive.sum() / region.mean()
    return found


def overlay(image: Image, terms: Maps, *, limit: float) -> Image:
    """(H, W, 3) with its map (h, w) laid over: warm where it speaks for the match, untouched where it does not.

    limit: the term that is drawn strongest; the same for pictures that are to be compared.
    """
    size = (image.shape[1], image.shape[0])
    heat = np.clip(cv2.resize(np.maximum(terms, 0), size, interpolation=cv2.INTER_CUBIC) / max(limit, 1e-12), 0, 1)
    colored = cv2.cvtColor(cv2.applyColorMap((255 * heat).astype(np.uint8), cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    weight = (0.25 + 0.6 * heat)[:, :, None]
    grey = image.mean(axis=2, keepdims=True)  # so that the heat's colours are the only ones
    blended: Image = np.rint((1 - weight) * grey + weight * colored).astype(np.uint8)
    return blended


def shared_limit(maps: Sequence[Maps]) -> float:
    """A limit for `overlay` that suits several maps: their 99th percentile, so that one peak does not dim the rest."""
    return float(np.quantile(np.concatenate([one.ravel() for one in maps]), 0.99))
