"""Official names, and which camera takes which crop."""

from __future__ import annotations

from collections import Counter

import pytest

from occlusionkit.studio.crops.layouts import Task, split_of, tasks_of
from occlusionkit.studio.crops.sites import CAMERAS


def tasks(identity, **changed):
    return tasks_of(identity, **{"occluded_reid": 8, "images": 5, "market_images": 6, "seed": 1, **changed})


def test_names_are_those_of_the_published_sets():
    camera = CAMERAS[3]
    assert Task("occluded_reid", 7, "occluded", 3, camera).path == "Occluded_REID/occluded_body_images/007/007_03.tif"
    assert Task("occluded_reid", 7, "whole", 1, camera).path == "Occluded_REID/whole_body_images/007/007_01.tif"
    root = "Market-1501-v15.09.15"
    assert Task("market", 9, "whole", 1, camera).path == f"{root}/bounding_box_train/0009_c4s1_000025_01.jpg"
    assert Task("market", 10, "whole", 1, camera).path == f"{root}/query/0010_c4s1_000025_01.jpg"
    assert Task("market", 10, "whole", 2, camera).path == f"{root}/bounding_box_test/0010_c4s1_000050_01.jpg"


def test_the_first_people_are_seen_on_both_sides_the_others_whole():
    assert Counter((task.dataset, task.side) for task in tasks(8)) == {
        ("occluded_reid", "occluded"): 5,
        ("occluded_reid", "whole"): 5,
    }
    assert Counter((task.dataset, task.side) for task in tasks(9)) == {("market", "whole"): 6}


@pytest.mark.parametrize("identity", range(1, 9))
def test_no_camera_is_used_twice_on_a_side_before_all_were(identity):
    for side in ("occluded", "whole"):
        assert len({task.camera.number for task in tasks(identity) if task.side == side}) == 5
    pairs = zip(tasks(identity)[:5], tasks(identity)[5:], strict=True)
    assert all(occluded.camera != whole.camera for occluded, whole in pairs)


def test_a_query_and_its_gallery_are_by_different_cameras():
    assert sorted(task.camera.number for task in tasks(10)) == [1, 2, 3, 4, 5, 6]


def test_more_images_leave_the_first_ones_as_they_were():
    few, many = tasks(3, images=2), tasks(3, images=9)
    assert set(few) <= set(many)


def test_halves_do_not_depend_on_how_many_there_are():
    assert [split_of(number) for number in (1, 2, 63, 64, 9999)] == ["train", "test", "train", "test", "train"]


@pytest.mark.parametrize(("identity", "occluded_reid"), [(0, 8), (10_000, 8), (3, 1000)])
def test_what_the_names_can_not_hold_is_refused(identity, occluded_reid):
    with pytest.raises(ValueError, match=r"expected identities of 1\.\.9999, at most 999"):
        tasks(identity, occluded_reid=occluded_reid)
