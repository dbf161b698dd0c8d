"""What the server holds: an immutable state that commands replace, and the services that commands may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from ...geometry import Array
from ..rig import Pose, Rig
from ..world import Mesh, World
from .cameras import StudioCamera, right_eye
from .views import Views


class CommandError(Exception):
    """A command that cannot be done; its text goes to the client behind the word `error`."""


class Body(Protocol):
    """A person's shape: see occlusionkit.studio.people."""

    @property
    def name(self) -> str: ...

    @property
    def rig(self) -> Rig: ...

    def mesh(self, pose: Pose) -> Mesh: ...

    def joints(self, pose: Pose) -> Array: ...


@dataclass(frozen=True, eq=False)
class StudioRoom:
    """A furnished world without people, and the places that its maker would put cameras at."""

    name: str
    world: World
    cameras: tuple[StudioCamera, ...] = ()


class StudioLibrary(Protocol):
    """Where rooms and people come from. Names are sorted or in their makers' order, the same on every call."""

    def rooms(self) -> tuple[str, ...]: ...

    def room(self, name: str) -> StudioRoom: ...

    def people(self) -> tuple[str, ...]: ...

    def person(self, name: str) -> Body: ...


@dataclass(frozen=True, eq=False)
class Actor:
    """A person on the stage: whose body, and how it stands."""

    body: Body
    pose: Pose


@dataclass(frozen=True)
class FilmDefaults:
    """What a new camera starts with (Width, Height and FOV of unrealcv.ini)."""

    size_hw: tuple[int, int] = (480, 640)
    hfov_deg: float = 90.0

    def __post_init__(self) -> None:
        # The camera itself knows what it may be.
        StudioCamera("film", hfov_deg=self.hfov_deg, size_hw=self.size_hw).camera()


@dataclass(frozen=True, eq=False)
class StudioState:
    """One instant. world: room, people and changes, ready to render;  people: actors by the name of their item;
    eyes_distance_cm: set while camera 1 is the right eye of camera 0."""

    room: StudioRoom
    world: World
    cameras: tuple[StudioCamera, ...]
    people: Mapping[str, Actor] = field(default_factory=dict)
    viewmode: str = "lit"
    paused: bool = False
    eyes_distance_cm: float | None = None

    def camera(self, index: int) -> StudioCamera:
        if index >= len(self.cameras):
            raise CommandError(f"Invalid sensor id {index}: there are {len(self.cameras)} cameras")
        return self.cameras[index]

    def with_camera(self, index: int, camera: StudioCamera) -> StudioState:
        """The state with that camera replaced, or added at the end; the right eye follows the left."""
        cameras = [*self.cameras]
        cameras[index : index + 1] = [camera]
        if self.eyes_distance_cm is not None and index == 0:
            cameras[1:2] = [right_eye(camera, self.eyes_distance_cm)]
        return replace(self, cameras=tuple(cameras))


@dataclass(frozen=True)
class Studio:
    """What handlers work with, besides the state: all of it outlives any client."""

    library: StudioLibrary
    views: Views
    folder: Path
    film: FilmDefaults
    port: int
    templates: tuple[tuple[str, str], ...]


def open_room(library: StudioLibrary, name: str, film: FilmDefaults) -> StudioState:
    """A room as it is before anyone came in: camera 0, the player's, stands at the first of the room's places."""
    if name not in library.rooms():
        raise CommandError(f"Cannot find room '{name[:80]}'; there are: {' '.join(library.rooms())}")
    room = library.room(name)
    player = StudioCamera(name="PlayerCamera", hfov_deg=film.hfov_deg, size_hw=film.size_hw)
    if room.cameras:
        player = replace(player, location_cm=room.cameras[0].location_cm, rotator_deg=room.cameras[0].rotator_deg)
    return StudioState(room=room, world=room.world, cameras=(player,))
