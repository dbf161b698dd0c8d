"""Checks of settings: one sentence that names the setting, what was found and what is expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

Settings = TypeVar("Settings")


def number(settings: object, name: str, low: float, high: float) -> None:
    """A number in low..high."""
    value = getattr(settings, name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"{_title(settings)}.{name}: expected a number in {low}..{high}, found {value!r}")


def fraction(settings: object, *names: str) -> None:
    """Numbers in 0..1."""
    for name in names:
        number(settings, name, 0, 1)


def span(settings: object, name: str, low: float, high: float) -> None:
    """A pair within low..high, the smaller first."""
    value = getattr(settings, name)
    if len(value) != 2 or not low <= value[0] <= value[1] <= high:
        raise ValueError(
            f"{_title(settings)}.{name}: expected two numbers in {low}..{high}, the smaller first, found {value}"
        )


def fraction_span(settings: object, *names: str) -> None:
    """Pairs within 0..1."""
    for name in names:
        span(settings, name, 0, 1)


def choice(settings: object, name: str, allowed: Iterable[str]) -> None:
    """One of `allowed`, or a tuple of some of them."""
    value, known = getattr(settings, name), list(allowed)
    values = value if isinstance(value, tuple) else (value,)
    if not values or any(one not in known for one in values):
        raise ValueError(f"{_title(settings)}.{name}: expected {' or '.join(known)}, found {value!r}")


def from_mapping(kind: type[Settings], values: Mapping[str, Any]) -> Settings:
    """A settings object from a section of the config: lists become tuples, unknown keys are refused by name."""
    fields = getattr(kind, "__dataclass_fields__", {})
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise ValueError(f"{kind.__name__}: unknown settings {unknown}; it has {', '.join(fields)}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


def _title(settings: object) -> str:
    return type(settings).__name__
