"""Skeletons: the official joint order, a tree, and left/right partners."""

from __future__ import annotations

import pytest

from occlusionkit.skeletons import ACTIONS, OCCLUSION_PERSON

# AdaFuse, lib/dataset/unrealcv.py: union joints by index.
OFFICIAL = {0: "root", 1: "rhip", 2: "rkne", 3: "rank", 4: "lhip", 5: "lkne", 6: "lank", 7: "belly", 8: "neck",
            9: "lsho", 10: "lelb", 11: "lwri", 12: "rsho", 13: "relb", 14: "rwri"}  # fmt: skip


def test_joints_stand_in_the_order_of_the_official_file():
    assert dict(enumerate(OCCLUSION_PERSON.joints)) == OFFICIAL
    assert [OCCLUSION_PERSON.index(joint) for joint in OFFICIAL.values()] == list(OFFICIAL)


def test_every_limb_leads_to_the_root():
    chains = {}
    for position, joint in enumerate(OCCLUSION_PERSON.joints):
        chain, at = [joint], position
        while OCCLUSION_PERSON.parents[at] >= 0:
            at = OCCLUSION_PERSON.parents[at]
            assert len(chain) < 15, f"{joint} is in a circle"
            chain.append(OCCLUSION_PERSON.joints[at])
        chains[joint] = chain
    assert chains["lwri"] == ["lwri", "lelb", "lsho", "neck", "belly", "root"]
    assert chains["rank"] == ["rank", "rkne", "rhip", "root"]
    assert all(chain[-1] == "root" for chain in chains.values())


def test_mirroring_swaps_left_and_right_and_nothing_else():
    partner = {
        joint: OCCLUSION_PERSON.joints[m]
        for joint, m in zip(OCCLUSION_PERSON.joints, OCCLUSION_PERSON.mirror, strict=True)
    }
    for limb in ("hip", "kne", "ank", "sho", "elb", "wri"):
        assert partner.pop("l" + limb) == "r" + limb
        assert partner.pop("r" + limb) == "l" + limb
    assert partner == {"root": "root", "belly": "belly", "neck": "neck"}


def test_parents_of_mirrored_joints_are_mirrored():
    mirror, parents = OCCLUSION_PERSON.mirror, OCCLUSION_PERSON.parents
    for joint, parent in enumerate(parents):
        assert parents[mirror[joint]] == (mirror[parent] if parent >= 0 else -1)


def test_an_unknown_joint_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"occlusion_person has no joint 'nose'; it has root, rhip"):
        OCCLUSION_PERSON.index("nose")


def test_the_seven_actions_stand_in_the_order_of_the_file_names():
    # a00 .. a06 of the official video ids.
    assert ACTIONS == ("basketball", "dance", "dance2", "martial", "soccer", "boxing", "exercise")
