"""Motions of people: procedural clips for the seven actions, and CMU motion capture retargeted to any body."""

from .acclaim import AmcMotion, AsfSkeleton, asf_joints, read_amc, read_asf
from .actions import action_motion, subactions
from .body import BodyMotion
from .library import CMU_ACTIONS, ClipFiles, cmu_action, folder_motions
from .retarget import longest_within, retarget

__all__ = [
    "CMU_ACTIONS",
    "AmcMotion",
    "AsfSkeleton",
    "BodyMotion",
    "ClipFiles",
    "action_motion",
    "asf_joints",
    "cmu_action",
    "folder_motions",
    "longest_within",
    "read_amc",
    "read_asf",
    "retarget",
    "subactions",
]
