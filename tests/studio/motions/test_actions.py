"""Every clip on bodies of different build: what all motions owe, and what makes each action that action."""

from functools import cache

import numpy as np
import pytest

from occlusionkit.skeletons import ACTIONS, OCCLUSION_PERSON
from occlusionkit.studio.motions.actions import CLIPS, action_motion, subactions
from occlusionkit.studio.motions.anatomy import leg_length_m
from occlusionkit.studio.motions.clearance import hand_clearance_m, leg_clearance_m
from occlusionkit.studio.motions.footing import sole_points, stands
from occlusionkit.studio.motions.limits import joint_angles_deg, limit_violations

FPS = 60.0
CLIP_NAMES = [(action, index) for action in ACTIONS for index in range(len(CLIPS[action]))]
BUILDS = (
    {},
    {"leg_m": 0.76, "trunk_m": 0.54, "arm_m": 0.48, "shoulders_m": 0.33},
    {"leg_m": 0.98, "trunk_m": 0.64, "arm_m": 0.6, "shoulders_m": 0.42},
)


@pytest.fixture(scope="module")
def performed(make_rig):
    """(action, subaction, build, seed) -> a little more than one round of the clip."""
    rigs = [make_rig(**build) for build in BUILDS]

    @cache
    def perform(action, index, build=0, seed=1):
        duration_s = CLIPS[action][index].period_s * 1.15
        return action_motion(action, index, rigs[build], duration_s=duration_s, fps=FPS, seed=seed)

    return perform


def joint(motion, name):
    return motion.joints()[:, OCCLUSION_PERSON.index(name)]


def speed(path):
    return np.linalg.norm(np.diff(path, axis=0), axis=-1) * FPS


def arm_extension(motion, side):
    """(F,) 0..1: shoulder to wrist over the length of the arm."""
    shoulder, elbow, wrist = (joint(motion, side + part) for part in ("sho", "elb", "wri"))
    length = np.linalg.norm(elbow - shoulder, axis=-1) + np.linalg.norm(wrist - elbow, axis=-1)
    return np.linalg.norm(wrist - shoulder, axis=-1) / length


def peaks(values, *, above):
    """Frames at which values have a local maximum above a bound, one for each stay above it."""
    return [run.start + int(values[run].argmax()) for run in stands(values > above)]


# What every motion owes.


@pytest.mark.parametrize(("action", "index"), CLIP_NAMES)
def test_joints_stay_within_human_limits(performed, action, index):
    for build in range(len(BUILDS)):
        motion = performed(action, index, build, seed=10 + build)
        assert not limit_violations(motion), "; ".join(map(str, limit_violations(motion)))


@pytest.mark.parametrize(("action", "index"), CLIP_NAMES)
def test_planted_feet_stay_where_they_are_and_soles_above_the_floor(performed, action, index):
    for build in range(len(BUILDS)):
        motion = performed(action, index, build, seed=10 + build)
        turns, heads = motion.bones()
        for k, side in enumerate("LR"):
            soles = sole_points(motion.rig, turns, heads, side)
            assert soles[..., 2].min() > -0.01
            for run in stands(motion.planted[:, k]):
                for bone in (f"foot.{side}", f"toe2-1.{side}"):
                    assert np.ptp(heads[run, motion.rig.index(bone)], axis=0).max() < 0.002
                assert np.abs(soles[run, 2, 2]).max() < 0.002  # the toes are on the floor, neither above nor below
        if action != "dance2":  # the twist turns on its soles and never stands
            assert motion.planted.any()


@pytest.mark.parametrize(("action", "index"), CLIP_NAMES)
def test_nothing_moves_faster_than_people_do(performed, action, index):
    motion = performed(action, index, seed=4)
    joints = motion.joints()
    assert speed(joints).max() < 12.0
    assert np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).max() * FPS**2 < 400.0
    relative = np.swapaxes(motion.rotations[:-1], -1, -2) @ motion.rotations[1:]
    cosine = (np.trace(relative, axis1=-2, axis2=-1) - 1) / 2
    assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() * FPS < 1800.0  # no bone flips over


