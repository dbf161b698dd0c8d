"""One picture of each kind, from (seed, kind, number) and those who may be in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Bools, Camera, intrinsics_from_hfov, look_at_rotation
from ..people import Body
from ..world import Item, Light, Renderer, World
from .backdrops import draw_backdrop
from .bust import CLASSES, FACE_CLASSES, HeadFrame, bust_of, draw_head_pose, head_frame, pose_of
from .draws import rng_for
from .dressing import FIRST_FREE_INSTANCE, PERSON, Dressed, dressed
from .expressions import draw_expression
from .framing import View, aligned_view, portrait_camera, wild_view
from .hands import Hand, HandPose, draw_hand_pose, hand_mesh, hand_of
from .holding import GRIPS, grip, hand_matrix, place_before, thing_matrix
from .patterns import TEST_CLASSES, TRAIN_CLASSES, paint_pattern
from .picture import (
    Gloss,
    Image,
    Shine,
    draw_exposure,
    draw_lights,
    exposed,
    face_mask,
    in_front_of,
    labels_of,
    take_shot,
)
from .things import TEST_BUILDERS, TRAIN_BUILDERS, build_thing
from .worn import TEST_MAKERS, TRAIN_MAKERS, make_worn

Split = Literal["train", "test"]
# Patterns of each class that things may wear; the training set of textures begins with the same numbers.
_WORN_PER_CLASS = 6
# Draws of occluders are repeated until they hide a share of the face within these limits, at most so often.
_HIDDEN, _ATTEMPTS = (0.03, 0.80), 8
# Of things that a hand can go around, so many are held by one.
_HELD = 0.75
# How faces shine; the parts of a hand's mesh have no names.
_SKIN_GLOSS = Gloss(0.13, 14.0)
_SHINE = Shine(
    PERSON,
    {
        **{CLASSES[name]: _SKIN_GLOSS for name in ("skin", "neck")},
        CLASSES["brow"]: Gloss(0.05, 10.0),
        CLASSES["beard"]: Gloss(0.05, 10.0),
        CLASSES["lip"]: Gloss(0.20, 30.0),
        CLASSES["eye"]: Gloss(0.9, 90.0),
    },
)
_SKIN, _NOBODY = Shine(PERSON, {0: Gloss(0.05, 10.0)}), Shine(0, {})


@dataclass(frozen=True, eq=False)
class Picture:
    """image (H, W, 3);  mask (H, W): visible face, or the thing shown;  whole (H, W): the face with nothing before it;
    the rest as in the table of portraits."""

    image: Image
    mask: Bools
    whole: Bools | None = None
    identity: str | None = None
    occluders: tuple[str, ...] = ()
    hand_owners: tuple[str, ...] = ()
    textures: tuple[str, ...] = ()
    yaw_deg: float = float("nan")


@dataclass(frozen=True, eq=False)
class Cast:
    """Who and what may be in the pictures of one split. busts by name; bodies: owners of hands."""

    split: Split
    bodies: tuple[Body, ...]
    seed: int
    _dressed: dict[tuple[str, int], Dressed] = field(default_factory=dict)

    def sitter(self, number: int, *, texture_px: int) -> Dressed:
        """The number-th person, counting round, ready for a portrait. Kept: each comes again and again."""
        body = self.bodies[number % len(self.bodies)]
        key = body.name, texture_px
        if key not in self._dressed:
            self._dressed[key] = dressed(bust_of(body), seed=self.seed, texture_px=texture_px)
        return self._dressed[key]

    @property
    def textures(self) -> tuple[str, ...]:
        """Names of the patterns that this split's things may wear."""
        classes = TRAIN_CLASSES if self.split == "train" else TEST_CLASSES
        return tuple(f"{name}_{number:04d}" for name in classes for number in range(1, _WORN_PER_CLASS + 1))

    @property
    def things(self) -> tuple[str, ...]:
        return tuple(TRAIN_BUILDERS if self.split == "train" else TEST_BUILDERS)

    @property
    def worn(self) -> tuple[str, ...]:
        return tuple(TRAIN_MAKERS if self.split == "train" else TEST_MAKERS)


