"""The thirteen people as they are baked: their bodies against anny's own, and their clothes in all seven actions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial import cKDTree

from occlusionkit.skeletons import ACTIONS
from occlusionkit.studio.motions import action_motion, subactions
from occlusionkit.studio.people import PARTS, SURFACES, Body
from occlusionkit.studio.people.body import skin_vertices
from occlusionkit.studio.people.wardrobe import PEOPLE
from occlusionkit.studio.rig import Pose, Rig, joints_of, pose_bones

pytestmark = pytest.mark.slow

GARMENTS = tuple(SURFACES[name] for name in ("top", "bottom", "skirt", "shoe", "sole"))


def turned(axis_deg: tuple[float, float, float]) -> np.ndarray:
    """(3, 3) rotation about an axis by its length in degrees (Rodrigues)."""
    vector = np.radians(axis_deg)
    angle = np.linalg.norm(vector)
    x, y, z = vector / max(angle, 1e-12)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def posed(body: Body, **bones: tuple[float, float, float]) -> Pose:
    """Bones by name ("upperleg01_L"), turned about the world's axes at rest, in degrees."""
    rotations = body.rest_pose().rotations.copy()
    for bone, axis_deg in bones.items():
        rotations[body.rig.index(bone.replace("_", "."))] = turned(axis_deg)
    return replace(body.rest_pose(), rotations=rotations)


EXTREMES: dict[str, dict[str, tuple[float, float, float]]] = {
    "squat": {
        **{f"upperleg01_{side}": (-110, 15 * sign, -15 * sign) for side, sign in (("L", -1), ("R", 1))},
        **{f"lowerleg01_{side}": (120, 0, 0) for side in "LR"},
    },
    "stride": {"upperleg01_L": (-40, 0, 0), "upperleg01_R": (30, 0, 0), "lowerleg01_R": (45, 0, 0)},
    "arms_up": {"upperarm01_L": (0, -110, 0), "upperarm01_R": (0, 110, 0)},
    "sit": {
        f"{bone}_{side}": (flex, 0, 0) for bone, flex in (("upperleg01", -85), ("lowerleg01", 85)) for side in "LR"
    },
    "kick": {"upperleg01_R": (-95, 0, 0), "upperarm01_L": (-60, 20, 0), "spine03": (-8, 0, 0)},
}


def test_skinning_equals_annys_own_in_random_poses(anatomy):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(5)
    spec = PEOPLE[4]
    figure = anatomy.figure(spec.shape)
    rig = Rig(names=anatomy.bones, parents=anatomy.parents, rest_heads=figure.heads)
    weights = sparse.csr_matrix(anatomy.weights.astype(np.float32))
    sliders = {name: torch.tensor([value]) for name, value in vars(spec.shape).items()}
    rest = anatomy.model(phenotype_kwargs=sliders)["rest_bone_poses"][0].detach().numpy().astype(np.float64)
    floor = figure.heads[0] - rest[0, :3, 3]  # anny's origin is at the pelvis
    for _ in range(3):
        rotations = np.stack([turned(rng.normal(0, 25, 3)) for _ in anatomy.bones])
        pose = Pose(rotations=rotations, root_m=figure.heads[0] + rng.normal(0, 1, 3))
        # anny takes where each bone is in the world: its rest pose, turned by ours about its head.
        global_rotations, heads = pose_bones(rig, rotations, pose.root_m)
        parameters = torch.eye(4).repeat(1, len(anatomy.bones), 1, 1)
        parameters[0, :, :3, :3] = torch.tensor(global_rotations @ rest[:, :3, :3])
        parameters[0, :, :3, 3] = torch.tensor(heads - floor)
        with torch.no_grad():
            expected = anatomy.model(
                pose_parameters=parameters, phenotype_kwargs=sliders, pose_parameterization="world"
            )["vertices"][0].numpy()
        vertices = skin_vertices(figure.vertices.astype(np.float32), weights, rig, pose)
        # float32 on both sides, up to 4 m from the origin.
        np.testing.assert_allclose(vertices, expected + floor, rtol=0, atol=1e-4)


def test_bare_skin_is_annys_skin(anatomy, people):
    """Hands wear nothing: their vertices, cut or not, lie on the naked body of that shape."""
    for body, spec in zip(people, PEOPLE, strict=True):
        hand = np.isin(body.parts, [PARTS["hand_l"], PARTS["hand_r"]]) & (body.surfaces == SURFACES["skin"])
        assert hand.sum() > 500
        figure = anatomy.figure(spec.shape)
        raised = body.rig.rest_heads[0] - figure.heads[0]
        distance, _ = cKDTree(figure.vertices + raised).query(body.rest_vertices[hand])
        assert np.median(distance) < 1e-6
        assert distance.max() < 0.02  # a cut in the middle of an edge


