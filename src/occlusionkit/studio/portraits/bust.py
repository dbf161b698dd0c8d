"""Head and shoulders of a baked person, what its surface is called in a portrait, and poses of head and eyes.

Head coordinates: metres from the middle between the eyes, with the head upright at rest: x to the person's left,
y backwards (a person at rest faces -Y), z up. `HeadFrame` says where they are in the world.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...geometry import Array, Bools
from ..people import PARTS, SURFACES, Body
from ..people.surface import Pieces, carve, vertex_normals
from ..rig import Pose, pose_bones
from .draws import normal_within, turn_about

# What a portrait's pixels can be, as part ids of its meshes (0: no part of the person).
CLASSES = {
    name: number
    for number, name in enumerate(("skin", "brow", "eye", "lip", "beard", "mouth", "hair", "neck", "cloth", "limb"), 1)
}
# The face of the masks: CelebAMask-HQ's skin, brows, eyes, ears, nose, lips and the open mouth
# (a beard is on its skin). No hair.
FACE_CLASSES = tuple(CLASSES[name] for name in ("skin", "brow", "eye", "lip", "beard", "mouth"))
_HEAD_CLASS = {"skin": "skin", "brow": "brow", "lip": "lip", "sclera": "eye", "iris": "eye", "beard": "beard"}
# Linear albedo of the mouth's inside and of teeth.
_GUMS, _TEETH = np.array([0.10, 0.025, 0.022], np.float32), np.array([0.62, 0.58, 0.50], np.float32)
_TEETH_COLUMNS = 17
# How far below the neck's root a portrait may reach, m.
_BELOW_NECK_M = 0.45
# How a turn of the head is shared among the bones of the neck and the head.
_NECK_SHARES = {"neck01": 0.2, "neck02": 0.2, "neck03": 0.2, "head": 0.4}


@dataclass(frozen=True)
class HeadPose:
    """Degrees. yaw: to the person's left;  pitch: up;  roll: towards the left shoulder;  gaze: of both eyes, on top."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    gaze_yaw_deg: float = 0.0
    gaze_pitch_deg: float = 0.0


@dataclass(frozen=True, eq=False)
class HeadFrame:
    """origin (3,) m, world: between the eyes;  rotation (3, 3): head coordinates -> world."""

    origin: Array
    rotation: Array

    def to_world(self, points: Array) -> Array:
        """(..., 3) m, head coordinates -> (..., 3) m, world."""
        placed: Array = np.asarray(points) @ self.rotation.T + self.origin
        return placed

    @property
    def matrix(self) -> Array:
        """(4, 4), head coordinates -> world."""
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = self.rotation, self.origin
        return matrix


@dataclass(frozen=True, eq=False)
class Relief:
    """The front of a face as heights over a plane, in head coordinates at rest: what is worn is laid on it.

    depth (R, C) m: y at z = low_z + row * step, x = low_x + column * step, smooth, and nowhere behind the face.
    """

    depth: Array
    low_x: float
    low_z: float
    step: float

    def at(self, x: Array, z: Array) -> Array:
        """y m of the face's front at x and z (...), m; outside of the map, at its nearest edge."""
        columns = np.clip((np.asarray(x) - self.low_x) / self.step, 0, self.depth.shape[1] - 1.001)
        rows = np.clip((np.asarray(z) - self.low_z) / self.step, 0, self.depth.shape[0] - 1.001)
        column, row = columns.astype(np.int64), rows.astype(np.int64)
        right, up = columns - column, rows - row
        low = self.depth[row, column] * (1 - right) + self.depth[row, column + 1] * right
        high = self.depth[row + 1, column] * (1 - right) + self.depth[row + 1, column + 1] * right
        found: Array = low * (1 - up) + high * up
        return found


