"""Downloads: whole and right, or no file of that name."""

from __future__ import annotations

import errno
import json
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from occlusionkit.acquire import download, transfer
from occlusionkit.acquire.download import DownloadError, download_file, forget_finished, places
from occlusionkit.acquire.manifest import Dataset
from occlusionkit.acquire.settings import Choice, Settings
from occlusionkit.acquire.sources import NeedsUserError, TermsError

QUICK = Settings(retries=3, wait_s=0.0, timeout_s=5.0)
BODY = np.random.default_rng(7).bytes(300_001)
MakeDataset = Callable[..., Dataset]


@pytest.fixture
def fetch(faulty_server, make_dataset, results):
    """fetch(faults, published=..., settings=...) -> path of part.bin, from a server holding BODY."""

    def run(*faults: str, settings: Settings = QUICK, **options) -> Path:
        faulty_server.files["/part.bin"] = BODY
        faulty_server.faults["/part.bin"] = list(faults)
        dataset = make_dataset({"part.bin": BODY}, address=faulty_server.address, **options)
        table = download_file(dataset, dataset.files[0], settings, results)
        path = Path(table["path"][0])
        assert path == places("toy", "part.bin", results).target
        return path

    return run


def _leftovers(results: Path) -> list[str]:
    folder = results / "archives" / "toy"
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize(
    "faults",
    [
        ["", ""],
        ["cut", ""],
        ["cut", "cut", "cut", "cut", "cut", "cut", ""],
        ["status-503", "status-500", ""],
        ["cut", "ignore-range"],
        ["cut", "wrong-range", ""],
        ["flip", ""],
        ["cut", "status-429", "cut", ""],
        ["no-length"],
    ],
    ids=lambda faults: "-then-".join(f or "well" for f in faults),
)
def test_a_failing_server_ends_with_the_right_bytes(fetch, faults):
    assert fetch(*faults).read_bytes() == BODY


@pytest.mark.parametrize(
    ("faults", "published", "message"),
    [
        (["html"], ("bytes", "md5"), "web page titled 'Portal login'"),
        (["html-as-binary"], ("md5",), "web page titled 'Sorry'"),
        (["short"], ("bytes", "md5"), "the server's file has 150,000 bytes, expected 300,001"),
        (["long"], ("bytes", "md5"), "has 300,005 bytes, expected 300,001"),
        (["long"], ("md5",), "fetched twice"),
        (["flip"], ("bytes", "md5"), "fetched twice.*has md5 .* expected"),
        (["flip"], ("sha256",), "fetched twice.*has sha256"),
        (["status-503"], ("md5",), "gave up: 4 attempts"),
        (["status-403"], ("md5",), "403"),
        (["no-length"], (), "does not say how long"),
        (["short"], ("md5",), "fetched twice"),
    ],
)
def test_a_wrong_answer_never_gets_the_name(fetch, results, faults, published, message):
    with pytest.raises(DownloadError, match=message):
        fetch(*faults, published=published)
    assert _leftovers(results) == []


def test_a_cut_line_is_continued_where_it_stopped(fetch, faulty_server):
    fetch("cut", "")
    ranges = [asked for _, asked in faulty_server.requests]
    assert ranges == [None, "bytes=150000-"]


def test_a_file_that_changed_meanwhile_is_fetched_from_its_start(faulty_server, make_dataset, results):
    new = BODY[::-1]
    faulty_server.files["/part.bin"] = BODY
    faulty_server.faults["/part.bin"] = ["cut", "status-503"]
    old, dataset = (make_dataset({"part.bin": b}, address=faulty_server.address, published=()) for b in (BODY, new))
    with pytest.raises(DownloadError, match="run again to continue"):
        download_file(old, old.files[0], QUICK, results)
    faulty_server.files["/part.bin"], faulty_server.etag = new, '"two"'
    faulty_server.faults.clear()
    table = download_file(dataset, dataset.files[0], QUICK, results)
    assert Path(table["path"][0]).read_bytes() == new


def test_half_a_file_without_validator_or_hash_is_not_trusted(faulty_server, make_dataset, results):
    faulty_server.etag = None
    faulty_server.files["/part.bin"] = BODY
    at = places("toy", "part.bin", results)
    at.partial.parent.mkdir(parents=True)
    at.partial.write_bytes(b"X" * 1000)
    at.state.write_text(json.dumps({"url": f"{faulty_server.address}/part.bin", "validator": None, "total": 300_001}))
    dataset = make_dataset({"part.bin": BODY}, address=faulty_server.address, published=())
    table = download_file(dataset, dataset.files[0], QUICK, results)
    assert Path(table["path"][0]).read_bytes() == BODY


