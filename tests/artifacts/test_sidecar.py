"""Sidecars: written when a job ends well, equal for honest repeats, honest about inputs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from occlusionkit.artifacts.hashing import content_hash, file_sha256, folder_sha256
from occlusionkit.artifacts.sidecar import job_sidecar


def run(folder: Path, *, inputs=(), **changes) -> Path:
    path = folder / "labels.json"
    settings = {"rule": "label", "inputs": inputs, "parameters": {"threshold_m": 0.3}, "code": "abc"} | changes
    with job_sidecar(path, **settings) as facts:
        facts["images"] = 8
        facts["host"]["gpu"] = "none"
    return path


def test_a_sidecar_says_what_went_in_and_apart_where_it_ran(tmp_path):
    source = tmp_path / "shard-0001" / "depth.zip"
    source.parent.mkdir()
    source.write_bytes(b"abc")
    written = json.loads(run(tmp_path, inputs=[source], threads=3).read_text())
    host = written.pop("host")
    assert written == {
        "kind": "sidecar",
        "rule": "label",
        "inputs": {"shard-0001/depth.zip": file_sha256(source)},
        "parameters": {"threshold_m": 0.3},
        "code": "abc",
        "facts": {"images": 8},
    }
    assert host["gpu"] == "none"
    assert host["threads"] == 3
    assert host["packages"]["numpy"]
    assert host["wall_s"] >= 0


def test_inputs_may_be_named(tmp_path):
    source = tmp_path / "depth.zip"
    source.write_bytes(b"abc")
    listed = run(tmp_path, inputs=[source])
    first = content_hash(listed)
    assert content_hash(run(tmp_path, inputs={"depth": source})) == first


@pytest.mark.parametrize("change", [{"parameters": {"threshold_m": 0.2}}, {"code": "abd"}, {"rule": "other"}])
def test_what_was_done_counts_in_the_content_hash(tmp_path, change):
    first = content_hash(run(tmp_path))
    assert content_hash(run(tmp_path)) == first
    assert content_hash(run(tmp_path, **change)) != first


def test_a_sidecar_that_is_an_input_counts_without_its_clock(tmp_path):
    def chain(wall_s: float, images: int) -> str:
        earlier = tmp_path / "capture.json"
        value = {"kind": "sidecar", "inputs": {}, "facts": {"images": images}, "host": {"wall_s": wall_s}}
        earlier.write_text(json.dumps(value))
        return content_hash(run(tmp_path, inputs=[earlier]))

    assert chain(1.0, 8) == chain(2.0, 8)
    assert chain(1.0, 8) != chain(1.0, 9)


def test_a_folder_that_is_an_input_counts_by_names_and_bytes(tmp_path):
    folder = tmp_path / "images"

    def hashed(name: str, data: bytes) -> str:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "class").mkdir(parents=True)
        (folder / "class" / name).write_bytes(data)
        return json.loads(run(tmp_path, inputs=[folder]).read_text())["inputs"][f"{tmp_path.name}/images"]

    first = hashed("a.png", b"1")
    (folder / ".a.png.partial-host-1").write_bytes(b"half")  # a killed writer's, which nothing reads
    assert folder_sha256(folder) == first
    assert hashed("a.png", b"1") == first
    assert hashed("b.png", b"1") != first
    assert hashed("a.png", b"2") != first


def test_a_job_that_fails_leaves_no_sidecar(tmp_path):
    with pytest.raises(RuntimeError), job_sidecar(tmp_path / "a.json", rule="x", inputs=[], parameters={}, code=""):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_missing_input_is_found_before_the_work_starts(tmp_path):
    started = []
    with (
        pytest.raises(FileNotFoundError, match="gone"),
        job_sidecar(tmp_path / "a.json", rule="x", inputs=[tmp_path / "gone"], parameters={}, code=""),
    ):
        started.append(True)
    assert not started


def test_two_inputs_of_one_name_are_refused_rather_than_one_forgotten(tmp_path):
    paths = [tmp_path / capture / "shard-0000" / "depth.zip" for capture in ("a", "b")]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
    with pytest.raises(ValueError, match=r"two inputs are called shard-0000/depth\.zip, the second is .*/b/"):
        run(tmp_path, inputs=paths)
