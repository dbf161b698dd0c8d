"""Skeletons by name: joint order, parents, left/right pairs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Skeleton:
    """joints in file order; parents[i] is the index of joint i's parent, -1 for the root."""

    name: str
    joints: tuple[str, ...]
    parents: tuple[int, ...]

    def index(self, joint: str) -> int:
        """The joint's position; ValueError with the names there are."""
        if joint not in self.joints:
            raise ValueError(f"skeleton {self.name} has no joint {joint!r}; it has {', '.join(self.joints)}")
        return self.joints.index(joint)

    @property
    def mirror(self) -> tuple[int, ...]:
        """Index of each joint's left/right partner; itself for joints on the midline."""
        swap = {"l": "r", "r": "l"}
        partners = (swap.get(joint[0], "") + joint[1:] for joint in self.joints)
        return tuple(self.joints.index(p) if p in self.joints else i for i, p in enumerate(partners))


# Joint order of unrealcv_train.pkl (AdaFuse, lib/dataset/unrealcv.py); "rank" is the right ankle.
OCCLUSION_PERSON = Skeleton(
    name="occlusion_person",
    joints=("root", "rhip", "rkne", "rank", "lhip", "lkne", "lank", "belly", "neck",
            "lsho", "lelb", "lwri", "rsho", "relb", "rwri"),
    parents=(-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 10, 8, 12, 13),
)  # fmt: skip

ACTIONS = ("basketball", "dance", "dance2", "martial", "soccer", "boxing", "exercise")
