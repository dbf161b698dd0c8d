import numpy as np
import pytest

from occlusionkit.skeletons import OCCLUSION_PERSON
from occlusionkit.studio.motions.anatomy import hand, leg_length_m
from occlusionkit.studio.motions.clip import mirrored
from occlusionkit.studio.motions.footing import sole_points
from occlusionkit.studio.motions.limits import joint_angles_deg
from occlusionkit.studio.motions.puppet import CHANNELS, animate


def strings(**changed):
    """One frame of somebody who stands, with some strings pulled."""
    return {name: np.array([changed.get(name, value)], dtype=float) for name, value in CHANNELS.items()}


def pulled(rig, **changed):
    return animate(strings(**changed), np.ones((1, 2), bool), rig, name="test", fps=30)


def joint(motion, name):
    return motion.bones()[1][0, motion.rig.index(name)]


def test_somebody_who_just_stands_has_flat_feet_under_the_hips_and_hanging_arms(rig):
    motion = pulled(rig)
    turns, heads = motion.bones()
    for side, sign in (("L", 1), ("R", -1)):
        np.testing.assert_allclose(sole_points(rig, turns, heads, side)[0, :, 2], 0.0, atol=1e-9)
        assert sign * joint(motion, f"foot.{side}")[0] == pytest.approx(sign * joint(motion, f"upperleg01.{side}")[0])
        wrist, shoulder = joint(motion, f"wrist.{side}"), joint(motion, f"upperarm01.{side}")
        assert wrist[2] < shoulder[2] - 0.45 and sign * wrist[0] > sign * shoulder[0]
    assert joint(motion, "head")[2] == pytest.approx(rig.rest_heads[rig.index("head")][2], abs=0.03)


def test_signs_of_the_strings(rig):
    stand = pulled(rig)
    assert joint(pulled(rig, hips=(90, 0, 0)), "upperleg01.L")[1] > 0.1  # turned left: the left hip is behind (+y)
    assert joint(pulled(rig, chest=(0, 30, 0)), "head")[1] < joint(stand, "head")[1] - 0.2  # forward is -y
    assert joint(pulled(rig, chest=(0, 0, 20)), "head")[0] > 0.1  # tilted left is +x
    assert joint(pulled(rig, pelvis=(0.1, 0.05, -0.1)), "root")[2] < joint(stand, "root")[2] - 0.07
    assert joint(pulled(rig, r_foot=(0.3, 0.2, 0)), "foot.R")[0] < -0.3  # out is -x on the right
    assert joint(pulled(rig, r_foot=(0.3, 0.2, 0)), "foot.R")[1] < -0.15  # forward is -y
    raised = pulled(rig, l_sole=(0.0, 40.0))
    assert joint(raised, "foot.L")[2] > joint(stand, "foot.L")[2] + 0.05  # heel up
    knee_out = joint(pulled(rig, pelvis=(0, 0, -0.3), r_knee=(30,)), "lowerleg01.R")
    assert knee_out[0] < joint(pulled(rig, pelvis=(0, 0, -0.3)), "lowerleg01.R")[0] - 0.05


@pytest.mark.parametrize("side", ["l", "r"])
def test_an_elbow_is_swung_outward(rig, side):
    sign, bone = (1, "lowerarm01.L") if side == "l" else (-1, "lowerarm01.R")
    ahead = {f"{side}_hand": (0.0, 0.7, 0.0)}
    low, out = (joint(pulled(rig, **ahead, **{f"{side}_elbow": (deg,)}), bone) for deg in (0.0, 70.0))
    assert sign * (out[0] - low[0]) > 0.08 and out[2] > low[2] + 0.05


