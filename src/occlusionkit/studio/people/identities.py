"""Any number of made-up people: identity i is drawn from (seed, i) alone, so it looks the same in every set.

Thirteen people are too few to learn to tell people apart. Here body, skin, hair and clothes are drawn one by one from
tables of what is commonly worn, most of it dark or dull: as in a street, colours alone do not tell who somebody is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from .anatomy import Shape
from .bake import bake_people
from .color import blended_color
from .wardrobe import Beard, Bottom, Hair, HairStyle, PersonSpec, Shoes, Top, TopPattern

# Drawn numbers for identities have streams of their own, whatever else the seed is used for.
_STREAM = 0x1D

Ancestry = Literal["african", "asian", "caucasian"]
T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
    """Colours (sRGB) or styles with how often each is worn, in any unit."""

    values: tuple[str, ...]
    weights: tuple[float, ...]


def _choice(**weights: float) -> Choice:
    return Choice(tuple(weights), tuple(weights.values()))


def _colors(*rows: tuple[str, float]) -> Choice:
    return Choice(tuple(color for color, _ in rows), tuple(weight for _, weight in rows))


# Light to dark; a person's own tone is a mixture of two neighbours.
_SKIN: dict[Ancestry, tuple[str, ...]] = {
    "caucasian": ("#f2cdb4", "#e8bd9f", "#dca98a", "#c99472"),
    "asian": ("#ecc9a4", "#dfb48c", "#cf9f76", "#b98960"),
    "african": ("#a9754f", "#8a5a3c", "#6d442c", "#4f3020"),
}
_HAIR_COLORS: dict[Ancestry, Choice] = {
    "caucasian": _colors(
        ("#2b1d14", 3), ("#4a2f1c", 4), ("#6b4a2e", 3), ("#a9814f", 2), ("#c39a5c", 1), ("#8a3b1c", 1)
    ),
    "asian": _colors(("#15110f", 5), ("#241812", 3), ("#3b261a", 1)),
    "african": _colors(("#120e0c", 5), ("#1d1511", 3), ("#2f2018", 1)),
}
_GREY_HAIR = ("#77736e", "#b9b7b2", "#d9d6d0")
_IRIS: dict[Ancestry, Choice] = {
    "caucasian": _colors(("#4b6b86", 2), ("#5f7f6a", 1), ("#6d5636", 2), ("#4a3220", 2)),
    "asian": _colors(("#2b1c12", 3), ("#4a3220", 1)),
    "african": _colors(("#2a1a12", 3), ("#3b2516", 1)),
}
_MEN_HAIR = _choice(short=6, buzz=2, quiff=2, curly=1, balding=1, bald=1)
_WOMEN_HAIR = _choice(long=4, ponytail=3, bob=3, bun=2, curly=1, short=1)
_OLD_MEN_HAIR = _choice(balding=4, short=4, bald=1)
_OLD_WOMEN_HAIR = _choice(bun=2, bob=4, short=2, curly=1)
_BEARDS = _choice(none=6, stubble=2, full=2)

_TOP_COLORS = _colors(
    ("#1b1c20", 10), ("#34363b", 7), ("#5d6166", 5), ("#9a9da0", 5), ("#e4e3de", 7), ("#1f2a44", 8), ("#3b5478", 5),
    ("#8fb0d2", 3), ("#7a1f26", 4), ("#b3302c", 3), ("#4a5738", 4), ("#2f5d46", 2), ("#8d7a56", 3), ("#5a4130", 3),
    ("#cfb98f", 3), ("#d09a2a", 2), ("#d9662b", 1.5), ("#1f7a78", 2), ("#5e2c52", 2), ("#c98a9c", 2), ("#6f6aa0", 1),
)  # fmt: skip
_BOTTOM_COLORS = _colors(
    ("#17181c", 10), ("#2d2f34", 6), ("#3b3d42", 4), ("#2b3a57", 8), ("#3f5a84", 6), ("#6e86a6", 3), ("#1f2a44", 5),
    ("#70737b", 3), ("#8d7a56", 4), ("#b7a27a", 3), ("#5b4130", 3), ("#4a5138", 2), ("#64202f", 1), ("#dcdad3", 1),
)  # fmt: skip
_SKIRT_COLORS = _colors(
    ("#17181c", 5), ("#1f2a44", 3), ("#70737b", 2), ("#64202f", 2), ("#20503e", 1), ("#43306b", 1), ("#b7a27a", 2),
    ("#8f4a3a", 1), ("#3f5a84", 2),
)  # fmt: skip
_SHOE_COLORS = _colors(
    ("#17161a", 7), ("#e6e6e4", 5), ("#4a3121", 4), ("#2f2f35", 4), ("#8a8d92", 2), ("#6a4526", 2), ("#2b3f6b", 1),
    ("#9c2f2a", 1), ("#b08a5c", 1),
)  # fmt: skip
_ACCENTS = _colors(
    ("#f0f0ea", 5), ("#15161a", 4), ("#20305c", 3), ("#a32a2a", 2), ("#d8b24a", 1), ("#1d6b45", 1), ("#8aa9c8", 2)
)
_TOP_PATTERNS = _choice(plain=11, stripes=3, yoke=2, chest_band=2)
# How far a garment's colour strays from its table's, levels of 255 in each channel: dye lots and wear.
_DYE_LEVELS = 12.0


def identity_name(number: int) -> str:
    """Identity 7 is "i0007"."""
    return f"i{number:04d}"


def identity_specs(count: int, *, seed: int, first: int = 1) -> tuple[PersonSpec, ...]:
    """The identities first .. first + count - 1 of a seed. ValueError unless count and first are at least 1."""
    if count < 1 or first < 1:
        raise ValueError(f"identities: expected a count and a first number of at least 1, found {count} and {first}")
    return tuple(identity_spec(number, seed=seed) for number in range(first, first + count))


def bake_identities(out: Path, *, cache: Path, count: int, seed: int, first: int = 1) -> None:
    """Write the identities first .. first + count - 1 to `out` (.npz, for `load_people`), whole or not at all.

    cache: the body model's folder, as for `bake_people`. ValueError as for `identity_specs`.
    """
    bake_people(out, cache=cache, people=identity_specs(count, seed=seed, first=first))


def train_identities(count: int) -> tuple[int, ...]:
    """Of the identities 1 .. count those that training may see: the odd ones, however many there are in all."""
    return tuple(range(1, count + 1, 2))


def test_identities(count: int) -> tuple[int, ...]:
    """The others: even, so that a set that grows moves nobody from one half to the other."""
    return tuple(range(2, count + 1, 2))


# pytest takes functions of this name for tests wherever they are imported.
test_identities.__test__ = False  # type: ignore[attr-defined]


def identity_spec(number: int, *, seed: int) -> PersonSpec:
    """Who identity `number` is; it depends on (seed, number) alone."""
    rng = np.random.default_rng([seed, _STREAM, number])
    woman = bool(rng.uniform() < 0.5)
    age = float(np.clip(0.63 + 0.36 * rng.beta(1.0, 2.2), 0.63, 0.99))
    ancestry: Ancestry = _one_of(rng, ("caucasian", "asian", "african"), (0.45, 0.35, 0.2))
    hair = _hair(rng, woman=woman, old=age > 0.84, ancestry=ancestry)
    top, bottom, shoes = _outfit(rng, woman=woman)
    return PersonSpec(
        name=identity_name(number),
        subject=number,
        description=_described(woman, age, hair, top, bottom),
        shape=_shape(rng, woman=woman, age=age, ancestry=ancestry),
        skin=_between(rng, _SKIN[ancestry]),
        iris=_drawn(rng, _IRIS[ancestry]),
        hair=hair,
        top=top,
        bottom=bottom,
        shoes=shoes,
    )


def _shape(rng: np.random.Generator, *, woman: bool, age: float, ancestry: Ancestry) -> Shape:
    mixed = float(rng.uniform(0, 0.25))
    shares = dict.fromkeys(("african", "asian", "caucasian"), mixed / 2) | {ancestry: 1 - mixed}
    return Shape(
        gender=float(woman),
        age=age,
        # Men of about 1.79 m +- 6 cm, women of about 1.67 m +- 6 cm.
        height=float(np.clip(rng.normal(0.43, 0.045) if woman else rng.normal(0.41, 0.035), 0.33, 0.54)),
        muscle=float(rng.uniform(0.3, 0.9 if age < 0.8 else 0.55)),
        weight=float(np.clip(rng.normal(0.5, 0.2), 0.22, 0.97)),
        proportions=float(rng.uniform(0.3, 0.8)),
        cupsize=float(rng.uniform(0.4, 0.7)),
        **shares,
    )


def _hair(rng: np.random.Generator, *, woman: bool, old: bool, ancestry: Ancestry) -> Hair:
    styles = (_OLD_WOMEN_HAIR if old else _WOMEN_HAIR) if woman else (_OLD_MEN_HAIR if old else _MEN_HAIR)
    style: HairStyle = _drawn(rng, styles)  # type: ignore[assignment]
    beard: Beard = _drawn(rng, _BEARDS)  # type: ignore[assignment]
    color = _drawn(rng, _HAIR_COLORS[ancestry])
    grey = _GREY_HAIR[int(rng.integers(len(_GREY_HAIR)))]
    return Hair(style=style, color=grey if old else color, beard="none" if woman else beard)


def _outfit(rng: np.random.Generator, *, woman: bool) -> tuple[Top, Bottom, Shoes]:
    skirt = woman and bool(rng.uniform() < 0.3)
    # How warmly one is dressed holds for the whole outfit: 0 summer, 1 winter.
    warm = float(rng.uniform())
    top = _top(rng, warm=warm, woman=woman, tucked=skirt)
    short = warm < 0.35 and bool(rng.uniform() < 0.6)
    if skirt:
        hem = float(rng.uniform(0.6, 1.0) if short else rng.uniform(0.95, 1.55))
        bottom = Bottom(kind="skirt", color=_dyed(rng, _SKIRT_COLORS), hem=hem, loose=float(rng.uniform(0.15, 0.4)))
    else:
        hem = float(rng.uniform(0.65, 0.95) if short else rng.choice([1.85, 2.06, 2.06]))
        bottom = Bottom(
            kind="trousers",
            color=_dyed(rng, _BOTTOM_COLORS),
            hem=hem,
            loose=float(rng.uniform(0.0, 0.3) if woman else rng.uniform(0.25, 0.65)),
            pattern="side_stripe" if rng.uniform() < 0.1 else "plain",
            accent=_drawn(rng, _ACCENTS),
        )
    boots = warm > 0.6 and bool(rng.uniform() < 0.3)
    sock = "#f0f0f0" if hem < 1.2 and not skirt and rng.uniform() < 0.5 else None
    shoes = Shoes(
        color=_drawn(rng, _SHOE_COLORS),
        sole="#e8e6e0" if rng.uniform() < 0.5 else "#241c18",
        shaft=0.3 if boots else 0.06,
        sock=None if boots else sock,
    )
    return top, bottom, shoes


def _top(rng: np.random.Generator, *, warm: float, woman: bool, tucked: bool) -> Top:
    sleeve = float(rng.uniform(1.75, 1.92) if warm > 0.45 else rng.uniform(0.55, 1.4))
    if woman and warm < 0.2:
        sleeve = 0.0
    pattern: TopPattern = _drawn(rng, _TOP_PATTERNS)  # type: ignore[assignment]
    color = _dyed(rng, _TOP_COLORS)
    accent = _drawn(rng, _ACCENTS)
    return Top(
        color=color,
        sleeve=sleeve,
        neck=float(rng.uniform(0.1, 0.5) if woman else rng.uniform(0.0, 0.2)),
        v_neck=bool(rng.uniform() < 0.25),
        hem=0.1 if tucked else float(rng.uniform(0.3, 0.75)),
        loose=float(rng.uniform(0.15, 0.5) if woman else rng.uniform(0.4, 0.75)),
        pattern=pattern,
        accent=accent,
    )


def _one_of(rng: np.random.Generator, values: Sequence[T], weights: Sequence[float]) -> T:
    shares = np.asarray(weights, dtype=np.float64)
    return values[int(rng.choice(len(values), p=shares / shares.sum()))]


def _drawn(rng: np.random.Generator, choice: Choice) -> str:
    return _one_of(rng, choice.values, choice.weights)


def _dyed(rng: np.random.Generator, choice: Choice) -> str:
    """A colour of the table, a little off."""
    color = _drawn(rng, choice)
    levels = [int(color[start : start + 2], 16) for start in (1, 3, 5)]
    stray = rng.normal(0, _DYE_LEVELS / 2) + rng.uniform(-_DYE_LEVELS / 2, _DYE_LEVELS / 2, 3)
    return "#" + "".join(
        f"{round(float(np.clip(level + off, 8, 244))):02x}" for level, off in zip(levels, stray, strict=True)
    )


def _between(rng: np.random.Generator, tones: tuple[str, ...]) -> str:
    """A tone between two neighbours of the row."""
    at = float(rng.uniform(0, len(tones) - 1))
    step = min(int(at), len(tones) - 2)
    return blended_color(tones[step], tones[step + 1], at - step)


def _described(woman: bool, age: float, hair: Hair, top: Top, bottom: Bottom) -> str:
    # 2/3 is about 25 years and 1 about 90 (Shape.age).
    years = round((25 + (age - 2 / 3) * 195) / 5) * 5
    return (
        f"{'woman' if woman else 'man'}, about {years}, hair {hair.style} {hair.color}; "
        f"{top.pattern} top {top.color}, {bottom.kind} {bottom.color}"
    )
