"""How a network is trained: plain numbers, checked. No torch, so rule files may read them."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

Optimizer = Literal["sgd", "adam", "adamw"]
Schedule = Literal["constant", "poly", "cosine", "step"]
Precision = Literal["fp32", "bf16"]
Keep = Literal["last", "best"]


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """Everything that the loop itself needs to know; what is trained on what is the task's.

    batch_size: items a step, over all processes together, so that their number does not change the optimisation;
    momentum: SGD's, and the first beta of Adam;  min_lr: floor of every schedule;  poly_power: of schedule poly;
    milestones: finished epochs after which schedule step multiplies by `gamma`;
    warmup_steps: steps over which the rate rises linearly from nothing to what the schedule says;
    clip_norm: limit of the gradient's norm over all parameters, None for none;
    ema_decay: moving average of the weights, which is then what is validated and kept; None for none;
    deterministic: only algorithms that give the same bits each time;
    workers: loader processes, 0 for none; they change speed, never the result;
    keep: the weights of the last epoch, or of the one whose validation `metric` was best (the earlier one on a tie);
    validate_every: epochs between validations, and the last one in any case; 0 for never.
    """

    epochs: int
    batch_size: int
    lr: float
    optimizer: Optimizer = "sgd"
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: Schedule = "constant"
    poly_power: float = 0.9
    min_lr: float = 0.0
    milestones: tuple[int, ...] = ()
    gamma: float = 0.1
    warmup_steps: int = 0
    clip_norm: float | None = None
    ema_decay: float | None = None
    precision: Precision = "fp32"
    deterministic: bool = True
    workers: int = 0
    keep: Keep = "last"
    metric: str = ""
    higher_is_better: bool = True
    validate_every: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low in (("epochs", 1), ("batch_size", 1), ("warmup_steps", 0), ("workers", 0), ("validate_every", 0),
                          ("seed", 0)):  # fmt: skip
            _check_whole(name, getattr(self, name), low)
        _check_number("lr", self.lr, low=0, open_low=True)
        _check_number("momentum", self.momentum, low=0, high=1)
        _check_number("weight_decay", self.weight_decay, low=0)
        _check_number("poly_power", self.poly_power, low=0, open_low=True)
        _check_number("min_lr", self.min_lr, low=0)
        _check_number("gamma", self.gamma, low=0, open_low=True)
        if self.clip_norm is not None:
            _check_number("clip_norm", self.clip_norm, low=0, open_low=True)
        if self.ema_decay is not None:
            _check_number("ema_decay", self.ema_decay, low=0, high=1)
        for name, choices in (("optimizer", Optimizer), ("schedule", Schedule), ("precision", Precision),
                              ("keep", Keep)):  # fmt: skip
            _check_choice(name, getattr(self, name), get_args(choices))
        for name in ("deterministic", "higher_is_better"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name}: expected true or false, found {getattr(self, name)!r}")
        if not isinstance(self.metric, str):
            raise ValueError(f"metric: expected the name of a validation metric, found {self.metric!r}")
        self._check_milestones()
        if self.min_lr > self.lr:
            raise ValueError(f"min_lr: expected at most lr = {self.lr:g}, found {self.min_lr:g}")
        if self.keep == "best" and not (self.metric and self.validate_every):
            raise ValueError(
                "keep: best needs metric (a name that the validation gives) and validate_every of 1 or more"
            )

    def _check_milestones(self) -> None:
        if not isinstance(self.milestones, tuple):
            raise ValueError(f"milestones: expected a list of epochs, found {self.milestones!r}")
        for epoch in self.milestones:
            _check_whole("milestones", epoch, 1)
        if list(self.milestones) != sorted(set(self.milestones)):
            raise ValueError(f"milestones: expected rising epochs, found {list(self.milestones)}")
        if self.schedule == "step" and not self.milestones:
            raise ValueError("milestones: schedule step needs at least one")

    @classmethod
    def of(cls, mapping: Mapping[str, Any], *, seed: int) -> Self:
        """Settings from a section of the config, which holds no seed. ValueError that names the key."""
        known = {field.name: field for field in dataclasses.fields(cls) if field.name != "seed"}
        for key in mapping:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"expected some of {', '.join(known)}"
                raise ValueError(f"{key}: no setting of training; {hint}")
        missing = [
            name for name, field in known.items() if field.default is dataclasses.MISSING and name not in mapping
        ]
        if missing:
            raise ValueError(f"{missing[0]}: missing from the settings of training")
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in mapping.items()
        }
        return cls(**values, seed=seed)


def _check_whole(name: str, value: object, low: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise ValueError(f"{name}: expected a whole number of at least {low}, found {value!r}")


def _check_number(name: str, value: object, *, low: float, high: float = math.inf, open_low: bool = False) -> None:
    """low and high are allowed unless low is open; a high limit is always outside (a decay of 1 would never move)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        hint = "; YAML reads 1e-4 as text, write 1.0e-4" if isinstance(value, str) and "e" in value.lower() else ""
        raise ValueError(f"{name}: expected a number, found {value!r}{hint}")
    if not (low < value if open_low else low <= value) or not value < high:
        floor = f"more than {low:g}" if open_low else f"at least {low:g}"
        ceiling = f" and less than {high:g}" if high < math.inf else ""
        raise ValueError(f"{name}: expected {floor}{ceiling}, found {value!r}")


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name}: expected one of {', '.join(choices)}, found {value!r}")
