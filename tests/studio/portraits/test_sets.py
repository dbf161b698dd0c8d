"""Small sets, written to disk as the rules write them, and read back as the published sets are."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from occlusionkit.acquire.layouts.faces import index_dtd, index_image_mask_pairs
from occlusionkit.face.files import list_images, list_textures, pair_with_masks
from occlusionkit.face.sources import FACE_FOLDERS, OCCLUDER_FOLDERS
from occlusionkit.face.sources import TEST_SETS as NAMED_TEST_SETS
from occlusionkit.studio.portraits.folders import FOLDERS, TEST_SETS
from occlusionkit.studio.portraits.patterns import TRAIN_CLASSES
from occlusionkit.studio.portraits.photos import make_hand, make_object
from occlusionkit.studio.portraits.portrait import Commission, make_portrait
from occlusionkit.studio.portraits.schemas import PORTRAITS
from occlusionkit.studio.portraits.sets import Order, merged, read_cast, whole_folders, write_set
from occlusionkit.studio.render import open_renderer
from occlusionkit.studio.render.gl_context import EglMissing

SIZE, SEED = 64, 5  # the seed that the people were baked with
AMOUNTS = {
    "clean": 3, "occluded": 4, "hands": 4, "objects": 12, "textures": 17, "realocc": 5, "realocc_wild": 5
}  # fmt: skip


@pytest.fixture(scope="module")
def orders(people_file) -> Callable[..., Order]:
    def order(name: str, folders: Mapping[str, Path], *, amount: int = 0) -> Order:
        return Order(name, amount or AMOUNTS[name], SIZE, SEED, folders, (people_file,), 4, "embree")

    return order


@pytest.fixture(scope="module")
def sets(orders, tmp_path_factory) -> SimpleNamespace:
    """Every set, below data/ as FOLDERS says, and the table of all."""
    data = tmp_path_factory.mktemp("data")
    tables = []
    for name, kinds in FOLDERS.items():
        with whole_folders(data / "stage", **{kind: data / folder for kind, folder in kinds.items()}) as staged:
            tables.append(write_set(orders(name, staged)).table)
    return SimpleNamespace(data=data, table=merged(tables))


def rows_of(sets, name):
    return sets.table.take(sets.table["dataset"] == name)


def read_mask(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_folders_are_those_that_the_face_room_reads():
    known = {Path(folder).name if kind != "textures" else folder for kind, folder in _all_folders()}
    wanted = {name for pair in FACE_FOLDERS.values() for name in pair}
    wanted |= {name for group in OCCLUDER_FOLDERS.values() for name in group if "/" not in name}
    assert wanted <= known
    assert FOLDERS["textures"]["images"] == "face/" + OCCLUDER_FOLDERS["randocc_1"][0]
    assert set(TEST_SETS) <= set(NAMED_TEST_SETS)
    assert FACE_FOLDERS["occluded_original"][1] == Path(FOLDERS["occluded"]["whole_masks"]).name


def _all_folders():
    return [(name, folder) for name, kinds in FOLDERS.items() for folder in kinds.values()]


def test_every_row_has_its_files_and_every_file_its_row(sets):
    listed = set(sets.table["image"]) | {mask for mask in sets.table["mask"] if mask}
    found = {path.relative_to(sets.data).as_posix() for path in sets.data.rglob("*.*") if path.is_file()}
    whole = {f"{FOLDERS['occluded']['whole_masks']}/{stem}.png" for stem in rows_of(sets, "occluded")["stem"]}
    assert found == listed | whole
    for name, amount in AMOUNTS.items():
        assert len(rows_of(sets, name)) == amount


def test_images_and_masks_pair_up_in_the_published_layouts(sets):
    for name in TEST_SETS:
        index = index_image_mask_pairs(sets.data / name, {"images": AMOUNTS[name]})
        assert len(index) == 2 * AMOUNTS[name]
    for name in ("clean", "occluded", "hands", "objects"):
        folders = FOLDERS[name]
        images = list_images(sets.data / folders["images"], what=name)
        for kind in set(folders) - {"images"}:
            pairs = pair_with_masks(images, sets.data / folders[kind], what=name)
            assert all(pair.mask is not None for pair in pairs)
    (sets.data / "as_dtd").mkdir(exist_ok=True)
    link = sets.data / "as_dtd" / "dtd"
    if not link.exists():
        link.symlink_to(sets.data / "face" / "DTD")
    assert len(index_dtd(sets.data / "as_dtd", {"images": 17, "classes": len(TRAIN_CLASSES)})) == 17
    link.unlink()
    assert set(list_textures(sets.data / FOLDERS["textures"]["images"])) == set(TRAIN_CLASSES)


def test_training_masks_hold_0_and_255_and_test_masks_0_and_1(sets):
    for name, one in (
        ("clean", 255),
        ("occluded", 255),
        ("hands", 255),
        ("objects", 255),
        *((t, 1) for t in TEST_SETS),
    ):
        for mask in rows_of(sets, name)["mask"]:
            assert set(np.unique(read_mask(sets.data / mask))) == {0, one}, mask


def test_the_test_shares_nobody_and_nothing_with_training(sets):
    def names(column, split):
        rows = sets.table.take(sets.table["split"] == split)
        return {name for cell in rows[column] if cell for name in cell.split(",")}

    assert set(sets.table["split"]) == {"train", "test"}
    for column in ("identity", "hand_owners", "textures"):
        train, test = names(column, "train"), names(column, "test")
        assert train, column
        assert not train & test, column
    # Hands are of all; whose they are stands in hand_owners.
    assert not (names("occluders", "train") & names("occluders", "test")) - {"hand"}
    assert names("identity", "test") == {"i0002", "i0004"}
    assert names("identity", "train") == {"i0001", "i0003"}
    owners = {"train": {"i0001", "i0003"}, "test": {"i0002", "i0004"}}
    for split, allowed in owners.items():
        assert names("hand_owners", split) <= allowed


def test_hidden_fractions_are_those_of_the_masks(sets):
    rows = rows_of(sets, "occluded")
    for row in range(len(rows)):
        visible = read_mask(sets.data / rows["mask"][row]) > 0
        whole = read_mask(sets.data / FOLDERS["occluded"]["whole_masks"] / f"{rows['stem'][row]}.png") > 0
        assert not (visible & ~whole).any(), "things hide a face, they do not make one"
        assert rows["face_pixels"][row] == whole.sum()
        assert rows["hidden_fraction"][row] == pytest.approx(1 - visible.sum() / whole.sum())
        assert rows["hidden_fraction"][row] > 0
    clean = rows_of(sets, "clean")
    assert not clean["hidden_fraction"].any()
    assert np.isnan(rows_of(sets, "hands")["hidden_fraction"]).all()
    tests = sets.table.take(np.isin(sets.table["dataset"], TEST_SETS))
    assert (tests["hidden_fraction"] > 0.01).all()
    assert all(tests["occluders"])


def test_a_picture_does_not_depend_on_the_others(sets, train, test_cast, rays):
    """Any sharding gives the same bytes: number 2 alone is what stands in the set."""
    for name, cast in (("clean", train), ("realocc_wild", test_cast)):
        picture = make_portrait(rays, cast, Commission(name, 2, SIZE, occluded=name != "clean", wild="wild" in name))
        stored = cv2.imread(str(sets.data / FOLDERS[name]["images"] / "00002.jpg"))
        encoded = cv2.imencode(".jpg", picture.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
        np.testing.assert_array_equal(cv2.imdecode(encoded, cv2.IMREAD_COLOR), stored)
        np.testing.assert_array_equal(read_mask(sets.data / FOLDERS[name]["masks"] / "00002.png") > 0, picture.mask)


def test_any_number_of_workers_gives_the_same_bytes(sets, orders, tmp_path):
    for name in ("realocc", "textures"):
        with whole_folders(tmp_path / "stage", **{kind: tmp_path / name / kind for kind in FOLDERS[name]}) as staged:
            made = write_set(orders(name, staged), workers=2)
        for kind, folder in FOLDERS[name].items():
            stored = {path.name: path.read_bytes() for path in (sets.data / folder).rglob("*.*") if path.is_file()}
            again = {path.name: path.read_bytes() for path in (tmp_path / name / kind).rglob("*.*") if path.is_file()}
            assert stored == again
        for column in PORTRAITS.columns:
            np.testing.assert_array_equal(made.table[column.name], rows_of(sets, name)[column.name])


def test_an_unknown_set_is_told(orders):
    with pytest.raises(ValueError, match=r"expected one of clean, occluded, hands.*found 'cofw'"):
        write_set(orders("cofw", {}, amount=1))


def test_who_somebody_is_does_not_depend_on_how_many_there_are(people_file, train):
    again = read_cast([people_file], split="train", identities=2, seed=train.seed)
    assert [body.name for body in again.bodies] == ["i0001"]
    with pytest.raises(ValueError, match=r"1 files of identities: expected 4 for train, missing \['i0005', 'i0007'\]"):
        read_cast([people_file], split="train", identities=8, seed=1)


def test_a_seed_changes_everything(train, rays):
    first = make_object(rays, train, number=1, size_px=SIZE)
    other = make_object(rays, replace(train, seed=train.seed + 1), number=1, size_px=SIZE)
    assert (first.image != other.image).any(axis=-1).mean() > 0.5


def test_hands_are_on_white_with_fingers_down(train, rays):
    for number in range(4):
        picture = make_hand(rays, train, number=number, size_px=96)
        assert picture.image.shape == (96, 128, 3)
        assert picture.image[~picture.mask].mean() > 225
        rows = picture.mask.sum(axis=1)
        assert rows[:10].any(), "the forearm reaches towards the upper edge"
        # Fingers: more than one run of hand pixels in a row of the lower half.
        runs = (np.diff(picture.mask[55:].astype(int), axis=1) == 1).sum(axis=1)
        assert picture.mask.mean() > 0.08
        assert runs.max() >= 2 or rows[70:].sum() < rows[20:45].sum()


def test_a_clean_face_is_centred_and_skin_coloured(train, rays):
    picture = make_portrait(rays, train, Commission("clean", 0, 96, occluded=False, wild=False))
    assert picture.mask[30:66, 36:60].mean() > 0.9
    _, columns = np.nonzero(picture.mask)
    assert 0.15 < picture.mask.mean() < 0.6
    assert abs(columns.mean() - 48) < 14
    red, _, blue = picture.image[picture.mask].mean(axis=0)
    assert red > blue
    assert np.isfinite(picture.yaw_deg)
    assert picture.identity == "i0001"


def test_what_stood_there_is_replaced_only_by_a_whole_set(tmp_path):
    out = tmp_path / "face" / "images"
    out.mkdir(parents=True)
    (out / "old.jpg").write_bytes(b"old")
    with pytest.raises(RuntimeError), whole_folders(tmp_path / "stage", images=out) as staged:
        (staged["images"] / "new.jpg").write_bytes(b"new")
        raise RuntimeError
    assert [path.name for path in out.iterdir()] == ["old.jpg"]
    with whole_folders(tmp_path / "stage", images=out) as staged:
        assert not list(staged["images"].iterdir()), "what a killed job left is gone"
        (staged["images"] / "new.jpg").write_bytes(b"new")
    assert [path.name for path in out.iterdir()] == ["new.jpg"]
    assert not (tmp_path / "stage").exists()


@pytest.mark.gl
def test_both_renderers_give_the_same_labels(train, test_cast, rays):
    try:
        drawn = open_renderer("gl", threads=1)
    except EglMissing as error:
        pytest.skip(str(error))
    try:
        for cast, kind in ((train, "occluded"), (test_cast, "realocc")):
            for number in range(3):
                first, second = (
                    make_portrait(renderer, cast, Commission(kind, number, 96, occluded=True, wild=False))
                    for renderer in (rays, drawn)
                )
                assert (first.mask == second.mask).mean() > 0.99
                assert first.occluders == second.occluders
                apart = np.abs(first.image.astype(float) - second.image).mean()
                # Fine patterns are filtered differently; where nothing is patterned it is about 1.
                assert apart < 6, "levels of 255"
    finally:
        drawn.close()
