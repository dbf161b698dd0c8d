"""Training: what stands in a batch, which losses look at it, which people are learned; and that it learns."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from occlusionkit.artifacts import read_table, write_table
from occlusionkit.learning.record import read_log
from occlusionkit.learning.settings import TrainSettings
from occlusionkit.reid.augment import AugmentSettings
from occlusionkit.reid.crops import pack_images
from occlusionkit.reid.data import CROPS, read_dataset
from occlusionkit.reid.erasing import ErasingSettings
from occlusionkit.reid.layouts import layout_named
from occlusionkit.reid.methods import METHODS, LossSettings, NetworkSettings, method_named
from occlusionkit.reid.model import load_net
from occlusionkit.reid.simulator import BorderPool, SimulatorSettings
from occlusionkit.reid.train import Pairs, Recipe, ReidTask, grouped_order, make_card, train_method, training_rows

SMALL = {"depth": 18, "width": 0.125, "last_stride": 1, "size_hw": [32, 16], "parts": 2}
SECTIONS = {"network": SMALL, "loss": {"head_rate": 1.0}, "augment": {}, "simulator": {}, "erasing": {}}
SETTINGS = {"epochs": 2, "batch_size": 8, "lr": 0.05}


@pytest.fixture(scope="module")
def packed(occluded_reid, tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("packed")
    dataset = read_dataset(occluded_reid, layout_named("occluded_reid"))
    write_table(folder / "index.parquet", dataset.rows)
    pack_images(dataset, folder / "images.zip")
    return folder / "index.parquet", folder / "images.zip"


def recipe(method: str, **changes: object) -> Recipe:
    parts = {"simulator": SimulatorSettings(), "erasing": ErasingSettings(), "augment": AugmentSettings()} | changes
    return Recipe(method=method_named(method), network=NetworkSettings(**SMALL | {"size_hw": (32, 16)}),
                  loss=LossSettings(), **parts)  # fmt: skip


def pairs_of(method: str, *, occluded=(False, True, False, False), epochs: int = 2, **changes: object) -> Pairs:
    images = np.random.default_rng(0).integers(0, 256, (len(occluded), 32, 16, 3)).astype(np.uint8)
    labels = np.arange(len(occluded)) // 2
    return Pairs(images, labels, np.array(occluded), recipe(method, **changes), BorderPool(images), epochs=epochs)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed))


@pytest.mark.parametrize(
    ("method", "whole", "occluded"),
    [("baseline", [0, 0], [1, 1]), ("os", [0, 1], [1, 1]), ("mtl", [0, 0], [1, 1]), ("afpb", [0, 1], [1, 1])],
)
def test_a_copy_counts_as_occluded_where_it_is_and_real_occlusion_always(method, whole, occluded):
    pairs = pairs_of(method)
    assert pairs.load(0, rng())["occluded"].tolist() == whole
    assert pairs.load(1, rng())["occluded"].tolist() == occluded


def test_a_copy_that_chance_left_whole_counts_as_whole():
    pairs = pairs_of("afpb", simulator=SimulatorSettings(probability=0.5))
    found = {tuple(pairs.load(0, rng(seed))["occluded"].tolist()) for seed in range(40)}
    assert found == {(0, 0), (0, 1)}


def test_the_clean_view_is_the_same_in_every_method_and_the_second_one_is_not():
    views = {name: pairs_of(name).load(2, rng(7))["views"] for name in METHODS}
    for name, (clean, second) in views.items():
        np.testing.assert_array_equal(clean, views["baseline"][0])
        if METHODS[name].copy == "simulated":
            assert not np.array_equal(second, views["baseline"][1])


def test_an_occluded_image_stays_as_it_is_in_every_method():
    views = {name: pairs_of(name).load(1, rng(7))["views"] for name in METHODS}
    for found in views.values():
        np.testing.assert_array_equal(found, views["baseline"])


def test_an_epoch_is_part_of_an_items_number_and_the_curriculum_sees_it():
    pairs = pairs_of("os", epochs=3, simulator=SimulatorSettings(curriculum_start=0.0, curriculum_share=1.0))
    assert len(pairs) == 12
    first = [pairs.load(0, rng(seed))["occluded"][1] for seed in range(20)]
    last = [pairs.load(8, rng(seed))["occluded"][1] for seed in range(20)]
    assert sum(first) == 0 and sum(last) == 20
    assert pairs.load(9, rng())["label"] == pairs.load(1, rng())["label"] == 0


@pytest.mark.parametrize(("method", "share"), [("baseline", 0.25), ("mtl", 0.25), ("afpb", 0.25 + 0.75 / 2)])
def test_the_share_of_occluded_views_is_that_of_the_batches(method, share):
    pairs = pairs_of(method)
    seen = np.mean([pairs.load(item, rng(item))["occluded"] for item in range(4)])
    assert pairs.share_occluded() == pytest.approx(share) == seen


def test_only_the_second_task_by_itself_needs_real_occlusion():
    assert [name for name, method in METHODS.items() if method.needs_occluded] == ["mtl"]


def test_learning_to_tell_occluded_from_whole_needs_both():
    only_whole = pairs_of("mtl", occluded=(False,) * 4)
    card = make_card(rows_of(4), recipe("mtl"), trained_on="x")
    with pytest.raises(ValueError, match="0% of what it would see is occluded"):
        ReidTask(only_whole, recipe("mtl"), card, TrainSettings(epochs=1, batch_size=2, lr=0.1))


def rows_of(count: int):
    class Rows(dict):
        pass

    return Rows(identity=np.arange(count) // 2)


def test_rows_to_train_on_are_both_sides_of_the_people_asked_for(packed):
    rows = read_table(packed[0], CROPS)
    chosen = rows.take(training_rows(rows, [2, 5]))
    assert set(chosen["identity"]) == {2, 5} and set(chosen["role"]) == {"query", "gallery"} and len(chosen) == 12
    cut_by_hand = rows["occluded"] & (rows["index"] == 1)
    other = type(rows)(rows.schema, {**rows.columns, "role": np.where(cut_by_hand, "partial", rows["role"])})
    assert len(training_rows(other, [2, 5])) == 10, "Partial-REID's hand-made crops are no images of their own"
    with pytest.raises(ValueError, match="1 of 3 people to train on have no image, 99 first"):
        training_rows(rows, [2, 5, 99])
    with pytest.raises(ValueError, match="of the part `train` of at least 2 people"):
        training_rows(rows, None)


def test_groups_for_triplets_hold_one_person_and_every_image_comes():
    labels = np.array([0] * 5 + [1] * 4 + [2] * 3)
    order = grouped_order(labels, each=2, seed=3, epoch=1)
    groups = labels[np.array(order).reshape(-1, 2)]
    assert (groups[:, 0] == groups[:, 1]).all() and set(order) == set(range(12)) and len(order) == 6 + 4 + 4
    assert order != grouped_order(labels, each=2, seed=3, epoch=2)
    assert order == grouped_order(labels, each=2, seed=3, epoch=1)


def train(packed, out: Path, method: str, **changes):
    index, images = packed
    arguments = {
        "people": [1, 2, 3, 4],
        "sections": SECTIONS,
        "settings": SETTINGS,
        "textures": None,
        "trained_on": "occluded_reid",
        "seed": 1,
        "device": "cpu",
    } | changes
    return train_method(index=index, images=images, out=out, partial=out / "partial", method=method, **arguments)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_trains_and_its_weights_are_a_network_again(packed, tmp_path, method):
    record = train(packed, tmp_path, method, settings=SETTINGS | {"epochs": 1})
    net, card = load_net(tmp_path / "weights.pt")
    assert (card.method, card.identities, card.size_hw) == (method, (1, 2, 3, 4), (32, 16))
    assert (net.occlusion is not None) == METHODS[method].occlusion_head == ("occlusion" in record.rows[0])
    assert (net.neck is not None) == METHODS[method].strong == ("triplets" in record.rows[0])
    # 24 images of 4 people in batches of 8; in fours for triplets, each person's 6 are filled up to 8.
    assert record.steps == (4 if METHODS[method].strong else 3)
    if METHODS[method].parts:  # longer features: the guess that knows nothing is surer of itself
        assert np.log(4) < record.rows[0]["identity"] < 2 * np.log(4)
    else:
        assert record.rows[0]["identity"] == pytest.approx(np.log(4), abs=0.3)  # a start that knows nothing
    assert read_log(tmp_path / "log.csv")[0]["identity"] == record.rows[0]["identity"]


def test_two_runs_give_the_same_weights_and_another_seed_others(packed, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(packed, tmp_path / name, "afpb", seed=seed, settings=SETTINGS | {"epochs": 1})
    first, second, third = ((tmp_path / name / "weights.pt").read_bytes() for name in "abc")
    assert first == second != third
    assert (tmp_path / "a/model.json").read_bytes() == (tmp_path / "b/model.json").read_bytes()


def test_people_are_learned(packed, tmp_path):
    record = train(packed, tmp_path, "afpb", settings=SETTINGS | {"epochs": 15})
    assert record.rows[-1]["identity_accuracy"] > 0.7 > 0.6 > record.rows[0]["identity_accuracy"]


def test_a_pretrained_backbone_is_begun_with_whatever_its_heads(packed, tmp_path):
    train(packed, tmp_path / "first", "afpb", people=[1, 2, 3])
    begun = SECTIONS | {"network": SMALL | {"pretrained": str(tmp_path / "first/weights.pt")}}
    train(packed, tmp_path / "second", "baseline", sections=begun, settings=SETTINGS | {"epochs": 1, "lr": 1e-9})
    first, second = (load_net(tmp_path / name / "weights.pt")[0] for name in ("first", "second"))
    torch.testing.assert_close(first.backbone.conv1.weight, second.backbone.conv1.weight)
    assert len(first.identity.weight) == 3 and len(second.identity.weight) == 4


def test_the_loss_is_the_sum_that_the_paper_has(packed, tmp_path):
    record = train(packed, tmp_path, "afpb", sections=SECTIONS | {"loss": {"head_rate": 1.0, "occlusion_weight": 0.25}})
    for row in record.rows:
        assert row["loss"] == pytest.approx(row["identity"] + 0.25 * row["occlusion"], rel=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"settings": SETTINGS | {"keep": "best", "metric": "rank_1"}}, "tuning on them"),
        ({"method": "afbp"}, "expected a method among baseline, os"),
        ({"sections": SECTIONS | {"simulator": {"probabilty": 1}}}, "unknown settings \\['probabilty'\\]"),
        ({"sections": {"network": SMALL, "loss": {}, "augment": {}}}, r"method os needs the sections \['simulator'\]"),
        ({"textures": "/nowhere"}, "/nowhere: expected a folder"),
        (
            {"method": "parts", "sections": SECTIONS | {"network": SMALL | {"parts": 3}}},
            r"parts: expected a divisor of 2, .* size_hw \[32, 16\] with last_stride 1 .* found 3",
        ),
    ],
)
def test_a_wrong_setting_is_one_clear_sentence(packed, tmp_path, changes, message):
    method = changes.pop("method", "os") if "method" in changes else "os"
    with pytest.raises((ValueError, OSError), match=message):
        train(packed, tmp_path, method, **changes)


def test_a_change_of_a_section_that_a_method_does_not_use_is_no_change(packed, tmp_path):
    others = {name: value for name, value in SECTIONS.items() if name not in ("simulator", "erasing")}
    once = SETTINGS | {"epochs": 1}
    train(packed, tmp_path / "all", "baseline", sections=SECTIONS, settings=once)
    train(packed, tmp_path / "own", "baseline", sections=others, settings=once)
    assert (tmp_path / "all/weights.pt").read_bytes() == (tmp_path / "own/weights.pt").read_bytes()


def test_the_card_says_what_was_trained(packed, tmp_path):
    train(packed, tmp_path, "strong", settings=SETTINGS | {"epochs": 1})
    card = json.loads((tmp_path / "model.json").read_text())
    assert card["neck"] is True and card["trained_on"] == "occluded_reid" and card["identities"] == [1, 2, 3, 4]


def test_patches_come_from_textures_where_a_folder_is_named(packed, tmp_path, person_image):
    person_image(tmp_path / "textures/one.png", 77, 1)
    once = SETTINGS | {"epochs": 1}
    train(packed, tmp_path / "own", "os", settings=once, textures=str(tmp_path / "textures"))
    train(packed, tmp_path / "borders", "os", settings=once)
    assert (tmp_path / "own/weights.pt").read_bytes() != (tmp_path / "borders/weights.pt").read_bytes()
