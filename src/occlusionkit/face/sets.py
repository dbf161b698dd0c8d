"""A whole set of occluded faces, by any number of processes: the images, and a manifest that says what each one is.

    OUT/img/<stem>.jpg   OUT/mask/<stem>.png   [OUT/occlusion_mask/  OUT/alpha/]   OUT/manifest.parquet   OUT/set.json

OUT appears whole, at the end. Until then the set grows in a staging folder, from which a run that was killed continues
when the same inputs, settings and code are given again. Images and rows depend on the set's seed and name
and on each stem alone, not on parts, batches or workers.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import multiprocessing
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from ..artifacts.atomic import write_json
from ..artifacts.tables import Table, concatenate, read_table, write_table
from ..jobs import end_with_parent
from ..provenance import code_digest
from .files import Pair, list_images, list_textures, pair_with_masks, pair_with_own_alpha
from .generate import OnBad, SetInputs, make_part
from .progress import Report
from .schemas import MANIFEST
from .settings import FaceSetSettings
from .settings_files import SetFolders, settings_to_mapping

MANIFEST_NAME = "manifest.parquet"
# Images of one part: lost work is at most this much of each worker, and a part's table costs little beside it.
PART_IMAGES = 64


@dataclass(frozen=True)
class SetSummary:
    made: int
    skipped: int
    manifest: Path


def find_inputs(folders: SetFolders, settings: FaceSetSettings, *, on_bad: OnBad) -> SetInputs:
    """What a set is made of, sorted.

    Raises FileNotFoundError or ValueError, naming folder or file, for what is missing: a mask of a face only with
    on_bad "stop", a mask of an occluder always.
    """
    faces = pair_with_masks(list_images(folders.faces, what="faces"), folders.masks, what="faces")
    if on_bad == "stop":
        _check_masks(faces, "faces")
    if settings.mode == "randocc":
        return SetInputs(faces, (), list_textures(folders.occluders))
    images = list_images(folders.occluders, what="occluders")
    if folders.occluder_masks is None:
        return SetInputs(faces, pair_with_own_alpha(images), {})
    occluders = pair_with_masks(images, folders.occluder_masks, what="occluders")
    _check_masks(occluders, "occluders")
    return SetInputs(faces, occluders, {})


def _check_masks(pairs: Sequence[Pair], what: str) -> None:
    missing = [pair.missing for pair in pairs if pair.mask is None]
    if missing:
        more = f" ({len(missing)} of {len(pairs)} {what} have none)" if len(missing) > 1 else ""
        raise FileNotFoundError(f"{missing[0]}{more}")


def make_set(
    folders: SetFolders,
    settings: FaceSetSettings,
    *,
    workers: int = 1,
    on_bad: OnBad = "stop",
    staging: Path | None = None,
    report: Report | None = None,
    part_images: int = PART_IMAGES,
) -> SetSummary:
    """Make a set, or finish one that was begun.

    staging: on the same file system as folders.out; a hidden folder beside it by default.  report: called with the
    number of images done and of all.
    Raises FileExistsError where folders.out holds anything; FileNotFoundError, ValueError and OSError as `find_inputs`
    and `generate.make_part` do. What was finished before an error stays in the staging folder.
    """
    if workers < 1:
        raise ValueError(f"workers: expected at least 1, found {workers}")
    _check_free(folders.out)
    inputs = find_inputs(folders, settings, on_bad=on_bad)
    stage = staging or folders.out.with_name(f".{folders.out.name}.partial")
    _begin(stage, _plan_digest(inputs, settings, on_bad=on_bad, part_images=part_images))
    starts = range(0, len(inputs.faces), part_images)
    paths = [stage / "parts" / f"{number:06d}.parquet" for number in range(len(starts))]
    waiting = [
        _Part(inputs.faces[start : start + part_images], path)
        for start, path in zip(starts, paths, strict=True)
        if not path.exists()
    ]
    done = len(inputs.faces) - sum(len(part.faces) for part in waiting)
    for count in _run(waiting, inputs, settings, stage / "set", workers=workers, on_bad=on_bad):
        done += count
        if report is not None:
            report(done, len(inputs.faces))
    table = concatenate([read_table(path, MANIFEST) for path in paths])
    return _finish(folders.out, stage, table, settings)


@dataclass(frozen=True)
class _Part:
    faces: tuple[Pair, ...]
    path: Path


def _check_free(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise FileExistsError(f"{out}: expected an empty folder or none, found a file; choose another")
    if out.is_dir() and (inside := sorted(path.name for path in out.iterdir())):
        what = "a finished set" if MANIFEST_NAME in inside else f"{len(inside)} files or folders, {inside[0]} first"
        raise FileExistsError(f"{out}: expected an empty folder or none, found {what}; choose another or delete it")


def _begin(stage: Path, plan: str) -> None:
    """Keep what stands in the staging folder only where it belongs to the same plan."""
    stamp = stage / "plan.json"
    if stage.exists() and not (stamp.exists() and json.loads(stamp.read_text()) == plan):
        shutil.rmtree(stage)
    write_json(stamp, plan)


def _plan_digest(inputs: SetInputs, settings: FaceSetSettings, *, on_bad: OnBad, part_images: int) -> str:
    """Changes with anything that could change an image: names and sizes of input files, settings, code."""
    plain = settings_to_mapping(settings)
    files = [file for pair in (*inputs.faces, *inputs.occluders) for file in (pair.image, pair.mask) if file]
    files += [path for paths in inputs.textures.values() for path in paths]
    seen = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(json.dumps([plain, seen, on_bad, part_images, code_digest(__name__)]).encode()).hexdigest()


def _run(
    parts: Sequence[_Part],
    inputs: SetInputs,
    settings: FaceSetSettings,
    out: Path,
    *,
    workers: int,
    on_bad: OnBad,
) -> Iterator[int]:
    """Make the parts and yield the number of images of each, as they finish."""
    # Each worker is told what is common to all parts once; faces come with their part.
    common = (replace(inputs, faces=()), settings, out, on_bad)
    if workers == 1:
        with _one_thread(with_torch=settings.transfer.method == "sot"):
            for part in parts:
                yield sum(make_part(part.faces, common[0], settings, out, part.path, on_bad=on_bad))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=common) as pool:
        futures = [pool.submit(_work, part) for part in parts]
        try:
            for future in concurrent.futures.as_completed(futures):
                yield future.result()
        finally:
            _cancel(futures)


def _cancel(futures: Iterable[Future[int]]) -> None:
    for future in futures:
        future.cancel()


# What a worker process was told when it started; set once, in workers only.
_COMMON: tuple[SetInputs, FaceSetSettings, Path, OnBad] | None = None


def _start_worker(inputs: SetInputs, settings: FaceSetSettings, out: Path, on_bad: OnBad) -> None:
    global _COMMON
    _COMMON = (inputs, settings, out, on_bad)
    cv2.setNumThreads(1)
    if settings.transfer.method == "sot":
        import torch

        torch.set_num_threads(1)
    end_with_parent()


def _work(part: _Part) -> int:
    assert _COMMON is not None  # the pool starts every worker with _start_worker
    inputs, settings, out, on_bad = _COMMON
    return sum(make_part(part.faces, inputs, settings, out, part.path, on_bad=on_bad))


@contextmanager
def _one_thread(*, with_torch: bool) -> Iterator[None]:
    """OpenCV and torch on one thread, as in workers; put back afterwards. torch is loaded only where it is used."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        if not with_torch:
            yield
            return
        import torch

        torch_before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(torch_before)
    finally:
        cv2.setNumThreads(before)


def _finish(out: Path, stage: Path, table: Table, settings: FaceSetSettings) -> SetSummary:
    """Manifest and summary into the staged set, which then becomes `out`."""
    made = int((table["status"] == "made").sum())
    staged = stage / "set"
    write_json(
        staged / "set.json",
        {"settings": settings_to_mapping(settings), "made": made, "skipped": len(table) - made},
    )
    write_table(staged / MANIFEST_NAME, table)
    out.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(out)
    shutil.rmtree(stage)
    return SetSummary(made, len(table) - made, out / MANIFEST_NAME)
