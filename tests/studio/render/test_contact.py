"""The darkness where bodies touch what they stand on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from occlusionkit.studio.render.batch import pack
from occlusionkit.studio.render.contact import LOW_M, MARGIN_M, REACH_M, ContactMap, bilinear, contact_map
from occlusionkit.studio.world import Item, Light


def feet(make, *, height_m=0.0) -> ContactMap:
    """A post of 10 x 10 cm and 1.5 m that stands at (1, 2), and its like at (1.5, 2), 0.4 m higher."""
    posts = [make.box((x, 2, z + height_m + 0.75), (0.1, 0.1, 1.5), step_m=0.02) for x, z in ((1.0, 0.0), (1.5, 0.4))]
    return contact_map(pack(make.world(*posts, moves=True).items, {None: 0}))


def test_floor_is_dark_at_a_foot_and_not_elsewhere(make):
    contact = feet(make)
    assert contact.low.tolist() == pytest.approx([0.95 - MARGIN_M, 1.95 - MARGIN_M, 0.0])
    assert contact.height_m == pytest.approx(0.4 + LOW_M)
    at_foot, beside, far, outside = contact.taken(np.array([[1, 2, 0], [1.08, 2, 0], [1.0, 2.3, 0], [9, 9, 0]]))
    assert at_foot > 0.6 > beside > 0.2
    assert far < 0.05 and outside == 0


def test_what_is_above_a_foot_or_well_below_it_is_not_darkened(make):
    points = np.array([[1.5, 2, z] for z in (0.6, 0.4, 0.3, 0.4 - 2 * REACH_M)])
    above, at_foot, below, far_below = feet(make).taken(points)
    assert above == far_below == 0
    assert at_foot > below > 0


def test_the_map_moves_with_the_body(make):
    points = np.array([[1.0, 2, 0], [1.05, 2.02, 0.0]])
    lifted = points + np.array([0, 0, 1.25])
    np.testing.assert_allclose(feet(make).taken(points), feet(make, height_m=1.25).taken(lifted), atol=0.03)


def test_corners_hold_all_that_is_darkened(make):
    contact = feet(make)
    rng = np.random.default_rng(0)
    points = rng.uniform([0, 1, -1], [3, 3, 2], (20_000, 3))
    dark = points[contact.taken(points) > 0]
    low, high = contact.corners().min(axis=0), contact.corners().max(axis=0)
    assert len(dark) > 50
    assert (dark >= low).all() and (dark <= high).all()


def test_bilinear_by_hand():
    image = np.array([[[0], [255]], [[51], [255]]], np.uint8)
    places = np.array([[0, 0], [0.5, 0], [0, 1], [0, 0.5], [-3, -3], [9, 0]])
    np.testing.assert_allclose(bilinear(image, places)[:, 0], [0, 0.5, 0.2, 0.1, 0, 1], atol=1e-6)


def test_a_foot_darkens_the_floor_around_it_in_pictures(renderer, make, draw):
    """The lamp is far aside, so that the key light's shadow falls elsewhere."""
    floor = make.world(make.box((0, 0, -0.05), (8, 8, 0.1)), lights=[Light("lamp", (-3, 0, 1.0), (6, 6, 6), 0.1)])
    camera = make.look_at((0, -1.5, 1.0), (0, 0, 0.0))
    post = Item("post", "person", 5, make.box((0, 0, 0.2), (0.2, 0.2, 0.4), step_m=0.02), moves=True)
    bare, standing = (draw(renderer, world, camera, "rgb").rgb.astype(int) for world in (floor, floor.with_items(post)))
    hovering = draw(renderer, floor.with_items(replace(post, local_to_world=lifted(1.0))), camera, "rgb").rgb.astype(
        int
    )
    row, column = 50, 80  # the floor at (0, -0.15)
    assert standing[row, column].sum() < 0.93 * bare[row, column].sum()
    assert hovering[row, column].sum() > 0.98 * bare[row, column].sum()


def lifted(height_m: float) -> np.ndarray:
    matrix = np.eye(4)
    matrix[2, 3] = height_m
    return matrix
