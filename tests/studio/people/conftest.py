"""A body small enough to work out by hand, and the real people, baked once for the tests that need them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from occlusionkit.studio.people import Body, load_people
from occlusionkit.studio.rig import JOINT_BONES, Rig

# The body model's cache that the workflow also uses; it is made where it is missing (about a minute).
CACHE = Path(__file__).parents[3] / "results" / ".cache"


@pytest.fixture(scope="session")
def tiny_body() -> Body:
    """Two tetrahedra on a rig with the joints' bones: one fixed to the root, one that hangs on the left knee.

    Bone i starts at (0, 0, 1) but for the left knee, at (0, 0, 0.5). The second tetrahedron's last vertex moves half
    with either bone.
    """
    names = tuple(dict.fromkeys(JOINT_BONES.values()))
    heads = np.tile([0.0, 0.0, 1.0], (len(names), 1))
    knee = names.index("lowerleg01.L")
    heads[knee] = [0.0, 0.0, 0.5]
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32) * 0.25
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
    weights = np.zeros((8, len(names)), np.float32)
    weights[:4, 0] = 1
    weights[4:7, knee] = 1
    weights[7, [0, knee]] = 0.5
    return Body(
        name="p01",
        subject=1,
        description="two tetrahedra",
        height_m=1.25,
        rig=Rig(names=names, parents=(-1, *[0] * (len(names) - 1)), rest_heads=heads),
        rest_vertices=np.concatenate([corners + np.float32([0, 0, 1]), corners + np.float32([0, 0, 0.25])]),
        faces=np.concatenate([faces, faces + 4]).astype(np.int32),
        weights=sparse.csr_matrix(weights),
        colors=np.full((8, 3), 0.25, np.float32),
        parts=np.array([1] * 4 + [8] * 4, np.int32),
        surfaces=np.ones(8, np.int32),
        welds=np.arange(8, dtype=np.int32),
    )


@pytest.fixture(scope="session")
def anatomy():
    """The body model itself."""
    pytest.importorskip("anny", reason="the body model is not installed")
    from occlusionkit.studio.people.anatomy import load_anatomy

    return load_anatomy(CACHE)


@pytest.fixture(scope="session")
def people_file(anatomy, tmp_path_factory) -> Path:
    from occlusionkit.studio.people.bake import bake_people

    path = tmp_path_factory.mktemp("people") / "people.npz"
    bake_people(path, cache=CACHE)
    return path


@pytest.fixture(scope="session")
def people(people_file) -> tuple[Body, ...]:
    """All thirteen."""
    return load_people(people_file)
