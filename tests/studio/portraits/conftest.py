"""Four made-up people, baked once: i0001 and i0003 for training, i0002 and i0004 for tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from occlusionkit.studio.people import Body, load_people
from occlusionkit.studio.people.identities import bake_identities
from occlusionkit.studio.portraits.bust import Bust, bust_of
from occlusionkit.studio.portraits.cast import Cast
from occlusionkit.studio.portraits.sets import read_cast
from occlusionkit.studio.render import open_renderer
from occlusionkit.studio.world import Renderer

# The body model's cache that the workflow also uses; it is made where it is missing (about a minute).
CACHE = Path(__file__).parents[3] / "results" / ".cache"
SEED = 5


@pytest.fixture(scope="session")
def people_file(tmp_path_factory) -> Path:
    pytest.importorskip("anny", reason="the body model is not installed")
    path = tmp_path_factory.mktemp("identities") / "00.npz"
    bake_identities(path, cache=CACHE, count=4, seed=SEED)
    return path


@pytest.fixture(scope="session")
def bodies(people_file) -> tuple[Body, ...]:
    return load_people(people_file)


@pytest.fixture(scope="session")
def busts(bodies) -> tuple[Bust, ...]:
    return tuple(bust_of(body) for body in bodies)


@pytest.fixture(scope="session")
def train(people_file) -> Cast:
    return read_cast([people_file], split="train", identities=4, seed=SEED)


@pytest.fixture(scope="session")
def test_cast(people_file) -> Cast:
    return read_cast([people_file], split="test", identities=4, seed=SEED)


@pytest.fixture(scope="session")
def rays() -> Iterator[Renderer]:
    renderer = open_renderer("embree", threads=1)
    yield renderer
    renderer.close()