@dataclass(frozen=True, eq=False)
class Sitting:
    """A person before a camera, nothing before the face yet."""

    person: Dressed
    frame: HeadFrame
    camera: Camera
    items: tuple[Item, ...]
    lights: tuple[Light, ...]
    yaw_deg: float


@dataclass(frozen=True, eq=False)
class Occluders:
    """items: what is before the face;  clear: lenses, which hide by definition;  tint: how much of them is seen."""

    items: tuple[Item, ...]
    kinds: tuple[str, ...]
    hand_owners: tuple[str, ...] = ()
    textures: tuple[str, ...] = ()
    clear: tuple[Item, ...] = ()
    tint: float = 0.0


def make_portrait(
    renderer: Renderer, cast: Cast, *, kind: str, number: int, size_px: int, occluded: bool, wild: bool
) -> Picture:
    """A portrait of somebody, with things before the face or without."""
    rng = rng_for(cast.seed, kind, number, "sitting")
    sitting = _sit(cast.sitter(number, texture_px=_texture_px(size_px)), rng, size_px=size_px, wild=wild)
    bare = World("portrait", sitting.items, sitting.lights, sitting.person.textures)
    if not occluded:
        return _taken(renderer, bare, sitting, Occluders((), ()), None, cast.seed, kind, number, wild=wild)
    whole = _face(renderer, bare, sitting.camera)
    for attempt in range(_ATTEMPTS):
        occluders = _draw_occluders(cast, sitting, rng_for(cast.seed, kind, number, "occluders", attempt))
        world = replace(
            bare,
            items=(*sitting.items, *occluders.items, *occluders.clear),
            textures={**sitting.person.textures, **_textures(cast, occluders.textures, size_px=size_px)},
        )
        hidden = 1 - (_face(renderer, world, sitting.camera) & whole).sum() / max(int(whole.sum()), 1)
        if _HIDDEN[0] <= hidden <= _HIDDEN[1]:
            break
    return _taken(renderer, world, sitting, occluders, whole, cast.seed, kind, number, wild=wild)


def _sit(person: Dressed, rng: np.random.Generator, *, size_px: int, wild: bool) -> Sitting:
    bust = person.bust
    head = draw_head_pose(rng, spread=1.5 if wild else 1.0)
    pose, expression = pose_of(bust, head), draw_expression(rng)
    frame = head_frame(bust, pose)
    view: View = (wild_view if wild else aligned_view)(rng)
    camera = portrait_camera(bust, frame, view, size_px=size_px)
    lights = draw_lights(rng, target=frame.origin, azimuth_deg=view.azimuth_deg)
    facing, away = -frame.rotation[:, 1], camera.center_world - frame.origin
    cosine = facing @ away / np.linalg.norm(away)
    return Sitting(
        person,
        frame,
        camera,
        person.items(pose, expression),
        lights,
        yaw_deg=float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))),
    )


def _face(renderer: Renderer, world: World, camera: Camera) -> Bools:
    return face_mask(*labels_of(renderer, world, camera), person=PERSON, classes=FACE_CLASSES)


def _taken(
    renderer: Renderer,
    world: World,
    sitting: Sitting,
    occluders: Occluders,
    whole: Bools | None,
    seed: int,
    kind: str,
    number: int,
    *,
    wild: bool,
) -> Picture:
    """The finished picture of a world; `whole` None: nothing is before the face."""
    seen = world.without(*(item.name for item in occluders.clear))
    shot = take_shot(renderer, seen, sitting.camera, shine=_SHINE)
    mask = face_mask(shot.instance, shot.part, person=PERSON, classes=FACE_CLASSES)
    rng = rng_for(seed, kind, number, "backdrop")
    size_px = sitting.camera.size_hw[0]
    image = in_front_of(draw_backdrop(rng, size_px=size_px), shot)
    if occluders.clear:
        with_lenses = take_shot(renderer, world, sitting.camera, shine=_SHINE)
        mask &= face_mask(with_lenses.instance, with_lenses.part, person=PERSON, classes=FACE_CLASSES)
        mixed = (1 - occluders.tint) * image + occluders.tint * in_front_of(image, with_lenses)
        image = np.round(mixed).astype(np.uint8)
    rng = rng_for(seed, kind, number, "exposure")
    return Picture(
        image=exposed(image, draw_exposure(rng, spread=2.0 if wild else 1.0), rng),
        mask=mask,
        whole=mask if whole is None else whole,
        identity=sitting.person.bust.name,
        occluders=occluders.kinds,
        hand_owners=occluders.hand_owners,
        textures=occluders.textures,
        yaw_deg=sitting.yaw_deg,
    )


