from dataclasses import replace

import numpy as np
import pytest

from occlusionkit.studio.portraits import portrait
from occlusionkit.studio.portraits.cast import texture_px
from occlusionkit.studio.portraits.draws import rng_for
from occlusionkit.studio.portraits.dressing import FIRST_FREE_INSTANCE
from occlusionkit.studio.portraits.occluders import Occluders, draw_occluders
from occlusionkit.studio.portraits.portrait import Commission, make_portrait
from occlusionkit.studio.portraits.sitting import sit
from occlusionkit.studio.portraits.worn import make_worn

OCCLUDED = Commission("realocc", 1, 96, occluded=True, wild=False)


def glasses(cast, sitting, rng):
    del cast, rng
    worn = make_worn("glasses", rng_for(1, "glasses"), sitting.person.bust, textures=())
    frames = worn.thing.items("worn", first_instance=FIRST_FREE_INSTANCE, local_to_world=sitting.frame.matrix)
    lenses = worn.lenses.items("lens", first_instance=FIRST_FREE_INSTANCE + 10, local_to_world=sitting.frame.matrix)
    return Occluders(tuple(frames), ("glasses",), clear=tuple(lenses), tint=0.1)


def test_lenses_hide_the_face_in_the_label_and_hardly_in_the_picture(test_cast, rays, monkeypatch):
    monkeypatch.setattr(portrait, "draw_occluders", glasses)
    worn = make_portrait(rays, test_cast, OCCLUDED)
    monkeypatch.setattr(portrait, "draw_occluders", lambda *of: replace(glasses(*of), clear=()))
    frames_only = make_portrait(rays, test_cast, OCCLUDED)
    lenses = frames_only.mask & ~worn.mask
    assert lenses.sum() > 0.05 * worn.whole.sum()
    assert not (worn.mask & ~frames_only.mask).any()
    difference = np.abs(worn.image.astype(float) - frames_only.image)[lenses].mean()
    assert 0 < difference < 25, "a tenth of the lenses' own colour"
    # Eyes are behind lenses.
    assert lenses[40:52, 30:66].mean() > 0.3


def test_occluders_that_hide_nothing_are_drawn_anew(test_cast, rays, monkeypatch):
    drawn = []

    def nothing_at_first(cast, sitting, rng):
        drawn.append(rng.random())
        return Occluders() if len(drawn) < 3 else glasses(cast, sitting, rng)

    monkeypatch.setattr(portrait, "draw_occluders", nothing_at_first)
    picture = make_portrait(rays, test_cast, OCCLUDED)
    assert picture.occluders == ("glasses",)
    assert len(set(drawn)) == 3, "every attempt has draws of its own"


@pytest.mark.parametrize("split", ["train", "test"])
def test_occluders_are_of_the_splits_kinds_and_have_ids_of_their_own(train, test_cast, split):
    cast = train if split == "train" else test_cast
    person = cast.sitter(0, texture_px=texture_px(64))
    sitting = sit(person, rng_for(1, "sitting"), size_px=64, wild=False)
    allowed = {*cast.things, *cast.worn, "hand"}
    kinds = set()
    for number in range(60):
        occluders = draw_occluders(cast, sitting, rng_for(1, "occluders", number))
        kinds.update(occluders.kinds)
        instances = [item.instance for item in (*sitting.items, *occluders.items, *occluders.clear)]
        assert len(set(instances)) == len(instances)
        assert len({item.name for item in (*sitting.items, *occluders.items, *occluders.clear)}) == len(instances)
        assert set(occluders.kinds) <= allowed
        assert set(occluders.textures) <= set(cast.textures)
        assert set(occluders.hand_owners) <= {body.name for body in cast.bodies}
        assert len(occluders.hand_owners) == occluders.kinds.count("hand")
    assert "hand" in kinds
    assert kinds & set(cast.worn)
    assert kinds & set(cast.things)


def test_textures_are_as_fine_as_pictures():
    assert [texture_px(size) for size in (16, 64, 65, 160, 512, 4000)] == [64, 64, 128, 256, 512, 1024]