@dataclass(frozen=True, eq=False)
class Bust:
    """A person from the chest up. body: cut there, its parts replaced by CLASSES;  eyes (3,) m: between them, at rest;
    eye_left, eye_right, mouth, chin (3,) m: at rest (the eyeballs' and the lips' middles, the chin's lowest point)."""

    name: str
    body: Body
    eye_left: Array
    eye_right: Array
    mouth: Array
    chin: Array

    @property
    def eyes(self) -> Array:
        middle: Array = (self.eye_left + self.eye_right) / 2
        return middle

    @cached_property
    def rest_normals(self) -> Array:
        """(N, 3) unit, of every vertex at rest."""
        return vertex_normals(self.body.rest_vertices.astype(np.float64), self.body.faces.astype(np.int64))

    @property
    def teeth(self) -> slice:
        """The body's last vertices: the upper teeth, which do not move with the jaw."""
        return slice(len(self.body.parts) - 2 * _TEETH_COLUMNS, len(self.body.parts))

    @cached_property
    def rest_head(self) -> Array:
        """(K, 3) m, head coordinates at rest: the surface of head, neck and beard, without hair and shoulders."""
        surface = np.isin(self.body.parts, [*FACE_CLASSES, CLASSES["neck"]])
        points: Array = self.body.rest_vertices[surface].astype(np.float64) - self.eyes
        low = (self.chin - self.eyes)[2] - 0.08
        points = points[(points[:, 2] > low) & (np.hypot(points[:, 0], points[:, 1] - 0.07) < 0.15)]
        return points

    @cached_property
    def relief(self) -> Relief:
        """The front of the face (and the beard), from the forehead to below the chin."""
        step, low_x, low_z = 0.004, -0.1, -0.18
        points = self.rest_head[self.rest_head[:, 1] < 0.09]
        shape = (70, 51)
        column = np.round((points[:, 0] - low_x) / step).astype(np.int64)
        row = np.round((points[:, 2] - low_z) / step).astype(np.int64)
        inside = (column >= 0) & (column < shape[1]) & (row >= 0) & (row < shape[0])
        front = np.full(shape, np.inf)
        np.minimum.at(front, (row[inside], column[inside]), points[inside, 1])
        # Between vertices, and out to the map's edges: the most forward of those around.
        front = _most_forward(front)
        while np.isinf(front).any():
            front = np.where(np.isinf(front), _most_forward(front), front)
        return Relief(np.minimum(cv2.GaussianBlur(front, (0, 0), 1.2), front), low_x, low_z, step)


def _with_mouth(bust: Bust) -> Body:
    """The body with what an open mouth shows: a dark inside, closed at the back, and the upper teeth."""
    body = bust.body
    points, middle = body.rest_vertices - bust.eyes, bust.mouth - bust.eyes
    lips = points[body.parts == CLASSES["lip"]]
    wide, front = float(np.abs(lips[:, 0]).max()), float(lips[:, 1].min())
    x, y, z = points.T
    near = (np.abs(x) < 1.1 * wide) & (z < middle[2] + 0.011) & (z > middle[2] - 0.022)
    inside = near & (y > bust.relief.at(x, z) + 0.007) & (y < 0.05)
    inside &= np.isin(body.parts, [CLASSES["skin"], CLASSES["lip"]])
    colors, parts = body.colors.copy(), body.parts.copy()
    # The body's own inside would tear where the lips part; only what it shows at their edge is kept.
    colors[inside], parts[inside] = _GUMS, CLASSES["mouth"]
    own_faces = body.faces[~inside[body.faces].all(axis=1)]
    added = [(_arch(wide * 1.1, front + 0.018, middle[2] + 0.013, middle[2] - 0.016, columns=9), _GUMS * 0.25)]
    added.append(
        (_arch(wide * 0.78, front + 0.0125, middle[2] + 0.006, middle[2] - 0.003, columns=_TEETH_COLUMNS), _TEETH)
    )
    head = sparse.csr_matrix(([1.0], ([0], [body.rig.index("head")])), shape=(1, len(body.rig.names)))
    faces, weights, vertices = [own_faces], [body.weights], [body.rest_vertices]
    start = len(points)
    for (grid, grid_faces), color in added:
        count = len(grid)
        vertices.append((grid + bust.eyes).astype(np.float32))
        faces.append((grid_faces + start).astype(np.int32))
        weights.append(sparse.vstack([head] * count, format="csr").astype(np.float32))
        # Teeth are darker towards the corners.
        shade = 1 - 0.5 * (np.abs(grid[:, :1]) / wide) ** 2
        colors = np.concatenate([colors, (color * shade).astype(np.float32)])
        parts = np.concatenate([parts, np.full(count, CLASSES["mouth"], np.int32)])
        start += count
    more = np.arange(len(points), start)
    return replace(
        body,
        rest_vertices=np.concatenate(vertices),
        faces=np.concatenate(faces),
        weights=sparse.vstack(weights, format="csr"),
        colors=colors,
        parts=parts,
        surfaces=np.concatenate([body.surfaces, np.full(len(more), SURFACES["lip"], np.int32)]),
        welds=np.concatenate([body.welds, more.astype(np.int32)]),
    )


