"""Retargeting real clips: the captured turns survive, the lengths are the body's, the feet stand."""

import numpy as np
import pytest

from occlusionkit.skeletons import OCCLUSION_PERSON
from occlusionkit.studio.motions.acclaim import Y_UP_TO_Z_UP, asf_bones, asf_joints, read_amc, read_asf
from occlusionkit.studio.motions.anatomy import arm, leg_length_m
from occlusionkit.studio.motions.body import BodyMotion
from occlusionkit.studio.motions.footing import SHORTEST_STAND_S, lock_feet, on_floor, sole_points, standing, stands
from occlusionkit.studio.motions.limits import joint_angles_deg
from occlusionkit.studio.motions.puppet import CHANNELS, animate
from occlusionkit.studio.motions.retarget import CMU_HZ, longest_within, resample, retarget
from occlusionkit.studio.motions.rotations import unit

CLIPS = [("02", "02_01"), ("02", "02_04"), ("11", "11_01")]
FPS = 30.0


@pytest.fixture(scope="module")
def real_clip(cmu):
    def read(asf, amc):
        skeleton = read_asf(cmu / f"{asf}.asf")
        return skeleton, read_amc(cmu / f"{amc}.amc", skeleton)

    return read


@pytest.mark.parametrize(("asf", "amc"), CLIPS)
def test_feet_that_stand_do_not_move_and_none_goes_below_the_floor(real_clip, make_rig, asf, amc):
    skeleton, capture = real_clip(asf, amc)
    for rig in (make_rig(), make_rig(leg_m=0.75, trunk_m=0.5)):
        motion = retarget(skeleton, capture, rig, fps=FPS)
        turns, heads = motion.bones()
        for k, side in enumerate("LR"):
            soles = sole_points(rig, turns, heads, side)
            assert soles[..., 2].min() > -1e-9
            runs = stands(motion.planted[:, k])
            assert runs, f"{amc}: the {side} foot never stands"
            for run in runs:
                assert np.ptp(soles[run], axis=0).max() < 1e-6
                assert np.abs(soles[run][..., 2]).max() < 1e-6


def test_a_walk_stands_on_one_foot_or_both_most_of_the_time(real_clip, rig):
    motion = retarget(*real_clip("02", "02_01"), rig, fps=FPS)
    assert motion.planted.any(axis=1).mean() > 0.6
    left, right = motion.planted.T
    assert (left & ~right).any() and (right & ~left).any()
    # Both stands and steps alternate: no foot stands for more than a second of a walk.
    assert max(run.stop - run.start for k in range(2) for run in stands(motion.planted[:, k])) < FPS


def test_a_jump_leaves_the_floor_with_both_feet(real_clip, rig):
    motion = retarget(*real_clip("02", "02_04"), rig, fps=FPS)
    soles = np.stack([sole_points(rig, *motion.bones(), side)[..., 2].min(axis=1) for side in "LR"])
    aloft = soles.min(axis=0) > 0.15
    assert 0.2 * FPS < aloft.sum() < FPS
    assert not motion.planted[aloft].any()


@pytest.mark.parametrize(("asf", "amc"), CLIPS)
def test_arms_and_trunk_keep_the_captured_directions(real_clip, rig, asf, amc):
    skeleton, capture = real_clip(asf, amc)
    motion = retarget(skeleton, capture, rig, fps=CMU_HZ, duration_s=1.0)
    captured = asf_joints(skeleton, capture)[: len(motion)]
    ours = motion.joints()
    # The whole clip may be turned about Z: compare angles between the parts of both arms, and with the vertical.
    order = ("lsho", "lelb", "lwri", "rsho", "relb", "rwri")
    pick = [OCCLUSION_PERSON.index(joint) for joint in order]

    def limbs(joints):
        arms = joints[:, pick]
        parts = np.stack(
            [arms[:, 1] - arms[:, 0], arms[:, 2] - arms[:, 1], arms[:, 4] - arms[:, 3], arms[:, 5] - arms[:, 4]], 1
        )
        return unit(parts)

    a, b = limbs(captured), limbs(ours)
    np.testing.assert_allclose(np.einsum("fik,fjk->fij", a, a), np.einsum("fik,fjk->fij", b, b), atol=1e-6)
    np.testing.assert_allclose(a[..., 2], b[..., 2], atol=1e-6)
    lengths = np.linalg.norm(ours[:, pick[1]] - ours[:, pick[0]], axis=-1)
    np.testing.assert_allclose(
        lengths, np.linalg.norm(np.diff(rig.rest_heads[[rig.index("upperarm01.L"), rig.index("lowerarm01.L")]], axis=0))
    )


