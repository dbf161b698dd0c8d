"""Four made-up people and a passer-by, and their crops, rendered once by rays: no test here needs OpenGL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from occlusionkit.studio.crops.files import CropsPlan, render_part
from occlusionkit.studio.people import Body, load_people
from occlusionkit.studio.people.bake import bake_people
from occlusionkit.studio.people.identities import identity_specs
from occlusionkit.studio.render import open_renderer
from occlusionkit.studio.world import Renderer

# The body model's cache that the workflow also uses; it is made where it is missing (about a minute).
CACHE = Path(__file__).parents[3] / "results" / ".cache"
PLAN = CropsPlan(occluded_reid=2, images=1, market_images=2, seed=3)


@pytest.fixture(scope="session")
def bodies(tmp_path_factory) -> tuple[Body, ...]:
    """Identities 1 .. 4, then a passer-by."""
    pytest.importorskip("anny", reason="the body model is not installed")
    path = tmp_path_factory.mktemp("bodies") / "bodies.npz"
    specs = identity_specs(4, seed=3) + identity_specs(1, seed=3, first=101)
    bake_people(path, cache=CACHE, people=specs)
    return load_people(path)


@pytest.fixture(scope="session")
def rays() -> Iterator[Renderer]:
    renderer = open_renderer("embree", threads=1)
    yield renderer
    renderer.close()


@pytest.fixture(scope="session")
def part(bodies, rays, tmp_path_factory) -> SimpleNamespace:
    """All crops of the four, in one part."""
    folder = tmp_path_factory.mktemp("part")
    made = SimpleNamespace(images=folder / "images.zip", table=folder / "crops.parquet")
    made.facts = render_part(rays, bodies[:4], bodies[4:], PLAN, made.images, made.table)
    return made
