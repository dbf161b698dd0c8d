from __future__ import annotations

import os
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.artifacts.zips import write_stored_zip
from occlusionkit.images import encode_png
from occlusionkit.learning.loading import Batches, StoredImages, collate, epoch_batches, item_rng
from occlusionkit.learning.task import Part, to_device


@given(
    count=st.integers(0, 60),
    share=st.integers(1, 5),
    world=st.integers(1, 4),
    start=st.integers(0, 100),
)
def test_processes_share_the_batches_of_one(count, share, world, start):
    order, size = list(range(start, start + count)), share * world
    alone = epoch_batches(order, batch_size=size, part=Part())
    shared = [epoch_batches(order, batch_size=size, part=Part(rank, world)) for rank in range(world)]
    assert {len(batches) for batches in shared} == {len(alone)} == {count // size}
    for whole, *parts in zip(alone, *shared, strict=True):
        assert {len(part) for part in parts} == {share}
        assert sorted(item for part in parts for item in part) == sorted(whole)
    assert [item for batch in alone for item in batch] == order[: count // size * size]


def test_a_short_batch_is_kept_when_asked_for():
    batches = epoch_batches(list(range(7)), batch_size=3, part=Part(), keep_short=True)
    assert batches == [[0, 1, 2], [3, 4, 5], [6]]
    with pytest.raises(ValueError, match="short batch cannot be shared by 2"):
        epoch_batches(list(range(8)), batch_size=4, part=Part(0, 2), keep_short=True)


def test_a_batch_that_processes_cannot_share_is_refused():
    with pytest.raises(ValueError, match="batch_size: expected a multiple of the 2 processes, found 5"):
        epoch_batches(list(range(9)), batch_size=5, part=Part(1, 2))


def as_lists(batches):
    return [{name: value.tolist() for name, value in batch.items()} for batch in batches]


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_change_nothing_in_any_epoch(toy, workers):
    alone = Batches(toy.Noise(), batch_size=6, seed=1)
    helped = Batches(toy.Noise(), batch_size=6, seed=1, workers=workers)
    epochs = [as_lists(alone.epoch(epoch, Part())) for epoch in (0, 1, 5)]
    assert [as_lists(helped.epoch(epoch, Part())) for epoch in (0, 1, 5)] == epochs
    assert epochs[0] != epochs[1]
    assert len(epochs[0]) == alone.steps(Part()) == 3


@pytest.mark.slow
def test_workers_that_inherit_nothing_give_the_same(toy):
    spawned = Batches(toy.Noise(), batch_size=6, seed=1, workers=1, start="spawn")
    alone = Batches(toy.Noise(), batch_size=6, seed=1)
    assert as_lists(spawned.epoch(2, Part())) == as_lists(alone.epoch(2, Part()))


def test_loading_does_not_move_the_generator_of_dropout(toy):
    batches = Batches(toy.Noise(), batch_size=5, seed=0)
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    assert len(list(batches.epoch(0, Part()))) == 4
    assert torch.equal(torch.rand(3), expected)


def test_order_and_keys_may_be_given(toy):
    class Drawn(toy.Noise):
        def load(self, index, rng):
            return {"index": index, "drawn": rng.random()}

    names = [f"name{index}" for index in range(20)]
    batches = Batches(Drawn(), batch_size=2, seed=4, order=lambda epoch: [epoch, 19, 19], keys=names, keep_short=True)
    first, second = batches.epoch(3, Part())
    assert first["index"].tolist() == [3, 19]
    assert second["index"].tolist() == [19]
    expected = [item_rng(4, 3, "name3").random(), item_rng(4, 3, "name19").random()]
    assert first["drawn"].tolist() == torch.tensor(expected, dtype=torch.float32).tolist()
    with pytest.raises(ValueError, match="keys: expected 20 different ones, found 1 in 20"):
        Batches(Drawn(), batch_size=2, seed=4, keys=["same"] * 20)


class Broken:
    def __len__(self):
        return 8

    def load(self, index, rng):
        if index == 5:
            raise ValueError("crop.png: expected an image, found 0 bytes")
        return {"x": np.zeros(2, np.float32)}


@pytest.mark.parametrize("workers", [0, 1])
def test_a_broken_item_is_told_in_one_line_whoever_read_it(workers):
    batches = Batches(Broken(), batch_size=2, seed=0, workers=workers, order=lambda epoch: range(8))
    with pytest.raises(ValueError, match=r"^item 5: crop\.png: expected an image, found 0 bytes$"):
        list(batches.epoch(0, Part()))


def test_a_missing_key_is_told_without_quotes():
    class Missing(Broken):
        def load(self, index, rng):
            raise KeyError("zip has no member 'a'")

    with pytest.raises(KeyError, match=r"item 0: zip has no member 'a'"):
        list(Batches(Missing(), batch_size=2, seed=0, order=lambda epoch: range(8)).epoch(0, Part()))


def test_collate_stacks_what_networks_take():
    batch = collate(
        [
            {"x": np.full((2, 3), i, np.uint8), "y": i, "z": i / 2, "t": torch.ones(2) * i, "n": f"n{i}", "m": {"k": i}}
            for i in range(4)
        ]
    )
    assert batch["x"].shape == (4, 2, 3)
    assert [batch[name].dtype for name in "xyzt"] == [torch.uint8, torch.int64, torch.float32, torch.float32]
    assert batch["n"] == ["n0", "n1", "n2", "n3"]
    assert batch["m"]["k"].tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match=r"x: expected items of one shape in a batch, found \(2,\) and \(3,\)"):
        collate([{"x": np.zeros(2)}, {"x": np.zeros(3)}])


def test_collate_takes_arrays_that_are_turned_round_or_read_only():
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    locked = image.copy()
    locked.flags.writeable = False
    batch = collate([{"x": image[:, ::-1]}, {"x": locked}])["x"]
    assert batch.tolist() == [image[:, ::-1].tolist(), image.tolist()]
    batch += 1
    assert image[0, 0] == locked[0, 0] == 0


def test_a_nested_batch_goes_to_the_device_whole():
    batch = {"a": torch.ones(2), "b": [torch.zeros(1), ("text", torch.ones(1))]}
    moved = to_device(batch, torch.device("meta"))
    assert moved["a"].is_meta
    assert moved["b"][0].is_meta
    assert moved["b"][1][0] == "text"
    assert isinstance(moved["b"][1], tuple)
    assert not batch["a"].is_meta


@pytest.fixture
def image():
    return np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)


