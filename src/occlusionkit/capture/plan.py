"""Which instants are captured: a pure function of the config, so that shards are known before anything runs.

Standard library and the skeletons only: rule files import this at every start of Snakemake.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..skeletons import ACTIONS

SUBJECTS = 13
SCENES = 9


@dataclass(frozen=True)
class PlanSize:
    """sequences: takes (one person doing one action in one room); frames_per_sequence: instants of each;
    frame_step_s: time between them; shard_instants: instants of one job;
    validation_scenes, validation_subjects: held out together, so that no scene and no subject is in both splits."""

    sequences: int
    frames_per_sequence: int
    frame_step_s: float
    shard_instants: int
    validation_scenes: tuple[int, ...]
    validation_subjects: tuple[int, ...]

    def __post_init__(self) -> None:
        for name in ("sequences", "frames_per_sequence", "shard_instants"):
            if getattr(self, name) < 1:
                raise ValueError(f"capture {name}: expected at least 1, found {getattr(self, name)}")
        if not self.frame_step_s > 0:
            raise ValueError(f"capture frame_step_s: expected seconds above 0, found {self.frame_step_s}")
        for name, values, allowed in (
            ("validation_scenes", self.validation_scenes, range(SCENES)),
            ("validation_subjects", self.validation_subjects, range(1, SUBJECTS + 1)),
        ):
            if not set(values) < set(allowed) or not values:
                raise ValueError(
                    f"capture {name}: expected some, not all, of {allowed.start}..{allowed.stop - 1}, "
                    f"found {list(values)}"
                )

    @property
    def instants(self) -> int:
        return self.sequences * self.frames_per_sequence

    @property
    def shards(self) -> int:
        return math.ceil(self.instants / self.shard_instants)


@dataclass(frozen=True)
class Take:
    """One person doing one action in one room. clip: the motion file's stem, or "" for a procedural motion."""

    split: str
    scene: int
    subject: int
    action: int
    subaction: int
    clip: str = ""

    @property
    def video_id(self) -> str:
        return f"a{self.action:02d}_sa{self.subaction:02d}_s{self.subject:02d}_sce{self.scene:02d}"


@dataclass(frozen=True)
class Instant:
    """One moment of a take; image_id counts its instants, clip_seconds is its time in the motion."""

    number: int
    take: Take
    image_id: int
    clip_seconds: float
    shard: int


def plan_takes(size: PlanSize, clips: Sequence[tuple[str, int]] = ()) -> list[Take]:
    """The takes, in order. clips: (stem, action) of the motion files to use instead of the procedural actions.

    Every fourth take is a validation take. Within a split, scenes, subjects and actions each go round, so that a few
    dozen takes meet all of them. AdaFuse's loader forgets the scene, so (action, subaction, subject) is unique over all
    scenes: subaction counts the takes of one action by one subject.
    """
    groups = {
        "train": (
            [scene for scene in range(SCENES) if scene not in size.validation_scenes],
            [subject for subject in range(1, SUBJECTS + 1) if subject not in size.validation_subjects],
        ),
        "validation": (sorted(size.validation_scenes), sorted(size.validation_subjects)),
    }
    motions = list(clips) or [("", action) for action in range(len(ACTIONS))]
    made: Counter[str] = Counter()
    subactions: Counter[tuple[int, int]] = Counter()
    takes: list[Take] = []
    for number in range(size.sequences):
        split = "validation" if number % 4 == 3 else "train"
        scenes, subjects = groups[split]
        turn = made[split]
        made[split] += 1
        # One step more each time round: subjects and motions do not stay paired with scenes.
        scene = scenes[turn % len(scenes)]
        subject = subjects[(turn + turn // math.lcm(len(scenes), len(subjects))) % len(subjects)]
        clip, action = motions[(turn + turn // len(motions)) % len(motions)]
        subaction = subactions[action, subject]
        subactions[action, subject] += 1
        takes.append(Take(split=split, scene=scene, subject=subject, action=action, subaction=subaction, clip=clip))
    return takes


def plan_instants(size: PlanSize, clips: Sequence[tuple[str, int]] = ()) -> list[Instant]:
    """Every instant of every take, in the order of capture, with its shard."""
    instants: list[Instant] = []
    for take in plan_takes(size, clips):
        for frame in range(size.frames_per_sequence):
            number = len(instants)
            instants.append(
                Instant(
                    number=number,
                    take=take,
                    image_id=frame,
                    clip_seconds=frame * size.frame_step_s,
                    shard=number // size.shard_instants,
                )
            )
    return instants


def image_name(video_id: str, camera_id: int, image_id: int) -> str:
    """Occlusion-Person's path below images/: video_id/camera_frame.jpg with 2 and 6 digits."""
    return f"{video_id}/{camera_id:02d}_{image_id:06d}.jpg"
