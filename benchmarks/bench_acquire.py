"""Verify, unpack, hash and convert, beside the commands and functions that people would use instead.

    python benchmarks/bench_acquire.py [extract] [sevenzip] [hash] [jobs] [pickle] [--gb 2.0] [--items 600000]
        [--folder results/.cache/bench] [--repeats 3]

Prints the machine, then one line per comparison: ours, theirs, the ratio. Both sides run in turn, files in the page
cache; the best of the repeats counts. Needs about four times --gb of disk, and the 7z command for the first two, which
are left out without it. On ext4 wait five minutes after a run before the next: creating files where many were deleted
is slow for so long.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pickle
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from occlusionkit.acquire.checksums import expected_from_list, hash_file, read_checksums
from occlusionkit.acquire.extract import extract_archive, staging_for
from occlusionkit.acquire.pack import pack_volumes
from occlusionkit.acquire.tools import seven_zip_command
from occlusionkit.acquire.volumes import find_volumes

NAMES = ("extract", "sevenzip", "hash", "jobs", "pickle")
BESIDE_SEVEN_ZIP = ("extract", "sevenzip")
VOLUMES = 8
RETIRED = "retired"


def machine() -> str:
    """Processor, CPUs that may be used, load, Python."""
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine())
    load = os.getloadavg()[0]
    return f"{model}, {len(os.sched_getaffinity(0))} CPUs, load {load:.1f}, Python {platform.python_version()}"


@dataclass(frozen=True)
class Cost:
    """Of one run: wall seconds, and processor seconds of this process and its children together."""

    wall_s: float
    cpu_s: float


def best(repeats: int, *runs: Callable[[], object], before: Callable[[], object] = lambda: None) -> list[Cost]:
    """The least of each; `before` is called, unmeasured, before each run.

    The runs take turns, so that a busy machine hurts them alike, and every other time in the reverse order, so that
    what one leaves behind meets not always the same other.
    """
    costs: list[list[Cost]] = [[] for _ in runs]
    for number in range(repeats):
        pairs = list(zip(costs, runs, strict=True))
        for found, run in pairs if number % 2 == 0 else reversed(pairs):
            before()
            started, cpu = time.perf_counter(), os.times()
            run()
            after = os.times()
            found.append(Cost(time.perf_counter() - started, sum(after[:4]) - sum(cpu[:4])))
    return [Cost(min(c.wall_s for c in found), min(c.cpu_s for c in found)) for found in costs]


def make_images(folder: Path, total_bytes: int) -> Path:
    """A folder of incompressible files of 200 kB, as JPEGs are."""
    target = folder / "images"
    if not target.is_dir():
        target.mkdir(parents=True)
        rng = np.random.default_rng(5)
        for number in range(total_bytes // 200_000):
            (target / f"{number:06d}.jpg").write_bytes(rng.bytes(200_000))
    return target


def write_md5s(parts: list[Path]) -> Path:
    """checksum.txt beside the parts, by md5sum."""
    listed = subprocess.run(["md5sum", *(p.name for p in parts)], cwd=parts[0].parent, capture_output=True, check=True)
    path = parts[0].parent / "checksum.txt"
    path.write_bytes(listed.stdout)
    return path


def bench_extract(folder: Path, total_bytes: int, repeats: int, command: str) -> None:
    """Verify and unpack a split zip: one pass of ours against md5sum, then 7z x."""
    for label, source in (
        ("many files", make_images(folder, total_bytes)),
        ("one nested zip", _one_file(folder, total_bytes)),
    ):
        out = folder / f"zip-{label.replace(' ', '-')}"
        if not out.is_dir():
            pack_volumes(source, out, stem="x.zip", volume_bytes=total_bytes // VOLUMES)
            write_md5s(list(find_volumes(out / "x.zip")))
        _compare_extract(f"verify + unpack a split zip, {label}", out / "x.zip", folder, command, repeats)


def bench_sevenzip(folder: Path, total_bytes: int, repeats: int, command: str) -> None:
    """Unpack 7z volumes: ours against 7z x alone."""
    source, out = make_images(folder, total_bytes), folder / "sevenzip"
    if not out.is_dir():
        out.mkdir()
        size = f"-v{total_bytes // VOLUMES}b"
        subprocess.run([command, "a", "-mx=1", "-bso0", "-bsp0", size, str(out / "x.7z"), str(source)], check=True)
    parts = list(find_volumes(out / "x.7z"))
    target = folder / "out"

    def ours() -> None:
        staging = staging_for(parts, "bench", "x", folder)
        staging.discard()
        extract_archive(parts, target / "ours", staging)

    def theirs() -> None:
        subprocess.run([command, "x", "-y", "-bso0", "-bsp0", f"-o{target}", str(parts[0])], check=True)

    cost, reference = best(repeats, ours, theirs, before=lambda: _fresh(target))
    say("unpack 7z volumes", cost, reference, "7z x", "at most 1.3 times its time")
    _fresh(target)


def _compare_extract(label: str, archive: Path, folder: Path, command: str, repeats: int) -> None:
    parts = list(find_volumes(archive))
    checksums, target = archive.parent / "checksum.txt", folder / "out"

    def ours() -> None:
        staging = staging_for(parts, "bench", "x", folder)
        staging.discard()
        published = expected_from_list(read_checksums(checksums), "bench")
        extract_archive(parts, target / "ours", staging, published=published)

    def theirs() -> None:
        subprocess.run(["md5sum", "--quiet", "-c", checksums.name], cwd=archive.parent, check=True)
        subprocess.run([command, "x", "-y", "-bso0", "-bsp0", f"-o{target}", str(parts[0])], check=True)

    cost, reference = best(repeats, ours, theirs, before=lambda: _fresh(target))
    say(label, cost, reference, "md5sum, then 7z x", "at most 0.67 of its time")
    _fresh(target)


def bench_hash(folder: Path, total_bytes: int, repeats: int) -> None:
    """MD5 and SHA-256 of one part: ours against hashlib on the same bytes, each algorithm in turn."""
    part = _one_file(folder, total_bytes)

    def hashlib_alone() -> None:
        for algorithm in ("md5", "sha256"):
            with part.open("rb") as file:
                hashlib.file_digest(file, algorithm)

    cost, reference = best(repeats, lambda: hash_file(part), hashlib_alone)
    say("MD5 and SHA-256 of one part", cost, reference, "hashlib.file_digest, twice", "at most 1.11 of its time")


def bench_jobs(folder: Path, total_bytes: int, repeats: int) -> None:
    """Hash all volumes: two processes at once against one after the other."""
    source = _one_file(folder, total_bytes)
    out = folder / "zip-one-nested-zip"
    if not out.is_dir():
        pack_volumes(source, out, stem="x.zip", volume_bytes=total_bytes // VOLUMES)
    parts = find_volumes(out / "x.zip")
    code = "import sys, pathlib; from occlusionkit.acquire.checksums import hash_file;"
    code += "[hash_file(pathlib.Path(p)) for p in sys.argv[1:]]"

    def jobs(count: int) -> None:
        running = [subprocess.Popen([sys.executable, "-c", code, *map(str, parts[i::count])]) for i in range(count)]
        if any(job.wait() for job in running):
            raise RuntimeError("a hashing job failed")

    cost, reference = best(repeats, lambda: jobs(2), lambda: jobs(1))
    say("hash all parts by two jobs", cost, reference, "one job", "towards 0.5 of its time")


_PICKLE_JOB = """
import pickle, sys, time
from pathlib import Path
from occlusionkit.acquire.layouts.occlusion_person import read_items
from occlusionkit.artifacts.tables import write_table
path, how = Path(sys.argv[1]), sys.argv[2]
started, cpu = time.perf_counter(), time.process_time()
if how == "ours":
    write_table(path.with_suffix(".parquet"), read_items(path, split="train"))
