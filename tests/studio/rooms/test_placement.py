"""Free places for motions: nothing in furniture or walls, the same for a seed, others for other seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from occlusionkit.studio.rooms import Box, Cylinder, Placement, PlacementError, penetration_m, place_person
from occlusionkit.studio.rooms.placement import is_free, thinned

CLEARANCE_M = 0.02


def body_points(*, frames=5, reach_m=0.35, arms_m=0.75):
    """A crude body that sways: a trunk of 0.22 m radius and 1.8 m, arms at 1.4 m, all moving about the origin."""
    rng = np.random.default_rng(5)
    angle, height = rng.uniform(0, 2 * np.pi, 1500), rng.uniform(0, 1.8, 1500)
    trunk = np.stack([0.22 * np.cos(angle), 0.22 * np.sin(angle), height], axis=-1)
    arms = np.stack([rng.uniform(-arms_m, arms_m, 500), rng.normal(0, 0.04, 500), np.full(500, 1.4)], axis=-1)
    sway = np.linspace(-1, 1, frames)[:, None] * np.array([reach_m, 0.1, 0.0])
    return np.concatenate([trunk, arms])[None] + sway[:, None]


def test_no_point_of_any_frame_is_in_furniture_or_walls(room):
    points = body_points()
    for seed in range(4):
        placed = place_person(room, points, seed=seed).moved(points)
        assert penetration_m(placed, room.all_solids).max() <= -CLEARANCE_M
        assert np.abs(placed[..., :2]).max(axis=(0, 1))[0] <= room.size_m[0] / 2 - CLEARANCE_M
        assert np.abs(placed[..., :2]).max(axis=(0, 1))[1] <= room.size_m[1] / 2 - CLEARANCE_M


def test_being_free_agrees_with_the_distance_to_every_solid(room):
    """The quick checks by bounds leave out nothing: drawn all over the room, some places are free and some are not."""
    points = body_points(frames=1)[0]
    rng = np.random.default_rng(room.index)
    verdicts = []
    for _ in range(60):
        xy = rng.uniform(-0.5, 0.5, 2) * room.size_m[:2]
        placed = Placement(xy=tuple(xy), yaw_rad=rng.uniform(-3, 3)).moved(points)
        inside = (np.abs(placed[:, :2]) <= np.array(room.size_m[:2]) / 2 - CLEARANCE_M).all()
        expected = inside and penetration_m(placed, room.all_solids).max() <= -CLEARANCE_M
        assert is_free(room, placed, clearance_m=CLEARANCE_M) == expected
        verdicts.append(expected)
    assert 0 < sum(verdicts) < len(verdicts)


@pytest.mark.parametrize(("gap_m", "free"), [(0.021, True), (0.019, False), (-0.3, False)])
@pytest.mark.parametrize("solid", [Box((2.0, 1.0, 1.0), (0.8, 0.6, 2.0)), Cylinder((2.0, 1.0, 1.0), 0.4, 2.0)])
def test_a_point_is_free_up_to_the_clearance(rooms, solid, gap_m, free):
    room = replace(rooms["bedroom"], solids={"post": (solid,)})
    for side in (-1, 1):
        point = np.array([[2.0 + side * (0.4 + gap_m), 1.0, 0.5]])
        assert is_free(room, point, clearance_m=CLEARANCE_M) is free


def test_a_seed_decides_the_place(rooms):
    room, points = rooms["bedroom"], body_points()
    assert place_person(room, points, seed=3) == place_person(room, points, seed=3)


def test_seeds_spread_people_over_the_stage_and_turn_them(room):
    points = body_points(reach_m=0.2, arms_m=0.5)
    places = [place_person(room, points, seed=seed) for seed in range(24)]
    xy = np.array([place.xy for place in places])
    low, high = np.array([room.stage.x_m[0], room.stage.y_m[0]]), np.array([room.stage.x_m[1], room.stage.y_m[1]])
    assert (xy >= low).all() and (xy <= high).all()
    assert (np.ptp(xy, axis=0) > 0.5 * (high - low)).all()
    headings = np.exp(1j * np.array([place.yaw_rad for place in places]))
    assert abs(headings.mean()) < 0.6


def test_a_point_that_the_search_leaves_out_still_counts(rooms):
    """Two points share a cube of the search's grid; the first is clear of a slab overhead, the second is not."""
    room = replace(rooms["bedroom"], solids={"slab": (Box((0, 0, 2.5), (9.0, 9.0, 1.0)),)})
    body = body_points(frames=1)
    over = np.array([[[0, 0, 1.97], [0, 0, 1.99]]])
    points = np.concatenate([np.array([[[0, 0, 0.0]]]), body, over], axis=1)
    assert thinned(points[0]).tolist()[-1] == [0, 0, 1.97]
    place_person(room, points[:, :-1], seed=0)
    with pytest.raises(PlacementError, match="bedroom"):
        place_person(room, points, seed=0)


def test_where_nothing_is_free_the_error_names_room_person_and_clip(rooms):
    with pytest.raises(
        PlacementError, match=r"room bedroom: .*Ada doing a cartwheel in 7 attempts .* reaches 4\.\d\d m"
    ):
        place_person(rooms["bedroom"], body_points(reach_m=4.0), seed=0, person="Ada", clip="a cartwheel", attempts=7)


@pytest.mark.parametrize("points", [np.zeros((3, 3)), np.zeros((0, 5, 3)), np.full((1, 4, 3), np.nan)])
def test_points_of_another_form_are_refused(rooms, points):
    with pytest.raises(ValueError, match="expected finite points"):
        place_person(rooms["bedroom"], points, seed=0)


def test_a_placement_turns_then_moves_as_poses_do():
    placement = Placement(xy=(1.0, 2.0), yaw_rad=np.pi / 2)
    np.testing.assert_allclose(placement.moved(np.array([0.5, 0.0, 0.3])), [1.0, 2.5, 0.3], atol=1e-12)


def test_thinning_leaves_one_point_in_each_cube():
    points = np.array([[0, 0, 0], [0.01, 0, 0], [0.2, 0, 0], [0.2, 0.01, 0.04], [0.2, 0, 0.11]])
    assert thinned(points, grid_m=0.1).tolist() == points[[0, 2, 4]].tolist()
