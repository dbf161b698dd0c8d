"""Crops on disk: one zip and one table for each part of the people, then the official folders and one index."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...artifacts.tables import Table, concatenate, make_table, read_table, write_table
from ...artifacts.zips import StoredZip, write_stored_zip
from ...images import encode_jpeg, encode_tiff
from ..people import Body
from ..people.accessories import accessories_of, with_accessories
from ..people.identities import identity_spec
from ..rig import Pose
from ..world import Mesh, Renderer
from .layouts import FOLDERS, Dataset, Task, tasks_of
from .poses import street_poses
from .schemas import CROPS
from .shots import OCCLUDED, WHOLE_AT_MOST, Cast, HiddenBy, Passers, Shot, shots
from .sites import SITES, build_site
from .take import Crop, take

# Draws of one crop's shot before it is given up, each of many places.
TRIES = 24
# Drawn numbers for poses and for all else are streams of their own.
_POSES, _SHOTS = 0xC1, 0xC2
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


@dataclass(frozen=True, eq=False)
class Made:
    """A crop and what hides its person."""

    crop: Crop
    hidden_by: HiddenBy
    cover: str


def render_part(
    renderer: Renderer, identities: Sequence[Body], passers: Sequence[Body], plan: CropsPlan, images: Path, table: Path
) -> dict[str, Any]:
    """Render all crops of some people into a zip (members as below results/data) and their table.

    A crop depends on its person, the passers-by and the plan alone. Returns facts for the sidecar.
    ValueError where a person can not be shown as wanted.
    """
    made: dict[Task, Made] = {}
    redrawn = 0
    for task, shot, crop, draws in _crops(renderer, identities, passers, plan):
        # Not the shot itself: it holds a world, a few MB.
        made[task] = Made(crop, shot.hidden_by, shot.cover)
        redrawn += draws - 1
    tasks = sorted(made, key=lambda task: (task.dataset, task.path))
    with write_stored_zip(images) as archive:
        for task in tasks:
            archive.add(f"{task.dataset}/{task.path}", _encoded(task, made[task].crop))
    write_table(table, _table(tasks, [made[task] for task in tasks]))
    return {"crops": len(tasks), "redrawn": redrawn, "host": {"renderer": renderer.description}}


def _crops(
    renderer: Renderer, identities: Sequence[Body], passers: Sequence[Body], plan: CropsPlan
) -> Iterator[tuple[Task, Shot, Crop, int]]:
    """Site by site: a renderer keeps what it has uploaded of one."""
    people = [equipped(body, plan) for body in identities]
    posed = [(task, body, pose) for body in people for task, pose in posed_tasks(body, plan)]
    strangers = Passers(passers, seed=plan.seed)
    for name in SITES:
        here = [one for one in posed if one[0].camera.site == name]
        cast = Cast(build_site(name), strangers) if here else None
        for task, body, pose in here:
            assert cast is not None
            yield task, *one_crop(renderer, cast, task, body.mesh(pose), seed=plan.seed)


def equipped(body: Body, plan: CropsPlan) -> Body:
    """A made-up person with what they carry and wear over their clothes, the same in all their crops."""
    spec = identity_spec(body.subject, seed=plan.seed)
    return with_accessories(body, accessories_of(spec, seed=plan.seed))


def posed_tasks(body: Body, plan: CropsPlan) -> list[tuple[Task, Pose]]:
    """All that is made of one person, and how they hold themselves in each."""
    tasks = plan.tasks(body.subject)
    return list(zip(tasks, street_poses(body.rig, [_rng(task, plan.seed, _POSES) for task in tasks]), strict=True))


def one_crop(renderer: Renderer, cast: Cast, task: Task, mesh: Mesh, *, seed: int) -> tuple[Shot, Crop, int]:
    """The crop of a task, and how many shots it took until as much was hidden as its side asks for."""
    rng = _rng(task, seed, _SHOTS)
    low, high = OCCLUDED if task.side == "occluded" else (0.0, WHOLE_AT_MOST)
    for draws, shot in enumerate(shots(cast, task.camera, mesh, rng, side=task.side, tries=TRIES), start=1):
        crop = take(renderer, shot, rng)
        if low <= crop.hidden_fraction <= high:
            return shot, crop, draws
    raise ValueError(
        f"crops: found no shot of identity {task.identity} by camera {task.camera.number} ({task.camera.site}) with "
        f"{low:.0%} to {high:.0%} hidden in {TRIES} draws; try another seed"
    )


def _rng(task: Task, seed: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, stream, task.identity, int(task.side == "occluded"), task.number])


def _encoded(task: Task, crop: Crop) -> bytes:
    return encode_tiff(crop.image) if task.path.endswith(".tif") else encode_jpeg(crop.image, quality=JPEG_QUALITY)


def _table(tasks: Sequence[Task], made: Sequence[Made]) -> Table:
    columns: dict[str, Any] = {
        name: [getattr(task, name) for task in tasks]
        for name in ("dataset", "path", "identity", "split", "side", "number")
    }
    columns |= {
        "camera": [task.camera.number for task in tasks],
        "site": [task.camera.site for task in tasks],
        "hidden_by": [one.hidden_by for one in made],
        "cover": [one.cover for one in made],
        "hidden_fraction": [one.crop.hidden_fraction for one in made],
        "person_px": [one.crop.person_px for one in made],
        "box_xyxy": np.array([one.crop.box_xyxy for one in made]).reshape(-1, 4),
        "camera_size_hw": np.array([task.camera.size_hw for task in tasks]).reshape(-1, 2),
    }
    return make_table(CROPS, columns)


def write_crops(
    archives: Sequence[Path], tables: Sequence[Path], folder: Path, index: Path, *, dataset: Dataset
) -> dict[str, Any]:
    """Unpack one data set's crops of all parts into its official folder, and join their rows into its index.

    A folder that is there already is replaced. ValueError where there are no crops of the data set, or an archive and
    its table differ. Returns facts for the sidecar.
    """
    if folder.name != FOLDERS[dataset]:
        raise ValueError(f"{folder}: expected the official name {FOLDERS[dataset]}")
    nobody = ValueError(
        f"crops: nobody is left for {dataset}; it takes the made-up people after the first crops.people: raise "
        "identities.amount, or lower crops.people"
    )
    if not archives:
        raise nobody
    shutil.rmtree(folder, ignore_errors=True)
    parts = []
    for archive, path in zip(archives, tables, strict=True):
        table = read_table(path, CROPS)
        _unpack(archive, table, folder, dataset)
        parts.append(table.take(table["dataset"] == dataset))
    whole = concatenate(parts)
    if not len(whole):
        raise nobody
    write_table(index, whole)
    return {"crops": len(whole), "people": len(set(whole["identity"].tolist()))}


def _unpack(archive: Path, table: Table, folder: Path, dataset: Dataset) -> None:
    rows = list(zip(table["dataset"].tolist(), table["path"].tolist(), strict=True))
    with StoredZip(archive) as packed:
        if sorted(packed.names) != sorted(f"{owner}/{path}" for owner, path in rows):
            raise ValueError(f"{archive}: its members differ from its table's rows; delete both and run again")
        for path in (path for owner, path in rows if owner == dataset):
            target = folder.parent / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed.read(f"{dataset}/{path}"))