@pytest.mark.parametrize("side", ["L", "R"])
def test_elbows_bend_about_the_captured_hinge(real_clip, rig, side):
    """Not only does the forearm point the captured way: it is not rolled about itself either."""
    skeleton, capture = real_clip("11", "11_01")
    motion = retarget(skeleton, capture, rig, fps=CMU_HZ)
    radius = skeleton.bone(f"{side.lower()}radius")
    captured = asf_bones(skeleton, capture)[0][radius.name] @ (Y_UP_TO_Z_UP @ radius.axis[:, 0])
    limb = arm(rig, side)
    ours = motion.bones()[0][:, limb.lower] @ limb.hinge
    np.testing.assert_allclose(ours[:, 2], captured[:, 2], atol=1e-6)  # the clip may be turned about Z
    np.testing.assert_allclose(limb.hinge @ limb.directions[1], 0.0, atol=1e-9)


def test_knees_bend_as_captured_where_the_feet_are_free(real_clip, rig):
    skeleton, capture = real_clip("11", "11_01")
    motion = retarget(skeleton, capture, rig, fps=CMU_HZ)
    ends = asf_bones(skeleton, capture)[1]
    thigh, shin = (unit(ends[b] - ends[a]) for a, b in (("rhipjoint", "rfemur"), ("rfemur", "rtibia")))
    captured = np.degrees(np.arccos(np.clip((thigh * shin).sum(-1), -1, 1)))
    ours = joint_angles_deg(motion)["knee_flexion.R"]
    free = ~motion.planted[:, 1]
    assert captured[free].max() > 80  # the kick
    assert np.median(np.abs(ours - captured)[free]) < 3.0
    assert ours.min() > 0.0


def test_the_motion_is_centred_and_faces_minus_y(real_clip, rig):
    motion = retarget(*real_clip("11", "11_01"), rig, fps=FPS)
    path = motion.root_m[:, :2]
    np.testing.assert_allclose(path.min(axis=0) + path.max(axis=0), 0.0, atol=1e-9)
    ahead = (motion.rotations[:, 0] @ [0.0, -1.0, 0.0]).mean(axis=0)
    assert ahead[1] < 0 and abs(ahead[0]) < 1e-9


def test_the_stride_is_scaled_by_leg_length(real_clip, make_rig):
    long, short = (retarget(*real_clip("02", "02_01"), make_rig(leg_m=leg_m), fps=FPS) for leg_m in (0.96, 0.72))
    paths = [np.ptp(motion.root_m[:, :2], axis=0).max() for motion in (long, short)]
    assert paths[0] / paths[1] == pytest.approx(0.96 / 0.72, rel=0.02)


def test_the_hips_go_the_captured_way(real_clip, make_rig):
    """Across the floor the mid-hip moves as captured, times the ratio of the legs; only heights are corrected."""
    skeleton, capture = real_clip("11", "11_01")
    rig = make_rig(leg_m=0.8)
    heads = retarget(skeleton, capture, rig, fps=CMU_HZ).bones()[1]
    ours = (heads[:, rig.index("upperleg01.L")] + heads[:, rig.index("upperleg01.R")])[:, :2] / 2
    ends = asf_bones(skeleton, capture)[1]
    captured = (ends["lhipjoint"] + ends["rhipjoint"])[:, :2] / 2
    legs_m = [skeleton.bone(f"{side}{bone}").length_m for side in "lr" for bone in ("femur", "tibia")]
    scale = leg_length_m(rig) / (sum(legs_m) / 2)
    for path in (ours, captured):
        path -= path[0].copy()
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), scale * np.linalg.norm(captured, axis=1), atol=1e-9)


@pytest.mark.parametrize(("asf", "amc"), CLIPS)
def test_hands_are_not_put_on_backwards(real_clip, rig, asf, amc):
    angles = joint_angles_deg(retarget(*real_clip(asf, amc), rig, fps=FPS))
    for side in "LR":
        assert np.abs(angles[f"forearm_pronation.{side}"]).max() < 90
        assert np.abs(angles[f"wrist_flexion.{side}"]).max() < 80
        assert np.abs(angles[f"wrist_deviation.{side}"]).max() < 60  # captured hands go beyond the table's 30


def test_cuts_and_rates(real_clip, rig):
    skeleton, capture = real_clip("02", "02_01")
    assert len(retarget(skeleton, capture, rig, fps=25, start_s=0.5, duration_s=1.0)) == 26
    assert len(retarget(skeleton, capture, rig, fps=120)) == len(capture)
    with pytest.raises(ValueError, match=r"02_01\.amc: expected a cut within 0\.\.2\.850 s, found 2\.000\.\.4\.000 s"):
        retarget(skeleton, capture, rig, fps=25, start_s=2.0, duration_s=2.0)
    with pytest.raises(ValueError, match="fps and capture_hz > 0"):
        retarget(skeleton, capture, rig, fps=0)