def test_adults_stand_in_their_shoes_on_the_floor(people):
    for body, spec in zip(people, PEOPLE, strict=True):
        assert (body.name, body.subject, body.description) == (spec.name, spec.subject, spec.description)
        assert 1.5 < body.height_m < 2.0, body.name
        vertices = body.mesh(body.rest_pose()).vertices
        sole = body.surfaces == SURFACES["sole"]
        assert vertices[:, 2].min() == pytest.approx(0, abs=1e-6)
        assert sole[vertices[:, 2] < 1e-3].all()
        # Barefoot, plus a sole and hair of at most 7 cm.
        assert body.height_m < vertices[:, 2].max() < body.height_m + 0.085
        assert np.ptp(vertices[sole, 0]) > 0.2, "two shoes"


def test_rest_pose_gives_the_rest_vertices_and_joints_follow_the_rig(people):
    for body in people:
        np.testing.assert_allclose(body.mesh(body.rest_pose()).vertices, body.rest_vertices, atol=1e-6)
        pose = posed(body, **EXTREMES["kick"])
        joints = body.joints(pose)
        np.testing.assert_array_equal(joints, joints_of(body.rig, pose_bones(body.rig, pose.rotations, pose.root_m)[1]))
        assert joints.shape == (15, 3)


def test_faces_are_there_and_symmetric(people):
    for body, spec in zip(people, PEOPLE, strict=True):
        for name in ("sclera", "iris", "lip", "brow", "skin", "top", "shoe", "sole"):
            points = body.rest_vertices[body.surfaces == SURFACES[name]]
            assert len(points) > 8, (body.name, name)
            if name in ("iris", "lip", "brow"):
                assert abs(points[:, 0].mean()) < 0.004, (body.name, name)
        iris, lip, brow = (
            body.rest_vertices[body.surfaces == SURFACES[name]].mean(axis=0) for name in ("iris", "lip", "brow")
        )
        assert lip[2] < iris[2] < brow[2]
        assert max(lip[1], iris[1], brow[1]) < body.rig.rest_heads[body.rig.index("head")][1], "they look along -Y"
        assert (body.surfaces == SURFACES["hair"]).any() == (spec.hair.style != "bald")


def test_parts_belong_to_their_limb_also_when_dressed(people):
    for body in people:
        for side, sign in (("l", 1), ("r", -1)):
            for part, bone, next_bone in (
                ("lower_arm", "lowerarm01", "wrist"),
                ("upper_arm", "upperarm02", "lowerarm01"),
                ("thigh", "upperleg02", "lowerleg01"),
                ("shin", "lowerleg02", "foot"),
            ):
                here, there = (body.rig.rest_heads[body.rig.index(f"{b}.{side.upper()}")] for b in (bone, next_bone))
                middle = (here + there) / 2
                worn = body.surfaces != SURFACES["skirt"]
                near = worn & (np.linalg.norm(body.rest_vertices - middle, axis=1) < 0.08)
                if near.any():
                    ids, counts = np.unique(body.parts[near], return_counts=True)
                    assert ids[counts.argmax()] == PARTS[f"{part}_{side}"], (body.name, part, side)
            limbs = [i for name, i in PARTS.items() if name.endswith(f"_{side}") and name != "hair"]
            assert (body.rest_vertices[np.isin(body.parts, limbs), 0] * sign).mean() > 0.1


def test_the_same_specification_gives_the_same_bytes(tmp_path, anatomy, people_file):
    from occlusionkit.studio.people.body import load_people, save_people
    from occlusionkit.studio.people.dress import dress, workshop_of

    made = tuple(dress(workshop_of(anatomy), spec) for spec in PEOPLE[5:7])
    baked = load_people(people_file)[5:7]
    for name, bodies in (("made", made), ("baked", baked)):
        save_people(tmp_path / name, bodies)
    assert (tmp_path / "made").read_bytes() == (tmp_path / "baked").read_bytes()


def test_the_people_are_a_small_file(people_file):
    assert people_file.stat().st_size < 15e6


# ------------------------------------------------------------------------------------------------- clothes and skin


