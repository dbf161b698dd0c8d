"""Acclaim motion capture, as CMU publishes it: an ASF file holds a skeleton, an AMC file its motion.

R(a, b, c) = Rz(c) Ry(b) Rx(a), in degrees. With C = R(axis) of a bone and its angles r (0 where the bone has no such
dof), a bone turns by L = C R(r) C^T on its parent, G = G_parent L in all, and ends at its parent's end + G direction
length. The root turns by R(RX, RY, RZ) and lies at (TX, TY, TZ). Files are Y up and in a length unit of their own; the
positions returned here are Z up and in metres.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...geometry import Array
from ...skeletons import OCCLUSION_PERSON
from .rotations import X_AXIS, Y_AXIS, Z_AXIS, about

INCH_M = 0.0254
# (x, y, z) with Y up and facing +Z -> Z up and facing -Y: our world.
Y_UP_TO_Z_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
_ANGLES = ("rx", "ry", "rz")

# The bone at whose end each joint of Occlusion-Person lies.
JOINT_ENDS = {
    "root": "root", "rhip": "rhipjoint", "rkne": "rfemur", "rank": "rtibia",
    "lhip": "lhipjoint", "lkne": "lfemur", "lank": "ltibia", "belly": "upperback", "neck": "thorax",
    "lsho": "lclavicle", "lelb": "lhumerus", "lwri": "lradius",
    "rsho": "rclavicle", "relb": "rhumerus", "rwri": "rradius",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class AsfBone:
    """direction (3,): unit, at rest, Y up;  axis (3, 3): C;  dof: which of rx, ry, rz an AMC gives, in its order."""

    name: str
    parent: str
    direction: Array
    length_m: float
    axis: Array
    dof: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class AsfSkeleton:
    """bones: parents before children, without the root;  unit_m: metres per length unit, here and in its AMCs."""

    path: Path
    unit_m: float
    root_order: tuple[str, ...]
    bones: tuple[AsfBone, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return ("root", *(bone.name for bone in self.bones))

    def channels(self, name: str) -> tuple[str, ...]:
        """What an AMC line of this bone holds, in order; ValueError for a bone that the skeleton has not."""
        if name == "root":
            return self.root_order
        return self.bone(name).dof

    def bone(self, name: str) -> AsfBone:
        for bone in self.bones:
            if bone.name == name:
                return bone
        raise ValueError(f"{self.path}: no bone {name!r}; it has {', '.join(self.names)}")


@dataclass(frozen=True, eq=False)
class AmcMotion:
    """root_m (F, 3) m and local rotations (F, 3, 3) by bone name, both Y up. Frames per second are not in the file."""

    path: Path
    root_m: Array
    rotations: dict[str, Array]

    def __len__(self) -> int:
        return len(self.root_m)


class _Lines:
    """The lines of a text file that say something, each with its number, and errors that point at them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        try:
            text = path.read_bytes().decode("ascii")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{path}: byte {error.start}: expected text (ASCII), found a byte {error.object[error.start]:#x}"
            ) from None
        numbered = ((number, line.partition("#")[0].split()) for number, line in enumerate(text.splitlines(), start=1))
        self._lines = [(number, words) for number, words in numbered if words]
        if not self._lines:
            raise ValueError(f"{path}: expected Acclaim motion capture, found an empty file")

    def __iter__(self) -> Iterator[list[str]]:
        for number, words in self._lines:
            self.number = number
            yield words

    def error(self, expected: str, found: object) -> ValueError:
        return ValueError(f"{self.path}:{self.number}: expected {expected}, found {found}")

    def numbers(self, words: list[str], count: int, what: str) -> Array:
        """count finite numbers, or an error that says what they are."""
        try:
            values = np.array([float(word) for word in words])
        except ValueError:
            raise self.error(f"{count} numbers ({what})", " ".join(words)) from None
        if len(values) != count or not np.isfinite(values).all():
            raise self.error(
                f"{count} finite numbers ({what})", f"{len(values)}: {' '.join(words)}" if words else "none"
            )
        return values


def euler_xyz(angles_deg: Array) -> Array:
    """(..., 3) degrees -> Rz(c) Ry(b) Rx(a), (..., 3, 3)."""
    a, b, c = np.moveaxis(np.radians(angles_deg), -1, 0)
    rotation: Array = about(Z_AXIS, c) @ about(Y_AXIS, b) @ about(X_AXIS, a)
    return rotation


