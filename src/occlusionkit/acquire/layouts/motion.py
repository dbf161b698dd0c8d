"""Video and motion: MPI-INF-3DHP, MuPoTS-3D, MuCo-Temp's keypoints, CMU motion capture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from occlusionkit.artifacts.tables import Table

from ..stores import FolderStore
from .common import Entry, LayoutError, Problems, image_entry, make_index, only_folder

_FRAME = re.compile(r"^img_(?P<number>\d{6})\.jpg$")
_AMC = re.compile(r"^(?P<subject>\d+)_\d+\.amc$")


def index_mupots_3d(root: Path, counts: Mapping[str, int]) -> Table:
    """`MultiPersonTestSet/TS<n>/`: annot.mat, occlusion.mat, img_<0-based>.jpg without a gap."""
    folder = only_folder(root, ("MultiPersonTestSet",), "MuPoTS-3D")
    sequences = _numbered(folder, "TS")
    return make_index(_sequences(root, sequences, ("annot.mat", "occlusion.mat"), "", 0, counts))


def index_mpi_inf_3dhp(root: Path, counts: Mapping[str, int]) -> Table:
    """`S<1-8>/Seq<1-2>/annot.mat` and, below `mpi_inf_3dhp_test_set/` or not, `TS<1-6>/annot_data.mat` with 1-based
    frames in imageSequence/."""
    test = only_folder(
        root, ("mpi_inf_3dhp_test_set/mpi_inf_3dhp_test_set", "mpi_inf_3dhp_test_set", "."), "the test set"
    )
    sequences = _numbered(test, "TS")
    entries = _sequences(root, sequences, ("annot_data.mat",), "imageSequence", 1, counts)
    for path in sorted(root.glob("**/S[1-8]/Seq[12]")):
        annotations = path / "annot.mat"
        if not annotations.is_file():
            raise LayoutError(f"{annotations}: expected the annotations of a training sequence, found no file")
        name = annotations.relative_to(root).as_posix()
        identity = f"{path.parent.name}_{path.name}"
        entries.append(Entry(name, "annotation", annotations.stat().st_size, role="train", identity=identity))
    return make_index(entries)


def _numbered(folder: Path, prefix: str) -> list[Path]:
    found = [path for path in folder.iterdir() if path.is_dir() and re.fullmatch(rf"{prefix}\d+", path.name)]
    if not found:
        raise LayoutError(f"{folder}: expected sequences {prefix}1, {prefix}2, ..., found none")
    return sorted(found, key=lambda path: int(path.name.removeprefix(prefix)))


def _sequences(
    root: Path,
    sequences: Sequence[Path],
    annotations: Sequence[str],
    images: str,
    first: int,
    counts: Mapping[str, int],
) -> list[Entry]:
    """Test sequences: their annotation files, and frames numbered from `first` without a gap, all of one size."""
    problems = Problems(str(sequences[0].parent))
    entries: list[Entry] = []
    for sequence in sequences:
        store = FolderStore(sequence)
        prefix = f"{sequence.relative_to(root).as_posix()}/"
        for name in annotations:
            if name not in store.names:
                problems.add(f"{sequence.name}/{name} is missing")
            else:
                entries.append(
                    Entry(prefix + name, "annotation", store.size(name), role="test", identity=sequence.name)
                )
        frames = _frames(store, images)
        if [number for number, _ in frames] != list(range(first, first + len(frames))) or not frames:
            problems.add(
                f"{sequence.name}: {len(frames)} frames are not numbered {first}, {first + 1}, ... without a gap"
            )
        found = [image_entry(store, name, prefix=prefix, role="test", identity=sequence.name) for _, name in frames]
        if len({entry.size_hw for entry in found}) > 1:
            problems.add(
                f"{sequence.name}: frames of several sizes: {sorted({e.size_hw or (0, 0) for e in found})[:3]}"
            )
        entries += found
    frames_in_all = sum(entry.kind == "image" for entry in entries)
    problems.expect_counts(counts, {"sequences": len(sequences), "frames": frames_in_all})
    problems.raise_any()
    return entries


def _frames(store: FolderStore, folder: str) -> list[tuple[int, str]]:
    found = []
    for name in store.names:
        path = PurePosixPath(name)
        match = _FRAME.match(path.name)
        if match and str(path.parent) == (folder or "."):
            found.append((int(match["number"]), name))
    return sorted(found)


def index_muco_temp(root: Path, counts: Mapping[str, int]) -> Table:
    """`MucoTemp/frames/cam_<c>/gt.pkl` and `MucoTemp/hrnet_keypoints/cam_<c>/gt_match_posedist_80/vid_<v>.pkl`."""
    found = sorted(path for path in root.rglob("MucoTemp") if path.is_dir())
    if len(found) != 1:
        raise LayoutError(f"{root}: expected one folder MucoTemp, found {len(found)}")
    folder, problems = found[0], Problems(str(found[0]))
    entries = []
    cameras = sorted(path.parent.name for path in folder.glob("frames/cam_*/gt.pkl"))
    videos = sorted(folder.glob("hrnet_keypoints/cam_*/gt_match_posedist_80/vid_*.pkl"))
    for camera in cameras:
        if not any(path.parent.parent.name == camera for path in videos):
            problems.add(f"{camera} has ground truth but no 2-D keypoints")
    for path in [*(folder / "frames" / camera / "gt.pkl" for camera in cameras), *videos]:
        camera = next(part for part in path.parts if part.startswith("cam_")).removeprefix("cam_")
        role = "ground_truth" if path.name == "gt.pkl" else "keypoints"
        size = path.stat().st_size
        entries.append(Entry(path.relative_to(root).as_posix(), "annotation", size, role=role, camera=camera))
    problems.expect_counts(counts, {"cameras": len(cameras), "videos": len(videos)})
    problems.raise_any()
    return make_index(entries)


def index_cmu_mocap(root: Path, counts: Mapping[str, int]) -> Table:
    """`<subject>/<subject>.asf` (skeleton) beside `<subject>_<trial>.amc` (motion), anywhere below the folder."""
    store, problems, entries = FolderStore(root), Problems(str(root)), []
    skeletons = {name for name in store.names if name.endswith(".asf")}
    for name in store.names:
        path = PurePosixPath(name)
        match = _AMC.match(path.name)
        if match and str(path.with_name(f"{match['subject']}.asf")) not in skeletons:
            problems.add(f"{name} has no skeleton {match['subject']}.asf beside it")
        if match or name in skeletons:
            subject = match["subject"] if match else path.stem
            role = "motion" if match else "skeleton"
            entries.append(Entry(name, "motion", store.size(name), role=role, identity=subject))
    if not entries:
        problems.add("no .asf and .amc files: is this CMU's motion capture?")
    problems.expect_counts(counts, {"motions": sum(entry.role == "motion" for entry in entries)})
    problems.raise_any()
    return make_index(entries)
