"""From a plan to poses: who does what in which room, where they stand, and how they stand at each instant.

Everything random here derives from the run's seed and from what the take is (scene, subject, action, subaction): the
same take is the same in any shard of any run.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..artifacts.schemas import PLAN
from ..artifacts.tables import Table, make_table
from ..skeletons import ACTIONS
from ..studio.motions import (
    BodyMotion,
    ClipFiles,
    action_motion,
    folder_motions,
    longest_within,
    read_amc,
    read_asf,
    retarget,
)
from ..studio.people import Body
from ..studio.rig import Pose
from ..studio.rooms import Placement, Room, place_person
from .plan import PlanSize, Take, plan_instants

MOTION_HZ = 30.0
# Captured people walk metres; of each clip the longest stretch is used in which the hips stay this near one place.
CLIP_RADIUS_M = 0.6
# Of a body's vertices, every how many are tested against furniture: they lie about 1 cm apart.
_POINT_STEP = 5


def plan_table(size: PlanSize, *, folder: str | None, unlisted: str) -> tuple[Table, list[str]]:
    """The plan as a table, and the names of motion files that were left out ("skip" for unlisted ones).

    Raises ValueError or FileNotFoundError when the folder holds no usable clip, or a clip of the plan cannot be read.
    """
    clips, left_out = planned_clips(folder, unlisted)
    instants = plan_instants(size, clips)
    takes = [instant.take for instant in instants]
    if folder is not None:
        check_clips(Path(folder), {take.clip for take in takes})
    return (
        make_table(
            PLAN,
            {
                "instant": np.array([instant.number for instant in instants]),
                "video_id": [take.video_id for take in takes],
                "image_id": np.array([instant.image_id for instant in instants]),
                **{
                    n: np.array([getattr(take, n) for take in takes])
                    for n in ("action", "subaction", "subject", "scene")
                },
                "split": [take.split for take in takes],
                "clip": [take.clip or f"{ACTIONS[take.action]}-{take.subaction}" for take in takes],
                "clip_seconds": np.array([instant.clip_seconds for instant in instants]),
                "shard": np.array([instant.shard for instant in instants]),
            },
        ),
        left_out,
    )


def planned_clips(folder: str | None, unlisted: str) -> tuple[list[tuple[str, int]], list[str]]:
    """(name, action) of the motion files to use, sorted, and the names left out; both empty without a folder."""
    if folder is None:
        return [], []
    files = folder_motions(Path(folder))
    chosen = [(file.name, file.action or (None if unlisted == "skip" else unlisted)) for file in files]
    clips = [(name, ACTIONS.index(action)) for name, action in chosen if action is not None]
    if not clips:
        raise ValueError(
            f"motions.folder {folder}: CMU's index names none of its {len(files)} clips for the seven actions and "
            "motions.unlisted_clips is skip; set it to an action"
        )
    return clips, [name for name, action in chosen if action is None]


def check_clips(folder: Path, names: Collection[str]) -> None:
    """Read the named clips of a folder; ValueError telling every one that is damaged, before anything is captured."""
    problems = []
    for file in folder_motions(folder):
        if file.name in names:
            try:
                read_amc(file.amc, read_asf(file.asf))
            except ValueError as error:
                problems.append(str(error))
    if problems:
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise ValueError(
            f"motions.folder {folder}: {len(problems)} of the {len(names)} planned clips cannot be read: "
            f"{'; '.join(problems[:5])}{more}. Fetch them again, or take them out of the folder"
        )


def take_seed(seed: int, take: Take, what: str) -> int:
    """A 63-bit seed for one purpose ("motion", "place") of one take."""
    purpose = ("motion", "place").index(what)
    words = np.random.SeedSequence([seed, take.scene, take.subject, take.action, take.subaction, purpose])
    return int(words.generate_state(1, np.uint64)[0] >> 1)


@dataclass(frozen=True, eq=False)
class Performance:
    """A take ready to be captured: the motion of this body, and where in the room it happens."""

    take: Take
    room: Room
    body: Body
    motion: BodyMotion
    placement: Placement

    def pose(self, seconds: float) -> Pose:
        """The pose in the room, `seconds` into the clip; clips that are shorter start again."""
        frame = round(seconds * self.motion.fps) % len(self.motion)
        return self.motion.pose(frame).placed(xy=self.placement.xy, yaw_rad=self.placement.yaw_rad)


def perform(
    take: Take, *, room: Room, body: Body, seconds: Sequence[float], seed: int, files: Sequence[ClipFiles] = ()
) -> Performance:
    """Make a take's motion and find its place: at none of the `seconds` does the body touch furniture or walls.

    Raises PlacementError (a ValueError) naming room, person and clip when the room has no such place.
    """
    motion = _motion(take, body, max(seconds) + 1 / MOTION_HZ, seed, files)
    frames = sorted({round(moment * motion.fps) % len(motion) for moment in seconds})
    points = np.stack([body.mesh(motion.pose(frame)).vertices[::_POINT_STEP] for frame in frames])
    placement = place_person(
        room, points, seed=take_seed(seed, take, "place"), person=body.name, clip=take.clip or ACTIONS[take.action]
    )
    return Performance(take=take, room=room, body=body, motion=motion, placement=placement)


def _motion(take: Take, body: Body, duration_s: float, seed: int, files: Sequence[ClipFiles]) -> BodyMotion:
    if take.clip:
        file = next(file for file in files if file.name == take.clip)
        skeleton = read_asf(file.asf)
        captured = read_amc(file.amc, skeleton)
        start_s, lasts_s = longest_within(skeleton, captured, body.rig, radius_m=CLIP_RADIUS_M)
        return retarget(skeleton, captured, body.rig, fps=MOTION_HZ, start_s=start_s, duration_s=lasts_s)
    return action_motion(
        ACTIONS[take.action],
        take.subaction,
        body.rig,
        duration_s=duration_s,
        fps=MOTION_HZ,
        seed=take_seed(seed, take, "motion"),
    )
