"""Evidence maps add up to the cosine, and point at the part of the picture that makes it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from occlusionkit.reid.methods import ModelCard
from occlusionkit.reid.model import build_net
from occlusionkit.reid.saliency import evidence_maps, overlay, share_inside, shared_limit

CARD = ModelCard(method="strong", depth=18, width=0.125, last_stride=1, size_hw=(64, 32), neck=False,
                 occlusion_head=False, identities=(1, 2), trained_on="x")  # fmt: skip
IMAGES = np.random.default_rng(0).integers(0, 256, (3, 64, 32, 3)).astype(np.uint8)


@pytest.mark.parametrize("parts", [1, 2, 4])
@pytest.mark.parametrize("neck", [False, True])
def test_the_terms_of_a_map_add_up_to_the_cosine(neck, parts):
    torch.manual_seed(1)
    net = build_net(dataclasses.replace(CARD, neck=neck, parts=parts)).eval()
    if neck:  # as after training: means and scales that matter
        net.neck.running_mean.normal_()
        net.neck.running_var.uniform_(0.5, 2)
        torch.nn.init.uniform_(net.neck.weight, 0.5, 2)
    with torch.no_grad():
        features = net.embed(torch.from_numpy(IMAGES)).numpy()
    references = features[[1, 2, 0]]
    maps = evidence_maps(net, IMAGES, references)
    assert maps.shape == (3, 4, 2)
    np.testing.assert_allclose(maps.sum(axis=(1, 2)), (features * references).sum(axis=1), atol=2e-6)


def test_every_image_needs_a_reference():
    with pytest.raises(ValueError, match="a reference for each of 3 images, found 2"):
        evidence_maps(build_net(CARD), IMAGES, np.ones((2, 64), np.float32))


def test_evidence_inside_a_region_is_measured_against_its_area():
    maps = np.ones((3, 4, 2), np.float32)
    maps[1, 2:] = 0  # all of it in the upper half
    maps[2, :2] = -5  # what speaks against the match does not count
    hidden = np.zeros((3, 64, 32), bool)
    hidden[:, :32] = True
    np.testing.assert_allclose(share_inside(maps, hidden), [1, 2, 0])
    quarter = np.zeros((3, 64, 32), bool)
    quarter[:, :8] = True  # half of the first row of cells: 1/8 of the picture, and of the evidence 1/8, 1/4 and none
    np.testing.assert_allclose(share_inside(maps, quarter), [1, 2, 0])
    assert np.isnan(share_inside(maps[:1], np.zeros((1, 64, 32), bool))).all()


def test_an_overlay_is_warm_where_the_evidence_is():
    image = np.full((64, 32, 3), 100, np.uint8)
    terms = np.zeros((4, 2), np.float32)
    terms[0, 0] = 1
    shown = overlay(image, terms, limit=1.0)
    assert shown.shape == image.shape and shown[2, 2].sum() > 1.5 * shown[-3, -3].sum()
    np.testing.assert_array_equal(overlay(image, -terms, limit=1.0), overlay(image, 0 * terms, limit=1.0))
    assert shared_limit([terms, 2 * terms]) == pytest.approx(np.quantile([1, 2] + [0] * 14, 0.99))
