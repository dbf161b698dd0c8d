"""One portrait, from (seed, set, number) and those who may be in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...geometry import Bools, Camera
from ..world import Renderer, World
from .backdrops import draw_backdrop
from .bust import CLASSES, FACE_CLASSES
from .cast import Cast, patterns_of, texture_px
from .draws import rng_for
from .dressing import PERSON
from .occluders import Occluders, draw_occluders
from .picture import Gloss, Picture, Shine, draw_exposure, exposed, face_mask, in_front_of, labels_of, take_shot
from .sitting import Sitting, sit

# Draws of occluders are repeated until they hide a share of the face within these limits, at most so often.
_HIDDEN, _ATTEMPTS = (0.03, 0.80), 8
# How faces shine.
_SHINE = Shine(
    PERSON,
    {
        **{CLASSES[name]: Gloss(0.13, 14.0) for name in ("skin", "neck")},
        CLASSES["brow"]: Gloss(0.05, 10.0),
        CLASSES["beard"]: Gloss(0.05, 10.0),
        CLASSES["lip"]: Gloss(0.20, 30.0),
        CLASSES["eye"]: Gloss(0.9, 90.0),
    },
)


@dataclass(frozen=True)
class Commission:
    """Which portrait. dataset and number: what its draws derive from, with the cast's seed;  occluded: with things
    before the face;  wild: as faces come, not as portrait photographers take them."""

    dataset: str
    number: int
    size_px: int
    occluded: bool
    wild: bool

    def rng(self, cast: Cast, purpose: str, attempt: int = 0) -> np.random.Generator:
        return rng_for(cast.seed, self.dataset, self.number, purpose, attempt)


def make_portrait(renderer: Renderer, cast: Cast, commission: Commission) -> Picture:
    """The number-th person, counting round, with things before the face or without."""
    person = cast.sitter(commission.number, texture_px=texture_px(commission.size_px))
    rng = commission.rng(cast, "sitting")
    sitting = sit(person, rng, size_px=commission.size_px, wild=commission.wild)
    bare = World("portrait", sitting.items, sitting.lights, person.textures)
    if not commission.occluded:
        return _taken(renderer, cast, commission, sitting, bare, Occluders(), whole=None)
    whole = _face(renderer, bare, sitting.camera)
    for attempt in range(_ATTEMPTS):
        occluders = draw_occluders(cast, sitting, commission.rng(cast, "occluders", attempt))
        patterns = patterns_of(cast, occluders.textures, size_px=commission.size_px)
        items = (*sitting.items, *occluders.items, *occluders.clear)
        world = replace(bare, items=items, textures={**person.textures, **patterns})
        visible = _face(renderer, world, sitting.camera) & whole
        if _HIDDEN[0] <= 1 - visible.sum() / max(int(whole.sum()), 1) <= _HIDDEN[1]:
            break
    return _taken(renderer, cast, commission, sitting, world, occluders, whole=whole)


def _face(renderer: Renderer, world: World, camera: Camera) -> Bools:
    return face_mask(*labels_of(renderer, world, camera), person=PERSON, classes=FACE_CLASSES)


def _taken(
    renderer: Renderer,
    cast: Cast,
    commission: Commission,
    sitting: Sitting,
    world: World,
    occluders: Occluders,
    *,
    whole: Bools | None,
) -> Picture:
    """The finished picture of a world; `whole` None: nothing is before the face."""
    # Lenses hide the face by the labels' definition, and hardly do so in the picture.
    seen = world.without(*(item.name for item in occluders.clear)) if occluders.clear else world
    shot = take_shot(renderer, seen, sitting.camera, shine=_SHINE)
    mask = face_mask(shot.instance, shot.part, person=PERSON, classes=FACE_CLASSES)
    backdrop = draw_backdrop(commission.rng(cast, "backdrop"), size_px=commission.size_px)
    image = in_front_of(backdrop, shot)
    if occluders.clear:
        through = take_shot(renderer, world, sitting.camera, shine=_SHINE)
        mask &= face_mask(through.instance, through.part, person=PERSON, classes=FACE_CLASSES)
        mixed = (1 - occluders.tint) * image + occluders.tint * in_front_of(image, through)
        image = np.round(mixed).astype(np.uint8)
    rng = commission.rng(cast, "exposure")
    return Picture(
        image=exposed(image, draw_exposure(rng, spread=2.0 if commission.wild else 1.0), rng),
        mask=mask,
        whole=mask if whole is None else whole,
        identity=sitting.person.bust.name,
        occluders=occluders.kinds,
        hand_owners=occluders.hand_owners,
        textures=occluders.textures,
        yaw_deg=sitting.yaw_deg,
    )
