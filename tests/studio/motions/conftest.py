"""Bodies to move: rigs of any proportions, with the bone names of the baked people but none of their data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from occlusionkit.studio.rig import Rig

CMU = Path(__file__).parents[4] / "shared" / "data" / "cmu"


def build_rig(*, leg_m: float = 0.9, trunk_m: float = 0.6, arm_m: float = 0.56, shoulders_m: float = 0.38) -> Rig:
    """A standing person in an A-pose: leg_m hip to ankle, trunk_m hips to neck, arm_m shoulder to wrist.

    Like a scanned body it is not tidy: slightly bent and splayed knees, elbows bent by 40 deg, feet turned out.
    """
    heads: dict[str, tuple[str, np.ndarray]] = {}

    def put(name: str, parent: str, *place: float) -> None:
        heads[name] = (parent, np.array(place))

    ankle_m = 0.09
    hip_m = ankle_m + leg_m * 0.995
    put("root", "", 0.0, 0.0, hip_m)
    for name, parent, share in (
        ("spine05", "root", 0.0), ("spine04", "spine05", 0.15), ("spine03", "spine04", 0.28),
        ("spine02", "spine03", 0.4),
        ("spine01", "spine02", 0.62), ("neck01", "spine01", 1.0), ("neck02", "neck01", 1.04), ("neck03", "neck02", 1.1),
        ("head", "neck03", 1.16),
    ):  # fmt: skip
        put(name, parent, 0.0, 0.03 - 0.05 * max(0.0, share - 0.9), hip_m + share * trunk_m)
    for side, sign in (("L", 1.0), ("R", -1.0)):
        _put_leg(put, side, sign, hip_m, ankle_m)
        _put_arm(put, side, sign, np.array([sign * shoulders_m / 2, 0.01, hip_m + 0.84 * trunk_m]), arm_m)
        put(f"eye.{side}", "head", sign * 0.03, -0.1, hip_m + trunk_m * 1.16 + 0.04)
    names = tuple(heads)
    parents = tuple(names.index(parent) if parent else -1 for parent, _ in heads.values())
    return Rig(names=names, parents=parents, rest_heads=np.array([place for _, place in heads.values()]))


def _put_leg(put: Callable[..., None], side: str, sign: float, hip_m: float, ankle_m: float) -> None:
    def place(x: float, y: float, z: float) -> tuple[float, float, float]:
        return sign * x, y, z

    knee_m = ankle_m + 0.52 * (hip_m - ankle_m)
    put(f"pelvis.{side}", "root", 0.0, 0.0, hip_m)
    put(f"upperleg01.{side}", f"pelvis.{side}", *place(0.11, 0.0, hip_m))
    put(f"upperleg02.{side}", f"upperleg01.{side}", *place(0.12, -0.02, hip_m - 0.1))
    put(f"lowerleg01.{side}", f"upperleg02.{side}", *place(0.15, -0.03, knee_m))
    put(f"lowerleg02.{side}", f"lowerleg01.{side}", *place(0.17, -0.01, (knee_m + ankle_m) / 2))
    put(f"foot.{side}", f"lowerleg02.{side}", *place(0.185, 0.0, ankle_m))
    for toe in range(1, 6):
        out = 0.16 + 0.018 * toe
        put(f"toe{toe}-1.{side}", f"foot.{side}", *place(out, -0.16, 0.03))
        put(f"toe{toe}-2.{side}", f"toe{toe}-1.{side}", *place(out, -0.185, 0.028))
        if toe > 1:
            put(f"toe{toe}-3.{side}", f"toe{toe}-2.{side}", *place(out, -0.2, 0.025))


def _put_arm(put: Callable[..., None], side: str, sign: float, shoulder: np.ndarray, arm_m: float) -> None:
    mirror = np.array([sign, 1.0, 1.0])
    upper = mirror * [0.62, -0.02, -0.78] * 0.51 * arm_m
    lower = mirror * [0.5, -0.65, -0.57] * 0.49 * arm_m
    elbow, wrist = shoulder + upper, shoulder + upper + lower
    put(f"clavicle.{side}", "spine01", sign * 0.02, 0.0, shoulder[2] + 0.02)
    put(f"shoulder01.{side}", f"clavicle.{side}", sign * 0.1, 0.0, shoulder[2] + 0.04)
    put(f"upperarm01.{side}", f"shoulder01.{side}", *shoulder)
    put(f"upperarm02.{side}", f"upperarm01.{side}", *(shoulder + 0.3 * upper - np.array([0.0, 0.0, 0.005])))
    put(f"lowerarm01.{side}", f"upperarm02.{side}", *elbow)
    put(f"lowerarm02.{side}", f"lowerarm01.{side}", *(elbow + 0.5 * lower))
    put(f"wrist.{side}", f"lowerarm02.{side}", *wrist)
    along = mirror * [0.45, -0.75, -0.5]
    across = mirror * [0.4, 0.75, -0.4]
    for finger in range(1, 6):
        parent = f"wrist.{side}"
        if finger > 1:
            parent = f"metacarpal{finger - 1}.{side}"
            put(parent, f"wrist.{side}", *(wrist + 0.02 * along + 0.01 * (finger - 3) * across))
        knuckle = wrist + 0.09 * along + 0.022 * (finger - 3.5) * across
        if finger == 1:
            knuckle = wrist + 0.04 * along - 0.04 * across
        for part in (1, 2, 3):
            bone = f"finger{finger}-{part}.{side}"
            put(bone, parent, *(knuckle + 0.025 * (part - 1) * (along - np.array([0.0, 0.0, 0.1 * part]))))
            parent = bone


@pytest.fixture(scope="session")
def make_rig() -> Callable[..., Rig]:
    return build_rig


@pytest.fixture(scope="session")
def rig() -> Rig:
    return build_rig()


@pytest.fixture(scope="session")
def cmu() -> Path:
    """The folder of real clips; tests that ask for it skip where it is absent."""
    if not CMU.is_dir():
        pytest.skip(f"{CMU}: real CMU clips are not part of the project")
    return CMU
