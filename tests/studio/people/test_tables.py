"""The tables of parts, surfaces and clothes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from occlusionkit.skeletons import OCCLUSION_PERSON
from occlusionkit.studio.people import JOINT_PARTS, PARTS, SURFACES
from occlusionkit.studio.people.anatomy import Shape
from occlusionkit.studio.people.bake import bake_people
from occlusionkit.studio.people.color import linear_color
from occlusionkit.studio.people.parts import dominant_parts, part_of_bone
from occlusionkit.studio.people.wardrobe import PEOPLE, Bottom, Hair, Shoes, Top


@pytest.mark.parametrize(
    ("bone", "part"),
    [
        ("root", "torso"),
        ("clavicle.L", "torso"),
        ("upperarm02.L", "upper_arm_l"),
        ("lowerarm01.R", "lower_arm_r"),
        ("metacarpal3.L", "hand_l"),
        ("finger5-3.R", "hand_r"),
        ("upperleg01.R", "thigh_r"),
        ("lowerleg02.L", "shin_l"),
        ("toe4-2.R", "foot_r"),
        ("neck03", "neck"),
        ("eye.L", "head"),
    ],
)
def test_a_bone_moves_the_part_that_it_is_in(bone, part):
    assert part_of_bone(bone) == PARTS[part]


def test_an_unknown_bone_is_refused():
    with pytest.raises(ValueError, match=r"'tail01' belongs to no body part"):
        part_of_bone("tail01")


def test_the_part_with_most_weight_wins_over_the_heaviest_bone():
    weights = np.array([[0.4, 0.3, 0.3], [0.6, 0.2, 0.2]])
    parts = dominant_parts(weights, ("root", "upperarm01.L", "upperarm02.L"))
    assert parts.tolist() == [PARTS["upper_arm_l"], PARTS["torso"]]


def test_every_joint_has_parts_on_its_own_side():
    assert set(JOINT_PARTS) == set(OCCLUSION_PERSON.joints)
    for joint, parts in JOINT_PARTS.items():
        assert parts and all(part in PARTS for part in parts)
        if joint not in ("root", "belly", "neck"):
            sides = {part[-1] for part in parts if part[-2] == "_"}
            assert sides == {joint[0]}, joint


def test_part_and_surface_ids_differ_and_leave_zero_to_the_background():
    for table in (PARTS, SURFACES):
        assert len(set(table.values())) == len(table)
        assert min(table.values()) == 1


def test_the_thirteen_differ_in_name_clothes_and_shape():
    assert [spec.subject for spec in PEOPLE] == list(range(1, 14))
    assert [spec.name for spec in PEOPLE] == [f"p{i:02d}" for i in range(1, 14)]
    for what in ("description", "shape", "top", "bottom"):
        assert len({getattr(spec, what) for spec in PEOPLE}) == 13, what
    assert len({spec.top.color for spec in PEOPLE}) == 13
    assert {spec.bottom.kind for spec in PEOPLE} == {"trousers", "skirt"}
    assert min(spec.top.sleeve for spec in PEOPLE) == 0 and max(spec.top.sleeve for spec in PEOPLE) > 1.8
    assert any(spec.bottom.hem < 1 and spec.bottom.kind == "trousers" for spec in PEOPLE)
    assert 5 <= sum(spec.shape.gender > 0.5 for spec in PEOPLE) <= 8


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Top(color="red", sleeve=1), "Top color: expected a colour like '#a0522d', found 'red'"),
        (lambda: Top(color="#102030", sleeve=2.5), r"Top sleeve: expected 0 .. 1.95, found 2.5"),
        (lambda: Bottom(kind="skirt", color="#102030", hem=3), "Bottom hem"),
        (lambda: Shoes(color="#10203"), "Shoes color"),
        (lambda: Hair(style="short", color="#zzzzzz"), "Hair color"),
        (lambda: Hair(style="mohawk"), "Hair style: expected one of bald, .*, found 'mohawk'"),
        (lambda: Shape(gender=2, age=0.7, height=0.4), r"shape gender: expected 0 .. 1, found 2"),
        (lambda: replace(PEOPLE[0], iris="blue"), "PersonSpec iris"),
    ],
)
def test_a_slip_in_the_wardrobe_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_people_who_share_a_number_are_refused_before_anything_is_made(tmp_path):
    twins = [PEOPLE[0], replace(PEOPLE[1], subject=PEOPLE[0].subject)]
    with pytest.raises(ValueError, match="each with a subject of their own"):
        bake_people(tmp_path / "people.npz", cache=tmp_path, people=twins)
    with pytest.raises(ValueError, match="expected at least one"):
        bake_people(tmp_path / "people.npz", cache=tmp_path, people=[])
    assert not any(tmp_path.iterdir())


def test_colours_are_linear_light():
    np.testing.assert_allclose(linear_color("#ff8000"), [1, 0.215861, 0], atol=1e-6)
    np.testing.assert_allclose(linear_color("#0a0a0a"), 10 / 255 / 12.92)
