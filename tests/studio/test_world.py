"""Worlds: checked meshes, names and ids once each, and changes that make a new world."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from occlusionkit.studio.world import Item, Light, Mesh, World, instance_color


def triangle(**changes) -> Mesh:
    arrays = {
        "vertices": np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32),
        "faces": np.array([[0, 1, 2]], np.int32),
        "normals": np.tile(np.array([0, 0, 1], np.float32), (3, 1)),
        "uvs": np.zeros((3, 2), np.float32),
        "colors": np.ones((3, 3), np.float32),
        "parts": np.zeros(3, np.int32),
    }
    return Mesh(**arrays | changes)


def item(name: str, instance: int, **changes) -> Item:
    return Item(name=name, kind="furniture", instance=instance, mesh=triangle(), **changes)


def world(*items: Item) -> World:
    return World(name="room", items=items, lights=(Light("lamp", (0, 0, 2), (1, 1, 1)),))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vertices": np.zeros((3, 3))}, r"mesh vertices: expected \(3, 3\) float32, found \(3, 3\) float64"),
        ({"vertices": np.zeros((3, 2), np.float32)}, r"mesh vertices: expected \(3, 3\) float32, found \(3, 2\)"),
        ({"faces": np.zeros((1, 3), np.int64)}, r"mesh faces: expected \(1, 3\) int32, found \(1, 3\) int64"),
        ({"faces": np.zeros((1, 4), np.int32)}, "mesh faces"),
        ({"normals": np.zeros((2, 3), np.float32)}, r"mesh normals: expected \(3, 3\) float32, found \(2, 3\)"),
        ({"uvs": np.zeros((3, 3), np.float32)}, "mesh uvs"),
        ({"colors": np.zeros((3, 3), np.uint8)}, r"mesh colors: expected \(3, 3\) float32, found \(3, 3\) uint8"),
        ({"parts": np.zeros((3, 1), np.int32)}, r"mesh parts: expected \(3,\) int32"),
    ],
)
def test_a_mesh_of_other_shapes_or_dtypes_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        triangle(**change)


def test_names_and_ids_stand_once_in_a_world():
    with pytest.raises(ValueError, match="world room: item name repeated: sofa"):
        world(item("sofa", 1), item("sofa", 2))
    with pytest.raises(ValueError, match="world room: item instance repeated: 7"):
        world(item("sofa", 7), item("desk", 7))


def test_items_are_found_by_name():
    assert world(item("sofa", 1), item("desk", 2)).item("desk").instance == 2
    with pytest.raises(KeyError, match="no item 'bed'; it has sofa, desk"):
        world(item("sofa", 1), item("desk", 2)).item("bed")


def test_putting_an_item_in_replaces_its_namesake_in_place_and_leaves_the_old_world():
    before = world(item("sofa", 1), item("desk", 2))
    moved = dataclasses.replace(before.item("sofa"), local_to_world=np.diag([2.0, 2, 2, 1]))
    after = before.with_items(moved, item("lamp", 3))
    assert [one.name for one in after.items] == ["sofa", "desk", "lamp"]
    assert after.item("sofa") is moved
    assert after.item("desk") is before.item("desk")
    assert [one.name for one in before.items] == ["sofa", "desk"]
    np.testing.assert_array_equal(before.item("sofa").local_to_world, np.eye(4))


def test_an_item_with_anothers_id_is_refused_on_the_way_in():
    with pytest.raises(ValueError, match="instance repeated: 2"):
        world(item("sofa", 1), item("desk", 2)).with_items(item("bed", 2))


def test_taking_items_out_leaves_the_old_world():
    before = world(item("sofa", 1), item("desk", 2))
    assert [one.name for one in before.without("sofa", "not there").items] == ["desk"]
    assert len(before.items) == 2


def test_items_and_worlds_cannot_be_changed():
    made = world(item("sofa", 1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.items[0].visible = False
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.items = ()


def test_mask_colours_by_hand():
    # Bit k of the id is bit 7 - k // 3 of channel k % 3.
    assert instance_color(1) == (128, 0, 0)
    assert instance_color(2) == (0, 128, 0)
    assert instance_color(4) == (0, 0, 128)
    assert instance_color(8) == (64, 0, 0)
    assert instance_color(7) == (128, 128, 128)
    assert instance_color((1 << 24) - 1) == (255, 255, 255)


def test_mask_colours_are_all_different_and_never_black():
    colours = {instance_color(instance) for instance in range(1, 65_536)}
    assert len(colours) == 65_535
    assert (0, 0, 0) not in colours
    assert all(0 <= channel <= 255 for colour in colours for channel in colour)


def test_neighbouring_ids_have_colours_far_apart():
    steps = [np.abs(np.subtract(instance_color(n), instance_color(n + 1))).max() for n in range(1, 200)]
    assert min(steps) >= 128


@pytest.mark.parametrize("instance", [0, -1, 1 << 24])
def test_ids_without_a_colour_are_refused(instance):
    with pytest.raises(ValueError, match=rf"instance: expected 1\.\.16777215, found {instance}"):
        instance_color(instance)