@pytest.mark.parametrize(("asf", "amc"), CLIPS)
def test_the_longest_stretch_fits_its_radius_and_a_longer_one_does_not(real_clip, rig, asf, amc):
    skeleton, capture = real_clip(asf, amc)
    start_s, duration_s = longest_within(skeleton, capture, rig, radius_m=0.4)
    assert duration_s > 0.4
    motion = retarget(skeleton, capture, rig, fps=CMU_HZ, start_s=start_s, duration_s=duration_s)
    # Turning to face -Y may turn a square's side into its diagonal; standing feet shift the hips by nothing sideways.
    assert np.linalg.norm(motion.root_m[:, :2], axis=1).max() < 0.4 * np.sqrt(2)
    whole = retarget(skeleton, capture, rig, fps=CMU_HZ).root_m[:, :2]
    frames, longer = round(duration_s * CMU_HZ) + 1, round(duration_s * CMU_HZ) + 30
    assert len(motion) == frames
    for first in range(0, len(whole) - longer, 7):
        spread = whole[first : first + longer]
        assert np.linalg.norm(spread - (spread.min(axis=0) + spread.max(axis=0)) / 2, axis=1).max() > 0.4 / np.sqrt(2)
    with pytest.raises(ValueError, match="radius_m and capture_hz > 0"):
        longest_within(skeleton, capture, rig, radius_m=0.0)


def test_resampling_meets_the_frames_and_halves_the_angles_between(real_clip):
    _, capture = real_clip("02", "02_01")
    sampled = resample(capture, np.array([3.0, 3.5, 342.0]))
    np.testing.assert_array_equal(sampled.root_m[[0, 2]], capture.root_m[[3, 342]])
    np.testing.assert_allclose(sampled.root_m[1], capture.root_m[3:5].mean(axis=0))
    for name in ("root", "lfemur", "rhumerus"):
        step = capture.rotations[name][3].T @ capture.rotations[name][4]
        half = capture.rotations[name][3].T @ sampled.rotations[name][1]
        np.testing.assert_allclose(half @ half, step, atol=1e-9)


def shuffling(rig):
    """Somebody who stands, whose left foot is dragged by 1 cm back and forth, on a floor that is 3 cm too high."""
    frames = 40
    strings = {name: np.tile(np.array(value, dtype=float), (frames, 1)) for name, value in CHANNELS.items()}
    strings["l_foot"][:, 1] = 0.01 * np.sin(np.arange(frames) / 6)
    strings["r_foot"][15:25, 2] = 0.15 * np.sin(np.linspace(0, np.pi, 10))
    motion = animate(strings, np.zeros((frames, 2), bool), rig, name="shuffle", fps=FPS)
    return BodyMotion(motion.name, rig, FPS, motion.rotations, motion.root_m + np.array([0, 0, 0.03]), motion.planted)


def test_a_dragged_foot_is_held_and_a_lifted_one_is_not(rig):
    dragged = shuffling(rig)
    assert np.ptp(dragged.bones()[1][:, rig.index("foot.L"), 1]) > 0.015
    held = lock_feet(dragged)
    assert held.planted[:, 0].all()
    assert np.ptp(held.bones()[1][:, rig.index("foot.L")], axis=0).max() < 1e-9
    assert held.planted[:13, 1].all() and not held.planted[18:22, 1].any() and held.planted[28:, 1].all()
    # Eased in and out: the lifted foot moves from frame to frame hardly faster than it did.
    fastest = [np.abs(np.diff(motion.joints(), axis=0)).max() for motion in (dragged, held)]
    assert fastest[1] < 1.3 * fastest[0]


def test_the_floor_is_found_under_the_stands(rig):
    motion = shuffling(rig)
    floored = on_floor(motion)
    assert np.median(motion.root_m[:, 2] - floored.root_m[:, 2]) == pytest.approx(0.03, abs=0.003)
    assert not standing(motion).all() or standing(floored)[:, 0].all()


def test_a_touch_shorter_than_a_stand_is_not_one(rig):
    frames = 60
    strings = {name: np.tile(np.array(value, dtype=float), (frames, 1)) for name, value in CHANNELS.items()}
    strings["r_foot"][:, 2] = 0.2
    touch = round(SHORTEST_STAND_S * 60) - 2
    strings["r_foot"][30 : 30 + touch, 2] = 0.0
    motion = animate(strings, np.zeros((frames, 2), bool), rig, name="touch", fps=60)
    assert not standing(motion)[:, 1].any() and standing(motion)[:, 0].all()
