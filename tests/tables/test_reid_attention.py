"""Figures of what re-ID networks see: their layout, who is in them, and the number that goes with them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from occlusionkit.artifacts import read_table, write_table
from occlusionkit.artifacts.tables import make_table
from occlusionkit.artifacts.zips import write_stored_zip
from occlusionkit.images import encode_png
from occlusionkit.learning.weights import save_weights
from occlusionkit.reid.augment import AugmentSettings
from occlusionkit.reid.data import CROPS
from occlusionkit.reid.erasing import ErasingSettings
from occlusionkit.reid.methods import ModelCard
from occlusionkit.reid.model import build_net
from occlusionkit.reid.simulator import SimulatorSettings
from occlusionkit.tables.reid_attention import (
    PATCH_EVIDENCE,
    attention_of_dataset,
    draw_attention,
    draw_simulated,
    patch_evidence,
)

SIZE_HW = (64, 32)


def card(method: str, people: tuple[int, ...] = (1, 2), size_hw: tuple[int, int] = SIZE_HW) -> ModelCard:
    shape = {"depth": 18, "width": 0.125, "last_stride": 1, "neck": False, "occlusion_head": False}
    return ModelCard(**shape, method=method, size_hw=size_hw, identities=people, trained_on="x")


def crops_of(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *SIZE_HW, 3)).astype(np.uint8)


def network(seed: int = 0):
    torch.manual_seed(seed)
    return build_net(card("baseline")).eval()


def test_every_crop_has_a_row_that_begins_with_itself():
    crops = crops_of(3)
    sheet = draw_simulated(list(crops), SimulatorSettings(), ErasingSettings(), AugmentSettings())
    height, width = 192, 96
    assert sheet.shape == (22 + 3 * (height + 4) - 4, 7 * (width + 4) - 4, 3)
    for row, crop in enumerate(crops):
        top = 22 + row * (height + 4)
        np.testing.assert_array_equal(sheet[top : top + height, :width], cv2.resize(crop, (width, height)))


def test_a_person_has_query_gallery_and_one_map_a_network_side_by_side():
    networks = {"baseline": network(0), "afpb": network(1)}
    sheet = draw_attention(networks, crops_of(4), crops_of(4), columns=2)
    assert sheet.shape == (22 + 2 * 196 - 4, 2 * (4 * 100 - 4) + 28, 3)
    maps = sheet[22 : 22 + 192, 200:296], sheet[22 : 22 + 192, 300:396]
    assert not np.array_equal(*maps), "both networks look the same"


class Patchless(torch.nn.Module):
    """Features are colours, position by position: what was painted over is unlike what was there."""

    def __init__(self):
        super().__init__()
        self.neck, self.parts = None, 1
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def last_map(self, images):
        return (images.float().permute(0, 3, 1, 2) / 255)[:, :, ::4, ::4]

    def embed(self, images):
        return torch.nn.functional.normalize(self.last_map(images).mean(dim=(2, 3)), dim=1)


def test_a_network_that_cannot_see_the_patch_finds_nothing_on_it():
    # Red crops with green borders, so green patches: the patch is little like the crop. On crops of one colour it is as
    # like them as any other part.
    red = np.zeros((6, *SIZE_HW, 3), np.uint8)
    red[..., 0] = 200
    bordered = red.copy()
    bordered[:, :4] = bordered[:, :, :4] = bordered[:, :, -4:] = (0, 200, 0)
    law = SimulatorSettings(area=(0.2, 0.2), border_side=0.12, border_top=0.06)
    plain = patch_evidence({"colours": Patchless()}, red, law)
    assert plain["evidence"][0] == pytest.approx(1, abs=0.1) and plain["patch_area"][0] == pytest.approx(0.2, abs=0.02)
    found = patch_evidence({"colours": Patchless()}, bordered, law)
    assert found["evidence"][0] < 0.8 and found["images"][0] == 6 and found["standard_error"][0] > 0


@pytest.fixture
def dataset(tmp_path) -> Path:
    crops = crops_of(24)
    rows: dict[str, list[object]] = {column.name: [] for column in CROPS.columns}
    with write_stored_zip(tmp_path / "images.zip") as writer:
        for number, crop in enumerate(crops):
            person, role = number // 4 + 1, ("query", "gallery")[number % 2]
            data, path = encode_png(crop), f"{role}/{person}_{number}.png"
            writer.add(path, data)
            values = {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "identity": person, "role": role}
            values |= {"occluded": role == "query", "index": number, "camera": None, "width": 32, "height": 64}
            for name, value in values.items():
                rows[name].append(value)
    write_table(tmp_path / "index.parquet", make_table(CROPS, rows))
    for method in ("baseline", "afpb"):
        folder = tmp_path / method
        folder.mkdir()
        save_weights(network(), folder / "weights.pt")
        (folder / "model.json").write_text(json.dumps(card(method).to_json()))
    return tmp_path


def draw(dataset: Path, **changes: object) -> dict[str, object]:
    files = {name: dataset / "out" / f"{name}{suffix}" for name, suffix in
             (("simulated", ".jpg"), ("attention", ".jpg"), ("evidence", ".parquet"))}  # fmt: skip
    weights = [dataset / method / "weights.pt" for method in ("baseline", "afpb")]
    laws = {"simulator": SimulatorSettings(), "erasing": ErasingSettings(), "augmentation": AugmentSettings()}
    return attention_of_dataset(
        dataset / "index.parquet", dataset / "images.zip", weights, **{"people": 3, "show_pictures": True} | changes,
        **files, **laws,
    )  # fmt: skip


def test_only_people_who_were_not_trained_on_are_looked_at(dataset):
    facts = draw(dataset)
    table = read_table(dataset / "out/evidence.parquet", PATCH_EVIDENCE)
    assert facts == {"people": 3, "images": 8} and table["method"].tolist() == ["afpb", "baseline"]
    assert cv2.imread(str(dataset / "out/attention.jpg")).shape[1] == 4 * 100 - 4
    (dataset / "afpb/model.json").write_text(json.dumps(card("afpb", people=(3, 4)).to_json()))
    assert draw(dataset)["images"] == 4, "whom any of the networks knows is left out"


def test_pictures_of_people_stay_out_where_they_are_not_to_be_shown(dataset):
    draw(dataset, show_pictures=False)
    shown = cv2.imread(str(dataset / "out/attention.jpg"))[22:]
    flat = shown[:192, :96], shown[:192, 104:192]  # JPEG smears the gap between them a little
    assert all(one.std(axis=(0, 1)).max() < 8 for one in flat), "query and gallery are to be flat"
    simulated = cv2.imread(str(dataset / "out/simulated.jpg"))[22:, :96]
    assert len(np.unique(simulated[:192] // 16)) <= 2


def test_networks_of_other_input_sizes_are_not_compared(dataset):
    (dataset / "afpb/model.json").write_text(json.dumps(card("afpb", size_hw=(32, 16)).to_json()))
    with pytest.raises(ValueError, match="crops of one size"):
        draw(dataset)


def test_the_same_figures_come_out_twice(dataset):
    draw(dataset)
    first = (dataset / "out/attention.jpg").read_bytes()
    draw(dataset)
    assert (dataset / "out/attention.jpg").read_bytes() == first