@pytest.mark.parametrize("side", ["L", "R"])
def test_the_shoulder_goes_up_with_a_raised_arm_and_ahead_with_a_reaching_one(rig, side):
    hand_string, shoulder = f"{side.lower()}_hand", f"upperarm01.{side}"
    hanging = joint(pulled(rig), shoulder)
    assert joint(pulled(rig, **{hand_string: (0.1, 0.2, 0.95)}), shoulder)[2] > hanging[2] + 0.03
    assert joint(pulled(rig, **{hand_string: (0.0, 1.0, 0.0)}), shoulder)[1] < hanging[1] - 0.02


@pytest.mark.parametrize(("pronation", "palm_up"), [(80.0, False), (-80.0, True)])
@pytest.mark.parametrize("side", ["L", "R"])
def test_pronation_turns_the_palm_down(rig, side, pronation, palm_up):
    low = side.lower()
    motion = pulled(rig, **{f"{low}_hand": (0.0, 0.8, -0.1), f"{low}_wrist": (pronation, 0.0)})
    palm = motion.bones()[0][0, rig.index(f"wrist.{side}")] @ hand(rig, side).palm
    assert (palm[2] > 0.5) if palm_up else (palm[2] < -0.5)


def test_the_head_keeps_its_direction_while_the_chest_turns(rig):
    motion = pulled(rig, chest=(40, 10, 0), hips=(-20, 5, 0), head=(15, 0, 0))
    ahead = motion.bones()[0][0, rig.index("head")] @ [0.0, -1.0, 0.0]
    np.testing.assert_allclose(ahead, [np.sin(np.radians(15)), -np.cos(np.radians(15)), 0.0], atol=1e-9)


def test_a_wide_stance_lowers_the_pelvis_instead_of_moving_the_feet(rig):
    motion = pulled(rig, l_foot=(0.5, 0, 0), r_foot=(0.5, 0, 0))
    home = rig.rest_heads[rig.index("upperleg01.L")][0]
    assert joint(motion, "foot.L")[0] == pytest.approx(home + 0.5 * leg_length_m(rig), abs=1e-6)
    assert joint(motion, "root")[2] < rig.rest_heads[0][2] - 0.08
    assert joint_angles_deg(motion)["knee_flexion.L"][0] > 0


def test_mirrored_strings_give_the_mirrored_pose(make_rig):
    rig = make_rig(leg_m=0.8)
    pose = {"pelvis": (0.1, 0.05, -0.2), "hips": (20, 10, 5), "chest": (-30, 5, 8), "l_hand": (0.3, 0.6, 0.2)}
    pose |= {"l_foot": (0.1, 0.3, 0.0), "r_foot": (0.0, -0.2, 0.1), "r_sole": (20.0, 30.0), "l_wrist": (40.0, 20.0)}
    one = pulled(rig, **pose).joints()[0]
    other = animate(mirrored(strings(**pose)), np.ones((1, 2), bool), rig, name="mirror", fps=30).joints()[0]
    np.testing.assert_allclose(other[list(OCCLUSION_PERSON.mirror)], one * [-1, 1, 1], atol=1e-9)


def test_no_point_of_a_sole_goes_below_the_floor(make_rig):
    for leg_m in (0.75, 0.95):
        rig = make_rig(leg_m=leg_m)
        for pitch in (-40.0, -10.0, 20.0, 60.0, 100.0):
            for lift in (0.0, 0.02, 0.05, 0.1):
                motion = pulled(rig, l_foot=(0.0, 0.1, lift), l_sole=(30.0, pitch))
                lowest = sole_points(rig, *motion.bones(), "L")[0, :, 2].min()
                assert lowest > -0.008, (pitch, lift)


def test_a_missing_or_misshapen_string_is_named(rig):
    incomplete = strings()
    del incomplete["r_hand"]
    with pytest.raises(ValueError, match=r"string r_hand: expected \(1, 3\), found nothing"):
        animate(incomplete, np.ones((1, 2), bool), rig, name="test", fps=30)
    with pytest.raises(ValueError, match=r"string hips: expected \(1, 3\), found \(1, 2\)"):
        animate(strings() | {"hips": np.zeros((1, 2))}, np.ones((1, 2), bool), rig, name="test", fps=30)
