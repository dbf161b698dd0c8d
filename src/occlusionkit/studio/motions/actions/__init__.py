"""The seven actions, each a set of clips, and their performance by a given body."""

from __future__ import annotations

import zlib

import numpy as np

from ....skeletons import ACTIONS
from ...rig import Rig
from ..body import BodyMotion
from ..clip import Clip, perform
from ..puppet import animate
from . import basketball, boxing, dance, dance2, exercise, martial, soccer

CLIPS: dict[str, tuple[Clip, ...]] = {
    "basketball": basketball.CLIPS,
    "dance": dance.CLIPS,
    "dance2": dance2.CLIPS,
    "martial": martial.CLIPS,
    "soccer": soccer.CLIPS,
    "boxing": boxing.CLIPS,
    "exercise": exercise.CLIPS,
}


def subactions(action: str) -> tuple[str, ...]:
    """The names of an action's clips; subaction i is the i-th. ValueError for an unknown action."""
    if action not in CLIPS:
        raise ValueError(f"action: expected one of {', '.join(ACTIONS)}, found {action!r}")
    return tuple(clip.name for clip in CLIPS[action])


def action_motion(action: str, subaction: int, rig: Rig, *, duration_s: float, fps: float, seed: int) -> BodyMotion:
    """A procedural clip of one of the seven actions, performed by the body of a rig about the origin, facing -Y.

    seed: who performs; with action and subaction it decides tempo, starting point, handedness and posture, so the same
    arguments give the same motion. The motion is sampled at i / fps for round(duration_s * fps) frames, at least one.
    ValueError for an unknown action or subaction, or a duration or fps that is not positive.
    """
    names = subactions(action)
    if not 0 <= subaction < len(names):
        raise ValueError(
            f"action {action}: subaction: expected 0..{len(names) - 1} ({', '.join(names)}), found {subaction}"
        )
    if not (duration_s > 0 and fps > 0):
        raise ValueError(f"action {action}: expected duration_s and fps > 0, found {duration_s} s at {fps} fps")
    rng = np.random.default_rng([seed, subaction, zlib.crc32(action.encode())])
    strings, planted = perform(CLIPS[action][subaction], rng, duration_s=duration_s, fps=fps)
    return animate(strings, planted, rig, name=f"{action}-{names[subaction]}", fps=fps)
