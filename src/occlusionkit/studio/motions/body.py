"""A motion of one person's rig: a pose for every frame, and which feet stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry import Array, Bools
from ..rig import Pose, Rig, joints_of, pose_bones


@dataclass(frozen=True, eq=False)
class BodyMotion:
    """rotations (F, B, 3, 3) local-ref for the rig's bones, the root's in the world;  root_m (F, 3) m: the root's head;
    planted (F, 2) bool: left, right foot is held still on the floor;  fps: frame i is at i / fps seconds."""

    name: str
    rig: Rig
    fps: float
    rotations: Array
    root_m: Array
    planted: Bools

    def __post_init__(self) -> None:
        frames, bones = len(self.root_m), len(self.rig.names)
        for what, value, shape in (
            ("rotations", self.rotations, (frames, bones, 3, 3)),
            ("root_m", self.root_m, (frames, 3)),
            ("planted", self.planted, (frames, 2)),
        ):
            if value.shape != shape:
                raise ValueError(f"motion {self.name}: {what}: expected {shape}, found {value.shape}")
        if frames == 0 or self.fps <= 0:
            raise ValueError(
                f"motion {self.name}: expected frames and fps > 0, found {frames} frames at {self.fps} fps"
            )
        if not (np.isfinite(self.rotations).all() and np.isfinite(self.root_m).all()):
            raise ValueError(f"motion {self.name}: rotations or root_m hold values that are not finite")

    def __len__(self) -> int:
        return len(self.root_m)

    def pose(self, frame: int) -> Pose:
        """The pose of one frame, 0 <= frame < len; IndexError outside."""
        if not 0 <= frame < len(self):
            raise IndexError(f"motion {self.name}: frame: expected 0..{len(self) - 1}, found {frame}")
        return Pose(rotations=self.rotations[frame], root_m=self.root_m[frame])

    def bones(self) -> tuple[Array, Array]:
        """Global rotations (F, B, 3, 3) and bone heads (F, B, 3) m, in the motion's own world."""
        return pose_bones(self.rig, self.rotations, self.root_m)

    def joints(self) -> Array:
        """(F, 15, 3) m, in OCCLUSION_PERSON's order."""
        return joints_of(self.rig, self.bones()[1])

    def radius_m(self) -> float:
        """The largest horizontal distance of any bone from the origin: the room that the motion needs."""
        return float(np.linalg.norm(self.bones()[1][..., :2], axis=-1).max())
