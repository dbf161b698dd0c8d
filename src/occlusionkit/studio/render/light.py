"""Light at vertices: the one lighting model of both renderers. Linear RGB.

A Light of colour 1 gives irradiance 1 at about 1 m on a surface that faces it. A vertex has two lights: `key`, what
comes straight from lights[0], whose shadow moves with people, and `ambient`, all the rest, bounces included. A pixel is
albedo * exposure * (ambient + key), where people dim both (shadow.py), shown through tone.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array
from ..world import Light, World
from .batch import Batch
from .shadow import ShadowMap

Floats = NDArray[np.float32]

# What is this near to a light (its shade, its window frame) throws no shadow, and gets no brighter than this far away.
LAMP_RADIUS_M = 0.35
# Without a bake, light that has bounced is a share of what all lights would give at 2 m: more from above than below.
SKY_SHARE, GROUND_SHARE, TYPICAL_DISTANCE_M = 0.55, 0.25, 2.0
AXES = np.concatenate([np.eye(3), -np.eye(3)])


@dataclass(frozen=True, eq=False)
class VertexLight:
    """ambient (N, 3), key (N, 3): linear RGB irradiance, before exposure."""

    ambient: Floats
    key: Floats


@dataclass(frozen=True, eq=False)
class BakedLight:
    """The light of a room in which nothing moves.

    items: item name -> (N, 6) float32, ambient and key irradiance at its vertices;
    probes (X, Y, Z, 6, 3) float32: bounced irradiance on surfaces facing +x +y +z -x -y -z, on a grid that spans
    probe_bounds (2, 3) m;  exposure: what makes the room neither dark nor burnt out.
    """

    items: Mapping[str, Floats]
    probes: Floats
    probe_bounds: Array
    exposure: float

    def arrays(self) -> dict[str, NDArray[Any]]:
        """As plain arrays, for an npz file and for World.baked."""
        items = {f"item/{name}": values for name, values in sorted(self.items.items())}
        return {"exposure": np.array(self.exposure), "probe_bounds": self.probe_bounds, "probes": self.probes} | items

    @staticmethod
    def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> BakedLight:
        """The inverse of `arrays`. ValueError where something is missing or has another shape."""
        expected = {"exposure": (), "probe_bounds": (2, 3), "probes": (None, None, None, 6, 3)}
        for name in arrays:
            if name.startswith("item/"):
                expected[name] = (None, 6)
        for name, shape in expected.items():
            if name not in arrays:
                raise ValueError(f"baked light: {name} is missing; made by another version? bake the room again")
            found = arrays[name].shape
            if len(found) != len(shape) or any(e not in (None, f) for e, f in zip(shape, found, strict=True)):
                raise ValueError(f"baked light {name}: expected shape {shape}, found {found}; bake the room again")
        return BakedLight(
            items={name.removeprefix("item/"): arrays[name] for name in arrays if name.startswith("item/")},
            probes=arrays["probes"],
            probe_bounds=arrays["probe_bounds"],
            exposure=float(arrays["exposure"]),
        )


def direct_light(points: Array, normals: Array, light: Light) -> Floats:
    """(N, 3) m, (N, 3) unit -> (N, 3) irradiance from one light, unshadowed: Lambert's cosine over distance squared."""
    offset = np.asarray(light.position, dtype=np.float32) - points
    distance_squared = np.einsum("ij,ij->i", offset, offset)
    facing = np.einsum("ij,ij->i", offset, normals) / np.sqrt(np.maximum(distance_squared, 1e-12))
    strength = np.maximum(facing, 0) / (distance_squared + LAMP_RADIUS_M**2)
    found: Floats = np.multiply.outer(strength, np.asarray(light.color)).astype(np.float32)
    return found


def plain_light(points: Array, normals: Array, lights: Sequence[Light]) -> VertexLight:
    """Light without shadows or bounces, for what has not been baked. Without lights, all is lit evenly."""
    share = GROUND_SHARE + (SKY_SHARE - GROUND_SHARE) * (np.asarray(normals)[:, 2:] * 0.5 + 0.5)
    ambient = share * _all_colors(lights) / TYPICAL_DISTANCE_M**2
    return _with_direct(ambient.astype(np.float32), points, normals, lights)


