"""Evaluation protocols by name. Numbers of two protocols are never comparable: other trainings, other galleries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

# Who stands first where two scores are equal: wrong answers, right ones, or whoever comes first in the gallery.
Ties = Literal["pessimistic", "optimistic", "stable"]
TIES: tuple[Ties, ...] = get_args(Ties)
# How N images become one: their mean feature, or the nearest pair. The paper does not say.
Fusion = Literal["mean_feature", "min_distance"]
FUSIONS: tuple[Fusion, ...] = get_args(Fusion)
# What an identity with fewer than N images gets: all it has, nothing (it is left out), or some of them twice.
Few = Literal["cap", "drop", "replace"]
FEW: tuple[Few, ...] = get_args(Few)
Kind = Literal["sets", "single"]

# No half split: the dataset ships who is tested.
SHIPPED = -1


@dataclass(frozen=True)
class Protocol:
    """What is fixed by a protocol's name.

    kind: sets (N-shot, one query set and one gallery set for each identity) or single (each query image against all
    gallery images);  cameras: whether the junk rule applies;  text: what it says, in a sentence.
    """

    name: str
    kind: Kind
    cameras: bool
    text: str


_ALL = (
    Protocol(
        "icme18",
        "sets",
        False,
        "Trained on one half of the dataset's identities, tested on the other; N occluded images of each identity are "
        "matched with N whole ones, over many draws of images (Zhuo et al., ICME 2018).",
    ),
    Protocol(
        "transfer",
        "single",
        False,
        "Trained on another dataset; every occluded image of the whole dataset is a query against all whole images "
        "(all work after 2018, usually trained on Market-1501).",
    ),
    Protocol(
        "supervised",
        "single",
        False,
        "Trained on the dataset's own train part, as it is shipped; every occluded image of its test part is a query "
        "(P-DukeMTMC-reID).",
    ),
    Protocol(
        "market1501",
        "single",
        True,
        "Single query with the junk rule: gallery images of the query's person from its own camera are left out "
        "(Zheng et al., ICCV 2015).",
    ),
)
PROTOCOLS = {protocol.name: protocol for protocol in _ALL}


@dataclass(frozen=True)
class Settings:
    """How a protocol is run. draws, splits, shots, fusions, few: of icme18 only; rerank (k-reciprocal): of single query
    only."""

    ties: Ties = "pessimistic"
    draws: int = 100
    splits: tuple[int, ...] = (0,)
    shots: tuple[int, ...] = (1, 2, 5)
    fusions: tuple[Fusion, ...] = FUSIONS
    few: Few = "cap"
    query_role: Literal["query", "partial"] = "query"
    rerank: bool = False
    device: str = "cpu"

    def title_of(self, protocol: Protocol) -> str:
        """The protocol's name with what makes its numbers others: hand-cropped queries, re-ranking."""
        return protocol.name + "+partial" * (self.query_role == "partial") + "+rerank" * self.rerank


def read_settings(values: Mapping[str, Any], *, splits: Sequence[int] = (0,)) -> Settings:
    """From the config's section: shots, draws, few, ties. ValueError for other keys."""
    unknown = sorted(set(values) - {"shots", "draws", "few", "ties"})
    if unknown:
        raise ValueError(f"evaluation: unknown settings {unknown}")
    settings = Settings(**{**values, "shots": tuple(values["shots"]), "splits": tuple(splits)})
    check_settings(settings)
    return settings


def protocol_named(name: str) -> Protocol:
    """The protocol of that name; ValueError listing the names."""
    if name not in PROTOCOLS:
        raise ValueError(f"protocol: expected one of {', '.join(PROTOCOLS)}; found {name!r}")
    return PROTOCOLS[name]


def check_settings(settings: Settings, *, names: Sequence[str] = ()) -> None:
    """ValueError for numbers that no protocol can be run with. `names`: how the options are called in the message."""
    if settings.draws < 1 or not settings.shots or min(settings.shots) < 1:
        raise ValueError(
            f"{' and '.join(names) or 'draws and shots'}: expected at least one draw and shots from 1, "
            f"found {settings.draws} draws and shots {list(settings.shots)}"
        )
    if not settings.splits or (SHIPPED in settings.splits and len(settings.splits) > 1):
        raise ValueError(f"splits: expected numbers from 0, or the shipped one alone; found {list(settings.splits)}")
