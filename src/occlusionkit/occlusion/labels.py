"""Occlusion labels from planar depth (Occlusion-Person, README: visible when the depth map agrees within 30 cm).

A joint lies inside the body, some centimetres behind the surface that the camera sees; the gap between the two is small
when that surface is the joint's own flesh and large when something stands in front. The gap and what was hit are kept,
so any other rule can be applied later without rendering.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..geometry import Array, Bools, Camera, camera_to_image, in_image, world_to_camera

Rule = Literal["absolute", "one_sided"]
# hidden_by is an index into this. "none" also stands for joints that an absolute rule calls occluded although the
# surface is *behind* them: nothing hides those.
HIDDEN_BY = ("none", "furniture", "person", "self")
PAPER_THRESHOLD_M = 0.30


@dataclass(frozen=True)
class LabelRule:
    """When a joint counts as visible.

    threshold_m: metres of agreement;  rule: "absolute" |gap| < threshold (the paper's), "one_sided" gap < threshold;
    joint_thresholds_m: joint name -> threshold, for the joints that need their own.
    """

    threshold_m: float = PAPER_THRESHOLD_M
    rule: Rule = "absolute"
    joint_thresholds_m: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in {"threshold_m": self.threshold_m, **self.joint_thresholds_m}.items():
            if not 0 < value < 5:
                raise ValueError(f"label rule, {name}: expected metres in (0, 5), found {value}; 30 cm is 0.30")
        if self.rule not in ("absolute", "one_sided"):
            raise ValueError(f"label rule: expected absolute or one_sided, found {self.rule!r}")

    def thresholds_m(self, joints: tuple[str, ...]) -> Array:
        """(J,) m, in the joints' order. Raises ValueError for a joint that the skeleton does not have."""
        unknown = sorted(set(self.joint_thresholds_m) - set(joints))
        if unknown:
            raise ValueError(
                f"label rule, joint_thresholds_m: unknown joints {unknown}; expected some of {list(joints)}"
            )
        return np.array([self.joint_thresholds_m.get(joint, self.threshold_m) for joint in joints])


@dataclass(frozen=True, eq=False)
class JointLabels:
    """Labels of J joints in one image; the columns of the `labels` table."""

    joints_2d: Array
    gap_m: Array
    instance_hit: NDArray[np.int32]
    in_image: Bools
    visible: Bools
    hidden_by: NDArray[np.uint8]


def depth_gap_m(joint_depth_m: Array, depth_m: NDArray[Any], joints_2d: Array) -> Array:
    """Signed distance from the surface the camera sees to each joint, along the camera's z axis.

    joint_depth_m (J,) camera z, m;  depth_m (H, W) planar, m, 0 = nothing hit;  joints_2d (J, 2) x, y in px, edge
    convention. Returns (J,) m: positive when the surface is in front of the joint, NaN when the joint is not in the
    image, -inf where nothing was hit.
    """
    if joints_2d.shape != (len(joint_depth_m), 2):
        raise ValueError(f"joints_2d: expected ({len(joint_depth_m)}, 2), found {joints_2d.shape}")
    inside = _inside(joint_depth_m, joints_2d, depth_m.shape)
    col, row = np.floor(joints_2d[inside]).astype(int).T
    surface_m = depth_m[row, col].astype(np.float64)
    gap_m = np.full(len(joint_depth_m), np.nan)
    gap_m[inside] = np.where(surface_m > 0, joint_depth_m[inside] - surface_m, -np.inf)
    return gap_m


def _inside(joint_depth_m: Array, joints_2d: Array, size_hw: tuple[int, ...]) -> Bools:
    return in_image(joints_2d, size_hw=(size_hw[0], size_hw[1])) & (joint_depth_m > 0)


def is_visible(gap_m: Array, *, threshold_m: float | Array, rule: Rule = "absolute") -> Bools:
    """(..., J) m -> bool: within the threshold of the surface. NaN (outside the image) is never visible.

    "one_sided" lets the surface be any distance behind the joint; "absolute" does not.
    """
    distance = np.abs(gap_m) if rule == "absolute" else gap_m
    visible: Bools = distance < threshold_m
    return visible


def label_joints(
    joints_3d_world: Array,
    camera: Camera,
    depth_m: NDArray[Any],
    instance: NDArray[np.int32],
    *,
    person_instance: int,
    people: frozenset[int],
    joints: tuple[str, ...],
    rule: LabelRule,
) -> JointLabels:
    """Label one person's joints in one image.

    joints_3d_world (J, 3) m;  depth_m (H, W) planar m;  instance (H, W) int32;  person_instance: this person's id;
    people: ids of all people;  joints: the J names. Raises ValueError when sizes disagree.
    """
    for name, shape in (("depth", depth_m.shape), ("instance", instance.shape)):
        if shape != camera.size_hw:
            raise ValueError(f"{name}: expected the camera's {camera.size_hw} (height, width), found {shape}")
    points_camera = world_to_camera(joints_3d_world, camera)
    joints_2d = camera_to_image(points_camera, camera)
    gap_m = depth_gap_m(points_camera[:, 2], depth_m, joints_2d)
    inside = _inside(points_camera[:, 2], joints_2d, depth_m.shape)
    hit = np.zeros(len(joints), np.int32)
    col, row = np.floor(joints_2d[inside]).astype(int).T
    hit[inside] = instance[row, col]
    visible = is_visible(gap_m, threshold_m=rule.thresholds_m(joints), rule=rule.rule) & inside
    # A joint behind the camera has no pixel; files want numbers, and in_image says that they mean nothing.
    finite_2d = np.where(np.isfinite(joints_2d), joints_2d, -1e6)
    return JointLabels(
        joints_2d=finite_2d,
        gap_m=gap_m,
        instance_hit=hit,
        in_image=inside,
        visible=visible,
        hidden_by=hidden_by(gap_m, hit, inside & ~visible, person_instance=person_instance, people=people),
    )


def hidden_by(
    gap_m: Array, instance_hit: NDArray[np.int32], occluded: Bools, *, person_instance: int, people: frozenset[int]
) -> NDArray[np.uint8]:
    """(J,) index into HIDDEN_BY of what stands in front of each occluded joint; the building counts as furniture."""
    cause = np.full(gap_m.shape, HIDDEN_BY.index("furniture"), np.uint8)
    cause[np.isin(instance_hit, sorted(people))] = HIDDEN_BY.index("person")
    cause[instance_hit == person_instance] = HIDDEN_BY.index("self")
    cause[~(occluded & (gap_m > 0))] = HIDDEN_BY.index("none")
    return cause