def _arch(
    half_m: float, front_m: float, top_m: float, bottom_m: float, *, columns: int
) -> tuple[Array, NDArray[np.int64]]:
    """An upright sheet bent backwards at its sides, as a row of teeth is: vertices (2 columns, 3) m and faces."""
    x = np.linspace(-half_m, half_m, columns)
    y = front_m + 9.0 * x**2
    rows = [np.stack([x, y, np.full(columns, height)], axis=1) for height in (top_m, bottom_m)]
    i = np.arange(columns - 1)
    faces = np.concatenate(
        [np.stack([i, i + columns, i + 1], axis=1), np.stack([i + 1, i + columns, i + columns + 1], axis=1)]
    )
    return np.concatenate(rows), faces


def _most_forward(depth: Array) -> Array:
    """The least value among each cell's neighbours and itself. The map goes on beyond its border."""
    return np.asarray(cv2.erode(depth, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE))


def bust_of(body: Body) -> Bust:
    """The portrait part of a baked person."""
    rig = body.rig
    low = rig.rest_heads[rig.index("neck01")][2] - _BELOW_NECK_M
    hands = [number for part, number in PARTS.items() if part.startswith(("hand", "thigh", "shin", "foot"))]
    kept = (body.rest_vertices[:, 2] > low) & ~np.isin(body.parts, hands)
    cut = cut_body(body, kept)
    lips = cut.rest_vertices[cut.surfaces == SURFACES["lip"]]
    if not len(lips):
        raise ValueError(f"person {body.name}: expected painted lips, found none; bake the people again")
    left, right = (rig.rest_heads[rig.index(f"eye.{side}")] for side in "LR")
    named = replace(cut, parts=_classes(cut))
    eyes, mouth = (left + right) / 2, lips.mean(axis=0).astype(np.float64)
    chin = _chin(named, eyes=eyes, mouth=mouth)
    bare = Bust(body.name, _split_at_jaw(named, _above_jaw(named, eyes=eyes, chin=chin)), left, right, mouth, chin)
    return replace(bare, body=_with_mouth(bare))


def _classes(body: Body) -> NDArray[np.int32]:
    """(N,) CLASSES ids of a body's vertices."""
    found = np.full(len(body.parts), CLASSES["cloth"], np.int32)
    head, skin = body.parts == PARTS["head"], body.surfaces == SURFACES["skin"]
    found[skin] = CLASSES["limb"]
    found[(skin | (body.surfaces == SURFACES["beard"])) & (body.parts == PARTS["neck"])] = CLASSES["neck"]
    for surface, name in _HEAD_CLASS.items():
        found[head & (body.surfaces == SURFACES[surface])] = CLASSES[name]
    found[body.surfaces == SURFACES["hair"]] = CLASSES["hair"]
    return found


def _chin(body: Body, *, eyes: Array, mouth: Array) -> Array:
    """(3,) m: where the chin, or the beard on it, is lowest and foremost."""
    points = body.rest_vertices - eyes
    front = np.isin(body.parts, FACE_CLASSES) & (np.abs(points[:, 0]) < 0.008) & (points[:, 1] < 0.0)
    below = np.flatnonzero(front & (points[:, 2] < (mouth - eyes)[2]))
    found: Array = body.rest_vertices[below[np.argmax(points[below] @ [0.0, -0.6, -0.8])]].astype(np.float64)
    return found


def _above_jaw(body: Body, *, eyes: Array, chin: Array) -> Array:
    """(N,) m above the lower edge of the jaw, where a face ends and a neck begins; below it negative.

    The edge runs, seen from the side, from the chin's lowest point to the jaw's angle below the ear, and up behind it.
    """
    points, (_, chin_y, chin_z) = body.rest_vertices - eyes, chin - eyes
    skull = body.rig.rest_heads[body.rig.index("head")] - eyes
    edge_y = [chin_y, skull[1] - 0.024, skull[1], skull[1] + 0.2]
    edge_z = [chin_z - 0.003, chin_z + 0.030, skull[2] - 0.015, skull[2] - 0.03]
    above: Array = points[:, 2] - np.interp(points[:, 1], edge_y, edge_z)
    return above


