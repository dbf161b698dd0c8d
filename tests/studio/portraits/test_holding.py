import numpy as np
import pytest

from occlusionkit.studio.portraits.bust import HeadPose, head_frame, pose_of
from occlusionkit.studio.portraits.draws import rng_for
from occlusionkit.studio.portraits.holding import GRIPS, grip, hand_matrix, place_before, thing_matrix
from occlusionkit.studio.portraits.things import build_thing


def places(bust, count):
    frame = head_frame(bust, pose_of(bust, HeadPose(yaw_deg=10)))
    camera = frame.origin + np.array([0.3, -1.0, 0.1])
    return [
        place_before(bust, frame, camera, rng_for(1, "place", number), low=False) for number in range(count)
    ], camera


def test_a_place_is_on_the_face_and_its_directions_are_the_cameras(busts):
    found, camera = places(busts[0], 30)
    frame = head_frame(busts[0], pose_of(busts[0], HeadPose(yaw_deg=10)))
    for place in found:
        local = (place.point - frame.origin) @ frame.rotation
        assert local[1] == pytest.approx(float(busts[0].relief.at(local[0], local[2])), abs=1e-9)
        axes = np.stack([place.right, place.away, place.up])
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-9)
        assert (place.point - camera) @ place.away > 0.8
        assert place.up[2] > 0.9


@pytest.mark.parametrize("kind", ["phone", "cup", "book"])
def test_a_held_thing_is_between_camera_and_face_with_its_front_to_the_camera(busts, kind):
    found, camera = places(busts[1], 20)
    for number, place in enumerate(found):
        rng = rng_for(2, kind, number)
        thing = build_thing(kind, rng, textures=())
        matrix = thing_matrix(thing, place, rng)
        np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-9)
        points = np.concatenate([shape.vertices for shape, _ in thing.parts.shapes]) @ matrix[:3, :3].T + matrix[:3, 3]
        depth = (points - camera) @ place.away
        face = (place.point - camera) @ place.away
        assert depth.max() == pytest.approx(face, abs=0.101)
        assert depth.max() < face - 0.0249
        assert matrix[2, 2] > 0.8, "upright"
        if kind != "cup":
            assert -matrix[:3, 1] @ -place.away > 0.7, "its front looks at the camera"


def test_a_hand_is_before_the_face_and_reaches_in_from_below_or_aside(busts):
    found, _ = places(busts[2], 60)
    backs, wrists = [], []
    for number, place in enumerate(found):
        matrix = hand_matrix(place, rng_for(3, "hand", number))
        np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-9)
        assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1)
        assert (matrix[:3, 3] - place.point) @ place.away < -0.02
        backs.append(matrix[:3, 1] @ -place.away)
        wrists.append(matrix[:3, 2] @ place.up)
    # Mostly the palm is on the face, so its back looks at the camera.
    assert 0.5 < np.mean(np.array(backs) > 0) < 0.95
    assert np.mean(np.array(wrists) < 0.45) == 1


@pytest.mark.parametrize("side", ["L", "R"])
@pytest.mark.parametrize("kind", sorted(GRIPS))
def test_a_fist_goes_around_what_it_holds(busts, kind, side):
    found, _ = places(busts[0], 3)
    for number, place in enumerate(found):
        rng = rng_for(4, kind, number)
        thing = build_thing(kind, rng, textures=())
        matrix = thing_matrix(thing, place, rng)
        pose, placed = grip(thing, matrix, place, side, rng)
        np.testing.assert_allclose(placed[:3, :3] @ placed[:3, :3].T, np.eye(3), atol=1e-9)
        assert np.linalg.det(placed[:3, :3]) == pytest.approx(1)
        assert placed[:3, 1] @ -place.away > 0.3, "the back of the hand looks to the camera"
        # A left hand is to the picture's right, and so is its arm.
        assert placed[:3, 2] @ place.right * (1 if side == "L" else -1) > 0.3
        points = np.concatenate([shape.vertices for shape, _ in thing.parts.shapes])
        height = points[:, 2].min() + GRIPS[kind] * np.ptp(points[:, 2])
        # The thing's axis about there: amid the vertices next to that height.
        body = thing.parts.shapes[0][0].vertices if kind == "cup" else points
        nearest = body[np.argsort(np.abs(body[:, 2] - height))[:16]]
        axis = (nearest[:, :2].min(axis=0) + nearest[:, :2].max(axis=0)) / 2
        held = np.linalg.inv(placed) @ matrix @ [*axis, height, 1]
        # In hand coordinates what is held lies before the palm, beside the knuckles.
        # A cup's handle counts as its width, wherever it points.
        assert -(0.09 if kind == "cup" else 0.07) < held[1] < -0.01
        assert abs(held[2]) < (0.06 if kind == "cup" else 0.04)
        assert all(20 < bend < 95 for bend in pose.bend_deg)


def test_nobody_can_hold_a_scarf_in_a_fist(busts):
    found, _ = places(busts[0], 1)
    thing = build_thing("ball", rng_for(1), textures=())
    with pytest.raises(ValueError, match=r"grip: expected one of bottle, cup, .*found ball"):
        grip(thing, np.eye(4), found[0], "L", rng_for(1))
