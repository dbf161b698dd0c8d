"""Colour transfer by sliced optimal transport: the occluder's colours move to the distribution of the face's.

Along each of many directions the sorted occluder colours take the values of the sorted face colours; the displacements
of a step's directions are averaged and added (steps x directions per step, facts of the paper: 15 x 5). The resulting
displacement of each pixel is smoothed within the occluder, so that its own texture stays and its tone moves.

Only occluder and face pixels take part. Both sides are reduced to classes of nearly equal colour with their counts,
and each class moves by the exact mean of the face's quantile function over its share of the distribution: the cost no
longer depends on the number of pixels. `transport_exact` is the slow solver that this one is held to.

One implementation for CPU and GPU; a batch is padded, and padding changes no number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from .settings import TransferSettings
from .transfer_job import TransferJob, cap_highlights

# The displacement is smooth over tens of pixels: it is blurred on a grid this much coarser.
SMOOTHING_STRIDE = 4
# Where padded classes lie along a direction: behind all colours, whose positions are within +-sqrt(3).
PADDING = 3.5


@dataclass(frozen=True, eq=False)
class ColorClasses:
    """colors (K, 3) float64, mean of each class, 0..1; counts (K,) float64; class_of_pixel (N,) int64, K where a pixel
    does not count."""

    colors: Tensor
    counts: Tensor
    class_of_pixel: Tensor


def classify(pixels: Tensor, counted: Tensor | None = None, *, bits: int) -> ColorClasses:
    """(N, 3) uint8 -> classes of pixels whose channels agree in their `bits` highest bits; counted (N,) bool: all."""
    high = pixels.to(torch.int32) >> (8 - bits)
    code = (high[:, 0] << (2 * bits)) + (high[:, 1] << bits) + high[:, 2]
    outside = 1 << (3 * bits)
    if counted is not None:
        code = torch.where(counted, code, outside)
    counts = torch.bincount(code, minlength=outside + 1)[:outside]
    used = counts.nonzero()[:, 0]
    number = torch.full((outside + 1,), len(used), device=pixels.device)
    number[used] = torch.arange(len(used), device=pixels.device)
    class_of_pixel = number.index_select(0, code)
    kept = counts[used].to(torch.float64)
    # Sums of whole numbers are exact in any order, so a GPU's atomic additions change nothing.
    sums = [
        torch.bincount(class_of_pixel, weights=channel.to(torch.float64), minlength=len(used) + 1)[: len(used)]
        for channel in pixels.T
    ]
    return ColorClasses(torch.stack(sums, dim=1) / kept[:, None] / 255.0, kept, class_of_pixel)


def solve(colors: Tensor, counts: Tensor, target_colors: Tensor, target_counts: Tensor, directions: Tensor) -> Tensor:
    """Where each class of occluder colours moves.

    colors (B, K, 3) 0..1 and counts (B, K), 0 for padding; target_colors (B, T, 3), target_counts (B, T) likewise;
    directions (B, S, D, 3). -> (B, K, 3) displacement, 0 for padding. float64 throughout: differences of cumulative
    sums over half a million pixels do not fit float32.
    """
    share = (counts / counts.sum(dim=1, keepdim=True))[:, None]  # (B, 1, K)
    target_share = (target_counts / target_counts.sum(dim=1, keepdim=True))[:, None]
    moved = colors.clone()
    for step in range(directions.shape[1]):
        along = directions[:, step]  # (B, D, 3)
        position = _project(moved, along, share)  # (B, D, K)
        target = _project(target_colors, along, target_share)  # (B, D, T)
        shift = _quantile_means(position, share, target, target_share) - position
        shift = torch.where(share > 0, shift, 0.0)
        moved = moved + torch.stack([(shift * along[..., axis, None]).mean(dim=1) for axis in range(3)], dim=-1)
    return moved - colors


def _project(colors: Tensor, along: Tensor, share: Tensor) -> Tensor:
    """(B, K, 3) on (B, D, 3) -> (B, D, K); padding lies beyond all colours.

    Three products instead of a matrix product, whose rounding depends on the batch's shape.
    """
    x, y, z = (colors[:, None, :, axis] * along[:, :, None, axis] for axis in range(3))
    return torch.where(share > 0, x + y + z, PADDING)


def _quantile_means(position: Tensor, share: Tensor, target: Tensor, target_share: Tensor) -> Tensor:
    """For each class, the mean of the target's quantile function over the class's interval of cumulative share.

    position, target (B, D, K) and (B, D, T); shares (B, 1, K) and (B, 1, T). -> (B, D, K), in the classes' order.
    """
    order = _sort_key(position).argsort(dim=-1, stable=True)
    width = share.expand_as(position).gather(-1, order)
    upper = width.cumsum(-1).clamp(max=1.0)
    target_order = _sort_key(target).argsort(dim=-1, stable=True)
    target_sorted = target.gather(-1, target_order)
    target_width = target_share.expand_as(target).gather(-1, target_order)
    knots = target_width.cumsum(-1)
    integral = (target_width * target_sorted).cumsum(-1)
    # The integral of the quantile function from 0 to each class's upper end; point masses make it piecewise linear.
    last = (target_share > 0).sum(-1, keepdim=True) - 1
    cell = torch.minimum(torch.searchsorted(knots, upper), last)
    reached = integral.gather(-1, cell) - (knots.gather(-1, cell) - upper) * target_sorted.gather(-1, cell)
    gained = reached.diff(dim=-1, prepend=torch.zeros_like(reached[..., :1]))
    mean = gained / width.clamp(min=torch.finfo(width.dtype).tiny)
    return torch.zeros_like(mean).scatter(-1, order, mean)


def _sort_key(position: Tensor) -> Tensor:
    """Whole numbers sort a third faster than floats. Positions are within +-1.8, padding lies at PADDING."""
    return (position * 2**29).to(torch.int32)


def smooth_masked(values: Tensor, *, sigma: float, radius: int, stride: int = SMOOTHING_STRIDE) -> Tensor:
    """(H, W, C + 1) float32, the last channel 1 where a pixel counts, else all channels 0
    -> (C, H, W): the Gaussian mean, cut at `radius`, of the pixels that count. Worked out on a grid `stride` coarser.
    """
    height, width, channels = values.shape
    planes = values.permute(2, 0, 1)[None]  # (1, C + 1, H, W), channels last in memory
    coarse = functional.avg_pool2d(planes, stride, ceil_mode=True, divisor_override=stride**2).contiguous()
    kernel = _coarse_kernel(sigma, radius, stride, like=coarse)
    reach = len(kernel) // 2
    for shape, padding in (((1, 1, 1, -1), (0, reach)), ((1, 1, -1, 1), (reach, 0))):
        weight = kernel.reshape(shape).repeat(channels, 1, 1, 1)
        coarse = functional.conv2d(coarse, weight, padding=padding, groups=channels)
    mean = coarse[:, :-1] / coarse[:, -1:].clamp(min=1e-12)
    fine = functional.interpolate(mean, scale_factor=stride, mode="bilinear", align_corners=False)
    return fine[0, :, :height, :width]


def _coarse_kernel(sigma: float, radius: int, stride: int, *, like: Tensor) -> Tensor:
    """The Gaussian's taps shared out to the cells of a grid `stride` coarser, each between its two nearest."""
    taps = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (taps / sigma) ** 2)
    reach = int(np.ceil(radius / stride))
    cells = np.arange(-reach, reach + 1)
    shares = np.clip(1 - np.abs(cells[:, None] - taps[None] / stride), 0, None)
    kernel = shares @ weights
    return torch.as_tensor(kernel / kernel.sum(), dtype=like.dtype, device=like.device)