def read_asf(path: Path) -> AsfSkeleton:
    """Read a skeleton. ValueError with file and line where it is not as it should be; FileNotFoundError."""
    lines = _Lines(path)
    section = ""
    unit_m = 0.0
    root_order: tuple[str, ...] = ()
    blocks: list[dict[str, list[str]]] = []
    parents: dict[str, str] = {}
    for words in lines:
        if words[0].startswith(":"):
            section = words[0]
        elif section == ":units":
            unit_m = _read_unit(lines, words, unit_m)
        elif section == ":root":
            root_order = _read_root(lines, words, root_order)
        elif section == ":bonedata":
            _read_bone_line(lines, words, blocks)
        elif section == ":hierarchy" and words[0] not in ("begin", "end"):
            _read_children(lines, words, parents)
    for found, what in (
        (unit_m, ":units length"),
        (root_order, ":root order"),
        (blocks, ":bonedata"),
        (parents, ":hierarchy"),
    ):
        if not found:
            raise ValueError(f"{path}: expected an Acclaim skeleton with {what}, found none; is this an ASF file?")
    bones = {block["name"][0]: _bone(path, block, parents, unit_m) for block in blocks}
    return AsfSkeleton(path=path, unit_m=unit_m, root_order=root_order, bones=_parents_first(path, bones, parents))


def _read_unit(lines: _Lines, words: list[str], unit_m: float) -> float:
    if words[0] == "angle" and words[1:] != ["deg"]:
        raise lines.error("angles in degrees (angle deg)", " ".join(words))
    if words[0] != "length":
        return unit_m
    (length,) = lines.numbers(words[1:], 1, "length")
    if length <= 0:
        raise lines.error("a length > 0", length)
    return INCH_M / float(length)


def _read_root(lines: _Lines, words: list[str], order: tuple[str, ...]) -> tuple[str, ...]:
    if words[0] == "order":
        if sorted(word.upper() for word in words[1:]) != ["RX", "RY", "RZ", "TX", "TY", "TZ"]:
            raise lines.error("order of TX TY TZ RX RY RZ", " ".join(words[1:]))
        return tuple(word.lower() for word in words[1:])
    if words[0] == "axis" and [word.upper() for word in words[1:]] != ["XYZ"]:
        raise lines.error("axis XYZ", " ".join(words))
    if words[0] in ("position", "orientation") and lines.numbers(words[1:], 3, words[0]).any():
        raise lines.error(f"{words[0]} 0 0 0 (the only one that CMU's files have)", " ".join(words[1:]))
    return order


def _read_bone_line(lines: _Lines, words: list[str], blocks: list[dict[str, list[str]]]) -> None:
    """Gather one bone's lines by their first word; numbers are checked here, while the line is known."""
    if words[0] == "begin":
        blocks.append({})
        return
    if not blocks:
        raise lines.error("begin", " ".join(words))
    if words[0] == "direction":
        if not lines.numbers(words[1:], 3, "direction").any():
            raise lines.error("a direction that is not 0", " ".join(words[1:]))
    elif words[0] == "length":
        lines.numbers(words[1:], 1, "length")
    elif words[0] == "axis":
        if len(words) != 5 or words[4].upper() != "XYZ":
            raise lines.error("axis a b c XYZ", " ".join(words))
        lines.numbers(words[1:4], 3, "axis")
    elif words[0] == "dof":
        unknown = [word for word in words[1:] if word.lower() not in _ANGLES]
        if unknown or len(set(words[1:])) != len(words) - 1:
            raise lines.error("dof with rx, ry and rz, each at most once", " ".join(words))
    blocks[-1].setdefault(words[0], words[1:])


def _read_children(lines: _Lines, words: list[str], parents: dict[str, str]) -> None:
    for child in words[1:]:
        if child in parents:
            raise lines.error(f"one parent for {child}", f"{parents[child]} and {words[0]}")
        parents[child] = words[0]


def _bone(path: Path, block: dict[str, list[str]], parents: dict[str, str], unit_m: float) -> AsfBone:
    name = (block.get("name") or ["(no name)"])[0]
    missing = [field for field in ("name", "direction", "length", "axis") if not block.get(field)]
    if missing:
        raise ValueError(f"{path}: bone {name}: expected {', '.join(missing)}, found {', '.join(block) or 'nothing'}")
    if name not in parents:
        raise ValueError(f"{path}: bone {name}: expected it below a parent in :hierarchy, found it nowhere there")
    direction = np.array([float(word) for word in block["direction"]])
    return AsfBone(
        name=name,
        parent=parents[name],
        # Directions have six digits; unit length to the last one.
        direction=direction / np.linalg.norm(direction),
        length_m=float(block["length"][0]) * unit_m,
        axis=euler_xyz(np.array([float(word) for word in block["axis"][:3]])),
        dof=tuple(word.lower() for word in block.get("dof", [])),
    )


