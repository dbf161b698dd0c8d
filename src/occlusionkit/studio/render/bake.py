"""Light of a room in which nothing moves, worked out once: soft shadows, and light that has bounced.

Every vertex casts rays over its hemisphere. What they hit sends on the light that it gets itself (radiosity, gathered):
first what comes from the lights, then what has bounced once, twice. The hits are found once; bounces are sums.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array, Bools
from ..world import Light, World
from .batch import Batch, pack, texture_layers, visible_items
from .light import AXES, LAMP_RADIUS_M, BakedLight, Floats, direct_light
from .rays import RayScene
from .tone import srgb_decode

BOUNCES = 2
# Rays towards each light, as a share of those over the hemisphere.
LIGHT_RAYS_SHARE = 0.25
# Rays start this far off their surface.
LIFT_M = 0.002
# A vertex whose rays hit this share of faces from behind is inside of something; it takes its neighbours' light.
INSIDE_SHARE = 0.4
PROBES = (4, 4, 3)
PROBE_MARGIN_M = 0.3
# Rays that leave the room meet a sky this bright, as a share of what all lights would give at 2 m.
SKY_SHARE, SKY_DISTANCE_M = 0.4, 2.0
# The median surface is shown about this bright, in linear light.
EXPOSED_MEDIAN = 0.36
# Bounced light is shown weaker than it is: shadows then ground people and furniture, which pictures need to be read.
BOUNCE_SHARE = 0.7
VERTICES_AT_ONCE = 8192


@dataclass(frozen=True, eq=False)
class _Sources:
    """Points that gather light: positions (N, 3) and unit normals (N, 3), and `spread` (N, R, 3), how far off the
    position each ray starts."""

    positions: Floats
    normals: Floats
    spread: Floats


def bake_light(world: World, *, rays: int = 96, seed: int) -> BakedLight:
    """Bake the world's visible items that do not move.

    rays: per vertex over its hemisphere, 4 or more; more make the light smoother, noise falls with their root.
    The same world, rays and seed give the same bits. ValueError where nothing in the world stays put.
    """
    if rays < 4:
        raise ValueError(f"rays per vertex: expected 4 or more, found {rays}")
    batch = pack(visible_items(world, moves=False), texture_layers(world.textures))
    if not batch.items:
        raise ValueError(f"world {world.name}: no visible item stays put, so there is no light to bake")
    scene = RayScene(batch)
    rng = np.random.default_rng([seed, zlib.crc32(world.name.encode())])
    vertices = _Sources(batch.positions, batch.normals, _spread_over_faces(batch, rays, rng))
    probes, probe_bounds = _probe_grid(batch)
    facing = np.tile(AXES.astype(np.float32), (len(probes), 1))
    around = _Sources(np.repeat(probes, 6, axis=0), facing, np.zeros((6 * len(probes), rays, 3), np.float32))

    hit, inside = _hemisphere_hits(scene, vertices, rng)
    probe_hit, probe_inside = _hemisphere_hits(scene, around, rng)
    direct = [_soft_direct(scene, vertices, light, rng) for light in world.lights]
    key = direct[0] if direct else np.zeros((len(batch.positions), 3), np.float32)
    others = sum(direct[1:], np.zeros_like(key))
    key, others = (_fill(values, inside, batch) for values in (key, others))

    sky = SKY_SHARE * _total_color(world) / SKY_DISTANCE_M**2
    albedo = batch.colors * _layer_colors(world.textures)[batch.layers]
    bounced = np.zeros_like(key)
    for _ in range(BOUNCES):
        sent = _face_means(albedo * (key + others + bounced), batch)
        bounced = _fill(_gather(sent, hit, sky), inside, batch)
    sent = _face_means(albedo * (key + others + bounced), batch)
    probe_light = _fill_probes(_gather(sent, probe_hit, sky), probe_inside)

    bounced, probe_light = bounced * np.float32(BOUNCE_SHARE), probe_light * np.float32(BOUNCE_SHARE)
    total = key + others + bounced
    values = np.concatenate([others + bounced, key], axis=1)
    first = batch.first_vertex
    return BakedLight(
        items={item.name: values[first[i] : first[i + 1]] for i, item in enumerate(batch.items)},
        probes=probe_light.reshape(*PROBES, 6, 3),
        probe_bounds=probe_bounds,
        exposure=EXPOSED_MEDIAN / max(float(np.median(total[~inside].mean(axis=1))), 1e-6),
    )


def _spread_over_faces(batch: Batch, rays: int, rng: np.random.Generator) -> Floats:
    """(N, rays, 3): from each vertex some way towards the centres of its faces, so that a vertex stands for the area
    around it: a corner is not all dark because it touches the next wall."""
    corner_vertex = batch.faces.ravel()
    order = np.argsort(corner_vertex, kind="stable")
    count = np.bincount(corner_vertex, minlength=len(batch.positions))
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    centers = batch.positions[batch.faces].mean(axis=1)
    chosen = (rng.random((len(batch.positions), rays), dtype=np.float32) * count[:, None]).astype(np.int64)
    lonely = count == 0  # a vertex of no face
    slots = np.minimum(start[:, None] + chosen, len(order) - 1)
    towards = centers[order[slots] // 3] - batch.positions[:, None]
    reach = np.sqrt(rng.random((len(batch.positions), rays, 1), dtype=np.float32)) * np.float32(0.8)
    towards[lonely] = 0
    found: Floats = towards * reach
    return found


def _hemisphere_hits(scene: RayScene, sources: _Sources, rng: np.random.Generator) -> tuple[NDArray[np.int32], Bools]:
    """Cosine-weighted rays -> the face that each hits (N, R), -1 for none or for a face's back; and which sources are
    inside of something (N,)."""
    count, rays = sources.spread.shape[:2]
    pattern = _disc_pattern(rays)
    turns = rng.random((count,), dtype=np.float32) * np.float32(2 * np.pi)
    faces = np.empty((count, rays), np.int32)
    inside = np.empty(count, bool)
    face_normals = _face_normals(scene.batch)
    for first in range(0, count, VERTICES_AT_ONCE):
        part = slice(first, first + VERTICES_AT_ONCE)
        normals = sources.normals[part]
        lifted = sources.positions[part] + LIFT_M * normals
        directions = _turned_hemisphere(pattern, turns[part], normals)
        origins = lifted[:, None] + sources.spread[part]
        hits = scene.first_hits(origins.reshape(-1, 3), directions.reshape(-1, 3))
        behind = np.einsum("ij,ij->i", face_normals[hits.face], directions.reshape(-1, 3)) > 0
        behind &= hits.face >= 0
        faces[part] = np.where(behind, -2, hits.face).reshape(-1, rays)
        inside[part] = (faces[part] == -2).mean(axis=1) > INSIDE_SHARE
    return faces, inside


def _soft_direct(scene: RayScene, sources: _Sources, light: Light, rng: np.random.Generator) -> Floats:
    """(N, 3) irradiance straight from one light, with the soft shadow of its radius."""
    count, rays = sources.spread.shape[:2]
    samples = max(4, round(rays * LIGHT_RAYS_SHARE))
    found = np.zeros((count, 3), np.float32)
    bulb = _sphere_pattern(samples) * np.float32(light.radius_m) + np.asarray(light.position, dtype=np.float32)
    for first in range(0, count, VERTICES_AT_ONCE):
        part = slice(first, first + VERTICES_AT_ONCE)
        normals = sources.normals[part]
        lifted = sources.positions[part] + LIFT_M * normals
        origins = lifted[:, None] + sources.spread[part, :samples]
        order = rng.permuted(np.tile(np.arange(samples), (len(normals), 1)), axis=1)
        targets = bulb[order]
        away = targets - origins
        distance = np.linalg.norm(away, axis=-1, keepdims=True)
        # What is next to the lamp is its shade.
        stop = targets - away * np.minimum(LAMP_RADIUS_M / np.maximum(distance, 1e-6), 1)
        facing = (np.einsum("nsc,nc->ns", away, normals) > 0).ravel()
        seen = np.zeros(facing.shape, bool)
        seen[facing] = ~scene.blocked(origins.reshape(-1, 3)[facing], stop.reshape(-1, 3)[facing])
        flat = direct_light(origins.reshape(-1, 3), np.repeat(normals, samples, axis=0), light)
        found[part] = (flat * seen[:, None]).reshape(-1, samples, 3).mean(axis=1)
    return found


def _gather(sent: Floats, faces: NDArray[np.int32], sky: Array) -> Floats:
    """(M, 3) what faces send on, (N, R) faces hit -> (N, 3) mean over rays. Backs send nothing, the sky `sky`."""
    table = np.concatenate([sent, np.zeros((1, 3), np.float32), sky[None].astype(np.float32)])  # -2 backs, -1 sky
    found = np.empty((len(faces), 3), np.float32)
    for first in range(0, len(faces), VERTICES_AT_ONCE):
        part = slice(first, first + VERTICES_AT_ONCE)
        found[part] = table[faces[part]].mean(axis=1)
    return found


def _fill(values: Floats, inside: Bools, batch: Batch) -> Floats:
    """Light of vertices inside of something: the mean of their neighbours along edges that have some, rim first."""
    filled, missing = values.copy(), inside.copy()
    edges = np.concatenate([batch.faces[:, [0, 1]], batch.faces[:, [1, 2]], batch.faces[:, [2, 0]]])
    while missing.any():
        one = np.concatenate([edges, edges[:, ::-1]])
        one = one[missing[one[:, 0]] & ~missing[one[:, 1]]]
        if not len(one):
            break  # a whole piece is inside of something: nobody sees it
        count = np.bincount(one[:, 0], minlength=len(values))
        rim = count > 0
        for channel in range(3):
            total = np.bincount(one[:, 0], filled[one[:, 1], channel], minlength=len(values))
            filled[rim, channel] = total[rim] / count[rim]
        missing &= ~rim
    return filled


def _fill_probes(light: Floats, inside: Bools) -> Floats:
    """(P * 6, 3): probes inside of something take the mean of all that are not, direction by direction."""
    by_probe = light.reshape(-1, 6, 3).copy()
    bad = inside.reshape(-1, 6).any(axis=1)
    if bad.any() and not bad.all():
        by_probe[bad] = by_probe[~bad].mean(axis=0)
    return by_probe


def _probe_grid(batch: Batch) -> tuple[Floats, Array]:
    """Positions (P, 3) m, in order x, y, z, and their bounds (2, 3) m."""
    low, high = batch.bounds[:, 0].min(axis=0), batch.bounds[:, 1].max(axis=0)
    margin = np.minimum(PROBE_MARGIN_M, (high - low) / 4)
    bounds = np.stack([low + margin, high - margin])
    axes = [np.linspace(bounds[0, i], bounds[1, i], PROBES[i]) for i in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3).astype(np.float32), bounds


def _face_means(values: Floats, batch: Batch) -> Floats:
    means: Floats = values[batch.faces].mean(axis=1)
    return means


def _face_normals(batch: Batch) -> Floats:
    """(M, 3), not of unit length: only their direction is asked for."""
    a, b, c = (batch.positions[batch.faces[:, corner]] for corner in range(3))
    normals: Floats = np.cross(b - a, c - a)
    return normals


def _layer_colors(textures: Mapping[str, NDArray[np.uint8]]) -> Floats:
    """(L, 3) mean linear albedo of each texture layer."""
    decode = srgb_decode(np.arange(256) / 255)
    means = [decode[textures[name]].mean(axis=(0, 1)) for name in sorted(textures)]
    return np.array([np.ones(3), *means], dtype=np.float32)


def _total_color(world: World) -> Array:
    total: Array = np.sum([light.color for light in world.lights], axis=0) if world.lights else np.full(3, 4.0)
    return total


def _disc_pattern(count: int) -> Floats:
    """(count, 2) points in the unit disc, evenly: a sunflower (Vogel 1979)."""
    index = np.arange(count)
    angle = index * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt((index + 0.5) / count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).astype(np.float32)


def _sphere_pattern(count: int) -> Floats:
    """(count, 3) unit vectors, evenly: a spherical sunflower."""
    z = 1 - (2 * np.arange(count) + 1) / count
    angle = np.arange(count) * np.pi * (3 - np.sqrt(5))
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=-1).astype(np.float32)


def _turned_hemisphere(disc: Floats, turns: Floats, normals: Floats) -> Floats:
    """(R, 2) disc points, (N,) turns about the normal in radians, (N, 3) normals -> (N, R, 3) unit directions.

    Lifting a disc's even points onto the hemisphere gives cosine weights (Malley's method).
    """
    helper = np.where(np.abs(normals[:, 2:]) < 0.9, np.eye(3, dtype=np.float32)[2], np.eye(3, dtype=np.float32)[0])
    tangent = np.cross(helper, normals)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    cos, sin = np.cos(turns)[:, None], np.sin(turns)[:, None]
    across = tangent * cos + np.cross(normals, tangent) * sin
    along = np.cross(normals, across)
    height = np.sqrt(np.maximum(1 - (disc**2).sum(axis=1), 0))
    lifted = np.concatenate([disc, height[:, None]], axis=1)  # (R, 3)
    directions: Floats = np.einsum("rk,knc->nrc", lifted, np.stack([across, along, normals]))
    return directions
