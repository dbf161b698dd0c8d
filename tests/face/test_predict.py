"""Prediction, evaluation and folders of images, with networks whose answer is known."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from occlusionkit.artifacts import write_bytes
from occlusionkit.artifacts.zips import StoredZip
from occlusionkit.face.evaluate import evaluate
from occlusionkit.face.examples import Known, index_group
from occlusionkit.face.model_card import ModelCard, read_card, write_card
from occlusionkit.face.networks.build import build_network
from occlusionkit.face.networks.catalogue import NETWORKS
from occlusionkit.face.predict import (
    TestTime,
    face_mask,
    face_probabilities,
    inference_threads,
    load_network,
    read_test_time,
)
from occlusionkit.face.segment import segment_folder
from occlusionkit.face.training_augment import DEVIATION, MEAN
from occlusionkit.images import decode_image, encode_jpeg, encode_png
from occlusionkit.learning.weights import save_weights

CPU = torch.device("cpu")


class RedIsFace(nn.Module):
    """Finds what has more red than blue; the faces of `write_faces`."""

    def forward(self, images):
        rgb = images * torch.tensor(DEVIATION)[:, None, None] + torch.tensor(MEAN)[:, None, None]
        score = 40 * (rgb[:, 0] - rgb[:, 2])
        return {"face": torch.stack([torch.zeros_like(score), score], dim=1)}


class LeftIsFace(nn.Module):
    """Finds the left quarter, whatever is there; notes the sizes it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.sides: list[int] = []

    def forward(self, images):
        self.sides.append(images.shape[-1])
        score = torch.full(images[:, 0].shape, -20.0)
        score[..., : images.shape[-1] // 4] = 20
        return {"face": torch.stack([torch.zeros_like(score), score], dim=1)}


def test_a_prediction_has_its_images_size_whatever_the_others_have():
    images = [np.full((*size, 3), 128, np.uint8) for size in ((40, 64), (100, 30), (64, 64))]
    found = face_probabilities(LeftIsFace(), images, size_px=64, test_time=TestTime(), device=CPU)
    assert [one.shape for one in found] == [(40, 64), (100, 30), (64, 64)]
    assert face_mask(found[2], threshold=0.5)[:, :16].all()
    assert not face_mask(found[2], threshold=0.5)[:, 16:].any()
    assert face_mask(found[0], threshold=0.5).mean() == pytest.approx(0.25, abs=0.02)


def test_with_flip_a_one_sided_answer_is_shared_between_both_sides():
    image = [np.zeros((64, 64, 3), np.uint8)]
    found = face_probabilities(LeftIsFace(), image, size_px=64, test_time=TestTime(flip=True), device=CPU)[0]
    assert found[:, :16] == pytest.approx(0.5, abs=1e-6)
    assert found[:, -16:] == pytest.approx(0.5, abs=1e-6)
    assert found[:, 20:-20] == pytest.approx(0, abs=1e-6)


def test_scales_are_of_the_networks_size_in_steps_it_can_take():
    network = LeftIsFace()
    time = TestTime(scales=(0.5, 1.0, 1.75))
    found = face_probabilities(network, [np.zeros((64, 64, 3), np.uint8)], size_px=128, test_time=time, device=CPU)[0]
    assert network.sides == [64, 128, 224]
    assert found[:, :14] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"scales": []}, r"test_time\.scales"),
        ({"scales": [9.0]}, r"test_time\.scales: expected factors in 0\.1\.\.4, found \[9\.0\]"),
        ({"threshold": 1.0}, r"test_time\.threshold"),
        ({"flips": True}, r"test_time\.flips: unknown key; did you mean flip\?"),
    ],
)
def test_wrong_test_time_settings_are_told(values, message):
    with pytest.raises(ValueError, match=message):
        read_test_time(values)


def test_threads_are_put_back():
    before = torch.get_num_threads(), cv2.getNumThreads()
    with inference_threads(before[0] + 1):
        assert torch.get_num_threads() == before[0] + 1
    assert (torch.get_num_threads(), cv2.getNumThreads()) == before