@pytest.fixture(params=["folder", "zip"])
def stored(request, tmp_path, image):
    files = {"b/two.png": encode_png(image), "a.png": encode_png(image[::-1].copy()), "b/bad.png": b"no image"}
    if request.param == "zip":
        with write_stored_zip(tmp_path / "images.zip") as archive:
            for name, data in files.items():
                archive.add(name, data)
        return StoredImages(tmp_path / "images.zip")
    for name, data in files.items():
        (tmp_path / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "images" / name).write_bytes(data)
    (tmp_path / "images" / ".hidden").write_bytes(b"")
    return StoredImages(tmp_path / "images")


def test_images_are_read_in_place_from_folder_and_zip(stored, image):
    assert stored.names == ("a.png", "b/bad.png", "b/two.png")
    assert np.array_equal(stored.image("b/two.png"), image)
    assert np.array_equal(stored.image("a.png"), image[::-1])
    with pytest.raises(KeyError, match="has no"):
        stored.read("two.png")
    with pytest.raises(ValueError, match=r"\[b/bad.png\]: expected an image"):
        stored.image("b/bad.png")


def test_stored_images_go_to_a_worker_without_their_handle(stored, image):
    stored.image("a.png")
    copy = pickle.loads(pickle.dumps(stored))  # noqa: S301
    stored.close()
    assert copy.names == stored.names
    assert np.array_equal(copy.image("b/two.png"), image)
    assert np.array_equal(stored.image("b/two.png"), image)  # opened anew


def test_a_forked_process_does_not_move_the_handle_of_its_parent(tmp_path):
    # A shared file offset gives each the bytes of the other, when both read at once.
    with write_stored_zip(tmp_path / "images.zip") as archive:
        for name in ("a", "b"):
            archive.add(name, bytes(100_000))  # more than a buffer holds
    stored = StoredImages(tmp_path / "images.zip")
    stored.read("a")
    descriptor = stored._archive()._archive.fp.fileno()
    before = os.lseek(descriptor, 0, os.SEEK_CUR)
    if (child := os.fork()) == 0:
        os._exit(0 if len(stored.read("b")) == 100_000 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert os.lseek(descriptor, 0, os.SEEK_CUR) == before


def test_a_missing_folder_or_zip_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"images\.zip"):
        StoredImages(tmp_path / "images.zip")
