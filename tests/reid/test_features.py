"""Features on disk agree with the network, and the occlusion head is judged on real and simulated occlusion apart."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from occlusionkit.artifacts import read_table, write_table
from occlusionkit.learning.weights import save_weights
from occlusionkit.reid.crops import pack_images, read_images, read_resized
from occlusionkit.reid.data import CROPS, read_dataset
from occlusionkit.reid.feature_files import read_features
from occlusionkit.reid.features import (
    ScoredImages,
    called_occluded,
    extract_features,
    occlusion_calls,
    patched,
    scored_rows,
)
from occlusionkit.reid.layouts import layout_named
from occlusionkit.reid.methods import ModelCard
from occlusionkit.reid.model import build_net
from occlusionkit.reid.simulator import SimulatorSettings


def card(occlusion_head: bool = True, trained_on: str = "occluded_reid") -> ModelCard:
    shape = {"depth": 18, "width": 0.125, "last_stride": 1, "size_hw": (32, 16), "neck": False}
    method = "afpb" if occlusion_head else "os"
    return ModelCard(**shape, method=method, occlusion_head=occlusion_head, identities=(1, 2, 3), trained_on=trained_on)


@pytest.fixture(scope="module")
def packed(occluded_reid, tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    dataset = read_dataset(occluded_reid, layout_named("occluded_reid"))
    write_table(folder / "index.parquet", dataset.rows)
    pack_images(dataset, folder / "images.zip")
    return folder


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(0)
    save_weights(build_net(card()), tmp_path / "weights.pt")
    (tmp_path / "model.json").write_text(json.dumps(card().to_json()))
    return tmp_path / "weights.pt"


def test_the_zip_holds_the_files_under_the_indexs_paths(packed, occluded_reid):
    rows = read_table(packed / "index.parquet", CROPS)
    path = str(rows["path"][3])
    (image,) = read_images(packed / "images.zip", [path])
    assert image.shape == (128, 64, 3)
    np.testing.assert_array_equal(read_resized(packed / "images.zip", [path], size_hw=(128, 64))[0], image)


def test_images_are_read_once_for_each_size(packed, monkeypatch):
    scored = ScoredImages(packed / "index.parquet", packed / "images.zip")
    small, large = scored.of_size((32, 16)), scored.of_size((64, 32))
    assert small.shape == (len(scored.rows), 32, 16, 3) and large.shape == (len(scored.rows), 64, 32, 3)
    monkeypatch.setattr("occlusionkit.reid.features.read_resized", None)
    assert scored.of_size((32, 16)) is small and scored.of_size((64, 32)) is large


def test_features_are_the_networks_and_stand_in_the_indexs_order(packed, weights, tmp_path):
    table, _ = extract_features(
        ScoredImages(packed / "index.parquet", packed / "images.zip"),
        weights=weights,
        card=weights.with_name("model.json"),
        out=tmp_path / "out",
        dataset="occluded_reid",
        simulator=SimulatorSettings(),
        device="cpu",
    )
    stored = read_features(tmp_path / "out/features.npy", tmp_path / "out/features.parquet")
    assert stored.verified and len(stored) == 48 == len(table)
    path = "whole_body_images/005/005_02.tif"
    row = stored.index["path"].tolist().index(path)
    torch.manual_seed(0)
    net = build_net(card()).eval()
    pixels = read_resized(packed / "images.zip", [path], size_hw=(32, 16))
    with torch.no_grad():
        expected = net.embed(torch.from_numpy(pixels))[0].numpy()
    np.testing.assert_allclose(stored.features[row], expected, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(stored.features, axis=1), 1, atol=1e-5)


def test_a_training_part_is_not_scored(packed):
    rows = read_table(packed / "index.parquet", CROPS)
    changed = type(rows)(rows.schema, {**rows.columns, "role": np.where(rows["identity"] < 3, "train", rows["role"])})
    assert set(scored_rows(changed)["identity"]) == {3, 4, 5, 6, 7, 8}


class Knowing(torch.nn.Module):
    """Calls an image occluded when its mean is below 100, whatever else."""

    def __init__(self):
        super().__init__()
        self.occlusion = torch.nn.Identity()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def pooled(self, images):
        dark = (images.float().mean(dim=(1, 2, 3)) < 100).float()
        return torch.stack([1 - dark, dark], dim=1)


def test_calls_are_counted_by_kind_and_by_who_was_trained_on(packed):
    rows = read_table(packed / "index.parquet", CROPS)
    images = np.full((len(rows), 32, 16, 3), 200, np.uint8)
    dark = np.flatnonzero(rows["occluded"])[::2]
    images[dark] = 50
    calls = occlusion_calls(Knowing(), card(), rows, images, dataset="occluded_reid", simulator=SimulatorSettings())
    keys = zip(calls["people"], calls["kind"], strict=True)
    found = dict(zip(keys, zip(calls["images"], calls["right"], strict=True), strict=True))
    trained = np.isin(rows["identity"], [1, 2, 3])
    assert found["trained", "occluded"] == (9, int(trained[dark].sum()))
    assert found["held_out", "occluded"] == (15, int((~trained[dark]).sum()))
    assert found["trained", "whole"] == (9, 9) and found["held_out", "whole"] == (15, 15)
    assert found["held_out", "simulated"] == (15, 0)  # patches of 200 on 200: nothing to see
    other = occlusion_calls(Knowing(), card(), rows, images, dataset="another", simulator=SimulatorSettings())
    assert set(other["people"]) == {"held_out"}, "people of another dataset were not trained on"


def test_without_an_occlusion_head_there_is_nothing_to_count(packed):
    rows = read_table(packed / "index.parquet", CROPS)
    net = build_net(card(occlusion_head=False))
    images = np.zeros((len(rows), 32, 16, 3), np.uint8)
    table = occlusion_calls(net, card(False), rows, images, dataset="x", simulator=SimulatorSettings())
    assert len(table) == 0
    with pytest.raises(ValueError, match="network with an occlusion head"):
        called_occluded(net, images)


def test_every_image_gets_its_own_patch_whatever_the_probability():
    images = np.stack([np.full((32, 16, 3), value, np.uint8) for value in (10, 60, 110, 160)])
    changed = patched(images, SimulatorSettings(probability=0.1))
    for image, other in zip(images, changed, strict=True):
        share = (other != image).any(axis=2).mean()
        assert 0.08 < share < 0.55
