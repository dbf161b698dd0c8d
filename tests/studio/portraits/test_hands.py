from dataclasses import replace

import numpy as np
import pytest

from occlusionkit.studio.portraits.draws import rng_for
from occlusionkit.studio.portraits.hands import HandPose, draw_hand_pose, hand_mesh, hand_of

OPEN = HandPose(spread=0.5, bend_deg=(0, 0, 0, 0), thumb_deg=0)


@pytest.mark.parametrize("side", ["L", "R"])
def test_fingers_point_down_and_the_wrist_is_above(bodies, side):
    hand = hand_of(bodies[0], side, forearm_m=0.05)
    mesh = hand_mesh(hand, OPEN)
    assert -0.13 < mesh.vertices[:, 2].min() < -0.07
    assert 0.10 < mesh.vertices[:, 2].max() < 0.22
    assert np.abs(mesh.vertices[:, 0]).max() < 0.12
    assert not mesh.parts.any()


def test_a_longer_forearm_reaches_farther_up(bodies):
    short, long = (hand_mesh(hand_of(bodies[0], "L", forearm_m=reach), OPEN) for reach in (0.03, 0.15))
    assert long.vertices[:, 2].max() > short.vertices[:, 2].max() + 0.08
    assert long.vertices[:, 2].min() == pytest.approx(short.vertices[:, 2].min(), abs=1e-6)


def test_left_and_right_are_mirror_images(bodies):
    left, right = (hand_mesh(hand_of(bodies[0], side, forearm_m=0.04), OPEN) for side in "LR")
    np.testing.assert_allclose(np.sort(left.vertices[:, 0]), np.sort(-right.vertices[:, 0]), atol=1e-4)
    np.testing.assert_allclose(np.sort(left.vertices[:, 1]), np.sort(right.vertices[:, 1]), atol=1e-4)


@pytest.mark.parametrize("side", ["L", "R"])
def test_the_thumb_of_a_left_hand_is_at_positive_x(bodies, side):
    mesh = hand_mesh(hand_of(bodies[0], side, forearm_m=0.02), replace(OPEN, thumb_deg=-10))
    # The thumb sets out far behind the knuckles.
    thumb = mesh.vertices[(mesh.vertices[:, 2] > 0.0) & (mesh.vertices[:, 2] < 0.05)]
    widest = thumb[np.argmax(np.abs(thumb[:, 0]))]
    assert widest[0] * (1 if side == "L" else -1) > 0.05


@pytest.mark.parametrize("side", ["L", "R"])
def test_bending_closes_towards_the_palm(bodies, side):
    hand = hand_of(bodies[1], side, forearm_m=0.03)
    straight, bent = (hand_mesh(hand, replace(OPEN, bend_deg=(angle,) * 4)) for angle in (0.0, 20.0))
    lowest = straight.vertices[:, 2] < -0.06
    assert (bent.vertices[lowest, 1] < straight.vertices[lowest, 1] - 0.008).all()
    assert bent.vertices[:, 2].min() > straight.vertices[:, 2].min() + 0.01


@pytest.mark.parametrize("side", ["L", "R"])
def test_spreading_parts_the_fingers(bodies, side):
    hand = hand_of(bodies[1], side, forearm_m=0.03)
    widths = []
    for spread in (0.0, 1.0):
        mesh = hand_mesh(hand, replace(OPEN, spread=spread))
        widths.append(np.ptp(mesh.vertices[mesh.vertices[:, 2] < -0.03, 0]))
    assert widths[1] > widths[0] + 0.012


def test_drawn_poses_differ_and_repeat(bodies):
    first, again, other = (draw_hand_pose(rng_for(1, "hand", number)) for number in (1, 1, 2))
    assert first == again != other
