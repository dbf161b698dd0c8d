import numpy as np

from occlusionkit.studio.portraits.bust import CLASSES, HeadPose, pose_of
from occlusionkit.studio.portraits.dressing import FIRST_FREE_INSTANCE, PERSON, dressed
from occlusionkit.studio.portraits.expressions import Expression
from occlusionkit.studio.portraits.skin import SKIN_SPAN_M, paint_hair, paint_skin, raised_colors, skin_uvs


def test_the_face_lies_inside_the_skin_texture_left_to_right(busts):
    for bust in busts:
        front = (bust.body.parts == CLASSES["skin"]) & (bust.body.rest_vertices[:, 1] < bust.eyes[1] + 0.03)
        front &= bust.body.rest_vertices[:, 2] < bust.eyes[2] + 0.11
        uvs = skin_uvs(bust)[front]
        assert uvs.min() > 0
        assert uvs.max() < SKIN_SPAN_M
        points = bust.body.rest_vertices[front] - bust.eyes
        assert np.corrcoef(points[:, 0], uvs[:, 0])[0, 1] > 0.95
        np.testing.assert_allclose(np.diff(np.sort(uvs[:, 1])), np.diff(np.sort(points[:, 2])), atol=1e-6)


def test_textures_are_the_same_every_time_and_of_each_person(busts):
    first, again, other = (paint_skin(bust, seed=1, size_px=64) for bust in (busts[0], busts[0], busts[1]))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=-1).mean() > 0.5
    assert (paint_skin(busts[0], seed=2, size_px=64) != first).any()
    hair = [paint_hair(bust, seed=1, size_px=64) for bust in busts[:2]]
    assert (hair[0] != hair[1]).any()


def test_skin_keeps_its_colour_on_average(busts):
    for bust in busts:
        texture = paint_skin(bust, seed=1, size_px=128) / 255
        linear = np.where(texture <= 0.04045, texture / 12.92, ((texture + 0.055) / 1.055) ** 2.4)
        tone = raised_colors(np.full((1, 3), 0.4, np.float32))[0] * linear.mean(axis=(0, 1))
        np.testing.assert_allclose(tone, 0.4, rtol=0.16)


def test_textures_tile(busts):
    for paint in (paint_skin, paint_hair):
        texture = paint(busts[1], seed=3, size_px=128).astype(int)
        inside = np.abs(np.diff(texture, axis=1)).mean(axis=(0, 2))
        seam = np.abs(texture[:, 0] - texture[:, -1]).mean()
        assert seam < 2.5 * inside.max()


def test_a_dressed_person_is_the_whole_bust_once(busts):
    bust = busts[1]
    person = dressed(bust, seed=1, texture_px=64)
    pose = pose_of(bust, HeadPose(yaw_deg=10))
    items = person.items(pose, Expression())
    assert items[0].instance == PERSON
    assert max(item.instance for item in items) < FIRST_FREE_INSTANCE
    assert sum(len(item.mesh.faces) for item in items) == len(bust.body.faces)
    whole = bust.body.mesh(pose)
    corners = np.concatenate([item.mesh.vertices[item.mesh.faces].reshape(-1, 9) for item in items])
    expected = whole.vertices[whole.faces].reshape(-1, 9)
    np.testing.assert_array_equal(corners[np.lexsort(corners.T)], expected[np.lexsort(expected.T)])
    face = [set(np.unique(item.mesh.parts[item.mesh.faces[:, 2]])) for item in items]
    assert not {CLASSES["hair"], CLASSES["cloth"]} & face[0]
    assert {item.material.texture for item in items} - {None} == set(person.textures)


def test_an_expression_moves_the_face_and_leaves_hair_and_clothes(busts):
    bust = busts[1]
    person = dressed(bust, seed=1, texture_px=64)
    pose = pose_of(bust, HeadPose())
    calm, laughing = (
        {item.name: item.mesh.vertices for item in person.items(pose, expression)}
        for expression in (Expression(), Expression(corners=1.0, jaw=0.5))
    )
    assert np.abs(laughing["skin"] - calm["skin"]).max() > 0.01
    for name in set(calm) - {"skin"}:
        np.testing.assert_allclose(laughing[name], calm[name], atol=2e-3)
