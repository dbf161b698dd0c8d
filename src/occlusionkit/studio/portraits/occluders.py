"""What is before a face in one portrait: something worn, a hand, a thing held there, or two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...geometry import Array
from ..world import Item
from .cast import Cast
from .dressing import FIRST_FREE_INSTANCE
from .hands import Hand, HandPose, draw_hand_pose, hand_mesh, hand_of
from .holding import GRIPS, grip, hand_matrix, place_before, thing_matrix
from .sitting import Sitting
from .things import build_thing
from .worn import make_worn

# How often what is before a face, by what comes with what.
_MIX = {"worn": 0.30, "hand": 0.30, "thing": 0.26, "worn hand": 0.06, "hand thing": 0.08}
# Of things that a hand can go around, so many are held by one; hands are mostly the sitter's own.
_HELD, _OWN = 0.75, 0.65
_FOREARM_M = 0.24
# Instance ids kept for one occluder, of which the upper half is for lenses and the hand that holds it.
_IDS = 20


@dataclass(frozen=True, eq=False)
class Occluders:
    """items: what is before the face;  kinds, hand_owners, textures: their names, as the table of portraits has them;
    clear: lenses, which hide by definition;  tint: how much of them is seen, 0..1."""

    items: tuple[Item, ...] = ()
    kinds: tuple[str, ...] = ()
    hand_owners: tuple[str, ...] = ()
    textures: tuple[str, ...] = ()
    clear: tuple[Item, ...] = ()
    tint: float = 0.0


def draw_occluders(cast: Cast, sitting: Sitting, rng: np.random.Generator) -> Occluders:
    """Of this split's kinds, somewhere before this face."""
    makers = {"worn": _worn, "hand": _hand, "thing": _thing}
    chosen = str(rng.choice(list(_MIX), p=list(_MIX.values()))).split()
    return _joined(
        [
            makers[kind](cast, sitting, rng, first_instance=FIRST_FREE_INSTANCE + _IDS * number)
            for number, kind in enumerate(chosen)
        ]
    )


def _joined(several: Sequence[Occluders]) -> Occluders:
    return Occluders(
        items=tuple(item for one in several for item in one.items),
        kinds=tuple(kind for one in several for kind in one.kinds),
        hand_owners=tuple(owner for one in several for owner in one.hand_owners),
        textures=tuple(sorted({name for one in several for name in one.textures})),
        clear=tuple(item for one in several for item in one.clear),
        tint=max((one.tint for one in several), default=0.0),
    )


def _worn(cast: Cast, sitting: Sitting, rng: np.random.Generator, *, first_instance: int) -> Occluders:
    worn = make_worn(_pick(rng, cast.worn), rng, sitting.person.bust, textures=cast.textures)
    matrix = sitting.frame.matrix
    clear: tuple[Item, ...] = ()
    items = worn.thing.items("worn", first_instance=first_instance, local_to_world=matrix)
    if worn.lenses is not None:
        clear = tuple(worn.lenses.items("lens", first_instance=first_instance + _IDS // 2, local_to_world=matrix))
    return Occluders(tuple(items), (worn.thing.kind,), textures=worn.thing.textures, clear=clear, tint=worn.tint)


def _hand(cast: Cast, sitting: Sitting, rng: np.random.Generator, *, first_instance: int) -> Occluders:
    place = place_before(sitting.person.bust, sitting.frame, sitting.camera.center_world, rng, low=False)
    hand = _someones_hand(cast, sitting, rng)
    item = _hand_item("hand", hand, draw_hand_pose(rng), hand_matrix(place, rng), instance=first_instance)
    return Occluders((item,), ("hand",), (hand.owner,))


def _thing(cast: Cast, sitting: Sitting, rng: np.random.Generator, *, first_instance: int) -> Occluders:
    place = place_before(sitting.person.bust, sitting.frame, sitting.camera.center_world, rng, low=True)
    thing = build_thing(_pick(rng, cast.things), rng, textures=cast.textures)
    matrix = thing_matrix(thing, place, rng)
    items = thing.items("thing", first_instance=first_instance, local_to_world=matrix)
    alone = Occluders(tuple(items), (thing.kind,), textures=thing.textures)
    if thing.kind not in GRIPS or rng.random() > _HELD:
        return alone
    hand = _someones_hand(cast, sitting, rng)
    pose, placed = grip(thing, matrix, place, hand.side, rng)
    item = _hand_item("holding", hand, pose, placed, instance=first_instance + _IDS // 2)
    return _joined([alone, Occluders((item,), ("hand",), (hand.owner,))])


def _someones_hand(cast: Cast, sitting: Sitting, rng: np.random.Generator) -> Hand:
    own = rng.random() < _OWN
    owner = sitting.person.bust.name if own else _pick(rng, tuple(body.name for body in cast.bodies))
    body = next(body for body in cast.bodies if body.name == owner)
    return hand_of(body, "L" if rng.random() < 0.5 else "R", forearm_m=_FOREARM_M)


def _hand_item(name: str, hand: Hand, pose: HandPose, matrix: Array, *, instance: int) -> Item:
    return Item(name, "person", instance, hand_mesh(hand, pose), local_to_world=matrix, moves=True)


def _pick(rng: np.random.Generator, names: Sequence[str]) -> str:
    return names[int(rng.integers(len(names)))]
