"""People who walk and stand."""

from __future__ import annotations

import numpy as np

from occlusionkit.skeletons import OCCLUSION_PERSON
from occlusionkit.studio.crops.poses import STANDING, STEP, standing, street_poses, walking


def rngs(count):
    return [np.random.default_rng([7, number]) for number in range(count)]


def test_a_pose_is_drawn_from_its_own_numbers_alone(bodies):
    rig = bodies[0].rig
    together = street_poses(rig, rngs(4))
    alone = street_poses(rig, rngs(4)[2:3])[0]
    np.testing.assert_array_equal(together[2].rotations, alone.rotations)
    np.testing.assert_array_equal(together[2].root_m, alone.root_m)
    assert not np.allclose(together[0].rotations, together[1].rotations)
    assert street_poses(rig, []) == []


def test_soles_are_on_the_floor(bodies):
    for body in bodies[:2]:
        for pose in street_poses(body.rig, rngs(6)):
            assert -0.03 < body.mesh(pose).vertices[:, 2].min() < 0.05


def test_arms_swing_against_legs():
    for rng in rngs(20):
        strings = walking(rng)
        left, right = strings["l_foot"][0, 1], strings["r_foot"][0, 1]
        assert abs(left) <= 1.1 * STEP + 1e-9
        if abs(left - right) > 0.2:
            assert np.sign(strings["l_hand"][0, 1] - strings["r_hand"][0, 1]) == np.sign(right - left)


def test_some_walk_and_some_stand_with_hands_at_different_places(bodies):
    joints = [bodies[0].joints(pose) for pose in street_poses(bodies[0].rig, rngs(30))]
    wrists = np.array([at[OCCLUSION_PERSON.index("rwri")] - at[OCCLUSION_PERSON.index("rsho")] for at in joints])
    assert wrists[:, 2].min() < -0.4 < -0.1 < wrists[:, 2].max()
    ankles = np.array([at[OCCLUSION_PERSON.index("rank")] - at[OCCLUSION_PERSON.index("lank")] for at in joints])
    assert (np.abs(ankles[:, 1]) > 0.3).sum() > 5


def test_every_way_of_standing_is_drawn():
    nods = {round(float(standing(rng)["head"][0, 1] // 8)) for rng in rngs(60)}
    assert len(nods) >= 3
    assert len(STANDING) == 7
