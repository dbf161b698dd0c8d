"""`/studio`: our own commands, for rooms, people and their poses. Documented in docs/unrealcv.md."""

from __future__ import annotations

import json

from ....skeletons import OCCLUSION_PERSON
from ....unreal import points_to_unreal
from ..dispatcher import Answer, Route
from ..formats import checked_name, name_list
from ..people import FIRST_PERSON_INSTANCE, find_actor, with_person, with_pose
from ..placing import to_world
from ..poses import decode_pose, encode_pose
from ..state import CommandError, Studio, StudioState
from .objects import destroy
from .scene import get_name, set_level


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def get_rooms(studio: Studio, state: StudioState) -> Answer:
    return Answer(name_list(studio.library.rooms()))


def get_people(studio: Studio, state: StudioState) -> Answer:
    return Answer(name_list(studio.library.people()))


def get_stage(studio: Studio, state: StudioState) -> Answer:
    return Answer(name_list(state.people))


def get_renderer(studio: Studio, state: StudioState) -> Answer:
    return Answer(studio.views.renderer.description)


def get_places(studio: Studio, state: StudioState) -> Answer:
    """Where the room's maker would put cameras: JSON, in the order of their ids."""
    return Answer(
        compact(
            [
                {"name": c.name, "location": c.location_cm, "rotation": c.rotator_deg, "fov": c.hfov_deg}
                for c in state.room.cameras
            ]
        )
    )


def spawn_person(studio: Studio, state: StudioState, person: str, name: str | None = None) -> Answer:
    """person of the library [name on the stage]; replies the name."""
    people = studio.library.people()
    if person not in people:
        raise CommandError(f"Cannot find person '{person[:80]}'; there are: {' '.join(people)}")
    instance = FIRST_PERSON_INSTANCE + people.index(person)
    name = checked_name(person if name is None else name)
    return Answer(name, with_person(state, name, studio.library.person(person), instance=instance))


def destroy_person(studio: Studio, state: StudioState, name: str) -> Answer:
    find_actor(state, name)
    return destroy(studio, state, name)


def get_pose(studio: Studio, state: StudioState, name: str) -> Answer:
    actor = find_actor(state, name)
    return Answer(encode_pose(actor.body.rig, actor.pose))


def set_pose(studio: Studio, state: StudioState, name: str, text: str) -> Answer:
    try:
        pose = decode_pose(find_actor(state, name).body.rig, text)
    except ValueError as error:
        raise CommandError(f"Argument Invalid: {error}") from None
    return Answer(state=with_pose(state, name, pose))


def get_joints(studio: Studio, state: StudioState, name: str) -> Answer:
    """The 15 joints where they are in the world, cm, by name, exact to the last digit of a float64."""
    actor = find_actor(state, name)
    joints_cm = points_to_unreal(to_world(state.world.item(name), actor.body.joints(actor.pose)))
    return Answer(compact(dict(zip(OCCLUSION_PERSON.joints, joints_cm.tolist(), strict=True))))


def get_rig(studio: Studio, state: StudioState, name: str) -> Answer:
    rig = find_actor(state, name).body.rig
    heads_cm = points_to_unreal(rig.rest_heads).tolist()
    return Answer(compact({"names": rig.names, "parents": rig.parents, "rest_heads": heads_cm}))


def accept_token(studio: Studio, state: StudioState, token: str) -> Answer:
    """The connection has shown its token already, or this server asks for none."""
    return Answer()


ROUTES: tuple[Route, ...] = (
    Route("vget /studio/renderer", "What draws", get_renderer),
    Route("vget /studio/rooms", "Names of all rooms", get_rooms),
    Route("vget /studio/room", "Name of the loaded room", get_name),
    Route("vset /studio/room [str]", "Load a room by name", set_level),
    Route("vget /studio/cameras", "Camera places that the room offers, JSON", get_places),
    Route("vget /studio/people", "Names of all people", get_people),
    Route("vget /studio/stage", "Names of the people in the room", get_stage),
    Route("vset /studio/person/spawn [str]", "Bring in a person and reply its name", spawn_person),
    Route("vset /studio/person/spawn [str] [str]", "Bring in a person under another name", spawn_person),
    Route("vset /studio/person/[str]/destroy", "Take a person away", destroy_person),
    Route("vget /studio/person/[str]/pose", "Pose, JSON", get_pose),
    Route("vset /studio/person/[str]/pose [str]", "Set the pose, JSON without blanks", set_pose),
    Route("vget /studio/person/[str]/joints", "The 15 joints in the world, cm, JSON", get_joints),
    Route("vget /studio/person/[str]/rig", "Bones: names, parents, heads at rest in cm, JSON", get_rig),
    Route("vset /studio/token [str]", "First command of a connection where a token is asked for", accept_token),
)
