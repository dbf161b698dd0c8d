"""Make the people once: everything that needs the body model happens here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .anatomy import load_anatomy
from .body import save_people
from .dress import dress, workshop_of
from .wardrobe import PEOPLE, PersonSpec


def bake_people(out: Path, *, cache: Path, people: Sequence[PersonSpec] = PEOPLE) -> None:
    """Write the dressed people to `out` (.npz), whole or not at all.

    cache: a folder for the body model's own files (0.9 GB; the first time takes a minute, later ones a few seconds).
    ValueError where there is nobody to make, or two share a name or a subject number.
    """
    for what in ("name", "subject"):
        values = [getattr(spec, what) for spec in people]
        if not values or len(set(values)) < len(values):
            raise ValueError(f"people: expected at least one, each with a {what} of their own, found {values}")
    workshop = workshop_of(load_anatomy(cache))
    save_people(out, tuple(dress(workshop, spec) for spec in people))