def _split_at_jaw(body: Body, above_jaw: Array) -> Body:
    """Skin above the jaw's edge becomes "skin", below it "neck", cut where the edge runs."""
    bare = np.isin(body.parts, [CLASSES["skin"], CLASSES["neck"], CLASSES["limb"]])
    labels = np.where(bare[body.faces].all(axis=1), 0, 1)
    count = len(body.rest_vertices)
    pieces = Pieces(body.faces.astype(np.int64), labels, sparse.identity(count, format="csr"))
    pieces = carve(pieces, above_jaw[None], label=2, among=(0,))
    # Below, a face takes copies of its vertices: what a vertex is called holds for all of its faces.
    neck = pieces.labels == 0
    points = np.unique(pieces.faces[neck])
    copies = np.zeros(pieces.mix.shape[0], np.int64)
    copies[points] = pieces.mix.shape[0] + np.arange(len(points))
    mix = sparse.vstack([pieces.mix, pieces.mix[points]], format="csr")
    faces = np.where(neck[:, None], copies[pieces.faces], pieces.faces)
    parts = np.concatenate([body.parts, np.full(mix.shape[0] - count, CLASSES["skin"], np.int32)])
    parts[:count][bare] = np.where(above_jaw[bare] > 0, CLASSES["skin"], CLASSES["neck"])
    parts[pieces.mix.shape[0] :] = CLASSES["neck"]
    own = np.arange(count, pieces.mix.shape[0])
    welds = np.concatenate([body.welds, own])
    made_of = np.concatenate([np.arange(count), np.asarray(pieces.mix[count:].argmax(axis=1)).ravel()])
    made_of = np.concatenate([made_of, made_of[points]])
    whole = replace(
        body,
        rest_vertices=(mix @ body.rest_vertices).astype(np.float32),
        faces=faces.astype(np.int32),
        weights=(mix @ body.weights).astype(np.float32),
        colors=(mix @ body.colors).astype(np.float32),
        parts=parts,
        surfaces=body.surfaces[made_of],
        welds=np.concatenate([welds, welds[points]]).astype(np.int32),
    )
    return cut_body(whole, np.ones(len(parts), bool))


def cut_body(body: Body, kept: Bools) -> Body:
    """The faces of a body whose three vertices are all kept (N,), and the vertices that they use."""
    faces = body.faces[kept[body.faces].all(axis=1)]
    used = np.unique(faces)
    new = np.full(len(kept), -1, np.int32)
    new[used] = np.arange(len(used), dtype=np.int32)
    # Welded vertices keep one number among those left.
    _, first, group = np.unique(body.welds[used], return_index=True, return_inverse=True)
    return replace(
        body,
        rest_vertices=body.rest_vertices[used],
        faces=new[faces],
        weights=body.weights[used],
        colors=body.colors[used],
        parts=body.parts[used],
        surfaces=body.surfaces[used],
        welds=first[group.ravel()].astype(np.int32),
    )


def draw_head_pose(rng: np.random.Generator, *, spread: float = 1.0) -> HeadPose:
    """How a person holds the head for a portrait; spread 1: as in studio portraits, 2: as it comes."""
    return HeadPose(
        yaw_deg=normal_within(rng, 9 * spread, 24 * spread),
        pitch_deg=normal_within(rng, 5 * spread, 12 * spread),
        roll_deg=normal_within(rng, 4 * spread, 10 * spread),
        gaze_yaw_deg=normal_within(rng, 6, 18),
        gaze_pitch_deg=normal_within(rng, 4, 10),
    )


def pose_of(bust: Bust, head: HeadPose) -> Pose:
    """The rest pose with arms hanging, and this head."""
    rig, rest = bust.body.rig, bust.body.rest_pose()
    rotations = rest.rotations.copy()
    for bone, share in _NECK_SHARES.items():
        rotations[rig.index(bone)] = _turn(share * head.yaw_deg, share * head.pitch_deg, share * head.roll_deg)
    for side in "LR":
        rotations[rig.index(f"eye.{side}")] = _turn(head.gaze_yaw_deg, head.gaze_pitch_deg, 0.0)
        down = np.radians(34.0 if side == "L" else -34.0)
        rotations[rig.index(f"upperarm01.{side}")] = turn_about(np.array([0.0, 1.0, 0.0]), down)
    return Pose(rotations=rotations, root_m=rest.root_m)


def _turn(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Array:
    # About Z left is counter-clockwise; looking up is a turn about -X, leaning to the left (+X) one about +Y.
    yaw, pitch, roll = np.radians([yaw_deg, pitch_deg, roll_deg])
    x, y, z = np.eye(3)
    return turn_about(z, yaw) @ turn_about(-x, pitch) @ turn_about(y, roll)


def head_frame(bust: Bust, pose: Pose) -> HeadFrame:
    """Where head coordinates are in the world, for a pose."""
    rig = bust.body.rig
    turned, heads = pose_bones(rig, pose.rotations, pose.root_m)
    head = rig.index("head")
    origin = heads[head] + turned[head] @ (bust.eyes - rig.rest_heads[head])
    return HeadFrame(origin=origin, rotation=turned[head])
