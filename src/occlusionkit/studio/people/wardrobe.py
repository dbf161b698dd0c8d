"""The thirteen people: who they are and what they wear. A table to read and to edit; making them is `bake`.

Colours are sRGB, as a colour picker gives them ("#rrggbb").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from .anatomy import Shape


def _check_colors(owner: object, *names: str) -> None:
    for name in names:
        value = getattr(owner, name)
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise ValueError(f"{type(owner).__name__} {name}: expected a colour like '#a0522d', found {value!r}")


def _check_choice(owner: object, name: str, choices: object) -> None:
    value = getattr(owner, name)
    if value not in get_args(choices):
        raise ValueError(
            f"{type(owner).__name__} {name}: expected one of {', '.join(get_args(choices))}, found {value!r}"
        )


def _check_range(owner: object, name: str, low: float, high: float) -> None:
    value = getattr(owner, name)
    if not low <= value <= high:
        raise ValueError(f"{type(owner).__name__} {name}: expected {low} .. {high}, found {value}")


HairStyle = Literal["bald", "balding", "buzz", "short", "quiff", "curly", "bob", "long", "bun", "ponytail"]
Beard = Literal["none", "stubble", "full"]
TopPattern = Literal["plain", "stripes", "chest_band", "yoke"]
BottomKind = Literal["trousers", "skirt"]
BottomPattern = Literal["plain", "side_stripe"]


@dataclass(frozen=True, kw_only=True)
class Hair:
    style: HairStyle
    color: str = "#2b1d14"
    beard: Beard = "none"

    def __post_init__(self) -> None:
        _check_colors(self, "color")
        _check_choice(self, "style", HairStyle)
        _check_choice(self, "beard", Beard)


@dataclass(frozen=True, kw_only=True)
class Top:
    """sleeve: where it ends along the arm, 0 shoulder, 1 elbow, 2 wrist.  neck: how low and wide the opening is, 0..1.
    hem: where it ends below the waist, 0 tucked in (always so under a skirt), 1 at the crotch.
    loose: 0 on the skin, 1 wide.  accent colours the pattern."""

    color: str
    sleeve: float
    neck: float = 0.3
    v_neck: bool = False
    hem: float = 0.5
    loose: float = 0.4
    pattern: TopPattern = "plain"
    accent: str = "#f0f0f0"

    def __post_init__(self) -> None:
        _check_colors(self, "color", "accent")
        _check_choice(self, "pattern", TopPattern)
        for name, high in (("sleeve", 1.95), ("neck", 1.0), ("hem", 1.0), ("loose", 1.0)):
            _check_range(self, name, 0, high)


@dataclass(frozen=True, kw_only=True)
class Bottom:
    """hem: where it ends, 1 knee, 2 ankle, 2.06 on the shoe.  loose: 0 on the skin, 1 wide; for a skirt, how much it
    widens downwards."""

    kind: BottomKind
    color: str
    hem: float
    loose: float = 0.3
    pattern: BottomPattern = "plain"
    accent: str = "#f0f0f0"

    def __post_init__(self) -> None:
        _check_colors(self, "color", "accent")
        _check_choice(self, "kind", BottomKind)
        _check_choice(self, "pattern", BottomPattern)
        _check_range(self, "hem", 0.2, 2.1)
        _check_range(self, "loose", 0, 1)


@dataclass(frozen=True, kw_only=True)
class Shoes:
    """shaft: how far up the leg they reach, 0 below the ankle, 1 at the knee.
    sock: its colour, or None for bare skin;  sock_top: where it ends on the leg, 1 knee, 2 ankle."""

    color: str
    sole: str = "#e8e6e0"
    shaft: float = 0.0
    sock: str | None = None
    sock_top: float = 1.75

    def __post_init__(self) -> None:
        _check_colors(self, "color", "sole", *(["sock"] if self.sock else []))
        _check_range(self, "shaft", 0, 0.8)
        _check_range(self, "sock_top", 0, 2)


@dataclass(frozen=True, kw_only=True)
class PersonSpec:
    """All that decides how one person looks."""

    name: str
    subject: int
    description: str
    shape: Shape
    skin: str
    iris: str
    hair: Hair
    top: Top
    bottom: Bottom
    shoes: Shoes

    def __post_init__(self) -> None:
        _check_colors(self, "skin", "iris")


PEOPLE: tuple[PersonSpec, ...] = (
    PersonSpec(
        name="p01",
        subject=1,
        description="man, about 25, medium build, short brown hair; teal T-shirt, blue jeans, white trainers",
        shape=Shape(gender=0, age=0.66, height=0.42, muscle=0.6, weight=0.45, caucasian=1, african=0, asian=0),
        skin="#e0b08e",
        iris="#4b6b86",
        hair=Hair(style="short", color="#4a2f1c"),
        top=Top(color="#1f7a78", sleeve=0.6, neck=0.05, loose=0.6, hem=0.55),
        bottom=Bottom(kind="trousers", color="#33486b", hem=2.06, loose=0.35),
        shoes=Shoes(color="#e9e9ea", sole="#f6f6f4", shaft=0.06),
    ),
    PersonSpec(
        name="p02",
        subject=2,
        description="woman, about 25, slim, long dark brown hair; mustard long-sleeved top, dark green skirt",
        shape=Shape(gender=1, age=0.66, height=0.46, muscle=0.5, weight=0.4, caucasian=0.6, african=0, asian=0.4),
        skin="#d9a27e",
        iris="#4a3220",
        hair=Hair(style="long", color="#35211a"),
        top=Top(color="#d09a2a", sleeve=1.9, neck=0.35, loose=0.2, hem=0.1),
        bottom=Bottom(kind="skirt", color="#20503e", hem=0.95, loose=0.35),
        shoes=Shoes(color="#3a2a24", sole="#2a211d"),
    ),
    PersonSpec(
        name="p03",
        subject=3,
        description="man, about 30, tall, muscular, black buzz cut; red vest with a white band, black shorts",
        shape=Shape(
            gender=0, age=0.7, height=0.5, muscle=0.95, weight=0.5, proportions=0.8, african=1, asian=0, caucasian=0
        ),
        skin="#6b4430",
        iris="#2c1a10",
        hair=Hair(style="buzz", color="#140f0d", beard="stubble"),
        top=Top(color="#b3201f", sleeve=0.0, neck=0.5, loose=0.3, hem=0.5, pattern="chest_band"),
        bottom=Bottom(kind="trousers", color="#17181c", hem=0.85, loose=0.75, pattern="side_stripe", accent="#d8d8d8"),
        shoes=Shoes(color="#1b1b1f", sole="#d9d9d9", shaft=0.06, sock="#f0f0f0"),
    ),
    PersonSpec(
        name="p04",
        subject=4,
        description="woman, about 30, tall and slim, blond ponytail; navy and white striped top, wine red trousers",
        shape=Shape(
            gender=1, age=0.69, height=0.56, muscle=0.6, weight=0.3, proportions=0.8, caucasian=1, african=0, asian=0
        ),
        skin="#eec3a4",
        iris="#5f7f6a",
        hair=Hair(style="ponytail", color="#c39a5c"),
        top=Top(color="#eceae4", sleeve=1.4, neck=0.45, loose=0.25, hem=0.4, pattern="stripes", accent="#20305c"),
        bottom=Bottom(kind="trousers", color="#64202f", hem=1.9, loose=0.2),
        shoes=Shoes(color="#2b2b30", sole="#efeeea", shaft=0.06),
    ),
    PersonSpec(
        name="p05",
        subject=5,
        description="man, about 45, heavy, balding with a full brown beard; plum sweater, khaki trousers",
        shape=Shape(
            gender=0, age=0.78, height=0.4, muscle=0.35, weight=0.95, proportions=0.35, caucasian=1, african=0, asian=0
        ),
        skin="#dca488",
        iris="#6d5636",
        hair=Hair(style="balding", color="#5a3a22", beard="full"),
        top=Top(color="#5e2c52", sleeve=1.88, neck=0.0, loose=0.7, hem=0.65),
        bottom=Bottom(kind="trousers", color="#8d7a56", hem=2.06, loose=0.5),
        shoes=Shoes(color="#4a3121", sole="#241a14"),
    ),
    PersonSpec(
        name="p06",
        subject=6,
        description="woman, about 40, heavy, black curly hair; orange short-sleeved blouse, long purple skirt",
        shape=Shape(
            gender=1,
            age=0.76,
            height=0.42,
            muscle=0.35,
            weight=0.93,
            proportions=0.3,
            cupsize=0.7,
            african=1,
            asian=0,
            caucasian=0,
        ),
        skin="#80543a",
        iris="#2a1a12",
        hair=Hair(style="curly", color="#17110e"),
        top=Top(color="#d9662b", sleeve=0.8, neck=0.6, v_neck=True, loose=0.45, hem=0.35),
        bottom=Bottom(kind="skirt", color="#43306b", hem=1.5, loose=0.35),
        shoes=Shoes(color="#22202a", sole="#16151a"),
    ),
    PersonSpec(
        name="p07",
        subject=7,
        description="man, about 70, slim, grey hair, balding, white beard; light blue shirt, charcoal trousers",
        shape=Shape(gender=0, age=0.98, height=0.42, muscle=0.35, weight=0.4, caucasian=0.7, african=0, asian=0.3),
        skin="#dcae90",
        iris="#5d6f7d",
        hair=Hair(style="balding", color="#b9b7b2", beard="full"),
        top=Top(color="#9dbbdc", sleeve=1.9, neck=0.0, loose=0.62, hem=0.0),
        bottom=Bottom(kind="trousers", color="#3b3d42", hem=2.06, loose=0.4),
        shoes=Shoes(color="#171515", sole="#0f0e0e"),
    ),
    PersonSpec(
        name="p08",
        subject=8,
        description="woman, about 70, medium build, white hair in a bun; rose jumper, grey skirt over the knee",
        shape=Shape(gender=1, age=0.97, height=0.38, muscle=0.35, weight=0.6, caucasian=1, african=0, asian=0),
        skin="#e7bea3",
        iris="#6b7f90",
        hair=Hair(style="bun", color="#d9d6d0"),
        top=Top(color="#b9607a", sleeve=1.85, neck=0.1, loose=0.5, hem=0.5),
        bottom=Bottom(kind="skirt", color="#70737b", hem=1.1, loose=0.2),
        shoes=Shoes(color="#5a4638", sole="#2c231c", sock="#b98f78", sock_top=0.0),
    ),
    PersonSpec(
        name="p09",
        subject=9,
        description="man, about 20, tall and thin, black quiff; lime green T-shirt, beige shorts, orange trainers",
        shape=Shape(
            gender=0, age=0.63, height=0.5, muscle=0.45, weight=0.25, proportions=0.6, asian=1, african=0, caucasian=0
        ),
        skin="#d8aa80",
        iris="#2b1c12",
        hair=Hair(style="quiff", color="#15110f"),
        top=Top(color="#86b93a", sleeve=0.65, neck=0.1, loose=0.7, hem=0.7, pattern="yoke", accent="#2e4a22"),
        bottom=Bottom(kind="trousers", color="#c7b48d", hem=0.9, loose=0.6),
        shoes=Shoes(color="#e0662a", sole="#f3f1ec", shaft=0.06, sock="#f0f0f0"),
    ),
    PersonSpec(
        name="p10",
        subject=10,
        description="woman, about 25, athletic, black bob; coral sleeveless top, black leggings, blue trainers",
        shape=Shape(
            gender=1, age=0.65, height=0.44, muscle=0.8, weight=0.4, proportions=0.7, asian=1, african=0, caucasian=0
        ),
        skin="#e2b48f",
        iris="#2a1b12",
        hair=Hair(style="bob", color="#18120f"),
        top=Top(color="#f0705c", sleeve=0.0, neck=0.55, loose=0.1, hem=0.3),
        bottom=Bottom(kind="trousers", color="#1d1e24", hem=1.8, loose=0.0, pattern="side_stripe", accent="#6fd0d8"),
        shoes=Shoes(color="#2f63b8", sole="#f2f2f2", shaft=0.06),
    ),
    PersonSpec(
        name="p11",
        subject=11,
        description="man, about 35, tall, shaved head; white shirt, brown trousers, black boots",
        shape=Shape(
            gender=0,
            age=0.72,
            height=0.48,
            muscle=0.7,
            weight=0.6,
            proportions=0.5,
            african=0.7,
            caucasian=0.3,
            asian=0,
        ),
        skin="#9a6a48",
        iris="#3b2516",
        hair=Hair(style="bald", color="#1a1310", beard="full"),
        top=Top(color="#e8e6df", sleeve=1.5, neck=0.2, v_neck=True, loose=0.55, hem=0.5),
        bottom=Bottom(kind="trousers", color="#5b4130", hem=2.06, loose=0.3),
        shoes=Shoes(color="#1d1a18", sole="#0f0d0c", shaft=0.3),
    ),
    PersonSpec(
        name="p12",
        subject=12,
        description="woman, about 35, medium build, red bob; grey sweater, denim shorts, sand-coloured boots",
        shape=Shape(
            gender=1, age=0.73, height=0.42, muscle=0.5, weight=0.62, caucasian=1, african=0, asian=0, cupsize=0.6
        ),
        skin="#f0c9b0",
        iris="#5b7f58",
        hair=Hair(style="bob", color="#8a3b1c"),
        top=Top(color="#7c8288", sleeve=1.9, neck=0.0, loose=0.75, hem=0.75),
        bottom=Bottom(kind="trousers", color="#3f5f8a", hem=0.75, loose=0.35),
        shoes=Shoes(color="#b08a5c", sole="#6e5336", shaft=0.3),
    ),
    PersonSpec(
        name="p13",
        subject=13,
        description="man, about 55, broad, short grey hair; white and green polo shirt, navy trousers",
        shape=Shape(gender=0, age=0.86, height=0.41, muscle=0.6, weight=0.75, asian=0.5, caucasian=0.5, african=0),
        skin="#c8946c",
        iris="#33241a",
        hair=Hair(style="short", color="#77736e"),
        top=Top(color="#e6e8e1", sleeve=0.75, neck=0.05, loose=0.55, hem=0.6, pattern="yoke", accent="#1d6b45"),
        bottom=Bottom(kind="trousers", color="#1f2a44", hem=2.06, loose=0.45),
        shoes=Shoes(color="#6a4526", sole="#2b1d12"),
    ),
)
