"""Thirteen dressed people: baked once from a body model, then posed with numpy alone."""

from .body import Body, load_people
from .parts import JOINT_PARTS, PARTS, SURFACES

__all__ = ["JOINT_PARTS", "PARTS", "SURFACES", "Body", "load_people"]
