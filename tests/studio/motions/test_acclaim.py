"""ASF/AMC against files written here, and against a second way of doing the kinematics."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from occlusionkit.skeletons import OCCLUSION_PERSON
from occlusionkit.studio.motions.acclaim import JOINT_ENDS, asf_bones, asf_joints, read_amc, read_asf

HEAD = """# a comment
:version 1.10
:name TEST
:units
  mass 1.0
  length 0.45
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
"""


def write_asf(path, bones, *, head=HEAD, extra_hierarchy=""):
    """bones: (name, parent, direction, length, axis in degrees, dof)."""
    text = head
    for number, (name, _, direction, length, axis, dof) in enumerate(bones, start=1):
        text += f"  begin\n id {number}\n name {name}\n direction {' '.join(f'{v:.17g}' for v in direction)}\n"
        text += f" length {length}\n axis {' '.join(map(str, axis))} XYZ\n"
        if dof:
            text += f" dof {' '.join(dof)}\n limits " + "\n        ".join("(-180 180)" for _ in dof) + "\n"
        text += "  end\n"
    text += ":hierarchy\n begin\n"
    for parent in dict.fromkeys(bone[1] for bone in bones):
        text += f"  {parent} {' '.join(bone[0] for bone in bones if bone[1] == parent)}\n"
    path.write_text(text + extra_hierarchy + " end\n")
    return path


def write_amc(path, frames, *, first=1):
    text = "#!OML:ASF\n:FULLY-SPECIFIED\n:DEGREES\n"
    for number, frame in enumerate(frames, start=first):
        text += f"{number}\n" + "".join(f"{name} {' '.join(f'{v:.17g}' for v in row)}\n" for name, row in frame.items())
    path.write_text(text)
    return path


def person(rng):
    """The bones that the 15 joints need, with untidy axes, dof in odd orders, and one bone without any."""
    sides = [(s, x) for s, x in (("l", 1.0), ("r", -1.0))]
    bones = [("lowerback", "root", (0, 1, 0), 2.0, (0, 0, 0), ("rx", "ry", "rz")),
             ("upperback", "lowerback", (0, 1, 0), 2.0, (0, 10, 0), ("rz", "rx")),
             ("thorax", "upperback", (0, 1, 0.1), 2.1, (0, 0, 0), ("ry",))]  # fmt: skip
    for side, x in sides:
        bones += [
            (f"{side}hipjoint", "root", (x, -0.7, 0.2), 2.5, (0, 0, 0), ()),
            (f"{side}femur", f"{side}hipjoint", (0.34 * x, -0.94, 0), 7.2, (0, 0, 20 * x), ("rx", "ry", "rz")),
            (f"{side}tibia", f"{side}femur", (0.34 * x, -0.94, 0), 7.4, (5, 0, 20 * x), ("rx",)),
            (f"{side}clavicle", "thorax", (x, 0.2, 0), 3.6, (0, 0, 0), ("ry", "rz")),
            (f"{side}humerus", f"{side}clavicle", (x, 0, 0), 5.0, (180, -30 * x, -90 * x), ("rx", "ry", "rz")),
            (f"{side}radius", f"{side}humerus", (x, 0, 0), 3.4, (180, -30 * x, -90 * x), ("rx",)),
        ]
    order = rng.permutation(len(bones))  # a file need not list parents first
    return [bones[index] for index in order]


def random_frames(rng, bones, count):
    return [
        {"root": rng.normal(size=6) * [10, 10, 10, 60, 60, 60]}
        | {name: rng.normal(size=len(dof)) * 40 for name, _, _, _, _, dof in bones if dof}
        for _ in range(count)
    ]


def second_opinion(bones, frame):
    """Bone ends in metres, our world, for one frame: 4 x 4 matrices down each chain, rotations by scipy.

    Written from the format's description alone: T(root) R then, per bone, C R C^-1 T(direction length).
    """
    metres = 0.0254 / 0.45
    by_name = {bone[0]: bone for bone in bones}

    def matrix(rotation=None, shift=(0, 0, 0)):
        made = np.eye(4)
        made[:3, :3] = np.eye(3) if rotation is None else rotation.as_matrix()
        made[:3, 3] = shift
        return made

    def chain(name):
        if name == "root":
            tx, ty, tz, rx, ry, rz = frame["root"]
            return matrix(Rotation.from_euler("ZYX", [rz, ry, rx], degrees=True), (tx, ty, tz))
        _, parent, direction, length, axis, dof = by_name[name]
        angles = dict(zip(dof, frame.get(name, []), strict=True))
        c = matrix(Rotation.from_euler("xyz", axis, degrees=True))
        r = matrix(Rotation.from_euler("xyz", [angles.get(f"r{a}", 0.0) for a in "xyz"], degrees=True))
        along = np.array(direction, dtype=float)
        shift = matrix(shift=along / np.linalg.norm(along) * length)
        return chain(parent) @ c @ r @ np.linalg.inv(c) @ shift

    def end(name):
        x, y, z = chain(name)[:3, 3] * metres
        return np.array([x, -z, y])

    return {name: end(name) for name in ("root", *by_name)}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_joints_of_a_written_clip_agree_with_the_second_opinion(tmp_path, seed):
    rng = np.random.default_rng(seed)
    bones = person(rng)
    frames = random_frames(rng, bones, 4)
    skeleton = read_asf(write_asf(tmp_path / "t.asf", bones))
    motion = read_amc(write_amc(tmp_path / "t_01.amc", frames, first=7), skeleton)
    joints = asf_joints(skeleton, motion)
    assert len(motion) == 4 and joints.shape == (4, 15, 3)
    for index, frame in enumerate(frames):
        expected = second_opinion(bones, frame)
        for joint, name in enumerate(OCCLUSION_PERSON.joints):
            np.testing.assert_allclose(joints[index, joint], expected[JOINT_ENDS[name]], atol=1e-9)


def read_back(path):
    """A real ASF and AMC by a few lines of their own, for the second opinion: words, no checks."""
    bones, parents, block, section = [], {}, {}, ""
    for line in path.read_text().splitlines():
        words = line.split()
        if not words:
            continue
        section = words[0] if words[0][0] == ":" else section
        if section == ":bonedata" and words[0] == "end":
            bones.append(block)
            block = {}
        elif section == ":bonedata":
            block[words[0]] = words[1:]
        elif section == ":hierarchy":
            parents |= dict.fromkeys(words[1:], words[0])
    return [
        (b["name"][0], parents[b["name"][0]], [float(v) for v in b["direction"]], float(b["length"][0]),
         [float(v) for v in b["axis"][:3]], b.get("dof", []))
        for b in bones
    ]  # fmt: skip


@pytest.mark.parametrize(("asf", "amc", "frames"), [("02", "02_01", 343), ("02", "02_04", 483), ("11", "11_01", 597)])
def test_joints_of_real_clips_agree_with_the_second_opinion(cmu, asf, amc, frames):
    skeleton = read_asf(cmu / f"{asf}.asf")
    motion = read_amc(cmu / f"{amc}.amc", skeleton)
    assert len(motion) == frames
    joints = asf_joints(skeleton, motion)
    bones = read_back(cmu / f"{asf}.asf")
    rows = [line.split() for line in (cmu / f"{amc}.amc").read_text().splitlines()]
    starts = [index for index, row in enumerate(rows) if len(row) == 1 and row[0].isdigit()]
    for index in range(0, frames, 97):
        chunk = rows[starts[index] + 1 : starts[index + 1] if index + 1 < frames else None]
        frame = {row[0]: [float(value) for value in row[1:]] for row in chunk}
        expected = second_opinion(bones, frame)
        for joint, name in enumerate(OCCLUSION_PERSON.joints):
            np.testing.assert_allclose(joints[index, joint], expected[JOINT_ENDS[name]], atol=1e-6)


def test_lengths_are_in_inches_of_the_file(tmp_path):
    skeleton = read_asf(write_asf(tmp_path / "t.asf", person(np.random.default_rng(0))))
    assert skeleton.unit_m == pytest.approx(0.0564444, abs=1e-6)
    assert skeleton.bone("lfemur").length_m == pytest.approx(7.2 * 0.0564444, abs=1e-6)  # 40.6 cm


def test_a_person_upright_at_rest_faces_minus_y_with_left_at_plus_x(tmp_path):
    bones = person(np.random.default_rng(0))
    skeleton = read_asf(write_asf(tmp_path / "t.asf", bones))
    zero = [{"root": np.zeros(6)} | {name: np.zeros(len(dof)) for name, *_, dof in bones if dof}]
    ends = asf_bones(skeleton, read_amc(write_amc(tmp_path / "t_01.amc", zero), skeleton))[1]
    assert ends["thorax"][0, 2] > 0.3 and ends["lfemur"][0, 0] > 0.1 and ends["rfemur"][0, 2] < -0.3
    assert ends["thorax"][0, 1] < 0  # the thorax was written leaning to the file's +Z: ahead


# One way to break each line of a good file, and what must be said about it.
BROKEN_ASF = [
    ("   axis XYZ\n", "   axis ZYX\n", r"t\.asf:10: expected axis XYZ"),
    ("length 0.45", "length none", r"t\.asf:6: expected 1 numbers \(length\), found none"),
    ("length 0.45", "length -1", "expected a length > 0"),
    ("angle deg", "angle rad", "expected angles in degrees"),
    ("order TX TY TZ RX RY RZ", "order TX TY TZ", "expected order of TX TY TZ RX RY RZ"),
    ("position 0 0 0", "position 1 0 0", "expected position 0 0 0"),
    (" direction 0 1 0\n", " direction 0 0 0\n", "expected a direction that is not 0"),
    (" direction 0 1 0\n", " direction 0 1\n", r"expected 3 finite numbers \(direction\), found 2: 0 1"),
    (" direction 0 1 0\n", "", "expected direction, found"),
    ("dof rx ry rz", "dof rx ry tz", "expected dof with rx, ry and rz"),
    (" lowerback upperback\n", " lowerback upperback ghost\n", "expected bones of :bonedata, found ghost"),
    (" lowerback upperback\n", "", "bone upperback: expected it below a parent"),
    (" lowerback upperback\n", " lowerback upperback thorax\n", "expected one parent for thorax"),
    (":hierarchy", ":nothing", "with :hierarchy, found none"),
]


@pytest.mark.parametrize(("good", "bad", "complaint"), BROKEN_ASF)
def test_a_broken_skeleton_is_refused_with_its_place(tmp_path, good, bad, complaint):
    bones = sorted(person(np.random.default_rng(0)), key=lambda bone: bone[0])
    path = write_asf(tmp_path / "t.asf", bones)
    text = path.read_text()
    assert good in text
    path.write_text(text.replace(good, bad, 1))
    with pytest.raises(ValueError, match=complaint):
        read_asf(path)


def test_a_circle_in_the_hierarchy_is_refused(tmp_path):
    bones = [("a", "b", (0, 1, 0), 1.0, (0, 0, 0), ()), ("b", "a", (0, 1, 0), 1.0, (0, 0, 0), ())]
    with pytest.raises(ValueError, match="expected a tree below root"):
        read_asf(write_asf(tmp_path / "t.asf", bones))


@pytest.mark.parametrize("content", [b"", b"\n# only a comment\n"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "t.asf"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="found an empty file"):
        read_asf(path)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "t.asf"
    path.write_bytes(b":version 1.10\n\x89PNG\x00")
    with pytest.raises(ValueError, match=r"byte 14: expected text \(ASCII\), found a byte 0x89"):
        read_asf(path)


BROKEN_AMC = [
    (lambda text: text.replace("lradius", "ltail", 1), r"t_01\.amc:\d+: expected a bone of .*t\.asf, found ltail"),
    (
        lambda text: text.replace("lfemur 1 2 3", "lfemur 1 2", 1),
        r"expected 3 finite numbers \(lfemur rx ry rz\), found 2",
    ),
    (lambda text: text.replace("lfemur 1 2 3", "lfemur 1 2 x", 1), r"expected 3 numbers \(lfemur rx ry rz\)"),
    (lambda text: text.replace("lfemur 1 2 3", "lfemur 1 2 nan", 1), "expected 3 finite numbers"),
    (
        lambda text: text.replace("lfemur 1 2 3\n", "", 1),
        "frame 1: expected a line for each of .* found none for lfemur",
    ),
    (lambda text: text.replace("lfemur 1 2 3\n", "lfemur 1 2 3\n" * 2, 1), "expected lfemur once in a frame"),
    (lambda text: text.replace("\n2\n", "\n3\n", 1), "expected frame 2, found frame 3"),
    (lambda text: text.replace("\n1\n", "\n", 1), "expected the number of the first frame, found root"),
    (lambda text: text.replace(":DEGREES", ":RADIANS", 1), "expected :DEGREES, found :RADIANS"),
    (lambda text: text[: text.rindex("\nthorax")], "frame 3: expected a line for each of"),
    (lambda text: text.replace("lfemur 1 2 3", "lhipjoint 1\nlfemur 1 2 3", 1), "a bone without dof"),
    (lambda text: ":FULLY-SPECIFIED\n:DEGREES\n", "expected frames, found none"),
    (lambda text: "", "found an empty file"),
]


@pytest.mark.parametrize(("damage", "complaint"), BROKEN_AMC)
def test_a_broken_motion_is_refused_with_its_place(tmp_path, damage, complaint):
    bones = sorted(person(np.random.default_rng(0)), key=lambda bone: bone[0])
    skeleton = read_asf(write_asf(tmp_path / "t.asf", bones))
    frame = {"root": np.zeros(6)} | {name: np.arange(1.0, 1.0 + len(dof)) for name, *_, dof in bones if dof}
    path = write_amc(tmp_path / "t_01.amc", [frame] * 3)
    assert len(read_amc(path, skeleton)) == 3
    path.write_text(damage(path.read_text()))
    with pytest.raises(ValueError, match=complaint):
        read_amc(path, skeleton)


def test_an_unknown_bone_is_asked_for_in_vain(tmp_path):
    skeleton = read_asf(write_asf(tmp_path / "t.asf", person(np.random.default_rng(0))))
    with pytest.raises(ValueError, match="no bone 'tail'; it has root, "):
        skeleton.bone("tail")
