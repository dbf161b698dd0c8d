"""Who stands where, behind what: shots are drawn until a person is as hidden as wanted, by rays to their body.

Rays only propose: how much is really hidden is counted in the picture (`take`), and a shot that is off is drawn anew.
Everything random derives from (seed, identity, side, number): no other crop changes this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ...geometry import Array, Bools, camera_to_image, in_image, world_to_camera
from ..people import Body
from ..render.batch import pack, texture_layers
from ..render.rays import RayScene
from ..rooms.placement import thinned
from ..rooms.solids import turn_about_z
from ..world import Item, Mesh, World
from .poses import street_poses
from .sites import Site, SiteCamera, thing_items

Side = Literal["occluded", "whole"]
HiddenBy = Literal["none", "furniture", "thing", "person"]

PERSON, FIRST_OTHER = 1001, 2001
# Passers-by have a stream of drawn numbers of their own.
_PASSERS = 0xBA
# A person counts as occluded from the first to the second share of hidden pixels; shots aim at the inner span, since
# rays to a few hundred points are off by a few percent. Whole people may lose no more than WHOLE_AT_MOST.
OCCLUDED = (0.2, 0.7)
AIMED = (0.25, 0.6)
WHOLE_AT_MOST = 0.04
# Points of a body that rays are sent to, and how far before the skin they end.
POINTS, SKIN_M = 350, 0.04
# Draws for one shot, and how near to the wanted share ends the search early.
DRAWS, NEAR_ENOUGH = 48, 0.04
# Between a person and what hides them, m, beyond the thing's own reach; between it and the camera.
APART_M, BEFORE_CAMERA_M = 0.35, 0.9
# What hides people: the share of shots, indoors where furniture stands about, and outdoors.
HIDDEN_BY: dict[bool, dict[HiddenBy, float]] = {
    True: {"furniture": 0.35, "thing": 0.35, "person": 0.3},
    False: {"thing": 0.65, "person": 0.35},
}
# Somebody else is in the picture, behind or beside the person, in this share of shots.
COMPANY_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class Cover:
    """Something that can be put in front of a person: its items about its own origin, and rays against them."""

    name: str
    items: tuple[Item, ...]
    scene: RayScene
    points: Array
    reach_m: float


@dataclass(frozen=True, eq=False)
class Shot:
    """One crop to be: the world with everybody in it, the person alone, and what was drawn."""

    camera: SiteCamera
    world: World
    alone: World
    person: Item
    hidden_by: HiddenBy
    cover: str


class Passers:
    """Passers-by, each in some poses; who was made once is kept, whatever the site."""

    def __init__(self, bodies: Sequence[Body], *, seed: int, poses: int = 2) -> None:
        self._bodies, self._seed, self._poses = bodies, seed, poses
        self._made: dict[tuple[int, int], Cover] = {}

    def drawn(self, rng: np.random.Generator) -> Cover:
        """One of them in one of their poses, both drawn from rng."""
        which, pose = int(rng.integers(len(self._bodies))), int(rng.integers(self._poses))
        if (which, pose) not in self._made:
            body = self._bodies[which]
            own = np.random.default_rng([self._seed, _PASSERS, body.subject, pose])
            item = Item("passer", "person", FIRST_OTHER, body.mesh(street_poses(body.rig, [own])[0]), moves=True)
            self._made[which, pose] = cover_of("passer", (item,), {None: 0})
        return self._made[which, pose]


class Cast:
    """What shots of one site draw from: rays against what stands there, things, and passers-by."""

    def __init__(self, site: Site, passers: Passers) -> None:
        layers = texture_layers(site.world.textures)
        self.site, self.passers = site, passers
        self.still = RayScene(pack(site.world.items, layers))
        self.things = tuple(
            cover_of(name, thing_items(piece, name, first_instance=FIRST_OTHER), layers)
            for name, piece in site.things.items()
        )


def cover_of(name: str, items: tuple[Item, ...], layers: Mapping[str | None, int]) -> Cover:
    """Items about their own origin as something to be put in front of a person."""
    batch = pack(items, layers)
    points = thinned(batch.positions.astype(np.float64))
    return Cover(name, items, RayScene(batch), points, float(np.hypot(*points[:, :2].T).max()))


def shots(
    cast: Cast, camera: SiteCamera, mesh: Mesh, rng: np.random.Generator, *, side: Side, tries: int
) -> Iterator[Shot]:
    """Shots of a posed person, each a fresh draw, up to `tries`; fewer where rays find no place that will do."""
    target = target_of(mesh, rng)
    find = _occluded if side == "occluded" else _whole
    for _ in range(tries):
        shot = find(cast, camera, target, rng)
        if shot is not None:
            yield shot


@dataclass(frozen=True, eq=False)
class Target:
    """The person about the origin: vertices (N, 3) m, and points (P, 3) on the skin with unit normals (P, 3)."""

    item: Item
    vertices: Array
    points: Array
    normals: Array

    def placed(self, place: Array) -> Target:
        """Somewhere else; place (4, 4)."""
        turn, shift = place[:3, :3], place[:3, 3]
        return Target(
            replace(self.item, local_to_world=place),
            self.vertices @ turn.T + shift,
            self.points @ turn.T + shift,
            self.normals @ turn.T,
        )


def target_of(mesh: Mesh, rng: np.random.Generator) -> Target:
    """A posed person; points are drawn by area, so that their share is a share of the picture."""
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(normals, axis=1)
    chosen = rng.choice(len(area), POINTS, p=area / area.sum())
    item = Item("person", "person", PERSON, mesh, moves=True)
    return Target(
        item, mesh.vertices[::20].astype(np.float64), corners[chosen].mean(axis=1), normals[chosen] / area[chosen, None]
    )


def hidden_share(target: Target, eye: Array, blocked: Bools) -> float:
    """The share of the person's picture that is hidden: blocked (P,) bool, weighted by how much each point faces."""
    offset = eye - target.points
    facing = np.maximum(np.einsum("ij,ij->i", offset, target.normals) / np.linalg.norm(offset, axis=1), 0)
    return float((facing * blocked).sum() / facing.sum())


