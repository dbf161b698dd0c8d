"""Where a crop goes: the official names of Occluded-REID and of Market-1501."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..people.identities import train_identities
from .shots import Side
from .sites import CAMERAS, SiteCamera

Dataset = Literal["occluded_reid", "market"]
Split = Literal["train", "test"]
FOLDERS: dict[Dataset, str] = {"occluded_reid": "Occluded_REID", "market": "Market-1501-v15.09.15"}
# A three-digit folder per person, four digits in Market-1501's names.
MOST_OCCLUDED, MOST_ALL = 999, 9999
_CAMERAS_STREAM = 0xCA


@dataclass(frozen=True)
class Task:
    """One crop to make: number counts a person's crops of one side, 1.."""

    dataset: Dataset
    identity: int
    side: Side
    number: int
    camera: SiteCamera

    @property
    def split(self) -> Split:
        return split_of(self.identity)

    @property
    def path(self) -> str:
        """Below the data set's folder in results/data."""
        root = FOLDERS[self.dataset]
        if self.dataset == "occluded_reid":
            person = f"{self.identity:03d}"
            return f"{root}/{self.side}_body_images/{person}/{person}_{self.number:02d}.tif"
        # A person's first picture is the query where they are tested; the others, by other cameras, are the gallery.
        folder = "bounding_box_train" if self.split == "train" else "query" if self.number == 1 else "bounding_box_test"
        return f"{root}/{folder}/{self.identity:04d}_c{self.camera.number}s1_{25 * self.number:06d}_01.jpg"


def split_of(identity: int) -> Split:
    """Which half an identity is in."""
    return "train" if identity in train_identities(identity) else "test"


def tasks_of(identity: int, *, occluded_reid: int, images: int, market_images: int, seed: int) -> list[Task]:
    """What is made of one person: Occluded-REID's both sides of the first `occluded_reid` identities, whole pictures
    in Market-1501's layout of the others. Cameras go round, so that no two pictures of a side share one needlessly.

    ValueError for numbers that the official names can not hold.
    """
    if not 1 <= identity <= MOST_ALL or not 0 <= occluded_reid <= MOST_OCCLUDED:
        raise ValueError(
            f"crops: expected identities of 1..{MOST_ALL}, at most {MOST_OCCLUDED} of them in Occluded-REID, "
            f"found {identity} and {occluded_reid}"
        )
    rng = np.random.default_rng([seed, _CAMERAS_STREAM, identity])
    order = [CAMERAS[index] for index in rng.permutation(len(CAMERAS))]
    if identity > occluded_reid:
        cameras = [order[number % len(order)] for number in range(market_images)]
        return [Task("market", identity, "whole", number + 1, camera) for number, camera in enumerate(cameras)]
    sides: tuple[tuple[Side, int, int], ...] = (("occluded", 1, 0), ("whole", -1, -1))
    # The two sides go round in opposite ways: the n-th of each are by different cameras.
    return [
        Task("occluded_reid", identity, side, number + 1, order[(step * number + start) % len(order)])
        for side, step, start in sides
        for number in range(images)
    ]