def transfer_colors(jobs: Sequence[TransferJob], settings: TransferSettings) -> list[NDArray[np.uint8]]:
    """Each job's occluder in its face's colours: (H, W, 3) uint8, changed within its mask only.

    The jobs are solved as one batch; how they are batched changes no number. Raises RuntimeError where
    settings.device is cuda and there is none.
    """
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("transfer.device: expected a CUDA device, found none; set it to cpu")
    device = torch.device(settings.device)
    with torch.no_grad():
        masks = [torch.from_numpy(job.mask).to(device) for job in jobs]
        occluders = [torch.from_numpy(job.occluder).to(device) for job in jobs]
        faces = [cap_highlights(job.face_colors) if settings.cap_highlights else job.face_colors for job in jobs]
        sources = [
            classify(image.reshape(-1, 3), mask.reshape(-1), bits=settings.bits)
            for image, mask in zip(occluders, masks, strict=True)
        ]
        targets = [classify(torch.from_numpy(face).to(device), bits=settings.bits) for face in faces]
        moves = solve(
            _padded([one.colors for one in sources]),
            _padded([one.counts for one in sources]),
            _padded([one.colors for one in targets]),
            _padded([one.counts for one in targets]),
            torch.from_numpy(np.stack([job.directions for job in jobs])).to(device),
        )
        return [
            _moved(image, mask, source, move, settings).cpu().numpy()
            for image, mask, source, move in zip(occluders, masks, sources, moves, strict=True)
        ]


def _padded(parts: Sequence[Tensor]) -> Tensor:
    return torch.nn.utils.rnn.pad_sequence(list(parts), batch_first=True)


def _moved(image: Tensor, mask: Tensor, source: ColorClasses, move: Tensor, settings: TransferSettings) -> Tensor:
    """The occluder with the smoothed displacement of its pixels added. (H, W, 3) uint8."""
    classes = len(source.colors)
    table = torch.zeros((classes + 1, 4), dtype=torch.float32, device=image.device)
    table[:classes, :3] = move[:classes] * 255.0
    table[:classes, 3] = 1.0
    # index_select, not table[...]: ten times faster on a CPU.
    shift = table.index_select(0, source.class_of_pixel).reshape(*mask.shape, 4)
    if settings.smooth_radius_px:
        planes = smooth_masked(shift, sigma=settings.smooth_sigma_px, radius=settings.smooth_radius_px)
        shift = planes.permute(1, 2, 0)
    new = (image + shift[..., :3]).round_().clamp_(0, 255).to(torch.uint8)
    return torch.where(mask[..., None], new, image)
