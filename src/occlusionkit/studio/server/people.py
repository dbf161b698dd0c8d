"""People on the stage: coming in, posing, leaving; and the mask ids that newcomers get."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..rig import Pose, Rig
from ..world import Item
from .state import Actor, Body, CommandError, StudioState

# A person has the same mask id, hence colour, in every room and in any company: this and the place in the library.
FIRST_PERSON_INSTANCE = 1001
# Shapes, and a body that is on the stage twice, take the lowest free id from here.
FIRST_SPARE_INSTANCE = 3001


def rest_pose(rig: Rig) -> Pose:
    """Standing at the origin as the rig does at rest."""
    return Pose(
        rotations=np.tile(np.eye(3), (len(rig.names), 1, 1)), root_m=np.array(rig.rest_heads[0], dtype=np.float64)
    )


def find_actor(state: StudioState, name: str) -> Actor:
    if name not in state.people:
        present = " ".join(state.people) or "nobody"
        raise CommandError(f"Cannot find person '{name[:80]}'; on the stage: {present}")
    return state.people[name]


def add_item(state: StudioState, item: Item, *, instance: int | None = None) -> StudioState:
    """The state with one more item, under a mask id that is free: the one given if possible."""
    if any(other.name == item.name for other in state.world.items):
        raise CommandError(f"Argument Invalid: there is an object '{item.name}' already")
    taken = {other.instance for other in state.world.items}
    if instance is None or instance in taken:
        instance = next(
            free for free in range(FIRST_SPARE_INSTANCE, FIRST_SPARE_INSTANCE + len(taken) + 1) if free not in taken
        )
    return replace(state, world=state.world.with_items(replace(item, instance=instance)))


def with_person(state: StudioState, name: str, body: Body, *, instance: int) -> StudioState:
    """Somebody comes in, at rest at the origin."""
    pose = rest_pose(body.rig)
    item = Item(name=name, kind="person", instance=instance, mesh=body.mesh(pose), moves=True)
    added = add_item(state, item, instance=instance)
    return replace(added, people={**state.people, name: Actor(body, pose)})


def with_pose(state: StudioState, name: str, pose: Pose) -> StudioState:
    """The person of that name in another pose; where its actor stands, its colour and whether it shows stay."""
    body = find_actor(state, name).body
    item = replace(state.world.item(name), mesh=body.mesh(pose))
    return replace(state, world=state.world.with_items(item), people={**state.people, name: Actor(body, pose)})
