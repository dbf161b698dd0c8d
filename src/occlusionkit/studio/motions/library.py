"""A folder of ASF/AMC files as a library of clips: which files belong together, and which action each clip shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ...skeletons import ACTIONS

# CMU's clips for the seven actions by subject, trials as ranges, from the index at mocap.cs.cmu.edu. Which of them the
# makers of Occlusion-Person took is unknown. "*" is every trial of the subject.
_CMU_TRIALS: dict[str, dict[int, str]] = {
    "basketball": {6: "2-15", 78: "*", 102: "1-33", 124: "3-6"},
    "dance": {5: "2-20", 49: "9-22"},
    "dance2": {55: "1-2", 60: "*", 61: "*", 93: "*", 94: "*", 103: "*"},
    "martial": {12: "4", 135: "1-11"},
    "soccer": {10: "1-6", 11: "1"},
    "boxing": {13: "17-18", 14: "1-3", 15: "13", 17: "10", 79: "8", 80: "10"},
    "exercise": {13: "29-31", 14: "6,14,20", 22: "14-16", 86: "2,5"},
}

_CLIP_NAME = re.compile(r"(\d+)_(\d+)")


def _expand(ranges: str) -> frozenset[int] | None:
    """ "1-3,7" -> {1, 2, 3, 7}; "*" -> None, every trial."""
    if ranges == "*":
        return None
    trials: set[int] = set()
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        trials |= set(range(int(first), int(last or first) + 1))
    return frozenset(trials)


CMU_ACTIONS: dict[str, dict[int, frozenset[int] | None]] = {
    action: {subject: _expand(trials) for subject, trials in subjects.items()}
    for action, subjects in _CMU_TRIALS.items()
}


@dataclass(frozen=True, order=True)
class ClipFiles:
    """One captured clip: the skeleton's file and the motion's; action: one of ACTIONS, None where it is not known."""

    amc: Path
    asf: Path
    action: str | None

    @property
    def name(self) -> str:
        return self.amc.stem


def cmu_action(clip: str) -> str | None:
    """The action of a CMU clip by its name, "11_01" -> "soccer"; None for a name that is not in CMU_ACTIONS."""
    matched = _CLIP_NAME.fullmatch(clip)
    if matched is None:
        return None
    subject, trial = int(matched[1]), int(matched[2])
    for action, subjects in CMU_ACTIONS.items():
        if subject in subjects:
            trials = subjects[subject]
            if trials is None or trial in trials:
                return action
    return None


def folder_motions(folder: Path) -> list[ClipFiles]:
    """Every clip below a folder, sorted by name: SS_TT.amc with the SS.asf beside it or in a folder above it, up to the
    given one. A clip may lie in a folder named like an action (boxing/my_01.amc): then that is its action, whatever
    CMU's index says.

    Clips of no known action are in the list with action None: the caller says which it leaves out. FileNotFoundError
    where there is no folder, no AMC, or an AMC has no ASF; ValueError where two clips have one name.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: expected a folder of ASF/AMC files, found none; check the path")
    motions = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".amc")
    if not motions:
        raise FileNotFoundError(f"{folder}: expected SS.asf and SS_TT.amc files, found no .amc; put CMU's files there")
    clips = [ClipFiles(amc=amc, asf=_skeleton_of(amc, folder), action=_action_of(amc, folder)) for amc in motions]
    clips.sort(key=lambda clip: (clip.name, clip.amc))
    for one, other in pairwise(clips):
        if one.name == other.name:
            raise ValueError(
                f"{folder}: expected one clip named {one.name}, found {one.amc} and {other.amc}; remove one"
            )
    return clips


def _skeleton_of(amc: Path, folder: Path) -> Path:
    """The ASF named after the clip or its subject; beside the AMC, else in the folders above it."""
    wanted = {amc.stem.lower(), amc.stem.partition("_")[0].lower()}
    place = amc.parent
    while True:
        named = [path for path in place.iterdir() if path.suffix.lower() == ".asf" and path.stem.lower() in wanted]
        if named:
            return min(named)
        if place == folder:
            break
        place = place.parent
    raise FileNotFoundError(
        f"{amc}: expected its skeleton {amc.stem.partition('_')[0]}.asf beside it, found none up to {folder}; "
        "copy the subject's ASF there"
    )


def _action_of(amc: Path, folder: Path) -> str | None:
    for parent in amc.relative_to(folder).parts[:-1][::-1]:
        if parent in ACTIONS:
            return parent
    return cmu_action(amc.stem)
