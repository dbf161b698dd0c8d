"""`/objects` and `/object`: items of the room, people among them, as Unreal's actors."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from ....unreal import points_to_unreal, rotation_from_unreal, rotation_to_rotator
from ...rig import pose_bones
from ...world import Item
from ..cameras import Vector
from ..dispatcher import Answer, Route
from ..encoding import mask_colors
from ..formats import checked_name, decimals, name_list, three
from ..people import add_item, find_actor
from ..placing import item_placement, item_vertices_cm, placed_item, to_world
from ..shapes import SHAPES
from ..state import CommandError, Studio, StudioState

UCLASS_NAMES = {"person": "SkeletalMeshActor"}


def find_item(state: StudioState, name: str) -> Item:
    for item in state.world.items:
        if item.name == name:
            return item
    raise CommandError(f"Cannot find object '{name[:80]}'")


def _with_item(state: StudioState, item: Item) -> Answer:
    return Answer(state=replace(state, world=state.world.with_items(item)))


def get_objects(studio: Studio, state: StudioState) -> Answer:
    return Answer(name_list(item.name for item in state.world.items))


def get_location(studio: Studio, state: StudioState, name: str) -> Answer:
    return Answer(three(item_placement(find_item(state, name))[0]))


def set_location(studio: Studio, state: StudioState, name: str, x: float, y: float, z: float) -> Answer:
    item = find_item(state, name)
    _, rotator_deg, scale = item_placement(item)
    return _with_item(state, placed_item(item, (x, y, z), rotator_deg, scale))


def get_rotation(studio: Studio, state: StudioState, name: str) -> Answer:
    return Answer(three(item_placement(find_item(state, name))[1]))


def set_rotation(studio: Studio, state: StudioState, name: str, pitch: float, yaw: float, roll: float) -> Answer:
    item = find_item(state, name)
    location_cm, _, scale = item_placement(item)
    return _with_item(state, placed_item(item, location_cm, (pitch, yaw, roll), scale))


def get_scale(studio: Studio, state: StudioState, name: str) -> Answer:
    return Answer(three(item_placement(find_item(state, name))[2]))


def set_scale(studio: Studio, state: StudioState, name: str, x: float, y: float, z: float) -> Answer:
    if min(abs(x), abs(y), abs(z)) < 1e-6:
        raise CommandError(f"Argument Invalid: expected a scale other than 0, found {x} {y} {z}")
    item = find_item(state, name)
    location_cm, rotator_deg, _ = item_placement(item)
    return _with_item(state, placed_item(item, location_cm, rotator_deg, (x, y, z)))


def get_bounds(studio: Studio, state: StudioState, name: str) -> Answer:
    """Corners of the box along the world's axes: min x y z, max x y z."""
    vertices_cm = item_vertices_cm(find_item(state, name))
    if not len(vertices_cm):
        raise CommandError(f"Object '{name}' has no vertices")
    return Answer(decimals([*vertices_cm.min(axis=0), *vertices_cm.max(axis=0)], 2))


def get_vertices(studio: Studio, state: StudioState, name: str) -> Answer:
    vertices_cm = item_vertices_cm(find_item(state, name))
    if not len(vertices_cm):
        raise CommandError(f"Object '{name}' has no vertices")
    row = "     ".join(["%.5f"] * 3)
    # No newline at the end: clients would read an empty vertex there.
    return Answer("\n".join(row % tuple(vertex) for vertex in vertices_cm.tolist()))


def get_color(studio: Studio, state: StudioState, name: str) -> Answer:
    red, green, blue = mask_colors(state.world)[find_item(state, name).instance]
    return Answer(f"(R={red},G={green},B={blue},A=255)")


def set_color(studio: Studio, state: StudioState, name: str, red: int, green: int, blue: int) -> Answer:
    if max(red, green, blue) > 255:
        raise CommandError(f"Argument Invalid: expected colours of 0..255, found {red} {green} {blue}")
    return _with_item(state, replace(find_item(state, name), mask_color=(red, green, blue)))


def get_mobility(studio: Studio, state: StudioState, name: str) -> Answer:
    return Answer("Movable" if find_item(state, name).moves else "Static")


def get_uclass(studio: Studio, state: StudioState, name: str) -> Answer:
    return Answer(UCLASS_NAMES.get(find_item(state, name).kind, "StaticMeshActor"))


def show(studio: Studio, state: StudioState, name: str) -> Answer:
    return _with_item(state, replace(find_item(state, name), visible=True))


def hide(studio: Studio, state: StudioState, name: str) -> Answer:
    return _with_item(state, replace(find_item(state, name), visible=False))


def destroy(studio: Studio, state: StudioState, name: str) -> Answer:
    find_item(state, name)
    people = {key: actor for key, actor in state.people.items() if key != name}
    return Answer(state=replace(state, world=state.world.without(name), people=people))


def rename(studio: Studio, state: StudioState, name: str, new_name: str) -> Answer:
    item = find_item(state, name)
    if new_name == name:
        return Answer()
    if any(other.name == checked_name(new_name) for other in state.world.items):
        raise CommandError(f"Argument Invalid: there is an object '{new_name}' already")
    items = tuple(replace(item, name=new_name) if other is item else other for other in state.world.items)
    people = {new_name if key == name else key: actor for key, actor in state.people.items()}
    return Answer(state=replace(state, world=replace(state.world, items=items), people=people))