def test_evaluation_scores_every_image_and_keeps_its_mask(tmp_path, write_faces):
    write_faces(tmp_path, ["a.1", "b", "c"])
    examples = index_group("realocc", tmp_path / "img", tmp_path / "mask", known=lambda stem: Known(None, 0.25))
    options = {"size_px": 64, "test_time": TestTime(batch=2), "device": CPU}
    table = evaluate(RedIsFace(), examples, masks=tmp_path / "masks.zip", **options)
    assert table["stem"].tolist() == ["a.1", "b", "c"]
    assert table["face_iou"].min() > 0.9
    assert table["hidden_fraction"].tolist() == [0.25] * 3
    with StoredZip(tmp_path / "masks.zip") as archive:
        assert archive.names == ("a.1.png", "b.png", "c.png")
        mask = decode_image(archive.read("b.png"), where="b")[..., 0]
    assert set(np.unique(mask)) == {0, 255}
    assert mask.shape == (48, 40)
    assert np.count_nonzero(mask) == table["true_positive"][1] + table["false_positive"][1]
    one_by_one = evaluate(RedIsFace(), examples, size_px=64, test_time=TestTime(batch=1), device=CPU)
    assert one_by_one["true_positive"].tolist() == table["true_positive"].tolist()


def segment(folder, network=None, **options):
    settings = {"size_px": 64, "test_time": TestTime(batch=2), "device": CPU} | options
    return segment_folder(network or RedIsFace(), folder / "img", folder / "out", **settings)


def test_a_folder_of_any_images_becomes_a_folder_of_masks(tmp_path, write_faces):
    write_faces(tmp_path, ["one", "t.w.o"])
    write_bytes(tmp_path / "img/Gray.JPG", encode_jpeg(np.full((30, 70, 3), 90, np.uint8), quality=90))
    done = segment(tmp_path, overlays=True)
    assert (done.made, done.skipped) == (3, {})
    names = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert names == ["Gray.png", "one.png", "overlay/Gray.jpg", "overlay/one.jpg", "overlay/t.w.o.jpg", "t.w.o.png"]
    mask = cv2.imread(str(tmp_path / "out/t.w.o.png"), cv2.IMREAD_UNCHANGED)
    truth = cv2.imread(str(tmp_path / "mask/t.w.o.png"), cv2.IMREAD_UNCHANGED)
    assert mask.shape == truth.shape
    assert np.mean(mask == truth) > 0.96
    assert cv2.imread(str(tmp_path / "out/Gray.png"), cv2.IMREAD_UNCHANGED).shape == (30, 70)


def test_an_unreadable_image_stops_or_is_listed(tmp_path, write_faces):
    write_faces(tmp_path, ["ok"])
    write_bytes(tmp_path / "img/cut.jpg", b"\xff\xd8\xff")
    with pytest.raises(ValueError, match=r"cut\.jpg: expected an image"):
        segment(tmp_path)
    done = segment(tmp_path, on_bad="skip")
    assert done.made == 1
    assert list(done.skipped) == ["cut.jpg"]
    assert "cannot be decoded" in done.skipped["cut.jpg"]


def test_results_of_before_are_not_written_over(tmp_path, write_faces):
    write_faces(tmp_path, ["ok"])
    segment(tmp_path)
    with pytest.raises(FileExistsError, match="out: expected an empty folder or none"):
        segment(tmp_path)


def test_weights_of_another_architecture_are_refused_by_name(tmp_path):
    save_weights(build_network(NETWORKS["pspnet_tiny"]), tmp_path / "weights.pt")
    with pytest.raises(ValueError, match=r"weights\.pt: these are not the weights of this network"):
        load_network(tmp_path / "weights.pt", ModelCard(network="deeplabv3plus_tiny", size_px=64), device=CPU)
    network = load_network(tmp_path / "weights.pt", ModelCard(network="pspnet_tiny", size_px=64), device=CPU)
    assert not network.training


def test_a_card_says_what_the_weights_fit_and_wrong_ones_are_told(tmp_path):
    card = ModelCard(network="pspnet_tiny", size_px=64, training_set="C-WO", seed=2)
    write_card(tmp_path / "model.json", card)
    assert read_card(tmp_path / "model.json") == card
    with pytest.raises(FileNotFoundError, match=r"other\.json: expected the description .*--network, --size-px"):
        read_card(tmp_path / "other.json")
    for text in ("{", json.dumps({"network": "pspnet_tiny"}), json.dumps({"network": "x", "size_px": 64}), "[]"):
        (tmp_path / "model.json").write_text(text)
        with pytest.raises(ValueError, match=r"model\.json: expected a model's description"):
            read_card(tmp_path / "model.json")
    with pytest.raises(ValueError, match="size_px: expected a multiple of 32, found 100"):
        ModelCard(network="pspnet_tiny", size_px=100)


def test_a_picture_in_the_masks_place_is_not_taken_for_one(tmp_path, write_faces):
    write_faces(tmp_path, ["x"])
    write_bytes(tmp_path / "mask/x.png", encode_png(np.random.default_rng(0).integers(0, 255, (48, 40, 3), np.uint8)))
    with pytest.raises(ValueError, match=r"mask/x\.png: expected a gray mask, found colours"):
        index_group("g", tmp_path / "img", tmp_path / "mask")
