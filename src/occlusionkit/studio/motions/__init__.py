"""Motions of people: procedural clips for the seven actions, and CMU motion capture retargeted to any body."""

from .actions import action_motion, subactions
from .body import BodyMotion

__all__ = ["BodyMotion", "action_motion", "subactions"]
