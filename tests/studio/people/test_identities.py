"""Made-up people: each from its own number, all different, halves that never meet."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from occlusionkit.studio.people import load_people
from occlusionkit.studio.people.bake import bake_people
from occlusionkit.studio.people.color import linear_color
from occlusionkit.studio.people.identities import bake_identities, identity_specs, train_identities
from occlusionkit.studio.people.identities import test_identities as held_out_identities

from .conftest import CACHE


def test_who_a_number_is_does_not_depend_on_how_many_there_are():
    all_of_them = identity_specs(12, seed=5)
    assert identity_specs(4, seed=5, first=7) == all_of_them[6:10]
    assert [spec.name for spec in all_of_them[:2]] == ["i0001", "i0002"]
    assert [spec.subject for spec in all_of_them] == list(range(1, 13))


def test_another_seed_gives_other_people():
    assert all(
        one.top != other.top for one, other in zip(identity_specs(8, seed=1), identity_specs(8, seed=2), strict=True)
    )


@pytest.mark.parametrize(("count", "first"), [(0, 1), (3, 0), (-1, 1)])
def test_numbers_below_one_are_refused(count, first):
    with pytest.raises(ValueError, match="at least 1, found"):
        identity_specs(count, seed=1, first=first)


@pytest.mark.parametrize("count", [4, 61, 240])
def test_the_halves_share_nobody_and_growing_moves_nobody(count):
    train, test = set(train_identities(count)), set(held_out_identities(count))
    assert not train & test
    assert train | test == set(range(1, count + 1))
    assert abs(len(train) - len(test)) <= 1
    assert set(train_identities(count - 1)) <= train
    assert set(held_out_identities(count - 1)) <= test


def test_people_differ_in_what_a_camera_can_tell_apart():
    specs = identity_specs(240, seed=1)
    looks = Counter((spec.top, spec.bottom, spec.hair) for spec in specs)
    assert max(looks.values()) == 1
    women = np.mean([spec.shape.gender for spec in specs])
    assert 0.4 < women < 0.6
    assert not [spec.name for spec in specs if spec.shape.gender == 1 and spec.hair.beard != "none"]
    assert not [spec.name for spec in specs if spec.shape.gender == 0 and spec.bottom.kind == "skirt"]


def test_most_clothes_are_dark_or_dull_as_in_a_street():
    # Else colours alone would tell everybody apart, which they do not in surveillance pictures.
    tops = np.array([linear_color(spec.top.color) for spec in identity_specs(240, seed=1)])
    strong = (tops.max(axis=1) - tops.min(axis=1)) > 0.25
    assert 0.03 < strong.mean() < 0.35


def test_a_shard_holds_the_same_people_as_one_file_of_all(anatomy, tmp_path):
    whole, shard = tmp_path / "whole.npz", tmp_path / "shard.npz"
    bake_people(whole, cache=CACHE, people=identity_specs(3, seed=4))
    bake_identities(shard, cache=CACHE, count=1, seed=4, first=3)
    one, same = load_people(whole)[2], load_people(shard)[0]
    assert (one.name, one.subject, one.description) == (same.name, same.subject, same.description)
    for name in ("rest_vertices", "faces", "colors", "parts", "surfaces", "welds"):
        np.testing.assert_array_equal(getattr(one, name), getattr(same, name))
