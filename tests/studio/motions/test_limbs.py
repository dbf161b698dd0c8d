import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from occlusionkit.studio.motions.anatomy import arm, hand, leg
from occlusionkit.studio.motions.limbs import MAX_REACH, reach_range_m, solve_limb, write_limb
from occlusionkit.studio.motions.rotations import about, twist_angle, unit
from occlusionkit.studio.rig import Rig, pose_bones

shares = st.floats(0.35, 0.99)
directions = st.lists(st.floats(-1.0, 1.0), min_size=3, max_size=3).map(np.array)


def posed(rig, limb, target, bend):
    """Heads after solving one limb of a body at rest, by the rig's own forward kinematics."""
    turns, rest = pose_bones(rig, np.tile(np.eye(3), (1, len(rig.names), 1, 1)), rig.rest_heads[:1])
    start, parent = rest[:, limb.upper], turns[:, rig.parents[limb.upper]]
    upper, lower, end = solve_limb(limb, start, target[None], bend[None], max_flexion_deg=150.0)
    rotations = np.tile(np.eye(3), (1, len(rig.names), 1, 1))
    write_limb(rotations, limb, rig.rest_heads, parent, upper, lower)
    turned, heads = pose_bones(rig, rotations, rig.rest_heads[:1])
    return turned[0], heads[0], end[0]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["leg", "arm"]), st.sampled_from("LR"), shares, directions, directions)
def test_a_solved_limb_ends_at_its_target_with_its_joint_on_the_asked_side(rig, kind, side, share, along, bend):
    if min(np.linalg.norm(along), np.linalg.norm(bend)) < 0.1:
        return
    along, bend = unit(along), unit(bend)
    if abs(along @ bend) > 0.95:
        return
    limb = (leg if kind == "leg" else arm)(rig, side)
    start = limb.joints[0]
    target = start + along * share * limb.length_m
    turned, heads, _ = posed(rig, limb, target, bend)
    np.testing.assert_allclose(heads[limb.end], target, atol=1e-9)
    elbow = heads[limb.lower]
    assert np.linalg.norm(elbow - start) == pytest.approx(limb.lengths_m[0], abs=1e-9)
    assert np.linalg.norm(target - elbow) == pytest.approx(limb.lengths_m[1], abs=1e-9)
    sideways = elbow - start - ((elbow - start) @ along) * along
    square_bend = unit(bend - (bend @ along) * along)
    np.testing.assert_allclose(unit(sideways), square_bend, atol=1e-6)
    # The hinge is square to the limb's plane, the same for both parts: it bends like a hinge and no other way.
    hinges = turned[[limb.upper_twist, limb.lower]] @ limb.hinge
    np.testing.assert_allclose(hinges[1], np.cross(square_bend, along), atol=0.15)


@pytest.mark.parametrize("twist_deg", [-80.0, 50.0])
def test_twist_is_shared_between_the_two_bones_of_the_upper_part(rig, twist_deg):
    """A thigh turned about itself: its first bone turns half as far as its second, and the knee stays in place."""
    limb = leg(rig, "R")
    start, _, ankle = limb.joints
    along = unit(ankle - start)
    ahead = np.cross(along, limb.hinge)
    target = start + 0.97 * limb.length_m * along

    def thigh(degrees):
        turned, heads, _ = posed(rig, limb, target, about(along, np.radians(degrees)) @ ahead)
        return turned[limb.upper], turned[limb.upper_twist], turned[limb.lower], heads[limb.lower]

    straight, twisted = thigh(0.0), thigh(twist_deg)
    first, second, third = (
        np.degrees(twist_angle(before.T @ after, limb.directions[0]))
        for before, after in zip(straight[:3], twisted[:3], strict=True)
    )
    assert first == pytest.approx(twist_deg / 2, abs=8)
    assert second == pytest.approx(twist_deg, abs=8) and third == pytest.approx(twist_deg, abs=8)


def test_a_target_out_of_reach_is_approached_on_its_line(rig):
    limb = leg(rig, "L")
    start = limb.joints[0]
    _, heads, end = posed(rig, limb, start + np.array([0.0, -3.0, 0.0]), np.array([0.0, 0.0, 1.0]))
    np.testing.assert_allclose(end - start, [0.0, -MAX_REACH * limb.length_m, 0.0], atol=1e-9)
    np.testing.assert_allclose(heads[limb.end], end, atol=1e-9)


def test_the_nearest_reach_is_the_flexion_limit():
    # Two parts of 3 and 4 with 90 degrees of flexion are a 3-4-5 triangle.
    limb = type("L", (), {"lengths_m": (3.0, 4.0)})()
    assert reach_range_m(limb, max_flexion_deg=90.0) == pytest.approx((5.0, 7.0 * MAX_REACH))


@pytest.mark.parametrize("side", ["L", "R"])
def test_knees_bend_back_and_elbows_forward(rig, side):
    knee = leg(rig, side)
    assert knee.hinge[0] > 0.99  # +x: flexion as rig.py has it
    elbow = arm(rig, side)
    shin, forearm = knee.directions[1], elbow.directions[1]
    assert np.cross(knee.hinge, shin)[1] > 0.9  # turning about the hinge takes the shin backward (+y)
    assert np.cross(elbow.hinge, forearm)[2] > 0.3  # and the forearm, which points ahead and down, up


def test_a_straight_arm_at_rest_is_refused(rig):
    heads = rig.rest_heads.copy()
    shoulder, elbow = rig.index("upperarm01.L"), rig.index("lowerarm01.L")
    heads[rig.index("wrist.L")] = heads[elbow] + 0.9 * (heads[elbow] - heads[shoulder])
    with pytest.raises(ValueError, match="straight at rest"):
        arm(Rig(rig.names, rig.parents, heads), "L")


@pytest.mark.parametrize("side", ["L", "R"])
def test_fingers_close_towards_the_palm_and_the_palm_looks_inward(rig, side):
    shape = hand(rig, side)
    inward = -1.0 if side == "L" else 1.0
    assert shape.palm[0] * inward > 0.2  # at rest palms look at the thighs
    for bone, axis, degrees in shape.fingers:
        pointing = rig.names[bone].split("-")[0]
        first, last = (rig.rest_heads[rig.index(f"{pointing}-{part}.{side}")] for part in (1, 3))
        assert degrees > 0
        if not pointing.startswith("finger1"):
            assert np.cross(axis, unit(last - first)) @ shape.palm > 0.9
