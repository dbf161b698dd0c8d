"""Occlusion rates: numerators and denominators by hand, and from any threshold afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.artifacts.schemas import INDEX
from occlusionkit.artifacts.tables import Table, make_table
from occlusionkit.occlusion.labels import HIDDEN_BY, is_visible
from occlusionkit.occlusion.statistics import occlusion_rates, threshold_rates


def make_index(in_image, visible, hidden_by=None, gap_m=None, **columns) -> Table:
    """An index of N images whose other columns do not matter here."""
    in_image = np.asarray(in_image, bool).reshape(-1, 15)
    rows = len(in_image)
    made = {
        "image": [f"{row:03d}.jpg" for row in range(rows)],
        "video_id": ["v"] * rows,
        "split": ["train"] * rows,
        "intrinsics": np.tile(np.eye(3), (rows, 1, 1)),
        "rotation_world_to_camera": np.tile(np.eye(3), (rows, 1, 1)),
        "in_image": in_image,
        "visible": np.asarray(visible, bool).reshape(-1, 15),
        "hidden_by": np.zeros((rows, 15), np.uint8) if hidden_by is None else hidden_by,
        "gap_m": np.zeros((rows, 15)) if gap_m is None else gap_m,
    }
    for column in INDEX.columns:
        if column.name not in made:
            made[column.name] = np.zeros((rows, *column.shape), column.dtype)
    return make_table(INDEX, made | columns)


def rate(table: Table, grouping: str, group: str) -> tuple[int, int, float]:
    (row,) = np.flatnonzero((table["grouping"] == grouping) & (table["group"] == group))
    return int(table["occluded"][row]), int(table["joints_in_image"][row]), float(table["rate"][row])


@pytest.fixture
def two_images() -> Table:
    """Image 0: joints 0-9 in the image, of which 0-3 hidden. Image 1: all in, 14 hidden by the person's own body."""
    in_image, visible = np.ones((2, 15), bool), np.ones((2, 15), bool)
    in_image[0, 10:] = visible[0, 10:] = False
    visible[0, :4] = visible[1, 14] = False
    hidden_by = np.zeros((2, 15), np.uint8)
    hidden_by[0, :3], hidden_by[1, 14] = HIDDEN_BY.index("furniture"), HIDDEN_BY.index("self")
    return make_index(
        in_image, visible, hidden_by,
        camera_id=[0, 3], scene=[2, 8], action=[1, 6], subject=[1, 13], split=["train", "validation"],
    )  # fmt: skip


def test_rates_by_hand(two_images):
    rates = occlusion_rates(two_images)
    assert rate(rates, "all", "all") == (5, 25, 0.2)
    assert rate(rates, "camera", "0") == (4, 10, 0.4)
    assert rate(rates, "camera", "3") == (1, 15, 1 / 15)
    assert rate(rates, "scene", "08") == (1, 15, 1 / 15)
    assert rate(rates, "action", "dance") == (4, 10, 0.4)
    assert rate(rates, "action", "exercise") == (1, 15, 1 / 15)
    assert rate(rates, "subject", "13") == (1, 15, 1 / 15)
    assert rate(rates, "split", "validation") == (1, 15, 1 / 15)
    assert rate(rates, "joint", "root") == (1, 2, 0.5)
    assert rate(rates, "joint", "rwri") == (1, 1, 1.0)
    assert rate(rates, "joint", "lsho") == (0, 2, 0.0)


def test_causes_add_up_to_the_whole(two_images):
    rates = occlusion_rates(two_images)
    assert rate(rates, "cause", "furniture") == (3, 25, 3 / 25)
    assert rate(rates, "cause", "self") == (1, 25, 1 / 25)
    assert rate(rates, "cause", "person") == (0, 25, 0.0)
    assert rate(rates, "cause", "none (the surface is behind the joint)") == (1, 25, 1 / 25)
    causes = rates["grouping"] == "cause"
    assert rates["occluded"][causes].sum() == 5


@pytest.mark.parametrize("grouping", ["joint", "camera", "scene", "action", "subject", "split"])
def test_the_groups_of_each_grouping_add_up_to_the_whole(grouping):
    rng = np.random.default_rng(0)
    in_image = rng.random((40, 15)) < 0.8
    index = make_index(
        in_image, in_image & (rng.random((40, 15)) < 0.7),
        camera_id=rng.integers(0, 8, 40), scene=rng.integers(0, 9, 40), action=rng.integers(0, 7, 40),
        subject=rng.integers(1, 14, 40), split=rng.choice(["train", "validation"], 40).tolist(),
    )  # fmt: skip
    rates = occlusion_rates(index)
    occluded, inside, _ = rate(rates, "all", "all")
    rows = rates["grouping"] == grouping
    assert (rates["occluded"][rows].sum(), rates["joints_in_image"][rows].sum()) == (occluded, inside)


def test_nothing_counted_is_nan_and_not_zero():
    nobody = make_index(np.zeros((1, 15)), np.zeros((1, 15)))
    assert np.isnan(rate(occlusion_rates(nobody), "joint", "lwri")[2])
    empty = make_index(np.zeros((0, 15)), np.zeros((0, 15)))
    for rates in (occlusion_rates(empty), threshold_rates(empty, [0.3])):
        assert len(rates) > 0
        assert np.isnan(rates["rate"]).all()
        assert (rates["joints_in_image"] == 0).all()


def test_thresholds_by_hand():
    gap_m = np.full((1, 15), np.nan)
    gap_m[0, :6] = [0.0, 0.05, 0.2, 0.5, -0.4, -np.inf]
    index = make_index(np.isfinite(gap_m) | np.isinf(gap_m), np.zeros((1, 15)), gap_m=gap_m)
    table = threshold_rates(index, [0.3, 0.1])
    found = {
        (rule, threshold): (occluded, inside)
        for rule, threshold, occluded, inside in zip(
            table["rule"], table["threshold_m"].tolist(), table["occluded"], table["joints_in_image"], strict=True
        )
    }
    # absolute: beyond the threshold on either side; one_sided: only surfaces in front.
    assert found == {
        ("absolute", 0.1): (4, 6),
        ("absolute", 0.3): (3, 6),
        ("one_sided", 0.1): (2, 6),
        ("one_sided", 0.3): (1, 6),
    }


def test_the_rate_of_the_labels_own_threshold_is_their_rate():
    rng = np.random.default_rng(1)
    gap_m = rng.normal(scale=0.4, size=(30, 15))
    index = make_index(np.ones((30, 15)), is_visible(gap_m, threshold_m=0.3), gap_m=gap_m)
    table = threshold_rates(index, [0.1, 0.3, 0.5])
    (row,) = np.flatnonzero((table["rule"] == "absolute") & (table["threshold_m"] == 0.3))
    assert table["rate"][row] == rate(occlusion_rates(index), "all", "all")[2]
    for rule in ("absolute", "one_sided"):
        assert (np.diff(table["rate"][table["rule"] == rule]) < 0).all()
