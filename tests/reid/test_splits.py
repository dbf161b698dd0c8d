"""Half splits: reproducible from their definition alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.reid.splits import half_split


@given(st.sets(st.integers(0, 400), min_size=4, max_size=60), st.integers(0, 20))
def test_halves_share_nobody_and_leave_nobody_out(identities, number):
    split = half_split(identities, number)
    assert sorted([*split.train, *split.test]) == sorted(identities)
    assert not set(split.train) & set(split.test)
    assert len(split.test) - len(split.train) in (0, 1)
    assert split == half_split([*sorted(identities, reverse=True), *identities], number)


def test_the_canonical_split_follows_its_published_definition():
    # Worked out in a shell: for i in 1 .. 8, printf icme18/0/$i | sha256sum, sorted; the first four are trained on.
    assert half_split(range(1, 9)).train == (2, 4, 5, 7)


def test_splits_differ():
    assert len({half_split(range(60), number).test for number in range(10)}) == 10


@pytest.mark.parametrize(
    ("identities", "number", "message"), [([1, 2, 3, 3], 0, "at least 4"), (range(9), -1, "a number from 0")]
)
def test_impossible_splits_are_refused(identities, number, message):
    with pytest.raises(ValueError, match=message):
        half_split(identities, number)
