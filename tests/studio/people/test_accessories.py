"""What people carry: on the right bone, near the body, and never taken for skin."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from occlusionkit.studio.people import PARTS, SURFACES
from occlusionkit.studio.people.accessories import Accessory, accessories_of, with_accessories
from occlusionkit.studio.people.color import linear_color
from occlusionkit.studio.people.identities import identity_specs

KINDS = ("rucksack", "bag", "scarf", "cap")


def added(body, kind, **more):
    """The person with it, and which vertices are new."""
    dressed = with_accessories(body, [Accessory(kind, "#ff0000", **more)])
    return dressed, slice(len(body.rest_vertices), None)


def test_who_carries_what_depends_on_the_person_alone():
    specs = identity_specs(300, seed=1)
    each = [accessories_of(spec, seed=1) for spec in specs]
    assert [accessories_of(spec, seed=1) for spec in specs[100:110]] == each[100:110]
    kinds = Counter(one.kind for have in each for one in have)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) > 10
    assert 0.3 < np.mean([not have for have in each]) < 0.7
    for spec, have in zip(specs, each, strict=True):
        names = [one.kind for one in have]
        assert len(set(names)) == len(names)
        assert not {"rucksack", "bag"} <= set(names)
        assert "scarf" not in names or spec.top.sleeve > 1.5
        assert "cap" not in names or spec.hair.style not in ("curly", "bun", "quiff")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [0, 6, 9])
def test_it_is_where_it_belongs_and_close_to_the_body(people, kind, number):
    body = people[number]
    dressed, new = added(body, kind)
    np.testing.assert_array_equal(dressed.rest_vertices[: new.start], body.rest_vertices)
    vertices = dressed.rest_vertices[new]
    height = body.height_m
    low, high = {"rucksack": (0.5, 0.9), "bag": (0.4, 0.9), "scarf": (0.6, 0.95), "cap": (0.9, 1.1)}[kind]
    assert low * height < vertices[:, 2].min()
    assert vertices[:, 2].max() < high * height
    torso = body.rest_vertices[body.parts == PARTS["torso"]]
    if kind == "rucksack":
        assert vertices[:, 1].max() > torso[:, 1].max()
        assert vertices[:, 1].max() - torso[:, 1].max() < 0.25
    if kind == "bag":
        # Side 1 is the left, which is +X.
        assert vertices[:, 0].max() - torso[:, 0].max() > 0.03
        assert vertices[:, 0].min() > torso[:, 0].min()
    if kind == "cap":
        head = body.rest_vertices[np.isin(body.parts, (PARTS["head"], PARTS["hair"]))]
        assert vertices[:, 2].max() > head[:, 2].max()


@pytest.mark.parametrize("kind", KINDS)
def test_no_mask_takes_it_for_skin_and_it_has_its_colour(people, kind):
    dressed, new = added(people[0], kind)
    assert set(dressed.surfaces[new]) == {SURFACES["top"]}
    np.testing.assert_allclose(dressed.colors[new].max(axis=0), linear_color("#ff0000"), atol=1e-6)
    assert dressed.faces.max() < len(dressed.rest_vertices)
    np.testing.assert_allclose(np.asarray(dressed.weights.sum(axis=1)).ravel(), 1, atol=1e-4)


@pytest.mark.parametrize(("kind", "bone"), [("cap", "head"), ("rucksack", "spine01"), ("bag", "spine05")])
def test_it_moves_with_its_bone_as_a_rigid_thing(people, kind, bone):
    dressed, new = added(people[3], kind)
    pose = dressed.rest_pose()
    turned = pose.rotations.copy()
    turned[dressed.rig.index(bone)] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    moved = dressed.mesh(type(pose)(rotations=turned, root_m=pose.root_m)).vertices[new]
    joint = dressed.rig.rest_heads[dressed.rig.index(bone)]
    expected = (dressed.rest_vertices[new] - joint) @ np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]).T + joint
    np.testing.assert_allclose(moved, expected, atol=1e-4)


def test_a_bag_on_the_other_side_hangs_there(people):
    left, new = added(people[1], "bag", side=1)
    right, _ = added(people[1], "bag", side=-1)
    assert left.rest_vertices[new, 0].max() > 0.15
    assert right.rest_vertices[new, 0].min() < -0.15


@pytest.mark.parametrize(
    ("kind", "side", "message"), [("hat", 1, "expected one of rucksack"), ("bag", 0, "expected 1")]
)
def test_unknown_accessories_are_refused(kind, side, message):
    with pytest.raises(ValueError, match=message):
        Accessory(kind, "#000000", side)
