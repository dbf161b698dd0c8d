"""Numbers and names as UnrealCV's texts have them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .state import CommandError

NAME = re.compile(r"[A-Za-z0-9_.+-]{1,64}")


def three(values: Iterable[float]) -> str:
    """`%.3f %.3f %.3f`, never `-0.000`."""
    return decimals(values, 3)


def decimals(values: Iterable[float], digits: int) -> str:
    # Adding 0.0 after rounding turns -0.0 into 0.0.
    return " ".join(f"{round(value, digits) + 0.0:.{digits}f}" for value in values)


def name_list(names: Iterable[str]) -> str:
    """Names between single blanks, none at the end: clients split there, and would ask for a thing without a name.

    No names are one blank. UnrealCV says `ok` then, which clients take for the name of a thing.
    """
    return " ".join(names) or " "


def checked_name(name: str) -> str:
    """The name itself; CommandError where it would break a list of names."""
    if not NAME.fullmatch(name):
        raise CommandError(f"Argument Invalid: expected a name of 1..64 letters, digits and _.+-, found '{name[:80]}'")
    return name