def _draw_occluders(cast: Cast, sitting: Sitting, rng: np.random.Generator) -> Occluders:
    """Something worn, a hand, a thing held before the face, or two of them."""
    kinds = str(
        rng.choice(["worn", "hand", "thing", "worn hand", "hand thing"], p=[0.3, 0.3, 0.26, 0.06, 0.08])
    ).split()
    items: list[Item] = []
    clear: list[Item] = []
    names: list[str] = []
    owners: list[str] = []
    textures: list[str] = []
    tint = 0.0
    for kind in kinds:
        first = FIRST_FREE_INSTANCE + 20 * len(names)
        if kind == "worn":
            worn = make_worn(_pick(rng, cast.worn), rng, sitting.person.bust, textures=cast.textures)
            items += worn.thing.items("worn", first_instance=first, local_to_world=sitting.frame.matrix)
            names.append(worn.thing.kind)
            textures += worn.thing.textures
            if worn.lenses is not None:
                clear += worn.lenses.items("lens", first_instance=first + 10, local_to_world=sitting.frame.matrix)
                tint = worn.tint
            continue
        place = place_before(sitting.person.bust, sitting.frame, sitting.camera.center_world, rng, low=kind == "thing")
        if kind == "hand":
            hand = _someones_hand(cast, sitting, rng)
            items.append(_hand_item(hand, draw_hand_pose(rng), hand_matrix(place, rng), instance=first))
            names.append("hand")
            owners.append(hand.owner)
            continue
        thing = build_thing(_pick(rng, cast.things), rng, textures=cast.textures)
        matrix = thing_matrix(thing, place, rng)
        items += thing.items("thing", first_instance=first, local_to_world=matrix)
        names.append(thing.kind)
        textures += thing.textures
        if thing.kind in GRIPS and rng.random() < _HELD:
            hand = _someones_hand(cast, sitting, rng)
            pose, placed = grip(thing, matrix, place, hand.side, rng)
            items.append(_hand_item(hand, pose, placed, instance=first + 10, name="holding"))
            names.append("hand")
            owners.append(hand.owner)
    return Occluders(tuple(items), tuple(names), tuple(owners), tuple(sorted(set(textures))), tuple(clear), tint)


def _someones_hand(cast: Cast, sitting: Sitting, rng: np.random.Generator) -> Hand:
    """A hand with its forearm: the sitter's own, mostly."""
    own = rng.random() < 0.65
    owner = sitting.person.bust.name if own else _pick(rng, tuple(body.name for body in cast.bodies))
    body = next(body for body in cast.bodies if body.name == owner)
    return hand_of(body, "L" if rng.random() < 0.5 else "R", forearm_m=0.24)


def _hand_item(hand: Hand, pose: HandPose, matrix: Array, *, instance: int, name: str = "hand") -> Item:
    return Item(name, "person", instance, hand_mesh(hand, pose), local_to_world=matrix, moves=True)


def _pick(rng: np.random.Generator, names: Sequence[str]) -> str:
    return names[int(rng.integers(len(names)))]


def _texture_px(size_px: int) -> int:
    """Side of the textures for pictures of that size: all of a world have one size."""
    return int(np.clip(2 ** np.ceil(np.log2(size_px)), 64, 1024))


def _textures(cast: Cast, names: Sequence[str], *, size_px: int) -> dict[str, NDArray[np.uint8]]:
    return {name: _pattern(name, cast.seed, _texture_px(size_px)) for name in names}


@lru_cache(maxsize=256)
def _pattern(name: str, seed: int, texture_px: int) -> Image:
    return paint_pattern(name, seed=seed, size_px=texture_px)


# Things alone


