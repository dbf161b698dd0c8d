"""Crops on disk: one zip and one table for each part of the people, then the official folders and one index."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...artifacts.tables import Table, concatenate, make_table, read_table, write_table
from ...artifacts.zips import StoredZip, write_stored_zip
from ...images import encode_jpeg, encode_tiff
from ..people import Body
from ..world import Renderer
from .layouts import FOLDERS, Dataset, Task, tasks_of
from .schemas import CROPS
from .shots import OCCLUDED, WHOLE_AT_MOST, Cast, Passers, Shot, shots
from .sites import SITES, build_site
from .take import Crop, take

# Draws of one crop's shot before it is given up, each of many places.
TRIES = 24
_CROPS_STREAM = 0xC0
JPEG_QUALITY = 90


@dataclass(frozen=True)
class CropsPlan:
    """occluded_reid: how many identities, from the first, go to Occluded-REID; the others to Market-1501.
    images: of each side there;  market_images: of each person."""

    occluded_reid: int
    images: int
    market_images: int
    seed: int

    def tasks(self, identity: int) -> list[Task]:
        return tasks_of(
            identity,
            occluded_reid=self.occluded_reid,
            images=self.images,
            market_images=self.market_images,
            seed=self.seed,
        )


def render_part(
    renderer: Renderer, identities: Sequence[Body], passers: Sequence[Body], plan: CropsPlan, images: Path, table: Path
) -> dict[str, Any]:
    """Render all crops of some people into a zip (members as below results/data) and their table.

    A crop depends on its person, the passers-by and the plan alone. Returns facts for the sidecar.
    ValueError where a person can not be shown as wanted.
    """
    made, redrawn = {}, 0
    for task, shot, crop, draws in _crops(renderer, identities, passers, plan):
        made[task] = (shot, crop)
        redrawn += draws - 1
    tasks = sorted(made, key=lambda task: (task.dataset, task.path))
    with write_stored_zip(images) as archive:
        for task in tasks:
            archive.add(f"{task.dataset}/{task.path}", _encoded(task, made[task][1]))
    write_table(table, _table(tasks, [made[task] for task in tasks]))
    return {"crops": len(tasks), "redrawn": redrawn, "host": {"renderer": renderer.description}}


def _crops(
    renderer: Renderer, identities: Sequence[Body], passers: Sequence[Body], plan: CropsPlan
) -> Iterator[tuple[Task, Shot, Crop, int]]:
    """Site by site: a renderer keeps what it has uploaded of one."""
    tasks = [(task, body) for body in identities for task in plan.tasks(body.subject)]
    strangers = Passers(passers, seed=plan.seed)
    for name in SITES:
        here = [(task, body) for task, body in tasks if task.camera.site == name]
        cast = Cast(build_site(name), strangers) if here else None
        for task, body in here:
            assert cast is not None
            yield task, *one_crop(renderer, cast, task, body, seed=plan.seed)


def one_crop(renderer: Renderer, cast: Cast, task: Task, body: Body, *, seed: int) -> tuple[Shot, Crop, int]:
    """The crop of a task, and how many shots it took until as much was hidden as its side asks for."""
    stream = (_CROPS_STREAM, task.identity, int(task.side == "occluded"), task.number)
    rng = np.random.default_rng([seed, *stream])
    low, high = OCCLUDED if task.side == "occluded" else (0.0, WHOLE_AT_MOST)
    for draws, shot in enumerate(shots(cast, task.camera, body, rng, side=task.side, tries=TRIES), start=1):
        crop = take(renderer, shot, rng)
        if low <= crop.hidden_fraction <= high:
            return shot, crop, draws
    raise ValueError(
        f"crops: found no shot of {body.name} by camera {task.camera.number} ({task.camera.site}) with {low:.0%} to "
        f"{high:.0%} hidden in {TRIES} draws; another seed, or more draws (studio.crops.files.TRIES)"
    )


def _encoded(task: Task, crop: Crop) -> bytes:
    return encode_tiff(crop.image) if task.path.endswith(".tif") else encode_jpeg(crop.image, quality=JPEG_QUALITY)


def _table(tasks: Sequence[Task], made: Sequence[tuple[Shot, Crop]]) -> Table:
    columns: dict[str, Any] = {
        name: [getattr(task, name) for task in tasks]
        for name in ("dataset", "path", "identity", "split", "side", "number")
    }
    columns |= {
        "camera": [task.camera.number for task in tasks],
        "site": [task.camera.site for task in tasks],
        "hidden_by": [shot.hidden_by for shot, _ in made],
        "cover": [shot.cover for shot, _ in made],
        "hidden_fraction": [crop.hidden_fraction for _, crop in made],
        "person_px": [crop.person_px for _, crop in made],
        "box_xyxy": np.array([crop.box_xyxy for _, crop in made]).reshape(-1, 4),
        "camera_size_hw": np.array([task.camera.size_hw for task in tasks]).reshape(-1, 2),
    }
    return make_table(CROPS, columns)


def write_crops(
    archives: Sequence[Path], tables: Sequence[Path], index: Path, folders: dict[Dataset, Path]
) -> dict[str, Any]:
    """Unpack all parts into the official folders, one per data set, and join their tables into one index.

    A folder that is there already is replaced. ValueError where a data set has no crops, or an archive and its table
    differ. Returns facts for the sidecar.
    """
    whole = concatenate([read_table(path, CROPS) for path in tables])
    for dataset, folder in folders.items():
        if folder.name != FOLDERS[dataset]:
            raise ValueError(f"{folder}: expected the official name {FOLDERS[dataset]}")
        if dataset not in whole["dataset"]:
            raise ValueError(
                f"crops: no identity is left for {dataset}; raise identities.amount, or lower crops.people"
            )
        shutil.rmtree(folder, ignore_errors=True)
    for archive, path in zip(archives, tables, strict=True):
        _unpack(archive, read_table(path, CROPS), folders)
    write_table(index, whole)
    return {"crops": dict(sorted(Counter(whole["dataset"].tolist()).items()))}


def _unpack(archive: Path, table: Table, folders: dict[Dataset, Path]) -> None:
    rows = list(zip(table["dataset"].tolist(), table["path"].tolist(), strict=True))
    with StoredZip(archive) as packed:
        if sorted(packed.names) != sorted(f"{dataset}/{path}" for dataset, path in rows):
            raise ValueError(f"{archive}: its members differ from its table's rows; delete both and run again")
        for dataset, path in rows:
            target = folders[dataset].parent / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed.read(f"{dataset}/{path}"))