@pytest.mark.parametrize(("action", "index"), CLIP_NAMES)
def test_hands_stay_out_of_the_body_and_legs_out_of_each_other(performed, action, index):
    for build in range(len(BUILDS)):
        motion = performed(action, index, build, seed=10 + build)
        assert hand_clearance_m(motion).min() > 0.0
        assert leg_clearance_m(motion).min() > 0.0


@pytest.mark.parametrize(("action", "index"), CLIP_NAMES)
def test_people_stay_where_they_are_put(performed, action, index):
    motion = performed(action, index, seed=2)
    assert np.linalg.norm(motion.root_m[:, :2], axis=-1).max() < 0.5
    assert motion.radius_m() < 1.3  # hands and feet, reaching


@pytest.mark.parametrize(("action", "index"), CLIP_NAMES)
def test_a_foot_alone_on_the_floor_carries_the_body(performed, action, index):
    """Weight shift: while one foot stands and the other is well off the floor, the hips are near above it."""
    motion = performed(action, index, seed=3)
    ankles = np.stack([joint(motion, "lank"), joint(motion, "rank")], axis=1)
    for k in (0, 1):
        alone = motion.planted[:, k] & (ankles[:, 1 - k, 2] > ankles[:, k, 2] + 0.15)
        away = np.linalg.norm(motion.root_m[alone, :2] - ankles[alone, k, :2], axis=-1)
        assert (away < 0.3 * leg_length_m(motion.rig)).all()


def test_every_clip_is_its_own_and_repeats_itself_exactly(performed, rig):
    motion = performed("boxing", 0)
    again = action_motion("boxing", 0, rig, duration_s=len(motion) / FPS, fps=FPS, seed=1)
    assert np.array_equal(again.rotations, motion.rotations) and np.array_equal(again.root_m, motion.root_m)
    other = action_motion("boxing", 0, rig, duration_s=len(motion) / FPS, fps=FPS, seed=2)
    assert np.abs(other.joints() - motion.joints()).max() > 0.05
    assert {action: len(subactions(action)) >= 3 for action in ACTIONS} == dict.fromkeys(ACTIONS, True)


def test_the_length_is_the_time_asked_for(rig):
    assert len(action_motion("dance", 0, rig, duration_s=2.0, fps=12.5, seed=0)) == 25
    assert len(action_motion("dance", 0, rig, duration_s=0.001, fps=10, seed=0)) == 1


@pytest.mark.parametrize(
    ("action", "index", "duration_s", "fps", "complaint"),
    [
        ("swimming", 0, 1.0, 30.0, "expected one of basketball, .*found 'swimming'"),
        ("boxing", 3, 1.0, 30.0, r"expected 0\.\.2 \(jab-cross, hook-uppercut, weave-and-counter\), found 3"),
        ("boxing", -1, 1.0, 30.0, r"found -1"),
        ("boxing", 0, 0.0, 30.0, "duration_s and fps > 0"),
        ("boxing", 0, 1.0, float("nan"), "duration_s and fps > 0"),
    ],
)
def test_what_there_is_not_is_refused(rig, action, index, duration_s, fps, complaint):
    with pytest.raises(ValueError, match=complaint):
        action_motion(action, index, rig, duration_s=duration_s, fps=fps, seed=0)


# What makes each action that action.


def test_boxing_alternates_straight_punches_from_a_guard(performed):
    motion = performed("boxing", 0, seed=5)
    hits = {side: peaks(arm_extension(motion, side), above=0.8) for side in "lr"}
    assert hits["l"] and hits["r"]  # both arms reach 80% of their length and come back
    together = (arm_extension(motion, "l") > 0.8) & (arm_extension(motion, "r") > 0.8)
    assert not together.any()  # one after the other: the other hand guards
    guarding = np.minimum(joint(motion, "lwri")[:, 2], joint(motion, "rwri")[:, 2])
    assert (guarding > joint(motion, "neck")[:, 2] - 0.2).all()  # both fists stay up
    ahead = joint(motion, "lwri")[:, 1] < joint(motion, "lsho")[:, 1]
    assert ahead[hits["l"]].all()


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_boxer_turns_hips_and_shoulders_into_the_punch(performed, index):
    motion = performed("boxing", index, seed=5)
    across = joint(motion, "lsho") - joint(motion, "rsho")
    turn = np.degrees(np.unwrap(np.arctan2(across[:, 1], across[:, 0])))
    assert np.ptp(turn) > 60
    assert speed(joint(motion, "lwri")).max() > 3.0 or speed(joint(motion, "rwri")).max() > 3.0


