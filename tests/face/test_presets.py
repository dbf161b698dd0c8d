"""The paper's sets: which there are, sizes for other images, and where their files stand."""

from __future__ import annotations

import pytest

from occlusionkit.face.presets import GENERATED, PAPER_SIDE_PX, TRAINING_SETS, natocc_hand, scaled_to
from occlusionkit.face.sources import FACE_FOLDERS, OCCLUDER_FOLDERS, groups_of, set_slug


def test_the_papers_own_size_changes_nothing():
    for settings in GENERATED.values():
        assert scaled_to(settings, PAPER_SIDE_PX) == settings


def test_sizes_in_pixels_follow_the_images_size_and_stay_odd():
    small = scaled_to(natocc_hand(transfer=True), 512)
    assert small.edge.blur_px == 3  # 2.5 rounds to the odd 3
    assert (small.edge.erode_px, small.edge.band_px, small.edge.band_iterations) == (1, 3, 1)
    assert small.occluder.blur.kernel_px == (1, 3)
    assert small.image.blur.sigma_px == pytest.approx((0.1, 0.5))
    assert (small.transfer.smooth_sigma_px, small.transfer.smooth_radius_px) == (15.0, 15)
    large = scaled_to(natocc_hand(), 2048)
    assert large.edge.blur_px == 9  # 10 lies between 9 and 11
    assert large.occluder.blur.kernel_px == (5, 13)
    tiny = scaled_to(natocc_hand(), 64)
    assert (tiny.edge.erode_px, tiny.edge.blur_px, tiny.edge.band_iterations) == (1, 3, 1)
    assert tiny.occluder.blur.kernel_px == (1, 1)


def test_scaling_leaves_all_else_alone():
    before, after = natocc_hand(transfer=True), scaled_to(natocc_hand(transfer=True), 256)
    for name in ("mode", "name", "seed", "placement", "transparency", "output", "source", "blob"):
        assert getattr(before, name) == getattr(after, name)
    assert after.transfer.steps == before.transfer.steps
    assert after.occluder.affine == before.occluder.affine


def test_every_group_of_a_training_set_has_folders():
    groups = {group for name in TRAINING_SETS for group in groups_of(name)}
    assert groups == set(FACE_FOLDERS) | set(GENERATED)
    assert set(OCCLUDER_FOLDERS) == set(GENERATED)
    assert all(len(OCCLUDER_FOLDERS[name]) == (1 if GENERATED[name].mode == "randocc" else 2) for name in GENERATED)


def test_names_for_files_are_plain_and_differ():
    slugs = {set_slug(name) for name in TRAINING_SETS}
    assert len(slugs) == 9
    assert set_slug("C-WO + NatOcc-SOT") == "c-wo_natocc-sot"
    assert all(slug.replace("-", "").replace("_", "").isalnum() for slug in slugs)


def test_an_unknown_training_set_is_told():
    with pytest.raises(ValueError, match=r"training set 'C-XX': expected one of C-Original, "):
        groups_of("C-XX")
