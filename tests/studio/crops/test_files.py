"""Crops on disk: truly hidden, the same bytes however they are shared out, official layouts, halves that never meet."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.acquire.layouts.reid import index_market1501, index_reid_sides
from occlusionkit.artifacts.tables import read_table, write_table
from occlusionkit.artifacts.zips import StoredZip
from occlusionkit.images import decode_image
from occlusionkit.studio.crops.files import equipped, one_crop, posed_tasks, render_part, write_crops
from occlusionkit.studio.crops.schemas import CROPS
from occlusionkit.studio.crops.shots import PERSON, Cast, Passers
from occlusionkit.studio.crops.sites import build_site
from occlusionkit.studio.render import open_renderer
from occlusionkit.studio.render.gl_context import EglMissing

from .conftest import PLAN

LABELS = frozenset({"instance"})


@pytest.fixture(scope="module")
def rows(part):
    return read_table(part.table, CROPS)


def images_of(path):
    with StoredZip(path) as archive:
        return {name: archive.read(name) for name in archive.names}


def remade(renderer, bodies, task, mesh):
    cast = Cast(build_site(task.camera.site), Passers(bodies[4:], seed=PLAN.seed))
    return one_crop(renderer, cast, task, mesh, seed=PLAN.seed)


def test_everybody_is_there_on_both_sides(rows, part):
    assert len(rows) == 2 * (1 + 1) + 2 * 2
    assert part.facts["crops"] == len(rows)
    assert sorted(images_of(part.images)) == sorted(
        f"{dataset}/{path}" for dataset, path in zip(rows["dataset"], rows["path"], strict=True)
    )


def test_sides_are_as_hidden_as_they_say(rows):
    occluded = rows["side"] == "occluded"
    hidden = rows["hidden_fraction"]
    assert ((hidden[occluded] >= 0.2) & (hidden[occluded] <= 0.7)).all()
    assert (hidden[~occluded] <= 0.04).all()
    assert (rows["hidden_by"][occluded] != "none").all()
    assert (rows["hidden_by"][~occluded] == "none").all()


def test_hidden_fractions_are_those_of_the_cameras_whole_picture(rows, part, bodies, rays):
    # Counted anew where nothing was cut out or made smaller, the person alone being a world of its own.
    by_path = dict(zip(rows["path"], range(len(rows)), strict=True))
    for body in (equipped(body, PLAN) for body in bodies[:2]):
        task, pose = posed_tasks(body, PLAN)[0]
        shot, _, _ = remade(rays, bodies, task, body.mesh(pose))
        seen = rays.render(shot.world, shot.camera.camera, outputs=LABELS).instance == PERSON
        alone = rays.render(shot.alone, shot.camera.camera, outputs=LABELS).instance == PERSON
        row = by_path[task.path]
        assert np.count_nonzero(seen & ~alone) == 0
        assert 1 - seen.sum() / alone.sum() == pytest.approx(rows["hidden_fraction"][row], abs=1e-3)
        assert alone.sum() == pytest.approx(rows["person_px"][row], rel=1e-3)


def test_boxes_hold_most_of_what_shows_of_a_person(rows, bodies, rays):
    by_path = dict(zip(rows["path"], range(len(rows)), strict=True))
    body = equipped(bodies[1], PLAN)
    task, pose = posed_tasks(body, PLAN)[1]
    shot, crop, _ = remade(rays, bodies, task, body.mesh(pose))
    np.testing.assert_array_equal(crop.box_xyxy, rows["box_xyxy"][by_path[task.path]])
    visible = rays.render(shot.world, shot.camera.camera, outputs=LABELS).instance == PERSON
    left, top, right, bottom = np.round(crop.box_xyxy).astype(int)
    assert visible[top:bottom, left:right].sum() > 0.85 * visible.sum()


def test_any_sharding_gives_the_same_bytes(part, bodies, rays, tmp_path):
    alone = tmp_path / "images.zip"
    render_part(rays, bodies[2:3], bodies[4:], PLAN, alone, tmp_path / "crops.parquet")
    whole = images_of(part.images)
    made = images_of(alone)
    assert len(made) == 2
    assert all(whole[name] == data for name, data in made.items())


def test_crops_are_colour_images_of_128_x_64(part):
    pictures = {name: decode_image(data, where=name) for name, data in images_of(part.images).items()}
    assert {picture.shape for picture in pictures.values()} == {(128, 64, 3)}
    assert len({picture.tobytes() for picture in pictures.values()}) == len(pictures)
    assert all(picture.std() > 8 for picture in pictures.values())


def test_opengl_hides_as_much_as_rays_do(rows, bodies):
    try:
        renderer = open_renderer("gl", threads=1)
    except EglMissing as error:
        pytest.skip(f"no OpenGL here: {error}")
    by_path = dict(zip(rows["path"], range(len(rows)), strict=True))
    body = equipped(bodies[0], PLAN)
    task, pose = posed_tasks(body, PLAN)[0]
    try:
        _, crop, _ = remade(renderer, bodies, task, body.mesh(pose))
    finally:
        renderer.close()
    # Renderers may differ where a pixel's centre lies on an edge.
    assert crop.hidden_fraction == pytest.approx(rows["hidden_fraction"][by_path[task.path]], abs=0.01)


@pytest.fixture(scope="module")
def folders(part, tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    occluded, market = root / "occluded_reid" / "Occluded_REID", root / "market" / "Market-1501-v15.09.15"
    write_crops([part.images], [part.table], occluded, root / "crops.parquet", dataset="occluded_reid")
    write_crops([part.images], [part.table], market, root / "market_crops.parquet", dataset="market")
    return root


def test_the_layouts_are_those_that_readers_of_the_published_sets_take(folders):
    counts = {"identities": 2, "query": 2, "gallery": 2, "images": 4}
    table = index_reid_sides(folders / "occluded_reid" / "Occluded_REID", counts)
    np.testing.assert_array_equal(table["size_hw"], [[128, 64]] * 4)
    market = index_market1501(
        folders / "market" / "Market-1501-v15.09.15",
        {"train": 2, "query": 1, "gallery": 1, "train_identities": 1, "query_identities": 1},
    )
    assert sorted(market["identity"]) == ["0003", "0003", "0004", "0004"]


def test_nobody_is_in_two_halves_or_in_two_sets(folders):
    first, second = (read_table(folders / name, CROPS) for name in ("crops.parquet", "market_crops.parquet"))
    people = [
        set(table["identity"][table["split"] == split]) for table in (first, second) for split in ("train", "test")
    ]
    assert all(people)
    assert sum(map(len, people)) == len(set.union(*people))


def test_a_folder_that_is_there_already_is_replaced(part, tmp_path):
    folder = tmp_path / "Occluded_REID"
    (folder / "whole_body_images" / "999").mkdir(parents=True)
    facts = write_crops([part.images], [part.table], folder, tmp_path / "i.parquet", dataset="occluded_reid")
    assert facts == {"crops": 4, "people": 2}
    assert not (folder / "whole_body_images" / "999").exists()


def test_a_set_that_nobody_is_left_for_is_refused(part, rows, tmp_path):
    folder, index = tmp_path / "Market-1501-v15.09.15", tmp_path / "i.parquet"
    with pytest.raises(ValueError, match=r"nobody is left for market; .* raise identities.amount"):
        write_crops([], [], folder, index, dataset="market")


def test_an_archive_that_is_not_its_tables_is_refused(part, rows, tmp_path):
    write_table(tmp_path / "crops.parquet", rows.take(np.arange(3)))
    with pytest.raises(ValueError, match=r"images.zip: its members differ from its table's rows"):
        write_crops(
            [part.images],
            [tmp_path / "crops.parquet"],
            tmp_path / "Occluded_REID",
            tmp_path / "i.parquet",
            dataset="occluded_reid",
        )


def test_another_folders_name_is_refused(part, tmp_path):
    with pytest.raises(ValueError, match="expected the official name Occluded_REID"):
        write_crops([part.images], [part.table], tmp_path / "crops", tmp_path / "i.parquet", dataset="occluded_reid")