def test_a_weaving_boxer_ducks(performed):
    head = joint(performed("boxing", 2, seed=5), "neck")
    assert np.ptp(head[:, 2]) > 0.15 and np.ptp(head[:, 0]) > 0.2


def test_a_soccer_kick_swings_from_behind_the_standing_leg_past_it(performed):
    motion = performed("soccer", 0, seed=5)
    ankles = [joint(motion, name) for name in ("lank", "rank")]
    kicking = int(np.argmax([speed(path).max() for path in ankles]))
    fastest = int(speed(ankles[kicking]).argmax())
    assert speed(ankles[kicking]).max() > 4.0
    assert motion.planted[fastest, 1 - kicking]  # the other leg stands
    lead = ankles[1 - kicking][:, 1] - ankles[kicking][:, 1]  # how far the kicking foot is ahead
    window = slice(max(0, fastest - 25), fastest + 25)
    assert lead[window].min() < -0.2 and lead[window].max() > 0.4
    assert int(lead[window].argmin()) < int(lead[window].argmax())


def test_an_inside_pass_turns_the_foot_out(performed):
    motion = performed("soccer", 1, seed=5)
    turns, _ = motion.bones()
    swings = []
    for side, sign in (("L", 1), ("R", -1)):
        ahead = turns[:, motion.rig.index(f"foot.{side}")] @ [0.0, -1.0, 0.0]
        swings.append(np.degrees(np.arctan2(sign * ahead[:, 0], -ahead[:, 1])).max())
    assert max(swings) > 60 > min(swings)


def test_keeping_the_ball_up_lifts_one_foot_again_and_again_and_looks_down(performed):
    motion = performed("soccer", 2, seed=5)
    lifts = [peaks(joint(motion, name)[:, 2], above=0.3) for name in ("lank", "rank")]
    assert sorted(map(bool, lifts)) == [False, True] and max(map(len, lifts)) >= 2


def test_a_dribbling_hand_goes_up_and_down_in_rhythm_over_bent_knees(performed):
    motion = performed("basketball", 0, seed=5)
    heights = [joint(motion, name)[:, 2] - motion.root_m[:, 2] for name in ("lwri", "rwri")]
    dribbling, free = sorted(heights, key=np.ptp, reverse=True)
    assert np.ptp(dribbling) > 0.18 > 2 * np.ptp(free) - 0.1
    middle = (dribbling.max() + dribbling.min()) / 2
    downs = np.flatnonzero((dribbling[:-1] >= middle) & (dribbling[1:] < middle))
    assert len(downs) >= 4
    np.testing.assert_allclose(np.diff(downs), np.diff(downs).mean(), rtol=0.12)  # one beat
    assert min(angle.min() for name, angle in joint_angles_deg(motion).items() if name.startswith("knee")) > 40


def test_a_jump_shot_leaves_the_floor_with_the_wrist_above_the_head(performed):
    motion = performed("basketball", 1, seed=5)
    soles = [sole_points(motion.rig, *motion.bones(), side)[..., 2].min(axis=1) for side in "LR"]
    aloft = np.minimum(*soles) > 0.08
    assert aloft.any() and aloft.sum() / FPS < 0.7
    wrist = np.maximum(joint(motion, "lwri")[:, 2], joint(motion, "rwri")[:, 2])
    head = motion.bones()[1][:, motion.rig.index("head"), 2]
    assert (wrist[aloft] > head[aloft] + 0.2).all()
    knees = joint_angles_deg(motion)["knee_flexion.L"]
    assert knees[~aloft].max() > 55 > 45 > knees[aloft].max()  # jumped from bent knees, and stretched in the air