def spawn(studio: Studio, state: StudioState, shape: str, *placement: str | float) -> Answer:
    """class [name [x y z]]: a shape of 1 m at that place; replies its name."""
    if shape not in SHAPES:
        raise CommandError(f"Cannot find class '{shape[:80]}'; there are: {' '.join(SHAPES)}")
    name, *xyz = (*placement, *(_free_name(state, shape), 0.0, 0.0, 0.0)[len(placement) :])
    x, y, z = (float(value) for value in xyz)
    item = Item(name=checked_name(str(name)), kind="object", instance=1, mesh=SHAPES[shape](), moves=True)
    location_cm: Vector = (x, y, z)
    return Answer(item.name, add_item(state, placed_item(item, location_cm, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))))


def spawn_cube(studio: Studio, state: StudioState, *name: str) -> Answer:
    return spawn(studio, state, "Cube", *name)


def _free_name(state: StudioState, shape: str) -> str:
    taken = {item.name for item in state.world.items}
    return next(name for count in range(len(taken) + 1) if (name := f"{shape}_{count}") not in taken)


def get_bones(studio: Studio, state: StudioState, name: str, *choice: str) -> Answer:
    """Bones of a person: [names, separated by commas] [component | world]; as upstream, unknown ones are left out."""
    space = choice[-1] if choice and choice[-1] in ("component", "world") else "component"
    names = [part for part in choice if part not in ("component", "world")]
    item = find_item(state, name)
    if name not in state.people:
        raise CommandError("No skeletal or poseable mesh component found")
    actor = find_actor(state, name)
    rig = actor.body.rig
    rotations, heads = pose_bones(rig, actor.pose.rotations, actor.pose.root_m)
    scale: Vector = (1.0, 1.0, 1.0)
    if space == "world":
        heads = to_world(item, heads)
        _, _, scale = item_placement(item)
        rotations = np.asarray(item.local_to_world)[:3, :3] / np.array(scale) @ rotations
    wanted = set(names[0].split(",")) if names and names[0] else set(rig.names)
    rows = []
    for bone, rotation, head in zip(rig.names, rotation_from_unreal(rotations), points_to_unreal(heads), strict=True):
        if bone in wanted:
            pitch, yaw, roll = rotation_to_rotator(rotation)
            transform = dict(zip(("Pitch", "Yaw", "Roll"), (pitch, yaw, roll), strict=True))
            transform |= dict(zip(("X", "Y", "Z"), head.tolist(), strict=True))
            transform |= dict(zip(("ScaleX", "ScaleY", "ScaleZ"), scale, strict=True))
            rows.append({"bone_name": bone, "transform": transform})
    return Answer(json.dumps(rows, separators=(",", ":")))


_OBJECT = "/object/[str]"
ROUTES: tuple[Route, ...] = (
    Route("vget /objects", "Names of all objects", get_objects),
    Route("vset /objects/spawn [str]", "Add a shape (Cube, Sphere) at the origin and reply its name", spawn),
    Route("vset /objects/spawn [str] [str]", "Add a shape by that name", spawn),
    Route("vset /objects/spawn [str] [str] [float] [float] [float]", "Add a shape by that name there, cm", spawn),
    Route("vset /objects/spawn_cube", "Add a cube of 1 m and reply its name", spawn_cube),
    Route("vset /objects/spawn_cube [str]", "Add a cube of 1 m by that name", spawn_cube),
    Route(f"vget {_OBJECT}/location", "Location, cm", get_location),
    Route(f"vset {_OBJECT}/location [float] [float] [float]", "Set the location, cm", set_location),
    Route(f"vget {_OBJECT}/rotation", "Pitch, yaw, roll, degrees", get_rotation),
    Route(f"vset {_OBJECT}/rotation [float] [float] [float]", "Set pitch, yaw, roll, degrees", set_rotation),
    Route(f"vget {_OBJECT}/scale", "Scale along the object's axes", get_scale),
    Route(f"vset {_OBJECT}/scale [float] [float] [float]", "Set the scale", set_scale),
    Route(f"vget {_OBJECT}/bounds", "Box along the world's axes, cm: min, then max", get_bounds),
    Route(f"vget {_OBJECT}/vertex_location", "Vertices in the world, cm, one a line", get_vertices),
    Route(f"vget {_OBJECT}/color", "Colour in the object mask", get_color),
    Route(f"vset {_OBJECT}/color [uint] [uint] [uint]", "Set the colour in the object mask", set_color),
    Route(f"vget {_OBJECT}/mobility", "Static or Movable", get_mobility),
    Route(f"vget {_OBJECT}/uclass_name", "Class of the actor", get_uclass),
    Route(f"vset {_OBJECT}/show", "Show", show),
    Route(f"vset {_OBJECT}/hide", "Hide", hide),
    Route(f"vset {_OBJECT}/destroy", "Take the object away", destroy),
    Route(f"vset {_OBJECT}/name [str]", "Rename the object", rename),
    Route(f"vget {_OBJECT}/bones", "Bones of a person, in its own space, as JSON", get_bones),
    Route(f"vget {_OBJECT}/bones [str]", "The same for names (a,b,c), or in a space: component or world", get_bones),
    Route(f"vget {_OBJECT}/bones [str] [str]", "The same for names in a space", get_bones),
)
