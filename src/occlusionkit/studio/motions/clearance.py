"""Whether a body runs into itself: distances of hands and feet from what they could go through."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...geometry import Array
from .anatomy import SIDES
from .body import BodyMotion

# Radii of a person whose shoulder joints are 0.40 m apart; others are scaled by their shoulders.
_SHOULDERS_M = 0.40
TRUNK_RADIUS_M, TRUNK_HALF_WIDTH_M, HEAD_RADIUS_M, LEG_RADIUS_M = 0.10, 0.06, 0.095, 0.05


def segment_distance_m(points: Array, start: Array, end: Array) -> Array:
    """(..., 3) m each, broadcast -> (...) m: from points to the segments between start and end."""
    along = end - start
    share = ((points - start) * along).sum(-1) / np.maximum((along * along).sum(-1), 1e-12)
    nearest = start + np.clip(share, 0.0, 1.0)[..., None] * along
    distance: Array = np.linalg.norm(points - nearest, axis=-1)
    return distance


def hand_clearance_m(motion: BodyMotion) -> Array:
    """(F, 2) m: from each hand's bones (wrist, knuckles, fingertips) to the surface of trunk and head, as capsules;
    negative inside. The trunk is three parallel capsules side by side, since it is wider than deep."""
    rig = motion.rig
    turns, heads = motion.bones()
    scale = (
        np.linalg.norm(np.subtract(*rig.rest_heads[[rig.index(f"upperarm01.{side}") for side in SIDES]])) / _SHOULDERS_M
    )
    bottom, middle, top = (heads[:, rig.index(bone)] for bone in ("root", "spine02", "spine01"))
    clearance = []
    for side in SIDES:
        bones = [f"wrist.{side}", *(f"finger{k}-{part}.{side}" for k in (2, 3, 4) for part in (1, 3))]
        points = heads[:, [rig.index(bone) for bone in bones]]
        distances = []
        for sideways in (-1.0, 0.0, 1.0):
            shift = np.array([sideways * TRUNK_HALF_WIDTH_M * scale, 0.0, 0.0])
            for bone, start, end in (("root", bottom, middle), ("spine01", middle, top)):
                moved = np.einsum("fij,j->fi", turns[:, rig.index(bone)], shift)
                segment = segment_distance_m(points, (start + moved)[:, None], (end + moved)[:, None])
                distances.append(segment - TRUNK_RADIUS_M * scale)
        skull = heads[:, rig.index("head")]
        crown = skull + np.einsum("fij,j->fi", turns[:, rig.index("head")], np.array([0.0, -0.02, 0.09]) * scale)
        distances.append(segment_distance_m(points, skull[:, None], crown[:, None]) - HEAD_RADIUS_M * scale)
        clearance.append(np.min(distances, axis=(0, 2)))
    return np.stack(clearance, axis=-1)


def leg_clearance_m(motion: BodyMotion) -> Array:
    """(F,) m: between the surfaces of the two shins and feet; negative where they run into each other."""
    rig, heads = motion.rig, motion.bones()[1]
    chains = {
        side: [heads[:, rig.index(f"{bone}.{side}")] for bone in ("lowerleg01", "foot", "toe2-2")] for side in SIDES
    }
    shares = np.linspace(0, 1, 11)[:, None]
    nearest = []
    for start, end in pairwise(chains["L"]):
        points = start[:, None] + shares * (end - start)[:, None]
        nearest += [segment_distance_m(points, a[:, None], b[:, None]).min(axis=1) for a, b in pairwise(chains["R"])]
    smallest: Array = np.min(nearest, axis=0) - LEG_RADIUS_M
    return smallest