def test_a_body_in_the_air_falls_as_bodies_do(performed):
    motion = performed("basketball", 1, seed=5)
    soles = [sole_points(motion.rig, *motion.bones(), side)[..., 2].min(axis=1) for side in "LR"]
    aloft = np.flatnonzero(np.minimum(*soles) > 0.06)
    run = np.split(aloft, np.flatnonzero(np.diff(aloft) > 1) + 1)[0]
    assert len(run) > 8
    curve = np.polyfit(run / FPS, motion.root_m[run, 2], 2)
    assert -2 * curve[0] == pytest.approx(9.81, rel=0.4)


def test_a_defender_slides_low_with_arms_wide_and_feet_that_never_cross(performed):
    motion = performed("basketball", 2, seed=5)
    assert (joint(motion, "lank")[:, 0] - joint(motion, "rank")[:, 0] > 0.35).all()
    assert np.ptp(motion.root_m[:, 0]) > 0.2
    assert (joint(motion, "lwri")[:, 0] - joint(motion, "rwri")[:, 0]).min() > 0.8
    assert joint_angles_deg(motion)["knee_flexion.L"].min() > 35


@pytest.mark.parametrize("index", [0, 1])
def test_martial_kicks_go_above_the_hip_with_a_straightening_knee(performed, index):
    motion = performed("martial", index, seed=5)
    angles = joint_angles_deg(motion)
    kicks = {side: joint(motion, f"{side}ank")[:, 2] - motion.root_m[:, 2] for side in "lr"}
    side = max(kicks, key=lambda key: kicks[key].max())
    top = int(kicks[side].argmax())
    assert kicks[side][top] > 0.0
    assert motion.bones()[1][top, motion.rig.index(f"toe2-2.{side.upper()}"), 2] > motion.root_m[top, 2]
    knee = angles[f"knee_flexion.{side.upper()}"]
    chamber = knee[max(0, top - 15) : top]
    assert chamber.max() > 80 and knee[top] < 50
    assert joint(motion, f"{side}ank")[top, 1] < -0.6  # it strikes ahead


def test_a_form_strikes_from_a_deep_wide_stance(performed):
    motion = performed("martial", 2, seed=5)
    assert np.linalg.norm(joint(motion, "lank") - joint(motion, "rank"), axis=-1).min() > 0.8
    angles = joint_angles_deg(motion)
    assert min(angles["knee_flexion.L"].min(), angles["knee_flexion.R"].min()) > 20
    hits = [peaks(arm_extension(motion, side), above=0.85) for side in "lr"]
    assert min(map(len, hits)) >= 2
    wrists = np.maximum(joint(motion, "lwri")[:, 2], joint(motion, "rwri")[:, 2])
    assert (wrists > motion.bones()[1][:, motion.rig.index("head"), 2]).any()  # the high block


def test_the_two_dances_differ_in_tempo_and_in_reach(performed):
    def measure(action):
        """How often a second the hips cross their range, and how high a range the wrists have, of each clip."""
        tempo_hz, reach_m = [], []
        for index in range(len(CLIPS[action])):
            motion = performed(action, index, seed=5)
            hips = motion.root_m[:, :2]
            path_m = np.linalg.norm(np.diff(hips, axis=0), axis=-1).sum()
            tempo_hz.append(path_m / np.ptp(hips, axis=0).max() / (len(motion) / FPS))
            reach_m.append(np.ptp(np.concatenate([joint(motion, "lwri"), joint(motion, "rwri")])[:, 2]))
        return np.array(tempo_hz), np.array(reach_m)

    slow_hz, wide_m = measure("dance")
    quick_hz, near_m = measure("dance2")
    assert quick_hz.min() > 1.3 * slow_hz.max()
    assert np.median(wide_m) > 1.4 * np.median(near_m)  # arms from below the hip to above the head


