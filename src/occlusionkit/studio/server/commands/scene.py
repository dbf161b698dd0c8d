"""`/scene`, `/level`, `/action`, `/viewmode`: the room as a level, and the switches that need a game behind them."""

from __future__ import annotations

from dataclasses import replace

from ..cameras import right_eye
from ..dispatcher import Answer, Route
from ..state import CommandError, Studio, StudioState, open_room

VIEWMODES = ("lit", "depth", "normal", "object_mask")


def get_name(studio: Studio, state: StudioState) -> Answer:
    return Answer(state.room.name)


def set_level(studio: Studio, state: StudioState, name: str) -> Answer:
    """Load a room: people leave, changes are undone, cameras but the first are gone."""
    return Answer(state=open_room(studio.library, name, studio.film))


def get_viewmode(studio: Studio, state: StudioState) -> Answer:
    return Answer(state.viewmode)


def set_viewmode(studio: Studio, state: StudioState, mode: str) -> Answer:
    if mode not in VIEWMODES:
        raise CommandError(f"Argument Invalid: expected one of {' '.join(VIEWMODES)}, found '{mode[:80]}'")
    return Answer(state=replace(state, viewmode=mode))


def pause(studio: Studio, state: StudioState) -> Answer:
    return Answer(state=replace(state, paused=True))


def resume(studio: Studio, state: StudioState) -> Answer:
    return Answer(state=replace(state, paused=False))


def is_paused(studio: Studio, state: StudioState) -> Answer:
    return Answer("true" if state.paused else "false")


def acknowledge(studio: Studio, state: StudioState, *ignored: object) -> Answer:
    """Nobody plays here: keys and input switches change nothing."""
    return Answer()


def set_eyes_distance(studio: Studio, state: StudioState, distance_cm: float) -> Answer:
    """Camera 1 becomes the right eye of camera 0 and follows it from now on."""
    cameras = [*state.cameras]
    cameras[1:2] = [right_eye(cameras[0], distance_cm)]
    return Answer(state=replace(state, cameras=tuple(cameras), eyes_distance_cm=distance_cm))


ROUTES: tuple[Route, ...] = (
    Route("vget /scene/name", "Name of the loaded room", get_name),
    Route("vget /level/name", "Name of the loaded room", get_name),
    Route("vget /persistent_level/id", "Name of the loaded room", get_name),
    Route("vset /action/game/level [str]", "Load a room by name", set_level),
    Route("vset /action/game/pause", "Pause (the world moves by commands only)", pause),
    Route("vset /action/game/resume", "Resume", resume),
    Route("vget /action/game/is_paused", "true or false", is_paused),
    Route("vset /action/keyboard [str] [float]", "Acknowledged: there is no player to move", acknowledge),
    Route("vset /action/input/enable", "Acknowledged", acknowledge),
    Route("vset /action/input/disable", "Acknowledged", acknowledge),
    Route("vset /action/eyes_distance [float]", "Make camera 1 the right eye of camera 0, cm apart", set_eyes_distance),
    Route("vget /viewmode", "Current view mode", get_viewmode),
    Route("vset /viewmode [str]", "Set the view mode: lit, depth, normal or object_mask", set_viewmode),
)