def make_hand(renderer: Renderer, cast: Cast, *, number: int, size_px: int) -> Picture:
    """A hand on white ground, fingers down, as the 11k Hands are photographed. 4 : 3, size_px high."""
    rng = rng_for(cast.seed, "hands", number)
    body = cast.bodies[number % len(cast.bodies)]
    hand: Hand = hand_of(body, "L" if rng.random() < 0.5 else "R", forearm_m=float(rng.uniform(0.02, 0.06)))
    mesh = hand_mesh(hand, draw_hand_pose(rng))
    camera = _photo_camera(
        rng, mesh.vertices, size_hw=(size_px, size_px * 4 // 3), behind=bool(rng.random() < 0.5), fill=0.9
    )
    lights = _table_lights(rng, camera)
    shot = take_shot(
        renderer, World("hand", (Item("hand", "person", PERSON, mesh, moves=True),), lights), camera, shine=_SKIN
    )
    white = np.full((*camera.size_hw, 3), rng.uniform(236, 254)) * (1 + rng.normal(0, 0.004, 3))
    ground = np.clip(np.round(white), 0, 255).astype(np.uint8)
    image = exposed(in_front_of(ground, shot), draw_exposure(rng, spread=0.5), rng)
    return Picture(image, shot.instance > 0, hand_owners=(hand.owner,))


def make_object(renderer: Renderer, cast: Cast, *, number: int, size_px: int) -> Picture:
    """An everyday thing by itself, before some background."""
    rng = rng_for(cast.seed, "objects", number)
    thing = build_thing(cast.things[number % len(cast.things)], rng, textures=cast.textures)
    items = thing.items("thing", first_instance=PERSON, local_to_world=np.eye(4))
    points = np.concatenate([item.mesh.vertices for item in items])
    camera = _photo_camera(rng, points, size_hw=(size_px, size_px), behind=False, fill=0.8)
    textures = _textures(cast, thing.textures, size_px=size_px)
    shot = take_shot(
        renderer, World("thing", tuple(items), _table_lights(rng, camera), textures), camera, shine=_NOBODY
    )
    image = in_front_of(draw_backdrop(rng, size_px=size_px), shot)
    image = exposed(image, draw_exposure(rng, spread=0.5), rng)
    return Picture(image, shot.instance > 0, occluders=(thing.kind,), textures=thing.textures)


def _photo_camera(
    rng: np.random.Generator, points: Array, *, size_hw: tuple[int, int], behind: bool, fill: float
) -> Camera:
    """A camera 0.9 m away that sees all points (N, 3), which then span `fill` of the picture; from -Y, or from +Y."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle = np.asarray((low + high) / 2, np.float64)
    azimuth, elevation = np.radians(rng.normal(0, 6)), np.radians(rng.normal(4, 6))
    side = 1.0 if behind else -1.0
    direction = np.array(
        [np.sin(azimuth) * np.cos(elevation), side * np.cos(azimuth) * np.cos(elevation), np.sin(elevation)]
    )
    center = middle + 0.9 * direction
    rotation = look_at_rotation(center, middle)
    seen = (points - center) @ rotation.T
    on_plane = seen[:, :2] / seen[:, 2:]
    span = np.ptp(on_plane, axis=0)
    height, width = size_hw
    focal = fill * float(min(width / span[0], height / span[1]))
    intrinsics = intrinsics_from_hfov(90, size_hw)
    intrinsics[0, 0] = intrinsics[1, 1] = focal
    intrinsics[:2, 2] = np.array([width, height]) / 2 - focal * (on_plane.min(axis=0) + span / 2)
    return Camera(intrinsics, rotation, center, size_hw)


def _table_lights(rng: np.random.Generator, camera: Camera) -> tuple[Light, ...]:
    toward = camera.center_world / np.linalg.norm(camera.center_world)
    azimuth = float(np.degrees(np.arctan2(toward[0], -toward[1])))
    return draw_lights(rng, target=np.zeros(3), azimuth_deg=azimuth)


def make_texture(cast: Cast, *, number: int, size_px: int) -> tuple[str, Image]:
    """The number-th texture of the split: its name, and the picture."""
    classes = TRAIN_CLASSES if cast.split == "train" else TEST_CLASSES
    name = f"{classes[number % len(classes)]}_{number // len(classes) + 1:04d}"
    return name, paint_pattern(name, seed=cast.seed, size_px=size_px)
