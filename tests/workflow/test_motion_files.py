"""A run on real motion capture: CMU's ASF/AMC files instead of the procedural actions."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from running import PROJECT
from scipy.spatial.transform import RigidTransform, Rotation

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import FRAMES, PLAN
from occlusionkit.capture.plan import Take
from occlusionkit.capture.takes import perform
from occlusionkit.skeletons import ACTIONS, OCCLUSION_PERSON
from occlusionkit.studio.motions import folder_motions
from occlusionkit.studio.people import load_people
from occlusionkit.studio.rig import JOINT_BONES
from occlusionkit.studio.rooms import ROOMS, build_room

CMU = PROJECT.parent / "shared/data/cmu"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CMU.is_dir(), reason="CMU clips are not at ../shared/data/cmu"),
]


@pytest.fixture(scope="module")
def cmu_run(snakemake, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cmu")
    config = folder / "cmu.yaml"
    config.write_text(yaml.safe_dump({"motions": {"folder": str(CMU)}}))
    run = snakemake(folder / "run", configs=(config,))
    assert run.status == 0, run.text[-3000:]
    return run


def joints_by_chains(rig, pose):
    """Forward kinematics another way: rigid transforms multiplied along each joint's own chain of ancestors."""
    found = []
    for joint in OCCLUSION_PERSON.joints:
        chain, bone = [], rig.index(JOINT_BONES[joint])
        while bone >= 0:
            chain.append(bone)
            bone = rig.parents[bone]
        whole = RigidTransform.identity()
        for bone in reversed(chain):
            parent = rig.parents[bone]
            offset = pose.root_m if parent < 0 else rig.rest_heads[bone] - rig.rest_heads[parent]
            turn = Rotation.from_matrix(pose.rotations[bone])
            whole = whole * RigidTransform.from_components(offset, turn)
        found.append(whole.translation)
    return np.array(found)


def test_captured_joints_are_those_of_the_retargeted_clips(cmu_run):
    plan = read_table(cmu_run.results / "captures/occlusion_person/plan.parquet", PLAN)
    assert set(plan["clip"]) == {"02_01", "02_04", "11_01"}
    assert set(plan["action"][plan["clip"] == "11_01"]) == {ACTIONS.index("soccer")}
    people = {body.subject: body for body in load_people(cmu_run.results / "studio/people.npz")}
    files = folder_motions(CMU)
    checked = 0
    for shard in sorted((cmu_run.results / "captures/occlusion_person").glob("shard-*")):
        frames = read_table(shard / "frames.parquet", FRAMES)
        for row in np.flatnonzero(frames["camera_id"] == 0):
            numbers = {n: int(frames[n][row]) for n in ("scene", "subject", "action", "subaction")}
            take = Take(split=frames["split"][row], clip=frames["clip"][row], **numbers)
            same = plan["video_id"] == frames["video_id"][row]
            seconds = plan["clip_seconds"][same].tolist()
            body = people[take.subject]
            done = perform(take, room=build_room(ROOMS[take.scene]), body=body, seconds=seconds, seed=1, files=files)
            pose = done.pose(float(plan["clip_seconds"][same & (plan["image_id"] == frames["image_id"][row])][0]))
            np.testing.assert_allclose(
                frames["joints_3d_world"][row], joints_by_chains(body.rig, pose), rtol=0, atol=1e-6
            )
            checked += 1
    assert checked == 8