def first_hits(vertices: np.ndarray, faces: np.ndarray, azimuth_deg: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    """What a camera 4 m away and a little above sees: the face of each pixel that is hit (P,), and the rays (P, 3)."""
    from embreex.mesh_construction import TriangleMesh
    from embreex.rtcore_scene import EmbreeScene

    scene = EmbreeScene()
    TriangleMesh(scene, vertices[faces].astype(np.float32))
    center = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    azimuth, elevation = np.radians([azimuth_deg, 12])
    away = [np.cos(elevation) * np.sin(azimuth), -np.cos(elevation) * np.cos(azimuth), np.sin(elevation)]
    back = np.array(away)
    right = np.cross([0, 0, 1], back)
    right /= np.linalg.norm(right)
    up = np.cross(back, right)
    steps = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(1.3 * steps, 1.3 * steps)
    rays = (-4 * back + x[..., None] * right + y[..., None] * up).reshape(-1, 3).astype(np.float32)
    origins = np.tile((center + 4 * back).astype(np.float32), (len(rays), 1))
    face = scene.run(origins, rays)
    return face[face >= 0], rays[face >= 0]


def covered_faces(body: Body) -> np.ndarray:
    """(M,) bool: faces of skin, or of what else is worn underneath, with a garment in front of them at rest.

    In front: along the face's normal, within 12 cm (a skirt stands off the legs by that much).
    """
    from embreex.mesh_construction import TriangleMesh
    from embreex.rtcore_scene import EmbreeScene

    triangles = body.rest_vertices[body.faces]
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    scene = EmbreeScene()
    TriangleMesh(scene, triangles)
    hit = scene.run((triangles.mean(axis=1) + 5e-4 * normals).astype(np.float32), normals, output=True)
    surface = body.surfaces[body.faces[:, 2]]
    in_front = np.where(hit["primID"] >= 0, surface[hit["primID"]], 0)
    under = np.isin(surface, [SURFACES[name] for name in ("skin", "sock", "bottom")])
    return under & np.isin(in_front, GARMENTS) & (in_front != surface) & (hit["tfar"] < 0.12)


def poses_of(body: Body) -> dict[str, list[Pose]]:
    """Extremes, and an instant of every second clip of each of the seven actions, others for the next person."""
    poses = {name: [posed(body, **bones)] for name, bones in EXTREMES.items()}
    for action in ACTIONS:
        for subaction in range(body.subject % 2, len(subactions(action)), 2):
            motion = action_motion(action, subaction, body.rig, duration_s=2.6, fps=5.0, seed=body.subject)
            poses.setdefault(action, []).append(motion.pose(body.subject - 1))
    return poses


def test_covered_skin_stays_covered_and_nothing_is_seen_from_within(people):
    for body in people:
        covered = covered_faces(body)
        seen = {}
        for name, poses in poses_of(body).items():
            garment = through = person = inside = 0
            for i, pose in enumerate(poses):
                mesh = body.mesh(pose)
                first, second, third = (mesh.vertices[mesh.faces[:, corner]] for corner in range(3))
                normals = np.cross(second - first, third - first)
                face, rays = first_hits(mesh.vertices, mesh.faces, azimuth_deg=25 + 130 * i, size=130)
                garment += int(np.isin(body.surfaces[body.faces[face, 2]], GARMENTS).sum())
                through += int(covered[face].sum())
                person += len(face)
                inside += int((np.einsum("ij,ij->i", normals[face], rays) > 0).sum())
            seen[name] = np.array([garment, through, person, inside])
        garment, through, person, inside = np.sum(list(seen.values()), axis=0)
        report = {name: f"{counts[1] / counts[0]:.2%}" for name, counts in seen.items()}
        assert through < 0.005 * garment, f"{body.name}: covered skin on {through / garment:.2%} of clothes: {report}"
        # Skirts show their lining's inside when they fly; all else is closed.
        assert inside < (0.02 if (body.surfaces == SURFACES["skirt"]).any() else 0.003) * person, body.name


def test_skin_that_was_not_left_out_would_be_noticed(people):
    """The measure sees what it should: pull a skirt into the legs, and covered skin shows."""
    body = next(body for body in people if body.name == "p02")
    skirt = body.surfaces == SURFACES["skirt"]
    center = np.array([0, body.rest_vertices[skirt, 1].mean(), 0])
    shrunk = np.where(skirt[:, None], center + (body.rest_vertices - center) * [0.72, 0.72, 1], body.rest_vertices)
    bad = replace(body, rest_vertices=shrunk.astype(np.float32))
    covered = covered_faces(body)
    mesh = bad.mesh(bad.rest_pose())
    face, _ = first_hits(mesh.vertices, mesh.faces, azimuth_deg=20, size=130)
    garment = np.isin(body.surfaces[body.faces[face, 2]], GARMENTS).sum()
    assert covered[face].sum() > 0.01 * garment
