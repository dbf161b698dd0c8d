"""Hands of baked people: cut at the wrist or the elbow, fingers spread and bent, photographed or held before a face.

Hand coordinates: metres from the middle of the knuckles; z from the knuckles back to the wrist, y out of the hand's
back, x to the thumb's side of a left hand and to the little finger's of a right one, its mirror image. So fingers point
down, and the palm looks to -Y.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ...geometry import Array
from ..people import PARTS, Body
from ..rig import Pose, pose_bones
from ..world import Mesh
from .bust import cut_body
from .draws import turn_about

Side = Literal["L", "R"]
# Of the thumb (1) and of the fingers 2..5: where they point with spread 1, towards the thumb's side of straight on.
_SPREAD_DEG = {1: 22.0, 2: 11.0, 3: 2.0, 4: -7.0, 5: -17.0}


@dataclass(frozen=True)
class HandPose:
    """spread: 0 fingers together, 1 wide apart;  bend_deg: of each joint of the fingers 2..5, towards the palm;
    thumb_deg: of the thumb's joints;  wrist_deg: of the wrist towards the palm."""

    spread: float
    bend_deg: tuple[float, float, float, float]
    thumb_deg: float
    wrist_deg: float = 0.0


@dataclass(frozen=True, eq=False)
class Hand:
    """body: only the hand and forearm of a person, `forearm_m` up from the wrist."""

    owner: str
    side: Side
    body: Body


def hand_of(body: Body, side: Side, *, forearm_m: float) -> Hand:
    """The hand of a person, with that much of the forearm (sleeve included)."""
    rig = body.rig
    wrist, elbow = (rig.rest_heads[rig.index(f"{bone}.{side}")] for bone in ("wrist", "lowerarm01"))
    along = (elbow - wrist) / np.linalg.norm(elbow - wrist)
    arm = np.isin(body.parts, [PARTS[f"{part}_{side.lower()}"] for part in ("hand", "lower_arm")])
    kept = arm & ((body.rest_vertices - wrist) @ along < forearm_m)
    return Hand(owner=body.name, side=side, body=cut_body(body, kept))


def draw_hand_pose(rng: np.random.Generator) -> HandPose:
    """Open or half open, fingers a little different from each other."""
    bend = float(rng.choice([rng.uniform(-6, 10), rng.uniform(5, 35)], p=[0.65, 0.35]))
    bends = np.clip(bend + rng.normal(0, 4, 4), -8, 60)
    return HandPose(
        spread=float(rng.uniform(0.0, 1.1)),
        bend_deg=tuple(bends.tolist()),
        thumb_deg=float(rng.uniform(-10, 20)),
        wrist_deg=float(rng.normal(0, 8)),
    )


def hand_mesh(hand: Hand, pose: HandPose) -> Mesh:
    """The posed hand in hand coordinates."""
    posed = _pose(hand, pose)
    mesh = hand.body.mesh(posed)
    origin, axes = _frame(hand, *pose_bones(hand.body.rig, posed.rotations, posed.root_m))
    vertices = ((mesh.vertices - origin) @ axes).astype(np.float32)
    normals = (mesh.normals @ axes).astype(np.float32)
    return replace(mesh, vertices=vertices, normals=normals, parts=np.zeros_like(mesh.parts))


def _pose(hand: Hand, pose: HandPose) -> Pose:
    rig, rest = hand.body.rig, hand.body.rest_pose()
    rotations = rest.rotations.copy()
    _, axes = _frame(hand, rest.rotations, rig.rest_heads)
    _, back, up = axes.T
    thumbwards = -1.0 if hand.side == "L" else 1.0  # the sense of turns about the back that lead to the thumb
    joints = np.arange(1, 4)
    lines = {
        finger: np.subtract(
            *(rig.rest_heads[rig.index(f"finger{finger}-{joint}.{hand.side}")] for joint in joints[[2, 0]])
        )
        for finger in _SPREAD_DEG
    }
    forward = _flat(lines[3], back)
    for finger, wide_deg in _SPREAD_DEG.items():
        # Fingers are a little apart at rest: from there, or for the thumb, to both sides of it.
        flat = _flat(lines[finger], back)
        apart = float(np.arctan2(np.cross(forward, flat) @ back, forward @ flat))
        if finger == 1:
            spread = thumbwards * np.radians(wide_deg * (pose.spread - 0.5))
            bends = [pose.thumb_deg * share for share in (0.3, 0.5, 0.7)]
        else:
            spread = thumbwards * np.radians(wide_deg * pose.spread) - apart
            bends = [pose.bend_deg[finger - 2]] * 3
        for joint, bend_deg in zip(joints, bends, strict=True):
            turn = turn_about(np.cross(back, lines[finger]), np.radians(bend_deg))
            if joint == 1:
                turn = turn_about(back, spread) @ turn
            rotations[rig.index(f"finger{finger}-{joint}.{hand.side}")] = turn
    rotations[rig.index(f"wrist.{hand.side}")] = turn_about(np.cross(back, -up), np.radians(pose.wrist_deg))
    return Pose(rotations=rotations, root_m=rest.root_m)


def _flat(line: Array, back: Array) -> Array:
    """A finger's line without its part out of the hand's plane."""
    flat: Array = line - (line @ back) * back
    return flat


def _frame(hand: Hand, rotations: Array, heads: Array) -> tuple[Array, Array]:
    """Origin (3,) m and axes (3, 3), as columns, of hand coordinates for global bone rotations and heads."""
    rig = hand.body.rig
    wrist, index, middle, little = (
        heads[rig.index(f"{bone}.{hand.side}")] for bone in ("wrist", "finger2-1", "finger3-1", "finger5-1")
    )
    up = wrist - middle
    up /= np.linalg.norm(up)
    across = index - little
    across -= (across @ up) * up
    across /= np.linalg.norm(across)
    if hand.side == "R":
        across = -across
    return (index + little) / 2, np.stack([across, np.cross(up, across), up], axis=1)
