import numpy as np
import pytest

from occlusionkit.studio.people import PARTS, SURFACES
from occlusionkit.studio.portraits.bust import CLASSES, FACE_CLASSES, HeadPose, bust_of, cut_body, head_frame, pose_of


def points_of(bust, *names):
    chosen = np.isin(bust.body.parts, [CLASSES[name] for name in names])
    return bust.body.rest_vertices[chosen] - bust.eyes


def test_every_class_is_where_it_belongs(busts):
    for bust in busts:
        brow, eye, lip = (points_of(bust, name) for name in ("brow", "eye", "lip"))
        assert brow[:, 2].min() > 0.005
        assert np.linalg.norm(np.abs(eye) - [abs(bust.eye_left[0]), 0, 0], axis=1).max() < 0.02
        assert (lip[:, 2] < -0.04).all()
        assert (points_of(bust, "neck")[:, 2] < -0.02).all()
        assert points_of(bust, "cloth")[:, 2].max() < -0.1


def test_the_face_ends_at_the_jaw(busts):
    for bust in busts:
        skin, neck = points_of(bust, "skin"), points_of(bust, "neck")
        middle = np.abs(skin[:, 0]) < 0.008
        chin = skin[middle & (skin[:, 1] < 0.0)][:, 2].min()
        assert -0.15 < chin < -0.09
        throat = neck[np.abs(neck[:, 0]) < 0.008]
        # Under the chin, between it and the throat, it is neck already.
        assert throat[throat[:, 1] < 0.045, 2].max() < chin + 0.03
        # No skin of the face far below the line from the chin to the ears.
        assert skin[:, 2].min() > chin - 0.006


def test_a_cut_face_names_one_part_on_either_side_of_the_jaw(busts):
    for bust in busts:
        body = bust.body
        names = body.parts[body.faces]
        border = np.isin(names, [CLASSES["skin"], CLASSES["neck"]]).all(axis=1)
        assert (names[border] == names[border][:, :1]).all()


def test_normals_are_smooth_across_the_jaw(busts):
    body = busts[0].body
    mesh = body.mesh(body.rest_pose())
    neck = np.flatnonzero(body.parts == CLASSES["neck"])
    skin = np.flatnonzero(body.parts == CLASSES["skin"])
    at = {tuple(point): index for index, point in zip(skin, body.rest_vertices[skin].tolist(), strict=True)}
    pairs = [(index, at[tuple(point)]) for index, point in zip(neck, body.rest_vertices[neck].tolist(), strict=True)
             if tuple(point) in at]  # fmt: skip
    assert len(pairs) > 50
    first, second = np.array(pairs).T
    np.testing.assert_allclose(mesh.normals[first], mesh.normals[second], atol=1e-5)


def test_cutting_keeps_what_is_kept_and_its_welds(bodies):
    body = bodies[0]
    kept = body.parts == PARTS["head"]
    cut = cut_body(body, kept)
    assert len(cut.faces) == kept[body.faces].all(axis=1).sum()
    before = body.rest_vertices[body.faces[kept[body.faces].all(axis=1)]]
    np.testing.assert_array_equal(cut.rest_vertices[cut.faces], before)
    # Vertices welded before are welded still: their normals are those of the whole head.
    used = np.unique(body.faces[kept[body.faces].all(axis=1)])
    same_before = body.welds[used][:, None] == body.welds[used][None, :500]
    np.testing.assert_array_equal(same_before, cut.welds[:, None] == cut.welds[None, :500])


def test_a_head_turns_left_looks_up_and_leans(busts):
    bust = busts[0]

    def nose_and_top(head):
        frame = head_frame(bust, pose_of(bust, head))
        return frame.rotation @ [0, -1, 0], frame.rotation @ [0, 0, 1]

    forward, up = nose_and_top(HeadPose())
    np.testing.assert_allclose(forward, [0, -1, 0], atol=1e-9)
    np.testing.assert_allclose(up, [0, 0, 1], atol=1e-9)
    left, _ = nose_and_top(HeadPose(yaw_deg=20))
    assert np.degrees(np.arctan2(left[0], -left[1])) == pytest.approx(20, abs=0.1)
    upward, _ = nose_and_top(HeadPose(pitch_deg=10))
    assert np.degrees(np.arcsin(upward[2])) == pytest.approx(10, abs=0.1)
    _, leaning = nose_and_top(HeadPose(roll_deg=8))
    assert leaning[0] > 0.1


def test_the_head_frame_follows_the_posed_eyes(busts):
    bust = busts[1]
    pose = pose_of(bust, HeadPose(yaw_deg=15, pitch_deg=-8, roll_deg=5))
    mesh = bust.body.mesh(pose)
    lips = bust.body.parts == CLASSES["lip"]
    frame = head_frame(bust, pose)
    at_rest = bust.body.rest_vertices[lips].mean(axis=0) - bust.eyes
    # Lips hang a little on the neck's bones too.
    np.testing.assert_allclose(frame.to_world(at_rest), mesh.vertices[lips].mean(axis=0), atol=0.003)
    np.testing.assert_allclose(frame.matrix @ [0, 0, 0, 1], [*frame.origin, 1])


def test_the_relief_is_the_front_of_the_face(busts):
    for bust in busts:
        front = points_of(bust, "skin", "lip")
        front = front[(np.abs(front[:, 0]) < 0.05) & (np.abs(front[:, 2]) < 0.08)]
        behind = front[:, 1] - bust.relief.at(front[:, 0], front[:, 2])
        assert behind.min() > -0.0035, "nowhere behind the face, but for the slope inside of a cell"
        nose = bust.relief.at(np.zeros(1), np.array([-0.042]))[0]
        cheek = bust.relief.at(np.array([0.045]), np.array([-0.042]))[0]
        assert nose < cheek - 0.015


def test_a_body_without_lips_is_refused(bodies):
    from dataclasses import replace

    body = replace(bodies[0], surfaces=np.full_like(bodies[0].surfaces, SURFACES["skin"]))
    with pytest.raises(ValueError, match="i0001: expected painted lips, found none; bake the people again"):
        bust_of(body)


def test_the_face_has_no_hair_and_no_neck():
    assert not {CLASSES[name] for name in ("hair", "neck", "cloth", "limb")} & set(FACE_CLASSES)
