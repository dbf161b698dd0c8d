"""OpenGL and ray casting share no code that decides what is seen; on real rooms and people their labels must agree."""

from __future__ import annotations

import pytest

from occlusionkit.capture.plan import PlanSize, plan_takes
from occlusionkit.capture.takes import perform
from occlusionkit.occlusion.labels import LabelRule, label_joints
from occlusionkit.skeletons import OCCLUSION_PERSON
from occlusionkit.studio.people import load_people
from occlusionkit.studio.render import open_renderer
from occlusionkit.studio.rooms import ROOMS, build_room
from occlusionkit.studio.world import Item

pytestmark = [pytest.mark.slow, pytest.mark.gl]

SIZE_HW = (360, 640)
PERSON = 1001


def test_labels_of_both_renderers_agree_on_more_than_999_of_1000_joints(tiny_run):
    people = {body.subject: body for body in load_people(tiny_run.results / "studio/people.npz")}
    size = PlanSize(14, 1, 0.4, 100, (7, 8), (11, 12, 13))
    same, joints, hidden = 0, 0, 0
    with open_renderer("gl", threads=1) as gl, open_renderer("embree", threads=1) as embree:
        for take in plan_takes(size):
            room, body = build_room(ROOMS[take.scene]), people[take.subject]
            pose = perform(take, room=room, body=body, seconds=[0.7], seed=1).pose(0.7)
            person = Item(name=body.name, kind="person", instance=PERSON, mesh=body.mesh(pose), moves=True)
            world = room.world.with_items(person)
            for place in room.cameras:
                camera = place.camera(SIZE_HW)
                labels = []
                for renderer in (gl, embree):
                    seen = renderer.render(world, camera, outputs=frozenset({"depth", "instance"}))
                    labels.append(
                        label_joints(
                            body.joints(pose),
                            camera,
                            seen.depth_m,
                            seen.instance,
                            person_instance=PERSON,
                            people=frozenset({PERSON}),
                            joints=OCCLUSION_PERSON.joints,
                            rule=LabelRule(),
                        )
                    )
                same += int((labels[0].visible == labels[1].visible).sum())
                joints += len(labels[0].visible)
                hidden += int((labels[0].in_image & ~labels[0].visible).sum())
    assert joints == 14 * 8 * 15 and hidden > 0.1 * joints
    assert same / joints > 0.999, f"{joints - same} of {joints} joints differ"