def test_without_hash_a_longer_local_half_starts_anew(faulty_server, make_dataset, results):
    faulty_server.files["/part.bin"] = BODY
    at = places("toy", "part.bin", results)
    at.partial.parent.mkdir(parents=True)
    at.partial.write_bytes(BODY + b"more")
    at.state.write_text(json.dumps({"url": f"{faulty_server.address}/part.bin", "validator": '"one"', "total": None}))
    dataset = make_dataset({"part.bin": BODY}, address=faulty_server.address, published=())
    table = download_file(dataset, dataset.files[0], QUICK, results)
    assert Path(table["path"][0]).read_bytes() == BODY


def test_drive_confirms_large_files(faulty_server, make_dataset, results):
    faulty_server.files.update({"/uc": BODY, "/confirmed": BODY})
    faulty_server.faults["/uc"] = ["drive-form"]
    dataset = make_dataset({"part.bin": BODY}, address="F", source="gdrive", published=("md5",))
    table = download_file(dataset, dataset.files[0], QUICK, results, drive_address=f"{faulty_server.address}/uc")
    assert Path(table["path"][0]).read_bytes() == BODY
    assert faulty_server.requests[-1][0] == "/confirmed?id=F&confirm=t"


def test_drive_over_quota_is_said_in_words(faulty_server, make_dataset, results):
    faulty_server.files["/uc"] = BODY
    faulty_server.faults["/uc"] = ["drive-quota"]
    dataset = make_dataset({"part.bin": BODY}, address="F", source="gdrive")
    with pytest.raises(DownloadError, match="download quota is used up"):
        download_file(dataset, dataset.files[0], QUICK, results, drive_address=f"{faulty_server.address}/uc")


def test_a_full_disk_keeps_what_came_and_says_so(fetch, results, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: usage(1, 1, 200_000))
    with pytest.raises(DownloadError, match=r"disk of .* is full; what came is kept") as raised:
        fetch("")
    assert raised.value.errno == errno.ENOSPC
    monkeypatch.undo()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert fetch("").read_bytes() == BODY


def test_a_disk_that_fills_during_the_transfer_is_continued_later(fetch, faulty_server, monkeypatch):
    real = transfer.Hasher.update
    monkeypatch.setattr(transfer, "BLOCK", 50_000)

    def fills_up(self, block):
        real(self, block)
        if self.digest().bytes >= 100_000:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(transfer.Hasher, "update", fills_up)
    with pytest.raises(DownloadError, match="free some space and run again"):
        fetch("")
    monkeypatch.setattr(transfer.Hasher, "update", real)
    assert fetch("").read_bytes() == BODY
    assert faulty_server.requests[-1][1] == "bytes=100000-"


def test_terms_come_first(faulty_server, make_dataset, results):
    dataset = make_dataset({"a.zip": b"x"}, address=faulty_server.address, restricted=True)
    with pytest.raises(TermsError, match=r"for play only.*https://example.org/terms.*toy: accept_terms: true"):
        download_file(dataset, dataset.files[0], QUICK, results)
    assert faulty_server.requests == []


def test_what_only_a_person_can_fetch_says_what_and_where(make_dataset, results, tmp_path):
    dataset = make_dataset({"a.zip": b"x", "b.zip": b"y"}, source="manual", address="https://example.org/form")
    settings = Settings(folder=tmp_path / "mine")
    with pytest.raises(
        NeedsUserError, match=rf"2 of 2 files.*a\.zip, b\.zip.*https://example.org/form.*{tmp_path}/mine/toy/"
    ):
        download_file(dataset, dataset.files[0], settings, results)


@pytest.mark.parametrize("local", ["link", "copy"])
def test_a_file_in_the_users_folder_is_taken_without_the_network(make_dataset, results, tmp_path, local):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.zip").write_bytes(BODY)
    dataset = make_dataset({"a.zip": BODY}, source="manual")
    settings = Settings(local=local, datasets={"toy": Choice(folder=tmp_path / "mine")})
    path = Path(download_file(dataset, dataset.files[0], settings, results)["path"][0])
    assert path.read_bytes() == BODY
    assert path.is_symlink() == (local == "link")


