"""The learning rate of every step, as a pure function: what a resumed run needs no state for."""

from __future__ import annotations

import math

from .settings import TrainSettings


def learning_rate(settings: TrainSettings, step: int, *, steps_per_epoch: int) -> float:
    """Rate of optimiser step `step` (0 is the first), before any scale of a parameter group.

    With x = step / all steps, between `lr` and `min_lr`:
    constant: lr;  poly: (1 - x) ** poly_power, as in mmsegmentation;  cosine: (1 + cos(pi x)) / 2;
    step: lr * gamma ** (milestones reached), a milestone being a number of finished epochs; never below min_lr.
    During warm-up the rate is multiplied by (step + 1) / warmup_steps.
    Raises ValueError for a step outside of the run.
    """
    total = settings.epochs * steps_per_epoch
    if not 0 <= step < total:
        raise ValueError(f"step: expected 0..{total - 1}, found {step}")
    ramp = min(1.0, (step + 1) / settings.warmup_steps) if settings.warmup_steps else 1.0
    return ramp * _scheduled(settings, step / total, step // steps_per_epoch)


def _scheduled(settings: TrainSettings, progress: float, epoch: int) -> float:
    span = settings.lr - settings.min_lr
    match settings.schedule:
        case "constant":
            return settings.lr
        case "poly":
            return settings.min_lr + span * math.pow(1 - progress, settings.poly_power)
        case "cosine":
            return settings.min_lr + span * (1 + math.cos(math.pi * progress)) / 2
        case "step":
            reached = sum(epoch >= milestone for milestone in settings.milestones)
            return max(settings.min_lr, settings.lr * math.pow(settings.gamma, reached))