def _occluded(cast: Cast, camera: SiteCamera, target: Target, rng: np.random.Generator) -> Shot | None:
    odds = HIDDEN_BY[cast.site.room is not None]
    hidden_by = sorted(odds)[int(rng.choice(len(odds), p=[odds[kind] for kind in sorted(odds)]))]
    wanted, best, best_off = rng.uniform(*AIMED), None, np.inf
    for _ in range(DRAWS):
        here = _somewhere(cast, camera, target, rng)
        if here is None:
            continue
        standing, still = here
        covers: list[tuple[Cover, Array]] = []
        blocked = still
        if hidden_by != "furniture":
            found = _covered(cast, camera, standing, rng, hidden_by)
            if found is None:
                continue
            covers, blocked = [found[0]], still | found[1]
        share = hidden_share(standing, np.array(camera.center), blocked)
        better = AIMED[0] <= share <= AIMED[1] and abs(share - wanted) < best_off
        # Last, since it takes longest.
        if better and all(_stands_free(cast.site, cover, place) for cover, place in covers):
            best, best_off = (standing, covers), abs(share - wanted)
        if best_off < NEAR_ENOUGH:
            break
    if best is None:
        return None
    standing, covers = best
    return _shot(cast, camera, standing, covers, hidden_by, covers[0][0].name if covers else "furniture")


def _whole(cast: Cast, camera: SiteCamera, target: Target, rng: np.random.Generator) -> Shot | None:
    company = rng.uniform() < COMPANY_SHARE
    for _ in range(DRAWS):
        here = _somewhere(cast, camera, target, rng)
        if here is None or hidden_share(here[0], np.array(camera.center), here[1]) > 0.01:
            continue
        covers = [] if not company else _beside(cast, camera, here[0], rng)
        return _shot(cast, camera, here[0], covers, "none", "")
    return None


