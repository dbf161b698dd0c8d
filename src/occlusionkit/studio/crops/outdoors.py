"""Two places under the sky, built from the rooms' shapes: a street with shops, and a square.

The sky's and the sun's light is worked out here instead of baked: nothing outdoors needs light that has bounced twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...geometry import Array
from ..render.batch import pack, texture_layers
from ..render.light import AXES, BakedLight
from ..render.rays import RayScene
from ..rooms.decor import plant
from ..rooms.finishes import BLACK_STEEL, GLASS_BLACK, PORCELAIN, STEEL, TERRACOTTA, plain
from ..rooms.pieces import Finish, Parts, Piece, Placed, assemble, place, single
from ..rooms.seating import bench
from ..rooms.shapes import box, panel
from ..rooms.textures import Textures
from ..world import Item, Light, World
from .things import bin_, bollard, car, hedge

PAVEMENT = Finish("pavement", "#a8a49c", "concrete", 1.6, 0.95)
ASPHALT = Finish("asphalt", "#77787a", "concrete", 1.9, 0.95)
SLABS = Finish("slabs", "#b9b2a5", "tiles", 2.4, 0.9)
STONE = Finish("stone", "#c3b59c", "plaster", 1.8, 0.95)
BRICK = Finish("brick", "#b98e76", "brick", 1.15, 0.95)
RENDER = Finish("render", "#a9b0ae", "plaster", 1.4, 0.95)
CLADDING = Finish("cladding", "#8d9598", "metro", 3.0, 0.7)
PANE = plain("pane", "#3a4650", roughness=0.15)
# How far away the sun is; only its direction matters.
SUN_M = 45.0


def street() -> World:
    """Shops behind a pavement, parked cars, a house that closes the street. People walk about the origin."""
    blue, red = plain("body", "#39506e", roughness=0.3), plain("body", "#7d7f82", roughness=0.3)
    pieces = [
        _ground("road", ASPHALT, (-14, -12, -0.12), (34, 9.5)),
        _ground("pavement", PAVEMENT, (-14, -2.5, 0.0), (34, 8.5)),
        place("kerb", single(STONE, box((0, 0, -0.06), (34, 0.16, 0.14), max_edge_m=2.0)), 3, -2.5, kind="structure"),
        place("shops", _facade(34, 8.0, wall=BRICK, trim=STONE, bay_m=3.4, shop=True), 3, 4.0, kind="structure"),
        place("end", _facade(20, 9.0, wall=RENDER, trim=STONE, bay_m=2.8), 17, -5, 270, kind="structure"),
        place("west_end", _facade(20, 9.0, wall=STONE, trim=BRICK, bay_m=2.6), -14, -5, 90, kind="structure"),
        place("car_1", car(blue), 7.5, -3.9, 90),
        place("car_2", car(red), -7.0, -4.0, 90),
        place("bin", bin_(), 4.6, 3.2),
        place("tree", plant(3.4, 1.1, pot=TERRACOTTA, pot_height_m=0.5, leaf_m=0.5, species="street"), -4.6, 3.0),
        *(place(f"bollard_{i}", bollard(), 1.6 * i - 5, -2.2) for i in range(4)),
    ]
    return _outdoor("street", pieces, sun_from=(-0.45, -0.75, 0.62), sun=1.15, sky=0.62, tint=(1.0, 0.95, 0.86))


def square() -> World:
    """A paved square in the shade, an office block behind it, hedges and benches. People walk about the origin."""
    pieces = [
        _ground("slabs", SLABS, (-16, -14, 0.0), (32, 24)),
        place("block", _facade(32, 10.0, wall=CLADDING, trim=BLACK_STEEL, bay_m=2.2), 0, 7.5, kind="structure"),
        place("east_block", _facade(24, 9.0, wall=STONE, trim=STONE, bay_m=3.0), 13, -3, 270, kind="structure"),
        place("west_block", _facade(24, 9.0, wall=BRICK, trim=STEEL, bay_m=3.0), -13, -3, 90, kind="structure"),
        place("hedge_1", hedge(4.5), -4.5, 5.2),
        place("hedge_2", hedge(3.5), 4.6, 5.4),
        place("bench_1", bench(1.7, 0.45, 0.46, top=PORCELAIN, legs=BLACK_STEEL), 0.4, 5.0),
        place("bench_2", bench(1.7, 0.45, 0.46, top=PORCELAIN, legs=BLACK_STEEL), 7.6, 1.6, 90),
        place("tree_1", plant(3.8, 1.2, pot=PORCELAIN, pot_height_m=0.6, leaf_m=0.5, species="plane"), -8.0, 2.4),
        place("tree_2", plant(3.6, 1.2, pot=PORCELAIN, pot_height_m=0.6, leaf_m=0.5, species="lime"), 8.2, 4.6),
        place("bin", bin_(), -1.9, 5.2),
    ]
    return _outdoor("square", pieces, sun_from=(0.65, 0.35, 0.68), sun=0.45, sky=0.95, tint=(0.93, 0.97, 1.0))


def _ground(name: str, finish: Finish, corner: tuple[float, float, float], size: tuple[float, float]) -> Placed:
    shape = panel(corner, (size[0], 0, 0), (0, size[1], 0), max_edge_m=0.7)
    return place(name, single(finish, shape), 0, 0, kind="structure")


def _facade(width_m: float, height_m: float, *, wall: Finish, trim: Finish, bay_m: float, shop: bool = False) -> Piece:
    """A house front at y = 0 of its own frame, facing -Y: rows of windows, shop windows below if asked for."""
    parts = Parts()
    parts.add(wall, panel((-width_m / 2, 0, 0), (width_m, 0, 0), (0, 0, height_m), max_edge_m=1.0))
    for bay in range(int(width_m / bay_m)):
        x = -width_m / 2 + bay_m * (bay + 0.5)
        for floor in range(int(height_m / 3.2)):
            wide, tall, sill = (bay_m - 0.7, 2.2, 0.35) if shop and floor == 0 else (bay_m * 0.46, 1.6, 0.95)
            middle = 3.2 * floor + sill + tall / 2
            parts.add(PANE, box((x, -0.02, middle), (wide, 0.05, tall), max_edge_m=2.0))
            parts.add(trim, box((x, -0.06, middle - tall / 2 - 0.05), (wide + 0.2, 0.14, 0.08), max_edge_m=2.0))
            parts.add(trim, box((x, -0.04, middle + tall / 2 + 0.04), (wide + 0.1, 0.1, 0.08), max_edge_m=2.0))
    if shop:
        parts.add(GLASS_BLACK, box((0, -0.12, 2.85), (width_m, 0.2, 0.45), max_edge_m=2.0))
    else:
        parts.add(trim, box((0, -0.03, 0.25), (width_m, 0.08, 0.5), max_edge_m=2.0))
    return assemble(parts)


def _outdoor(
    name: str,
    pieces: Sequence[Placed],
    *,
    sun_from: tuple[float, float, float],
    sun: float,
    sky: float,
    tint: tuple[float, float, float],
) -> World:
    items: list[Item] = []
    for piece in pieces:
        items += piece.items(first_instance=len(items) + 1)
    towards = np.array(sun_from) / np.linalg.norm(sun_from)
    strength = sun * SUN_M**2 * np.array(tint)
    x, y, z = (float(value) for value in towards * SUN_M)
    red, green, blue = (float(value) for value in strength)
    light = Light("sun", (x, y, z), (red, green, blue), 0.4)
    textures = Textures({item.material.texture for item in items if item.material.texture is not None})
    world = World(name, tuple(items), (light,), textures)
    return replace(world, baked=daylight(world, sky=sky).arrays())


def daylight(world: World, *, sky: float) -> BakedLight:
    """The light of lights[0], with shadows of what stands there, and of an even sky that is `sky` bright from above.

    What faces down gets what the ground sends back, a third of the sky's light.
    """
    batch = pack(world.items, texture_layers(world.textures))
    scene, light = RayScene(batch), world.lights[0]
    ambient = np.repeat(_from_sky(batch.normals[:, 2], sky)[:, None], 3, axis=1) * [0.95, 0.99, 1.04]
    offset = np.array(light.position) - batch.positions
    facing = np.einsum("ij,ij->i", offset, batch.normals) / np.linalg.norm(offset, axis=1)
    lit = ~scene.blocked(batch.positions + 0.01 * batch.normals, batch.positions + 0.999 * offset)
    key = (np.maximum(facing, 0) * lit)[:, None] * (np.array(light.color) / SUN_M**2)
    both = np.concatenate([ambient, key], axis=1).astype(np.float32)
    spans = zip(batch.first_vertex[:-1], batch.first_vertex[1:], strict=True)
    probes = np.repeat(_from_sky(AXES[:, 2], sky)[:, None], 3, axis=1).astype(np.float32)
    return BakedLight(
        items={item.name: both[slice(*span)] for item, span in zip(batch.items, spans, strict=True)},
        probes=np.tile(probes, (2, 2, 2, 1, 1)),
        probe_bounds=np.array([[-20.0, -20.0, -1.0], [20.0, 20.0, 12.0]]),
        exposure=1.0,
    )


def _from_sky(up: Array, sky: float) -> Array:
    """Irradiance by how far a surface faces up, -1..1."""
    found: Array = sky * (1 / 3 + (1 - 1 / 3) * (0.5 + 0.5 * np.asarray(up, dtype=np.float64)))
    return found
