import numpy as np
import pytest

from occlusionkit.studio.portraits.draws import rng_for
from occlusionkit.studio.portraits.patterns import TEST_CLASSES, TRAIN_CLASSES
from occlusionkit.studio.portraits.things import TEST_BUILDERS, TRAIN_BUILDERS, build_thing
from occlusionkit.studio.portraits.worn import TEST_MAKERS, TRAIN_MAKERS, make_worn

KINDS = [*TRAIN_BUILDERS, *TEST_BUILDERS]
TEXTURES = ("striped_0001", "dotted_0002")


def points_of(thing):
    return np.concatenate([shape.vertices for shape, _ in thing.parts.shapes])


@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_is_centred_handy_and_drawn_anew(kind):
    things = [build_thing(kind, rng_for(1, "thing", kind, number), textures=TEXTURES) for number in (0, 1, 0)]
    for thing in things:
        points = points_of(thing)
        assert np.isfinite(points).all()
        np.testing.assert_allclose(points.min(axis=0) + points.max(axis=0), 0, atol=1e-9)
        assert 0.04 < np.ptp(points, axis=0).max() < 0.5
        assert set(thing.textures) <= set(TEXTURES)
    np.testing.assert_array_equal(points_of(things[0]), points_of(things[2]))
    first, other = points_of(things[0]), points_of(things[1])
    assert first.shape != other.shape or not np.allclose(first, other)


@pytest.mark.parametrize("kind", KINDS)
def test_a_things_normals_look_out_of_its_faces(kind):
    thing = build_thing(kind, rng_for(2, kind), textures=TEXTURES)
    for shape, finish in thing.parts.shapes:
        a, b, c = (shape.vertices[shape.faces[:, corner]] for corner in range(3))
        flat = np.cross(b - a, c - a)
        mean = shape.normals[shape.faces].mean(axis=1)
        outward = np.einsum("ij,ij->i", flat, mean) > 0
        area = np.linalg.norm(flat, axis=1)
        # Thin edges of cloth and paper have the normals of its sides.
        assert area[outward].sum() > 0.95 * area.sum(), finish.name


def test_items_have_numbers_of_their_own():
    thing = build_thing("bottle", rng_for(1, "bottle"), textures=())
    items = thing.items("held", first_instance=7, local_to_world=np.eye(4))
    assert [item.instance for item in items] == list(range(7, 7 + len(items)))
    assert len({item.name for item in items}) == len(items) > 1
    assert all(item.moves for item in items)


def test_nothing_is_both_for_training_and_for_the_test():
    assert not set(TRAIN_BUILDERS) & set(TEST_BUILDERS)
    assert not set(TRAIN_MAKERS) & set(TEST_MAKERS)
    assert not set(TRAIN_CLASSES) & set(TEST_CLASSES)


def test_unknown_kinds_are_told_with_those_there_are(busts):
    with pytest.raises(KeyError, match="no thing 'piano'; there are apple"):
        build_thing("piano", rng_for(1), textures=())
    with pytest.raises(KeyError, match="nothing to wear is called 'crown'; there are bandana"):
        make_worn("crown", rng_for(1), busts[0], textures=())


@pytest.mark.parametrize("kind", [*TRAIN_MAKERS, *TEST_MAKERS])
def test_what_is_worn_is_no_larger_than_a_head(busts, kind):
    for bust in busts:
        # A beard, a bare chest or broad shoulders do not count as the head.
        points = points_of(make_worn(kind, rng_for(5, kind), bust, textures=()).thing)
        assert np.isfinite(points).all()
        assert np.abs(points).max() < 0.3


@pytest.mark.parametrize("kind", ["surgical_mask", "bandana", "goggles", "sunglasses", "glasses"])
def test_what_is_worn_stays_before_the_face(busts, kind):
    for number, bust in enumerate(busts):
        worn = make_worn(kind, rng_for(3, kind, number), bust, textures=TEXTURES)
        points = points_of(worn.thing)
        # Straps and temples run back to the ears; what is before the cheeks must not sink in.
        points = points[(np.abs(points[:, 0]) < 0.05) & (points[:, 2] > -0.10)]
        gap = bust.relief.at(points[:, 0], points[:, 2]) - points[:, 1]
        assert np.quantile(gap, 0.02) > -0.003
        assert np.median(gap) > 0.002


def test_glasses_have_lenses_that_are_clear(busts):
    worn = make_worn("glasses", rng_for(1, "glasses"), busts[0], textures=())
    assert worn.lenses is not None
    assert 0 < worn.tint < 0.2
    assert make_worn("sunglasses", rng_for(1, "sunglasses"), busts[0], textures=()).lenses is None


def test_a_scarf_goes_all_around_and_covers_the_mouth_or_chin(busts):
    worn = make_worn("scarf", rng_for(1, "scarf"), busts[0], textures=())
    points = points_of(worn.thing)
    around = np.degrees(np.arctan2(points[:, 0], points[:, 1] - 0.075))
    assert np.diff(np.sort(around)).max() < 10
    assert points[:, 2].max() > busts[0].mouth[2] - busts[0].eyes[2] - 0.03