def _parents_first(path: Path, bones: dict[str, AsfBone], parents: dict[str, str]) -> tuple[AsfBone, ...]:
    unknown = sorted({*parents, *parents.values()} - {*bones, "root"})
    if unknown:
        raise ValueError(f"{path}: :hierarchy: expected bones of :bonedata, found {', '.join(unknown)}")
    ordered: list[AsfBone] = []
    done = {"root"}
    while len(ordered) < len(bones):
        ready = [bone for bone in bones.values() if bone.name not in done and bone.parent in done]
        if not ready:
            raise ValueError(f"{path}: :hierarchy: expected a tree below root, found a circle or an island")
        ordered += ready
        done |= {bone.name for bone in ready}
    return tuple(ordered)


def read_amc(path: Path, skeleton: AsfSkeleton) -> AmcMotion:
    """Read a motion of this skeleton. Every frame must name every bone that has dof, with as many values, and frames
    must be numbered without a gap; ValueError with file and line where not."""
    lines = _Lines(path)
    expected = {name: len(skeleton.channels(name)) for name in skeleton.names if skeleton.channels(name)}
    header = True
    frames: list[dict[str, Array]] = []
    first = 0
    for words in lines:
        if header and words[0].startswith(":"):
            if words[0].upper() == ":RADIANS":
                raise lines.error(":DEGREES", words[0])
            continue
        header = False
        if len(words) == 1 and words[0].isdigit():
            number = int(words[0])
            if frames:
                _check_frame(lines, frames[-1], expected, first + len(frames) - 1)
                if number != first + len(frames):
                    raise lines.error(f"frame {first + len(frames)}", f"frame {number}")
            else:
                first = number
            frames.append({})
        elif not frames:
            raise lines.error("the number of the first frame", " ".join(words))
        else:
            _read_bone_values(lines, words, frames[-1], expected, skeleton)
    if not frames:
        raise ValueError(f"{path}: expected frames, found none")
    _check_frame(lines, frames[-1], expected, first + len(frames) - 1)
    return _amc_motion(path, skeleton, frames)


def _read_bone_values(
    lines: _Lines, words: list[str], frame: dict[str, Array], expected: dict[str, int], skeleton: AsfSkeleton
) -> None:
    name = words[0]
    if name not in expected:
        hint = "a bone without dof" if name in skeleton.names else "an AMC of another skeleton"
        raise lines.error(f"a bone of {skeleton.path}", f"{name} ({hint})")
    if name in frame:
        raise lines.error(f"{name} once in a frame", "it a second time")
    frame[name] = lines.numbers(words[1:], expected[name], f"{name} {' '.join(skeleton.channels(name))}")


def _check_frame(lines: _Lines, frame: dict[str, Array], expected: dict[str, int], number: int) -> None:
    missing = [name for name in expected if name not in frame]
    if missing:
        raise ValueError(
            f"{lines.path}:{lines.number}: frame {number}: expected a line for each of {len(expected)} bones, "
            f"found none for {', '.join(missing)}"
        )


def _amc_motion(path: Path, skeleton: AsfSkeleton, frames: list[dict[str, Array]]) -> AmcMotion:
    def angles(name: str) -> Array:
        """(F, 3) degrees about x, y, z, 0 for a dof that the bone has not."""
        channels = skeleton.channels(name)
        values = np.zeros((len(frames), 3))
        for axis, angle in enumerate(_ANGLES):
            if angle in channels:
                values[:, axis] = [frame[name][channels.index(angle)] for frame in frames]
        return values

    rotations = {"root": euler_xyz(angles("root"))}
    for bone in skeleton.bones:
        rotations[bone.name] = bone.axis @ euler_xyz(angles(bone.name)) @ bone.axis.T
    order = [skeleton.root_order.index(channel) for channel in ("tx", "ty", "tz")]
    root_m = np.array([frame["root"][order] for frame in frames]) * skeleton.unit_m
    return AmcMotion(path=path, root_m=root_m, rotations=rotations)


def asf_bones(skeleton: AsfSkeleton, motion: AmcMotion) -> tuple[dict[str, Array], dict[str, Array]]:
    """Forward kinematics: global rotations (F, 3, 3) and bone ends (F, 3) m by bone name, in our world (Z up)."""
    turns, ends = {"root": motion.rotations["root"]}, {"root": motion.root_m}
    for bone in skeleton.bones:
        turns[bone.name] = turns[bone.parent] @ motion.rotations[bone.name]
        ends[bone.name] = ends[bone.parent] + turns[bone.name] @ (bone.direction * bone.length_m)
    to_world = Y_UP_TO_Z_UP
    return (
        {name: to_world @ turn @ to_world.T for name, turn in turns.items()},
        {name: end @ to_world.T for name, end in ends.items()},
    )


def asf_joints(skeleton: AsfSkeleton, motion: AmcMotion) -> Array:
    """(F, 15, 3) m, world, in OCCLUSION_PERSON's order: the captured person's own joints (JOINT_ENDS)."""
    ends = asf_bones(skeleton, motion)[1]
    return np.stack([ends[JOINT_ENDS[joint]] for joint in OCCLUSION_PERSON.joints], axis=1)
