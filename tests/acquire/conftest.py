"""A dataset of one or more files, a server that fails, and a tiny Occlusion-Person."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faulty_server import FaultyServer, serving

from occlusionkit.acquire.manifest import Dataset, SourceFile, write_manifest_tables
from occlusionkit.artifacts.pickles import write_compatible_pickle
from occlusionkit.artifacts.zips import write_stored_zip
from occlusionkit.images import encode_jpeg


@pytest.fixture
def faulty_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as server:
        yield server


@pytest.fixture
def make_dataset() -> Callable[..., Dataset]:
    """make_dataset({"a.zip": bytes}, address=..., published=("md5",), source=...) -> a free dataset named toy."""

    def make(
        files: dict[str, bytes],
        *,
        address: str = "",
        published: tuple[str, ...] = ("bytes", "md5"),
        source: str = "http",
        restricted: bool = False,
        archive: str = "",
        action: str = "extract",
    ) -> Dataset:
        rows = tuple(
            SourceFile(
                dataset="toy",
                name=name,
                archive=archive or name,
                bytes=len(data) if "bytes" in published else None,
                md5=hashlib.md5(data).hexdigest() if "md5" in published else None,
                sha256=hashlib.sha256(data).hexdigest() if "sha256" in published else None,
                source=source,
                address=f"{address}/{name}" if source == "http" else address,
                action=action,
                target=".",
            )
            for name, data in files.items()
        )
        return Dataset(
            name="toy",
            title="Toy",
            family="toy",
            version="1",
            enabled=True,
            restricted=restricted,
            licence="for play only",
            terms_page="https://example.org/terms",
            page="https://example.org/toy",
            counts={},
            instructions="Ask for it",
            notice="",
            files=rows,
        )

    return make


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def write_manifest() -> Callable[[Path, Dataset], Path]:
    """write_manifest(folder, dataset) -> the folder, holding the two tables of that one dataset."""

    def write(folder: Path, dataset: Dataset) -> Path:
        write_manifest_tables(folder, [dataset])
        return folder

    return write


@dataclass(frozen=True)
class TinyOcclusionPerson:
    """A made-up Occlusion-Person dataset in the official layout: two videos, three cameras, two frames each."""

    root: Path
    items: dict[str, list[dict[str, Any]]]


def _item(rng: np.random.Generator, video: str, camera: int, frame: int) -> dict[str, Any]:
    """One annotation item whose world, camera and image coordinates agree (mm, px); T is the camera's centre."""
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    rotation *= np.sign(np.linalg.det(rotation))
    centre_mm = rng.normal(size=(3, 1)) * 1000
    joints_camera = np.column_stack([rng.uniform(-600, 600, (15, 2)), rng.uniform(2500, 4000, 15)])
    joints_world = (rotation.T @ joints_camera.T + centre_mm).T
    focal, (width, height) = 60.0, (96, 54)
    joints_2d = joints_camera[:, :2] / joints_camera[:, 2:] * focal + (width / 2, height / 2)
    inside = np.ones((15, 1))
    visible = inside * (rng.random((15, 1)) > 0.2)
    _, action, subaction, subject, _ = re.split(r"a|_sa|_s|_sce", video)[:5]
    return {
        "image": f"{video}/{camera:02d}_{frame:06d}.jpg",
        "joints_2d": joints_2d, "joints_3d": joints_camera, "joints_gt": joints_world,
        "joints_vis": inside, "joints_vis_2d": visible,
        "center": np.array([48.0, 27.0]), "scale": np.array([0.4, 0.4]), "box": np.array([8.0, 2.0, 88.0, 52.0]),
        "video_id": video, "image_id": frame, "subject": int(subject), "action": int(action),
        "subaction": int(subaction), "camera_id": camera, "source": "unrealcv",
        "camera": {
            "R": rotation, "T": centre_mm, "fx": np.float64(focal), "fy": np.float64(focal),
            "cx": np.float64(width / 2), "cy": np.float64(height / 2), "k": np.zeros((3, 1)), "p": np.zeros((2, 1)),
            "name": str(camera),
        },
    }  # fmt: skip


@pytest.fixture
def tiny_occlusion_person(tmp_path: Path) -> TinyOcclusionPerson:
    rng = np.random.default_rng(11)
    root = tmp_path / "direct"
    videos = {"train": "a05_sa01_s14_sce00", "validation": "a06_sa02_s03_sce08"}
    items = {split: [_item(rng, video, camera, frame) for frame in (0, 5) for camera in (0, 3, 7)]
             for split, video in videos.items()}  # fmt: skip
    with write_stored_zip(root / "unrealcv" / "images.zip") as archive:
        for item in sorted((i for split in items.values() for i in split), key=lambda i: i["image"]):
            pixels = rng.integers(0, 255, (54, 96, 3), np.uint8)
            archive.add(f"images/{item['image']}", encode_jpeg(pixels, quality=80))
    for split, listed in items.items():
        write_compatible_pickle(root / "unrealcv" / "annot" / f"unrealcv_{split}.pkl", listed)
    return TinyOcclusionPerson(root, items)