else:
    with path.open("rb") as file:
        pickle.load(file)
wall_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
# Not ru_maxrss: that begins with the size of the process that started this one.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(wall_s, cpu_s, int(peak) * 1024)
"""


def bench_pickle(folder: Path, items: int, repeats: int) -> None:
    """An annotation pickle to Parquet: ours against pickle.load alone, each in a process of its own for its memory."""
    path = folder / f"items-{items}.pkl"
    if not path.is_file():
        subprocess.run([sys.executable, __file__, "--write-items", str(items), "--folder", str(folder)], check=True)
    results: dict[str, list[tuple[float, float, float]]] = {"ours": [], "theirs": []}
    for _ in range(repeats):
        for how, found in results.items():
            job = subprocess.run([sys.executable, "-c", _PICKLE_JOB, str(path), how], capture_output=True, check=True)
            wall_s, cpu_s, peak = map(float, job.stdout.split())
            found.append((wall_s, cpu_s, peak))
    peaks = {how: max(run[2] for run in found) / 2**30 for how, found in results.items()}
    what = f"{items:,} items, protocol 2, {path.stat().st_size / 1e9:.2f} GB, to Parquet"
    costs = [Cost(*(min(run[i] for run in results[how]) for i in (0, 1))) for how in ("ours", "theirs")]
    say(what, costs[0], costs[1], "pickle.load alone", "at most 1.5 times its time")
    print(f"    peak memory {peaks['ours']:.2f} GiB, pickle.load alone {peaks['theirs']:.2f} GiB (target: under 6)")


def write_items(path: Path, count: int) -> None:
    """Items of the full official schema with float64 arrays, each with a camera of its own: the dearest case."""
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    items: list[dict[str, Any]] = []
    for number in range(count):
        frame, camera = divmod(number, 8)
        video = f"a{frame // 1000 % 7:02d}_sa{frame // 7000:02d}_s14_sce00"
        joints = rng.normal(size=(15, 3)) * 500 + (0, 0, 4000)
        items.append(
            {
                "image": f"{video}/{camera:02d}_{frame:06d}.jpg",
                "joints_2d": joints[:, :2] / joints[:, 2:] * 800 + (640, 360), "joints_3d": joints,
                "joints_gt": joints @ rotation + rng.normal(), "joints_vis": np.ones((15, 1)),
                "joints_vis_2d": (rng.random((15, 1)) > 0.2).astype(float), "center": rng.normal(size=2),
                "scale": rng.normal(size=2), "box": rng.normal(size=4), "video_id": video, "image_id": frame,
                "subject": 14, "action": 5, "subaction": 1, "camera_id": camera, "source": "unrealcv",
                "camera": {
                    "R": rotation.copy(), "T": rng.normal(size=(3, 1)), "fx": np.float64(800), "fy": np.float64(800),
                    "cx": np.float64(640), "cy": np.float64(360), "k": np.zeros((3, 1)), "p": np.zeros((2, 1)),
                    "name": str(camera),
                },
            }
        )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pickle.dump(items, file, protocol=2)


def say(label: str, ours: Cost, theirs: Cost, reference: str, target: str) -> None:
    """One comparison: wall and processor seconds of both, and their ratios."""
    print(
        f"{label}: {ours.wall_s:.2f} s (CPU {ours.cpu_s:.2f}); {reference}: {theirs.wall_s:.2f} s "
        f"(CPU {theirs.cpu_s:.2f}); ratio {ours.wall_s / theirs.wall_s:.2f} (CPU {ours.cpu_s / theirs.cpu_s:.2f}); "
        f"target {target}",
        flush=True,
    )


def _one_file(folder: Path, total_bytes: int) -> Path:
    path = folder / "one" / "images.zip"
    if not path.is_file():
        path.parent.mkdir(parents=True)
        rng = np.random.default_rng(6)
        with path.open("wb") as file:
            for _ in range(total_bytes >> 20):
                file.write(rng.bytes(1 << 20))
    return path


def _fresh(folder: Path) -> None:
    """An empty folder in the place of what is there, whose files are emptied and kept until the end.

    They are not deleted: for minutes afterwards ext4 looks at each deleted inode before it creates a file near it,
    which for 10,000 files took longer than unpacking 2 GB into them.
    """
    if folder.is_dir():
        retired = folder.with_name(RETIRED)
        retired.mkdir(exist_ok=True)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                os.truncate(path, 0)
        folder.rename(retired / str(len(list(retired.iterdir()))))
    folder.mkdir(parents=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", help=f"of {', '.join(NAMES)}; default all")
    parser.add_argument("--gb", type=float, default=2.0)
    parser.add_argument("--items", type=int, default=600_000)
    parser.add_argument("--folder", type=Path, default=Path("results/.cache/bench"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write-items", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.write_items:
        write_items(chosen.folder / f"items-{chosen.write_items}.pkl", chosen.write_items)
        return
    unknown = sorted(set(chosen.what) - set(NAMES))
    if unknown:
        parser.error(f"unknown: {unknown}; choose from {NAMES}")
    print(machine())
    try:
        _run_all(chosen)
    finally:
        shutil.rmtree(chosen.folder / RETIRED, ignore_errors=True)


def _run_all(chosen: argparse.Namespace) -> None:
    total_bytes, command = int(chosen.gb * 1e9), seven_zip_command()
    for name in chosen.what or NAMES:
        if name in BESIDE_SEVEN_ZIP and command is None:
            print(f"{name}: left out: it needs the 7z command (apt install p7zip-full)")
        elif name == "extract":
            bench_extract(chosen.folder, total_bytes, chosen.repeats, str(command))
        elif name == "sevenzip":
            bench_sevenzip(chosen.folder, total_bytes, chosen.repeats, str(command))
        elif name == "hash":
            bench_hash(chosen.folder, total_bytes, chosen.repeats)
        elif name == "jobs":
            bench_jobs(chosen.folder, total_bytes, chosen.repeats)
        else:
            bench_pickle(chosen.folder, chosen.items, chosen.repeats)


if __name__ == "__main__":
    main()
