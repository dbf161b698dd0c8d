"""The small JSON beside trained weights: which network they fit and how images are brought to it. No torch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ..artifacts.atomic import write_json
from .networks.catalogue import network_spec

CARD_NAME = "model.json"


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """network: a name of the catalogue;  size_px: images are squeezed to a square of this side before they go in."""

    network: str
    size_px: int
    training_set: str | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        network_spec(self.network)
        if self.size_px < 32 or self.size_px % 32:
            raise ValueError(f"size_px: expected a multiple of 32, found {self.size_px}")


def write_card(path: Path, card: ModelCard) -> None:
    write_json(path, asdict(card))


def read_card(path: Path) -> ModelCard:
    """FileNotFoundError for no file, ValueError naming the file for another content."""
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: expected the description that training writes beside its weights, found none; "
            "give the network's name and size instead (--network, --size-px)"
        )
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return ModelCard(**values)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: expected a model's description, found: {error}") from error
