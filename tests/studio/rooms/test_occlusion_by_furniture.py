"""What furniture hides: cameras see the people's places, and between a tenth and a third of joints are hidden."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.geometry import camera_to_image, in_image, world_to_camera
from occlusionkit.studio.render import open_renderer

SIZE_HW = (180, 320)
HIDDEN_BY_M = 0.30
# A standing adult of 1.75 m, arms hanging, facing -Y: Occlusion-Person's 15 joints, m.
JOINTS = np.array(
    [[0, 0, 0.93], [-0.11, 0, 0.92], [-0.12, -0.02, 0.5], [-0.13, 0.02, 0.08], [0.11, 0, 0.92], [0.12, -0.02, 0.5],
     [0.13, 0.02, 0.08], [0, 0, 1.1], [0, 0, 1.45], [0.19, 0, 1.42], [0.27, 0.02, 1.14], [0.3, -0.08, 0.88],
     [-0.19, 0, 1.42], [-0.27, 0.02, 1.14], [-0.3, -0.08, 0.88]]
)  # fmt: skip


def places(room, count=60):
    """Joints (count, 15, 3) of people who stand about the stage."""
    rng = np.random.default_rng(1)
    xy = rng.uniform([room.stage.x_m[0], room.stage.y_m[0]], [room.stage.x_m[1], room.stage.y_m[1]], (count, 2))
    spun = (JOINTS[:, 0] + 1j * JOINTS[:, 1]) * np.exp(1j * rng.uniform(0, 2 * np.pi, (count, 1)))
    upright = np.broadcast_to(JOINTS[:, 2], spun.shape)
    return np.stack([spun.real + xy[:, :1], spun.imag + xy[:, 1:], upright], axis=-1)


def seen_and_hidden(room, renderer):
    """(8, count, 15) bool, bool: the joint is in the image; furniture is more than 30 cm in front of it."""
    joints = places(room)
    inside, hidden = [], []
    for view in room.cameras:
        camera = view.camera(SIZE_HW)
        depth_m = renderer.render(room.world, camera, outputs=frozenset({"depth"})).depth_m
        seen = world_to_camera(joints, camera)
        pixels = camera_to_image(seen, camera)
        here = in_image(pixels, size_hw=SIZE_HW)
        column, row = np.floor(np.where(here[..., None], pixels, 0)).astype(int).transpose(2, 0, 1)
        inside.append(here)
        hidden.append(here & (seen[..., 2] - depth_m[row, column] > HIDDEN_BY_M))
    return np.array(inside), np.array(hidden)


@pytest.fixture(scope="module")
def views(rooms):
    renderer = open_renderer("embree", threads=1)
    found = {name: seen_and_hidden(room, renderer) for name, room in rooms.items()}
    renderer.close()
    return found


def test_every_camera_sees_the_people(views):
    for name, (inside, _) in views.items():
        assert inside.mean() >= 0.97, name
        assert inside.mean(axis=(1, 2)).min() >= 0.95, name


def test_furniture_hides_joints_in_every_room_and_most_views_are_open(views):
    shares = {name: hidden.sum() / inside.sum() for name, (inside, hidden) in views.items()}
    assert 0.09 < np.mean(list(shares.values())) < 0.14, shares
    for name, (inside, hidden) in views.items():
        assert 0.05 < shares[name] < 0.25, (name, shares[name])
        by_camera = hidden.sum(axis=(1, 2)) / inside.sum(axis=(1, 2))
        assert by_camera.max() < 0.6, (name, by_camera.round(2))
        assert (by_camera > 0.03).sum() >= 3, (name, by_camera.round(2))


def test_rooms_are_closed(rooms):
    """Every ray hits something: no gap between walls, floor and ceiling."""
    renderer = open_renderer("embree", threads=1)
    for room in rooms.values():
        for view in (room.cameras[0], room.cameras[5]):
            frame = renderer.render(room.world, view.camera(SIZE_HW), outputs=frozenset({"depth"}))
            assert (frame.depth_m > 0).all(), (room.name, view.name)
    renderer.close()
