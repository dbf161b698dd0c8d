"""Places of people and of what hides them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from occlusionkit.geometry import camera_to_image, in_image, world_to_camera
from occlusionkit.studio.crops.outdoors import daylight
from occlusionkit.studio.crops.shots import Target, _at, _hides, cover_of, hidden_share
from occlusionkit.studio.crops.sites import CAMERAS, SITES, build_site, thing_items
from occlusionkit.studio.crops.things import INDOORS, OUTDOORS, bin_, hedge
from occlusionkit.studio.rooms.pieces import place
from occlusionkit.studio.world import Light, World

THINGS = sorted({**INDOORS, **OUTDOORS}.items())


def test_a_share_counts_points_by_how_much_they_face_the_camera():
    points = np.array([[0, 0, 1.0], [0, 0, 2.0], [0, 0, 3.0]])
    normals = np.array([[0, -1.0, 0], [0, 1.0, 0], [0.6, -0.8, 0]])
    target = Target(None, points, points, normals)  # type: ignore[arg-type]
    eye = np.array([0, -1000.0, 2.0])
    # The second faces away; the first counts 1, the third 0.8.
    assert hidden_share(target, eye, np.array([True, True, False])) == pytest.approx(1 / 1.8, abs=1e-5)
    assert hidden_share(target, eye, np.array([False, True, False])) == 0


def test_a_thing_hides_what_is_behind_it_wherever_it_is_put():
    cover = cover_of("bin", thing_items(bin_(), "bin", first_instance=7), {None: 0})
    eye, behind = np.array([5.0, -5.0, 0.5]), np.array([5.0, 5.0, 0.5])
    points = behind + np.array([[0, 0, 0], [0, 0, 1.5], [1.5, 0, 0]])
    hidden = _hides(cover, _at(5.0, 1.0, 2.0), eye, points)
    assert hidden.tolist() == [True, False, False]
    assert not _hides(cover, _at(3.0, 1.0, 2.0), eye, points).any()
    # 0.27 m wide at its rim.
    assert cover.reach_m == pytest.approx(0.27, abs=0.01)


@pytest.mark.parametrize(("name", "build"), THINGS, ids=[name for name, _ in THINGS])
def test_things_stand_on_the_floor_and_are_of_a_things_size(name, build):
    for _, mesh, _ in build().meshes:
        np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-4)
        assert mesh.vertices[:, 2].min() > -0.03, name
        assert np.abs(mesh.vertices).max() < 3.5
    assert min(mesh.vertices[:, 2].min() for _, mesh, _ in build().meshes) < 0.05


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: f"{camera.site}-{camera.number}")
def test_cameras_look_at_where_people_stand_from_where_nothing_is_in_the_way(camera):
    site = build_site(camera.site)
    middle = np.array([np.mean(site.x_m), np.mean(site.y_m), 1.0])
    seen = camera_to_image(world_to_camera(middle, camera.camera), camera.camera)
    assert in_image(seen, size_hw=camera.size_hw)
    assert site.free(np.array([camera.center]))


def test_numbers_of_cameras_are_1_to_6_and_all_sites_are_filmed():
    assert [camera.number for camera in CAMERAS] == [1, 2, 3, 4, 5, 6]
    assert {camera.site for camera in CAMERAS} == set(SITES)
    with pytest.raises(KeyError, match="no site 'beach'; there are street"):
        build_site("beach")


def test_the_sun_lights_what_faces_it_and_a_hedge_throws_a_shadow():
    ground = place("hedge", hedge(4.0, 2.0), 0, 0).items(first_instance=1)
    light = Light("sun", (0.0, -45.0, 45.0), (2000.0, 2000.0, 2000.0))
    floor = replace(ground[0], name="floor", instance=9)
    points = floor.mesh.vertices.copy()
    points[:, 2] = 0.001
    # A flat copy of the hedge's vertices, pushed a metre behind it: all in its shadow; another before it: all lit.
    behind, before = points + np.float32([0, 1.0, 0]), points - np.float32([0, 3.0, 0])
    up = np.tile(np.float32([0, 0, 1]), (len(points), 1))
    items = [
        ground[0],
        replace(floor, name="behind", instance=10, mesh=replace(floor.mesh, vertices=behind, normals=up)),
        replace(floor, name="before", instance=11, mesh=replace(floor.mesh, vertices=before, normals=up)),
    ]
    textures = {"foliage": np.zeros((4, 4, 3), np.uint8)}
    baked = daylight(World("w", tuple(items), (light,), textures), sky=0.6)
    assert baked.items["before"][:, 3:].min() > 0.5
    inner = np.abs(points[:, 0]) < 1.5
    assert baked.items["behind"][inner, 3:].max() == 0
    # From above all of the sky is seen, from below what the ground sends back of it: a third.
    np.testing.assert_allclose(baked.probes[0, 0, 0, [2, 5], 1], [0.6, 0.2], rtol=1e-6)
