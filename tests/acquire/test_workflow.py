"""The rules, end to end: a release packed as upstream packs, served by a failing server, taken back by Snakemake."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from occlusionkit.acquire.layouts.families import index_dataset
from occlusionkit.acquire.layouts.occlusion_person import read_annotations
from occlusionkit.acquire.manifest import read_manifest
from occlusionkit.acquire.pack import Release, pack_occlusion_person
from occlusionkit.acquire.schemas import DATASET_INDEX, FILE_CHECKS, OCCLUSION_PERSON_ITEMS
from occlusionkit.artifacts.tables import read_table

PROJECT = Path(__file__).parents[2]
NAME = "packed_person"
INDEX, ITEMS = f"results/index/{NAME}.files.parquet", f"results/index/{NAME}.items.parquet"

# The rules with nothing around them: the real Snakefile adds the studio's.
SNAKEFILE = f"""
configfile: "config.yaml"
from occlusionkit.provenance import code_digest as package_digest
def code_digest(script, *modules):
    return package_digest("{PROJECT}/scripts/" + script, *modules)
include: "{PROJECT}/rules/acquire.smk"
"""


@pytest.fixture
def release(tiny_occlusion_person, tmp_path, faulty_server) -> Release:
    packed = pack_occlusion_person(
        tiny_occlusion_person.root, tmp_path / "release", name=NAME, volume_bytes=24_000, address=faulty_server.address
    )
    for path in packed.folder.iterdir():
        faulty_server.files[f"/{path.name}"] = path.read_bytes()
    return packed


@pytest.fixture
def work(tmp_path, release) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "Snakefile").write_text(SNAKEFILE)
    acquire = {"manifests": [str(release.folder)], "fetch": [NAME], "retries": 3, "wait_s": 0.0}
    (folder / "config.yaml").write_text(yaml.safe_dump({"acquire": acquire}))
    return folder


def _start(work: Path, *targets: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--scheduler", "greedy", "--rerun-incomplete",
               "--rerun-triggers", "input", "params", "mtime", "--nolock", *targets]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(work / "cache"), "no_proxy": "127.0.0.1"}
    return subprocess.Popen(
        command, cwd=work, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip


def _snakemake(work: Path, *targets: str) -> tuple[int, str]:
    job = _start(work, *targets)
    text, _ = job.communicate(timeout=300)
    return job.returncode, text


def _equals_the_direct_dataset(work: Path, release: Release, root: Path) -> None:
    """What came over the wire is what was packed, read by the same reader from where it was made."""
    dataset = read_manifest([release.folder])[NAME]
    direct_index, direct_items = index_dataset(dataset, root), read_annotations(root)
    pairs = [(read_table(work / INDEX, DATASET_INDEX), direct_index),
             (read_table(work / ITEMS, OCCLUSION_PERSON_ITEMS), direct_items)]  # fmt: skip
    for found, direct in pairs:
        for column in found.schema.columns:
            assert found[column.name].tolist() == direct[column.name].tolist(), column.name
    unpacked = work / "results" / "data" / NAME / "unrealcv" / "images.zip"
    assert unpacked.read_bytes() == (root / "unrealcv" / "images.zip").read_bytes()


@pytest.mark.slow
def test_a_failing_server_ends_with_the_dataset_that_was_packed(work, release, tiny_occlusion_person, faulty_server):
    parts = sorted(release.parts)
    assert len(parts) == 3
    faults = [["cut", "ignore-range"], ["status-503", "cut", ""], ["flip", ""]]
    for part, fault in zip(parts, faults, strict=False):
        faulty_server.faults[f"/{part}"] = fault
    status, text = _snakemake(work, "acquired", ITEMS)
    assert status == 0, text
    _equals_the_direct_dataset(work, release, tiny_occlusion_person.root)
    # Finished, a further run does nothing; and no second names of files are left.
    status, text = _snakemake(work, "acquired", ITEMS)
    assert status == 0 and "Nothing to be done" in text, text
    assert not list((work / "results" / ".partial").rglob("*.whole"))
    checks = [
        read_table(path, FILE_CHECKS)["verdict"][0] for path in (work / "results/archives/.checks").rglob("*.parquet")
    ]
    assert checks == ["ok"] * (len(parts) + 2)


@pytest.mark.slow
def test_a_corrupted_part_ends_with_one_message_that_names_it(work, release, faulty_server):
    name = sorted(release.parts)[2]
    data = bytearray(faulty_server.files[f"/{name}"])
    data[100] ^= 1
    faulty_server.files[f"/{name}"] = bytes(data)
    status, text = _snakemake(work, "acquired")
    assert status != 0
    told = [line for line in text.splitlines() if line.startswith("ERROR: download_part")]
    assert len(told) == 1, text
    assert f"{name} has md5" in told[0] and "nothing was kept" in told[0]
    assert not (work / "results" / "archives" / NAME / name).exists()
    assert not (work / INDEX).exists()


@pytest.mark.slow
def test_after_kill_9_finished_parts_are_not_fetched_again(work, release, tiny_occlusion_person, faulty_server):
    """Snakemake, its jobs and all are killed while parts come in; the next run fetches only the rest."""
    job = _start(work, "acquired", ITEMS)
    folder = work / "results" / ".partial" / "archives" / NAME
    while len(list(folder.glob("*.check.parquet"))) < 2:
        assert job.poll() is None, job.stdout.read()
        time.sleep(0.02)
    os.killpg(job.pid, signal.SIGKILL)
    job.communicate()
    whole = {path.name.removesuffix(".check.parquet") for path in folder.glob("*.check.parquet")}
    faulty_server.requests.clear()
    status, text = _snakemake(work, "acquired", ITEMS)
    assert status == 0, text
    fetched = {path.removeprefix("/") for path, _ in faulty_server.requests}
    assert fetched == {*release.parts, *release.placed} - whole
    _equals_the_direct_dataset(work, release, tiny_occlusion_person.root)


@pytest.mark.slow
def test_kill_9_in_each_step_then_again_ends_with_the_dataset(work, release, tiny_occlusion_person):
    """Snakemake and its jobs are killed as soon as a step has begun; the last run finishes what they left."""
    for step in ("download_part", "verify_part", "extract_archive", "index_files", "index_items"):
        job = _start(work, "acquired", ITEMS)
        log = work / "results" / "logs" / step
        while not any(path.is_file() for path in log.rglob("*")):
            assert job.poll() is None, job.stdout.read()
            time.sleep(0.01)
        os.killpg(job.pid, signal.SIGKILL)
        job.communicate()
    status, text = _snakemake(work, "acquired", ITEMS)
    assert status == 0, text
    _equals_the_direct_dataset(work, release, tiny_occlusion_person.root)


def _script(name: str) -> Callable[..., object]:
    import importlib.util

    spec = importlib.util.spec_from_file_location(f"acquire_{name}", PROJECT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


def test_the_scripts_run_without_snakemake(work, release, tiny_occlusion_person, monkeypatch):
    from dataclasses import asdict

    monkeypatch.chdir(work)
    acquire = yaml.safe_load((work / "config.yaml").read_text())["acquire"]
    dataset = read_manifest([release.folder])[NAME]
    for file in dataset.fetched:
        target = Path("results/archives") / NAME / file.name
        record = Path("results/archives/.checks") / NAME / f"{file.name}.parquet"
        facts = _script("download_part")(target, row=asdict(file), acquire=acquire)
        assert facts["md5"] == file.md5 and facts["verdict"] == "ok"
        _script("verify_part")(Path("none"), record, row=asdict(file), acquire=acquire)
    inventories = []
    for archive in dataset.archives:
        inventories.append(Path(f"results/data/inventories/{NAME}/{archive}.parquet"))
        _script("extract_archive")([], inventories[-1], dataset=NAME, archive=archive, acquire=acquire)
    _script("index_files")(inventories, Path(INDEX), dataset=NAME, counts={}, acquire=acquire)
    assert _script("index_items")(Path(INDEX), Path(ITEMS), dataset=NAME, acquire=acquire) == {"items": 12}
    _equals_the_direct_dataset(work, release, tiny_occlusion_person.root)
    (work / "results" / "data" / NAME / "unrealcv" / "images.zip").unlink()
    with pytest.raises(FileNotFoundError, match=r"1 unpacked files are gone, unrealcv/images\.zip first"):
        _script("index_files")(inventories, Path(INDEX), dataset=NAME, counts={}, acquire=acquire)


def test_verifying_notices_what_changed_after_the_download(work, release, monkeypatch):
    from dataclasses import asdict

    monkeypatch.chdir(work)
    acquire = yaml.safe_load((work / "config.yaml").read_text())["acquire"]
    file = read_manifest([release.folder])[NAME].fetched[0]
    target, record = Path("results/archives") / NAME / file.name, Path("record.parquet")
    _script("download_part")(target, row=asdict(file), acquire=acquire)
    data = bytearray(target.read_bytes())
    data[7] ^= 1
    target.write_bytes(data)
    with pytest.raises(ValueError, match=rf"{file.name} has md5 .* delete it and run again"):
        _script("verify_part")(Path("none"), record, row=asdict(file), acquire=acquire)
    assert not record.exists()


def test_a_release_is_packed_as_upstream_packed(release):
    lines = (release.folder / "checksum.txt").read_text().splitlines()
    names = [line.split("  ")[1] for line in lines]
    assert sorted(names) == [f"./data/occlusion_person.zip.{n:03d}" for n in range(1, len(lines) + 1)]
    assert names != sorted(names)  # in no order, as upstream's
    extra = (release.folder / "extra_checksum.txt").read_text().split()
    assert extra[1::2] == ["images.zip", "unrealcv_train.pkl", "unrealcv_validation.pkl"]
    md5sum = shutil.which("md5sum")
    if md5sum is None:
        pytest.skip("no md5sum command to compare with")
    listed = subprocess.run(
        [md5sum, *sorted(release.parts)], cwd=release.folder, capture_output=True, text=True, check=True
    )
    assert sorted(listed.stdout.splitlines()) == sorted(line.replace("./data/", "") for line in lines)