def static_light(world: World, batch: Batch, baked: BakedLight | None) -> VertexLight:
    """Light at the vertices of what stays put: baked where the bake has the item, else plain."""
    plain = plain_light(batch.positions, batch.normals, world.lights)
    if baked is None:
        return plain
    for item, first, last in zip(batch.items, batch.first_vertex[:-1], batch.first_vertex[1:], strict=True):
        values = baked.items.get(item.name)
        if values is None:
            continue
        if len(values) != last - first:
            raise ValueError(
                f"world {world.name}, item {item.name}: it has {last - first} vertices, its baked light {len(values)}; "
                "the room has changed since: bake it again"
            )
        plain.ambient[first:last], plain.key[first:last] = values[:, :3], values[:, 3:]
    return plain


def moving_light(world: World, batch: Batch, baked: BakedLight | None, shadow: ShadowMap | None) -> VertexLight:
    """Light at the vertices of what moves: the room's probes and all lights, the key light's with shadows."""
    points, normals, lights = batch.positions, batch.normals, world.lights
    if baked is None:
        light = plain_light(points, normals, lights)
    else:
        spans = [slice(*span) for span in zip(batch.first_vertex[:-1], batch.first_vertex[1:], strict=True)]
        bounced = [probe_light(points[span], normals[span], baked) for span in spans]
        light = _with_direct(np.concatenate([points[:0], *bounced]), points, normals, lights)
    if shadow is None or not len(points):
        return light
    return VertexLight(ambient=light.ambient, key=light.key * shadow.visibility(points, normals)[:, None])


def probe_light(points: Array, normals: Array, baked: BakedLight) -> Floats:
    """Bounced irradiance (N, 3) at the points of one thing, (N, 3) m, with unit normals (N, 3).

    The probes are read at the corners of the points' box and blended inside of it. Squared normal components weigh
    the six directions (the ambient cube of Half-Life 2: Mitchell et al. 2006).
    """
    low, high = points.min(axis=0), points.max(axis=0)
    corners = np.array(list(np.ndindex(2, 2, 2)))
    cubes = np.stack([_probe_at(np.where(corner, high, low), baked) for corner in corners])  # (8, 6, 3)
    along = ((points - low) / np.maximum(high - low, np.float32(1e-6))).astype(np.float32)
    both = np.stack([1 - along, along])  # (2, N, 3)
    weights = np.stack([both[x, :, 0] * both[y, :, 1] * both[z, :, 2] for x, y, z in corners], axis=1)  # (N, 8)
    six = weights @ cubes.reshape(8, 18).astype(np.float32)
    facing = np.concatenate([np.maximum(normals, 0) ** 2, np.maximum(-normals, 0) ** 2], axis=1)  # (N, 6)
    found: Floats = (six.reshape(-1, 6, 3) * facing[:, :, None]).sum(axis=1, dtype=np.float32)
    return found


def _probe_at(point: Array, baked: BakedLight) -> Array:
    """(3,) m -> (6, 3), blended from the eight probes around; outside of the grid, from the nearest ones."""
    low, high = baked.probe_bounds
    steps = np.array(baked.probes.shape[:3]) - 1
    place = np.clip((point - low) / np.maximum(high - low, 1e-9), 0, 1) * steps
    cell = np.minimum(place.astype(np.int64), np.maximum(steps - 1, 0))
    found = np.zeros((6, 3))
    for corner in np.ndindex(2, 2, 2):
        share = np.where(corner, place - cell, 1 - (place - cell)).prod()
        found += share * baked.probes[tuple(np.minimum(cell + corner, steps))]
    return found


def exposure_of(world: World, baked: BakedLight | None) -> float:
    """The room's exposure; unbaked, what makes a surface 2 m below all lights bright, not burnt out."""
    if baked is not None:
        return baked.exposure
    return TYPICAL_DISTANCE_M**2 / max(float(_all_colors(world.lights).mean()), 1e-9)


def _with_direct(ambient: Floats, points: Array, normals: Array, lights: Sequence[Light]) -> VertexLight:
    for light in lights[1:]:
        ambient = ambient + direct_light(points, normals, light)
    key = direct_light(points, normals, lights[0]) if lights else np.zeros((len(points), 3), np.float32)
    return VertexLight(ambient=ambient, key=key)


def _all_colors(lights: Sequence[Light]) -> Array:
    """(3,) the sum of the lights' colours; without lights, such a white that surfaces show their own colour."""
    total: Array = np.sum([light.color for light in lights], axis=0) if lights else np.full(3, 4.0)
    return total
