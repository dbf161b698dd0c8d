import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from occlusionkit.studio.motions.body import BodyMotion
from occlusionkit.studio.motions.limits import LIMITS_DEG, joint_angles_deg, limit_violations
from occlusionkit.studio.motions.rotations import about

X, Y, Z = np.eye(3)


def bent(rig, **turns):
    """One frame of the rest pose with some bones turned: bone (dots as two underscores) = (axis, degrees)."""
    rotations = np.tile(np.eye(3), (1, len(rig.names), 1, 1))
    for bone, (axis, degrees) in turns.items():
        rotations[0, rig.index(bone.replace("__", "."))] = about(axis, np.radians(degrees))
    return BodyMotion("bent", rig, 30.0, rotations, rig.rest_heads[:1].copy(), np.zeros((1, 2), bool))


def angle(motion, name):
    return float(joint_angles_deg(motion)[name][0])


@settings(max_examples=25, deadline=None)
@given(st.floats(-20.0, 120.0))
def test_knee_flexion_is_what_the_shin_turns_about_x_more_than_at_rest(rig, degrees):
    resting = angle(bent(rig), "knee_flexion.L")
    assert 3.0 < resting < 12.0
    assert angle(bent(rig, lowerleg01__L=(X, degrees)), "knee_flexion.L") == pytest.approx(resting + degrees, abs=1.0)


def test_knee_flexion_does_not_depend_on_the_hip(rig):
    shin = (X, 60.0)
    alone = angle(bent(rig, lowerleg01__L=shin), "knee_flexion.L")
    for hip in ((X, -80.0), (Z, 40.0), (Y, -40.0)):
        assert angle(bent(rig, upperleg01__L=hip, lowerleg01__L=shin), "knee_flexion.L") == pytest.approx(alone)


def test_a_knee_bent_forward_and_an_elbow_bent_backward_are_found(rig):
    found = {violation.angle: violation for violation in limit_violations(bent(rig, lowerleg01__R=(X, -30.0)))}
    assert found["knee_flexion.R"].degrees < -15 and "knee_flexion.L" not in found
    assert "allowed 0..140" in str(found["knee_flexion.R"])
    # The elbow is bent by 40 deg at rest, about an axis between -x and -z.
    assert 30 < angle(bent(rig), "elbow_flexion.L") < 60
    hinge = np.array([-0.75, 0.0, -0.66])
    assert angle(bent(rig, lowerarm01__L=(hinge, -80.0)), "elbow_flexion.L") < -20
    assert angle(bent(rig, lowerarm01__L=(hinge, 40.0)), "elbow_flexion.L") > 70


def test_hips_have_the_signs_of_anatomy_on_both_sides(rig):
    rest = {side: angle(bent(rig), f"hip_abduction.{side}") for side in "LR"}
    assert rest["L"] == pytest.approx(rest["R"]) and 3 < rest["L"] < 12  # legs splayed alike
    assert angle(bent(rig, upperleg01__L=(X, -90.0)), "hip_flexion.L") == pytest.approx(90, abs=8)
    assert angle(bent(rig, upperleg01__L=(Y, -30.0)), "hip_abduction.L") == pytest.approx(30 + rest["L"], abs=1)
    assert angle(bent(rig, upperleg01__R=(Y, 30.0)), "hip_abduction.R") == pytest.approx(30 + rest["R"], abs=1)
    # A leg lifted straight to the side is abducted by 90 and not flexed.
    aside = bent(rig, upperleg01__L=(Y, -83.0))
    assert abs(angle(aside, "hip_flexion.L")) < 15
    # The knee turned inward: to the right for the left leg, a turn about Z that is negative there.
    assert angle(bent(rig, upperleg01__L=(Z, -25.0)), "hip_rotation.L") == pytest.approx(-25, abs=4)
    assert angle(bent(rig, upperleg01__R=(Z, 25.0)), "hip_rotation.R") == pytest.approx(-25, abs=4)


def test_trunk_and_head_angles_add_up_over_their_bones(rig):
    half = bent(rig, spine04=(Z, 20.0), spine02=(Z, 15.0))
    assert angle(half, "chest_turn") == pytest.approx(35.0)
    assert angle(bent(rig, spine03=(X, 12.0)), "chest_lean") == pytest.approx(12.0)
    assert angle(bent(rig, neck02=(Y, -10.0), head=(Y, -5.0)), "head_tilt") == pytest.approx(-15.0)
    assert angle(bent(rig, foot__L=(X, 30.0)), "ankle_plantarflexion.L") == pytest.approx(30.0)


def test_every_angle_has_a_limit_and_rest_is_within_all_of_them(rig):
    names = {name.partition(".")[0] for name in joint_angles_deg(bent(rig))}
    assert names == set(LIMITS_DEG)
    assert limit_violations(bent(rig)) == []
