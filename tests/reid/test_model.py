"""The network and its losses: shapes, what is compared, and that a checkpoint of another network is refused."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn

from occlusionkit.learning.resnet import resnet
from occlusionkit.learning.weights import save_weights
from occlusionkit.reid.augment import to_input
from occlusionkit.reid.losses import balanced_cross_entropy, batch_hard_triplets
from occlusionkit.reid.methods import ModelCard
from occlusionkit.reid.model import build_net, load_backbone, load_net

CARD = ModelCard(method="afpb", depth=18, width=0.125, last_stride=1, size_hw=(32, 16), neck=False, occlusion_head=True,
                 identities=(3, 5, 8), trained_on="x")  # fmt: skip
IMAGES = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (4, 32, 16, 3)).astype(np.uint8))


def test_one_feature_feeds_both_heads():
    net = build_net(CARD).eval()
    found = net(IMAGES)
    assert found.features.shape == (4, 64) and found.identity.shape == (4, 3) and found.occlusion.shape == (4, 2)
    torch.testing.assert_close(found.identity, net.identity(found.features))
    torch.testing.assert_close(found.occlusion, net.occlusion(found.features))


def test_the_network_normalises_pixels_as_the_published_weights_want():
    net = build_net(CARD).eval()
    torch.testing.assert_close(net.pooled(IMAGES), net.backbone(torch.from_numpy(to_input(IMAGES.numpy()))))


@pytest.mark.parametrize("neck", [False, True])
def test_what_is_compared_has_unit_length_and_comes_from_behind_the_neck(neck):
    net = build_net(dataclasses.replace(CARD, neck=neck)).eval()
    if neck:
        net.neck.running_mean += 3
    embedded = net.embed(IMAGES)
    torch.testing.assert_close(embedded.norm(dim=1), torch.ones(4))
    pooled = nn.functional.normalize(net.pooled(IMAGES), dim=1)
    assert torch.allclose(embedded, pooled, atol=1e-5) != neck


def test_parts_are_the_means_of_stripes_from_the_head_down():
    card = dataclasses.replace(CARD, method="partsafpb", size_hw=(64, 32), parts=4)
    images = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (2, 128, 32, 3)).astype(np.uint8))
    net = build_net(card).eval()
    rows = net.last_map(images)  # (2, 64, 8, 2): each stripe is two rows
    found = net(images)
    assert rows.shape == (2, 64, 8, 2) and found.features.shape == (2, 4 * 64)
    for part in range(4):
        stripe = rows[:, :, 2 * part : 2 * part + 2].mean(dim=(2, 3))
        torch.testing.assert_close(found.features[:, 64 * part : 64 * (part + 1)], stripe)
    assert found.identity.shape == (2, 3) and found.occlusion.shape == (2, 2)


def test_a_card_from_before_there_were_parts_is_read_as_one_feature(tmp_path):
    weights = write(tmp_path)
    told = json.loads((tmp_path / "model.json").read_text())
    del told["parts"]
    (tmp_path / "model.json").write_text(json.dumps(told))
    assert load_net(weights)[1] == CARD


def write(folder, card=CARD, net=None):
    folder.mkdir(exist_ok=True)
    save_weights(net or build_net(card), folder / "weights.pt")
    (folder / "model.json").write_text(json.dumps(card.to_json()))
    return folder / "weights.pt"


def test_weights_and_card_make_the_same_network(tmp_path):
    net = build_net(CARD).eval()
    loaded, card = load_net(write(tmp_path, net=net))
    assert card == CARD
    torch.testing.assert_close(loaded(IMAGES).identity, net(IMAGES).identity)


def test_weights_of_other_people_are_refused(tmp_path):
    other = dataclasses.replace(CARD, identities=(1, 2, 3, 4))
    with pytest.raises(ValueError, match=r"other shape: identity.bias \(4,\) for \(3,\)"):
        load_net(write(tmp_path, net=build_net(other)))


def test_weights_without_their_card_are_not_guessed_at(tmp_path):
    path = write(tmp_path)
    (tmp_path / "model.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"model\.json: expected the description"):
        load_net(path)
    (tmp_path / "model.json").write_text('{"method": "afpb"}')
    with pytest.raises(ValueError, match=r"model\.json: expected the description of a re-ID network, found: .*missing"):
        load_net(path)


def test_torchvisions_state_dict_fits_the_backbone_and_another_depth_does_not(tmp_path):
    donor = resnet(18, width=0.125, classes=1000)
    save_weights(donor, tmp_path / "resnet.pt")
    net = build_net(CARD)
    load_backbone(net, tmp_path / "resnet.pt")
    torch.testing.assert_close(net.backbone.layer3[0].conv1.weight, donor.layer3[0].conv1.weight)
    save_weights(resnet(34, width=0.125), tmp_path / "deeper.pt")
    with pytest.raises(ValueError, match=r"deeper\.pt: these are not the weights of this network \(unexpected: layer1"):
        load_backbone(net, tmp_path / "deeper.pt")


def test_classes_count_the_same_however_rare():
    # Three wholes and one occluded, the head knows nothing: every label costs ln 2, weights 2/3, 2/3, 2/3 and 2.
    labels = torch.tensor([0, 0, 0, 1])
    even = balanced_cross_entropy(torch.zeros(4, 2), labels, share_of_ones=0.25)
    assert even.item() == pytest.approx(np.log(2), rel=1e-6)
    # The same mistake costs three times as much on the rare class.
    wrong_common = balanced_cross_entropy(torch.tensor([[0.0, 9.0]]), torch.tensor([0]), share_of_ones=0.25)
    wrong_rare = balanced_cross_entropy(torch.tensor([[9.0, 0.0]]), torch.tensor([1]), share_of_ones=0.25)
    assert (wrong_rare / wrong_common).item() == pytest.approx(3)


def test_triplets_take_the_farthest_positive_and_the_nearest_negative():
    features = torch.tensor([[0.0], [1.0], [3.0], [4.0], [10.0]])
    labels = torch.tensor([0, 0, 0, 1, 1])
    # By hand, farthest positive - nearest negative + 0.5: 3-4, 2-3, 3-1, 6-1, 6-7 -> 0, 0, 2.5, 5.5, 0
    found = batch_hard_triplets(features, labels, margin=0.5)
    assert found.item() == pytest.approx((2.5 + 5.5) / 5)


def test_triplets_agree_with_a_loop_and_images_without_a_partner_count_for_nothing():
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(9, 5, generator=generator, dtype=torch.float64)
    labels = torch.tensor([0, 0, 0, 1, 1, 2, 3, 3, 3])  # 2 stands alone
    terms = []
    for a in range(9):
        positives = [(features[a] - features[b]).norm() for b in range(9) if labels[b] == labels[a] and b != a]
        negatives = [(features[a] - features[b]).norm() for b in range(9) if labels[b] != labels[a]]
        if positives:
            terms.append(max(0.0, float(max(positives) - min(negatives)) + 0.3))
    assert batch_hard_triplets(features, labels, margin=0.3).item() == pytest.approx(np.mean(terms))
    alone = features.clone().requires_grad_()
    loss = batch_hard_triplets(alone, torch.arange(9), margin=0.3)
    loss.backward()
    assert loss.item() == 0 and torch.isfinite(alone.grad).all()