def test_a_dancer_turns_all_the_way_round_on_her_feet(performed):
    motion = performed("dance", 1, seed=5)
    ahead = motion.rotations[:, 0] @ [0.0, -1.0, 0.0]
    heading = np.unwrap(np.arctan2(ahead[:, 1], ahead[:, 0]))
    assert abs(heading[-1] - heading[0]) > np.radians(300)
    assert len(stands(motion.planted[:, 0])) >= 2 and len(stands(motion.planted[:, 1])) >= 2


def test_an_arabesque_stands_on_one_leg_with_the_other_behind(performed):
    motion = performed("dance", 2, seed=5)
    ankles = [joint(motion, name) for name in ("lank", "rank")]
    raised = int(np.argmax([path[:, 2].max() for path in ankles]))
    top = int(ankles[raised][:, 2].argmax())
    assert ankles[raised][top, 2] > 0.5 and ankles[raised][top, 1] > 0.5
    assert motion.planted[:, 1 - raised].all()


def test_charleston_kicks_ahead_and_back_and_a_twist_turns_hips_against_shoulders(performed):
    charleston = performed("dance2", 1, seed=5)
    feet = np.concatenate([joint(charleston, "lank"), joint(charleston, "rank")])
    aloft = feet[feet[:, 2] > 0.25]
    assert aloft[:, 1].min() < -0.3 and aloft[:, 1].max() > 0.25
    twist = performed("dance2", 2, seed=5)
    chest = joint_angles_deg(twist)["chest_turn"]
    assert np.ptp(chest) > 60


def test_salsa_hips_sway_with_every_step(performed):
    motion = performed("dance2", 0, seed=5)
    tilt = joint(motion, "lhip")[:, 2] - joint(motion, "rhip")[:, 2]
    crossings = np.flatnonzero(np.diff(np.sign(tilt)) != 0)
    assert len(crossings) >= 6 and np.ptp(tilt) > 0.04


def test_a_squat_bends_the_knees_past_80_degrees_with_heels_down(performed):
    for build in range(len(BUILDS)):
        motion = performed("exercise", 0, build, seed=10 + build)
        knees = joint_angles_deg(motion)
        assert knees["knee_flexion.L"].max() > 80 and knees["knee_flexion.R"].max() > 80
        assert knees["knee_flexion.L"].min() < 30
        assert motion.planted.all()


def test_jumping_jacks_open_arms_and_feet_together(performed):
    motion = performed("exercise", 1, seed=5)
    wrists = np.minimum(joint(motion, "lwri")[:, 2], joint(motion, "rwri")[:, 2])
    apart = joint(motion, "lank")[:, 0] - joint(motion, "rank")[:, 0]
    head = motion.bones()[1][:, motion.rig.index("head"), 2]
    up = wrists > head
    assert up.any() and (apart[up] > 0.5).all()
    down = wrists < motion.root_m[:, 2]
    assert down.any() and (apart[down] < 0.45).all()
    soles = [sole_points(motion.rig, *motion.bones(), side)[..., 2].min(axis=1) for side in "LR"]
    assert (np.minimum(*soles) > 0.02).any()  # jumped, not stepped


def test_a_lunge_brings_one_knee_forward_and_the_other_near_the_floor(performed):
    motion = performed("exercise", 2, seed=5)
    knees = [joint(motion, name) for name in ("lkne", "rkne")]
    lowest = int(np.argmin([path[:, 2].min() for path in knees]))
    bottom = int(knees[lowest][:, 2].argmin())
    assert knees[lowest][bottom, 2] < 0.2
    angles = joint_angles_deg(motion)
    front = "RL"[lowest]
    assert angles[f"knee_flexion.{front}"][bottom] > 75
    assert knees[1 - lowest][bottom, 1] < knees[lowest][bottom, 1] - 0.3
    both = [path[:, 2].min() for path in knees]
    assert max(both) < 0.25  # each side has its turn


def test_a_windmill_takes_each_hand_to_the_other_foot(performed):
    motion = performed("exercise", 3, seed=5)
    for hand, foot in (("lwri", "rank"), ("rwri", "lank")):
        assert np.linalg.norm(joint(motion, hand) - joint(motion, foot), axis=-1).min() < 0.4
