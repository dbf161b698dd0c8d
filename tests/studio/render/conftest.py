"""Small worlds to draw: boxes and spheres whose depth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from occlusionkit.geometry import Camera, intrinsics_from_hfov, look_at_rotation
from occlusionkit.studio.render import open_renderer
from occlusionkit.studio.world import Item, Light, Material, Mesh, Renderer, World


def make_mesh(vertices, faces, normals, *, uvs=None, color=(0.7, 0.7, 0.7), parts=None) -> Mesh:
    count = len(vertices)
    return Mesh(
        vertices=np.asarray(vertices, np.float32),
        faces=np.asarray(faces, np.int32),
        normals=np.asarray(normals, np.float32),
        uvs=np.zeros((count, 2), np.float32) if uvs is None else np.asarray(uvs, np.float32),
        colors=np.tile(np.asarray(color, np.float32), (count, 1)),
        parts=np.zeros(count, np.int32) if parts is None else np.asarray(parts, np.int32),
    )


def make_box(center, size, *, step_m=0.5, inward=False, **more) -> Mesh:
    """A box in squares of about step_m, its faces outward, or inward: a room."""
    vertices, normals, uvs, faces, first = [], [], [], [], 0
    size = np.asarray(size, float)
    for axis in range(3):
        across, along = (axis + 1) % 3, (axis + 2) % 3
        n, m = (max(1, int(np.ceil(size[k] / step_m))) for k in (across, along))
        for sign in (-1, 1):
            grid = np.array([(i / n - 0.5, j / m - 0.5) for i in range(n + 1) for j in range(m + 1)])
            points = np.zeros((len(grid), 3))
            points[:, axis], points[:, [across, along]] = sign / 2, grid
            normal = np.eye(3)[axis] * (-sign if inward else sign)
            corner = np.array([i * (m + 1) + j for i in range(n) for j in range(m)])
            square = np.stack([corner, corner + m + 1, corner + m + 2, corner + 1], axis=1)
            if (sign < 0) != inward:
                square = square[:, ::-1]
            faces += [square[:, [0, 1, 2]] + first, square[:, [0, 2, 3]] + first]
            vertices.append(points * size + center)
            normals.append(np.tile(normal, (len(grid), 1)))
            uvs.append(grid * size[[across, along]])
            first += len(grid)
    return make_mesh(np.concatenate(vertices), np.concatenate(faces), np.concatenate(normals),
                     uvs=np.concatenate(uvs), **more)  # fmt: skip


def make_sphere(center, radius_m, *, rings=24, **more) -> Mesh:
    """Vertices on the sphere; faces lie within it by at most radius_m * (pi / rings)^2 / 2."""
    polar, around = np.meshgrid(
        np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, 2 * rings + 1), indexing="ij"
    )
    out = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], -1).reshape(-1, 3)
    corner = np.array([i * (2 * rings + 1) + j for i in range(rings) for j in range(2 * rings)])
    square = np.stack([corner, corner + 2 * rings + 1, corner + 2 * rings + 2, corner + 1], axis=1)
    faces = np.concatenate([square[:, [0, 1, 2]], square[:, [0, 2, 3]]])
    return make_mesh(out * radius_m + center, faces, out, **more)


def look_at(center, target, *, size_hw=(90, 160), hfov_deg=80.0) -> Camera:
    center, target = np.asarray(center, float), np.asarray(target, float)
    return Camera(intrinsics_from_hfov(hfov_deg, size_hw), look_at_rotation(center, target), center, size_hw)


def make_texture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(60, 220, (32, 32, 3), dtype=np.uint8)


def furnished_world() -> World:
    """A room, furniture that stands and overlaps, thin things, and a person of two spheres with parts."""

    def part(number):
        mesh = make_sphere((0, 0, 0), 1, rings=24)
        return np.full(len(mesh.vertices), number)

    parts = [
        ("room", "structure", make_box((0, 0, 1.35), (6, 5, 2.7), inward=True), "plaster", False),
        ("rug", "furniture", make_box((0.1, 0.2, 0.006), (2, 1.5, 0.01)), "wool", False),
        ("table", "furniture", make_box((1.2, 0.7, 0.72), (1.2, 0.7, 0.04)), "wood", False),
        ("leg_1", "furniture", make_box((0.7, 0.45, 0.35), (0.05, 0.05, 0.69)), "wood", False),
        ("leg_2", "furniture", make_box((1.7, 0.95, 0.35), (0.05, 0.05, 0.69)), "wood", False),
        ("shelf", "furniture", make_box((-2.6, -1.3, 0.9), (0.4, 1.1, 1.79)), None, False),
        ("vase", "furniture", make_sphere((1.3, 0.8, 0.9), 0.14), None, False),
        ("head", "person", make_sphere((-0.2, -0.3, 1.55), 0.15, parts=part(7), color=(0.7, 0.45, 0.35)), None, True),
        ("body", "person", make_sphere((-0.2, -0.3, 0.8), 0.4, parts=part(250), color=(0.1, 0.2, 0.6)), None, True),
    ]
    items = [
        Item(name, kind, 3 * index + 1, mesh, Material(texture=texture), moves=moves)
        for index, (name, kind, mesh, texture, moves) in enumerate(parts)
    ]
    lights = (
        Light("ceiling", (0.4, 0.2, 2.5), (6.0, 5.8, 5.5)),
        Light("window", (2.8, -1.5, 1.6), (1.5, 1.7, 2.0), 0.4),
    )
    textures = {name: make_texture(seed) for seed, name in enumerate(("plaster", "wood", "wool"))}
    return World("furnished", tuple(items), lights, textures)


def around(count=4, **more) -> list[Camera]:
    angles = np.arange(count) * 2 * np.pi / count + 0.3
    heights = (0.8, 1.5, 2.2)
    places = [(2.1 * np.cos(a), 2.0 * np.sin(a), heights[k % 3]) for k, a in enumerate(angles)]
    return [look_at(place, (0, 0, 0.9), **more) for place in places]


def one_by_one(*meshes: Mesh, lights=(), textures=None, **more) -> World:
    items = tuple(Item(f"item_{i}", "object", i + 1, mesh, **more) for i, mesh in enumerate(meshes))
    return World("bare", items, tuple(lights), textures or {})


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The builders of this file."""
    return SimpleNamespace(mesh=make_mesh, box=make_box, sphere=make_sphere, look_at=look_at, texture=make_texture,
                           furnished=furnished_world, around=around, world=one_by_one)  # fmt: skip


@pytest.fixture(scope="module")
def gl() -> Iterator[Renderer]:
    from occlusionkit.studio.render.gl_context import EglMissing

    try:
        renderer = open_renderer("gl", threads=1)
    except EglMissing as error:
        pytest.skip(str(error))
    yield renderer
    renderer.close()


@pytest.fixture(scope="module")
def embree() -> Iterator[Renderer]:
    renderer = open_renderer("embree", threads=1)
    yield renderer
    renderer.close()


@pytest.fixture(params=["gl", "embree"])
def renderer(request: pytest.FixtureRequest) -> Renderer:
    """Either renderer: what they promise, both must keep."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def draw() -> Callable[..., object]:
    def call(renderer: Renderer, world: World, camera: Camera, *outputs: str):
        return renderer.render(world, camera, outputs=frozenset(outputs))

    return call
