"""The capture plan: what the official loader needs to be unique, what the splits keep apart, and shards."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from occlusionkit.capture.plan import (
    SCENES,
    SUBJECTS,
    PlanSize,
    image_name,
    plan_instants,
    plan_takes,
)
from occlusionkit.skeletons import ACTIONS

DEFAULT = PlanSize(
    sequences=28,
    frames_per_sequence=5,
    frame_step_s=0.4,
    shard_instants=35,
    validation_scenes=(7, 8),
    validation_subjects=(11, 12, 13),
)
PAPER = replace(DEFAULT, sequences=1460, frames_per_sequence=50, frame_step_s=0.1, shard_instants=1000)

sizes = st.builds(
    PlanSize,
    sequences=st.integers(1, 120),
    frames_per_sequence=st.integers(1, 4),
    frame_step_s=st.sampled_from([0.1, 0.4]),
    shard_instants=st.integers(1, 50),
    validation_scenes=st.sets(st.integers(0, SCENES - 1), min_size=1, max_size=SCENES - 1).map(tuple),
    validation_subjects=st.sets(st.integers(1, SUBJECTS), min_size=1, max_size=SUBJECTS - 1).map(tuple),
)


def test_28_takes_meet_every_person_room_and_action():
    takes = plan_takes(DEFAULT)
    assert {take.subject for take in takes} == set(range(1, 14))
    assert {take.scene for take in takes} == set(range(9))
    assert {take.action for take in takes} == set(range(7))
    assert {take.action for take in takes if take.split == "validation"} == set(range(7))


@pytest.mark.parametrize("size", [DEFAULT, PAPER])
def test_people_rooms_and_actions_are_mixed_evenly(size):
    takes = [take for take in plan_takes(size) if take.split == "train"]
    for kind in ("subject", "scene", "action"):
        counts = Counter(getattr(take, kind) for take in takes)
        assert max(counts.values()) - min(counts.values()) <= 1 + len(takes) // 50, kind
    if size is PAPER:  # enough takes for every person to meet every room and every action
        assert len({(take.subject, take.scene) for take in takes}) == 10 * 7
        assert len({(take.subject, take.action) for take in takes}) == 10 * 7
        assert len({(take.scene, take.action) for take in takes}) == 7 * 7


def test_the_full_size_is_73_thousand_instants_in_73_jobs():
    assert (PAPER.instants, PAPER.shards) == (73_000, 73)
    assert DEFAULT.instants * 8 == 1120
    assert replace(DEFAULT, shard_instants=36).shards == 4
    assert replace(DEFAULT, shard_instants=1000).shards == 1


@settings(max_examples=60)
@given(size=sizes)
def test_no_scene_and_no_subject_is_in_both_splits(size):
    takes = plan_takes(size)
    for kind in ("scene", "subject"):
        by_split = {split: {getattr(t, kind) for t in takes if t.split == split} for split in ("train", "validation")}
        assert not by_split["train"] & by_split["validation"]
        assert by_split["validation"] <= set(getattr(size, f"validation_{kind}s"))
    assert len(takes) == size.sequences
    assert sum(take.split == "validation" for take in takes) == size.sequences // 4


@settings(max_examples=60)
@given(size=sizes)
def test_the_official_loaders_key_is_unique_over_all_scenes(size):
    instants = plan_instants(size)
    keys = [(i.take.action, i.take.subaction, i.take.subject, i.image_id) for i in instants]
    assert len(set(keys)) == len(keys) == size.instants
    names = [image_name(i.take.video_id, camera, i.image_id) for i in instants for camera in range(8)]
    assert len(set(names)) == 8 * size.instants


def test_the_key_is_unique_at_full_size_and_names_keep_their_width():
    takes = plan_takes(PAPER)
    assert len({(take.action, take.subaction, take.subject) for take in takes}) == 1460
    assert all(re.fullmatch(r"a\d\d_sa\d\d_s\d\d_sce\d\d", take.video_id) for take in takes)


@settings(max_examples=40)
@given(size=sizes, other=st.integers(1, 600))
def test_any_shard_size_gives_the_same_instants(size, other):
    first, second = plan_instants(size), plan_instants(replace(size, shard_instants=other))
    assert [replace(i, shard=0) for i in first] == [replace(i, shard=0) for i in second]


@settings(max_examples=40)
@given(size=sizes)
def test_shards_are_runs_of_instants_of_the_promised_number(size):
    instants = plan_instants(size)
    assert [instant.number for instant in instants] == list(range(size.instants))
    shards = [instant.shard for instant in instants]
    assert shards == sorted(shards)
    assert sorted(set(shards)) == list(range(size.shards))
    assert max(Counter(shards).values()) <= size.shard_instants


def test_more_takes_continue_the_plan_and_change_nothing_before():
    assert plan_takes(replace(DEFAULT, sequences=60))[:28] == plan_takes(DEFAULT)


def test_instants_of_a_take_are_evenly_spaced_from_its_start():
    instants = [i for i in plan_instants(DEFAULT) if i.take == plan_takes(DEFAULT)[3]]
    assert [instant.image_id for instant in instants] == [0, 1, 2, 3, 4]
    assert [instant.clip_seconds for instant in instants] == pytest.approx([0, 0.4, 0.8, 1.2, 1.6])


def test_names_are_the_official_ones():
    take = replace(plan_takes(DEFAULT)[0], action=5, subaction=1, subject=14, scene=0)
    assert take.video_id == "a05_sa01_s14_sce00"
    assert image_name(take.video_id, 0, 0) == "a05_sa01_s14_sce00/00_000000.jpg"
    assert image_name(take.video_id, 7, 123) == "a05_sa01_s14_sce00/07_000123.jpg"


def test_motion_files_take_the_place_of_the_procedural_actions():
    clips = [("11_01", ACTIONS.index("soccer")), ("02_04", ACTIONS.index("exercise"))]
    takes = plan_takes(DEFAULT, clips)
    assert {(take.clip, take.action) for take in takes} == set(clips)
    for split, each in (("train", (10, 11)), ("validation", (3, 4))):
        counts = Counter(take.clip for take in takes if take.split == split)
        assert sorted(counts.values()) == list(each)
    assert len({(take.action, take.subaction, take.subject) for take in takes}) == 28
    assert all(take.clip == "" for take in plan_takes(DEFAULT))


@pytest.mark.parametrize("count", [1, 3, 4, 7, 8])
def test_both_splits_meet_every_motion_file(count):
    clips = [(f"clip_{number}", 6) for number in range(count)]
    takes = plan_takes(replace(DEFAULT, sequences=8 * count), clips)
    for split in ("train", "validation"):
        assert {take.clip for take in takes if take.split == split} == {clip for clip, _ in clips}


def test_repeats_of_an_action_by_a_person_are_counted_from_zero():
    seen: Counter[tuple[int, int]] = Counter()
    for take in plan_takes(PAPER):
        assert take.subaction == seen[take.action, take.subject]
        seen[take.action, take.subject] += 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sequences": 0}, "capture sequences: expected at least 1, found 0"),
        ({"frames_per_sequence": 0}, "frames_per_sequence: expected at least 1"),
        ({"shard_instants": -3}, "shard_instants: expected at least 1, found -3"),
        ({"validation_scenes": ()}, r"validation_scenes: expected some, not all, of 0\.\.8, found \[\]"),
        ({"validation_scenes": tuple(range(9))}, "validation_scenes: expected some, not all"),
        ({"validation_scenes": (9,)}, r"found \[9\]"),
        ({"validation_subjects": (0,)}, r"validation_subjects: expected some, not all, of 1\.\.13, found \[0\]"),
        ({"validation_subjects": tuple(range(1, 14))}, "validation_subjects"),
        ({"frame_step_s": 0.0}, "frame_step_s: expected seconds above 0, found 0.0"),
        ({"frame_step_s": float("nan")}, "frame_step_s: expected seconds above 0"),
    ],
)
def test_an_impossible_size_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(DEFAULT, **change)
