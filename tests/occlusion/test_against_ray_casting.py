"""Labels from a rendered depth map against rays cast at the joints themselves: another way that shares no code."""

from __future__ import annotations

import numpy as np
import pytest

from occlusionkit.geometry import Camera, camera_to_image, intrinsics_from_hfov, look_at_rotation, world_to_camera
from occlusionkit.images import decode_depth, encode_depth
from occlusionkit.occlusion.labels import HIDDEN_BY, LabelRule, label_joints
from occlusionkit.studio.render.choose import open_renderer
from occlusionkit.studio.world import Item, Light, Mesh, World

SIZE_HW = (180, 320)
PERSON, JOINTS = 1, 400
NAMES = tuple(f"joint_{number}" for number in range(JOINTS))


def box(name: str, instance: int, low: tuple[float, ...], high: tuple[float, ...], *, inside_out: bool = False) -> Item:
    """An axis-aligned box, seen from outside, or as a room from inside."""
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([face for a, b, c, d in quads for face in ((a, b, c), (a, c, d))], np.int32)
    vertices = (np.array(low) + corners * (np.array(high) - np.array(low))).astype(np.float32)
    mesh = Mesh(
        vertices=vertices,
        faces=faces[:, ::-1].copy() if inside_out else faces,
        normals=np.tile(np.array([0, 0, 1], np.float32), (8, 1)),
        uvs=np.zeros((8, 2), np.float32),
        colors=np.ones((8, 3), np.float32),
        parts=np.zeros(8, np.int32),
    )
    return Item(name=name, kind="person" if instance == PERSON else "furniture", instance=instance, mesh=mesh)


@pytest.fixture(scope="module")
def world() -> World:
    items = (
        box("room", 9, (-3, -3, 0), (3, 3, 2.6), inside_out=True),
        box("body", PERSON, (-0.25, -0.15, 0), (0.25, 0.15, 1.7)),
        box("table", 2, (-1.2, -1.1, 0), (0.4, -0.5, 0.75)),
        box("shelf", 3, (0.9, -0.6, 0), (1.2, 0.6, 1.4)),
        box("lamp", 4, (-0.65, 0.6, 0), (-0.6, 0.65, 1.8)),
    )
    return World(name="boxes", items=items, lights=(Light("lamp", (0, 0, 2.5), (1, 1, 1)),))


def view(number: int) -> Camera:
    angle = 0.3 + number * 1.1
    center = np.array([2.7 * np.cos(angle), 2.7 * np.sin(angle), 0.6 + 0.5 * number])
    rotation = look_at_rotation(center, np.array([0.0, 0.0, 0.9]))
    return Camera(intrinsics_from_hfov(75, SIZE_HW), rotation, center, SIZE_HW)


def first_hit(world: World, origin: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Along each segment's line from origin through a target: distance in units of the segment, and instance.

    Triangles by Moeller and Trumbore, all against all, in float64.
    """
    nearest, instance = np.full(len(targets), np.inf), np.zeros(len(targets), int)
    direction = targets - origin
    for item in world.items:
        a, b, c = (item.mesh.vertices[item.mesh.faces[:, k]].astype(float) for k in range(3))
        side, other = b - a, c - a
        normal = np.cross(direction[:, None], other[None])
        volume = np.einsum("rfk,fk->rf", normal, side)
        with np.errstate(divide="ignore", invalid="ignore"):
            u = np.einsum("rfk,fk->rf", normal, origin - a) / volume
            across = np.cross(origin - a, side)
            v = direction @ across.T / volume
            along = np.einsum("fk,fk->f", other, across) / volume
        hit = (np.abs(volume) > 1e-12) & (u >= 0) & (v >= 0) & (u + v <= 1) & (along > 1e-6)
        along = np.where(hit, along, np.inf).min(axis=1)
        instance[along < nearest] = item.instance
        nearest = np.minimum(nearest, along)
    return nearest, instance


@pytest.mark.parametrize("number", range(4))
def test_labels_agree_with_rays_cast_at_the_joints(world, number):
    camera = view(number)
    renderer = open_renderer("embree", threads=1)
    frame = renderer.render(world, camera, outputs=frozenset(("depth", "instance")))
    renderer.close()
    depth_m = decode_depth(encode_depth(frame.depth_m), where="x")  # as a labelling job finds it
    joints = np.random.default_rng(number).uniform([-0.24, -0.14, 0.02], [0.24, 0.14, 1.68], (JOINTS, 3))
    labels = label_joints(
        joints, camera, depth_m, frame.instance,
        person_instance=PERSON, people=frozenset((PERSON,)), joints=NAMES, rule=LabelRule(),
    )  # fmt: skip

    along, hit = first_hit(world, camera.center_world, joints)
    joint_depth_m = world_to_camera(joints, camera)[:, 2]
    gap_m = joint_depth_m * (1 - along)  # planar, since both points lie on one ray

    pixels = camera_to_image(world_to_camera(joints, camera), camera)
    inside = (pixels >= 0).all(axis=1) & (pixels[:, 0] < SIZE_HW[1]) & (pixels[:, 1] < SIZE_HW[0])
    np.testing.assert_array_equal(labels.in_image, inside)

    # Away from silhouettes and grazing surfaces: the 3 x 3 pixels around show one instance and no step of 2 cm.
    # Depth is taken at the pixel's centre, half a pixel from the ray at most, so it differs by less than such a step.
    col, row = np.floor(pixels).astype(int).T
    calm = inside & (row > 0) & (row < SIZE_HW[0] - 1) & (col > 0) & (col < SIZE_HW[1] - 1)
    middle = np.clip(row, 0, SIZE_HW[0] - 1), np.clip(col, 0, SIZE_HW[1] - 1)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            around = np.clip(row + down, 0, SIZE_HW[0] - 1), np.clip(col + right, 0, SIZE_HW[1] - 1)
            calm &= (frame.instance[around] == hit) & (np.abs(depth_m[around] - depth_m[middle]) < 0.02)
    assert calm.sum() > JOINTS / 2
    np.testing.assert_allclose(labels.gap_m[calm], gap_m[calm], rtol=0, atol=0.02)
    np.testing.assert_array_equal(labels.instance_hit[calm], hit[calm])

    clear = calm & (np.abs(np.abs(gap_m) - 0.3) > 0.02)
    np.testing.assert_array_equal(labels.visible[clear], np.abs(gap_m[clear]) < 0.3)
    expected = np.where(gap_m < 0.3, "none", np.where(hit == PERSON, "self", "furniture"))
    assert [HIDDEN_BY[cause] for cause in labels.hidden_by[clear]] == expected[clear].tolist()
    assert (labels.instance_hit[labels.in_image & ~labels.visible] > 0).all()


def test_the_views_meet_every_kind_of_label(world):
    renderer = open_renderer("embree", threads=1)
    causes: set[str] = set()
    for number in range(4):
        camera = view(number)
        frame = renderer.render(world, camera, outputs=frozenset(("depth", "instance")))
        joints = np.random.default_rng(number).uniform([-0.24, -0.14, 0.02], [0.24, 0.14, 1.68], (JOINTS, 3))
        labels = label_joints(
            joints, camera, frame.depth_m, frame.instance,
            person_instance=PERSON, people=frozenset((PERSON,)), joints=NAMES, rule=LabelRule(),
        )  # fmt: skip
        causes |= {HIDDEN_BY[cause] for cause in labels.hidden_by}
    renderer.close()
    assert causes == {"none", "furniture", "self"}
