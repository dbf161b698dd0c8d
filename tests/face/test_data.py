"""The order of training images, and what an item is."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.face.data import TrainingImages, epoch_items, most_repeats
from occlusionkit.face.examples import index_group
from occlusionkit.face.training_settings import TrainingAugmentation
from occlusionkit.learning.loading import Batches
from occlusionkit.learning.task import Part


@given(count=st.integers(1, 30), length=st.integers(1, 80), epochs=st.integers(1, 5), seed=st.integers(0, 5))
def test_no_image_comes_again_before_all_others_came(count, length, epochs, seed):
    rows = [[item % count for item in epoch_items(count, seed=seed, epoch=e, length=length)] for e in range(epochs)]
    assert all(len(row) == length for row in rows)
    everything = [item for row in rows for item in row]
    for start in range(0, len(everything) - count + 1, count):
        assert sorted(everything[start : start + count]) == list(range(count))


@given(count=st.integers(1, 30), length=st.integers(1, 80), epoch=st.integers(0, 6), seed=st.integers(0, 5))
def test_an_image_that_comes_again_within_an_epoch_is_another_item(count, length, epoch, seed):
    items = epoch_items(count, seed=seed, epoch=epoch, length=length)
    assert len(set(items)) == length
    assert max(items) < count * most_repeats(count, length)
    for row, times in Counter(item % count for item in items).items():
        assert {item for item in items if item % count == row} == {row + turn * count for turn in range(times)}


@pytest.fixture
def items(tmp_path, write_faces) -> TrainingImages:
    """Five faces, each twice an epoch at most."""
    write_faces(tmp_path, [f"f{n}" for n in range(5)])
    table = index_group("clean", tmp_path / "img", tmp_path / "mask")
    return TrainingImages.of(table, size_px=32, augmentation=TrainingAugmentation(), repeats=2)


def test_an_item_is_a_normalised_image_and_its_label(items):
    item = items.load(7, np.random.default_rng(0))
    assert item["image"].shape == (3, 32, 32)
    assert item["image"].dtype == np.float32
    assert item["label"].shape == (32, 32)
    assert set(np.unique(item["label"])) == {0, 1}
    plain, mask = items.plain(7)
    assert np.array_equal(plain, items.plain(2)[0])
    assert 0.15 < mask.mean() < 0.4


def test_any_number_of_loaders_gives_the_same_batches(items):

    def batches(workers: int) -> list[dict]:
        made = Batches(items, batch_size=4, seed=3, workers=workers, keys=items.keys,
                       order=lambda epoch: epoch_items(5, seed=3, epoch=epoch, length=8))  # fmt: skip
        return [batch for epoch in range(2) for batch in made.epoch(epoch, Part())]

    alone, helped = batches(0), batches(2)
    assert len(alone) == len(helped) == 4
    for one, other in zip(alone, helped, strict=True):
        assert one["image"].equal(other["image"])
        assert one["label"].equal(other["label"])
    assert not alone[0]["image"].equal(alone[2]["image"])


def test_repeats_have_names_of_their_own(items):
    keys = items.keys
    assert len(set(keys)) == 10
    assert keys[:2] == ["clean/f0/0", "clean/f1/0"]
    assert keys[5] == "clean/f0/1"
