"""The official layouts of the re-identification datasets, and what their releases hold. Nothing here opens a file.

A layout is chosen by name, never guessed from what a folder looks like: a folder of another dataset then fails on its
first file instead of giving numbers that mean something else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TwoSided:
    """A dataset with an occluded and a whole-body side of every person.

    roots: names its folder goes by;  sides: role -> folder, roles query (occluded), gallery (whole) and partial (crops
    of the visible part);  parts: folders above the sides ("": none), what lies below `train` has the role train;
    nested: images lie in a folder per person;  numbered: behind the person in a name stands the image's number, which
    is no camera.
    """

    name: str
    title: str
    roots: tuple[str, ...]
    suffixes: tuple[str, ...]
    nested: bool
    numbered: bool
    sides: Mapping[str, str] = field(
        default_factory=lambda: {"query": "occluded_body_images", "gallery": "whole_body_images"}
    )
    parts: tuple[str, ...] = ("",)
    counts: Mapping[str, int] = field(default_factory=dict)

    def with_sides(self, **folders: str) -> TwoSided:
        """The same with other folder names, for copies that call them `query` and `gallery` or the like."""
        unknown = sorted(set(folders) - set(self.sides))
        if unknown:
            raise ValueError(f"{self.title}: has no sides {unknown}; it has {', '.join(self.sides)}")
        return dataclasses.replace(self, sides={**self.sides, **folders})


@dataclass(frozen=True)
class MarketStyle:
    """`bounding_box_train/`, `query/`, `bounding_box_test/` with 0001_c1s1_000151_01.jpg: person, camera, sequence."""

    name: str
    title: str
    roots: tuple[str, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


Layout = TwoSided | MarketStyle

# What the releases hold; docs/afpb.md says how that is known. P-DukeMTMC's counts are those of the literature.
_ALL: tuple[Layout, ...] = (
    TwoSided(
        name="occluded_reid",
        title="Occluded-REID",
        roots=("Occluded_REID", "OccludedREID"),
        suffixes=(".tif", ".tiff"),
        nested=True,
        numbered=True,
        counts={"identities": 200, "query": 1000, "gallery": 1000},
    ),
    TwoSided(
        name="partial_reid",
        title="Partial-REID",
        roots=("Partial-REID_Dataset", "Partial_REID"),
        suffixes=(".jpg", ".jpeg"),
        nested=False,
        numbered=True,
        sides={"query": "occluded_body_images", "gallery": "whole_body_images", "partial": "partial_body_images"},
        counts={"identities": 60, "query": 300, "gallery": 300, "partial": 300},
    ),
    TwoSided(
        name="p_dukemtmc_reid",
        title="P-DukeMTMC-reID",
        roots=("P-DukeMTMC-reid", "P-DukeMTMC-reID"),
        suffixes=(".jpg", ".jpeg"),
        nested=True,
        numbered=False,
        parts=("train", "test"),
        counts={"identities": 1299, "images": 24_143, "query": 2163, "gallery": 9053, "train": 12_927},
    ),
    TwoSided(
        name="p_ethz",
        title="P-ETHZ",
        roots=("P_ETHZ", "P-ETHZ"),
        suffixes=(".png",),
        nested=True,
        numbered=False,
        counts={"identities": 85, "images": 3897},
    ),
    MarketStyle(
        name="market1501",
        title="Market-1501",
        roots=("Market-1501-v15.09.15", "Market-1501"),
        counts={"train": 12_936, "query": 3368, "gallery": 19_732, "train_identities": 751, "query_identities": 750},
    ),
)
LAYOUTS: Mapping[str, Layout] = {layout.name: layout for layout in _ALL}


def layout_with_sides(name: str, sides: Mapping[str, str]) -> Layout:
    """The layout of that name, its sides' folders called otherwise where `sides` says so."""
    layout = layout_named(name)
    if not sides:
        return layout
    if isinstance(layout, MarketStyle):
        raise ValueError(f"{layout.title}: has fixed folder names, found sides {dict(sides)}")
    return layout.with_sides(**sides)


def layout_named(name: str) -> Layout:
    """The layout of that name; ValueError listing the names."""
    if name not in LAYOUTS:
        raise ValueError(f"reid: expected a layout among {', '.join(LAYOUTS)}; found {name!r}")
    return LAYOUTS[name]
