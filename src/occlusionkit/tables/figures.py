"""Figures of an Occlusion-Person dataset: samples with hidden joints, a contact sheet, and charts of the rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import matplotlib.pyplot as plt
import numpy as np

from ..artifacts import write_bytes
from ..artifacts.tables import Table
from ..artifacts.zips import StoredZip
from ..geometry import Array
from ..images import Image, decode_depth, decode_image, encode_jpeg
from ..skeletons import ACTIONS, OCCLUSION_PERSON
from .charts import CHART_STYLE, save_chart
from .drawing import caption, draw_depth, draw_joints, tile

_BAR, _PAPER = "#4477aa", "#cc3311"


def image_member(image: str) -> str:
    """Where the official layout keeps an image inside images.zip."""
    return f"images/{image}"


def depth_member(image: str) -> str:
    """Where depth.zip keeps the depth map of an image."""
    return f"depth/{Path(image).with_suffix('.png')}"


def sample_rows(index: Table, count: int) -> list[int]:
    """Rows that show the labels at work: for each room in turn, views with some but not most joints hidden.

    Of each room the rows are ranked by how near their occluded share is to 30%; ties by name. Deterministic.
    """
    occluded = np.sum(index["in_image"] & ~index["visible"], axis=1) / len(OCCLUSION_PERSON.joints)
    complete = np.all(index["in_image"], axis=1)
    keys = [(not complete[r], round(abs(float(occluded[r]) - 0.3), 6), index["image"][r]) for r in range(len(index))]
    ranked = sorted(range(len(index)), key=keys.__getitem__)
    by_scene: dict[int, list[int]] = {}
    for row in ranked:
        by_scene.setdefault(int(index["scene"][row]), []).append(row)
    rounds = [
        by_scene[scene][turn] for turn in range(count) for scene in sorted(by_scene) if turn < len(by_scene[scene])
    ]
    return rounds[:count]


def draw_samples(index: Table, images: StoredZip, depths: StoredZip | None, *, count: int) -> Image:
    """Views with their joints, each beside its depth map (where depth was kept), hidden joints as red crosses."""
    rows = sample_rows(index, count)
    pictures = []
    for row in rows:
        name = str(index["image"][row])
        joints = index["joints_2d"][row]
        marks = {"in_image": index["in_image"][row], "visible": index["visible"][row], "skeleton": OCCLUSION_PERSON}
        view = decode_image(images.read(image_member(name)), where=name)
        title = f"{ACTIONS[index['action'][row]]}, room {index['scene'][row]}, camera {index['camera_id'][row]}"
        pictures.append(caption(draw_joints(view, joints, **marks), title))
        if depths is not None:
            depth_m = decode_depth(depths.read(depth_member(name)), where=name)
            body = index["joints_3d_camera"][row][:, 2]
            shown = draw_depth(depth_m, near_m=max(0.3, float(body.min()) - 2), far_m=float(body.max()) + 2.5)
            pictures.append(caption(draw_joints(shown, joints, **marks), "planar depth, near is bright"))
    return tile(pictures, columns=2 if depths is not None else 3)


def draw_people(index: Table, images: StoredZip, *, side_px: int = 180) -> Image:
    """Every person once, cut out of the view that shows most of them."""
    return _crops(index, images, index["subject"], lambda value: f"person {value}", side_px=side_px, columns=7)


def draw_actions(index: Table, images: StoredZip, *, per_action: int = 6, side_px: int = 180) -> Image:
    """Every action in a row of its own: different people and moments, in views that show most of them."""
    pictures: list[Image] = []
    for action in sorted(set(index["action"].tolist())):
        rows = _spread(index, np.flatnonzero(index["action"] == action), per_action)
        pictures += [_crop(index, images, row, ACTIONS[action], side_px) for row in rows]
        pictures += [np.full((side_px * 3 // 2, side_px, 3), 255, np.uint8)] * (per_action - len(rows))
    return tile(pictures, columns=per_action)


def draw_rooms(index: Table, images: StoredZip, *, width_px: int = 420) -> Image:
    """Every room once, from the camera whose view has most joints inside."""
    pictures = []
    for scene in sorted(set(index["scene"].tolist())):
        row = _best(index, np.flatnonzero(index["scene"] == scene))
        view = decode_image(images.read(image_member(index["image"][row])), where=index["image"][row])
        size = (width_px, width_px * view.shape[0] // view.shape[1])
        pictures.append(caption(cv2.resize(view, size, interpolation=cv2.INTER_AREA), f"room {scene}"))
    return tile(pictures, columns=3)


def _best(index: Table, rows: Any) -> int:
    """The view that shows the person best: most joints visible first, then facing the camera, then by name."""
    shown = index["visible"].sum(axis=1)
    facing = facing_camera(index["joints_3d_camera"])
    keys = {row: (-int(shown[row]), -round(float(facing[row]), 3), str(index["image"][row])) for row in rows}
    return int(min(rows, key=keys.__getitem__))


def facing_camera(joints_3d_camera: Array) -> Array:
    """(..., 15, 3) m, camera frame -> (...) from -1, seen from behind, to 1, facing the camera."""
    lsho, rsho, neck, root = (
        joints_3d_camera[..., OCCLUSION_PERSON.index(n), :] for n in ("lsho", "rsho", "neck", "root")
    )
    # Standing, left x up points forward; the camera looks along +z.
    forward = np.cross(lsho - rsho, neck - root)
    cosine: Array = -forward[..., 2] / np.maximum(np.linalg.norm(forward, axis=-1), 1e-12)
    return cosine


def _spread(index: Table, rows: Any, count: int) -> list[int]:
    """`count` best views of different instants, takes in turn and each time at another moment of the take."""
    takes: dict[str, dict[int, list[int]]] = {}
    for row in rows:
        takes.setdefault(str(index["video_id"][row]), {}).setdefault(int(index["image_id"][row]), []).append(int(row))
    picked: list[int] = []
    for turn in range(max(len(instants) for instants in takes.values())):
        for number, (_, instants) in enumerate(sorted(takes.items())):
            moments = sorted(instants)
            if turn < len(moments):
                # Half a take further each round, one further for each take: neighbours in the figure differ.
                moment = moments[(number + turn * (len(moments) // 2 + 1)) % len(moments)]
                picked.append(_best(index, instants[moment]))
    return list(dict.fromkeys(picked))[:count]


def _crops(
    index: Table, images: StoredZip, values: Any, title: Callable[[int], str], *, side_px: int, columns: int
) -> Image:
    groups = sorted(set(values.tolist()))
    pictures = [
        _crop(index, images, _best(index, np.flatnonzero(values == value)), title(value), side_px) for value in groups
    ]
    return tile(pictures, columns=columns)


def _crop(index: Table, images: StoredZip, row: int, title: str, side_px: int) -> Image:
    """A 2:3 portrait around one person's box, black outside the image."""
    name = str(index["image"][row])
    view = decode_image(images.read(image_member(name)), where=name)
    x0, y0, x1, y1 = index["box_xyxy"][row]
    half = max((x1 - x0) / 2, (y1 - y0) / 3) * 1.08
    centre = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    scale = side_px / (2 * half)
    matrix = np.array([[scale, 0, side_px / 2 - scale * centre[0]], [0, scale, side_px * 0.75 - scale * centre[1]]])
    cut: Image = cv2.warpAffine(view, matrix, (side_px, side_px * 3 // 2), flags=cv2.INTER_AREA)
    return caption(cut, title)


def write_picture(path: Path, image: Image) -> None:
    """Write a figure made of photographs as JPEG."""
    write_bytes(path, encode_jpeg(image, quality=90))


def write_rates_chart(path: Path, rates: Table, groupings: Sequence[str]) -> None:
    """Bars of the occlusion rate by group, one panel for each grouping."""
    with plt.rc_context(CHART_STYLE):
        figure, axes = plt.subplots(1, len(groupings), figsize=(3.4 * len(groupings), 3.4), squeeze=False)
        for axis, grouping in zip(axes[0], groupings, strict=True):
            rows = np.flatnonzero(rates["grouping"] == grouping)
            labels = [str(rates["group"][row]).split(" (")[0] for row in rows]
            axis.barh(labels, 100 * rates["rate"][rows], color=_BAR)
            axis.invert_yaxis()
            axis.set_title(f"by {grouping}", loc="left")
            axis.set_xlabel("occluded joints, %")
        figure.tight_layout()
        save_chart(figure, path)


def write_threshold_chart(path: Path, rates: Table) -> None:
    """The occlusion rate against the depth threshold, for both rules, with the paper's 30 cm marked."""
    with plt.rc_context(CHART_STYLE):
        figure, axis = plt.subplots(figsize=(5.2, 3.4))
        for rule, line in (("absolute", "-o"), ("one_sided", "--s")):
            rows = rates["rule"] == rule
            axis.plot(100 * rates["threshold_m"][rows], 100 * rates["rate"][rows], line, label=rule, markersize=4)
        axis.axvline(30, color=_PAPER, linewidth=1)
        axis.annotate(
            "the paper's 30 cm", (30, axis.get_ylim()[1]), xytext=(4, -10), textcoords="offset points", color=_PAPER
        )
        axis.set_xlabel("threshold, cm")
        axis.set_ylabel("occluded joints, %")
        axis.set_ylim(bottom=0)
        axis.legend(frameon=False)
        save_chart(figure, path)
