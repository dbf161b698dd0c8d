"""Unpacking that was killed and is run again: nothing finished is done twice, nothing half looks whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from occlusionkit.acquire import extract, staging, tools
from occlusionkit.acquire.extract import extract_archive, staging_for
from occlusionkit.acquire.members import ArchiveRefusedError
from occlusionkit.acquire.staging import Staging
from occlusionkit.acquire.zip_reader import ZipReader

BIG = np.random.default_rng(1).bytes(8 << 20)
FILES = {"first.bin": b"1" * 1000, "images.zip": BIG, "last.bin": b"9" * 500}

_CHILD = """
import sys, time
from pathlib import Path
from occlusionkit.acquire import staging, zip_reader, writer
from occlusionkit.acquire.extract import extract_archive, staging_for
archive, out, results, pace = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
staging.Staging.CONTINUE_FROM_BYTES = 1 << 20
zip_reader.WRITE_BYTES = 1 << 18
if pace == "slow":
    real = writer._Check._add
    writer._Check._add = lambda self, block: (time.sleep(0.05), real(self, block))[1]
extract_archive([archive], out, staging_for([archive], "toy", "x", results))
"""


@pytest.fixture
def archive(tmp_path) -> Path:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as writing:
        for name, data in FILES.items():
            writing.writestr(name, data)
    return path


@pytest.fixture
def counted(monkeypatch):
    """Members that were read, with the offset they were read from."""
    read: list[tuple[str, int]] = []
    real = ZipReader.blocks

    def blocks(self, member, start=0):
        read.append((member.name, start))
        return real(self, member, start)

    monkeypatch.setattr(ZipReader, "blocks", blocks)
    monkeypatch.setattr(Staging, "CONTINUE_FROM_BYTES", 1 << 20)
    return read


def _check(out: Path) -> None:
    assert {p.name: p.read_bytes() for p in out.iterdir()} == FILES


def _killed(archive: Path, tmp_path: Path) -> int:
    """Kill an unpacking in the middle of the large member; returns how many of its bytes were there."""
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(archive), str(tmp_path / "out"), str(tmp_path / "r"), "slow"]
    )
    inflight = staging_for([archive], "toy", "x", tmp_path / "r").root / "inflight"
    while not (inflight.is_file() and inflight.stat().st_size >= 2 << 20):
        assert child.poll() is None
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not (tmp_path / "out").exists()
    return inflight.stat().st_size


def test_after_kill_9_the_large_member_is_continued_in_its_middle(archive, tmp_path, counted):
    left = _killed(archive, tmp_path)
    extract_archive([archive], tmp_path / "out", staging_for([archive], "toy", "x", tmp_path / "r"))
    _check(tmp_path / "out")
    assert counted == [("images.zip", left), ("last.bin", 0)]


def test_bytes_left_behind_that_were_damaged_are_written_again(archive, tmp_path, counted):
    left = _killed(archive, tmp_path)
    root = staging_for([archive], "toy", "x", tmp_path / "r")
    with (root.root / "inflight").open("r+b") as file:
        file.write(b"power failed here")
    extract_archive([archive], tmp_path / "out", root)
    _check(tmp_path / "out")
    assert counted == [("images.zip", left), ("images.zip", 0), ("last.bin", 0)]


def test_a_second_run_unpacks_nothing_and_lists_the_same(archive, tmp_path, counted):
    run = [
        extract_archive([archive], tmp_path / "out", staging_for([archive], "toy", "x", tmp_path / "r"))
        for _ in range(2)
    ]
    assert [name for name, _ in counted] == list(FILES)
    assert [table["path"].tolist() for table in run] == [sorted(FILES)] * 2


def test_a_file_that_was_deleted_meanwhile_is_unpacked_again(archive, tmp_path):
    for _ in range(2):
        extract_archive([archive], tmp_path / "out", staging_for([archive], "toy", "x", tmp_path / "r"))
        _check(tmp_path / "out")
        (tmp_path / "out" / "images.zip").unlink()


def test_a_kill_while_files_are_moved_is_finished_by_the_next_run(archive, tmp_path, counted, monkeypatch):
    real, moved = os.rename, []

    def dies(path, goal):
        if "tree" in str(path) and len(moved) == 1:
            raise KeyboardInterrupt
        moved.append(goal)
        return real(path, goal)

    monkeypatch.setattr(os, "rename", dies)
    with pytest.raises(KeyboardInterrupt):
        extract_archive([archive], tmp_path / "out", staging_for([archive], "toy", "x", tmp_path / "r"))
    monkeypatch.setattr(os, "rename", real)
    assert len(moved) == 1
    counted.clear()
    extract_archive([archive], tmp_path / "out", staging_for([archive], "toy", "x", tmp_path / "r"))
    _check(tmp_path / "out")
    assert counted == []


def test_staging_of_another_state_of_the_archive_is_removed(archive, tmp_path):
    old = staging_for([archive], "toy", "x", tmp_path / "r")
    old.tree.mkdir(parents=True)
    archive.write_bytes(archive.read_bytes() + b" ")
    new = staging_for([archive], "toy", "x", tmp_path / "r")
    assert new.root != old.root
    assert not old.root.exists()


def test_disk_use_stays_at_the_result(archive, tmp_path, monkeypatch):
    """No joined copy of volumes, no second copy of a member, at any time."""
    peak = []
    real = extract.write_member

    def watch(*args, **kwargs):
        real(*args, **kwargs)
        peak.append(sum(p.stat().st_size for p in (tmp_path / "r").rglob("*") if p.is_file()))

    monkeypatch.setattr(extract, "write_member", watch)
    extract_archive([archive], tmp_path / "out", staging_for([archive], "toy", "x", tmp_path / "r"))
    assert max(peak) == sum(map(len, FILES.values()))
    assert sum(p.stat().st_size for p in (tmp_path / "r").rglob("*") if p.is_file()) == 0


@pytest.mark.skipif(tools.seven_zip_command() is None, reason="the 7z command is not installed")
def test_links_in_a_7z_are_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "up").symlink_to("../../etc")
    subprocess.run(
        [tools.seven_zip_command(), "a", "-snl", "../x.7z", "."], cwd=tmp_path / "in", check=True, capture_output=True
    )
    with pytest.raises(ArchiveRefusedError, match="links out"):
        extract_archive([tmp_path / "x.7z"], tmp_path / "out", staging_for([tmp_path / "x.7z"], "t", "x", tmp_path))


def test_two_jobs_never_share_a_staging_folder_by_name_alone(tmp_path):
    for name in ("a.zip", "b.zip"):
        (tmp_path / name).write_bytes(b"x")
    roots = {staging_for([tmp_path / n], d, n, tmp_path).root for n in ("a.zip", "b.zip") for d in ("t", "u")}
    assert len(roots) == 4


def test_merging_needs_no_room_and_keeps_what_is_there(tmp_path):
    stage = staging.Staging(tmp_path / "s", "x")
    (stage.tree / "d").mkdir(parents=True)
    (stage.tree / "d" / "new").write_bytes(b"n")
    (tmp_path / "t" / "d").mkdir(parents=True)
    (tmp_path / "t" / "d" / "old").write_bytes(b"o")
    stage.publish(tmp_path / "t")
    stage.publish(tmp_path / "t")
    assert sorted(p.name for p in (tmp_path / "t" / "d").iterdir()) == ["new", "old"]