def test_a_wrong_file_in_the_users_folder_is_refused_by_name(make_dataset, results, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"other")
    dataset = make_dataset({"a.zip": BODY, "b.zip": b"other"}, source="manual", published=("md5",))
    with pytest.raises(DownloadError, match=r"a\.zip has md5 .*these are the bytes of b\.zip"):
        download_file(dataset, dataset.files[0], Settings(datasets={"toy": Choice(folder=tmp_path)}), results)
    assert _leftovers(results) == []


def test_a_file_address_is_a_source(make_dataset, results, tmp_path):
    (tmp_path / "a b.zip").write_bytes(BODY)
    dataset = make_dataset({"a b.zip": BODY}, source="manual")
    settings = Settings(datasets={"toy": Choice(address=f"file://{tmp_path}")})
    path = Path(download_file(dataset, dataset.files[0], settings, results)["path"][0])
    assert path.read_bytes() == BODY


def test_a_finished_file_that_snakemake_deleted_is_not_fetched_again(fetch, faulty_server, results):
    fetch("").unlink()
    faulty_server.requests.clear()
    assert fetch("").read_bytes() == BODY
    assert faulty_server.requests == []
    forget_finished("toy", "part.bin", results)
    assert places("toy", "part.bin", results).target.stat().st_nlink == 1


def test_proxies_are_honoured(faulty_server, make_dataset, results, monkeypatch):
    monkeypatch.setenv("http_proxy", faulty_server.address)
    faulty_server.files["http://far.invalid/part.bin"] = BODY
    dataset = make_dataset({"part.bin": BODY}, address="http://far.invalid")
    table = download_file(dataset, dataset.files[0], QUICK, results)
    assert Path(table["path"][0]).read_bytes() == BODY


_CHILD = """
import sys, pathlib
from occlusionkit.acquire.download import download_file
from occlusionkit.acquire.manifest import read_manifest
from occlusionkit.acquire.settings import Settings
import occlusionkit.acquire.transfer as transfer, time
dataset = read_manifest([pathlib.Path(sys.argv[1])])["toy"]
if sys.argv[3] == "slow":
    transfer.BLOCK = 20_000
    real = transfer.Hasher.update
    transfer.Hasher.update = lambda self, block: (real(self, block), time.sleep(0.05))[0]
download_file(dataset, dataset.files[0], Settings(wait_s=0.0), pathlib.Path(sys.argv[2]))
"""


def _child(manifest: Path, results: Path, pace: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _CHILD, str(manifest), str(results), pace], stderr=subprocess.PIPE)


@pytest.fixture
def toy_manifest(faulty_server, make_dataset, write_manifest, tmp_path):
    faulty_server.files["/part.bin"] = BODY
    return write_manifest(tmp_path / "manifest", make_dataset({"part.bin": BODY}, address=faulty_server.address))


def test_kill_9_then_again_continues(toy_manifest, faulty_server, results):
    at = places("toy", "part.bin", results)
    child = _child(toy_manifest, results, "slow")
    while not (at.partial.is_file() and at.partial.stat().st_size >= 60_000):
        assert child.poll() is None, child.stderr.read().decode()
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stderr.close()
    assert not at.target.exists()
    again = _child(toy_manifest, results, "fast")
    assert again.wait() == 0, again.stderr.read().decode()
    again.stderr.close()
    assert at.target.read_bytes() == BODY
    assert int(faulty_server.requests[-1][1].removeprefix("bytes=").rstrip("-")) >= 60_000


def test_two_jobs_for_one_file_fetch_it_once(toy_manifest, faulty_server, results):
    jobs = [_child(toy_manifest, results, "slow"), _child(toy_manifest, results, "slow")]
    for job in jobs:
        assert job.wait() == 0, job.stderr.read().decode()
        job.stderr.close()
    assert places("toy", "part.bin", results).target.read_bytes() == BODY
    assert len(faulty_server.requests) == 1


def test_free_space_is_asked_of_the_right_folder(tmp_path):
    with pytest.raises(OSError, match="needs") as raised:
        download._need_space(shutil.disk_usage(tmp_path).free + 10**15, tmp_path, "big.zip")
    assert raised.value.errno == errno.ENOSPC