def _somewhere(cast: Cast, camera: SiteCamera, target: Target, rng: np.random.Generator) -> tuple[Target, Bools] | None:
    """The person at a free place, wholly within the picture, and which points what stands there hides (P,) bool."""
    site = cast.site
    place = _at(rng.uniform(*site.x_m), rng.uniform(*site.y_m), rng.uniform(-np.pi, np.pi))
    standing = target.placed(place)
    seen = camera_to_image(world_to_camera(standing.vertices, camera.camera), camera.camera)
    if not in_image(seen, size_hw=camera.size_hw).all() or not site.free(standing.vertices):
        return None
    eye = np.array(camera.center)
    return standing, cast.still.blocked(np.tile(eye, (POINTS, 1)), _before_skin(standing, eye))


def _covered(
    cast: Cast, camera: SiteCamera, standing: Target, rng: np.random.Generator, hidden_by: HiddenBy
) -> tuple[tuple[Cover, Array], Bools] | None:
    """Something between camera and person, and which points it hides; whether its place is free is not asked here."""
    cover = cast.passers.drawn(rng) if hidden_by == "person" else cast.things[int(rng.integers(len(cast.things)))]
    eye, foot = np.array(camera.center), standing.item.local_to_world[:2, 3]
    away = float(np.linalg.norm(foot - eye[:2]))
    nearest, farthest = BEFORE_CAMERA_M + cover.reach_m, away - cover.reach_m - APART_M
    if farthest <= nearest:
        return None
    # Near the person twice as often as near the camera: what is near the camera fills the picture.
    reach = nearest + (farthest - nearest) * float(rng.uniform()) ** 0.5
    along = (foot - eye[:2]) / away
    aside = float(rng.uniform(-0.75, 0.75)) * (cover.reach_m + 0.2)
    x, y = eye[:2] + reach * along + aside * np.array([-along[1], along[0]])
    place = _at(float(x), float(y), rng.uniform(-np.pi, np.pi))
    return (cover, place), _hides(cover, place, eye, _before_skin(standing, eye))


def _beside(cast: Cast, camera: SiteCamera, standing: Target, rng: np.random.Generator) -> list[tuple[Cover, Array]]:
    """Somebody near the person who hides nothing of them; nobody where a few draws find no place."""
    eye, foot = np.array(camera.center), standing.item.local_to_world[:2, 3]
    for _ in range(8):
        cover = cast.passers.drawn(rng)
        x, y = foot + rng.uniform(-1.3, 1.3, 2)
        place = _at(float(x), float(y), rng.uniform(-np.pi, np.pi))
        clear = np.hypot(x - foot[0], y - foot[1]) > 0.75 and np.hypot(x - eye[0], y - eye[1]) > 2.5
        if not clear or _hides(cover, place, eye, _before_skin(standing, eye)).any():
            continue
        if _stands_free(cast.site, cover, place):
            return [(cover, place)]
    return []


def _stands_free(site: Site, cover: Cover, place: Array) -> bool:
    return site.free(cover.points @ place[:3, :3].T + place[:3, 3])


def _hides(cover: Cover, place: Array, eye: Array, points: Array) -> Bools:
    """(P,) bool: the cover, put at a place (4, 4), is between the eye and the point."""
    turn, shift = place[:3, :3], place[:3, 3]
    # Rays go to the cover's own frame: its scene is built once.
    return cover.scene.blocked(np.tile((eye - shift) @ turn, (len(points), 1)), (points - shift) @ turn)


def _before_skin(standing: Target, eye: Array) -> Array:
    offset = eye - standing.points
    ends: Array = standing.points + offset * (SKIN_M / np.linalg.norm(offset, axis=1, keepdims=True))
    return ends


def _at(x: float, y: float, yaw_rad: float) -> Array:
    place = np.eye(4)
    place[:3, :3] = turn_about_z(yaw_rad)
    place[:2, 3] = x, y
    return place


def _shot(
    cast: Cast,
    camera: SiteCamera,
    standing: Target,
    covers: list[tuple[Cover, Array]],
    hidden_by: HiddenBy,
    name: str,
) -> Shot:
    others = [replace(item, local_to_world=place) for cover, place in covers for item in cover.items]
    world = cast.site.world.with_items(standing.item, *others)
    alone = replace(world, items=(standing.item,))
    return Shot(camera, world, alone, standing.item, hidden_by, name)
